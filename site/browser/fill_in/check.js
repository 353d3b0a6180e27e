// An item's record as it would be → what is wrong with it, by schema first and then by rule, at the field that is wrong.
import { Validator } from "@cfworker/json-schema";
import { privacyProblems } from "./privacy.js";
import { ruleProblems } from "./rules.js";
import { survey, valueAt } from "./survey.js";

const REFERENCE_CODES = { unit: "D201", person: "D202", campaign: "D203", plan: "D204", cause: "D206" };
// What only says that something further in is wrong.
const AROUND = new Set(["$ref", "properties", "items", "allOf", "if", "then", "else", "additionalProperties", "false"]);
const PLACEHOLDER =
  /^\s*(?:待定|待补充?|待填写?|暂无|略|同上|无内容|示例|测试|[xX×*]{2,}|某某+|[?？]+|[.。…]+|-+|_+|TODO|TBD|FIXME|todo|tbd|N\/?A|n\/?a|null|none|\{\{.*\}\}|<[^>]*>|【[^】]*】|（?请?(?:填写|输入)[^。]*)\s*$/u;
const LONGEST_PLACEHOLDER = 40;

const pointerOf = (location) =>
  location
    .replace(/^#\/?/, "")
    .split("/")
    .filter(Boolean)
    .map((part) => decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~"));

// Numbers of a pointer's lists as numbers, which the data alone can tell.
const inData = (data, parts) => {
  let here = data;
  return parts.map((part) => {
    const key = Array.isArray(here) ? Number(part) : part;
    here = here?.[key];
    return key;
  });
};

const holdsAPlace = (text) => {
  if ([...text].length >= LONGEST_PLACEHOLDER && !(text.startsWith("【") && text.endsWith("】"))) return false;
  return PLACEHOLDER.test(text);
};

const missing = (error) => /"([^"]+)"/.exec(error)?.[1] ?? "";

const textCode = (here, value, keyword) => {
  if (here?.isDate) return "D104";
  if (keyword === "maxLength") return "D112";
  if (!value.trim()) return "D110";
  return REFERENCE_CODES[here?.ref] ?? "D113";
};

export class Checker {
  #validator;
  #root;
  #language;

  constructor(bundle, root, language) {
    this.#validator = new Validator(bundle, "2020-12", false);
    this.#root = root;
    this.#language = language;
  }

  // Everything wrong: by schema, or else by rule. `office` is what the registry, the policy and the day tell.
  problems(record, office) {
    const held = [...this.#placeholders(record)];
    const found = this.#bySchema(record);
    return [...found, ...held, ...(found.length ? [] : ruleProblems(record, this.#root, office, this.#language))];
  }

  // The same while people still write: what must not stand in a text is said at once, not when all else is right.
  asWritten(record, office) {
    const found = this.problems(record, office);
    const told = new Set(found.map((one) => one.code + one.pointer.join("/")));
    const early = [...privacyProblems(survey(record, this.#root).texts)];
    return [...found, ...early.filter((one) => !told.has(one.code + one.pointer.join("/")))];
  }

  #bySchema(record) {
    const { valid, errors } = this.#validator.validate(record);
    if (valid) return [];
    const found = new Map();
    for (const { keyword, instanceLocation, error } of errors) {
      if (AROUND.has(keyword)) continue;
      const problem = this.#problem(record, keyword, inData(record, pointerOf(instanceLocation)), error);
      const place = problem.pointer.join("/");
      if (!found.has(place)) found.set(place, problem);
    }
    return [...found.values()];
  }

  #problem(record, keyword, pointer, error) {
    if (keyword === "required") {
      const whole = [...pointer, missing(error)];
      return { code: "D101", pointer: whole, details: { field: whole.at(-1), label: this.#label(whole) } };
    }
    const here = this.#root.at(pointer);
    const value = valueAt(record, pointer);
    const label = this.#label(pointer);
    const shown = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
    const details = { label, value: shown, field: String(pointer.at(-1)), allowed: (here?.enum ?? []).join("、"), suggestion: "—" };
    if (here === undefined) return { code: "D102", pointer, details };
    if (keyword === "enum" || keyword === "const") return { code: "D108", pointer, details };
    if (keyword === "minItems") return { code: "D115", pointer, details };
    if (keyword === "minimum" || keyword === "maximum")
      return { code: "D114", pointer, details: { ...details, bounds: `${here.schema.minimum ?? ""} – ${here.schema.maximum ?? ""}` } };
    if (keyword === "type" || typeof value !== "string") return { code: "D103", pointer, details: { ...details, expected: here.type } };
    const lengths = { length: [...value].length, limit: here.schema.maxLength ?? "", description: here.help(this.#language) };
    return { code: textCode(here, value, keyword), pointer, details: { ...details, ...lengths } };
  }

  *#placeholders(record) {
    const walk = function* (node, here, pointer) {
      if (typeof node === "string") {
        if (!here.enum.length && !here.isDate && holdsAPlace(node)) yield [pointer, node];
      } else if (Array.isArray(node)) {
        for (const [index, value] of node.entries()) if (here.items) yield* walk(value, here.items, [...pointer, index]);
      } else if (typeof node === "object" && node !== null)
        for (const [key, value] of Object.entries(node)) if (here.properties[key]) yield* walk(value, here.properties[key], [...pointer, key]);
    };
    for (const [pointer, value] of walk(record, this.#root, [])) yield { code: "D111", pointer, details: { label: this.#label(pointer), value } };
  }

  #label(pointer) {
    return this.#root.at(pointer)?.label(this.#language) ?? String(pointer.at(-1));
  }
}
