// An unquoted YAML scalar → what it means to every reader, and whether a text may stand unquoted (duban.scalar, duban.writing).
const INT = /^-?(?:0|[1-9]\d{0,15})$/;
const FLOAT = /^-?(?:0|[1-9]\d*)\.\d+$/;
const AMBIGUOUS = new RegExp(
  "^(?:[-+]?(?:\\d[\\d_]*(?:\\.[\\d_]*)?|\\.\\d[\\d_]*)(?:[eE][-+]?\\d+)?|[-+]?0(?:x[0-9a-fA-F_]+|o[0-7_]+|b[01_]+)" +
    "|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\\.[0-9_]*)?" +
    "|(?:yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF|True|TRUE|False|FALSE|Null|NULL|y|Y|n|N)" +
    "|[-+]?\\.(?:inf|Inf|INF)|\\.(?:nan|NaN|NAN)|=)$",
);
const CONSTANTS = new Set(["true", "false", "null", "~", ""]);
const NOT_FIRST = new Set("-?:,[]{}#&*!|>'\"%@` \t=");
// What Python calls printable: no control, format, surrogate, private, unassigned sign and no separator but the space.
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u;

export const isPrintable = (text) => !UNPRINTABLE.test(text);

// Whether every reader takes the unquoted text for this text and for nothing else.
const isText = (text) => !(CONSTANTS.has(text) || INT.test(text) || FLOAT.test(text) || AMBIGUOUS.test(text));

export const isPlain = (text, inFlow) => {
  if (!text || NOT_FIRST.has(text[0]) || " :".includes(text.at(-1)) || text.includes("\n")) return false;
  if (text.includes(": ") || text.includes(" #") || text.startsWith("---") || text.startsWith("...")) return false;
  if (inFlow && /[,[\]{}:]/.test(text)) return false;
  return isText(text) && isPrintable(text);
};
