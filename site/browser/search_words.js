// The browser's half of tools/duban/publish/search_words.py: queries → words, and words → the text they were made of.
const HAN = "々〇〻\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff\\u{20000}-\\u{3ffff}";
const MARK =
  "·\\u2010-\\u2027\\u2030-\\u205e\\u3001-\\u3004\\u3008-\\u303a\\u303c-\\u303f\\uff01-\\uff0f\\uff1a-\\uff20\\uff3b-\\uff40\\uff5b-\\uff65";
const PIECE = new RegExp(`([${HAN}]+)|([^\\s${HAN}${MARK}]+)`, "gu");
const PAIR = new RegExp(`^[${HAN}]{2}$`, "u");
const WORDY = /[\p{L}\p{N}]/u;
const STARTS_WIDE = new RegExp(`^[${HAN}${MARK}\\u2060]`, "u");
const ENDS_WIDE = new RegExp(`[${HAN}${MARK}]$`, "u");

/**
 * A query as words: in `phrase` those that stand one after the other where a record says it, in
 * `apart` those that the record has somewhere. A single Chinese character begins a pair in a record
 * unless something else follows it, so that at the end of a query a phrase can't have it; then the
 * phrase is not `whole`.
 */
export const queryWords = (query) => {
  const pieces = [...query.matchAll(PIECE)].filter(([, run, other]) => run || WORDY.test(other));
  const phrase = [];
  let single;
  pieces.forEach(([, run, other], at) => {
    const isLast = at === pieces.length - 1;
    const signs = run ? [...run] : [];
    for (let sign = 1; sign < signs.length; sign += 1) phrase.push(signs[sign - 1] + signs[sign]);
    if (other) phrase.push(other);
    else if (!isLast) phrase.push(signs.at(-1));
    else if (signs.length === 1) [single] = signs;
  });
  return { phrase, apart: single ? [...phrase, single] : phrase, whole: !single || !phrase.length };
};

/** The one word by which a name or a number is found as a whole. */
export const exactWord = (query) => {
  const name = bare(query);
  return name && `is${name}`;
};

/** The text that words were made of: of a pair the first character, of any other word all, with a blank where one stood. */
export const shownText = (words) =>
  words
    .map((word, at) => {
      const own = PAIR.test(word) ? [...word][0] : word.replace("\u2060", "");
      if (word === "·") return ` ${own} `;
      return at > 0 && !STARTS_WIDE.test(word) && !ENDS_WIDE.test(words[at - 1]) ? ` ${own}` : own;
    })
    .join("");

/** A text without what a phrase doesn't see: case, blanks, brackets, dashes. */
export const bare = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");

/** The words of a query as a Chinese reader would cut it: each is looked for apart from the others. */
export const looseTerms = (query) => {
  if (typeof Intl.Segmenter === "undefined") return query.match(new RegExp(`[${HAN}]{1,2}|[^\\s${HAN}${MARK}]+`, "gu")) ?? [];
  const segments = new Intl.Segmenter("zh", { granularity: "word" }).segment(query);
  return [...segments].filter((one) => one.isWordLike).map((one) => one.segment);
};
