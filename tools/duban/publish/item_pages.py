"""An edition → one page for each item."""

from __future__ import annotations

from collections.abc import Iterator

from duban.publish.edition import Edition
from duban.publish.page import Page


def loose_pages(edition: Edition) -> Iterator[Page]:
    """The pages of all items."""
    for item in edition.ledger.items.values():
        status = edition.states[item.id]
        key = f"{edition.digests.get(item.path, '')}{status!r}"
        yield Page(f"items/{item.id}.html", f"{item.id} {item.record['title']}", "item.html", {"item": item.record, "status": status}, key)
