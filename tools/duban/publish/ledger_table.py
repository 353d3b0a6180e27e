"""An edition → the ledger as one table, and the same rows as data for the table that sorts and filters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from operator import attrgetter
from typing import Any

import orjson

from duban.model import STEPS
from duban.publish.data_file import DataFile
from duban.publish.edition import Edition
from duban.publish.item_row import ItemRow, counted_rows
from duban.publish.ledger_years import LEDGER, MOST_NOT_FILED, first_rows, not_filed, years
from duban.publish.page import Page
from duban.status import LIGHTS

DATA = "data/ledger.json"
# What a reader can filter by; the names stand in the address (#light=overdue&unit=chengqu).
FILTERS = ("unit", "step", "light", "source", "campaign", "category")
COLUMNS = (
    "id", "title", "source", "unit", "category", "step", "light", "due", "moved", "left", "campaign"
)  # fmt: skip
_SCRIPT_TEXTS = (
    "deadline.original",
    "left.day",
    "left.days",
    "left.today",
    "left.past_day",
    "left.past_days",
    "left.just_past",
    "ledger.none",
    "ledger.file",
    "ledger.csv_original",
    "ledger.csv_left",
)
_cells = attrgetter(
    "id", "title", "sources", "lead_unit", "category", "step", "light", "due", "moved", "left", "campaign"
)  # fmt: skip
_TEXTS = ("id", "title", "source", "unit", "category", "step", "light", "due", "left", "campaign")


def site_pages(edition: Edition) -> Iterator[Page]:
    """The ledger's page."""
    rows = counted_rows(edition)
    context = {
        "rows": first_rows(edition),
        "total": len(rows),
        "years": [year for year in years(edition) if year.parts],
        "not_filed": not_filed(edition),
        "most_not_filed": MOST_NOT_FILED,
        "filters": [(name, _choices(edition, rows, name)) for name in FILTERS],
        "script": {"data": DATA, "items": "items/", "texts": _script_texts(edition)},
    }
    yield Page(LEDGER, edition.text("nav.ledger"), "ledger.html", context, group="ledger")


def data_files(edition: Edition) -> Iterator[DataFile]:
    """The rows as compact arrays, and the names of the codes in them in the reader's language."""
    yield DataFile(DATA, partial(_data, edition))


def _data(edition: Edition) -> bytes:
    rows = counted_rows(edition)
    data: dict[str, Any] = {
        "columns": COLUMNS,
        "rows": [_cells(row) for row in rows],
        "names": {name: dict(_choices(edition, rows, name)) for name in FILTERS},
        "order": {"step": STEPS, "light": LIGHTS},
    }
    return orjson.dumps(data)


def _choices(edition: Edition, rows: Sequence[ItemRow], name: str) -> list[tuple[str, str]]:
    """The values that occur in a column and what the reader calls them, in a fitting order."""
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
    lights = {row.light for row in rows}
    return [(light, text(f"light.{light}")) for light in LIGHTS if light in lights]


def _script_texts(edition: Edition) -> dict[str, str]:
    return {name: edition.text(name) for name in (*(f"ledger.column.{name}" for name in _TEXTS), *_SCRIPT_TEXTS)}
