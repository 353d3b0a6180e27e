"""What is pending, the roster and a day → what each person is to be reminded of, and how near it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from duban.assignment import assigned
from duban.burden import monday
from duban.calendar import WorkCalendar
from duban.deadline import waits_for_decision
from duban.model import TEAMS, Channel, Data, Ledger, Person
from duban.obligation import MET_BY, Obligation
from duban.required import required_roles
from duban.status import Status

Told = Mapping[str, int | None]
"""What somebody was told: the nearness last told of each obligation, by its key, and the Mondays of digests."""
DEFAULTS: Data = {
    "after_workdays": [1],
    "weekly_on": 1,
    "weekly_workdays": 5,
    "to": ["liaison"],
    "overdue_to": ["liaison", "unit_head"],
    "channels": [],
}
"""What holds where the policy has no ``reminders`` of its own."""
_SETTLED_BY_DECISION = frozenset({"milestone", "deadline"})
_ON_THE_SPOT = TEAMS[:2]
_IN_CHARGE = "director"


class Line(NamedTuple):
    """One thing to be told. ``left`` counts working days, negative once it is past due.

    ``near`` is the nearness that the policy reminds at: 3 for "three working days or fewer before",
    -1 for "one working day or more after"; None for what only the week's digest tells.
    """

    obligation: Obligation
    title: str
    left: int
    near: int | None

    @property
    def key(self) -> str:
        """Names the obligation for good: one whose day moves is another."""
        one = self.obligation
        return "\t".join((one.item, one.kind, one.owner, one.due, one.name))


@dataclass(frozen=True, slots=True)
class Reminder:
    """What one person is to be told on an ISO day: what has come nearer, and the week's digest on its day."""

    person: str
    day: str
    lines: tuple[Line, ...]
    digest: tuple[Line, ...] = ()
    week: str = ""

    def untold(self, told: Told) -> Reminder | None:
        """What of it somebody was not told yet; None where nothing is left."""
        lines = tuple(line for line in self.lines if told.get(line.key) != line.near)
        has_digest = bool(self.digest) and self.week not in told
        if not lines and not has_digest:
            return None
        return Reminder(self.person, self.day, lines, *((self.digest, self.week) if has_digest else ()))

    @property
    def tells(self) -> dict[str, int | None]:
        """What is told by it, to be remembered."""
        found = {line.key: line.near for line in self.lines}
        return {**found, self.week: None} if self.week else found


def rules(policy: Data) -> Data:
    """The policy's rules for reminders, with the defaults for what it does not say."""
    return {**DEFAULTS, **policy.get("reminders", {})}


def reminders(ledger: Ledger, states: Mapping[str, Status], day: str, calendar: WorkCalendar) -> dict[str, Reminder]:
    """What everybody is to be reminded of on an ISO day, by person; nobody is on a day off.

    Whoever has been told some of it already is told the rest: see ``Reminder.untold``.
    """
    if not calendar.is_workday(day):
        return {}
    policy = ledger.registry.policy
    asked, office = rules(policy), policy["office"]
    offices = _Roster(ledger, day, asked)
    week = _digest_week(day, asked)
    lines: dict[str, list[Line]] = {}
    digests: dict[str, list[Line]] = {}
    for state in states.values():
        for one in state.pending:
            line = _line(one, state.title, day, policy, asked, calendar)
            in_digest = bool(week) and (line.left < 0 or line.left <= asked["weekly_workdays"])
            if line.near is None and not in_digest:
                continue
            if one.kind in _SETTLED_BY_DECISION and waits_for_decision(ledger.items[one.item].record):
                continue
            people = offices.office(one) if one.owner == office else offices.unit(one.owner, past=line.left < 0)
            for person in people:
                if line.near is not None:
                    lines.setdefault(person, []).append(line)
                if in_digest:
                    digests.setdefault(person, []).append(line)
    return {
        person: Reminder(person, day, _sorted(lines.get(person, ())), _sorted(digests.get(person, ())), week)
        for person in sorted({*lines, *digests})
    }


def channels_of(person: Person, policy: Data) -> tuple[Channel, ...]:
    """Where a person is told: on their own channels, else on those that the policy has for everybody.

    In an address of the policy's ``{person}`` and ``{unit}`` stand for the ids.
    """
    if person.channels:
        return person.channels
    return tuple(
        Channel(one["name"], one.get("to", "").replace("{person}", person.id).replace("{unit}", person.unit))
        for one in rules(policy)["channels"]
    )


def told_by(given: Mapping[str, Reminder]) -> dict[str, Told]:
    """What everybody knows after these reminders."""
    return {person: one.tells for person, one in given.items()}


def workday_before(day: str, calendar: WorkCalendar) -> str:
    """The last working day before an ISO day."""
    return calendar.last_workdays(day, 2 if calendar.is_workday(day) else 1)


def _line(one: Obligation, title: str, day: str, policy: Data, asked: Data, calendar: WorkCalendar) -> Line:
    left = calendar.workdays_between(day, one.due)
    if day <= one.due:
        return Line(one, title, left, min((n for n in policy["remind_before_workdays"] if left <= n), default=None))
    return Line(one, title, left, min((-n for n in asked["after_workdays"] if left <= -n), default=None))


def _digest_week(day: str, asked: Data) -> str:
    """The Monday of the week whose digest is due by an ISO day, "" before its day."""
    start = monday(day)
    first = date.fromisoformat(start) + timedelta(days=asked["weekly_on"] - 1)
    return start if day >= first.isoformat() else ""


def _sorted(lines: Iterable[Line]) -> tuple[Line, ...]:
    return tuple(sorted(lines, key=lambda line: (line.obligation.due, line.obligation.item, line.key)))


class _Roster:
    """Who is told on a day for a unit, and who of the office for one of its own tasks."""

    def __init__(self, ledger: Ledger, day: str, asked: Data) -> None:
        self._ledger, self._day, self._asked = ledger, day, asked
        self._by_unit: dict[str, list[Person]] = {}
        for person in ledger.registry.people.values():
            self._by_unit.setdefault(person.unit, []).append(person)
        self._found: dict[tuple[str, bool], tuple[str, ...]] = {}

    def unit(self, unit: str, *, past: bool) -> tuple[str, ...]:
        """People of a unit in the roles that the policy names; its head where nobody holds those."""
        found = self._found.get((unit, past))
        if found is None:
            roles = self._asked["overdue_to" if past else "to"]
            found = tuple(self._holding(unit, roles) or self._holding(unit, ["unit_head"]))
            self._found[unit, past] = found
        return found

    def office(self, one: Obligation) -> tuple[str, ...]:
        """Who goes there, for what is done on the spot; else whoever signs the entry, and the item's contact."""
        policy, record = self._ledger.registry.policy, self._ledger.items[one.item].record
        asked = required_roles(policy, MET_BY[one.kind], record, self._day)
        roles = [role.partition("@")[0] for role in asked]
        on_it = [person for person, parts in assigned(record).items() if {"supervisor", "contact"} & {*parts}]
        people = self._ledger.registry.people
        mine = [
            person
            for person in on_it
            if person in people and people[person].team in _ON_THE_SPOT and self._serves(person)
        ]
        if "supervisor" in roles and mine:
            return tuple(dict.fromkeys(mine))
        signing = list(self._holding(policy["office"], roles) or self._holding(policy["office"], [_IN_CHARGE]))
        return tuple(dict.fromkeys([*signing, *(person for person in mine if people[person].unit == policy["office"])]))

    def _holding(self, unit: str, roles: Iterable[str]) -> list[str]:
        return [
            person.id for person in self._by_unit.get(unit, ()) if any(person.holds(role, self._day) for role in roles)
        ]

    def _serves(self, person: str) -> bool:
        known = self._ledger.registry.people[person]
        return any(term.covers(self._day) for term in known.roles) and (
            known.term is None or known.term.covers(self._day)
        )
