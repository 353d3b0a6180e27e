"""An edition → its Atom feeds: of all items, of each unit, of each campaign and of each item."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from duban.publish.atom import Feed, atom
from duban.publish.bearings import bearings_of, linked_titles
from duban.publish.data_file import DataFile
from duban.publish.edition import Edition, once
from duban.publish.identity import tag
from duban.publish.item_row import counted_rows
from duban.publish.news import News, latest_news, news_of
from duban.publish.page import key_of


def feed_files(edition: Edition) -> Iterator[DataFile]:
    """Every feed. One of a unit tells of the items that it leads or supports."""
    title = edition.ledger.registry.policy["name"]
    yield _of_items(edition, "ledger", title, "index.html", tuple(edition.ledger.items), edition.day)
    registry = edition.ledger.registry
    for unit, items in items_by_unit(edition).items():
        name = registry.units[unit].short_name
        yield _of_items(edition, f"units/{unit}", name, f"units/{unit}.html", items, edition.day)
    for campaign, items in items_by_campaign(edition).items():
        known = registry.campaigns[campaign]
        yield _of_items(edition, f"campaigns/{campaign}", known.name, f"campaigns/{campaign}.html", items, known.start)
    for item, key in item_keys(edition).items():
        yield DataFile(f"feeds/items/{item}.atom", partial(_of_item, edition, item), key)


@once
def items_by_unit(edition: Edition) -> Mapping[str, tuple[str, ...]]:
    """The items that each unit of the registry leads or supports; units without any left out."""
    found: dict[str, dict[str, None]] = {}
    for row in counted_rows(edition):
        for unit in (row.lead_unit, *row.co_units):
            found.setdefault(unit, {})[row.id] = None
    return {unit: tuple(found[unit]) for unit in edition.ledger.registry.units if unit in found}


@once
def items_by_campaign(edition: Edition) -> Mapping[str, tuple[str, ...]]:
    """The items of each campaign of the registry, those without any too."""
    found: dict[str, list[str]] = {campaign: [] for campaign in edition.ledger.registry.campaigns}
    for row in counted_rows(edition):
        if row.campaign in found:
            found[row.campaign].append(row.id)
    return {campaign: tuple(items) for campaign, items in found.items()}


@once
def item_keys(edition: Edition) -> Mapping[str, str]:
    """For each item what changes whenever anything in it does, or in the title of one that it names."""
    return {
        item: edition.digests.get(bearings.path, "") + linked_titles(bearings.linked, edition)
        for item, bearings in edition.taken(bearings_of).items()
    }


def _of_items(edition: Edition, name: str, title: str, page: str, items: tuple[str, ...], day: str) -> DataFile:
    keys = item_keys(edition)
    key = key_of([keys[item] for item in items])
    news = partial(latest_news, edition, items)
    return DataFile(f"feeds/{name}.atom", partial(_made, edition, name, title, page, day, news), key)


def _of_item(edition: Edition, item: str) -> bytes:
    title = f"{item} {edition.states[item].title}"
    news = partial(news_of, edition, item)
    return _made(edition, f"items/{item}", title, f"items/{item}.html", edition.day, news)


def _made(edition: Edition, name: str, title: str, page: str, day: str, news: Callable[[], list[News]]) -> bytes:
    """The feed of a name. Where the site's address is not known, its addresses lead from the feed's own place."""
    address = edition.address
    above = address or "../" * (name.count("/") + 1)
    own = f"{address}feeds/{name}.atom" if address else f"{name.rpartition('/')[2]}.atom"
    feed = Feed(
        identity=tag(edition, edition.name, name),
        tag=tag(edition, ""),
        title=title,
        author=_author(edition),
        own=own,
        page=above + page,
        items=f"{above}items/",
        day=day,
        news=news(),
    )
    return atom(feed)


@once
def _author(edition: Edition) -> str:
    registry = edition.ledger.registry
    office = registry.units.get(registry.policy["office"])
    return office.name if office else str(registry.policy["name"])
