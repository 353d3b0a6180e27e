// A table of very many rows → only those in sight stand in the page, in blocks; gaps keep the place of the others.
const BLOCK = 30;
const GUESS = 40;

export class Sight {
  #frame;
  #table;
  #draw;
  #count = 0;
  #blocks = new Map();
  #heights = new Map();
  #measured = { rows: 0, height: 0 };
  #gaps;
  #scrolled = 0;

  /** `draw` makes the table row of a place, counted from 0. `frame` scrolls; without one, every row is drawn. */
  constructor(table, frame, draw) {
    this.#table = table;
    this.#frame = frame;
    this.#draw = draw;
    this.#gaps = ["before", "after"].map(() => {
      const gap = document.createElement("tbody");
      gap.className = "gap";
      gap.ariaHidden = "true";
      gap.append(document.createElement("tr"));
      gap.firstChild.append(document.createElement("td"));
      return gap;
    });
    if (frame) {
      frame.addEventListener("scroll", () => this.refresh(), { passive: true });
      // A browser glides to where the end was when the key was pressed; what is drawn meanwhile moves it.
      frame.addEventListener("keydown", (event) => {
        if (event.target !== frame || event.key !== "End") return;
        event.preventDefault();
        frame.scrollTop = frame.scrollHeight;
      });
      // Other widths, other heights: what was measured is no longer true.
      let width = 0;
      new ResizeObserver(([{ contentRect }]) => {
        if (width && contentRect.width !== width) {
          this.#forget();
          for (const block of this.#blocks.keys()) this.#measure(block);
        }
        width = contentRect.width;
        this.refresh();
      }).observe(frame);
    }
  }

  /** Begin anew with so many rows, from the top. */
  show(count) {
    for (const block of this.#blocks.values()) block.remove();
    this.#blocks.clear();
    this.#forget();
    this.#count = count;
    if (this.#frame) this.#frame.scrollTop = 0;
    this.refresh();
  }

  /** Draw every row up to a number of them, to be printed. */
  drawAll(most) {
    this.#scrolled = this.#frame?.scrollTop ?? 0;
    this.#put(0, Math.ceil(Math.min(this.#count, most) / BLOCK) - 1);
    for (const gap of this.#gaps) gap.remove();
  }

  /** Go back to drawing what is in sight, at the same place. */
  restore() {
    this.refresh();
    if (this.#frame) this.#frame.scrollTop = this.#scrolled;
  }

  refresh() {
    const last = Math.ceil(this.#count / BLOCK) - 1;
    if (!this.#frame) {
      this.#put(0, last);
      return;
    }
    // A frame is never higher than the window, and as long as it is empty it has no height of its own.
    const top = this.#frame.scrollTop - window.innerHeight;
    const bottom = this.#frame.scrollTop + 2 * window.innerHeight;
    let from = -1;
    let to = -1;
    for (let block = 0, end = 0; block <= last && end < bottom; block += 1) {
      end += this.#height(block);
      if (from < 0 && end > top) from = block;
      to = block;
    }
    this.#put(Math.max(from, 0), to);
  }

  #forget() {
    this.#heights.clear();
    this.#measured = { rows: 0, height: 0 };
  }

  #rows(block) {
    return Math.min(BLOCK, this.#count - block * BLOCK);
  }

  // What is not drawn is taken to be as high as what was, on average.
  #height(block) {
    const { rows, height } = this.#measured;
    return this.#heights.get(block) ?? this.#rows(block) * (rows ? height / rows : GUESS);
  }

  #measure(block) {
    const height = this.#blocks.get(block).offsetHeight;
    this.#measured.rows += this.#heights.has(block) ? 0 : this.#rows(block);
    this.#measured.height += height - (this.#heights.get(block) ?? 0);
    this.#heights.set(block, height);
  }

  #put(from, to) {
    const [before, after] = this.#gaps;
    const wanted = new Set();
    for (let block = from; block <= to; block += 1) wanted.add(block);
    const fresh = [...wanted].filter((block) => !this.#blocks.has(block));
    const gone = [...this.#blocks.keys()].filter((block) => !wanted.has(block));
    if (!fresh.length && !gone.length) return;
    const anchor = this.#anchor(wanted);
    const isAtEnd = this.#isAtEnd();
    for (const block of gone) {
      this.#blocks.get(block).remove();
      this.#blocks.delete(block);
    }
    const stayed = Math.min(...this.#blocks.keys());
    const first = this.#blocks.get(stayed);
    if (this.#frame && !before.isConnected) {
      this.#table.tHead.after(before);
      this.#table.append(after);
    }
    for (const block of fresh) {
      const body = this.#made(block);
      this.#blocks.set(block, body);
      this.#table.insertBefore(body, block < stayed && first ? first : after.isConnected ? after : null);
    }
    if (!this.#frame) return;
    for (const block of fresh) this.#measure(block);
    const last = Math.ceil(this.#count / BLOCK);
    before.firstChild.style.height = `${this.#sum(0, from)}px`;
    after.firstChild.style.height = `${this.#sum(to + 1, last)}px`;
    // What the reader looks at stays where it is, however wrong the guesses above it were.
    if (isAtEnd) this.#frame.scrollTop = this.#frame.scrollHeight;
    else if (anchor) this.#frame.scrollTop += anchor.row.getBoundingClientRect().top - anchor.top;
  }

  #isAtEnd() {
    if (!this.#frame || !this.#frame.scrollTop) return false;
    const { scrollTop, clientHeight, scrollHeight } = this.#frame;
    return scrollTop + clientHeight >= scrollHeight - 1;
  }

  #sum(from, to) {
    let height = 0;
    for (let block = from; block < to; block += 1) height += this.#height(block);
    return height;
  }

  #anchor(wanted) {
    if (!this.#frame) return null;
    const edge = this.#frame.getBoundingClientRect().top;
    for (const [block, body] of this.#blocks) {
      if (!wanted.has(block)) continue;
      const row = [...body.rows].find((one) => one.getBoundingClientRect().bottom > edge);
      if (row) return { row, top: row.getBoundingClientRect().top };
    }
    return null;
  }

  #made(block) {
    const body = document.createElement("tbody");
    // As for its rows: on a phone a browser no longer takes it for one by itself.
    body.role = "rowgroup";
    const start = block * BLOCK;
    for (let place = start; place < start + this.#rows(block); place += 1) body.append(this.#draw(place));
    return body;
  }
}
