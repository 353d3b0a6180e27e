// What the ledger knows on a day, and a place → the entry as far as nobody need write it, by the schema's x-from (duban.prefill).
import { isDay, workdaysBetween } from "../lights.js";
import { causes, currentDeadline, lastSaid } from "./life.js";
import { nextForm } from "./numbers.js";
import { seats } from "./signing.js";

const isEmpty = (value) =>
  value === undefined || value === null || value === "" || (typeof value === "object" && Object.keys(value).length === 0);

// `known` has the record, the office, the numbers taken, the working days and the day.
const WORDS = {
  "@office": ({ office }) => office.id,
  "@day": ({ day }) => day,
  "@deadline": ({ record }) => currentDeadline(record),
  "@overdue": ({ record, workdays, day }) => {
    const due = currentDeadline(record);
    return isDay(due) ? Math.max(workdaysBetween(workdays, due, day), 0) : undefined;
  },
  "@reply_by": ({ office, workdays, day }) => (office.replyWithin ? dayAfter(workdays, day, office.replyWithin) : ""),
  "@cause": ({ record }) => causes(record).at(-1),
  "@said": ({ record }) => lastSaid(record),
};

const DAY = 86_400_000;

const dayAfter = (workdays, day, count) => {
  let at = Date.parse(day);
  const iso = () => new Date(at).toISOString().slice(0, 10);
  while (workdaysBetween(workdays, day, iso()) < count) at += DAY;
  return iso();
};

function* found(node, path) {
  if (node === undefined) return;
  if (!path.length) {
    yield node;
    return;
  }
  const [part, ...rest] = path;
  if (Array.isArray(node)) {
    const members = part === "*" ? node : [node[Number(part)]];
    for (const one of members) yield* found(one, rest);
  } else if (typeof node === "object" && node !== null && Object.hasOwn(node, part)) yield* found(node[part], rest);
}

const fromSource = (known, pointer, source) => {
  if (Array.isArray(source)) {
    const parts = source.map((one) => fromSource(known, pointer, one)).flat();
    return [...new Set(parts.filter((one) => one !== undefined && one !== ""))];
  }
  if (source === "@next") return pointer.findLast((part) => typeof part === "number") + 1;
  if (source in WORDS) return WORDS[source](known);
  const all = [...found(known.record, source.slice(1).split("/"))];
  return source.includes("*") ? all : all[0];
};

const rows = (known, pointer, row, signer) => {
  const columns = {};
  for (const [name, child] of Object.entries(row.properties)) {
    const [source] = child.sources;
    if (typeof source === "string" && source.includes("*")) columns[name] = fromSource(known, pointer, source);
  }
  const count = Math.max(0, ...Object.values(columns).map((values) => values.length));
  return Array.from({ length: count }, (_, index) => ({
    ...mapping(known, [...pointer, index], row, signer),
    ...Object.fromEntries(Object.entries(columns).filter(([, values]) => index < values.length).map(([name, values]) => [name, values[index]])),
  }));
};

function valueOf(known, pointer, here, signer) {
  if (here.series) {
    const series = known.office.series[here.series];
    return series ? nextForm(known.taken.forms, series, known.day.slice(0, 4)) : undefined;
  }
  if (Object.keys(here.properties).length) return mapping(known, pointer, here, signer);
  if (!here.sources.length && here.items && Object.keys(here.items.properties).length) return rows(known, pointer, here.items, signer);
  for (const source of here.sources) {
    const value = source === "@signer" ? signer : fromSource(known, pointer, source);
    if (!isEmpty(value)) return here.type === "array" || !Array.isArray(value) ? value : value[0];
  }
  return undefined;
}

function mapping(known, pointer, here, signer) {
  const entry = {};
  for (const [name, child] of Object.entries(here.properties)) {
    const isNeeded = here.required.has(name);
    if (name === "signed" || child.entry || (child.mayComeLater && !isNeeded)) continue;
    const value = name === here.datedBy ? known.day : valueOf(known, [...pointer, name], child, signer);
    if (!isEmpty(value) && (isNeeded || !Object.keys(child.properties).length)) entry[name] = value;
  }
  return entry;
}

// The mappings that a place lies in, inside out.
export const around = (record, pointer) => {
  const nodes = [];
  for (let length = pointer.length - 1; length >= 0; length -= 1) {
    const node = pointer.slice(0, length).reduce((here, part) => here?.[part], record);
    if (typeof node === "object" && node !== null && !Array.isArray(node)) nodes.push(node);
  }
  return nodes;
};

const signatures = (known, kind, nodes) =>
  seats(kind, nodes, known.office, known.day).map(({ role, people }) => ({
    role,
    ...(people.length === 1 ? { by: people[0].id } : {}),
    on: known.day,
  }));

// What is to be added at a pointer, as far as it is known.
export const prefilled = (known, pointer, here) => {
  const nodes = around(known.record, pointer);
  if (!Object.keys(here.properties).length) return valueOf(known, pointer, here, "");
  let entry = mapping(known, pointer, here, "");
  if (here.entry && here.properties.signed) {
    const signed = signatures(known, here.entry, [entry, ...nodes]);
    entry = { ...mapping(known, pointer, here, signed[0]?.by ?? ""), signed };
  }
  return Object.fromEntries(Object.keys(here.properties).filter((name) => entry[name] !== undefined && !(Array.isArray(entry[name]) && !entry[name].length)).map((name) => [name, entry[name]]));
};
