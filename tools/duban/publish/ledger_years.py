"""An edition whose ledger is too long for one plain table → a plain page for each year of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from duban.model import Item
from duban.publish.edition import Edition, once
from duban.publish.item_row import ItemRow, by_urgency, counted_rows
from duban.publish.page import Page, key_of
from duban.record import Ending
from duban.status import Status

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
    """The items registered in one year."""

    year: str
    rows: tuple[ItemRow, ...]
    not_filed: tuple[NotFiled, ...]

    @property
    def path(self) -> str:
        return f"ledger/{self.year}.html"


def one_not_filed(item: Item, _status: Status) -> NotFiled | None:
    """An item that was not filed; None for any other."""
    record = item.record
    return NotFiled(item.id, record["title"], record["not_filed"]) if "not_filed" in record else None


def not_filed(edition: Edition) -> tuple[NotFiled, ...]:
    """The items that were not filed, in order of id."""
    return tuple(edition.taken(one_not_filed).values())


def first_rows(edition: Edition) -> tuple[ItemRow, ...]:
    """The rows of the ledger's own page: all in order of id, or where they are too many the most urgent and latest."""
    rows = counted_rows(edition)
    return rows if len(rows) <= MOST_ROWS else tuple(by_urgency(rows)[:MOST_ROWS])


@once
def years(edition: Edition) -> tuple[Year, ...]:
    """The years of a ledger that its own page does not hold, the latest first; otherwise none."""
    rows, others = counted_rows(edition), not_filed(edition)
    if len(rows) <= MOST_ROWS and len(others) <= MOST_NOT_FILED:
        return ()
    counted = {year: tuple(found) for year, found in groupby(rows, lambda row: row.id[:4])}
    uncounted = {year: tuple(found) for year, found in groupby(others, lambda one: one.id[:4])}
    return tuple(
        Year(year, counted.get(year, ()), uncounted.get(year, ()))
        for year in sorted({*counted, *uncounted}, reverse=True)
    )


def loose_pages(edition: Edition) -> Iterator[Page]:
    """A plain page for each year, where the ledger is too long for one."""
    for year in years(edition):
        title = edition.text("ledger.year", year=year.year)
        yield Page(year.path, title, "ledger_year.html", {"year": year}, key_of(year))
