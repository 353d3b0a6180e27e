"""Text → the identity, telephone and card numbers in it; and a lead's text without what tells of a person."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from itertools import cycle
from typing import Literal, NamedTuple

Kind = Literal["identity", "identity_maybe", "mobile", "card"]
Removed = Literal[
    "identity", "mobile", "card", "telephone", "number", "mail", "messenger", "door", "plate", "name", "at"
]
"""What was taken out of a lead: three kinds of numbers that the check refuses too, and what a lead may well hold."""

_DIGITS = re.compile(r"(?<![\dA-Za-z])\+?\d(?:[ -]?\d){9,21}[Xx]?(?![\dA-Za-z])")
_MOBILE = re.compile(r"(?:\+?86)?(1[3-9]\d{9})\Z")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_KINDS: dict[Kind, Removed] = {
    "identity": "identity",
    "identity_maybe": "identity",
    "mobile": "mobile",
    "card": "card",
}
_ROADS, _PROVINCES = "路街巷弄里", "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PATTERNS: Mapping[Removed, tuple[str, ...]] = {
    "mail": (r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+",),
    "messenger": (r"(?i:微信|威信|QQ|wechat|vx)(?:号码|账号|号|id)?[:是为 ]*[A-Za-z0-9_-]{5,20}",),
    "name": (r"(?:我叫|(?:姓名|联系人|反映人|举报人|投诉人|署名)[:是 ]+)[一-鿿·]{2,4}",),
    "telephone": (
        r"(?<!\d)0\d{2,3}[ )-]{0,2}\d{7,8}(?!\d)",
        r"(?:电话|座机|热线|手机)(?:号码|号)?[:是为 ]*\+?\d[\d -]{5,}",
    ),
    "number": (r"(?<![\dA-Za-z])\+?\d(?:[ .·/()\u2010-\u2015-]{0,2}\d){9,}[Xx]?",),
    "plate": (rf"[{_PROVINCES}][A-Z][· ]?[A-Z0-9]{{5,6}}(?![A-Z0-9])",),
    "door": (
        r"(?:\d+(?:号楼|栋|幢|号院|号) *)?\d+单元(?: *\d+(?:室|号)?)?",
        r"(?<!\d)\d{3,4}室",
        rf"(?<=[{_ROADS}]) *\d+(?:-\d+)?号(?![线文])",
    ),
    "at": (r"(?a:(?<![\w.])@[A-Za-z0-9][\w-]{0,38})",),
}
"""More than the check refuses: a lead comes from people who do not know what must not stand here."""
_DAYS = re.compile(r"(?:19|20)\d\d-[01]\d-[0-3]\d(?!\d)")
_ATTACHED = re.compile(r"!\[[^\]\n]*\]\([^)\n]*\)|<img\b[^>]*>|<!--.*?-->", re.IGNORECASE | re.DOTALL)


class Number(NamedTuple):
    """A number that belongs to one person, and where in the text it stands."""

    kind: Kind
    start: int
    end: int


def numbers_in(plain: str) -> Iterator[Number]:
    """The numbers in a text of half width (NFKC).

    Identity numbers by the MOD 11-2 checksum of GB 11643, bank cards by Luhn's; an 18-digit number of a
    plausible shape whose checksum fails may be one.
    """
    for match in _DIGITS.finditer(plain):
        kind = _kind_of_number(re.sub(r"[ -]", "", match[0]))
        if kind:
            yield Number(kind, match.start(), match.end())


def cleaned(text: str, mark: Callable[[Removed], str], account: str = "") -> tuple[str, tuple[Removed, ...]]:
    """A lead's text with a mark for each thing that tells of a person, and the kinds that were taken out.

    Attached pictures, hidden comments and characters that nobody sees are left out without a mark. ``account``
    is the sender's. Names that nothing introduces cannot be told from other words: people must read what is left.
    """
    text = _visible(_ATTACHED.sub("", text.replace("\r\n", "\n")))
    kinds: list[Removed] = []
    patterns = [(kind, pattern) for kind, listed in _PATTERNS.items() for pattern in listed]
    if len(account) > 2:
        patterns.append(("at", rf"(?i)(?<![A-Za-z0-9]){re.escape(account)}(?![A-Za-z0-9])"))
    text = _without(text, ((_KINDS[one.kind], one.start, one.end) for one in numbers_in(_narrow(text))), mark, kinds)
    for kind, pattern in patterns:
        found = (
            (kind, one.start(), one.end()) for one in re.finditer(pattern, _narrow(text)) if not _DAYS.match(one[0])
        )
        text = _without(text, found, mark, kinds)
    return text, tuple(dict.fromkeys(kinds))


def _without(
    text: str, found: Iterator[tuple[Removed, int, int]], mark: Callable[[Removed], str], kinds: list[Removed]
) -> str:
    """The text with a mark in each of some places, which are told from the first to the last."""
    made, place = [], 0
    for kind, start, end in found:
        kinds.append(kind)
        made += [text[place:start], mark(kind)]
        place = end
    return "".join([*made, text[place:]])


def _narrow(text: str) -> str:
    """The text in half width, character for character, so that places in it are places in the text."""
    return "".join(
        one if len(one := unicodedata.normalize("NFKC", character)) == 1 else character for character in text
    )


def _visible(text: str) -> str:
    """The text without what YAML's reader refuses: control, zero-width and direction marks; blanks as plain ones."""
    kept = (
        " " if sign != "\n" and sign.isspace() else sign
        for sign in text
        if sign == "\n" or sign.isspace() or unicodedata.category(sign)[0] != "C"
    )
    return "".join(sign for sign in kept if sign not in "\u2028\u2029\u115f\u1160\u3164\uffa0")


def _kind_of_number(digits: str) -> Kind | None:
    if _MOBILE.match(digits):
        return "mobile"
    if len(digits) == 18 and digits[:17].isdigit() and _plausible_birth(digits[6:14]):
        return "identity" if _id_checksum(digits) else "identity_maybe"
    if 15 <= len(digits) <= 19 and digits.isdigit() and digits[0] in "3456" and _luhn(digits):
        return "card"
    return None


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
