"""An edition → the list of campaigns, and a page for each with its goal, items and milestones due."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from duban.model import Campaign
from duban.publish.edition import Edition
from duban.publish.item_row import ItemRow, Share, by_urgency, counted_rows, light_shares
from duban.publish.owed import Owed, pending
from duban.publish.page import Page
from duban.publish.tally import Tally, tally


@dataclass(frozen=True, slots=True)
class CampaignView:
    """A campaign with its items."""

    campaign: Campaign
    rows: tuple[ItemRow, ...]
    tally: Tally
    lights: tuple[Share, ...]
    milestones: tuple[Owed, ...]


def campaign_views(edition: Edition, rows: list[ItemRow]) -> list[CampaignView]:
    """The campaigns in the order of the registry."""
    joined: dict[str, list[ItemRow]] = {}
    for row in rows:
        joined.setdefault(row.campaign, []).append(row)
    return [
        _view(edition, campaign, joined.get(campaign.id, [])) for campaign in edition.ledger.registry.campaigns.values()
    ]


def site_pages(edition: Edition) -> Iterator[Page]:
    """The list of campaigns."""
    views = campaign_views(edition, counted_rows(edition))
    yield Page("campaigns.html", edition.text("nav.campaigns"), "campaigns.html", {"campaigns": views})


def loose_pages(edition: Edition) -> Iterator[Page]:
    """A page for each campaign."""
    for view in campaign_views(edition, counted_rows(edition)):
        campaign = view.campaign
        yield Page(
            f"campaigns/{campaign.id}.html",
            edition.campaign_name(campaign.id),
            "campaign.html",
            {"view": view},
            repr(view),
        )


def _view(edition: Edition, campaign: Campaign, rows: list[ItemRow]) -> CampaignView:
    milestones = [
        one for row in rows for one in edition.states[row.id].obligations if one.kind == "milestone" and row.is_open
    ]
    return CampaignView(
        campaign,
        tuple(by_urgency(rows)),
        tally(rows),
        tuple(light_shares(rows)),
        tuple(pending(edition, milestones)),
    )
