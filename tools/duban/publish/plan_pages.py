"""An edition → how far supervision covers the annual plan: a page for the year, one for each other plan.

In the public edition only open items count. A count over the whole ledger beside these marks would tell
how many entries have an item that is withheld, and where few are left without a mark, which.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from sys import intern

from duban.model import Item, PlanEntry
from duban.publish.edition import Edition, once
from duban.publish.item_row import ItemRow, Share, by_urgency, counted_rows, percent, shares
from duban.publish.page import Page, key_of
from duban.status import LIGHTS, Light, Status

KINDS = ("key_projects", "key_works")
# An entry shows the light of its most pressing item; one that ended otherwise than by closing covers nothing.
_LIGHTS: tuple[Light, ...] = ("overdue", "due_soon", "on_track", "done_late", "done_on_time")


@dataclass(frozen=True, slots=True)
class EntryView:
    """A key project or work with its items, most pressing first. ``light`` is "" where none covers it."""

    entry: PlanEntry
    rows: tuple[ItemRow, ...]
    light: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """Some entries of a plan, in its order, and how far they are covered."""

    name: str
    entries: tuple[EntryView, ...]
    covered: tuple[EntryView, ...]
    lights: tuple[Share, ...]

    @property
    def uncovered(self) -> tuple[EntryView, ...]:
        return tuple(one for one in self.entries if not one.light)

    @property
    def percent(self) -> int:
        """Covered entries in percent, rounded down."""
        return int(percent(len(self.covered), len(self.entries)))

    def count(self, *lights: str) -> int:
        """How many entries show one of some lights."""
        return sum(one.light in lights for one in self.entries)


@dataclass(frozen=True, slots=True)
class PlanView:
    """The plan of one year: its kinds, all together, and by lead unit."""

    year: int
    kinds: tuple[Coverage, ...]
    whole: Coverage
    units: tuple[Coverage, ...]


def plan_path(edition: Edition, year: int) -> str:
    """The page of a year's plan, "" where the registry has none for it."""
    known = _years(edition)
    if year not in known:
        return ""
    return "plan.html" if year == known[0] else f"plan/{year}.html"


def site_pages(edition: Edition) -> Iterator[Page]:
    """The plan of the edition's year, or the one nearest to it."""
    known = _years(edition)
    context = {"view": _view(edition, known[0]), "others": _others(edition, known[0])} if known else {"view": None}
    yield Page("plan.html", edition.text("nav.plan"), "plan.html", context, group="campaigns")


def loose_pages(edition: Edition) -> Iterator[Page]:
    """The plans of the other years."""
    for year in _years(edition)[1:]:
        view, others = _view(edition, year), _others(edition, year)
        title, context = edition.text("plan.title", year=year), {"view": view, "others": others}
        yield Page(plan_path(edition, year), title, "plan.html", context, key_of(view.whole, others))


@once
def _years(edition: Edition) -> tuple[int, ...]:
    """The years that have a plan: the edition's own or the last before it, then the others from the latest on."""
    known = sorted({year for year, _ in edition.ledger.registry.plans}, reverse=True)
    own = int(edition.day[:4])
    first = next((year for year in known if year <= own), known[-1] if known else own)
    return tuple(sorted(known, key=lambda year: (year != first, -year)))


@once
def _items_of(edition: Edition) -> Mapping[tuple[int, str], Sequence[ItemRow]]:
    """The items that count, by the entry of the plan they refer to, that of the year they were registered in."""
    rows = {row.id: row for row in counted_rows(edition)}
    found: dict[tuple[int, str], list[ItemRow]] = {}
    for identity, references in edition.taken(plan_references).items():
        for reference in references if identity in rows else ():
            found.setdefault((int(identity[:4]), reference), []).append(rows[identity])
    return found


def plan_references(item: Item, _status: Status) -> tuple[str, ...] | None:
    """The entries of the annual plan that an item refers to, None without any."""
    return tuple([intern(entry) for entry in item.record.get("plan_refs", ())]) or None


def _view(edition: Edition, year: int) -> PlanView:
    items = _items_of(edition)
    plan = [entry for (of, _), entry in edition.ledger.registry.plans.items() if of == year]
    entries = [_entry(entry, items.get((year, entry.id), ())) for entry in plan]
    units: dict[str, list[EntryView]] = {}
    for one in entries:
        units.setdefault(one.entry.lead_unit, []).append(one)
    by_unit = [_coverage(unit, mine) for unit, mine in units.items()]
    return PlanView(
        year,
        tuple(_coverage(kind, [one for one in entries if one.entry.kind == kind]) for kind in KINDS),
        _coverage("", entries),
        tuple(sorted(by_unit, key=lambda one: (-len(one.entries), -len(one.covered), one.name))),
    )


def _others(edition: Edition, year: int) -> list[tuple[int, str]]:
    """The other years that have a plan, each with its page."""
    return [(other, plan_path(edition, other)) for other in _years(edition) if other != year]


def _entry(entry: PlanEntry, rows: Sequence[ItemRow]) -> EntryView:
    lights = {row.light for row in rows}
    return EntryView(entry, tuple(by_urgency(rows)), next((light for light in _LIGHTS if light in lights), ""))


def _coverage(name: str, entries: Iterable[EntryView]) -> Coverage:
    given = tuple(entries)
    covered = tuple(one for one in given if one.light)
    lights = Counter(one.light for one in covered)
    counts: dict[str, int] = {light: lights[light] for light in LIGHTS if lights[light]}
    return Coverage(name, given, covered, tuple(shares(counts, len(given))))
