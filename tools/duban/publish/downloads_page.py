"""An edition → the page that lists what can be downloaded and subscribed to, and says how."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from duban.publish.api_documents import FILES, VERSION
from duban.publish.calendars import items_by_person
from duban.publish.edition import Edition
from duban.publish.feeds import items_by_campaign, items_by_unit
from duban.publish.ledger_files import MADE, Format
from duban.publish.page import Page
from duban.publish.unit_pages import unit_views

FORMATS: tuple[Format, ...] = ("xlsx", "csv", "json")
_API = ("index", "items", "item", "figures", "schema")


@dataclass(frozen=True, slots=True)
class Followed:
    """What can be followed by feed and by calendar: its name, its page, and both files, "" where there is none."""

    name: str
    page: str
    feed: str
    calendar: str


@dataclass(frozen=True, slots=True)
class PersonCalendar:
    """The calendar of one person."""

    position: str
    calendar: str


def site_pages(edition: Edition) -> Iterator[Page]:
    """The page of downloads and subscriptions."""
    context = {
        "files": [(name, MADE[name][0]) for name in FORMATS],
        "whole": FILES["feed"],
        "units": tuple(_units(edition)),
        "campaigns": tuple(_campaigns(edition)),
        "people": tuple(_people(edition)),
        "api": [(name, FILES[name]) for name in _API],
        "version": VERSION,
    }
    yield Page("downloads.html", edition.text("downloads.title"), "downloads.html", context, group="ledger")


def _units(edition: Edition) -> Iterator[Followed]:
    fed = items_by_unit(edition)
    for view in unit_views(edition):
        unit = view.unit.id
        feed = FILES["unit_feed"].format(id=unit) if unit in fed else ""
        calendar = FILES["unit_calendar"].format(id=unit)
        yield Followed(edition.unit_name(unit), f"units/{unit}.html", feed, calendar)


def _campaigns(edition: Edition) -> Iterator[Followed]:
    for campaign in items_by_campaign(edition):
        feed, calendar = (FILES[name].format(id=campaign) for name in ("campaign_feed", "campaign_calendar"))
        yield Followed(edition.campaign_name(campaign), f"campaigns/{campaign}.html", feed, calendar)


def _people(edition: Edition) -> Iterator[PersonCalendar]:
    for person in items_by_person(edition):
        yield PersonCalendar(edition.position(person), f"calendars/people/{person}.ics")
