"""A roster, the duties of its people and a wish → the team that is convened, and why each was chosen or left out.

Special inspections draw on the 1+3 teams: professionals, seconded commissioners who are called
whenever there is one (遇有专项督查任务,随时召集参加), experts (reference: the source, section two). Which
teams, and how many of each, is the policy's ``convening``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from duban.assignment import assigned
from duban.model import TEAMS, Data, Inspection, Ledger, Person, Registry, Unit
from duban.status import OPEN_LIGHTS, Status

SUPERVISING = TEAMS[:3]
"""The teams that are convened unless the policy names others: the public takes part where it is invited."""
SPARED_ROLES = ("director", "registrar")
"""Roles whose holders stay unless the policy says otherwise: who approves inspections, and who takes matters in."""
Reason = Literal["excused", "term", "role", "unit", "busy", "load"]
"""Why one stays: as asked, not serving then, for a role, of a unit inspected, elsewhere in those days, not needed."""


class Duty(NamedTuple):
    """What lies on one person: open items, and inspections of the plan that are not over."""

    person: str
    items: int = 0
    inspections: int = 0

    @property
    def load(self) -> int:
        return self.items + self.inspections


@dataclass(frozen=True, slots=True)
class Makeup:
    """How a team is made up: which team leads, how many of each at least, how many in all, and which roles stay."""

    lead: str = SUPERVISING[0]
    at_least: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys(SUPERVISING, 1))
    size: int = 4
    spared: frozenset[str] = frozenset(SPARED_ROLES)

    @classmethod
    def of(cls, policy: Data) -> Makeup:
        """The policy's; without one each of the three teams sends one, and a professional leads (no source found)."""
        given = policy.get("convening")
        if not given:
            return cls()
        at_least = {row["team"]: int(row["at_least"]) for row in given["teams"]}
        return cls(given["lead"], at_least, given["size"], frozenset(given.get("spared_roles", SPARED_ROLES)))

    @property
    def seats(self) -> dict[str, int]:
        """How many of each team at least, the lead's among them."""
        return {**self.at_least, self.lead: max(self.at_least.get(self.lead, 0), 1)}


@dataclass(frozen=True, slots=True)
class Wish:
    """What a team is wanted for: which units, from one ISO day to another, both included, and who is excused."""

    units: tuple[str, ...]
    start: str
    end: str
    excused: frozenset[str] = frozenset()


class Chosen(NamedTuple):
    """One of the team: ``seat`` says whether as its lead, for the team's own seats, or as the least loaded of all."""

    person: str
    team: str
    seat: Literal["lead", "team", "any"]
    duty: Duty


class LeftOut(NamedTuple):
    """One who is not of the team; ``detail`` is the role, the unit in common, or the id of the other inspection."""

    person: str
    team: str
    reason: Reason
    detail: str
    duty: Duty


@dataclass(frozen=True, slots=True)
class Convening:
    """The team, its lead first, and the others. Where there are too few, ``missing`` says of which team how many.

    Then nobody is chosen; "" stands for seats that any team may fill.
    """

    chosen: tuple[Chosen, ...]
    left_out: tuple[LeftOut, ...]
    missing: Mapping[str, int] = field(default_factory=dict)


def duties(ledger: Ledger, states: Iterable[Status], inspections: Iterable[Inspection], day: str) -> dict[str, Duty]:
    """What lies on each person of the roster on an ISO day."""
    items = Counter(
        person for state in states if state.light in OPEN_LIGHTS for person in assigned(ledger.items[state.id].record)
    )
    planned = booked(inspections, day)
    return {person: Duty(person, items[person], planned[person]) for person in ledger.registry.people}


def booked(inspections: Iterable[Inspection], day: str) -> Counter[str]:
    """How many inspections of the plan each person is on that are not over on an ISO day."""
    return Counter(person for one in inspections if one.end >= day for person in one.people)


def serves(person: Person, start: str, end: str) -> bool:
    """Whether a person's seat in the team and one of their roles run from one ISO day to another without a break."""
    in_team = person.term is None or (person.term.covers(start) and person.term.covers(end))
    return in_team and any(role.covers(start) and role.covers(end) for role in person.roles)


def convene(
    registry: Registry, inspections: Iterable[Inspection], lying: Mapping[str, Duty], wish: Wish, makeup: Makeup
) -> Convening:
    """The least loaded of those who may and can go, ties by id: first each team's seats, then whoever bears least.

    Nobody goes whose term does not run on all the days, whose role keeps them, who is on another
    inspection on one of them (where the month alone is settled: none yet), or who is of a unit
    inspected, of a unit above it or of one below it.
    """
    close = _close(registry.units, wish.units)
    at_once = [one for one in inspections if not one.by_month and one.overlaps(wish.start, wish.end)]
    left_out: list[LeftOut] = []
    free: list[Chosen] = []
    for person in registry.people.values():
        if person.team not in makeup.seats:
            continue
        duty = lying.get(person.id, Duty(person.id))
        hindered = _hindered(person, wish, makeup, close, at_once)
        if hindered:
            left_out.append(LeftOut(person.id, person.team, *hindered, duty))
        else:
            free.append(Chosen(person.id, person.team, "any", duty))
    free.sort(key=_by_load)
    missing = _missing(free, makeup)
    chosen = () if missing else tuple(_seated(free, makeup))
    going = {one.person for one in chosen}
    if not missing:
        left_out += [LeftOut(one.person, one.team, "load", "", one.duty) for one in free if one.person not in going]
    teams = list(makeup.seats)
    left_out.sort(key=lambda one: (teams.index(one.team), one.duty.load, one.person))
    return Convening(chosen, tuple(left_out), missing)


def _by_load(one: Chosen) -> tuple[int, str]:
    return one.duty.load, one.person


def _close(units: Mapping[str, Unit], inspected: Iterable[str]) -> dict[str, str]:
    """The units whose people keep away: those inspected, above and below them, each with the one inspected."""
    close: dict[str, str] = {}
    for unit in inspected:
        for other in (unit, *_above(units, unit), *(one for one in units if unit in _above(units, one))):
            close.setdefault(other, unit)
    return close


def _above(units: Mapping[str, Unit], unit: str) -> list[str]:
    """The units above one, the nearest first; a circle in the registry ends where it closes."""
    found: list[str] = []
    while (known := units.get(unit)) and known.parent and known.parent not in found:
        unit = known.parent
        found.append(unit)
    return found


def _hindered(
    person: Person, wish: Wish, makeup: Makeup, close: Mapping[str, str], at_once: Iterable[Inspection]
) -> tuple[Reason, str] | None:
    if person.id in wish.excused:
        return "excused", ""
    if not serves(person, wish.start, wish.end):
        return "term", ""
    spared = next((one.role for one in person.roles if one.role in makeup.spared and one.covers(wish.start)), "")
    if spared:
        return "role", spared
    if person.unit in close:
        return "unit", close[person.unit]
    other = next((one.id for one in at_once if person.id in one.people), "")
    return ("busy", other) if other else None


def _missing(free: Sequence[Chosen], makeup: Makeup) -> dict[str, int]:
    there = Counter(one.team for one in free)
    missing = {team: seats - there[team] for team, seats in makeup.seats.items() if there[team] < seats}
    lacking = max(makeup.size, sum(makeup.seats.values())) - len(free)
    return missing or ({"": lacking} if lacking > 0 else {})


def _seated(free: Sequence[Chosen], makeup: Makeup) -> Iterator[Chosen]:
    """The lead, then each team's seats, then the least loaded of those who are left."""
    left = [*free]
    lead = next(one for one in left if one.team == makeup.lead)
    left.remove(lead)
    yield lead._replace(seat="lead")
    for team, seats in makeup.seats.items():
        for one in [one for one in left if one.team == team][: seats - (team == makeup.lead)]:
            left.remove(one)
            yield one._replace(seat="team")
    yield from left[: max(makeup.size - sum(makeup.seats.values()), 0)]
