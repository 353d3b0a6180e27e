"""An edition's obligations → what falls due soon and what is past due, with who owes it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from duban.obligation import Kind, Obligation
from duban.publish.edition import Edition, once

SOON_DAYS = 7
# These carry a day or the form's number in place of a name; the page has both anyway.
_NAMED: frozenset[Kind] = frozenset({"milestone", "subtask"})


@dataclass(frozen=True, slots=True)
class Owed:
    """One obligation as a list shows it; ``left`` counts working days, negative when past."""

    item: str
    title: str
    kind: Kind
    name: str
    owner: str
    due: str
    left: int


def due_soon(edition: Edition) -> list[Owed]:
    """What falls due within ``SOON_DAYS`` days of the edition's day, soonest first."""
    last = (date.fromisoformat(edition.day) + timedelta(days=SOON_DAYS)).isoformat()
    return listed(edition, (one for one in all_pending(edition) if edition.day <= one.due <= last))


def past_due(edition: Edition) -> list[Owed]:
    """What is past due and still not done, longest first; deadlines themselves left out."""
    return listed(edition, (one for one in all_pending(edition) if one.due < edition.day and one.kind != "deadline"))


@once
def all_pending(edition: Edition) -> tuple[Obligation, ...]:
    """What is still to be done in any item."""
    return tuple(one for status in edition.states.values() for one in status.pending)


def listed(edition: Edition, obligations: Iterable[Obligation]) -> list[Owed]:
    """Obligations as a list shows them, soonest first."""
    found = [
        Owed(
            item=one.item,
            title=edition.states[one.item].title,
            kind=one.kind,
            name=one.name if one.kind in _NAMED else "",
            owner=one.owner,
            due=one.due,
            left=edition.calendar.workdays_between(edition.day, one.due),
        )
        for one in obligations
    ]
    return sorted(found, key=lambda one: (one.due, one.item, one.kind, one.name))
