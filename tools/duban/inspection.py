"""The plan of inspections, beside what items record → what it asks of units, and what stands against it.

The field's rules (reference: domain.md §b ``burden``): every inspection is in the annual plan or
approved for itself; a comprehensive one comes to a unit once a year; the same material is asked
once a year; who comes in the same days comes together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import chain
from typing import Literal, NamedTuple, get_args

from duban.burden import Demand, monday
from duban.model import Inspection, Item

COMPREHENSIVE = "综合督查"
SHORTEST_MATERIAL = 4
"""A material's name of fewer characters is not looked for in what notices say: it would be found anywhere."""
PlanConflictKind = Literal["unapproved", "comprehensive", "material", "same_month"]
PLAN_CONFLICT_KINDS: tuple[PlanConflictKind, ...] = get_args(PlanConflictKind)


class Asking(NamedTuple):
    """Who asks a unit, from one ISO day to another: an inspection by its id, or an entry of an item.

    ``by_month`` is true of an inspection of which only the month is settled.
    """

    start: str
    end: str
    inspection: str = ""
    item: str = ""
    entry: str = ""
    by_month: bool = False


@dataclass(frozen=True, slots=True)
class PlanConflict:
    """What stands against inspections of some units, and those who ask them in the order of their days.

    ``period`` is the year it is about, of ``same_month`` the month. ``material`` is what is asked for
    more than once.
    """

    kind: PlanConflictKind
    units: tuple[str, ...]
    period: str
    askings: tuple[Asking, ...]
    material: str = ""

    def is_coming(self, day: str) -> bool:
        """Whether anything of it can still be changed on an ISO day: one of those who ask is not over."""
        return any(one.end >= day for one in self.askings)


def inspection_demands(
    planned: Iterable[Inspection], made: Iterable[Demand], first: str, last: str, day: str
) -> Iterator[Demand]:
    """What inspections ask of units from ``first`` to ``last``, ISO days included: once a week, as known on ``day``.

    One of which only the month is settled asks nothing of a week. One that visits in ``made`` were
    part of (the unit, a day and a person in common) is not counted beside them.
    """
    visits: dict[str, list[Demand]] = {}
    for visit in made:
        if visit.kind == "visit":
            visits.setdefault(visit.unit, []).append(visit)
    for one in planned:
        if one.by_month or not one.overlaps(first, last):
            continue
        people = {*one.people}
        for start, end in _weeks(max(one.start, first), min(one.end, last)):
            for unit in one.units:
                among = (visit for visit in visits.get(unit, ()) if start <= visit.on <= end)
                if not any(people & {*visit.people} for visit in among):
                    yield Demand(unit, "inspection", start, "", "", one.people, start > day, one.id)


def plan_conflicts(
    planned: Iterable[Inspection], items: Iterable[Item], comprehensive_per_year: int, day: str
) -> list[PlanConflict]:
    """What stands against the inspections of the year of an ISO day, and of later ones, as known on that day.

    What items ask for counts up to the day, where a notice or a visit names the material.
    """
    known = sorted((one for one in planned if one.end[:4] >= day[:4]), key=lambda one: (one.start, one.id))
    found = [PlanConflict("unapproved", one.units, one.start[:4], (_asking(one),)) for one in known if not one.approval]
    found += _joined(
        chain(_comprehensive(known, comprehensive_per_year), _materials(known, items, day), _same_month(known))
    )
    return sorted(found, key=lambda one: (PLAN_CONFLICT_KINDS.index(one.kind), one.period, one.material, one.askings))


def _joined(found: Iterable[PlanConflict]) -> Iterator[PlanConflict]:
    """Those that say the same of several units as one."""
    alike: dict[PlanConflict, list[str]] = {}
    for one in found:
        alike.setdefault(replace(one, units=()), []).extend(one.units)
    for one, units in alike.items():
        yield replace(one, units=tuple(units))


def _comprehensive(known: Iterable[Inspection], limit: int) -> Iterator[PlanConflict]:
    groups: dict[tuple[str, str], list[Asking]] = {}
    for one in known:
        if one.kind == COMPREHENSIVE:
            for unit in one.units:
                groups.setdefault((one.start[:4], unit), []).append(_asking(one))
    for (year, unit), askings in groups.items():
        if len(askings) > limit:
            yield PlanConflict("comprehensive", (unit,), year, tuple(askings))


def _materials(known: Iterable[Inspection], items: Iterable[Item], day: str) -> Iterator[PlanConflict]:
    groups: dict[tuple[str, str, str], list[Asking]] = {}
    for one in known:
        for unit in one.units:
            for material in one.materials:
                groups.setdefault((one.start[:4], unit, material), []).append(_asking(one))
    named: dict[tuple[str, str], list[str]] = {}
    for year, unit, material in groups:
        if len(material) >= SHORTEST_MATERIAL:
            named.setdefault((year, unit), []).append(material)
    for item in items if named else ():
        for unit, on, entry, said in _said(item):
            for material in named.get((on[:4], unit), ()):
                if on <= day and material in said:
                    groups[on[:4], unit, material].append(Asking(on, on, item=item.id, entry=entry))
    for (year, unit, material), askings in groups.items():
        if len(askings) > 1:
            yield PlanConflict("material", (unit,), year, tuple(sorted(askings)), material)


def _said(item: Item) -> Iterator[tuple[str, str, str, str]]:
    """What an item asks of units in so many words: the unit, the ISO day, the entry and its text."""
    record = item.record
    for index, tracking in enumerate(record.get("tracking_notices", ())):
        yield tracking["to_unit"], tracking["issued_on"], f"/tracking_notices/{index}", tracking["requirement"]
    for index, coordination in enumerate(record.get("coordination_notices", ())):
        for subtask in coordination["subtasks"]:
            yield subtask["unit"], coordination["issued_on"], f"/coordination_notices/{index}", subtask["task"]
    for index, visit in enumerate(record.get("visits", ())):
        yield item.lead_unit, visit["on"], f"/visits/{index}", visit.get("requirement", "")


def _same_month(known: Iterable[Inspection]) -> Iterator[PlanConflict]:
    """Inspections of one unit that may fall together, for of one at least no more than its month is settled."""
    by_unit: dict[str, list[Inspection]] = {}
    for one in known:
        for unit in one.units:
            by_unit.setdefault(unit, []).append(one)
    for unit, mine in by_unit.items():
        for month in dict.fromkeys(one.start[:7] for one in mine if one.by_month):
            within = [one for one in mine if one.overlaps(f"{month}-01", f"{month}-31")]
            if len(within) > 1:
                yield PlanConflict("same_month", (unit,), month, tuple(map(_asking, within)))


def _asking(one: Inspection) -> Asking:
    return Asking(one.start, one.end, one.id, by_month=one.by_month)


def _weeks(first: str, last: str) -> Iterator[tuple[str, str]]:
    """The stretch of ISO days cut at each Sunday: the first and the last day of each piece."""
    start = first
    while start <= last:
        sunday = (date.fromisoformat(monday(start)) + timedelta(days=6)).isoformat()
        yield start, min(sunday, last)
        start = (date.fromisoformat(sunday) + timedelta(days=1)).isoformat()
