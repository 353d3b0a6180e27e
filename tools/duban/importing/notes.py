"""Notes that share a cell → one for each day that begins it, where that is certain; else the whole as it stands."""

from __future__ import annotations

import re
from typing import NamedTuple

from duban.importing.days import Day, Years, read_day
from duban.importing.grid import Cell

_BEGIN = r"(?:(?:19|20)\d{2}\s*[年./-]\s*)?\d{1,2}\s*(?:月\s*\d{1,2}\s*[日号]|[./-]\s*\d{1,2}(?=[:：,，、\s]))"
_NUMBERED = r"(?:[(（]?\d{1,2}[)）.、．]\s*|[①-⑳]\s*|[一二三四五六七八九十]{1,2}、\s*)?"
_PART = re.compile(rf"(?:\A|(?<=[;；。\n]))\s*{_NUMBERED}(?={_BEGIN})")
_DAY = re.compile(
    rf"\s*{_NUMBERED}(?P<day>(?:(?:19|20)\d{{2}}\s*[年./-]\s*)?\d{{1,2}}\s*(?:月\s*\d{{1,2}}\s*[日号]|[./-]\s*\d{{1,2}}))"
)
_RANGE = re.compile(r"\s*(?:-|—|–|~|～|至|到)")


class Part(NamedTuple):
    """One note, word for word; ``day`` is the one it begins with."""

    text: str
    day: Day | None = None


def parts_of(text: str, years: Years) -> list[Part]:
    """The notes in a text, each of which begins with a day; the whole where one does not, or where the days run back.

    Put together again they are the text.
    """
    starts = [found.start() for found in _PART.finditer(text)]
    if not starts or text[: starts[0]].strip():
        return [Part(text)]
    pieces = [text[start:end].strip() for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]
    found = []
    for piece in pieces:
        begin = _DAY.match(piece)
        day = read_day(Cell(begin["day"]), years) if begin and not _RANGE.match(piece[begin.end() :]) else None
        if day is None:
            return [Part(text)]
        found.append(Part(piece, day))
    days = [one.day.iso for one in found if one.day]
    return found if days == sorted(days) else [Part(text)]
