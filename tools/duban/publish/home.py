"""An edition → its home page: figures, lights, the funnel of seven steps, what is due, what came last, the trend."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from duban.model import STEPS, Item
from duban.publish.campaign_pages import CampaignView, campaign_views
from duban.publish.edition import Edition
from duban.publish.item_row import UNCOUNTED, ItemRow, by_urgency, counted_rows, light_shares, percent
from duban.publish.latest import latest
from duban.publish.owed import SOON_DAYS, due_soon, past_due
from duban.publish.page import Page
from duban.publish.standing import counts
from duban.publish.tally import Tally
from duban.publish.trend import Month, Span, span_of, trend
from duban.publish.unit_pages import unit_views
from duban.record import INSTRUCTION, MESSAGE
from duban.status import Status

MOST_LISTED = 100
# The figures a report quotes, each with where it leads ("" for nowhere).
_HEADLINES = (
    ("items", "ledger.html"),
    ("from_instructions", f"ledger.html#source={INSTRUCTION}"),
    ("from_messages", f"ledger.html#source={MESSAGE}"),
    ("special_reports", ""),
    ("visits", ""),
    ("interviewed_persons", ""),
    ("held_accountable", ""),
)


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
class Bar:
    """A bar of the trend: what it counts, how much, and its place in percent of the drawing."""

    series: str
    value: int
    x: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 3)


@dataclass(frozen=True, slots=True)
class MonthView:
    month: Month
    middle: float
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Rate:
    """The units that finished the same part of their items on time."""

    rate: int
    units: tuple[tuple[str, Tally], ...]


def site_pages(edition: Edition) -> Iterator[Page]:
    """The home page."""
    rows = counted_rows(edition)
    context = {
        # The public ledger lists fewer items than these figures count: no link would keep its word there.
        "headlines": [
            Headline(name, edition.figures[name], "" if edition.public else link) for name, link in _HEADLINES
        ],
        "lights": light_shares(rows),
        "total": len(rows),
        "steps": funnel(rows),
        "overdue": by_urgency(row for row in rows if row.light == "overdue"),
        "late_parts": past_due(edition),
        "soon": due_soon(edition),
        "most": MOST_LISTED,
        "soon_days": SOON_DAYS,
        "months": month_views(trend(edition.taken(counted_span).values(), edition.day)),
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


def month_views(months: list[Month]) -> list[MonthView]:
    """The months as groups of three bars, as high as the highest of all allows."""
    highest = max((max(month.received, month.closed, month.overdue) for month in months), default=0)
    slot = 100 / len(months) if months else 0
    width = slot * 0.22
    views = []
    for place, month in enumerate(months):
        left = slot * place + slot * 0.14
        values = (("received", month.received), ("closed", month.closed), ("overdue", month.overdue))
        bars = tuple(
            Bar(name, value, round(left + nth * (width + slot * 0.03), 3), round(width, 3), percent(value, highest))
            for nth, (name, value) in enumerate(values)
        )
        views.append(MonthView(month, round(slot * (place + 0.5), 3), bars))
    return views


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


def _campaigns(edition: Edition) -> list[CampaignView]:
    return [view for view in campaign_views(edition) if view.tally.items]
