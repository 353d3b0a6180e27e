"""Free text → what looks classified or personal and must not stand there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from duban.finding import Pointer, Problem
from duban.personal import Kind, found_in, may_hold, readable
from duban.rules.case import Case

# Marks as GB/T 9704-2012 writes them, not the words alone: 涉密 also stands in 非涉密 and 不涉密.
_MARK = re.compile(
    r"(?:绝密|机密|秘密)\s*[★☆*]|密\s*级\s*:\s*(?:绝密|机密|秘密)|[(【\[〔](?:绝密|机密|秘密)[)】\]〕]"
    r"|(?:绝密|机密|秘密)级|(?<![非不无未])涉密(?:文件|事项|内容|资料|信息)"
)
_CODES: Mapping[Kind, str] = {
    "identity": "D602",
    "identity_maybe": "D605",
    "mobile": "D603",
    "card": "D604",
    "landline": "D606",
    "plate": "D607",
    "home": "D608",
}


def text_is_clean(case: Case) -> Iterator[Problem]:
    """D601–D608 for every free text of an item."""
    yield from privacy(case.survey.texts)


def privacy(texts: Sequence[tuple[Pointer, str]]) -> Iterator[Problem]:
    """D601 classification marks, D602 identity numbers, D603 mobile numbers, D604 bank cards.

    Warnings, for an office may have reason for them: D605 an 18-digit number like an identity number whose checksum
    fails, D606 landlines, D607 number plates, D608 home addresses.
    """
    for pointer, text in texts:
        if "密" not in text and not may_hold(text):
            continue
        plain = readable(text)
        if match := _MARK.search(plain):
            yield Problem("D601", pointer, {"text": match[0]})
        for found in found_in(plain):
            yield Problem(_CODES[found.kind], pointer, {"text": _masked(plain[found.start : found.end])})


def _masked(text: str) -> str:
    """Enough to find the place, not enough to repeat what must not be there."""
    return f"{text[:3]}…{text[-2:]}"
