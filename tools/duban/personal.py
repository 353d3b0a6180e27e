"""Text → what tells of a person in it: identity, telephone and card numbers, number plates, home addresses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import accumulate, cycle
from typing import Literal, NamedTuple

Kind = Literal["identity", "identity_maybe", "mobile", "card", "landline", "plate", "home"]

PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_UNSEEN = re.compile(
    "[\u00ad\u0300-\u036f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u20d0-\u20ff\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
"""What nobody sees between two digits, and what is drawn over one, as in keycaps."""
_HYPHENS = re.compile("[\u2010-\u2015\u2212\u2043]")
_CHINESE = "〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖"
_AS_ASCII = str.maketrans(_CHINESE, "001234567891123456789")

_RUN = re.compile(r"[0-9](?:[ \-._·/()+]{0,3}[0-9])*")
_GROUP = re.compile(r"[0-9]+")
_SPOKEN = re.compile(rf"[{_CHINESE}0-9](?:[ -]{{0,2}}[{_CHINESE}0-9Xx]){{10,}}")
_CALLED = re.compile(r"(?i:tel|phone|mobile|vx|wx|wechat|id|no)[-._]?\Z")
"""A word before a number that is no part of it, as the letters of a contract's number are."""
_CODE_BEFORE, _CODE_AFTER = re.compile(r"[A-Za-z][-._]?\Z"), re.compile(r"[-._]?(?!(?i:vx|wx|wechat))[A-Za-z]")
_CHECK_X = re.compile(r"[ -]{0,3}[Xx](?![A-Za-z])")
_DAY = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}[-./][01]?[0-9][-./][0-3]?[0-9](?![0-9])")
_AMOUNT = re.compile(r" ?(?:元|万|亿|平方|立方|吨|千瓦|公里|公斤|%)")

_MOBILE = re.compile(r"(?:(?:00)?86|0)?1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"(?:(?:00)?86(?:0?)|0)(?:10[2-8][0-9]{7}|2[0-9][2-8][0-9]{7}|[3-9][0-9]{2}[2-8][0-9]{6,7})")
_BY_NAME = re.compile(
    r"(?:电话|座机|固话|联系方式)(?:号码|号)?[:是为 ]{0,3}([2-8][0-9]{2,3}[ -]?[0-9]{4})"
    r"(?![0-9A-Za-z-]| ?(?:元|万|亿|户|人))"
)
_PLATE_SIGN = "[A-HJ-NP-Za-hj-np-z0-9]"
_PLATE = re.compile(
    rf"[{PROVINCES}] ?[A-Za-z][ .·-]{{0,3}}(?=[A-Za-z -]{{0,4}}[0-9])"
    rf"(?:{_PLATE_SIGN}[ -]?){{4}}{_PLATE_SIGN}(?:[ -]?{_PLATE_SIGN})?[挂学警港澳]?(?![A-Za-z0-9])"
)
_N = r"[0-9〇零一二三四五六七八九十]{1,4}"
_ROOM = r"(?:[0-9]{3,4}|[〇零一二三四五六七八九十百]{3,5})"
_HOME = re.compile(
    rf"(?:{_N} ?(?:号楼|号院|栋|幢|座|号) ?)?{_N} ?单元 ?(?:{_N} ?[层楼] ?)?{_ROOM} ?"
    r"(?:[室号]|户(?!居民|群众|住户|业主|家庭|人)|(?![0-9.]|余|多|个|户|人|平|元|米|万|吨|件|次|天|年|月|%| ))"
    rf"|(?:小区|花园|家园|公寓|家属院|家属楼|宿舍|新村|苑) ?{_N} ?(?:号楼|栋|幢|座) ?{_ROOM} ?[室号]"
    rf"|[\u4e00-\u9fff]村 ?第?{_N} ?(?:村民小组|组|队) ?{_N} ?号"
)

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_REGION = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|91")
_LONGEST = 19
_DIGIT = rf"[0-9\uff10-\uff19{_CHINESE}]"
_WORDS = ("电话", "座机", "固话", "联系方式", "单元", "号楼", "栋", "幢", "座", "村")
_SIGNS = (
    _UNSEEN,
    re.compile(rf"{_DIGIT}\W*(?:{_DIGIT}\W*){{10}}"),
    re.compile(rf"[{PROVINCES}]\W*[A-Za-z\uff21-\uff3a\uff41-\uff5a]"),
    re.compile(
        "[\u00b2\u00b3\u00b9\u2070-\u209f\u2460-\u24ff\u2776-\u2793\u3220-\u3247\u3280-\u339f"
        "\U0001d400-\U0001d7ff\U0001f100-\U0001f1ff]"
    ),
)
"""What a text has, before it is made ``readable``, in which anything is found; signs such as ① are read as digits."""
_Span = tuple[int, int]


class Found(NamedTuple):
    """One thing that tells of a person, and where in the text it stands."""

    kind: Kind
    start: int
    end: int


def readable(text: str) -> str:
    """The text as somebody reads it: half width (NFKC), nothing invisible, one kind of hyphen."""
    return _HYPHENS.sub("-", _UNSEEN.sub("", unicodedata.normalize("NFKC", text)))


def may_hold(text: str) -> bool:
    """Whether anything can be found in a text, told at a tenth of the cost of looking."""
    return any([word in text for word in _WORDS]) or any(sign.search(text) for sign in _SIGNS)


def found_in(plain: str) -> list[Found]:
    """What tells of a person in a ``readable`` text, in order and without overlap.

    Identity numbers by the MOD 11-2 checksum of GB 11643, bank cards by Luhn's; an 18-digit number of a plausible
    region and birth whose checksum fails may be one. Telephones by the first digits of operators and areas,
    however they are grouped; mobile and identity numbers in Chinese digits too. Plates as GA 36 has them. A home
    is a room of a unit or of a block in a place where people live, or a door of a village's group; a street and
    a number are none, for offices have them.
    """
    found = [*_numbers(plain), *_spoken(plain)]
    found += [Found("landline", one.start(1), one.end(1)) for one in _BY_NAME.finditer(plain)]
    found += [Found("plate", one.start(), one.end()) for one in _PLATE.finditer(plain)]
    found += [Found("home", one.start(), one.end()) for one in _HOME.finditer(plain)]
    kept: list[Found] = []
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def _numbers(plain: str) -> Iterator[Found]:
    """Numbers in ASCII digits: of each run of groups the longest part that is one, from the left."""
    for run in _RUN.finditer(plain):
        groups = [one.span() for one in _GROUP.finditer(plain, *run.span())]
        first = 0
        while first < len(groups):
            last, found = _number_at(plain, groups, first)
            if found:
                yield found
            first = last + 1


def _number_at(plain: str, groups: Sequence[_Span], first: int) -> tuple[int, Found | None]:
    """The number that begins with a group, and the last group of it; the group itself where there is none."""
    start = groups[first][0]
    lengths = accumulate(end - begin for begin, end in groups[first : first + _LONGEST])
    ends = [first + place for place, length in enumerate(lengths) if 11 <= length <= _LONGEST]
    for last in reversed(ends):
        end = groups[last][1]
        parts = [plain[begin:stop] for begin, stop in groups[first : last + 1]]
        digits = "".join(parts)
        if len(digits) == 17 and (sign := _CHECK_X.match(plain, end)):
            digits, end = f"{digits}X", sign.end()
        kind = _kind_of(digits, parts, plain[start:end])
        if kind and _stands_alone(plain, groups, first, last, end, kind):
            return last, Found(kind, start, end)
    return first, None


def _kind_of(digits: str, parts: Sequence[str], written: str) -> Kind | None:
    """What digits are that are written in parts."""
    if kind := _identity(digits):
        return kind
    if _MOBILE.fullmatch(digits):
        return "mobile" if _grouped_as_a_mobile(parts, written) else None
    if _LANDLINE.fullmatch(digits):
        return "landline" if _grouped_as_a_landline(parts) else None
    if 15 <= len(digits) <= 19 and digits[0] in "3456" and _luhn(digits):
        even = all(len(one) >= 4 for one in parts[:-1]) or all(len(one) == 1 for one in parts)
        return "card" if even and not _DAY.search(written) else None
    return None


def _grouped_as_a_mobile(parts: Sequence[str], written: str) -> bool:
    """Any groups between blanks and hyphens; else three at most, as addresses of machines have four.

    Dates among other figures, and two figures that rise, as a range's do, are none.
    """
    first = re.sub(r"\A(?:(?:00)?86|0)", "", parts[0])
    own = [first, *parts[1:]] if first else parts[1:]
    if len(own) == 1 or all(len(one) == 1 for one in own):
        return True
    if _DAY.search(written) or (len(own) == 2 and len(own[0]) == 5):
        return False
    return not re.search(r"[._·/]", written) or all(len(one) >= 3 for one in own)


def _grouped_as_a_landline(parts: Sequence[str]) -> bool:
    """The area in a group of its own, or everything in one."""
    at = 1 if parts[0] in ("86", "0086") else 0
    if len(parts) == at + 1:
        return at == 1 or parts[0][0] == "0"
    area = parts[at]
    return len(area.removeprefix("0")) == (2 if area.removeprefix("0")[:1] in "12" else 3) and len(parts) <= at + 4


def _stands_alone(plain: str, groups: Sequence[_Span], first: int, last: int, end: int, kind: Kind) -> bool:
    """Whether nothing beside a number makes it a part of a longer one, of a code with letters, or an amount."""
    start = groups[first][0]
    before, after = plain[max(start - 9, 0) : start], plain[end : end + 8]
    if first == 0:
        if _CODE_BEFORE.search(before) and not _CALLED.search(before):
            return False
    elif not _apart(plain, groups[first - 1], groups[first], of=groups[first - 1]):
        return False
    if last == len(groups) - 1:
        return not _CODE_AFTER.match(after) and not (kind in ("mobile", "card") and _AMOUNT.match(after))
    # A landline may have an extension.
    extension = kind == "landline" and groups[last + 1][1] - groups[last + 1][0] <= 5
    return extension or _apart(plain, groups[last], groups[last + 1], of=groups[last + 1])


def _apart(plain: str, one: _Span, other: _Span, *, of: _Span) -> bool:
    """Whether no hyphen or dot alone ties two groups of digits; any may, if that ``of`` which is asked is a mobile."""
    return any(sign in " /()+" for sign in plain[one[1] : other[0]]) or _MOBILE.fullmatch(plain, *of) is not None


def _spoken(plain: str) -> Iterator[Found]:
    """Mobile and identity numbers that are written in Chinese digits, or in both kinds."""
    for run in _SPOKEN.finditer(plain):
        places = [place for place in range(*run.span()) if plain[place] not in " -"]
        if sum(plain[place] in _CHINESE for place in places[:11]) < 5:
            continue
        digits = "".join(plain[place] for place in places).translate(_AS_ASCII)
        # A word that begins with a digit, such as 一直, may stand right behind.
        if _MOBILE.fullmatch(digits[:11]) and len(digits) <= 12:
            yield Found("mobile", run.start(), places[10] + 1)
        elif len(digits) in (18, 19) and _identity(digits[:18]) == "identity":
            yield Found("identity", run.start(), places[17] + 1)


def _identity(digits: str) -> Kind | None:
    """An identity number, perhaps one, or none."""
    if len(digits) != 18 or not digits[:17].isdigit() or not _plausible_birth(digits[6:14]):
        return None
    if _id_checksum(digits):
        return "identity"
    return "identity_maybe" if _REGION.match(digits) else None


def _plausible_birth(digits: str) -> bool:
    return "1900" <= digits[:4] <= "2099" and "01" <= digits[4:6] <= "12" and "01" <= digits[6:] <= "31"


def _id_checksum(digits: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(digits, _ID_WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == digits[17].upper()


def _luhn(digits: str) -> bool:
    doubled = cycle((1, 2))
    return (
        sum(sum(divmod(int(digit) * factor, 10)) for digit, factor in zip(reversed(digits), doubled, strict=False)) % 10
        == 0
    )
