// Free text → what looks classified or personal and must not stand there: D601–D608 (duban.rules.privacy).
import { foundIn, readable } from "./personal.js";

const MARK =
  /(?:绝密|机密|秘密)\s*[★☆*]|密\s*级\s*:\s*(?:绝密|机密|秘密)|[(【[〔](?:绝密|机密|秘密)[)】\]〕]|(?:绝密|机密|秘密)级|(?<![非不无未])涉密(?:文件|事项|内容|资料|信息)/u;
const CODES = {
  identity: "D602",
  identity_maybe: "D605",
  mobile: "D603",
  card: "D604",
  landline: "D606",
  plate: "D607",
  home: "D608",
};

const masked = (text) => `${text.slice(0, 3)}…${text.slice(-2)}`;

export function* privacyProblems(texts) {
  for (const [pointer, text] of texts) {
    const plain = readable(text);
    const mark = MARK.exec(plain);
    if (mark) yield { code: "D601", pointer, details: { text: mark[0] } };
    for (const { kind, start, end } of foundIn(plain)) yield { code: CODES[kind], pointer, details: { text: masked(plain.slice(start, end)) } };
  }
}
