// What a reader chose → the rows that fit, and the address that says the same.
export const NAMES = ["text", "unit", "step", "light", "source", "campaign", "category"];

/** The choices that are not empty, in a fixed order. */
export const readFilters = (given) =>
  Object.fromEntries(NAMES.map((name) => [name, (given.get(name) ?? "").trim()]).filter(([, value]) => value));

/** The choices as the end of an address; "" for none. */
export const writeFilters = (chosen) => {
  const query = new URLSearchParams(chosen).toString();
  return query && `#${query}`;
};

const plain = (text) => text.normalize("NFKC").toLowerCase();

/** A test of rows: every word is found in the id, title or unit, and every chosen value is the row's. */
export const matcher = ({ text = "", ...values }, names) => {
  const words = plain(text).split(/\s+/).filter(Boolean);
  const wanted = Object.entries(values);
  return (row) => {
    const searched = plain(`${row.id} ${row.title} ${names.unit[row.unit] ?? ""}`);
    return (
      words.every((word) => searched.includes(word)) &&
      wanted.every(([name, value]) => (Array.isArray(row[name]) ? row[name].includes(value) : row[name] === value))
    );
  };
};
