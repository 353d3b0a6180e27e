// What is taken of a series in a year → the next number (duban.numbering).
const WIDTH = 4;

export const nextItem = (taken, year) => `${year}-${String((taken[year] ?? 0) + 1).padStart(WIDTH, "0")}`;

export const nextForm = (taken, series, year) => `${series}〔${year}〕${(taken[`${series}〔${year}〕`] ?? 0) + 1}号`;

export const itemPath = (id) => `items/${id.slice(0, 4)}/${id}.yml`;
