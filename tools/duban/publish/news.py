"""An edition's items → what happened in each, newest first: the entries of the timeline, each with a lasting name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from heapq import nlargest
from typing import Any, NamedTuple

from duban.model import Item
from duban.publish.edition import Edition, once
from duban.publish.life import Found, anchor_of, found_entries, summary_of
from duban.publish.shown import Shower
from duban.schema import Field

MOST_NEWS = 50


class News(NamedTuple):
    """One dated entry of an item: its lasting name, the line that tells of it, and its place on the item's page."""

    name: str
    item: str
    title: str
    on: str
    kind: str
    label: str
    summary: str
    anchor: str


def latest_news(edition: Edition, items: Iterable[str]) -> list[News]:
    """The newest entries of some items, ``MOST_NEWS`` at most; those of one day by item."""
    days = latest_days(edition)
    given = [item for item in items if days[item]]
    # The newest day of the last of so many items: what is older than it stands behind their newest entries.
    oldest = min(nlargest(MOST_NEWS, (days[item] for item in given)), default="")
    found = [one for item in given if days[item] >= oldest for one in news_of(edition, edition.ledger.items[item])]
    return sorted(found, key=lambda one: (one.on, one.item), reverse=True)[:MOST_NEWS]


def news_of(edition: Edition, item: Item) -> list[News]:
    """Every dated entry of one item, newest first."""
    shower = _shower(edition)
    found = found_entries(item.record, edition.item_field, shower)
    names = _names(found)
    news = [
        News(
            f"{item.id}{names[one.place.pointer]}",
            item.id,
            item.record["title"],
            one.on,
            one.field.entry,
            shower.entry_label(one.field),
            summary_of(one, shower),
            anchor_of(one.place, papers=not edition.public),
        )
        for one in found
    ]
    news.reverse()
    return news


@once
def latest_days(edition: Edition) -> Mapping[str, str]:
    """The day of the newest entry of each item, "" where it has none."""
    newest = _newest(edition.item_field)
    return {item.id: newest(item.record) for item in edition.ledger.items.values()}


@once
def _shower(edition: Edition) -> Shower:
    return Shower(edition, int(edition.day[:4]), root="")


def _names(found: Sequence[Found]) -> dict[str, str]:
    """A lasting name for each place: a part of a list by its day, since on an earlier day others may be missing."""
    names: dict[str, str] = {}
    taken: dict[str, int] = {}
    for one in sorted(found, key=lambda one: one.place.pointer.count("/")):
        pointer = one.place.pointer
        around, _, last = pointer.rpartition("/")
        if last.isdigit():
            parent, _, name = around.rpartition("/")
            stem = f"{names.get(parent, parent)}/{name}/{one.on}"
            taken[stem] = count = taken.get(stem, 0) + 1
            names[pointer] = stem if count == 1 else f"{stem}.{count}"
        else:
            names[pointer] = f"{names.get(around, around)}/{last}"
    return names


Newest = Callable[[Any], str]


def _newest(here: Field) -> Newest:
    """What finds the newest day of an entry in a value of a field, made once for all values."""
    dated_by = here.dated_by if here.entry else ""
    inner = [(name, _newest(child)) for name, child in here.properties.items() if _holds_entries(child)]
    listed = _newest(here.items) if here.items is not None else None

    def newest(node: Any) -> str:
        if listed is not None:
            return max([listed(one) for one in node], default="")
        day = node.get(dated_by, "") if dated_by else ""
        for name, find in inner:
            if name in node:
                found = find(node[name])
                day = max(day, found)
        return str(day)

    return newest


def _holds_entries(here: Field) -> bool:
    """Whether a field is an entry, or has entries in it."""
    return bool(here.entry) or any(_holds_entries(one) for one in _below(here))


def _below(here: Field) -> Iterator[Field]:
    yield from here.properties.values()
    if here.items is not None:
        yield here.items
