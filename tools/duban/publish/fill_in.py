"""An item and the kind of entry it waits for → where that entry is filled in, and where its fields are explained."""

from __future__ import annotations

from dataclasses import dataclass

from duban.model import Item
from duban.publish.edition import Edition, once
from duban.publish.field_table import field_anchor
from duban.publish.forge_pages import edit_page


@dataclass(frozen=True, slots=True)
class FillIn:
    """``address`` is where the entry is written, "" where the policy names no forge; ``fields`` its table of fields."""

    address: str
    fields: str


def fill_in(edition: Edition, item: Item, entry: str) -> FillIn:
    """Where a kind of entry is filled in: on the forge's page that edits the item's file on a branch of its own."""
    anchors = _anchors(edition)
    if entry not in anchors:
        anchors[entry] = f"fields.html#{field_anchor(edition.schemas, entry)}"
    return FillIn(edit_page(edition, item.path), anchors[entry])


@once
def _anchors(_edition: Edition) -> dict[str, str]:
    """Where the fields of each kind of entry are, looked up once."""
    return {}
