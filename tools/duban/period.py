"""A period and the ledger at its two ends → what is to be reported: figures, what moved, what is stuck and why."""

from __future__ import annotations

import re
from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal, NamedTuple

from duban.calendar import WorkCalendar
from duban.deadline import causes, closing, last_said
from duban.figures import figures
from duban.model import Item, Ledger
from duban.obligation import Obligation
from duban.record import ItemRecord
from duban.status import OPEN_LIGHTS, Status, statuses

Length = Literal["month", "quarter", "half", "year", "days"]
_FORM = re.compile(r"(?P<year>\d{4})(?:-(?:(?P<month>0[1-9]|1[0-2])|Q(?P<quarter>[1-4])|H(?P<half>[12])))?")
_MONTHS: Mapping[Length, int] = {"month": 1, "quarter": 3, "half": 6, "year": 12}
_SOON_WORKDAYS = 10
"""What is asked of units in a report: what is past due, and what falls due within so many working days."""


@dataclass(frozen=True, slots=True)
class Period:
    """From one ISO day to another, both included; ``length`` says what of the calendar it is."""

    start: str
    end: str
    length: Length = "days"

    @classmethod
    def named(cls, name: str) -> Period:
        """``2019-10``, ``2019-Q4``, ``2019-H2`` or ``2019``; ValueError for anything else."""
        found = _FORM.fullmatch(name)
        if found is None:
            raise ValueError(name)
        year = int(found["year"])
        if found["month"]:
            return _months(year, int(found["month"]), "month")
        if found["quarter"]:
            return _months(year, 3 * int(found["quarter"]) - 2, "quarter")
        if found["half"]:
            return _months(year, 6 * int(found["half"]) - 5, "half")
        return _months(year, 1, "year")

    @property
    def before(self) -> Period:
        """The period of the same kind that ended the day before: a month's is the month before it."""
        last = date.fromisoformat(self.start) - timedelta(days=1)
        if self.length == "days":
            days = date.fromisoformat(self.end) - date.fromisoformat(self.start)
            return Period((last - days).isoformat(), last.isoformat())
        count = last.year * 12 + last.month - _MONTHS[self.length]
        return _months(count // 12, count % 12 + 1, self.length)

    def until(self, day: str) -> Period:
        """As much of it as has passed by an ISO day."""
        return Period(self.start, min(self.end, day), self.length)

    def holds(self, day: str) -> bool:
        """Whether an ISO day lies in it."""
        return self.start <= day <= self.end


class Closed(NamedTuple):
    """An item whose closing was granted in the period; both days are ISO days."""

    state: Status
    decided_on: str


class Stuck(NamedTuple):
    """An open item that is overdue, or behind on a milestone.

    ``cause`` is the last cause code given, ``said`` what the unit last said on which day, "" for none.
    """

    state: Status
    late_days: int
    cause: str
    said_on: str
    said: str


@dataclass(frozen=True, slots=True)
class Account:
    """What a report says.

    ``whole`` are the figures up to the period's end, ``now`` those of it, ``then`` of the one before.
    """

    period: Period
    whole: Mapping[str, Any]
    now: Mapping[str, Any]
    then: Mapping[str, Any]
    opened: tuple[Status, ...]
    closed: tuple[Closed, ...]
    closed_then: int
    overdue: tuple[Stuck, ...]
    behind: tuple[Stuck, ...]
    overdue_then: int
    causes: Mapping[str, int]
    asked: Mapping[str, tuple[Obligation, ...]]

    @property
    def stuck(self) -> tuple[Stuck, ...]:
        """All that does not move: what is overdue first."""
        return self.overdue + self.behind


def account(
    period: Period,
    ledger: Ledger,
    earlier: Ledger,
    calendar: WorkCalendar,
    wanted: Callable[[Item], bool] | None = None,
) -> Account:
    """The account of a period, from the ledger as of its end and the ``earlier`` one, as of the end of the one before.

    Only items that are ``wanted`` are counted, such as those of one campaign; None counts all.
    """
    before = period.before
    ledger, earlier = _only(ledger, wanted), _only(earlier, wanted)
    states = statuses(ledger, period.end, calendar)
    states_then = statuses(earlier, before.end, calendar)
    stuck = [
        _stuck(ledger.items[one.id].record, one, period.end)
        for one in states.values()
        if _does_not_move(one, period.end)
    ]
    stuck.sort(key=lambda one: (-one.late_days, one.state.id))
    overdue = tuple(one for one in stuck if one.late_days)
    return Account(
        period=period,
        whole=figures(ledger, states, period.end),
        now=figures(ledger, states, period.end, period.start),
        then=figures(earlier, states_then, before.end, before.start),
        opened=tuple(
            states[identity]
            for identity, item in ledger.items.items()
            if period.holds(item.record["intake"]["received_on"]) and "not_filed" not in item.record
        ),
        closed=tuple(_closed(ledger, states, period)),
        closed_then=len(_closed(earlier, states_then, before)),
        overdue=overdue,
        behind=tuple(one for one in stuck if not one.late_days),
        overdue_then=sum(one.light == "overdue" for one in states_then.values()),
        causes=dict(Counter(one.cause for one in stuck).most_common()),
        asked=_asked(states.values(), period.end, calendar, ledger.registry.policy["office"]),
    )


def _months(year: int, month: int, length: Length) -> Period:
    last = month + _MONTHS[length] - 1
    return Period(f"{year:04d}-{month:02d}-01", f"{year:04d}-{last:02d}-{monthrange(year, last)[1]}", length)


def _only(ledger: Ledger, wanted: Callable[[Item], bool] | None) -> Ledger:
    """The ledger with only those items, and the reports that deal with any of them."""
    if wanted is None:
        return ledger
    items = {identity: item for identity, item in ledger.items.items() if wanted(item)}
    reports = {name: one for name, one in ledger.reports.items() if items.keys() & {*one.get("items", ())}}
    return replace(ledger, items=items, reports=reports)


def _does_not_move(state: Status, day: str) -> bool:
    missed = any(one.kind == "milestone" and one.due < day for one in state.pending)
    return state.light == "overdue" or (state.light in OPEN_LIGHTS and missed)


def _stuck(record: ItemRecord, state: Status, day: str) -> Stuck:
    late = (date.fromisoformat(day) - date.fromisoformat(state.due)).days if state.light == "overdue" else 0
    given = causes(record)
    return Stuck(state, late, given[-1] if given else "", *last_said(record))


def _closed(ledger: Ledger, states: Mapping[str, Status], period: Period) -> list[Closed]:
    found = []
    for identity, item in ledger.items.items():
        notice = closing(item.record)
        if notice is not None and period.holds(notice["decision"]["on"]):
            found.append(Closed(states[identity], notice["decision"]["on"]))
    return sorted(found, key=lambda one: (one.decided_on, one.state.id))


def _asked(
    states: Iterable[Status], day: str, calendar: WorkCalendar, office: str
) -> Mapping[str, tuple[Obligation, ...]]:
    """What each unit has to do: what is past due, and what soon is. The office asks itself nothing in a report."""
    last = calendar.add_workdays(day, _SOON_WORKDAYS)
    found: dict[str, list[Obligation]] = {}
    for state in states:
        for one in state.pending:
            if one.due <= last and one.owner != office:
                found.setdefault(one.owner, []).append(one)

    def worst_first(unit: str) -> tuple[int, int, str]:
        return -sum(one.due < day for one in found[unit]), -len(found[unit]), unit

    return {
        unit: tuple(sorted(found[unit], key=lambda one: (one.due, one.item, one.kind)))
        for unit in sorted(found, key=worst_first)
    }
