// The ledger's table: sorts, filters, keeps both in the address, draws what is in sight, and saves what is shown.
import { Ledger } from "./columns.js";
import { eachLaterDay } from "./clock.js";
import { csv } from "./csv.js";
import { NAMES, matching, readFilters, writeFilters } from "./filters.js";
import { isDay } from "./lights.js";
import { RowMaker } from "./row.js";
import { Sight } from "./sight.js";
import { Sorter, nextSort, readSort } from "./sorting.js";

// Above this the table scrolls in a frame of its own and draws only the rows in sight.
const DRAW_ALL = 400;
const MOST_PRINTED = 2000;
const CSV_CODES = ["unit", "category", "campaign", "step", "light"];

const { data: address, texts } = JSON.parse(document.getElementById("ledger-script").textContent);
const form = document.getElementById("ledger-filters");
const frame = document.getElementById("ledger-table");
const plain = document.getElementById("ledger-plain");
const count = document.getElementById("ledger-count");
const more = document.getElementById("ledger-more");
const none = document.getElementById("ledger-none");
const cut = document.getElementById("ledger-cut");
const table = frame.querySelector("table");
const heads = [...table.querySelectorAll("th[data-column]")];

const lines = function* (ledger, rows) {
  const column = (name) => texts[`ledger.column.${name}`];
  yield [
    ...["id", "title", "source", ...CSV_CODES, "received", "due"].map(column),
    texts["ledger.csv_original"],
    texts["ledger.csv_left"],
  ];
  for (const row of rows) {
    yield [
      ledger.id[row],
      ledger.title[row],
      ledger.sources(row).join(" "),
      ...CSV_CODES.map((name) => ledger.name(name, row)),
      ledger.receivedOn(row),
      ledger.dueOn(row),
      ledger.movedFrom(row) || ledger.dueOn(row),
      Number.isNaN(ledger.left[row]) ? "" : ledger.left[row],
    ];
  }
};

const save = (ledger, rows) => {
  const made = document.createElement("a");
  made.href = URL.createObjectURL(csv([...lines(ledger, rows)]));
  made.download = `${texts["ledger.file"]}-${ledger.day}.csv`;
  made.click();
  URL.revokeObjectURL(made.href);
};

const start = (data) => {
  const ledger = new Ledger(data);
  const sorter = new Sorter(ledger);
  const labels = Object.fromEntries(heads.map((head) => [head.dataset.column, head.textContent.trim()]));
  const maker = new RowMaker(ledger, texts, labels);
  const isFramed = ledger.count > DRAW_ALL;
  let shown = [];
  const sight = new Sight(table, isFramed ? frame : null, (place) => maker.row(shown[place], place));

  const show = () => {
    const chosen = readFilters(new FormData(form));
    shown = sorter.sorted(matching(ledger, chosen), chosen.sort);
    const { column, isDown } = readSort(chosen.sort);
    for (const head of heads) {
      head.ariaSort = head.dataset.column !== column ? "none" : isDown ? "descending" : "ascending";
    }
    table.ariaRowCount = String(shown.length + 1);
    count.textContent = `${shown.length} / ${ledger.count}`;
    none.hidden = shown.length > 0;
    cut.hidden = shown.length <= MOST_PRINTED;
    sight.show(shown.length);
    return chosen;
  };
  const choose = () => {
    const chosen = show();
    history.replaceState(null, "", `${location.pathname}${location.search}${writeFilters(chosen)}`);
  };
  const unfold = (isOpen) => {
    form.classList.toggle("filters--folded", !isOpen);
    more.ariaExpanded = String(isOpen);
  };
  const fromAddress = () => {
    const wanted = new URLSearchParams(location.hash.slice(1));
    for (const name of NAMES) {
      // A ledger without campaigns, say, has no filter by campaign.
      const field = form.elements.namedItem(name);
      if (!field) continue;
      const value = wanted.get(name) ?? "";
      field.value = field.type === "date" && !isDay(value) ? "" : value;
      // What the list of choices does not have is no choice.
      if (!field.value) field.value = "";
      // On a phone most filters are folded away, but none that is at work.
      if (field.value && field.closest(".filters__field--more")) unfold(true);
    }
    show();
  };

  form.hidden = false;
  frame.hidden = false;
  plain.hidden = true;
  frame.classList.toggle("ledger-table--framed", isFramed);
  if (isFramed) frame.tabIndex = 0;
  document.documentElement.classList.remove("ledger-coming");

  form.addEventListener("input", choose);
  more.addEventListener("click", () => unfold(more.ariaExpanded !== "true"));
  form.addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("ledger-clear").addEventListener("click", () => {
    for (const field of form.elements) if (NAMES.includes(field.name)) field.value = "";
    choose();
  });
  table.tHead.addEventListener("click", ({ target }) => {
    const head = target.closest("button")?.closest("th");
    if (!head) return;
    form.elements.sort.value = nextSort(form.elements.sort.value, head.dataset.column);
    choose();
  });
  window.addEventListener("hashchange", fromAddress);
  window.addEventListener("beforeprint", () => sight.drawAll(MOST_PRINTED));
  window.addEventListener("afterprint", () => sight.restore());
  document.getElementById("ledger-download").addEventListener("click", () => save(ledger, shown));

  let isDrawn = false;
  const turn = (day) => {
    ledger.recompute(day);
    sorter.forget();
    if (isDrawn) show();
  };
  if (!data.pinned) eachLaterDay(data.day, turn);
  fromAddress();
  isDrawn = true;
};

// Without the data, or opened from a disk, the plain table stays.
fetch(address)
  .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(`${address}: ${answer.status}`))))
  .then(start)
  .catch((error) => {
    form.hidden = true;
    frame.hidden = true;
    plain.hidden = false;
    document.documentElement.classList.remove("ledger-coming");
    console.warn(error);
  });
