// What a reader chose → the rows that fit, and the address that says the same.
import { NONE, searchable } from "./columns.js";
import { dayNumber } from "./lights.js";

const CODES = ["unit", "step", "light", "source", "campaign", "category"];
const DATES = ["received", "due"];
export const NAMES = ["text", ...CODES, ...DATES.flatMap((name) => [`${name}-from`, `${name}-to`]), "sort"];

/** The choices that are not empty, in a fixed order. */
export const readFilters = (given) =>
  Object.fromEntries(NAMES.map((name) => [name, (given.get(name) ?? "").trim()]).filter(([, value]) => value));

/** The choices as the end of an address; "" for none. */
export const writeFilters = (chosen) => {
  const query = new URLSearchParams(chosen).toString();
  return query && `#${query}`;
};

const tests = function* (ledger, chosen) {
  for (const name of CODES) {
    if (!chosen[name]) continue;
    if (name === "source") {
      const sets = ledger.sourceSetsWith(chosen.source);
      yield (row) => sets.has(ledger.sourceSet[row]);
    } else {
      const column = ledger[name];
      const wanted = ledger.place(name, chosen[name]);
      yield (row) => column[row] === wanted;
    }
  }
  for (const name of DATES) {
    const column = ledger[name];
    const [from, to] = ["from", "to"].map((end) => chosen[`${name}-${end}`]).map((day) => day && dayNumber(day));
    if (from) yield (row) => column[row] !== NONE && column[row] >= from;
    if (to) yield (row) => column[row] !== NONE && column[row] <= to;
  }
  // Last, for it costs most: every word is found in the id, the title or the unit.
  for (const word of searchable(chosen.text ?? "").split(/\s+/).filter(Boolean)) {
    yield (row) => ledger.searched(row).includes(word);
  }
};

/** The rows that fit every choice, in the order of the ledger. */
export const matching = (ledger, chosen) => {
  const wanted = [...tests(ledger, chosen)];
  const found = new Int32Array(ledger.count);
  let count = 0;
  for (let row = 0; row < ledger.count; row += 1) {
    if (wanted.every((fits) => fits(row))) {
      found[count] = row;
      count += 1;
    }
  }
  return found.subarray(0, count);
};
