"""An item and the kind of entry it waits for → where that entry is filled in, and where its fields are explained."""

from __future__ import annotations

from dataclasses import dataclass

from duban.model import Item
from duban.publish.edition import Edition, once
from duban.publish.field_table import field_anchor
from duban.publish.fill_in_pages import form_page, kinds
from duban.publish.forge_pages import edit_page


@dataclass(frozen=True, slots=True)
class FillIn:
    """``page`` is the form of the entry, "" where it has none of its own; ``fields`` the table of its fields.

    ``address`` is where the item's file is written on the forge, "" where the policy names none.
    """

    page: str
    address: str
    fields: str


def fill_in(edition: Edition, item: Item, entry: str) -> FillIn:
    """Where a kind of entry is filled in: its form, and the forge's page that edits the file on a branch of its own."""
    anchors = _anchors(edition)
    if entry not in anchors:
        anchors[entry] = f"fields.html#{field_anchor(edition.schemas, entry)}"
    page = form_page(entry, item.record["id"]) if entry in kinds(edition) else ""
    return FillIn(page, edit_page(edition, item.path), anchors[entry])


@once
def _anchors(_edition: Edition) -> dict[str, str]:
    """Where the fields of each kind of entry are, looked up once."""
    return {}
