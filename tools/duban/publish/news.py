"""An edition's items → what happened in each, newest first: the entries of the timeline, each with a lasting name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from typing import Any, NamedTuple

from duban.model import Item
from duban.publish.edition import Edition, once
from duban.publish.life import Line, anchor_of, lines_of
from duban.publish.place import Place
from duban.publish.recent import no_later_than
from duban.publish.shown import Shower
from duban.record import ItemRecord
from duban.schema import Field, entries

MOST_NEWS = 50


class News(NamedTuple):
    """One dated entry of an item: its lasting name, the line that tells of it, and its place on the item's page.

    ``rank`` orders the kinds of entries as an item's life does.
    """

    on: str
    rank: int
    name: str
    item: str
    title: str
    kind: str
    label: str
    summary: str
    anchor: str


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where entries of a kind stand: below which property, and what stands within them. ``kind`` "" is no entry.

    ``anchor`` is where the page has them instead of where they stand in the record, "" for most.
    """

    name: str
    kind: str
    rank: int
    dated_by: str
    listed: bool
    anchor: str
    label: str
    lines: tuple[Line, ...]
    within: tuple[_Spot, ...]


def latest_news(edition: Edition, items: Iterable[str]) -> list[News]:
    """The newest entries of some items, ``MOST_NEWS`` at most; those of one day by item.

    An item is read only where it may have one of them: no entry is newer than what its file tells of at the latest.
    """
    found: list[News] = []
    for bound, item in sorted([(no_later_than(edition, item), item) for item in items], reverse=True):
        if len(found) >= MOST_NEWS and bound < found[-1].on:
            break
        found = nlargest(MOST_NEWS, [*found, *_known(edition, item)], key=_order)
    return found


def news_of(edition: Edition, item: str) -> list[News]:
    """Every dated entry of one item, newest first."""
    found: list[News] = []
    given = edition.ledger.items[item]
    _collect(given.record, _spots(edition), item, "", given, found)
    found.sort(key=_order_within, reverse=True)
    return found


def latest_day(edition: Edition, record: ItemRecord) -> str:
    """The day of the newest entry of a record, "" where it has none."""
    return _latest(record, _spots(edition))


def _known(edition: Edition, item: str) -> Sequence[News]:
    """The newest entries of an item, kept: those of the whole ledger are those of units and campaigns too."""
    kept = _kept(edition)
    if item not in kept:
        kept[item] = news_of(edition, item)[:MOST_NEWS]
    return kept[item]


@once
def _kept(_: Edition) -> dict[str, Sequence[News]]:
    return {}


def _order(one: News) -> tuple[str, str, int]:
    return one.on, one.item, one.rank


def _order_within(one: News) -> tuple[str, int]:
    return one.on, one.rank


@once
def _spots(edition: Edition) -> tuple[_Spot, ...]:
    ranks = {field.entry: rank for rank, (_, field) in enumerate(entries(edition.item_field))}
    shower = Shower(edition, int(edition.day[:4]), root="")
    return tuple(_spots_below(edition.item_field, Place(""), ranks, shower, papers=not edition.public))


def _spots_below(
    here: Field, place: Place, ranks: Mapping[str, int], shower: Shower, *, papers: bool
) -> Iterator[_Spot]:
    for name, child in here.properties.items():
        field, below = child.items or child, place.under(name)
        within = tuple(_spots_below(field, below, ranks, shower, papers=papers))
        if field.entry or within:
            anchor = anchor_of(below, papers=papers)
            yield _Spot(
                name=name,
                kind=field.entry,
                rank=ranks.get(field.entry, 0),
                dated_by=field.dated_by,
                listed=child.items is not None,
                anchor=anchor if anchor != below.anchor else "",
                label=shower.entry_label(field) if field.entry else "",
                lines=lines_of(field, shower) if field.entry else (),
                within=within,
            )


def _collect(
    node: Mapping[str, Any], spots: Sequence[_Spot], stem: str, anchor: str, item: Item, found: list[News]
) -> None:
    """Every entry below a node. ``stem`` and ``anchor`` lead to the node, by lasting names and on the page.

    A part of a list is called by its day: on an earlier day others of the list may be missing.
    """
    for spot in spots:
        value = node.get(spot.name)
        if value is None:
            continue
        named, placed = f"{stem}/{spot.name}", spot.anchor or f"{anchor}{spot.name}"
        if not spot.listed:
            _take(value, node, spot, named, placed, item, found)
            continue
        taken: dict[str, int] = {}
        for number, one in enumerate(value, 1):
            on = one.get(spot.dated_by, "")
            taken[on] = count = taken.get(on, 0) + 1
            name = f"{named}/{on}" if count == 1 else f"{named}/{on}.{count}"
            _take(one, node, spot, name, f"{placed}-{number}", item, found)


def _take(
    node: Mapping[str, Any],
    around: Mapping[str, Any],
    spot: _Spot,
    name: str,
    anchor: str,
    item: Item,
    found: list[News],
) -> None:
    on = node.get(spot.dated_by)
    if on and spot.kind:
        summary = next((filled for line in spot.lines if (filled := line.filled(node, around))), "")
        title = item.record["title"]
        found.append(News(on, spot.rank, name, item.id, title, spot.kind, spot.label, summary, anchor))
    if spot.within:
        _collect(node, spot.within, name, f"{anchor}-", item, found)


def _latest(node: Mapping[str, Any], spots: Sequence[_Spot]) -> str:
    newest = ""
    for spot in spots:
        value = node.get(spot.name)
        if value is None:
            continue
        for one in value if spot.listed else (value,):
            on = one.get(spot.dated_by, "")
            newest = max(newest, on)
            if spot.within and (below := _latest(one, spot.within)) > newest:
                newest = below
    return newest
