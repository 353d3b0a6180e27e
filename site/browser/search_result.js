// One result of a search → the line that a reader sees. Everything is made of text; nothing of it is read as HTML.
import { shownText } from "./search_words.js";

const LENGTH = 110;
const BEFORE = 24;
const FOLDERS = { items: "item", reports: "report", units: "unit", campaigns: "campaign" };
// Only addresses of pages below this one's folder are followed.
const PAGE = /^[\w-]+(?:\/[\w-]+)?\.html(?:#[\w-]+)?$/;

const element = (name, className, ...content) => {
  const made = document.createElement(name);
  made.className = className;
  made.append(...content);
  return made;
};

const escaped = (text) => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

const sought = (terms) =>
  new RegExp(`(${[...terms].sort((a, b) => b.length - a.length).map(escaped).join("|")})`, "giu");

/** A text as nodes, what was searched for marked. */
export const marked = (text, terms) =>
  text
    .split(sought(terms))
    .map((part, at) => (at % 2 ? element("mark", "", part) : part))
    .filter((part) => part !== "");

/** The part of a text around the whole query, else the one with most of its terms; of a thing called so the beginning. */
export const excerpt = (title, text, terms) => {
  const query = sought(terms.slice(0, 1));
  const whole = [...text.matchAll(query)];
  const parts = whole.length || title.search(query) >= 0 ? whole : [...text.matchAll(sought(terms))];
  const places = parts.map((match) => match.index);
  let best = 0;
  let most = 0;
  for (let first = 0, last = 0; first < places.length; first += 1) {
    while (last < places.length && places[last] < places[first] + LENGTH - BEFORE) last += 1;
    if (last - first > most) [best, most] = [places[first], last - first];
  }
  const start = best <= BEFORE ? 0 : best - BEFORE;
  const part = text.slice(start, start + LENGTH).replace(/^[\s·]+|\s*·[^·]{0,3}$|[\s·]+$/g, "");
  return `${start ? "…" : ""}${part}${start + LENGTH < text.length ? "…" : ""}`;
};

const kindOf = (address) => FOLDERS[address.split("/")[0].replace(/\.html.*$/, "")] ?? "page";

/** The list item of one result; undefined where it leads to no page of this site. */
export const line = (data, { terms, isNamed, facets, texts, kinds, units, language }) => {
  const address = data.url.replace(/^\/+/, "");
  if (!PAGE.test(address)) return undefined;
  const kind = address === "reports.html" ? "page" : kindOf(address);
  const title = shownText((data.meta[`title_${language}`] ?? data.meta.title).split(" "));
  const link = element("a", "hit__title", ...marked(title, terms));
  link.href = address;
  const facts = element("p", "hit__facts", element("span", "tag", kinds[kind]));
  const id = kind === "item" && address.replace(/^items\/|\.html$/g, "");
  const facet = facets.find((one) => one.kind === kind);
  if (id) facts.append(element("span", "col-id", ...marked(id, terms)));
  if (facet?.unit && kind !== "unit" && units[facet.unit]) facts.append(element("span", "", units[facet.unit]));
  if (isNamed) facts.append(element("span", "hit__named", texts.named));
  const text = excerpt(title, shownText(data.content.split(" ")), terms);
  return element("li", "hit", link, facts, element("p", "hit__text", ...marked(text, terms)));
};
