"""An item → its file and the items it is linked with: what anything made of it depends on before it is made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from duban.model import Item
from duban.publish.edition import Edition
from duban.record import ItemRecord
from duban.status import Status

Passage = Literal["follows", "reopened_from", "reopened_in", "followed_by"]


class Bearings(NamedTuple):
    """An item's file, and the ids of the items it is linked with."""

    path: str
    linked: tuple[str, ...]


def bearings_of(item: Item, _status: Status) -> Bearings:
    """Taken from every item in the one pass over all of them."""
    return Bearings(item.path, tuple(linked_items(item.record)))


def linked_items(record: ItemRecord) -> dict[str, None]:
    """Linked items, each once: named here, that go on from here or went before, or that took this one over."""
    after = record.get("superseded", {}).get("by_item")
    around = [after, *(linked for _, linked in passages(record))]
    return dict.fromkeys([*record.get("related", ()), *(str(one) for one in around if one)])


def passages(record: ItemRecord) -> list[tuple[Passage, str]]:
    """How an item goes on from another, or another from it: each with the other's id."""
    found: list[tuple[Passage, str | None]] = [
        ("follows", record.get("follows")),
        ("reopened_from", record.get("reopened_from")),
        ("reopened_in", record["reopening"].get("new_item") if "reopening" in record else None),
        ("followed_by", record["feedback"].get("new_item") if "feedback" in record else None),
    ]
    return [(kind, other) for kind, other in found if other]


def linked_titles(linked: Iterable[str], edition: Edition) -> str:
    """What an item shows of others, as a part of its key: their titles come from other files."""
    shown = edition.ledger.items
    return "".join([edition.states[identity].title if identity in shown else identity for identity in linked])
