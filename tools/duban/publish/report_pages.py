"""An edition → report_pages."""

from __future__ import annotations

from collections.abc import Iterator

from duban.publish.edition import Edition
from duban.publish.page import Page


def site_pages(edition: Edition) -> Iterator[Page]:
    """The page of the navigation."""
    yield from ()


def loose_pages(edition: Edition) -> Iterator[Page]:
    """One page each."""
    yield from ()


def data_files(edition: Edition) -> Iterator[tuple[str, bytes]]:
    """Data."""
    yield from ()
