// A row of the ledger → a row of the table, with the same markup as the plain table has (macros.html).
import { leftCase } from "./lights.js";

// The record's own text is Chinese, whatever the page is in.
const foreign = (text) => !document.documentElement.lang.startsWith("zh") && /\p{Script=Han}/u.test(text);

const element = (name, className, text) => {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) {
    made.textContent = text;
    if (foreign(text)) made.lang = "zh";
  }
  return made;
};

const link = (href, text, className) => {
  const made = element("a", className, text);
  made.href = href;
  return made;
};

const day = (value) => {
  const made = element("time", "day", value);
  made.dateTime = value;
  return made;
};

/** Makes rows; `texts` are the reader's words, `labels` the heads of the columns. */
export class RowMaker {
  #ledger;
  #texts;
  #labels;

  constructor(ledger, texts, labels) {
    this.#ledger = ledger;
    this.#texts = texts;
    this.#labels = labels;
  }

  /** The table row of a row; `place` counts from 0 among those shown. */
  row(row, place) {
    const ledger = this.#ledger;
    const made = element("tr");
    // The head is the first row of all.
    made.ariaRowIndex = String(place + 2);
    const title = this.#cell("title", link(`items/${ledger.id[row]}.html`, ledger.title[row], "item-link"));
    made.append(
      this.#cell("id", ledger.id[row]),
      title,
      this.#cell("source", ...ledger.sources(row).map((source) => element("span", "tag", source))),
      this.#cell("unit", this.#unit(row)),
      this.#cell("category", ledger.name("category", row)),
      this.#cell("step", ledger.name("step", row)),
      this.#cell("light", element("span", `light light--${ledger.code("light", row)}`, ledger.name("light", row))),
      this.#cell("due", ...this.#deadline(row)),
      this.#cell("left", this.#left(row)),
    );
    // On a phone rows are cards, and a browser no longer takes them for rows by itself.
    made.role = "row";
    for (const cell of made.cells) cell.role = cell === title ? "rowheader" : "cell";
    return made;
  }

  #cell(name, ...parts) {
    const made = element(name === "title" ? "th" : "td", ["id", "title", "source"].includes(name) ? `col-${name}` : "");
    if (name === "title") made.scope = "row";
    else if (name !== "id" && name !== "light") made.dataset.label = this.#labels[name];
    made.append(...parts);
    return made;
  }

  #dash() {
    const made = element("span", "none", "—");
    made.ariaLabel = this.#texts["table.none"];
    return made;
  }

  #unit(row) {
    const unit = this.#ledger.code("unit", row);
    return unit ? link(`units/${unit}.html`, this.#ledger.name("unit", row), "unit-link") : this.#dash();
  }

  #deadline(row) {
    const due = this.#ledger.dueOn(row);
    if (!due) return [this.#dash()];
    const moved = this.#ledger.movedFrom(row);
    const denied = this.#ledger.isDenied(row) ? [" ", element("span", "denied", this.#texts["deadline.denied"])] : [];
    if (!moved) return [day(due), ...denied];
    const original = element("span", "moved", `${this.#texts["deadline.original"]} `);
    original.append(day(moved));
    return [day(due), " ", original, ...denied];
  }

  #left(row) {
    const left = this.#ledger.left[row];
    if (Number.isNaN(left)) return this.#dash();
    const isOverdue = this.#ledger.isOverdue(row);
    const [name, count] = leftCase(left, isOverdue);
    const words = this.#texts[`left.${name}`].replace("{count}", count);
    return element("span", isOverdue ? "left left--past" : "left", words);
  }
}
