"""An edition's rows → what a reader can filter the ledger by: the codes that occur and their names."""

from __future__ import annotations

from collections.abc import Sequence

from duban.model import STEPS
from duban.publish.edition import Edition
from duban.publish.item_row import ItemRow, light_shares

# The names stand in the address (#light=overdue&unit=chengqu).
FILTERS = ("unit", "step", "light", "source", "campaign", "category")
DATES = ("received", "due")


def choices(edition: Edition, rows: Sequence[ItemRow], name: str) -> list[tuple[str, str]]:
    """The values that occur in a column, or will as days pass, and what the reader calls them, in a fitting order."""
    text, registry = edition.text, edition.ledger.registry
    if name == "source":
        known = edition.item_field.at(("intake", "sources", 0, "type"))
        present = {source for row in rows for source in row.sources}
        values = [value for value in (known.enum if known else ()) if value in present]
        return [(value, known.value_label(value, text.code) if known else value) for value in values]
    if name == "category":
        known = edition.item_field.at(("category",))
        present = {row.category for row in rows}
        values = [value for value in (known.enum if known else ()) if value in present]
        return [(value, known.value_label(value, text.code) if known else value) for value in values]
    if name == "unit":
        present = {row.lead_unit for row in rows}
        return [(unit, edition.unit_name(unit)) for unit in registry.units if unit in present]
    if name == "campaign":
        present = {row.campaign for row in rows}
        return [(campaign, edition.campaign_name(campaign)) for campaign in registry.campaigns if campaign in present]
    if name == "step":
        present = {row.step for row in rows}
        return [(step, text(f"step.{step}")) for step in STEPS if step in present]
    return [(share.name, text(f"light.{share.name}")) for share in light_shares(rows)]
