"""An item → its file and the items it is linked with: what anything made of it depends on before it is made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from duban.model import Item
from duban.publish.edition import Edition
from duban.record import ItemRecord
from duban.status import Status


class Bearings(NamedTuple):
    """An item's file, and the ids of the items it is linked with."""

    path: str
    linked: tuple[str, ...]


def bearings_of(item: Item, _status: Status) -> Bearings:
    """Taken from every item in the one pass over all of them."""
    return Bearings(item.path, tuple(linked_items(item.record)))


def linked_items(record: ItemRecord) -> dict[str, None]:
    """Linked items, each once: named here, that go on from here, or that took this one over."""
    named = [*record.get("related", ())]
    after = record.get("superseded", {}).get("by_item")
    new = record.get("feedback", {}).get("new_item")
    return dict.fromkeys([*named, *([str(after)] if after else []), *([str(new)] if new else [])])


def linked_titles(linked: Iterable[str], edition: Edition) -> str:
    """What an item shows of others, as a part of its key: their titles come from other files."""
    shown = edition.ledger.items
    return "".join([edition.states[identity].title if identity in shown else identity for identity in linked])
