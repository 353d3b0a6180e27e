"""An edition → the list of campaigns, and a page for each with its goal, items and milestones due."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from duban.model import Campaign
from duban.publish.edition import Edition, once
from duban.publish.item_row import Excerpt, ItemRow, Share, counted_rows, excerpt, light_shares
from duban.publish.owed import listed
from duban.publish.page import Page
from duban.publish.tally import Tally, tally


@dataclass(frozen=True, slots=True)
class CampaignView:
    """A campaign with its items."""

    campaign: Campaign
    items: Excerpt
    tally: Tally
    lights: tuple[Share, ...]


@once
def campaign_views(edition: Edition) -> tuple[CampaignView, ...]:
    """The campaigns in the order of the registry."""
    joined: dict[str, list[ItemRow]] = {}
    for row in counted_rows(edition):
        joined.setdefault(row.campaign, []).append(row)
    return tuple(
        _view(campaign, joined.get(campaign.id, ())) for campaign in edition.ledger.registry.campaigns.values()
    )


def site_pages(edition: Edition) -> Iterator[Page]:
    """The list of campaigns."""
    context = {"campaigns": campaign_views(edition)}
    yield Page("campaigns.html", edition.text("nav.campaigns"), "campaigns.html", context)


def loose_pages(edition: Edition) -> Iterator[Page]:
    """A page for each campaign."""
    for view in campaign_views(edition):
        identity = view.campaign.id
        key = f"{view.tally!r}{view.lights!r}{edition.digest_of(row.id for row in view.items.rows)}"
        title, context = edition.campaign_name(identity), partial(_context, edition, view)
        yield Page(f"campaigns/{identity}.html", title, "campaign.html", context, key)


def _view(campaign: Campaign, rows: Sequence[ItemRow]) -> CampaignView:
    return CampaignView(campaign, excerpt(rows), tally(rows), tuple(light_shares(rows)))


def _context(edition: Edition, view: CampaignView) -> dict[str, Any]:
    pending = (one for row in view.items.open for one in edition.states[row.id].pending)
    return {"view": view, "milestones": listed(edition, (one for one in pending if one.kind == "milestone"))}
