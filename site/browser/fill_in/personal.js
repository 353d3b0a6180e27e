// Text → what tells of a person in it: identity, telephone and card numbers, number plates, home addresses (duban.personal).
const UNSEEN =
  /[\u{ad}\u{300}-\u{36f}\u{61c}\u{115f}\u{1160}\u{17b4}\u{17b5}\u{180b}-\u{180f}\u{200b}-\u{200f}\u{202a}-\u{202e}\u{2060}-\u{206f}\u{20d0}-\u{20ff}\u{3164}\u{fe00}-\u{fe0f}\u{feff}\u{ffa0}\u{fff9}-\u{fffb}\u{e0000}-\u{e0fff}]/gu;
const HYPHENS = /[\u2010-\u2015\u2212\u2043]/g;
const CHINESE = "〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖";
const AS_ASCII = "001234567891123456789";

const RUN = /[0-9](?:[ \-._·/()+]{0,3}[0-9])*/g;
const SPOKEN = new RegExp(`[${CHINESE}0-9](?:[ -]{0,2}[${CHINESE}0-9Xx]){10,}`, "g");
// A word before a number that is no part of it, as the letters of a contract's number are.
const CALLED = /(?:tel|phone|mobile|vx|wx|wechat|id|no)[-._]?$/i;
const CODE_BEFORE = /[A-Za-z][-._]?$/;
const CODE_AFTER = /^[-._]?(?![Vv][Xx]|[Ww][Xx]|[Ww][Ee][Cc][Hh][Aa][Tt])[A-Za-z]/;
const CHECK_X = /^[ -]{0,3}[Xx](?![A-Za-z])/;
const DAY = /(?<![0-9])(?:19|20)[0-9]{2}[-./][01]?[0-9][-./][0-3]?[0-9](?![0-9])/;
const AMOUNT = /^ ?(?:元|万|亿|平方|立方|吨|千瓦|公里|公斤|%)/;

const MOBILE = /^(?:(?:00)?86|0)?1[3-9][0-9]{9}$/;
const LANDLINE = /^(?:(?:00)?86(?:0?)|0)(?:10[2-8][0-9]{7}|2[0-9][2-8][0-9]{7}|[3-9][0-9]{2}[2-8][0-9]{6,7})$/;
const BY_NAME =
  /(?:电话|座机|固话|联系方式)(?:号码|号)?[:是为 ]{0,3}([2-8][0-9]{2,3}[ -]?[0-9]{4})(?![0-9A-Za-z-]| ?(?:元|万|亿|户|人))/dg;
const PLATE =
  /[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼] ?[A-Za-z][ .·-]{0,3}(?=[A-Za-z -]{0,4}[0-9])(?:[A-HJ-NP-Za-hj-np-z0-9][ -]?){4}[A-HJ-NP-Za-hj-np-z0-9](?:[ -]?[A-HJ-NP-Za-hj-np-z0-9])?[挂学警港澳]?(?![A-Za-z0-9])/g;
const N = "[0-9〇零一二三四五六七八九十]{1,4}";
const ROOM = "(?:[0-9]{3,4}|[〇零一二三四五六七八九十百]{3,5})";
const HOME = new RegExp(
  `(?:${N} ?(?:号楼|号院|栋|幢|座|号) ?)?${N} ?单元 ?(?:${N} ?[层楼] ?)?${ROOM} ?` +
    "(?:[室号]|户(?!居民|群众|住户|业主|家庭|人)|(?![0-9.]|余|多|个|户|人|平|元|米|万|吨|件|次|天|年|月|%| ))" +
    `|(?:小区|花园|家园|公寓|家属院|家属楼|宿舍|新村|苑) ?${N} ?(?:号楼|栋|幢|座) ?${ROOM} ?[室号]` +
    `|[\\u4e00-\\u9fff]村 ?第?${N} ?(?:村民小组|组|队) ?${N} ?号`,
  "g",
);

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const REGION = /^(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|91)/;
const LONGEST = 19;

const sum = (numbers) => numbers.reduce((total, one) => total + one, 0);

const plausibleBirth = (digits) => {
  const [year, month, day] = [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6)];
  return year >= "1900" && year <= "2099" && month >= "01" && month <= "12" && day >= "01" && day <= "31";
};

const holdsChecksum = (digits) =>
  "10X98765432"[sum(WEIGHTS.map((weight, index) => weight * Number(digits[index]))) % 11] === digits[17].toUpperCase();

const luhn = (digits) =>
  sum([...digits].reverse().map((digit, index) => (index % 2 ? Math.floor((2 * digit) / 10) + ((2 * digit) % 10) : Number(digit)))) % 10 === 0;

const identity = (digits) => {
  if (digits.length !== 18 || !/^[0-9]{17}/.test(digits) || !plausibleBirth(digits.slice(6, 14))) return "";
  if (holdsChecksum(digits)) return "identity";
  return REGION.test(digits) ? "identity_maybe" : "";
};

// Any groups between blanks and hyphens; else three at most. Dates among other figures and ranges are none.
const groupedAsAMobile = (parts, written) => {
  const first = parts[0].replace(/^(?:(?:00)?86|0)/, "");
  const own = [...(first ? [first] : []), ...parts.slice(1)];
  if (own.length === 1 || own.every((one) => one.length === 1)) return true;
  if (DAY.test(written) || (own.length === 2 && own[0].length === 5)) return false;
  return !/[._·/]/.test(written) || own.every((one) => one.length >= 3);
};

// The area in a group of its own, or everything in one.
const groupedAsALandline = (parts) => {
  const at = ["86", "0086"].includes(parts[0]) ? 1 : 0;
  if (parts.length === at + 1) return at === 1 || parts[0].startsWith("0");
  const area = parts[at].replace(/^0/, "");
  return area.length === (/^[12]/.test(area) ? 2 : 3) && parts.length <= at + 4;
};

const kindOf = (digits, parts, written) => {
  const kind = identity(digits);
  if (kind) return kind;
  if (MOBILE.test(digits)) return groupedAsAMobile(parts, written) ? "mobile" : "";
  if (LANDLINE.test(digits)) return groupedAsALandline(parts) ? "landline" : "";
  if (/^[3456][0-9]{14,18}$/.test(digits) && luhn(digits)) {
    const even = parts.slice(0, -1).every((one) => one.length >= 4) || parts.every((one) => one.length === 1);
    return even && !DAY.test(written) ? "card" : "";
  }
  return "";
};

const apart = (plain, one, other, of) => /[ /()+]/.test(plain.slice(one[1], other[0])) || MOBILE.test(plain.slice(...of));

const standsAlone = (plain, groups, first, last, end, kind) => {
  const start = groups[first][0];
  const [before, after] = [plain.slice(Math.max(start - 9, 0), start), plain.slice(end, end + 8)];
  if (first === 0) {
    if (CODE_BEFORE.test(before) && !CALLED.test(before)) return false;
  } else if (!apart(plain, groups[first - 1], groups[first], groups[first - 1])) return false;
  if (last === groups.length - 1) return !CODE_AFTER.test(after) && !(["mobile", "card"].includes(kind) && AMOUNT.test(after));
  const next = groups[last + 1];
  return (kind === "landline" && next[1] - next[0] <= 5) || apart(plain, groups[last], next, next);
};

const numberAt = (plain, groups, first) => {
  const start = groups[first][0];
  const ends = [];
  let length = 0;
  for (let last = first; last < groups.length && length <= LONGEST; last += 1) {
    length += groups[last][1] - groups[last][0];
    if (length >= 11 && length <= LONGEST) ends.unshift(last);
  }
  for (const last of ends) {
    let end = groups[last][1];
    const parts = groups.slice(first, last + 1).map((one) => plain.slice(...one));
    let digits = parts.join("");
    const sign = digits.length === 17 ? CHECK_X.exec(plain.slice(end)) : null;
    if (sign) {
      digits += "X";
      end += sign[0].length;
    }
    const kind = kindOf(digits, parts, plain.slice(start, end));
    if (kind && standsAlone(plain, groups, first, last, end, kind)) return [last, { kind, start, end }];
  }
  return [first, null];
};

function* numbers(plain) {
  for (const run of plain.matchAll(RUN)) {
    const groups = [...run[0].matchAll(/[0-9]+/g)].map((one) => [run.index + one.index, run.index + one.index + one[0].length]);
    for (let first = 0; first < groups.length; first += 1) {
      const [last, found] = numberAt(plain, groups, first);
      if (found) yield found;
      first = last;
    }
  }
}

function* spoken(plain) {
  for (const run of plain.matchAll(SPOKEN)) {
    const places = [...run[0]].flatMap((sign, index) => (" -".includes(sign) ? [] : [run.index + index]));
    if (places.slice(0, 11).filter((place) => CHINESE.includes(plain[place])).length < 5) continue;
    const digits = places.map((place) => AS_ASCII[CHINESE.indexOf(plain[place])] ?? plain[place]).join("");
    // A word that begins with a digit, such as 一直, may stand right behind.
    if (MOBILE.test(digits.slice(0, 11)) && digits.length <= 12) yield { kind: "mobile", start: run.index, end: places[10] + 1 };
    else if ([18, 19].includes(digits.length) && identity(digits.slice(0, 18)) === "identity")
      yield { kind: "identity", start: run.index, end: places[17] + 1 };
  }
}

const whole = (kind, plain, pattern) => [...plain.matchAll(pattern)].map((one) => ({ kind, start: one.index, end: one.index + one[0].length }));

// The text as somebody reads it: half width, nothing invisible, one kind of hyphen.
export const readable = (text) => text.normalize("NFKC").replace(UNSEEN, "").replace(HYPHENS, "-");

// What tells of a person in a readable text, in order and without overlap.
export const foundIn = (plain) => {
  const named = [...plain.matchAll(BY_NAME)].map((one) => ({ kind: "landline", start: one.indices[1][0], end: one.indices[1][1] }));
  const found = [...numbers(plain), ...spoken(plain), ...named, ...whole("plate", plain, PLATE), ...whole("home", plain, HOME)];
  const kept = [];
  for (const one of found.sort((a, b) => a.start - b.start || b.end - a.end)) if (!kept.length || one.start >= kept.at(-1).end) kept.push(one);
  return kept;
};
