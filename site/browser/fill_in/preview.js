// An entry as it is being filled in → how it will look: one of the four forms on its sheet, or a list of what it says.
import { isDay } from "../lights.js";
import { element } from "./dom.js";

const labelled = (data, field) => Object.entries(field.properties).filter(([name]) => data?.[name] !== undefined && name !== "signed");

// A value in plain words.
const said = (value, field, view) => {
  if (value === undefined) return "";
  if (Array.isArray(value)) {
    const each = value.map((one) => said(one, field.items, view));
    return field.items.ref || field.items.enum.length ? each.join(view.text("comma")) : each.map((one, index) => `${index + 1}. ${one}`).join("\n");
  }
  if (typeof value === "boolean") return view.text(value ? "yes" : "no");
  if (typeof value === "object") return labelled(value, field).map(([name, child]) => `${child.label(view.language)}${view.text("colon")}${said(value[name], child, view)}`).join("\n");
  if (field.enum.length) return field.valueLabel(value, view.language);
  if (field.ref) return view.name(field.ref, value);
  return String(value);
};

// A list of groups as a table, or as a numbered list where they say one thing each.
const table = (values, field, view) => {
  const columns = Object.entries(field.properties).filter(([name]) => name !== "signed" && values.some((one) => one?.[name] !== undefined));
  if (columns.length < 2) return values.map((one, index) => `${index + 1}. ${columns.map(([name, child]) => said(one?.[name], child, view))}`).join("\n");
  const heads = columns.map(([, child]) => element("th", { scope: "col" }, child.label(view.language)));
  const lines = values.map((one) => element("tr", {}, ...columns.map(([name, child]) => element("td", { class: child.isDate ? "no-break" : "" }, said(one?.[name], child, view)))));
  return element("table", { class: "inner" }, element("thead", {}, element("tr", {}, ...heads)), element("tbody", {}, ...lines));
};

const isTable = (value) => Array.isArray(value) && value.some((one) => typeof one === "object");

// What an entry says, line by line in the schema's order: label, text or table, name.
function rows(data, field, view) {
  return labelled(data, field).map(([name, child]) => [child.label(view.language), isTable(data[name]) ? table(data[name], child.items, view) : said(data[name], child, view), name]);
}

// As on paper in Chinese; elsewhere as it stands in the file.
const longDay = (day, view) =>
  view.language === "zh" && isDay(day ?? "") ? new Intl.DateTimeFormat("zh-CN", { dateStyle: "long", timeZone: "UTC" }).format(Date.parse(day)) : (day ?? "");

// Signatures in a row, each with its role: what stands under a form.
const signatures = (data, view) =>
  (data?.signed ?? []).map((one) => element("span", { class: "fi-signature" }, `${view.roles[one.role] ?? one.role}${view.text("colon")}${one.by ? view.name("person", one.by) : "＿＿＿＿"} ${longDay(one.on, view)}`));

// The block that units sign below a form; a close-out is signed there by whoever applies, so it has no other signature.
const below = (data, paper, view) => {
  const { units, heads, unsigned } = paper;
  const own = units === "applicant_unit" ? (data.signed ?? []) : [];
  const empty = [data[units] ?? []].flat().map((unit) => [unit, "", ""]);
  const lines = own.length ? own.map((one) => [data[units], one.by ? view.name("person", one.by) : "", one.on]) : empty;
  const cells = ([unit, by, on]) => [element("td", {}, unit ? view.name("unit", unit) : ""), element("td", {}, by), element("td", { class: "no-break" }, on ? longDay(on, view) : unsigned)];
  const label = element("th", { scope: "rowgroup", class: "receipt-label", rowspan: lines.length + 1 }, paper.below);
  const head = element("tr", {}, label, ...heads.map((one) => element("th", { scope: "col" }, one)));
  return lines.length ? element("table", { class: "ruled receipt" }, element("tbody", {}, head, ...lines.map((line) => element("tr", {}, ...cells(line))))) : "";
};

// Who gets a copy and whom to ask, at the foot.
const foot = (data, field, view) => {
  const named = ["cc", "contact", "contact_phone"].filter((name) => data[name] !== undefined);
  return element("p", { class: "sheet-foot" }, ...named.map((name) => element("span", {}, `${field.properties[name].label(view.language)}${view.text("colon")}${said(data[name], field.properties[name], view)}`)));
};

const sheet = (data, field, record, paper, view) => {
  const { pairs, frame } = paper;
  const lines = rows(data, field, view).filter(([, , name]) => !frame.includes(name));
  const byName = new Map(lines.map((line) => [line[2], line]));
  const taken = new Set();
  const body = [];
  const cell = ([label, text, name], wide) => [element("th", { scope: "row" }, label), element("td", { colspan: wide ? 3 : 1, class: typeof text === "string" ? `is-${name}` : "is-table" }, typeof text === "string" ? longDay(text, view) : text)];
  const intake = record.intake ?? {};
  const kind = view.root.at(["intake", "sources", 0, "type"]);
  const source = (intake.sources ?? []).map((one) => [kind.valueLabel(one.type, view.language), one.ref].filter(Boolean).join(" ")).join(view.text("comma"));
  body.push(element("tr", {}, ...cell([view.root.properties.title.label(view.language), `${record.title} ${record.id}`, "title"], true)));
  if (source) body.push(element("tr", {}, ...cell([view.root.at(["intake", "sources"]).label(view.language), source, "source"], true)));
  for (const line of lines) {
    if (taken.has(line[2])) continue;
    taken.add(line[2]);
    const other = byName.get(pairs[line[2]]);
    if (other && !taken.has(other[2])) {
      taken.add(other[2]);
      body.push(element("tr", {}, ...cell(line), ...cell(other)));
    } else body.push(element("tr", {}, ...cell(line, true)));
  }
  const signer = data.signer && element("span", {}, `${field.properties.signer.label(view.language)}${view.text("colon")}`, element("span", { class: "hand" }, view.name("person", data.signer)));
  const recipients = data.recipients ?? (data.to_unit ? [data.to_unit] : data.issuer ? [data.issuer] : []);
  return element(
    "article",
    { class: "sheet fi-sheet", "aria-label": view.title },
    element("header", { class: "sheet-head" }, element("p", { class: "sheet-urgency" }, view.root.properties.urgency.valueLabel(record.urgency, view.language)), element("p", { class: "sheet-office" }, view.officeName), element("p", { class: "sheet-title" }, view.title), element("p", { class: "sheet-number" }, element("span", { class: "no-break" }, data.form_no ?? ""), signer || "")),
    element("p", { class: "sheet-to" }, element("b", {}, `${view.text("to")}${view.text("colon")}`), recipients.map((one) => view.name("unit", one)).join(view.text("comma"))),
    element("table", { class: "ruled" }, element("colgroup", {}, ...["ruled-label", "", "ruled-label", ""].map((name) => element("col", { class: name }))), element("tbody", {}, ...body)),
    element("p", { class: "sheet-sign" }, view.officeShort, " ", longDay(data.issued_on, view)),
    paper.units === "applicant_unit" ? "" : element("p", { class: "fi-signatures" }, ...signatures(data, view)),
    below(data, paper, view),
    foot(data, field, view),
  );
};

const list = (data, field, view) =>
  element(
    "article",
    { class: "fi-list-preview", "aria-label": view.title },
    element("h3", {}, view.title),
    Object.keys(field.properties).length ? "" : element("p", {}, said(data, field, view)),
    element("dl", {}, ...rows(data, field, view).map(([label, text]) => element("div", {}, element("dt", {}, label), element("dd", {}, text)))),
    element("p", { class: "fi-signatures" }, ...signatures(data, view)),
  );

// `paper` has what a form's sheet is laid out by, undefined for what is no form.
export const preview = (data, field, record, paper, view) => (paper ? sheet(data ?? {}, field, record, paper, view) : list(data ?? {}, field, view));
