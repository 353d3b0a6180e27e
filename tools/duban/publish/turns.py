"""Rows of items and a day → on which later days how many of their lights turn, short enough for an attribute."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from functools import cache

from duban.publish.item_row import ItemRow


def turns(rows: Iterable[ItemRow], day: str) -> str:
    """``2 5*3/4 9*2``: lights that turn yellow after 2 and 5 days, and after a slash the days left until red.

    Each number counts days from the ISO day on, followed by how many lights turn with it where that
    is more than one. The last day before a light turns red is its deadline. "" where none turns.
    """
    turning = [row for row in rows if row.may_turn]
    if not turning:
        return ""
    start = _ordinal(day)
    soon = Counter(_ordinal(row.soon_on) - start for row in turning if row.light == "on_track")
    due = Counter(_ordinal(row.due) - start for row in turning)
    return f"{_listed(soon)}/{_listed(due)}"


@cache
def _ordinal(day: str) -> int:
    return date.fromisoformat(day).toordinal()


def _listed(counts: Counter[int]) -> str:
    return " ".join(str(days) if count == 1 else f"{days}*{count}" for days, count in sorted(counts.items()))
