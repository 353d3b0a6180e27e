"""An edition → interviews, bulletins and accountability: by month, by unit, and each with its reason.

Only the internal edition has the page. By month and kind the counts of a city are so small that they
point at persons; the public is told the totals, on the home page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from duban.figures import ACCOUNTABILITY, INTERVIEW
from duban.model import Item
from duban.publish.chart import Group, month_groups
from duban.publish.edition import Edition, once
from duban.publish.item_row import UNCOUNTED
from duban.publish.page import Page
from duban.publish.parts import parted_pages
from duban.publish.place import Place
from duban.status import Status
from duban.trend import months_between

MOST_LISTED = 300
Count = Literal["interviews", "interviewed", "bulletins", "accountable"]
_DRAWN: tuple[Count, ...] = ("interviewed", "bulletins", "accountable")


@dataclass(frozen=True, slots=True)
class Taken:
    """One measure as a list shows it: against which unit, how many persons, why, and by whom (ids of signers)."""

    item: str
    title: str
    anchor: str
    kind: str
    on: str
    unit: str
    persons: tuple[str, ...]
    reason: str
    cause: str
    outcome: str
    report: str
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnitCounts:
    """What was done about one unit; persons are counted by times (人次)."""

    unit: str
    interviews: int
    interviewed: int
    bulletins: int
    accountable: int
    last: str


def measures_of(item: Item, status: Status) -> tuple[Taken, ...] | None:
    """The measures of an item that counts, each with the id of its report; None without any that are shown."""
    record = item.record
    if "measures" not in record or status.light in UNCOUNTED:
        return None
    return tuple(
        Taken(
            item=status.id,
            title=status.title,
            anchor=Place(status.id, f"/measures/{index}").anchor,
            kind=measure["kind"],
            on=measure["on"],
            unit=measure["unit"],
            persons=tuple(measure.get("persons", ())),
            reason=measure["reason"],
            cause=measure.get("cause", ""),
            outcome=measure.get("outcome", ""),
            report=measure.get("report", ""),
            by=tuple(dict.fromkeys(one["by"] for one in measure["signed"])),
        )
        for index, measure in enumerate(record["measures"])
    )


@once
def taken(edition: Edition) -> tuple[Taken, ...]:
    """Every measure of items that count, the latest first."""
    found = [
        replace(one, report=_page_of(one.report, edition))
        for measures in edition.taken(measures_of).values()
        for one in measures
        if one.on <= edition.day
    ]
    return tuple(sorted(found, key=lambda one: (one.on, one.item, one.anchor), reverse=True))


def site_pages(edition: Edition) -> Iterator[Page]:
    """Interviews and accountability, inside only."""
    if edition.public:
        return
    every = taken(edition)
    context = {
        "counts": _counted(every),
        "months": _months(every, edition.day),
        "units": _units(every),
        "listed": every[:MOST_LISTED],
        "total": len(every),
        "years": [(year, f"interviews/{year}.html", len(rows)) for year, rows in _by_year(edition)],
    }
    yield Page("interviews.html", edition.text("nav.interviews"), "interviews.html", context, group="results")


def loose_pages(edition: Edition) -> Iterator[Page]:
    """The measures of each year, where they are too many for one page."""
    for year, rows in _by_year(edition):
        title = edition.text("interviews.year", year=year)
        yield from parted_pages(f"interviews/{year}", title, "interviews_year.html", rows)


def _by_year(edition: Edition) -> list[tuple[str, list[Taken]]]:
    if edition.public or len(taken(edition)) <= MOST_LISTED:
        return []
    found: dict[str, list[Taken]] = {}
    for one in taken(edition):
        found.setdefault(one.on[:4], []).append(one)
    return list(found.items())


def _page_of(report: str, edition: Edition) -> str:
    return f"reports/{report.replace('/', '-')}.html" if report in edition.ledger.reports else ""


def _counted(found: Iterable[Taken]) -> Counter[Count]:
    counts: Counter[Count] = Counter()
    for one in found:
        if one.kind == INTERVIEW:
            counts["interviews"] += 1
            counts["interviewed"] += len(one.persons)
        elif one.kind == ACCOUNTABILITY:
            counts["accountable"] += len(one.persons)
        else:
            counts["bulletins"] += 1
    return counts


def _months(found: Sequence[Taken], day: str) -> list[Group]:
    if not found:
        return []
    by_month: dict[str, list[Taken]] = {}
    for one in found:
        by_month.setdefault(one.on[:7], []).append(one)
    drawn = []
    for month in months_between(found[-1].on[:7], day[:7]):
        counts = _counted(by_month.get(month, ()))
        drawn.append((month, [(name, counts[name]) for name in _DRAWN]))
    return month_groups(drawn)


def _units(found: Sequence[Taken]) -> list[UnitCounts]:
    by_unit: dict[str, list[Taken]] = {}
    for one in found:
        by_unit.setdefault(one.unit, []).append(one)
    views = []
    for unit, mine in by_unit.items():
        counts = _counted(mine)
        views.append(
            UnitCounts(
                unit,
                counts["interviews"],
                counts["interviewed"],
                counts["bulletins"],
                counts["accountable"],
                mine[0].on,
            )
        )
    return sorted(views, key=lambda one: (-one.accountable, -one.interviewed, -one.bulletins, one.unit))
