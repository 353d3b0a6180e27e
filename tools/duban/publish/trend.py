"""Records and a day → for each month what came in, what was closed and what stood overdue at its end."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from duban.deadline import closing, ending, granted, original_deadline
from duban.record import ItemRecord

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Month:
    """One month (``2019-07``). ``end`` is the day that ``overdue`` was counted on."""

    month: str
    received: int
    closed: int
    overdue: int
    end: str


def trend(records: Iterable[ItemRecord], day: str) -> list[Month]:
    """The months up to an ISO day, the last one unfinished perhaps; at most ``MONTHS`` of them.

    An item is closed when its closing was granted, and overdue on a day when that had not happened
    yet and the deadline, as extensions had moved it by then, was past.
    """
    given = list(records)
    received = Counter(record["intake"]["received_on"][:7] for record in given)
    spans = [_span(record) for record in given]
    closed = Counter(until[:7] for _, until, was_closed in spans if was_closed)
    months = []
    for month in _months(min(received, default=day[:7]), day[:7]):
        end = min(_last_day(month), day)
        overdue = sum(
            end < until and end > _deadline_on(record, end)
            for record, (since, until, _) in zip(given, spans, strict=True)
            if since <= end
        )
        months.append(Month(month, received[month], closed[month], overdue, end))
    return months


def _span(record: ItemRecord) -> tuple[str, str, bool]:
    """From when to when an item could be overdue, and whether closing it was the end of that."""
    notice = record.get("task_notice")
    since = notice["issued_on"] if notice else "9999-12-31"
    end = ending(record)
    if end:
        return since, end[1]["on"], False
    close = closing(record)
    return (since, close["decision"]["on"], True) if close else (since, "9999-12-31", False)


def _deadline_on(record: ItemRecord, day: str) -> str:
    deadline = original_deadline(record)
    for extension in record.get("extensions", ()):
        if granted(extension) and extension["decision"]["on"] <= day:
            deadline = extension["new_deadline"]
    return deadline


def _months(first: str, last: str) -> list[str]:
    end = _count(last)
    return [f"{month // 12:04d}-{month % 12 + 1:02d}" for month in range(max(_count(first), end - MONTHS + 1), end + 1)]


def _count(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:7]) - 1


def _last_day(month: str) -> str:
    return f"{month}-{monthrange(int(month[:4]), int(month[5:7]))[1]:02d}"
