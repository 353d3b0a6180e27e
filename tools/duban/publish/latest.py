"""An edition → the entries that came last, over all items by their own day, each with how it is proven."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import heappush, heapreplace
from typing import Any

from markupsafe import Markup

from duban.publish.edition import Edition
from duban.publish.life import anchor_of, found_entries, summary_of
from duban.publish.recent import latest_days
from duban.publish.shown import Shower
from duban.schema import Field, entries

MOST = 10
_Dated = tuple[tuple[str, ...], str]
"""Where an entry may stand within a property (list indexes left out), and the property that dates it."""


@dataclass(frozen=True, slots=True)
class Latest:
    """One entry: its ISO day, its item, its name and what it says in a line, its place on the item's page.

    ``mark`` is how it is proven, "" without an audit.
    """

    on: str
    item: str
    title: str
    name: str
    summary: str
    anchor: str
    mark: Markup


def latest(edition: Edition, most: int = MOST) -> list[Latest]:
    """The last entries, newest first; those of one day by item, the later step first."""
    shower = Shower(edition, int(edition.day[:4]), root="")
    found = []
    for identity in _items_that_count(edition, most):
        item = edition.ledger.items[identity]
        events = found_entries(item.record, edition.item_field, shower)
        found += [(one.on, identity, number, one) for number, one in enumerate(events[-most:])]
    found.sort(key=lambda one: one[:3], reverse=True)
    return [
        Latest(
            on=on,
            item=identity,
            title=edition.states[identity].title,
            name=shower.entry_label(one.field),
            summary=summary_of(one, shower),
            anchor=anchor_of(one.place, papers=not edition.public),
            mark=Markup(shower.signatures.mark(one.place)),  # noqa: S704 - made of escaped parts
        )
        for on, identity, _, one in found[:most]
    ]


def _items_that_count(edition: Edition, most: int) -> list[str]:
    """The items whose last entries are the newest: no entry of another can be among the last ``most``."""
    places = _dated_places(edition.item_field)
    heap: list[tuple[str, str]] = []
    for latest_day, identity in latest_days(edition):
        if len(heap) == most and latest_day < heap[0][0]:
            break
        newest = (_newest(edition.ledger.items[identity].record, places), identity)
        if len(heap) < most:
            heappush(heap, newest)
        elif newest > heap[0]:
            heapreplace(heap, newest)
    return [identity for _, identity in heap]


def _dated_places(root: Field) -> Mapping[str, Sequence[_Dated]]:
    """By top-level property, the places of its entries."""
    found: dict[str, list[_Dated]] = {}
    for pointer, field in entries(root):
        found.setdefault(pointer[0], []).append((pointer[1:], field.dated_by))
    return found


def _newest(record: Mapping[str, Any], places: Mapping[str, Sequence[_Dated]]) -> str:
    """The day of a record's last entry; ten thousand records are asked, so that nothing else is made of them."""
    days = [""]
    for name in record.keys() & places:
        node = record[name]
        for one in node if isinstance(node, list) else (node,):
            for pointer, dated_by in places[name]:
                if not pointer:
                    days.append(one.get(dated_by, ""))
                elif pointer[0] in one:
                    days += [within.get(dated_by, "") for within in _reached(one[pointer[0]], pointer[1:])]
    return max(days)


def _reached(node: Any, pointer: tuple[str, ...]) -> list[Mapping[str, Any]]:
    around = node if isinstance(node, list) else [node]
    if not pointer:
        return around
    return [one for outer in around if pointer[0] in outer for one in _reached(outer[pointer[0]], pointer[1:])]
