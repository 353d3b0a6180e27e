// The data file of the ledger (tools/duban/publish/ledger_data.py) → its columns, on a day. Rows are numbers.
import { WorkCalendar, dayNumber, dayOf, lightOn } from "./lights.js";

/** What stands in a column of numbers where a row has no value. */
export const NONE = -1;

const codes = (named) => named.map(([code]) => code);

export class Ledger {
  #names;
  #sources;
  #soon;
  #moved;
  #denied;
  #builtLights;
  #calendar;
  #searched;

  constructor({ day, names, sources, calendar, first, columns }) {
    this.day = day;
    this.id = columns.id.flatMap(([year, serials]) => serials.split(" ").map((serial) => `${year}-${serial}`));
    this.title = columns.title.split("\n");
    this.count = this.id.length;
    this.#names = names;
    this.#sources = sources;
    this.#calendar = new WorkCalendar(calendar.exceptions);
    for (const name of ["unit", "category", "campaign", "step"]) this[name] = Int16Array.from(columns[name]);
    this.sourceSet = Int16Array.from(columns.source);
    this.#builtLights = Uint8Array.from(columns.light);
    this.received = new Int32Array(this.count);
    this.due = new Int32Array(this.count).fill(NONE);
    let received = dayNumber(first);
    for (let row = 0; row < this.count; row += 1) {
      received += columns.received[row];
      this.received[row] = received;
      if (columns.due[row] !== null) this.due[row] = received + columns.due[row];
    }
    this.#soon = columns.soon;
    this.#moved = columns.moved;
    this.#denied = new Set(columns.denied);
    this.recompute(day);
  }

  /** Bring lights and days left to a day. */
  recompute(day) {
    const lights = codes(this.#names.light);
    const open = Object.fromEntries(["on_track", "due_soon", "overdue"].map((light) => [light, lights.indexOf(light)]));
    const isOpen = new Set(Object.values(open));
    const today = dayNumber(day);
    this.day = day;
    this.light = Uint8Array.from(this.#builtLights);
    this.left = new Float64Array(this.count).fill(NaN);
    for (let row = 0; row < this.count; row += 1) {
      const due = this.due[row];
      if (due === NONE || !isOpen.has(this.light[row])) continue;
      this.left[row] = this.#calendar.between(today, due);
      this.light[row] = open[lightOn({ soon: due - this.#soon[row], due }, today)];
    }
  }

  /** The code of a row in a column of codes; "" for none. */
  code(name, row) {
    return this.#names[name][this[name][row]]?.[0] ?? "";
  }

  /** What the reader calls that code. */
  name(name, row) {
    return this.#names[name][this[name][row]]?.[1] ?? "";
  }

  /** The place of a code in its column, NONE where it is not known. */
  place(name, code) {
    return codes(this.#names[name]).indexOf(code);
  }

  /** The names of all codes of a column, in their order. */
  names(name) {
    return this.#names[name].map(([, label]) => label);
  }

  sources(row) {
    return this.#sources[this.sourceSet[row]].map((place) => this.#names.source[place][1]);
  }

  /** Which combinations of sources hold one. */
  sourceSetsWith(code) {
    const wanted = this.place("source", code);
    return new Set(this.#sources.flatMap((places, set) => (places.includes(wanted) ? [set] : [])));
  }

  isOverdue(row) {
    return this.code("light", row) === "overdue";
  }

  receivedOn(row) {
    return dayOf(this.received[row]);
  }

  dueOn(row) {
    return this.due[row] === NONE ? "" : dayOf(this.due[row]);
  }

  /** Whether an extension was asked for in vain. */
  isDenied(row) {
    return this.#denied.has(row);
  }

  /** The first deadline where an extension moved it, otherwise "". */
  movedFrom(row) {
    return this.#moved[row] ? dayOf(this.due[row] - this.#moved[row]) : "";
  }

  /** What a word is looked for in: made for all rows when the first word is. */
  searched(row) {
    this.#searched ??= this.id.map((id, one) => searchable(`${id} ${this.title[one]} ${this.name("unit", one)}`));
    return this.#searched[row];
  }
}

/** A text as searches compare it: full and half width, upper and lower case are the same. */
export const searchable = (text) => text.normalize("NFKC").toLowerCase();
