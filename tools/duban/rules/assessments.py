"""One year's assessment file → objections in time and of the unit charged, rulings that fit, a freeze at the end.

Whether the ledger charges a point at all, and what its scores are, takes the whole of it: ``assessed`` tells.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from duban.filing import identity_at
from duban.finding import Detail, Pointer, Problem
from duban.model import Registry
from duban.record import UPHELD, UPHELD_IN_PART, AssessmentRecord, Objection
from duban.rules.case import label_at
from duban.schema import Field


@dataclass(frozen=True, slots=True)
class YearCase:
    """The file of one year with its root field, and the registry that it is judged by."""

    path: str
    record: AssessmentRecord
    root: Field
    registry: Registry

    @property
    def objections(self) -> Iterator[tuple[Pointer, Objection]]:
        """Every objection with its place."""
        for index, objection in enumerate(self.record.get("objections", ())):
            yield ("objections", index), objection

    def label(self, pointer: Pointer) -> Detail:
        """What people call the field at a pointer, in both languages."""
        return label_at(self.root, pointer)


def problems_of(case: YearCase) -> Iterator[Problem]:
    """Everything that is wrong within the file."""
    for rule in (year_of_file, order_of_dates, points_of_the_unit, in_time, rulings, freeze):
        yield from rule(case)


def year_of_file(case: YearCase) -> Iterator[Problem]:
    """D810: the year is that of the file's name."""
    year, expected = str(case.record["year"]), identity_at(case.path)
    if year != expected:
        yield Problem("D810", ("year",), {"year": year, "expected": expected})


def order_of_dates(case: YearCase) -> Iterator[Problem]:
    """D305: an objection lies in its year or later, a ruling after it, and a freeze after what it counts."""
    begin = (("year",), f"{case.record['year']}-01-01")
    for pointer, objection in case.objections:
        raised = ((*pointer, "on"), objection["on"])
        yield from _rising(case, begin, raised)
        if "ruling" in objection:
            yield from _rising(case, raised, ((*pointer, "ruling", "on"), objection["ruling"]["on"]))
    if "freeze" in case.record:
        counted = (("freeze", "as_of"), case.record["freeze"]["as_of"])
        yield from _rising(case, begin, counted)
        yield from _rising(case, counted, (("freeze", "on"), case.record["freeze"]["on"]))


def points_of_the_unit(case: YearCase) -> Iterator[Problem]:
    """D812, D813: a unit objects to what it is charged with itself, and to each point once."""
    seen: set[str] = set()
    for pointer, objection in case.objections:
        for index, point in enumerate(objection["points"]):
            charged = point.partition("/")[0]
            here = (*pointer, "points", index)
            if charged != objection["unit"]:
                details = {
                    "charged": case.registry.unit_name(charged),
                    "unit": case.registry.unit_name(objection["unit"]),
                }
                yield Problem("D812", here, details)
            elif point in seen:
                yield Problem("D813", here, {"point": point})
            seen.add(point)


def in_time(case: YearCase) -> Iterator[Problem]:
    """D814, D815: no objection after the time that the policy sets, nothing at all after the freeze."""
    last, frozen = last_day(case.record["year"], case.registry), case.record.get("freeze")
    for pointer, objection in case.objections:
        on = objection["on"]
        if last and on > last:
            yield Problem("D814", (*pointer, "on"), {"day": on, "last": last})
        dated = [((*pointer, "on"), on)]
        if "ruling" in objection:
            dated.append(((*pointer, "ruling", "on"), objection["ruling"]["on"]))
        for place, day in dated:
            if frozen and day > frozen["on"]:
                yield Problem("D815", place, {"label": case.label(place), "day": day, "frozen": frozen["on"]})


def rulings(case: YearCase) -> Iterator[Problem]:
    """D816: what is upheld waives all of the points, in part some of them, and what is rejected none."""
    for pointer, objection in case.objections:
        ruling = objection.get("ruling")
        if ruling is None:
            continue
        points, waived = set(objection["points"]), set(ruling.get("waived", ()))
        fits = {UPHELD: waived == points, UPHELD_IN_PART: bool(waived) and waived < points}
        if not fits.get(ruling["result"], not waived):
            yield Problem("D816", (*pointer, "ruling", "result"), {"result": ruling["result"]})


def freeze(case: YearCase) -> Iterator[Problem]:
    """D817, D818: a year is frozen when every objection has its ruling and no more can come in time."""
    frozen = case.record.get("freeze")
    if frozen is None:
        return
    for pointer, objection in case.objections:
        if "ruling" not in objection:
            yield Problem("D817", pointer, {"unit": case.registry.unit_name(objection["unit"])})
    last = last_day(case.record["year"], case.registry)
    if frozen["on"] <= last:
        yield Problem("D818", ("freeze", "on"), {"day": frozen["on"], "last": last})


def last_day(year: int, registry: Registry) -> str:
    """The last ISO day on which units may object to the scores of a year; "" where the policy sets none."""
    days = registry.policy.get("assessment", {}).get("objection_days")
    return (date(year, 12, 31) + timedelta(days)).isoformat() if days else ""


def _rising(case: YearCase, earlier: tuple[Pointer, str], later: tuple[Pointer, str]) -> Iterator[Problem]:
    (before, first), (pointer, day) = earlier, later
    if day < first:
        details = {"label": case.label(pointer), "day": day, "earlier_label": case.label(before), "earlier_day": first}
        yield Problem("D305", pointer, details)
