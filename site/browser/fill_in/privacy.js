// Free text → what looks classified or personal and must not stand there: D601–D605 (duban.rules.privacy).
const MARK =
  /(?:绝密|机密|秘密)\s*[★☆*]|密\s*级\s*:\s*(?:绝密|机密|秘密)|[(【[〔](?:绝密|机密|秘密)[)】\]〕]|(?:绝密|机密|秘密)级|(?<![非不无未])涉密(?:文件|事项|内容|资料|信息)/u;
const DIGITS = /(?<![\p{Nd}A-Za-z])\+?\p{Nd}(?:[ -]?\p{Nd}){9,21}[Xx]?(?![\p{Nd}A-Za-z])/gu;
const MOBILE = /^(?:\+?86)?1[3-9]\d{9}$/;
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

const sum = (numbers) => numbers.reduce((total, one) => total + one, 0);

const plausibleBirth = (digits) => {
  const [year, month, day] = [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6)];
  return year >= "1900" && year <= "2099" && month >= "01" && month <= "12" && day >= "01" && day <= "31";
};

const holdsChecksum = (digits) =>
  "10X98765432"[sum(WEIGHTS.map((weight, index) => weight * Number(digits[index]))) % 11] === digits[17].toUpperCase();

const luhn = (digits) =>
  sum([...digits].reverse().map((digit, index) => (index % 2 ? Math.floor((2 * digit) / 10) + ((2 * digit) % 10) : Number(digit)))) % 10 === 0;

const kindOfNumber = (digits) => {
  if (MOBILE.test(digits)) return "D603";
  if (digits.length === 18 && /^\d{17}/.test(digits) && plausibleBirth(digits.slice(6, 14)))
    return holdsChecksum(digits) ? "D602" : "D605";
  if (/^[3456]\d{14,18}$/.test(digits) && luhn(digits)) return "D604";
  return "";
};

const masked = (text) => `${text.slice(0, 3)}…${text.slice(-2)}`;

export function* privacyProblems(texts) {
  for (const [pointer, text] of texts) {
    const plain = text.normalize("NFKC");
    const mark = MARK.exec(plain);
    if (mark) yield { code: "D601", pointer, details: { text: mark[0] } };
    for (const [found] of plain.matchAll(DIGITS)) {
      const code = kindOfNumber(found.replace(/[ -]/g, ""));
      if (code) yield { code, pointer, details: { text: masked(found) } };
    }
  }
}
