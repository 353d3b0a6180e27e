"""Items and a day → for each month what came in, what was closed and what stood overdue at its end."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from sys import intern

from duban.deadline import closing, ending, granted, original_deadline
from duban.record import ItemRecord

MONTHS = 12
_NEVER = "9999-12-31"


@dataclass(frozen=True, slots=True)
class Month:
    """One month (``2019-07``). ``end`` is the day that ``overdue`` was counted on."""

    month: str
    received: int
    closed: int
    overdue: int
    end: str


@dataclass(frozen=True, slots=True)
class Span:
    """When an item came in, from when to when it could be overdue, and its deadlines as they followed each other.

    ``closed`` says that closing it was the end of that; ``moved`` are granted extensions: the day of
    each decision with its new deadline. All are ISO days, ``until`` 9999-12-31 while nothing ended it.
    """

    received: str
    since: str
    until: str
    closed: bool
    due: str
    moved: tuple[tuple[str, str], ...]

    def deadline_on(self, day: str) -> str:
        """The deadline as extensions had moved it by an ISO day."""
        due = self.due
        for decided, new in self.moved:
            if decided <= day:
                due = new
        return due


def span_of(record: ItemRecord) -> Span:
    """What the trend needs to know of one item; the same days stand in many: each is kept once."""
    notice, end, close = record.get("task_notice"), ending(record), closing(record)
    until = end[1]["on"] if end else close["decision"]["on"] if close else _NEVER
    return Span(
        received=intern(record["intake"]["received_on"]),
        since=intern(notice["issued_on"]) if notice else _NEVER,
        until=intern(until),
        closed=end is None and close is not None,
        due=intern(original_deadline(record)) if notice else "",
        moved=tuple(
            (intern(one["decision"]["on"]), intern(one["new_deadline"]))
            for one in record.get("extensions", ())
            if granted(one)
        ),
    )


def trend(spans: Iterable[Span], day: str) -> list[Month]:
    """The months up to an ISO day, the last one unfinished perhaps; at most ``MONTHS`` of them.

    An item is closed when its closing was granted, and overdue on a day when that had not happened
    yet and the deadline, as extensions had moved it by then, was past.
    """
    given = list(spans)
    received = Counter(span.received[:7] for span in given)
    closed = Counter(span.until[:7] for span in given if span.closed)
    months = []
    for month in months_between(min(received, default=day[:7]), day[:7]):
        end = min(_last_day(month), day)
        overdue = sum(span.since <= end < span.until and end > span.deadline_on(end) for span in given)
        months.append(Month(month, received[month], closed[month], overdue, end))
    return months


def months_between(first: str, last: str) -> list[str]:
    """The months from the first to the last one (``2019-07``), at most the last ``MONTHS`` of them."""
    end = _count(last)
    return [f"{month // 12:04d}-{month % 12 + 1:02d}" for month in range(max(_count(first), end - MONTHS + 1), end + 1)]


def _count(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:7]) - 1


def _last_day(month: str) -> str:
    return f"{month}-{monthrange(int(month[:4]), int(month[5:7]))[1]:02d}"
