"""An edition → what its pages load to recompute lights and days for the reader's own day: working days and words."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import orjson

from duban.publish.data_file import DataFile
from duban.publish.edition import Edition, once
from duban.publish.owed import all_pending
from duban.status import LIGHTS

DATA = "data/days.json"
YEARS_AHEAD = 2
"""A site that nobody built for longer than this has other troubles than a holiday that is not known."""
LEFT = ("day", "days", "today", "past_day", "past_days", "just_past")
_TEXTS = (
    *(f"light.{light}" for light in LIGHTS),
    "state.open",
    "state.overdue",
    *(f"left.{case}" for case in LEFT),
    *(f"item.left.{case}" for case in LEFT),
    "list.comma",
    "asof.year_unknown",
)


def data_files(edition: Edition) -> Iterator[DataFile]:
    """The one file, made once for each language; none where the edition shows a fixed past day."""
    if not edition.pinned:
        yield DataFile(DATA, partial(_data, edition))


@once
def working_days(edition: Edition) -> dict[str, Any]:
    """The days that are not as their weekday, for every year that a page may count days in.

    ``known`` are those of its years whose arrangement of holidays is published; the others count as
    they do everywhere (``WorkCalendar``).
    """
    this = int(edition.day[:4])
    dues = [int(one.due[:4]) for one in all_pending(edition)]
    first, last = min([this, *dues]), max([this + YEARS_AHEAD, *dues])
    calendar = edition.calendar
    return {
        "known": [year for year in range(first, last + 1) if calendar.has_data(year)],
        "exceptions": list(calendar.exceptions(first, last)),
    }


def _data(edition: Edition) -> bytes:
    texts = {name: edition.text(name) for name in _TEXTS}
    return orjson.dumps({"calendar": working_days(edition), "texts": texts})
