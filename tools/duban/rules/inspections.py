"""The plan of inspections, and an item's visits → what stands against them: approvals, days, people, and the basis."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import chain

from duban.finding import Problem
from duban.model import Inspection, Registry
from duban.rules.case import Case
from duban.rules.references import fit

OWN_APPROVAL = "一事一报"


def problems_of(planned: Sequence[Inspection], registry: Registry) -> Iterator[Problem]:
    """D208, D210, D211, D821–D825: problems of ``registry/inspections.yml``, whose inspections come in its order."""
    numbers: dict[str, str] = {}
    for index, one in enumerate(planned):
        here = ("inspections", index)
        yield from _approved(one, here, numbers)
        yield from _units_stand(one, here, registry)
        yield from _people_fit(one, here, registry)
        if one.unannounced and (one.units or one.people):
            field = "units" if one.units else "lead" if one.lead else "team"
            over = (date.fromisoformat(one.end) + timedelta(days=1)).isoformat()
            yield Problem("D824", (*here, field), {"end": one.end}, at_key=True, until=over)
        yield from _booked_once(one, planned[:index], here, registry)


def visits_have_a_basis(case: Case) -> Iterator[Problem]:
    """D702: visits rest on the annual plan or on an approval of the one matter (domain.md §a ``plan_ref``).

    That is a plan entry of the item, the basis of its approval, or an inspection of the plan that is
    for it.
    """
    record = case.record
    if "visits" not in record or record.get("plan_refs") or record.get("approval", {}).get("basis"):
        return
    if not any(record["id"] in one.items for one in case.registry.inspections.values()):
        yield Problem("D702", ("visits",), at_key=True)


def _approved(one: Inspection, here: tuple[str, int], numbers: dict[str, str]) -> Iterator[Problem]:
    """D821–D823. ``numbers`` are those used for one matter so far, each with whose it is; they grow."""
    approval = one.approval
    if approval is None:
        yield Problem("D821", here, {"title": one.title})
        return
    latest = one.end if one.by_month else one.start
    if approval.on > latest:
        yield Problem("D823", (*here, "approval", "approved_on"), {"day": approval.on, "start": latest})
    if approval.basis != OWN_APPROVAL:
        return
    if approval.number in numbers:
        details = {"number": approval.number, "other": numbers[approval.number]}
        yield Problem("D822", (*here, "approval", "number"), details)
    numbers.setdefault(approval.number, one.title)


def _units_stand(one: Inspection, here: tuple[str, int], registry: Registry) -> Iterator[Problem]:
    """D208: the units are there on the first day and on the last."""
    for nth, unit in enumerate(one.units):
        known = registry.units.get(unit)
        missing = [day for day in (one.start, one.end) if known and not known.valid_on(day)]
        if missing:
            yield Problem("D208", (*here, "units", nth), {"unit": registry.unit_name(unit), "day": missing[0]})


def _people_fit(one: Inspection, here: tuple[str, int], registry: Registry) -> Iterator[Problem]:
    """D210, D211: the terms run on the first day and on the last, and nobody inspects their own unit."""
    for place, person in ((("lead",), one.lead), *((("team", nth), who) for nth, who in enumerate(one.team))):
        of_both = (fit(registry, (*here, *place), person, day, one.units) for day in (one.end, one.start))
        yield from {problem.code: problem for problem in chain.from_iterable(of_both)}.values()


def _booked_once(
    one: Inspection, before: Sequence[Inspection], here: tuple[str, int], registry: Registry
) -> Iterator[Problem]:
    """D825: nobody is on two inspections on one day; where only the month is settled nobody can tell yet."""
    if one.by_month:
        return
    for person in one.people:
        for other in before:
            if person in other.people and not other.by_month and other.overlaps(one.start, one.end):
                details = {
                    "person": registry.position(person),
                    "other": other.title,
                    "day": max(one.start, other.start),
                }
                yield Problem("D825", here, details)
