"""An edition → the years of its ledger, and a plain page for each that the ledger's own page does not hold alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from duban.model import Item
from duban.publish.edition import Edition, once
from duban.publish.item_row import ItemRow, by_urgency, counted_rows
from duban.publish.page import Page
from duban.publish.parts import parted_pages
from duban.record import Ending
from duban.status import Status

LEDGER = "ledger.html"
MOST_ROWS = 300
MOST_NOT_FILED = 100


@dataclass(frozen=True, slots=True)
class NotFiled:
    """An item that was not filed, with the entry that says so."""

    id: str
    title: str
    entry: Ending


@dataclass(frozen=True, slots=True)
class Year:
    """The items registered in one year. ``path`` is the page that lists them, the first one of several.

    A year that is the whole of a short ledger is listed on the ledger's own page.
    """

    year: str
    path: str
    rows: tuple[ItemRow, ...]
    not_filed: tuple[NotFiled, ...]


def one_not_filed(item: Item, status: Status) -> NotFiled | None:
    """An item that was not filed; None for any other."""
    record = item.record
    return NotFiled(status.id, status.title, record["not_filed"]) if "not_filed" in record else None


def not_filed(edition: Edition) -> tuple[NotFiled, ...]:
    """The items that were not filed, in order of id."""
    return tuple(edition.taken(one_not_filed).values())


def first_rows(edition: Edition) -> tuple[ItemRow, ...]:
    """The rows of the ledger's own page: all in order of id, or where they are too many the most urgent and latest."""
    rows = counted_rows(edition)
    return rows if len(rows) <= MOST_ROWS else tuple(by_urgency(rows)[:MOST_ROWS])


@once
def years(edition: Edition) -> tuple[Year, ...]:
    """The years of the ledger, the latest first."""
    rows, others = counted_rows(edition), not_filed(edition)
    counted = {year: tuple(found) for year, found in groupby(rows, lambda row: row.id[:4])}
    uncounted = {year: tuple(found) for year, found in groupby(others, lambda one: one.id[:4])}
    found = sorted({*counted, *uncounted}, reverse=True)
    alone = len(found) == 1 and len(rows) <= MOST_ROWS and len(others) <= MOST_NOT_FILED
    return tuple(
        Year(year, LEDGER if alone else f"ledger/{year}.html", counted.get(year, ()), uncounted.get(year, ()))
        for year in found
    )


def loose_pages(edition: Edition) -> Iterator[Page]:
    """The plain pages of the years; those not filed stand behind the last row."""
    for year in years(edition):
        if year.path != LEDGER:
            title, stem = edition.text("ledger.year", year=year.year), year.path.removesuffix(".html")
            yield from parted_pages(stem, title, "ledger_year.html", year.rows, year.not_filed)
