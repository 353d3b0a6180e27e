"""A number and how a spreadsheet shows it → the ISO day that it means, or its own text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta

from duban.importing.grid import Cell

_EPOCH_1900, _EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)
_LAST_SERIAL = 2_958_465
_LEAP_SERIAL = 60
"""Excel counts a 29 February 1900 that never was; days before it lie one further on."""
_BUILT_IN_DAYS = frozenset({14, 15, 16, 17, 22, *range(27, 32), 36, *range(50, 59)})
"""Number formats without a code of their own that show days; 27 to 58 are those of Chinese and Japanese."""
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_DAY_SIGNS = re.compile(r"[yd]|m(?!.*[hs])", re.IGNORECASE)


def shows_days(number: int, codes: Mapping[int, str]) -> bool:
    """Whether a number format shows a day, by its number or the code that a workbook gives it."""
    code = codes.get(number)
    if code is None:
        return number in _BUILT_IN_DAYS
    first = _LITERAL.sub("", code).split(";")[0]
    return "general" not in first.lower() and not re.search(r"[0#?]", first) and bool(_DAY_SIGNS.search(first))


def day_of_serial(serial: float, *, of_1904: bool = False) -> date | None:
    """The day that a spreadsheet counts, from 1900 or from 1904; None for what is none."""
    if not 1 <= serial <= _LAST_SERIAL:
        return None
    if of_1904:
        return _EPOCH_1904 + timedelta(days=int(serial))
    if int(serial) == _LEAP_SERIAL:
        return None
    return _EPOCH_1900 + timedelta(days=int(serial) + (serial < _LEAP_SERIAL))


def number_cell(raw: str, *, as_day: bool, of_1904: bool) -> Cell:
    """The cell of a number as the file has it, ``43651`` or ``0.33``."""
    try:
        number = float(raw)
    except ValueError:
        return Cell(raw, "text")
    counted = day_of_serial(number, of_1904=of_1904)
    if as_day and counted is not None:
        return Cell(counted.isoformat(), "day")
    whole = number.is_integer() and abs(number) < 1e15
    return Cell(str(int(number)) if whole else raw, "number", counted.isoformat() if counted else "")
