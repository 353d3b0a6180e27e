"""An edition → the table of units, and a page for each unit with its items and what it owes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from duban.figures import INTERVIEW
from duban.model import Item, Unit
from duban.obligation import Obligation
from duban.publish.edition import Edition, once
from duban.publish.item_row import Excerpt, ItemRow, Share, counted_rows, excerpt, light_shares
from duban.publish.owed import Owed, all_pending, listed
from duban.publish.page import Page, key_of
from duban.publish.tally import Tally, tally
from duban.publish.turns import turns
from duban.status import Status


@dataclass(frozen=True, slots=True)
class UnitView:
    """A unit with its items: those it leads, those it supports, and what it still owes.

    ``turns`` tells how the lights of those it leads turn (``turns``).
    """

    unit: Unit
    tally: Tally
    lights: tuple[Share, ...]
    turns: str
    leading: Excerpt
    supporting: Excerpt
    owed: tuple[Owed, ...]
    interviews: int


@once
def unit_views(edition: Edition) -> tuple[UnitView, ...]:
    """The units that lead or support an item or owe something, in the order of the registry."""
    leading: dict[str, list[ItemRow]] = {}
    supporting: dict[str, list[ItemRow]] = {}
    for row in counted_rows(edition):
        leading.setdefault(row.lead_unit, []).append(row)
        for helper in row.co_units:
            supporting.setdefault(helper, []).append(row)
    owing: dict[str, list[Obligation]] = {}
    for one in all_pending(edition):
        owing.setdefault(one.owner, []).append(one)
    interviews = _interviews(edition)
    views = []
    for identity, unit in edition.ledger.registry.units.items():
        mine, helped, owed = leading.get(identity, ()), supporting.get(identity, ()), owing.get(identity, ())
        if mine or helped or owed:
            views.append(
                UnitView(
                    unit,
                    tally(mine),
                    tuple(light_shares(mine)),
                    turns(mine, edition.day),
                    excerpt(mine),
                    excerpt(helped),
                    tuple(listed(edition, owed)),
                    interviews.get(identity, 0),
                )
            )
    return tuple(views)


def site_pages(edition: Edition) -> Iterator[Page]:
    """The table of units: those with most open and overdue items first."""
    views = sorted(unit_views(edition), key=lambda view: (-view.tally.overdue, -view.tally.open, -view.tally.items))
    yield Page("units.html", edition.text("nav.units"), "units.html", {"units": views})


def loose_pages(edition: Edition) -> Iterator[Page]:
    """A page for each unit that has anything to do with an item."""
    for view in unit_views(edition):
        identity = view.unit.id
        yield Page(f"units/{identity}.html", edition.unit_name(identity), "unit.html", {"view": view}, key_of(view))


def _interviews(edition: Edition) -> dict[str, int]:
    """Times that persons of a unit were interviewed; counts only, and none in the public edition."""
    counts: dict[str, int] = {}
    for found in edition.taken(interviewed).values() if not edition.public else ():
        for unit, persons in found:
            counts[unit] = counts.get(unit, 0) + persons
    return counts


def interviewed(item: Item, _status: Status) -> tuple[tuple[str, int], ...] | None:
    """The units that an item had persons of interviewed, and how many each time; None without any."""
    measures = item.record.get("measures", ())
    return tuple((one["unit"], len(one.get("persons", ()))) for one in measures if one["kind"] == INTERVIEW) or None
