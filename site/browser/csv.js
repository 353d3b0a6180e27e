// Lines of cells → a CSV file that Excel opens as it is: with a byte order mark, and no cell a formula.
const FORMULA = /^[=+@\t\r]|^-(?!\d+$)/;

const cell = (value) => {
  const text = String(value);
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** The text of the file, without the mark. */
export const csvText = (lines) => lines.map((line) => line.map(cell).join(",")).join("\r\n") + "\r\n";

export const csv = (lines) => new Blob([`\uFEFF${csvText(lines)}`], { type: "text/csv;charset=utf-8" });
