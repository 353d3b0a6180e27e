// The ledger's table: sorts, filters, keeps the filters in the address, and saves what is shown as CSV.
import {
  AccessorModule,
  FilterModule,
  FormatModule,
  InteractionModule,
  PrintModule,
  ExportModule,
  ResizeTableModule,
  SortModule,
  Tabulator,
} from "tabulator-tables";
import { csv } from "./csv.js";
import { matcher, readFilters, writeFilters } from "./filters.js";

Tabulator.registerModule([
  AccessorModule,
  ExportModule,
  FilterModule,
  FormatModule,
  InteractionModule,
  PrintModule,
  ResizeTableModule,
  SortModule,
]);

// Above this the table scrolls in a frame of its own and draws only the rows in sight.
const DRAW_ALL = 400;
const REM = parseFloat(getComputedStyle(document.documentElement).fontSize);
const PHONE = matchMedia("(max-width: 44.9375em)");

const { data: address, items, texts } = JSON.parse(document.getElementById("ledger-script").textContent);
const form = document.getElementById("ledger-filters");
const holder = document.getElementById("ledger-table");
const plain = document.getElementById("ledger-plain");
const count = document.getElementById("ledger-count");

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
const day = (value) => {
  const made = element("time", "day", value);
  made.dateTime = value;
  return made;
};
const together = (...parts) => {
  const made = element("span");
  made.append(...parts);
  return made;
};
const dash = () => element("span", "none", "—");
const link = (href, text, className) => {
  const made = element("a", className, text);
  made.href = href;
  return made;
};

const lightMark = (row, names) => element("span", `light light--${row.light}`, names.light[row.light]);
const deadline = (row) => {
  if (!row.due) return dash();
  if (!row.moved) return day(row.due);
  const moved = element("span", "moved", `${texts["deadline.original"]} `);
  moved.append(day(row.moved));
  return together(day(row.due), " ", moved);
};
const counted = (name, number) => texts[number === 1 ? name : `${name}s`].replace("{count}", number);
const left = (row) => {
  if (row.left === null) return dash();
  if (row.left < 0) return element("span", "left left--past", counted("left.past_day", -row.left));
  if (row.light === "overdue") return element("span", "left left--past", texts["left.just_past"]);
  if (row.left === 0) return element("span", "left", texts["left.today"]);
  return element("span", "left", counted("left.day", row.left));
};

// Rows without a value come last whichever way the column is sorted.
const last = (value, direction) => (value === null || value === "" ? (direction === "asc" ? Infinity : -Infinity) : value);
const byNumber = (a, b, _one, _other, _column, direction) => last(a, direction) - last(b, direction) || 0;
const byDay = (a, b, one, other, column, direction) =>
  byNumber(a && Date.parse(a), b && Date.parse(b), one, other, column, direction);
const byPlace = (order) => (a, b) => order.indexOf(a) - order.indexOf(b);
const byName = (names) => (a, b) => (names[a] ?? a).localeCompare(names[b] ?? b, document.documentElement.lang);

const columns = ({ names, order }) => {
  const cell = (make) => (cell) => make(cell.getData());
  const column = (field, more) => ({ field, title: texts[`ledger.column.${field}`], ...more });
  const unit = (row) => (row.unit ? link(`units/${row.unit}.html`, names.unit[row.unit], "unit-link") : dash());
  if (PHONE.matches) {
    // One column of cards: the title, and beneath it what a reader looks for.
    const card = (row) => {
      const made = element("div", "ledger-card");
      const facts = element("span", "ledger-card__facts");
      const due = element("span");
      due.append(deadline(row));
      facts.append(element("span", "col-id", row.id), lightMark(row, names), unit(row), due, left(row));
      made.append(link(`${items}${row.id}.html`, row.title, "item-link"), facts);
      return made;
    };
    return [column("title", { formatter: cell(card), headerSort: false, widthGrow: 1 })];
  }
  const sources = (row) => together(...row.source.map((value) => element("span", "tag", names.source[value] ?? value)));
  return [
    column("id", { width: 4.6 * REM, formatter: cell((row) => element("span", "col-id", row.id)) }),
    column("title", {
      widthGrow: 3,
      minWidth: 9 * REM,
      formatter: cell((row) => link(`${items}${row.id}.html`, row.title, "item-link")),
      sorter: byName({}),
    }),
    column("source", { widthGrow: 1.4, minWidth: 5.5 * REM, formatter: cell(sources), headerSort: false }),
    column("unit", { widthGrow: 1.2, minWidth: 5 * REM, formatter: cell(unit), sorter: byName(names.unit) }),
    column("category", { width: 4.3 * REM, formatter: cell((row) => document.createTextNode(names.category[row.category])) }),
    column("step", {
      width: 4.4 * REM,
      formatter: cell((row) => document.createTextNode(names.step[row.step])),
      sorter: byPlace(order.step),
    }),
    column("light", { width: 5.6 * REM, formatter: cell((row) => lightMark(row, names)), sorter: byPlace(order.light) }),
    column("due", { width: 5.2 * REM, formatter: cell(deadline), sorter: byDay }),
    column("left", { width: 6.2 * REM, formatter: cell(left), sorter: byNumber }),
  ];
};

const records = ({ columns: fields, rows }) =>
  rows.map((row) => Object.fromEntries(fields.map((field, place) => [field, row[place]])));

const save = (rows, names) => {
  const head = [
    ...["id", "title", "source", "unit", "category", "campaign", "step", "light", "due"].map((name) => texts[`ledger.column.${name}`]),
    texts["ledger.csv_original"],
    texts["ledger.csv_left"],
  ];
  const line = (row) => [
    row.id,
    row.title,
    row.source.map((value) => names.source[value] ?? value).join(" "),
    names.unit[row.unit] ?? "",
    names.category[row.category],
    names.campaign[row.campaign] ?? "",
    names.step[row.step],
    names.light[row.light],
    row.due,
    row.moved || row.due,
    row.left ?? "",
  ];
  const made = link(URL.createObjectURL(csv([head, ...rows.map(line)])), "");
  made.download = `${texts["ledger.file"]}.csv`;
  made.click();
  URL.revokeObjectURL(made.href);
};

const start = (data) => {
  const all = records(data);
  holder.hidden = false;
  holder.classList.toggle("ledger-table--whole", all.length <= DRAW_ALL);
  plain.hidden = true;
  const table = new Tabulator(holder, {
    data: all,
    columns: columns(data),
    layout: "fitColumns",
    ...(all.length > DRAW_ALL ? { height: "80vh" } : { renderVertical: "basic" }),
    placeholder: texts["ledger.none"],
    columnDefaults: { vertAlign: "top", headerSortTristate: true },
    initialSort: [],
    printAsHtml: true,
    printRowRange: "active",
    printStyled: false,
  });
  const filter = () => {
    const chosen = readFilters(new FormData(form));
    table.setFilter(matcher(chosen, data.names));
    history.replaceState(null, "", `${location.pathname}${location.search}${writeFilters(chosen)}`);
  };
  const fromAddress = () => {
    const wanted = new URLSearchParams(location.hash.slice(1));
    form.reset();
    for (const [name, value] of wanted) {
      const field = form.elements.namedItem(name);
      if (field) field.value = value;
    }
    filter();
  };
  table.on("tableBuilt", () => {
    // The frame around the rows is no part of a grid; by keyboard it scrolls with the links in the rows.
    holder.querySelector(".tabulator-tableholder").removeAttribute("tabindex");
    form.hidden = false;
    fromAddress();
  });
  table.on("dataFiltered", (_filters, rows) => {
    count.textContent = `${rows.length} / ${all.length}`;
  });
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filter));
  window.addEventListener("hashchange", fromAddress);
  PHONE.addEventListener("change", () => table.setColumns(columns(data)));
  document.getElementById("ledger-download").addEventListener("click", () => save(table.getData("active"), data.names));
};

// Without the data, or opened from a disk, the plain table stays.
fetch(address)
  .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(`${answer.status}`))))
  .then(start)
  .catch((error) => {
    holder.hidden = true;
    plain.hidden = false;
    console.warn(error);
  });
