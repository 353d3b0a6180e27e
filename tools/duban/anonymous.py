"""A lead's text → the text without what tells of a person, and the kinds of what was taken out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import Literal

from duban.personal import PROVINCES, Kind, found_in

Removed = Literal[
    "identity", "mobile", "card", "telephone", "number", "mail", "messenger", "door", "plate", "name", "at"
]
"""What was taken out of a lead: the kinds that the check finds too, and what a lead may well hold."""

_KINDS: Mapping[Kind, Removed] = {
    "identity": "identity",
    "identity_maybe": "identity",
    "mobile": "mobile",
    "card": "card",
    "landline": "telephone",
    "plate": "plate",
    "home": "door",
}
_ROADS = "路街巷弄里"
_PATTERNS: Mapping[Removed, tuple[str, ...]] = {
    "mail": (r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+",),
    "messenger": (r"(?i:微信|威信|QQ|wechat|vx)(?:号码|账号|号|id)?[:是为 ]*[A-Za-z0-9_-]{5,20}",),
    "name": (r"(?:我叫|(?:姓名|联系人|反映人|举报人|投诉人|署名)[:是 ]+)[一-鿿·]{2,4}",),
    "telephone": (
        r"(?<!\d)0\d{2,3}[ )-]{0,2}\d{7,8}(?!\d)",
        r"(?:电话|座机|热线|手机)(?:号码|号)?[:是为 ]*\+?\d[\d -]{5,}",
    ),
    "number": (r"(?<![\dA-Za-z])\+?\d(?:[ .·/()\u2010-\u2015-]{0,2}\d){9,}[Xx]?",),
    "plate": (rf"[{PROVINCES}][A-Z][· ]?[A-Z0-9]{{5,6}}(?![A-Z0-9])",),
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
    text = _without(text, ((_KINDS[one.kind], one.start, one.end) for one in found_in(_narrow(text))), mark, kinds)
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
