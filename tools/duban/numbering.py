"""The ids taken and a year → the next free one; numbers are never reused, gaps are allowed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import count
from typing import NamedTuple

_WIDTH, _REPORT_WIDTH = 4, 3
_BULLETIN = "T"
_FORM = re.compile(r"(?P<series>.+)〔(?P<year>\d{4})〕\d+号\Z")


class FormNumber(NamedTuple):
    """What a form number is made of, but for its serial."""

    series: str
    year: str


def next_id(taken: Iterable[str], year: str) -> str:
    """The id after the highest of the year: ``2019-0062`` after ``2019-0061``."""
    return next(free_ids(taken, year))


def free_ids(taken: Iterable[str], year: str) -> Iterator[str]:
    """The ids after the highest of the year, one after another."""
    serials = [int(identity[5:]) for identity in taken if identity.startswith(f"{year}-") and identity[5:].isdigit()]
    for serial in count(max(serials, default=0) + 1):
        yield f"{year}-{serial:0{_WIDTH}d}"


def path_of(identity: str) -> str:
    """Where an item's file stands in the ledger."""
    return f"items/{identity[:4]}/{identity}.yml"


def next_report(taken: Iterable[str], year: str, *, bulletin: bool = False) -> str:
    """The report after the highest of its series of the year: ``2019/088``, or bulletin ``2019/T004``."""
    head = f"{year}/{_BULLETIN if bulletin else ''}"
    serials = [int(one[len(head) :]) for one in taken if one.startswith(head) and one[len(head) :].isdigit()]
    return f"{head}{max(serials, default=0) + 1:0{_REPORT_WIDTH}d}"


def next_form(taken: Iterable[str], series: str, year: str) -> str:
    """The form number after the highest of a series and year: ``晋市督〔2019〕13号``."""
    head, tail = f"{series}〔{year}〕", "号"
    serials = [one[len(head) : -len(tail)] for one in taken if one.startswith(head) and one.endswith(tail)]
    return f"{head}{max((int(one) for one in serials if one.isdecimal()), default=0) + 1}{tail}"


def report_path(identity: str) -> str:
    """Where a report's file stands in the ledger."""
    return f"reports/{identity}.yml"


def form_of(number: str) -> FormNumber | None:
    """The series and the year of a form number; None for what is none."""
    match = _FORM.match(number)
    return FormNumber(match["series"], match["year"]) if match else None


def is_bulletin(identity: str) -> bool:
    """Whether a report is numbered among the bulletins."""
    return identity[5:].startswith(_BULLETIN)
