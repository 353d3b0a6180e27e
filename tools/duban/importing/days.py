"""What is written for a day, in any of the ways that offices write it → the ISO day, and every doubt about it."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from duban.importing.grid import Cell
from duban.importing.number_format import day_of_serial

DayDoubt = Literal["year_inferred", "serial", "end_of_month", "two_digit_year", "month_or_day"]
"""Why a day might be another: its year is not written, it is a bare count of days, only its month is written."""
YearBy = Literal["asked", "row", "title", "file", "column", ""]
_CHINESE = {**{sign: str(number) for number, sign in enumerate("零一二三四五六七八九")}, "〇": "0", "○": "0"}
_YEAR = r"(?P<year>(?:19|20)\d{2})"
_MONTH, _DAY = r"(?P<month>1[0-2]|0?[1-9])", r"(?P<day>3[01]|[12]\d|0?[1-9])"
_WEEKDAY, _TIME = r"(?:\(?(?:星期|周)[一二三四五六日天]\)?)?", r"(?:\s*\d{1,2}:\d{2}(?::\d{2}(?:\.0+)?)?)?"
_TAIL = rf"[日号]?(?:之?前|以前|止)?{_WEEKDAY}{_TIME}"
_FULL = re.compile(rf"{_YEAR}\s*[年./\-]\s*{_MONTH}\s*[月./\-]\s*{_DAY}\s*{_TAIL}")
_TIGHT = re.compile(r"(?P<year>(?:19|20)\d{2})(?P<month>1[0-2]|0[1-9])(?P<day>3[01]|[12]\d|0[1-9])")
_SHORT_YEAR = re.compile(rf"(?P<year>\d{{2}})\s*[年./\-]\s*{_MONTH}\s*[月./\-]\s*{_DAY}\s*{_TAIL}")
_OF_YEAR = re.compile(rf"{_MONTH}\s*月\s*{_DAY}\s*{_TAIL}")
_OF_YEAR_LOOSE = re.compile(rf"{_MONTH}[./\-]{_DAY}")
_MONTH_ALONE = re.compile(rf"(?:{_YEAR}\s*[年./\-]\s*)?{_MONTH}\s*月?\s*(?P<end>底前?|末前?|份)?")
_SERIAL = re.compile(r"[1-6]\d{4}(?:\.\d+)?")
_FIRST_YEAR, _LAST_YEAR = 1990, 2060
"""A number of five digits that counts to another year is no day of a ledger."""


@dataclass(frozen=True, slots=True)
class Years:
    """From what the year of a day without one is told, the first that is known: asked for, or found around it.

    ``row`` and ``column`` are ISO days: one that stands in the same row, the one that is nearest in the column.
    ``ahead`` says that a deadline is read, which lies after the row's own day and so perhaps in the next year;
    ``behind`` that the row's day is itself a deadline, which all others lie before.
    """

    asked: int = 0
    row: str = ""
    title: int = 0
    file: int = 0
    column: str = ""
    ahead: bool = False
    behind: bool = False


class Day(NamedTuple):
    """A day that was read, with its doubts, and by what its year was told."""

    iso: str
    doubts: tuple[DayDoubt, ...] = ()
    by: YearBy = ""


def read_day(cell: Cell, years: Years) -> Day | None:
    """The day that a cell holds; None where it says none, or not which (年底前, 长期坚持, 7月中旬)."""
    if cell.kind == "day":
        return _bounded(cell.text[:10])
    if cell.kind == "number":
        return _counted(cell, years)
    if cell.kind != "text":
        return None
    text = _normal(cell.text)
    if found := _FULL.fullmatch(text) or _TIGHT.fullmatch(text):
        return _made(int(found["year"]), found)
    if found := _SHORT_YEAR.fullmatch(text):
        return _made(2000 + int(found["year"]), found, ("two_digit_year",))
    if found := _OF_YEAR.fullmatch(text):
        return _of_year(int(found["month"]), int(found["day"]), years)
    if found := _OF_YEAR_LOOSE.fullmatch(text):
        return _of_year(int(found["month"]), int(found["day"]), years, ("month_or_day",))
    if _SERIAL.fullmatch(text):
        return _serial(text)
    if found := _MONTH_ALONE.fullmatch(text):
        return _month(found, years) if years.ahead and (found["end"] or "月" in text) else None
    return None


def year_in(text: str) -> int:
    """The one year that a title or a file's name names; 0 for none, or several."""
    found = set(re.findall(r"(?<!\d)((?:19|20)\d{2})(?!\d)", _normal(text)))
    return int(found.pop()) if len(found) == 1 else 0


def _normal(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).strip().strip("。.;；,，")
    if any(sign in _CHINESE for sign in plain) and "年" in plain:
        head, sign, tail = plain.partition("年")
        plain = "".join(_CHINESE.get(one, one) for one in head) + sign + _chinese_numbers(tail)
    return re.sub(r"\s+(?=[年月日号])|(?<=[年月])\s+", "", plain)


def _chinese_numbers(text: str) -> str:
    """Months and days as they are counted: 十二月三十一日."""

    def number(found: re.Match[str]) -> str:
        said = found[0]
        if "十" not in said:
            return "".join(_CHINESE[one] for one in said)
        tens, ones = said.split("十", 1)
        return str(int(_CHINESE.get(tens, "1")) * 10 + int(_CHINESE.get(ones, "0")))

    return re.sub(
        r"[零〇○一二三四五六七八九]*十[一二三四五六七八九]?|[零〇○一二三四五六七八九]+(?=[月日号])", number, text
    )


def _made(year: int, found: re.Match[str], doubts: tuple[DayDoubt, ...] = ()) -> Day | None:
    return _day(year, int(found["month"]), int(found["day"]), doubts)


def _day(year: int, month: int, day: int, doubts: tuple[DayDoubt, ...] = (), by: YearBy = "") -> Day | None:
    try:
        made = date(year, month, day)
    except ValueError:
        return None
    return Day(made.isoformat(), doubts, by)


def _bounded(iso: str) -> Day | None:
    return Day(iso) if iso[:4].isdigit() and _FIRST_YEAR <= int(iso[:4]) <= _LAST_YEAR else None


def _serial(text: str, counted: str = "") -> Day | None:
    """A bare count of days, as a cell that lost its format shows it: 43651; or a day without signs: 20190705."""
    if found := _TIGHT.fullmatch(text):
        return _made(int(found["year"]), found)
    if not _SERIAL.fullmatch(text):
        return None
    day = date.fromisoformat(counted) if counted else day_of_serial(float(text))
    return Day(day.isoformat(), ("serial",)) if day and _FIRST_YEAR <= day.year <= _LAST_YEAR else None


def _counted(cell: Cell, years: Years) -> Day | None:
    """A number: a count of days, or a day as 7.5; not 7.1, which may have been 7.10."""
    found = _OF_YEAR_LOOSE.fullmatch(cell.text)
    if found is None:
        return _serial(cell.text, cell.day)
    if found["day"] in ("1", "2", "3"):
        return None
    return _of_year(int(found["month"]), int(found["day"]), years, ("month_or_day",))


def _of_year(month: int, day: int, years: Years, doubts: tuple[DayDoubt, ...] = ()) -> Day | None:
    year, by = _year(month, day, years)
    return _day(year, month, day, (*doubts, "year_inferred"), by) if year else None


def _month(found: re.Match[str], years: Years) -> Day | None:
    """The last day of a month, which is what a month alone can mean at the latest."""
    month = int(found["month"])
    if found["year"]:
        return _day(int(found["year"]), month, monthrange(int(found["year"]), month)[1], ("end_of_month",))
    year, by = _year(month, 28, years)
    return _day(year, month, monthrange(year, month)[1], ("end_of_month", "year_inferred"), by) if year else None


def _year(month: int, day: int, years: Years) -> tuple[int, YearBy]:
    if years.asked:
        return _not_before(years.asked, month, day, years), "asked"
    if years.row:
        return _not_before(int(years.row[:4]), month, day, years), "row"
    if years.title:
        return years.title, "title"
    if years.file:
        return years.file, "file"
    if years.column:
        return int(years.column[:4]), "column"
    return 0, ""


def _not_before(year: int, month: int, day: int, years: Years) -> int:
    """A deadline before the row's own day is of the next year, what comes before a deadline not of a later one."""
    if not years.row:
        return year
    own = int(years.row[5:7]), int(years.row[8:10])
    if years.behind:
        return year - (not years.ahead and (month, day) > own)
    return year + (years.ahead and (month, day) < own)
