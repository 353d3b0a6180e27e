// What tests ask of the fill-in page's own modules: bundled apart, never part of the site.
import { Checker } from "../site/browser/fill_in/check.js";
import { foundIn, readable } from "../site/browser/fill_in/personal.js";
import { openings } from "../site/browser/fill_in/openings.js";
import { NoPlaceError, withPart } from "../site/browser/fill_in/place.js";
import { prefilled } from "../site/browser/fill_in/prefill.js";
import { rootField } from "../site/browser/fill_in/schema.js";
import { fileText } from "../site/browser/fill_in/text.js";
import { WorkCalendar } from "../site/browser/lights.js";

let data;
let root;
let checker;

globalThis.fillIn = {
  load(given) {
    data = given;
    root = rootField(data.schema);
    checker = new Checker(data.schema, root, "zh");
  },
  problems: (records, day) => records.map((record) => checker.problems(record, { ...data.office, day }).map(({ code, pointer }) => [code, pointer])),
  personal: (texts) => texts.map((text) => foundIn(readable(text)).map(({ kind, start, end }) => [kind, start, end])),
  openings: (records) => records.map((record) => openings(record, root).map(({ pointer, kind }) => [pointer, kind])),
  prefilled: (asked) =>
    asked.map(([record, day, pointers]) => {
      const known = { record, office: data.office, taken: data.taken, workdays: new WorkCalendar(data.calendar.exceptions), day };
      return pointers.map((pointer) => prefilled(known, pointer, root.at(pointer)) ?? null);
    }),
  texts: (records) => records.map((record) => fileText(record, root)),
  withPart: (asked) =>
    asked.map(([text, pointer, value]) => {
      try {
        return withPart(text, pointer, value, root);
      } catch (error) {
        if (error instanceof NoPlaceError) return null;
        throw error;
      }
    }),
};
