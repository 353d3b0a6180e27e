"""Free text → what looks classified or personal and must not stand there."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping

from duban.finding import Pointer, Problem
from duban.personal import Kind, numbers_in
from duban.rules.case import Case

# Marks as GB/T 9704-2012 writes them, not the words alone: 涉密 also stands in 非涉密 and 不涉密.
_MARK = re.compile(
    r"(?:绝密|机密|秘密)\s*[★☆*]|密\s*级\s*:\s*(?:绝密|机密|秘密)|[(【\[〔](?:绝密|机密|秘密)[)】\]〕]"
    r"|(?:绝密|机密|秘密)级|(?<![非不无未])涉密(?:文件|事项|内容|资料|信息)"
)
_CODES: Mapping[Kind, str] = {"identity": "D602", "identity_maybe": "D605", "mobile": "D603", "card": "D604"}
_MAYBE = re.compile(r"[密]|[0-9\uff10-\uff19][ \-\u3000]?[0-9\uff10-\uff19]")


def text_is_clean(case: Case) -> Iterator[Problem]:
    """D601–D605 for every free text of an item."""
    yield from privacy(case.survey.texts)


def privacy(texts: list[tuple[Pointer, str]]) -> Iterator[Problem]:
    """D601 classification marks, D602 identity numbers, D603 mobile numbers, D604 bank cards.

    An 18-digit number of a plausible shape whose checksum fails is a warning, D605.
    """
    for pointer, text in texts:
        if not _MAYBE.search(text):
            continue
        plain = unicodedata.normalize("NFKC", text)
        if match := _MARK.search(plain):
            yield Problem("D601", pointer, {"text": match[0]})
        for found in numbers_in(plain):
            yield Problem(_CODES[found.kind], pointer, {"text": _masked(plain[found.start : found.end])})


def _masked(text: str) -> str:
    """Enough to find the place, not enough to repeat what must not be there."""
    return f"{text[:3]}…{text[-2:]}"
