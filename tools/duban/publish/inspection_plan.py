"""An edition → the year's plan of inspections as the schedule shows it, and what stands against it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from duban.burden import Demand
from duban.inspection import COMPREHENSIVE, Asking, PlanConflict, plan_conflicts
from duban.model import Inspection
from duban.publish.edition import Edition
from duban.publish.place import Place
from duban.publish.recent import items_since

MOST_INSPECTIONS = 100


class Asked(NamedTuple):
    """What asks, with its title and the link to it."""

    asking: Asking
    title: str
    link: str


@dataclass(frozen=True, slots=True)
class PlanConflictView:
    """What stands against the plan, whether it can still be changed, and all who ask."""

    conflict: PlanConflict
    coming: bool
    asked: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The inspections of the edition's year and of later ones, those ahead or under way first, then those over.

    ``comprehensive`` is how many comprehensive ones come to each unit in the edition's year, of units with any.
    """

    ahead: tuple[Inspection, ...]
    over: tuple[Inspection, ...]
    unlisted: int
    comprehensive: Counter[str]
    conflicts: tuple[PlanConflictView, ...]


def plan_of(edition: Edition) -> Plan:
    """The plan on the edition's day. The edition's registry has none that may not be told of yet."""
    day = edition.day
    planned = sorted(edition.ledger.registry.inspections.values(), key=lambda one: (one.start, one.end, one.id))
    of_year = [one for one in planned if one.end[:4] >= day[:4]]
    ahead = [one for one in of_year if one.end >= day]
    over = [one for one in reversed(of_year) if one.end < day]
    comprehensive = Counter(
        unit for one in of_year if one.kind == COMPREHENSIVE and one.start[:4] == day[:4] for unit in one.units
    )
    return Plan(
        tuple(ahead[:MOST_INSPECTIONS]),
        tuple(over[:MOST_INSPECTIONS]),
        sum(max(len(some) - MOST_INSPECTIONS, 0) for some in (ahead, over)),
        comprehensive,
        tuple(_conflicts(edition, of_year)),
    )


def titled(edition: Edition, asking: Asking) -> Asked:
    """An asking with its title and where the site shows it."""
    if asking.inspection:
        title = edition.ledger.registry.inspections[asking.inspection].title
        return Asked(asking, title, f"schedule.html#{anchor_of(asking.inspection)}")
    anchor = f"#{Place(asking.item, asking.entry).anchor}" if asking.entry else ""
    return Asked(asking, edition.states[asking.item].title, f"items/{asking.item}.html{anchor}")


def asking_of(demand: Demand) -> Asking:
    """A demand as one who asks."""
    return Asking(demand.on, demand.on, demand.inspection, demand.item, demand.entry)


def anchor_of(inspection: str) -> str:
    """The id of an inspection's row."""
    return f"inspection-{inspection}"


def _conflicts(edition: Edition, planned: Sequence[Inspection]) -> Iterable[PlanConflictView]:
    limit = edition.ledger.registry.policy["burden"]["comprehensive_per_year"]
    wanted = any(one.materials for one in planned)
    items = (edition.ledger.items[identity] for identity in items_since(edition, f"{edition.day[:4]}-01-01"))
    for one in plan_conflicts(planned, items if wanted else (), limit, edition.day):
        asked = tuple(titled(edition, asking) for asking in one.askings)
        yield PlanConflictView(one, one.is_coming(edition.day), asked)
