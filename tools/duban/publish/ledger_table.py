"""An edition → the ledger's page: filters, the head of a table that a script fills, and all rows as a plain one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from duban.publish.data_file import DataFile
from duban.publish.edition import Edition
from duban.publish.item_row import counted_rows
from duban.publish.ledger_data import ledger_data
from duban.publish.ledger_filters import DATES, FILTERS, choices
from duban.publish.ledger_years import LEDGER, MOST_NOT_FILED, first_rows, not_filed, years
from duban.publish.page import Page

DATA = "data/ledger.json"
COLUMNS = ("id", "title", "source", "unit", "category", "step", "light", "due", "left")
UNSORTED = frozenset({"source"})
_SCRIPT_TEXTS = (
    "table.none",
    "deadline.original",
    "deadline.denied",
    "left.day",
    "left.days",
    "left.today",
    "left.past_day",
    "left.past_days",
    "left.just_past",
    "ledger.file",
    "ledger.csv_original",
    "ledger.csv_left",
    *(f"ledger.column.{name}" for name in (*COLUMNS, "campaign", "received")),
)


def site_pages(edition: Edition) -> Iterator[Page]:
    """The ledger's page."""
    rows = counted_rows(edition)
    context = {
        "rows": first_rows(edition),
        "total": len(rows),
        "years": [year for year in years(edition) if year.path != LEDGER],
        "not_filed": not_filed(edition),
        "most_not_filed": MOST_NOT_FILED,
        "filters": [(name, choices(edition, rows, name)) for name in FILTERS],
        "dates": DATES,
        "columns": [(name, name not in UNSORTED) for name in COLUMNS],
        "data": DATA,
        "script": {"data": DATA, "texts": {name: edition.text(name) for name in _SCRIPT_TEXTS}},
    }
    yield Page(LEDGER, edition.text("nav.ledger"), "ledger.html", context, group="ledger")


def data_files(edition: Edition) -> Iterator[DataFile]:
    """The rows as columns, with the names of the codes in them in the reader's language."""
    yield DataFile(DATA, partial(ledger_data, edition))
