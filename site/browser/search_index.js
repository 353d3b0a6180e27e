// The search index of a site: loads it and answers a query with results in the order in which a reader wants them.
import { bare, exactWord, looseTerms, queryWords, shownText } from "./search_words.js";

const MOST_LOOKED_AT = 40;

const quoted = (words) => `"${words.join(" ")}"`;

// Pagefind takes the language of a query from the page, and would cut Chinese by the browser's
// dictionary. The index is cut in pairs; so it is told that there is no language while it starts.
const withoutLanguage = (start) => {
  const root = document.documentElement;
  const language = root.lang;
  root.lang = "und";
  const started = start();
  root.lang = language;
  return started;
};

const loadFacets = async (folder, year) => {
  const answer = await fetch(new URL("facets.json", folder));
  if (!answer.ok) throw new Error(`${answer.status}`);
  const found = [];
  for (const [kind, units] of Object.entries(await answer.json()))
    for (const [unit, ids] of Object.entries(units)) found.push(...ids.map((id) => [`und_${id}`, { kind, unit, year }]));
  return found;
};

/** The index below an address, with one folder for each year. An Error where there is none. */
export const openIndex = async (base, years) => {
  const pagefind = await import(new URL("pagefind.js", base).href);
  // Without a worker: it would have to start within five seconds, and to fetch as much again.
  await pagefind.options({ baseUrl: "/", noWorker: true });
  const facets = new Map();
  const folders = [["", base], ...years.map((year) => [year, new URL(`${year}/`, base)])];
  const listed = Promise.all(folders.map(([year, folder]) => loadFacets(folder, year)));
  listed.catch(() => {});
  await withoutLanguage(() => pagefind.init());
  await pagefind.filters(); // fails where the index can't be loaded; joining others to it would wait for ever
  const join = ([, folder]) => pagefind.mergeIndex(folder.pathname, { baseUrl: "/", language: "und" });
  await Promise.all(folders.slice(1).map(join));
  // Results of two years may share a name, seldom enough that a filter may let both through.
  for (const [id, facet] of (await listed).flat()) facets.set(id, [...(facets.get(id) ?? []), facet]);
  return { pagefind, facets };
};

const search = async ({ pagefind }, term) => (term ? (await pagefind.search(term)).results : []);

const says = async (result, query) => {
  const { content, meta } = await result.data();
  const texts = [content, meta.title].map((words) => bare(shownText(words.split(" "))));
  return texts.some((text) => text.includes(bare(query)));
};

// What a phrase that is not the whole query found, looked at one by one, as far as that is worth it.
const confirmed = async (results, query) => {
  const looked = results.slice(0, MOST_LOOKED_AT);
  const right = await Promise.all(looked.map((one) => says(one, query)));
  return looked.filter((_, at) => right[at]);
};

/**
 * What a query finds: things that are called so, then those that say it as it stands, then those that
 * have each of its words. `exact` is how many the first two are, `terms` what to mark in all.
 */
export const find = async (index, query) => {
  const { phrase, apart, whole } = queryWords(query);
  const terms = looseTerms(query);
  if (!apart.length) return { results: [], named: 0, exact: 0, terms };
  const loose = terms.flatMap((term) => queryWords(term).apart);
  const asked = [quoted([exactWord(query)]), phrase.length ? quoted(phrase) : "", apart.join(" "), loose.join(" ")];
  const [named, said, ranked, others] = await Promise.all(asked.map((term) => search(index, term)));
  // A phrase gives no ranking; that of the same words apart does: titles first, then how often.
  const scores = new Map(ranked.map((one) => [one.id, one.score]));
  const phrased = phrase.length ? said.filter((one) => scores.has(one.id)) : ranked;
  phrased.sort((a, b) => scores.get(b.id) - scores.get(a.id));
  const exact = whole ? phrased : await confirmed(phrased, query);
  const known = new Set();
  const fresh = (found) => found.filter((one) => !known.has(one.id) && known.add(one.id));
  const first = [...fresh(named), ...fresh(exact)];
  return { results: [...first, ...fresh(others)], named: named.length, exact: first.length, terms: [query, ...terms] };
};
