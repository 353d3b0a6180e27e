// The search page: what is asked for stands in the address, so that it can be shared and the way back works.
import { find, openIndex } from "./search_index.js";
import { line } from "./search_result.js";

const PAGE = 10;
const PAUSE = 250;
const FILTERS = ["kind", "year", "unit"];

const settings = JSON.parse(document.getElementById("search-script").textContent);
const { texts } = settings;
const get = (name) => document.getElementById(`search-${name}`);
const form = document.getElementById("search");
const [query, status, list, more, start, none] = ["query", "status", "results", "more", "start", "none"].map(get);
const fill = (name, values) => texts[name].replace(/\{(\w+)\}/g, (blank, key) => values[key] ?? blank);

let opening;
let asked = 0;
let found;

const open = () => (opening ??= openIndex(new URL(settings.index, location.href), settings.years));

const chosen = () => Object.fromEntries(FILTERS.map((name) => [name, get(name).value]).filter(([, value]) => value));

const fits = (facets, wanted) =>
  facets.some((facet) => Object.entries(wanted).every(([name, value]) => facet[name] === value));

const within = (index, results, wanted) => results.filter((one) => fits(index.facets.get(one.id) ?? [], wanted));

const named = (names) => (value) => (Object.hasOwn(names, value) ? names[value] : undefined);
const names = {
  kind: named(settings.kinds),
  year: (value) => settings.years.find((year) => year === value),
  unit: named(settings.units),
};

// Each choice with the number of results that it would leave, the other choices standing.
const offer = (index, results) => {
  const wanted = chosen();
  for (const name of FILTERS) {
    const { [name]: own = "", ...others } = wanted;
    const counts = new Map(own ? [[own, 0]] : []);
    for (const one of within(index, results, others)) {
      for (const value of new Set((index.facets.get(one.id) ?? []).map((facet) => facet[name])))
        if (value) counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    const order = name === "kind" ? Object.keys(settings.kinds) : name === "year" ? settings.years : Object.keys(settings.units);
    const options = order.filter((value) => counts.has(value)).map((value) => {
      const label = fill("count", { name: names[name](value), count: counts.get(value) });
      return new Option(label, value, false, value === own);
    });
    get(name).replaceChildren(new Option(texts.all, "", false, !own), ...options);
  }
  get("filters").hidden = false;
};

const showMore = async () => {
  const { index, results, named, exact, terms, turn } = found;
  const from = found.shown;
  found.shown = Math.min(results.length, from + PAGE);
  more.disabled = true;
  const data = await Promise.all(results.slice(from, found.shown).map((one) => one.data()));
  if (turn !== asked) return undefined;
  const lines = data.map((one, at) => {
    const { id } = results[from + at];
    return line(one, { ...settings, terms, isNamed: named.has(id), facets: index.facets.get(id) ?? [] });
  });
  // Where those that say it as it stands end, and those that only have its words begin.
  if (exact > 0 && from <= exact) lines[exact - from]?.classList.add("hit--apart");
  list.append(...lines.filter(Boolean));
  const left = results.length - found.shown;
  more.hidden = left === 0;
  more.disabled = false;
  more.textContent = fill("more", { count: Math.min(PAGE, left) });
  return lines[0]?.querySelector("a");
};

const clear = (message) => {
  list.replaceChildren();
  more.hidden = true;
  none.hidden = true;
  start.hidden = true;
  status.textContent = message;
};

const run = async () => {
  const turn = ++asked;
  const sought = query.value.trim().replace(/\s+/g, " ");
  document.title = document.title.replace(/^.*? - /, `${sought ? `${sought} · ` : ""}${texts.title} - `);
  if (!sought) {
    clear("");
    start.hidden = false;
    get("filters").hidden = true;
    open().catch(() => {});
    return;
  }
  list.setAttribute("aria-busy", "true");
  if (!list.children.length) status.textContent = texts[opening ? "searching" : "loading"];
  try {
    const index = await open();
    const answer = await find(index, sought);
    if (turn !== asked) return;
    offer(index, answer.results);
    const wanted = chosen();
    const results = within(index, answer.results, wanted);
    const named = new Set(answer.results.slice(0, answer.named).map((one) => one.id));
    const exact = within(index, answer.results.slice(0, answer.exact), wanted).length;
    const others = results.length - exact;
    const message = exact ? (others ? "found_more" : "found") : others ? "found_words" : "none";
    clear(fill(message, { query: sought, count: exact || others, others }));
    none.hidden = results.length > 0;
    get("none-filters").hidden = !Object.keys(wanted).length;
    found = { index, results, named, exact, terms: answer.terms, turn, shown: 0 };
    await showMore();
  } catch (error) {
    if (turn !== asked) return;
    opening = undefined;
    clear(texts.missing);
    console.warn(error);
  } finally {
    if (turn === asked) list.removeAttribute("aria-busy");
  }
};

const address = () => {
  const wanted = new URLSearchParams({ ...(query.value.trim() && { q: query.value.trim() }), ...chosen() }).toString();
  return `${location.pathname}${wanted && `?${wanted}`}`;
};

const fromAddress = () => {
  const wanted = new URLSearchParams(location.search);
  query.value = wanted.get("q") ?? "";
  for (const name of FILTERS) {
    const value = wanted.get(name) ?? "";
    // The choices come with the results; until then the one in the address stands alone.
    get(name).replaceChildren(new Option(texts.all, ""), ...(names[name](value) ? [new Option(names[name](value), value, true, true)] : []));
  }
  return run();
};

let waiting;
const ask = (keep) => {
  clearTimeout(waiting);
  if (address() !== `${location.pathname}${location.search}`) history[keep ? "pushState" : "replaceState"](null, "", address());
  return run();
};

form.addEventListener("submit", (event) => {
  event.preventDefault();
  ask(true);
});
query.addEventListener("input", (event) => {
  clearTimeout(waiting);
  // Chinese is put together from letters: wait until it is.
  if (!event.isComposing) waiting = setTimeout(() => ask(false), PAUSE);
});
query.addEventListener("compositionend", () => {
  waiting = setTimeout(() => ask(false), PAUSE);
});
for (const name of FILTERS) get(name).addEventListener("change", () => ask(true));
more.addEventListener("click", async () => (await showMore())?.focus());
window.addEventListener("popstate", fromAddress);
query.focus({ preventScroll: true });
fromAddress();
