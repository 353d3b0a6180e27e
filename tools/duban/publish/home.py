"""An edition → its home page: the figures, the lights, the funnel of seven steps, and what is due this week."""

from __future__ import annotations

from collections.abc import Iterator

from duban.publish.edition import Edition
from duban.publish.page import Page


def site_pages(edition: Edition) -> Iterator[Page]:
    """The home page."""
    yield Page("index.html", edition.text("nav.home"), "home.html", {})
