"""An edition → its home page: figures, lights, the funnel of seven steps, what is due, what came last, the trend."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from duban.figures import HEADLINES
from duban.model import STEPS, Item
from duban.publish.campaign_pages import CampaignView, campaign_views
from duban.publish.chart import month_groups
from duban.publish.edition import Edition
from duban.publish.item_row import UNCOUNTED, ItemRow, by_urgency, counted_rows, light_shares, percent
from duban.publish.latest import latest
from duban.publish.owed import SOON_DAYS, due_soon, past_due
from duban.publish.page import Page
from duban.publish.standing import counts
from duban.publish.tally import Tally
from duban.publish.turns import turns
from duban.publish.unit_pages import unit_views
from duban.record import INSTRUCTION, MESSAGE
from duban.status import Status
from duban.trend import Month, Span, span_of, trend

MOST_LISTED = 100
# Where the figures that a report quotes lead; the public ledger lists fewer items than they count.
_LINKS = {
    "items": "ledger.html",
    "from_instructions": f"ledger.html#source={INSTRUCTION}",
    "from_messages": f"ledger.html#source={MESSAGE}",
    "special_reports": "reports.html",
    "visits": "schedule.html#visits",
    "interviewed_persons": "interviews.html",
    "held_accountable": "interviews.html",
}
# The plan is public as a whole.
_PUBLIC_LINKS = {"key_projects": "plan.html", "key_works": "plan.html"}


@dataclass(frozen=True, slots=True)
class Headline:
    name: str
    value: int
    link: str


@dataclass(frozen=True, slots=True)
class StepView:
    """A step of the funnel: how many items got this far, and how many stand here now."""

    number: int
    name: str
    reached: int
    here: int
    length: float


@dataclass(frozen=True, slots=True)
class Rate:
    """The units that finished the same part of their items on time."""

    rate: int
    units: tuple[tuple[str, Tally], ...]


def site_pages(edition: Edition) -> Iterator[Page]:
    """The home page."""
    rows = counted_rows(edition)
    links = _PUBLIC_LINKS if edition.public else _LINKS | _PUBLIC_LINKS
    months = trend(edition.taken(counted_span).values(), edition.day)
    context = {
        "headlines": [Headline(name, edition.figures[name], links.get(name, "")) for name in HEADLINES],
        "lights": light_shares(rows),
        "turns": turns(rows, edition.day),
        "total": len(rows),
        "steps": funnel(rows),
        "overdue": by_urgency(row for row in rows if row.light == "overdue"),
        "late_parts": past_due(edition),
        "soon": due_soon(edition),
        "most": MOST_LISTED,
        "soon_days": SOON_DAYS,
        "months": month_groups([(one.month, _series(one)) for one in months]),
        "campaigns": _campaigns(edition),
        "proofs": counts(edition) if edition.examination.held and not edition.public else None,
        "latest": latest(edition),
        "rates": rates({view.unit.id: view.tally for view in unit_views(edition)}),
    }
    yield Page("index.html", edition.text("nav.home"), "home.html", context)


def counted_span(item: Item, status: Status) -> Span | None:
    """What the trend needs of an item that counts."""
    return None if status.light in UNCOUNTED else span_of(item.record)


def funnel(rows: Sequence[ItemRow]) -> list[StepView]:
    """How many items reached each of the seven steps."""
    at = [sum(row.step == step for row in rows) for step in STEPS]
    reached = [sum(at[place:]) for place in range(len(STEPS))]
    return [
        StepView(place + 1, step, reached[place], at[place], percent(reached[place], reached[0]))
        for place, step in enumerate(STEPS)
    ]


def rates(tallies: dict[str, Tally]) -> list[Rate]:
    """Units with anything finished, by the rate on time, best first; more finished first within a rate."""
    groups: dict[int, list[tuple[str, Tally]]] = {}
    for unit, tally in tallies.items():
        if tally.rate is not None:
            groups.setdefault(tally.rate, []).append((unit, tally))
    return [
        Rate(rate, tuple(sorted(groups[rate], key=lambda pair: (-pair[1].finished, pair[0]))))
        for rate in sorted(groups, reverse=True)
    ]


def _series(month: Month) -> tuple[tuple[str, int], ...]:
    return ("received", month.received), ("closed", month.closed), ("overdue", month.overdue)


def _campaigns(edition: Edition) -> list[CampaignView]:
    return [view for view in campaign_views(edition) if view.tally.items]
