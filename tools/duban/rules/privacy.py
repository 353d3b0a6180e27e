"""Free text → what looks classified or personal and must not stand there."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import cycle

from duban.finding import Pointer, Problem
from duban.rules.case import Case

# Marks as GB/T 9704-2012 writes them, not the words alone: 涉密 also stands in 非涉密 and 不涉密.
_MARK = re.compile(
    r"(?:绝密|机密|秘密)\s*[★☆*]|密\s*级\s*:\s*(?:绝密|机密|秘密)|[(【\[〔](?:绝密|机密|秘密)[)】\]〕]"
    r"|(?:绝密|机密|秘密)级|(?<![非不无未])涉密(?:文件|事项|内容|资料|信息)"
)
_DIGITS = re.compile(r"(?<![\dA-Za-z])\+?\d(?:[ -]?\d){9,21}[Xx]?(?![\dA-Za-z])")
_MOBILE = re.compile(r"(?:\+?86)?(1[3-9]\d{9})\Z")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_MAYBE = re.compile(r"[密]|[0-9\uff10-\uff19][ \-\u3000]?[0-9\uff10-\uff19]")


def text_is_clean(case: Case) -> Iterator[Problem]:
    """D601–D605 for every free text of an item."""
    yield from privacy(case.survey.texts)


def privacy(texts: list[tuple[Pointer, str]]) -> Iterator[Problem]:
    """D601 classification marks, D602 identity numbers, D603 mobile numbers, D604 bank cards.

    Identity numbers by the MOD 11-2 checksum of GB 11643, bank cards by Luhn's; an 18-digit
    number of a plausible shape whose checksum fails is a warning, D605.
    """
    for pointer, text in texts:
        if not _MAYBE.search(text):
            continue
        plain = unicodedata.normalize("NFKC", text)
        if match := _MARK.search(plain):
            yield Problem("D601", pointer, {"text": match[0]})
        for match in _DIGITS.finditer(plain):
            code = _kind_of_number(re.sub(r"[ -]", "", match[0]))
            if code:
                yield Problem(code, pointer, {"text": _masked(match[0])})


def _kind_of_number(digits: str) -> str:
    if _MOBILE.match(digits):
        return "D603"
    if len(digits) == 18 and digits[:17].isdigit() and _plausible_birth(digits[6:14]):
        return "D602" if _id_checksum(digits) else "D605"
    if 15 <= len(digits) <= 19 and digits.isdigit() and digits[0] in "3456" and _luhn(digits):
        return "D604"
    return ""


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


def _masked(text: str) -> str:
    """Enough to find the place, not enough to repeat what must not be there."""
    return f"{text[:3]}…{text[-2:]}"
