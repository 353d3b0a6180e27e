"""An edition → the 1+3 roster: who serves until when, who is on what, and the people of the units."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from duban.assignment import Part, assigned
from duban.model import TEAMS, Person
from duban.publish.edition import Edition, once
from duban.publish.item_row import ItemRow, Share, by_urgency, counted_rows, light_shares
from duban.publish.names import Names, person_anchor
from duban.publish.page import Page
from duban.publish.visits import visits_made

EXPIRING_DAYS = 60
VISIT_DAYS = 90
# So many of a person's items stand with their titles, so many of them at once.
MOST_TITLED = 30
MOST_AT_ONCE = 5
Standing = Literal["open", "serving", "coming", "expiring", "expired"]


@dataclass(frozen=True, slots=True)
class Assigned:
    """An open item that a person is on, and in which parts."""

    row: ItemRow
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """A person of the roster on the edition's day: term, roles held, open items most pressing first, visits made.

    ``start`` and ``end`` are ISO days, "" where the roster sets none.
    """

    person: Person
    anchor: str
    roles: tuple[str, ...]
    start: str
    end: str
    standing: Standing
    assigned: tuple[Assigned, ...]
    lights: tuple[Share, ...]
    visits: int

    @property
    def overdue(self) -> int:
        return sum(one.row.light == "overdue" for one in self.assigned)


@dataclass(frozen=True, slots=True)
class Team:
    """One of the four teams, as they are numbered in ``TEAMS`` from 1 on."""

    number: int
    members: tuple[Member, ...]

    @property
    def anchor(self) -> str:
        return f"team-{self.number}"

    @property
    def serving(self) -> int:
        return sum(one.standing in ("open", "serving", "expiring") for one in self.members)

    def count(self, standing: Standing) -> int:
        """How many stand like that."""
        return sum(one.standing == standing for one in self.members)

    @property
    def on_items(self) -> int:
        """How many are on an open item."""
        return sum(bool(one.assigned) for one in self.members)


@once
def members(edition: Edition) -> Mapping[str, Member]:
    """Everybody in the roster by id, in its order."""
    rows = {row.id: row for row in counted_rows(edition) if row.is_open}
    on: dict[str, dict[str, tuple[Part, ...]]] = {}
    for identity in rows:
        for who, parts in assigned(edition.ledger.items[identity].record).items():
            on.setdefault(who, {})[identity] = parts
    since = days_from(edition.day, 1 - VISIT_DAYS)
    visits = Counter(person for one in visits_made(edition) if one.on >= since for person in one.people)
    names = Names(edition)
    found = {}
    for person in edition.ledger.registry.people.values():
        mine = on.get(person.id, {})
        urgent = by_urgency([rows[identity] for identity in mine])
        start, end = _term(person)
        found[person.id] = Member(
            person,
            person_anchor(person.id),
            tuple(dict.fromkeys(names.role(one.role) for one in person.roles if one.covers(edition.day))),
            start,
            end,
            _standing(start, end, edition.day, termed=person.term is not None),
            tuple(Assigned(row, mine[row.id]) for row in urgent),
            tuple(light_shares(urgent)),
            visits[person.id],
        )
    return found


def site_pages(edition: Edition) -> Iterator[Page]:
    """The team, inside only."""
    if edition.public:
        return
    everybody = members(edition).values()
    teams = [
        Team(number, tuple(one for one in everybody if one.person.team == name)) for number, name in enumerate(TEAMS, 1)
    ]
    context = {
        "teams": teams,
        "units": _by_unit([one for one in everybody if one.person.team not in TEAMS], edition),
        "expiring_days": EXPIRING_DAYS,
        "visit_days": VISIT_DAYS,
        "most_titled": MOST_TITLED,
        "at_once": MOST_AT_ONCE,
    }
    yield Page("team.html", edition.text("nav.team"), "team.html", context, group="team")


def days_from(day: str, count: int) -> str:
    """The ISO day ``count`` days after another, before it where ``count`` is negative."""
    return (date.fromisoformat(day) + timedelta(days=count)).isoformat()


def _by_unit(people: Sequence[Member], edition: Edition) -> list[tuple[str, tuple[Member, ...]]]:
    """The people of each unit, units in the order of the registry; one it lacks comes last."""
    found: dict[str, list[Member]] = {unit: [] for unit in edition.ledger.registry.units}
    for one in people:
        found.setdefault(one.person.unit, []).append(one)
    return [(unit, tuple(mine)) for unit, mine in found.items() if mine]


def _term(person: Person) -> tuple[str, str]:
    if person.term:
        return person.term.start, person.term.end
    ends = [one.end for one in person.roles]
    return min(one.start for one in person.roles), max(ends) if all(ends) else ""


def _standing(start: str, end: str, day: str, *, termed: bool) -> Standing:
    if end and end < day:
        return "expired"
    if start > day:
        return "coming"
    if end and end <= days_from(day, EXPIRING_DAYS):
        return "expiring"
    return "serving" if termed else "open"
