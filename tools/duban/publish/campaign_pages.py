"""An edition → the list of campaigns, and a page for each with its goal, items and milestones due."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from duban.model import Campaign
from duban.publish.edition import Edition, once
from duban.publish.item_row import Excerpt, ItemRow, Share, counted_rows, excerpt, light_shares
from duban.publish.owed import Owed, listed
from duban.publish.page import Page, key_of
from duban.publish.tally import Tally, tally
from duban.publish.turns import turns


@dataclass(frozen=True, slots=True)
class CampaignView:
    """A campaign with its items; ``turns`` tells how their lights turn (``turns``)."""

    campaign: Campaign
    items: Excerpt
    tally: Tally
    lights: tuple[Share, ...]
    turns: str
    milestones: tuple[Owed, ...]


@once
def campaign_views(edition: Edition) -> tuple[CampaignView, ...]:
    """The campaigns in the order of the registry."""
    joined: dict[str, list[ItemRow]] = {}
    for row in counted_rows(edition):
        joined.setdefault(row.campaign, []).append(row)
    return tuple(
        _view(edition, campaign, joined.get(campaign.id, ())) for campaign in edition.ledger.registry.campaigns.values()
    )


def site_pages(edition: Edition) -> Iterator[Page]:
    """The list of campaigns."""
    context = {"campaigns": campaign_views(edition)}
    yield Page("campaigns.html", edition.text("nav.campaigns"), "campaigns.html", context, group="campaigns")


def loose_pages(edition: Edition) -> Iterator[Page]:
    """A page for each campaign."""
    for view in campaign_views(edition):
        identity = view.campaign.id
        title = edition.campaign_name(identity)
        yield Page(f"campaigns/{identity}.html", title, "campaign.html", {"view": view}, key_of(view))


def _view(edition: Edition, campaign: Campaign, rows: Sequence[ItemRow]) -> CampaignView:
    items = excerpt(rows)
    pending = (one for row in items.open for one in edition.states[row.id].pending)
    milestones = listed(edition, (one for one in pending if one.kind == "milestone"))
    return CampaignView(
        campaign, items, tally(rows), tuple(light_shares(rows)), turns(rows, edition.day), tuple(milestones)
    )
