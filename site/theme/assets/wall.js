// The wall chart on a big screen: rows are shown by the page, and the page turns by itself.
{
  const TURN = 15_000;
  const get = (id) => document.getElementById(`wall-${id}`);
  const wall = document.getElementById("wall");
  const pager = get("pager");
  let pages = [];
  let here = 0;
  let timer = 0;
  let waiting = 0;

  const shown = () => [...wall.querySelectorAll("table.chart")].find((table) => table.offsetParent !== null);
  const rows = () => [...(shown()?.tBodies ?? [])].flatMap((body) => [...body.rows]);

  // Which rows fit on one screen after another.
  const measure = () => {
    for (const row of rows()) row.hidden = false;
    const table = shown();
    if (!table) return;
    const room = window.innerHeight - table.tHead.getBoundingClientRect().bottom - 12;
    pages = [[]];
    let used = 0;
    for (const row of rows()) {
      const height = row.getBoundingClientRect().height;
      if (used + height > room && pages.at(-1).length) {
        pages.push([]);
        used = 0;
      }
      pages.at(-1).push(row);
      used += height;
    }
    here = Math.min(here, pages.length - 1);
  };

  const show = (page) => {
    here = (page + pages.length) % pages.length;
    const visible = new Set(pages[here]);
    for (const row of rows()) {
      row.hidden = !visible.has(row);
      // A group that goes on from the page before says its name again.
      row.cells[0].classList.toggle("chart__group--again", row === pages[here][0]);
    }
    get("page").textContent = `${here + 1} / ${pages.length}`;
  };

  const running = () => timer !== 0;
  const run = (go) => {
    clearInterval(timer);
    timer = go ? setInterval(() => show(here + 1), TURN) : 0;
    get("pause").textContent = go ? get("pause").dataset.pause : get("pause").dataset.go;
  };
  const turn = (by) => {
    show(here + by);
    if (running()) run(true);
  };

  const start = () => {
    document.body.classList.add("on-wall");
    pager.hidden = false;
    window.scrollTo(0, 0);
    document.documentElement.requestFullscreen?.().catch(() => {});
    here = 0;
    measure();
    show(0);
    run(true);
    get("pause").focus();
  };
  const stop = () => {
    if (!document.body.classList.contains("on-wall")) return;
    run(false);
    document.body.classList.remove("on-wall");
    pager.hidden = true;
    for (const row of rows()) row.hidden = false;
    for (const cell of wall.querySelectorAll(".chart__group--again")) cell.classList.remove("chart__group--again");
    if (document.fullscreenElement) document.exitFullscreen();
    get("start").focus();
  };

  if (get("start") && shown()) {
    get("tools").hidden = false;
    get("start").addEventListener("click", start);
    get("stop").addEventListener("click", stop);
    get("back").addEventListener("click", () => turn(-1));
    get("on").addEventListener("click", () => turn(1));
    get("pause").addEventListener("click", () => run(!running()));
    document.addEventListener("keydown", (event) => {
      if (!document.body.classList.contains("on-wall")) return;
      if (event.key === "Escape") stop();
      else if (event.key === "ArrowRight" || event.key === "PageDown") turn(1);
      else if (event.key === "ArrowLeft" || event.key === "PageUp") turn(-1);
      else return;
      event.preventDefault();
    });
    document.addEventListener("fullscreenchange", () => {
      if (!document.fullscreenElement) stop();
    });
    window.addEventListener("resize", () => {
      if (!document.body.classList.contains("on-wall")) return;
      clearTimeout(waiting);
      waiting = setTimeout(() => {
        measure();
        show(here);
      }, 200);
    });
  }
}
