"""An edition → the visits made in any item, the latest first."""

from __future__ import annotations

from typing import NamedTuple

from duban.publish.edition import Edition, once
from duban.publish.item_row import UNCOUNTED
from duban.publish.place import Place


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


@once
def visits_made(edition: Edition) -> tuple[Made, ...]:
    """Visits up to the edition's day. None shows before it took place: an unannounced one would be announced."""
    found = [
        Made(
            visit["on"],
            item.id,
            Place(item.id, f"/visits/{index}").anchor,
            item.record["title"],
            item.lead_unit,
            item.record.get("campaign", ""),
            visit["place"],
            visit["method"],
            tuple(visit["visitors"]),
            visit.get("participants", ""),
        )
        for item in edition.ledger.items.values()
        if "visits" in item.record and edition.states[item.id].light not in UNCOUNTED
        for index, visit in enumerate(item.record["visits"])
        if visit["on"] <= edition.day
    ]
    return tuple(sorted(found, key=lambda one: (one.on, one.item, one.anchor), reverse=True))
