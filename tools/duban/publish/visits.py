"""An edition → the visits made in any item, the latest first."""

from __future__ import annotations

from sys import intern
from typing import NamedTuple

from duban.model import Item
from duban.publish.edition import Edition, once
from duban.publish.item_row import UNCOUNTED
from duban.publish.place import Place
from duban.status import Status


class Made(NamedTuple):
    """One visit that took place: on which ISO day, where and how, in which item, and who went."""

    on: str
    item: str
    anchor: str
    title: str
    unit: str
    campaign: str
    place: str
    method: str
    people: tuple[str, ...]
    participants: str


def visits_of(item: Item, status: Status) -> tuple[Made, ...] | None:
    """The visits of an item that counts, None without any."""
    record = item.record
    if "visits" not in record or status.light in UNCOUNTED:
        return None
    return tuple(
        Made(
            intern(visit["on"]),
            status.id,
            Place(status.id, f"/visits/{index}").anchor,
            status.title,
            intern(item.lead_unit),
            intern(record.get("campaign", "")),
            visit.get("place", ""),
            intern(visit.get("method", "")),
            tuple([intern(person) for person in visit.get("visitors", ())]),
            visit.get("participants", ""),
        )
        for index, visit in enumerate(record["visits"])
    )


@once
def visits_made(edition: Edition) -> tuple[Made, ...]:
    """Visits up to the edition's day. None shows before it took place: an unannounced one would be announced."""
    found = [one for visits in edition.taken(visits_of).values() for one in visits if one.on <= edition.day]
    return tuple(sorted(found, key=lambda one: (one.on, one.item, one.anchor), reverse=True))
