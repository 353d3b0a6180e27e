// Rows and the column that a reader sorts by → the same rows in its order.
import { NONE } from "./columns.js";

// The places of some texts when they are put in the order of the reader's language.
const ranks = (texts) => {
  const { compare } = new Intl.Collator(document.documentElement.lang);
  const found = new Float64Array(texts.length);
  [...texts.keys()].sort((a, b) => compare(texts[a], texts[b])).forEach((place, rank) => (found[place] = rank));
  return found;
};

const byName = (ledger, name) => {
  const rank = ranks(ledger.names(name));
  return Float64Array.from(ledger[name], (place) => (place === NONE ? NaN : rank[place]));
};

/** What each sortable column is sorted by: a number for every row, NaN for none. */
const KEYS = {
  id: (ledger) => Float64Array.from({ length: ledger.count }, (_, row) => row),
  title: (ledger) => ranks(ledger.title),
  unit: (ledger) => byName(ledger, "unit"),
  category: (ledger) => ledger.category,
  step: (ledger) => ledger.step,
  light: (ledger) => ledger.light,
  due: (ledger) => Float64Array.from(ledger.due, (day) => (day === NONE ? NaN : day)),
  left: (ledger) => ledger.left,
};

/** The order that an address asks for: `due`, or `-due` for the other way round. */
export const readSort = (asked = "") => {
  const isDown = asked.startsWith("-");
  const column = isDown ? asked.slice(1) : asked;
  return Object.hasOwn(KEYS, column) ? { column, isDown } : { column: "", isDown: false };
};

/** What a press on a column's head asks for next: up, down, the ledger's own order. */
export const nextSort = (asked, column) => {
  const now = readSort(asked);
  if (now.column !== column) return column;
  return now.isDown ? "" : `-${column}`;
};

/** Keeps the keys of the columns that were sorted by, for as long as nothing turns. */
export class Sorter {
  #ledger;
  #keys = new Map();

  constructor(ledger) {
    this.#ledger = ledger;
  }

  forget() {
    this.#keys.clear();
  }

  /** Rows without a value come last whichever way; rows alike stay in the order of the ledger. */
  sorted(rows, asked) {
    const { column, isDown } = readSort(asked);
    if (!column) return rows;
    if (!this.#keys.has(column)) this.#keys.set(column, KEYS[column](this.#ledger));
    const key = this.#keys.get(column);
    const sign = isDown ? -1 : 1;
    const known = rows.filter((row) => !Number.isNaN(key[row]));
    const unknown = rows.filter((row) => Number.isNaN(key[row]));
    known.sort((a, b) => sign * (key[a] - key[b]) || a - b);
    const all = new Int32Array(rows.length);
    all.set(known);
    all.set(unknown, known.length);
    return all;
  }
}
