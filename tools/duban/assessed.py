"""A ledger with its assessment files → a year's scores after what was upheld, their digest, and what fits neither."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import cast

from duban.assess import Score, assess, charges, weights
from duban.calendar import WorkCalendar
from duban.change import digest_of
from duban.finding import Finding, Pointer, Problem, ordered
from duban.load import Readings, place
from duban.model import Data, Item
from duban.record import UPHELD, UPHELD_IN_PART, AssessmentRecord, Freeze, Objection


@dataclass(frozen=True)
class Assessed:
    """The scores of a year as of an ISO day, beside the year's file as far as it goes (None where there is none)."""

    year: int
    day: str
    weights: Mapping[str, Decimal]
    scores: list[Score]
    record: AssessmentRecord | None = None

    @property
    def freeze(self) -> Freeze | None:
        """By what entry the year was frozen."""
        return self.record.get("freeze") if self.record else None

    @property
    def objections(self) -> list[Objection]:
        return self.record.get("objections", []) if self.record else []

    @property
    def about(self) -> Mapping[str, Objection]:
        """The objection to each point that there is one to, by its key."""
        return {point: objection for objection in self.objections for point in objection["points"]}

    @cached_property
    def digest(self) -> str:
        """SHA-256 of what ``document`` gives."""
        return digest_of(self.document)

    @property
    def stands(self) -> bool:
        """Whether counting gives the scores that were frozen; True for a year that is not frozen."""
        return self.freeze is None or self.freeze["digest"] == self.digest

    @cached_property
    def document(self) -> Data:
        """The scores as plain JSON values: what a freeze makes final. Names of units are not part of it."""
        return {
            "year": self.year,
            "as_of": self.day,
            "weights": {name: float(value) for name, value in self.weights.items()},
            "units": [_told(one) for one in self.scores],
        }


def assessed(
    items: Iterable[Item],
    policy: Data,
    year: int,
    day: str,
    calendar: WorkCalendar,
    record: AssessmentRecord | None = None,
) -> Assessed:
    """Count a year as of an ISO day. Every ruling in ``record`` counts: it is about points, of whatever day it is."""
    found = assess(items, policy, year, day, calendar, waived(record) if record else ())
    return Assessed(year, day, weights(policy), found, record)


def waived(record: AssessmentRecord) -> frozenset[str]:
    """The keys of the points against which an objection was upheld."""
    return frozenset(
        point
        for objection in record.get("objections", ())
        if (ruling := objection.get("ruling")) and ruling["result"] in (UPHELD, UPHELD_IN_PART)
        for point in ruling.get("waived", ())
        if point in objection["points"]
    )


def last_day_of(year: int, today: str, record: AssessmentRecord | None = None) -> str:
    """The ISO day up to which a year is counted: the one it was frozen at, its last, or today."""
    frozen = record.get("freeze") if record else None
    return frozen["as_of"] if frozen else min(today, f"{year}-12-31")


def points_unknown(readings: Readings) -> list[Finding]:
    """D811: points that units object to and the ledger does not charge."""
    found: list[Finding] = []
    for path, record in records_of(readings) if readings.registry.policy else ():
        problems = [*_points_unknown(readings, record)]
        found += place(path, readings.tree[path], problems) if problems else ()
    return ordered(found)


def frozen_otherwise(readings: Readings) -> list[Finding]:
    """D819: frozen scores that counting the ledger does not give.

    Only the newest freeze is counted: those of the years before were when they were the newest, and
    counting a year goes over the whole ledger.
    """
    newest = newest_freeze(readings)
    if newest is None or not readings.registry.policy:
        return []
    path, record = newest
    found = as_frozen(readings, record)
    if found.stands:
        return []
    frozen = record["freeze"]
    details = {"digest": frozen["digest"][:16], "counted": found.digest[:16], "year": str(found.year), "day": found.day}
    return place(path, readings.tree[path], [Problem("D819", ("freeze", "digest"), details)])


def newest_freeze(readings: Readings) -> tuple[str, AssessmentRecord] | None:
    """The file of the latest year that is frozen, by its path; None where none is."""
    frozen = [(record["year"], path, record) for path, record in records_of(readings) if "freeze" in record]
    return max(frozen, key=lambda one: one[:2])[1:] if frozen else None


def as_frozen(readings: Readings, record: AssessmentRecord) -> Assessed:
    """A year counted from these readings as it was frozen: up to the same day, with the same rulings."""
    registry, day = readings.registry, record["freeze"]["as_of"]
    items, calendar = readings.items_on(day), WorkCalendar.of(registry)
    return assessed(items.values(), registry.policy, record["year"], day, calendar, record)


def records_of(readings: Readings) -> Iterator[tuple[str, AssessmentRecord]]:
    """The files of years that can be read, by path, whole."""
    for path, reading in readings.assessments.items():
        if reading.data is not None:
            yield path, cast(AssessmentRecord, reading.data())


def _points_unknown(readings: Readings, record: AssessmentRecord) -> Iterator[Problem]:
    """A point is looked for in its item alone, as that stood when the unit objected: nobody pays for the rest."""
    calendar = WorkCalendar.of(readings.registry)
    for index, objection in enumerate(record.get("objections", ())):
        on, policy = objection["on"], readings.registry.policy
        items = readings.items_on(on, {_item_of(point) for point in objection["points"]})
        for position, point in enumerate(objection["points"]):
            item = items.get(_item_of(point))
            known = charges(item, policy, record["year"], on, calendar) if item else ()
            if all(point != one.key for one in known):
                here: Pointer = ("objections", index, "points", position)
                yield Problem("D811", here, {"point": point, "day": on})


def _item_of(point: str) -> str:
    return point.split("/")[2]


def _told(one: Score) -> Data:
    return {
        "unit": one.unit,
        "base": float(one.base),
        "lost": float(one.lost),
        "total": float(one.total),
        "led": one.led,
        "joined": one.joined,
        "rank": one.rank or None,
        "tied": one.tied,
        "points": [
            {
                "key": point.key,
                "rule": point.rule,
                "item": point.item,
                "entry": point.entry,
                "on": point.on,
                "name": point.name or None,
                "share": float(point.share),
                "points": float(point.points),
                "waived": point.waived,
            }
            for point in one.points
        ],
    }
