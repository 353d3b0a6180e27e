"""What a diligent clerk would tell the units, counted anew from statuses and the roster: who, what and how near."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from duban.calendar import WorkCalendar
from duban.model import Ledger
from duban.obligation import Obligation
from duban.status import Status

Telling = tuple[str, str, int | None]
"""Who is told, of what (``Line.key``), and how near it is: 7, 3 or 1 working days, -1 for past it."""
OFFICE = "supervision-office"


def tellings(days: Iterable[tuple[str, Ledger, Mapping[str, Status]]], calendar: WorkCalendar) -> Counter[Telling]:
    """How often each is told on these days, one after another; what the office owes itself is left out."""
    wanted: Counter[Telling] = Counter()
    last: dict[tuple[str, str], int] = {}
    for day, ledger, states in days:
        if not calendar.is_workday(day):
            continue
        for one in (one for state in states.values() for one in state.pending if one.owner != OFFICE):
            near = nearness(one, day, calendar)
            if near is None or (one.kind in ("milestone", "deadline") and applied(ledger.items[one.item].record)):
                continue
            key = "\t".join((one.item, one.kind, one.owner, one.due, one.name))
            roles = {"liaison"} if day <= one.due else {"liaison", "unit_head"}
            for person in ledger.registry.people.values():
                told = person.unit == one.owner and any(person.holds(role, day) for role in roles)
                if told and last.get((person.id, key)) != near:
                    last[person.id, key] = near
                    wanted[person.id, key, near] += 1
    return wanted


def nearness(one: Obligation, day: str, calendar: WorkCalendar) -> int | None:
    """The smallest of 1, 3 and 7 working days that are left, -1 for none, None where there are more."""
    if day > one.due:
        return -1
    left = calendar.workdays_between(day, one.due)
    return next((n for n in (1, 3, 7) if left <= n), None)


def applied(record: Any) -> bool:
    """Whether the unit waits for the office's word on closing, or on more time that it asked for in time."""
    waiting = [*record.get("closure_notices", ()), *record.get("extensions", ())]
    return any("decision" not in one and one["applied_on"] <= one.get("old_deadline", "9") for one in waiting)
