"""An edition → the one schedule: what is planned, what was done, and what it costs the units (基层减负)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from duban.burden import DEMAND_KINDS, Conflict, Demand, conflicts, demands, loads, monday, month_before
from duban.convening import booked
from duban.figures import UNANNOUNCED
from duban.inspection import inspection_demands
from duban.model import TEAMS
from duban.obligation import Kind
from duban.publish.chart import Group, month_groups
from duban.publish.edition import Edition, once
from duban.publish.inspection_plan import anchor_of, asking_of, plan_of, titled
from duban.publish.item_row import counted_rows
from duban.publish.owed import Owed, all_pending, listed
from duban.publish.page import Page
from duban.publish.recent import items_since
from duban.publish.team_page import VISIT_DAYS, Member, days_from, members
from duban.publish.visits import Made, visits_made
from duban.trend import months_between

WEEKS_AHEAD, WEEKS_BACK = 6, 4
MOST_PLANNED, MOST_VISITS, MOST_CONFLICTS, MOST_ASKED = 100, 200, 40, 12
# What the office has to do itself, and the answers that it waits for; the rest is the units' own plan.
PLANNED: frozenset[Kind] = frozenset(
    {"reply", "progress", "recheck", "look_back", "feedback", "extension_decision", "coordination", "reopening"}
)


@dataclass(frozen=True, slots=True)
class Week:
    """What is planned from a Monday to a Sunday, both ISO days."""

    start: str
    end: str
    planned: tuple[Owed, ...]


@dataclass(frozen=True, slots=True)
class CampaignVisits:
    """How often the items of a campaign were visited; ``campaign`` is "" for items of none."""

    campaign: str
    visits: int
    unannounced: int
    items: int
    visited: int
    last: str


class Demanded(NamedTuple):
    """One demand with the title of what asks and the link to it."""

    demand: Demand
    title: str
    link: str


@dataclass(frozen=True, slots=True)
class ConflictView:
    """A conflict with all that its unit was asked in the week, up to Sunday ``end``."""

    conflict: Conflict
    end: str
    asked: tuple[Demanded, ...]


def site_pages(edition: Edition) -> Iterator[Page]:
    """The schedule, inside only."""
    if edition.public:
        return
    day, visits = edition.day, visits_made(edition)
    found, this_week = _demands(edition), monday(edition.day)
    clashes, plan = conflicts(found), plan_of(edition)
    context = {
        **_plans(edition),
        "weeks_ahead": WEEKS_AHEAD,
        "weeks_back": WEEKS_BACK,
        "most": MOST_PLANNED,
        "visits": [(month, tuple(rows)) for month, rows in groupby(visits[:MOST_VISITS], lambda one: one.on[:7])],
        "visits_count": len(visits),
        "visits_listed": min(len(visits), MOST_VISITS),
        "unannounced": sum(one.method == UNANNOUNCED for one in visits),
        "months": _months(visits, day),
        "by_campaign": _by_campaign(edition, visits),
        "loads": loads(found, edition.states, day),
        "kinds": DEMAND_KINDS,
        "month": day[:7],
        "month_before": month_before(day[:7]),
        "coming": _views(edition, [one for one in clashes if one.week >= this_week]),
        # Of past weeks the latest and worst come first: there is nothing left to merge, only to learn from.
        "gone": _views(edition, sorted((one for one in clashes if one.week < this_week), key=_latest, reverse=True)),
        "most_conflicts": MOST_CONFLICTS,
        "most_asked": MOST_ASKED,
        "plan": plan,
        "anchor_of": anchor_of,
        "inspection": edition.schemas.listed("inspections") if plan.ahead or plan.over else {},
        "people": _people(edition),
        "booked": booked(edition.ledger.registry.inspections.values(), day),
        "visit_days": VISIT_DAYS,
        "comprehensive": edition.ledger.registry.policy["burden"]["comprehensive_per_year"],
    }
    yield Page("schedule.html", edition.text("nav.schedule"), "schedule.html", context, group="team")


@once
def _demands(edition: Edition) -> tuple[Demand, ...]:
    """What is asked of units from the month before, or ``WEEKS_BACK`` weeks ago, to ``WEEKS_AHEAD`` weeks on."""
    day, start = edition.day, monday(edition.day)
    first = min(f"{month_before(day[:7])}-01", days_from(start, -7 * WEEKS_BACK))
    last = days_from(start, 7 * WEEKS_AHEAD - 1)
    items = (edition.ledger.items[identity] for identity in items_since(edition, first))
    found = [*demands(items, edition.states, first, last, day)]
    return (*found, *inspection_demands(edition.ledger.registry.inspections.values(), found, first, last, day))


def _plans(edition: Edition) -> dict[str, object]:
    """What is planned week by week, what is past due, and how much lies further ahead."""
    day = edition.day
    last = days_from(monday(day), 7 * WEEKS_AHEAD - 1)
    planned = [one for one in all_pending(edition) if one.kind in PLANNED]
    ahead = listed(edition, (one for one in planned if day <= one.due <= last))
    weeks = [
        Week(start, days_from(start, 6), tuple(rows)) for start, rows in groupby(ahead, lambda one: monday(one.due))
    ]
    late = listed(edition, (one for one in planned if one.due < day))
    return {
        "weeks": weeks,
        "late": late,
        "unlisted": sum(max(len(rows) - MOST_PLANNED, 0) for rows in (late, *(week.planned for week in weeks))),
        "later": sum(one.due > last for one in planned),
        "contacts": {
            one.item: notice["contact"]
            for one in planned
            if (notice := edition.ledger.items[one.item].record.get("task_notice"))
        },
    }


def _months(visits: Sequence[Made], day: str) -> list[Group]:
    if not visits:
        return []
    counts = Counter((one.on[:7], one.method == UNANNOUNCED) for one in visits)
    return month_groups(
        [
            (month, (("unannounced", counts[month, True]), ("other", counts[month, False])))
            for month in months_between(visits[-1].on[:7], day[:7])
        ]
    )


def _by_campaign(edition: Edition, visits: Iterable[Made]) -> list[CampaignVisits]:
    made: dict[str, list[Made]] = {}
    for one in visits:
        made.setdefault(one.campaign, []).append(one)
    items = Counter(row.campaign for row in counted_rows(edition))
    views = []
    for campaign in (*edition.ledger.registry.campaigns, ""):
        mine = made.get(campaign, [])
        if items[campaign]:
            unannounced = sum(one.method == UNANNOUNCED for one in mine)
            visited = len({one.item for one in mine})
            last = mine[0].on if mine else ""
            views.append(CampaignVisits(campaign, len(mine), unannounced, items[campaign], visited, last))
    return views


def _views(edition: Edition, found: Sequence[Conflict]) -> tuple[list[ConflictView], int]:
    """As many conflicts as the page has room for, and how many more there are."""
    views = [
        ConflictView(
            one,
            days_from(one.week, 6),
            tuple(Demanded(demand, *titled(edition, asking_of(demand))[1:]) for demand in one.demands[:MOST_ASKED]),
        )
        for one in found[:MOST_CONFLICTS]
    ]
    return views, max(len(found) - MOST_CONFLICTS, 0)


def _latest(one: Conflict) -> tuple[str, int, int]:
    return one.week, one.askers, len(one.demands)


def _people(edition: Edition) -> list[Member]:
    """The people of the four teams who are on an open item, went on a visit or have an inspection ahead, by burden."""
    ahead = booked(edition.ledger.registry.inspections.values(), edition.day)
    found = [
        one
        for one in members(edition).values()
        if one.person.team in TEAMS and (one.assigned or one.visits or ahead[one.person.id])
    ]
    return sorted(found, key=lambda one: (-len(one.assigned) - ahead[one.person.id], -one.overdue, -one.visits))
