// A file's text, a place that is not there yet and what belongs there → the text with only lines or signs added (duban.adding).
import { isMap, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import { flow, keyLines, memberLines } from "./text.js";

// Nothing can be added there without touching what stands: it is there already, or written in a way too odd.
export class NoPlaceError extends Error {}

const OPTIONS = { version: "1.2", schema: "core", uniqueKeys: true, merge: false, logLevel: "silent" };

// The data of a file; NoPlaceError where it is no YAML.
export const dataOf = (text) => {
  const document = parseDocument(text, OPTIONS);
  if (document.errors.length || !isMap(document.contents)) throw new NoPlaceError(String(document.errors[0] ?? ""));
  return document.toJS();
};

const same = (one, other) => {
  if (typeof one !== "object" || one === null || typeof other !== "object" || other === null) return one === other;
  const keys = Object.keys(one);
  return (
    Array.isArray(one) === Array.isArray(other) &&
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && same(one[key], other[key]))
  );
};

// How much of a pointer is there, and the node that it leads to.
const deepest = (root, pointer) => {
  let node = root;
  for (const [depth, part] of pointer.entries()) {
    let found;
    if (isMap(node)) found = node.items.find((pair) => pair.key.value === part)?.value;
    else if (isSeq(node) && typeof part === "number") found = node.items[part];
    if (!found) return [depth, node];
    node = found;
  }
  return [pointer.length, node];
};

const withValue = (data, pointer, value) => {
  const whole = structuredClone(data);
  const last = pointer.at(-1);
  const here = pointer.slice(0, -1).reduce((inside, part) => inside[part], whole);
  if (Array.isArray(here) && last !== here.length) throw new NoPlaceError(pointer.join("/"));
  here[last] = value;
  return whole;
};

const lineOf = (counter, offset) => counter.linePos(offset).line - 1;
const columnOf = (counter, offset) => counter.linePos(offset).col - 1;

// The last line that a node stands on, counted from 0; notes and blanks after it are not its own.
const lastLine = (node, text, counter) => {
  if (!isScalar(node) && !node.flow && node.items.length) {
    const last = node.items.at(-1);
    return lastLine(isMap(node) ? last.value : last, text, counter);
  }
  const end = text.slice(0, node.range[1]).trimEnd().length;
  return lineOf(counter, Math.max(node.range[0], end - 1));
};

const inserted = (text, at, added) => {
  const lines = text.split(/(?<=\n)/);
  return [...lines.slice(0, at), ...added.map((line) => `${line}\n`), ...lines.slice(at)].join("");
};

// Before the closing bracket of what stands on one line.
const inFlow = (text, node, part, value) => {
  const end = node.range[1] - 1;
  const said = isSeq(node) ? flow(value) : `${part}: ${flow(value)}`;
  const at = text.slice(0, end).trimEnd().length;
  const comma = node.items.length ? (text[at - 1] === "," ? " " : ", ") : "";
  return text.slice(0, at) + comma + said + text.slice(at);
};

// A line or more right after the property before it; notes above the one that follows stay with that.
const inMapping = (text, counter, node, part, value, here) => {
  const order = Object.keys(here.properties);
  if (!order.includes(part)) throw new NoPlaceError(part);
  const later = node.items.map(({ key }) => order.indexOf(key.value) > order.indexOf(part));
  const earlier = later.includes(true) ? later.indexOf(true) : later.length;
  const start = node.items[0].key.range[0];
  // Where a list's dash stands before the first key, nothing can go before it.
  const atTop = earlier === 0 && columnOf(counter, start) === 0;
  const at = atTop ? lineOf(counter, start) : lastLine(node.items[Math.max(earlier, 1) - 1].value, text, counter) + 1;
  const indent = " ".repeat(columnOf(counter, start));
  return inserted(text, at, keyLines(part, value, here.properties[part], indent));
};

// A dash more, as far moved in as the others.
const inSequence = (text, counter, node, name, value, here) => {
  const indent = " ".repeat(columnOf(counter, node.range[0]));
  return inserted(text, lastLine(node, text, counter) + 1, memberLines(name, value, here, indent));
};

// `given` with `value` at a pointer where nothing stands; every sign that stands is kept, in its order.
// Reading the result gives the data with the value, else NoPlaceError is thrown.
export const withPart = (given, pointer, value, root) => {
  const before = dataOf(given);
  const text = given.endsWith("\n") ? given : `${given}\n`;
  const counter = new LineCounter();
  const document = parseDocument(text, { ...OPTIONS, lineCounter: counter });
  const [depth, node] = deepest(document.contents, pointer);
  if (depth === pointer.length || isScalar(node)) throw new NoPlaceError(pointer.join("/"));
  const [part, ...rest] = pointer.slice(depth);
  const whole = rest.reduceRight((inside, key) => (key === 0 ? [inside] : { [key]: inside }), value);
  const here = root.at(pointer.slice(0, depth));
  if (!here || !root.at(pointer)) throw new NoPlaceError(pointer.join("/"));
  const expected = withValue(before, pointer.slice(0, depth + 1), whole);
  const name = pointer.slice(0, depth).findLast((one) => typeof one === "string") ?? "";
  const made = node.flow
    ? inFlow(text, node, part, whole)
    : isMap(node)
      ? inMapping(text, counter, node, part, whole, here)
      : inSequence(text, counter, node, name, whole, here);
  if (!same(dataOf(made), expected)) throw new NoPlaceError(pointer.join("/"));
  return made;
};
