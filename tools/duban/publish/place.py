"""Where an entry stands in its item → the pointer by which it is proven, and its anchor on the page."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from duban.model import text_pointer
from duban.rules.amendments import pointer_of
from duban.schema import Field

_HEAD = "intake"
"""The entry that an item's head belongs to: it is signed for when the item is registered."""


class Place(NamedTuple):
    """An entry's place: ``/visits/2`` of an item. A report as a whole, and a year's head, have the pointer ""."""

    item: str
    pointer: str = ""

    def under(self, name: str) -> Place:
        """The place of a property."""
        return Place(self.item, f"{self.pointer}/{name}")

    def at(self, index: int) -> Place:
        """The place of one part of a list, counted from 0."""
        return Place(self.item, f"{self.pointer}/{index}")

    @property
    def anchor(self) -> str:
        """The id of the entry on its page: ``visits-3``, for people count from 1."""
        return _anchor_at(self.pointer)


@cache
def _anchor_at(pointer: str) -> str:
    parts = pointer_of(pointer) if pointer else ()
    return "-".join(str(part + 1) if isinstance(part, int) else part for part in parts)


def entry_around(root: Field, pointer: str) -> str:
    """The pointer of the entry that a pointer into a record belongs to; ``root`` is the record's field."""
    parts = pointer_of(pointer) if pointer else ()
    for length in range(len(parts), 0, -1):
        here = root.at(parts[:length])
        if here is not None and here.entry:
            return text_pointer(parts[:length])
    return text_pointer((_HEAD,)) if _HEAD in root.properties else ""
