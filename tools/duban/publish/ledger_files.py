"""An edition → its whole ledger in one file: as CSV, as a workbook, as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import chain
from typing import Literal

from duban.documents.csv_file import csv_file
from duban.publish.api_documents import FILES, items_document
from duban.publish.data_file import DataFile
from duban.publish.edition import Edition, once
from duban.publish.ledger_lines import ledger_columns, ledger_lines, other_facts
from duban.publish.ledger_workbook import ledger_workbook
from duban.publish.page import key_of

Format = Literal["csv", "json", "xlsx"]


def ledger_csv(edition: Edition) -> bytes:
    """The ledger as one table; its heads in Chinese and English."""
    heads = [" ".join(dict.fromkeys(column.heads)) for column in ledger_columns(edition)]
    return csv_file(chain([heads], ledger_lines(edition)))


MADE: Mapping[Format, tuple[str, Callable[[Edition], bytes]]] = {
    "csv": (FILES["csv"], ledger_csv),
    "json": (FILES["items"], items_document),
    "xlsx": (FILES["xlsx"], ledger_workbook),
}
"""Each format with its path below the site's root and what makes it."""


def ledger_files(edition: Edition) -> Iterator[DataFile]:
    """The ledger in every format."""
    for path, make in MADE.values():
        yield DataFile(path, partial(make, edition), key_of_ledger(edition))


@once
def key_of_ledger(edition: Edition) -> str:
    """Changes whenever anything in an item of the edition, or in a broken file, does."""
    paths = [other.path for other in edition.taken(other_facts).values()]
    paths += [broken.path for broken in edition.ledger.broken]
    return key_of([edition.digests.get(path, "") for path in paths], edition.figures)
