// Data and its schema's fields → the text of a YAML file, the same bytes as duban.writing makes of the same data.
import { isPlain, isPrintable } from "./scalar.js";

const ONE_LINE = new Set(["signed", "milestones", "milestones_done", "supervisors", "attachments", "countersigns", "days"]);
const SHORT = 100;

const isMapping = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isFilled = (value) => isMapping(value) && Object.keys(value).length > 0;
const length = (text) => [...text].length;
const isAscii = (text) => /^[\0-\x7f]*$/.test(text);

const scalar = (value, inFlow = false) => (typeof value === "string" && isPlain(value, inFlow) ? value : JSON.stringify(value));

const inner = (value) => (typeof value === "object" && value !== null ? flow(value) : scalar(value, true));

const onOneLine = (value) => {
  if (Array.isArray(value)) return `[${value.map(inner).join(", ")}]`;
  if (isMapping(value)) return `{${Object.entries(value).map(([key, one]) => `${key}: ${inner(one)}`).join(", ")}}`;
  return scalar(value);
};

// A value as it may stand within another that stands on one line.
export function flow(value) {
  return typeof value === "object" && value !== null ? onOneLine(value) : scalar(value, true);
}

const fitsOnOneLine = (values, name) => {
  const short = length(onOneLine(values)) <= SHORT;
  if (name === "signed") return !values.some((value) => isMapping(value) && "paper" in value) && short;
  return values.every((value) => typeof value === "number" || typeof value === "boolean" || (typeof value === "string" && isAscii(value))) && short;
};

const fitsABlock = (text) => {
  const lines = text.replace(/\n$/, "").split("\n");
  return (
    lines.length > 1 &&
    !text.endsWith("\n\n") &&
    lines[0] !== "" &&
    !lines[0].startsWith(" ") &&
    lines.every((line) => isPrintable(line) && line === line.trimEnd())
  );
};

function* mappingLines(data, here, indent) {
  const known = Object.keys(here.properties).filter((name) => name in data);
  const others = Object.keys(data).filter((name) => !(name in here.properties));
  for (const name of [...known, ...others]) yield* valueLines(name, data[name], here.properties[name] ?? here, indent);
}

function* valueLines(name, value, here, indent) {
  if (isFilled(value)) {
    if (ONE_LINE.has(name)) yield `${indent}${name}: ${onOneLine(value)}`;
    else {
      yield `${indent}${name}:`;
      yield* mappingLines(value, here, `${indent}  `);
    }
  } else if (Array.isArray(value) && value.length) {
    if (fitsOnOneLine(value, name)) yield `${indent}${name}: ${onOneLine(value)}`;
    else {
      yield `${indent}${name}:`;
      yield* sequenceLines(name, value, here.items ?? here, `${indent}  `);
    }
  } else if (typeof value === "string" && fitsABlock(value)) {
    yield `${indent}${name}: ${value.endsWith("\n") ? "|" : "|-"}`;
    for (const line of value.replace(/\n$/, "").split("\n")) yield line ? `${indent}  ${line}` : "";
  } else yield `${indent}${name}: ${onOneLine(value)}`;
}

function* sequenceLines(name, values, here, indent) {
  for (const value of values) {
    if (isFilled(value) && !ONE_LINE.has(name)) {
      const [first, ...others] = mappingLines(value, here, `${indent}  `);
      yield `${indent}- ${first.trimStart()}`;
      yield* others;
    } else yield `${indent}- ${onOneLine(value)}`;
  }
}

// The whole text of one file.
export const fileText = (data, root) => [...mappingLines(data, root, "")].map((line) => `${line}\n`).join("");

// The lines of a key with its value in a mapping that is moved in by `indent`.
export const keyLines = (name, value, here, indent) => [...valueLines(name, value, here, indent)];

// The lines of one more member of the list `name`, its dash moved in by `indent`.
export const memberLines = (name, value, here, indent) => [...sequenceLines(name, [value], here.items ?? here, indent)];
