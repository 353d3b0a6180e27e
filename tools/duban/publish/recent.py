"""An edition and an ISO day → the items in which anything may have happened since, the latest first."""

from __future__ import annotations

from collections.abc import Iterator

from duban.publish.bearings import bearings_of
from duban.publish.edition import Edition


def no_later_than(edition: Edition, item: str) -> str:
    """The day after which nothing happened in an item, as its file tells; of a file unknown, the edition's own day."""
    return min(edition.latest.get(edition.taken(bearings_of)[item].path, edition.day), edition.day)


def latest_days(edition: Edition) -> list[tuple[str, str]]:
    """Every item with that day; the latest day first."""
    return sorted(((no_later_than(edition, item), item) for item in edition.taken(bearings_of)), reverse=True)


def items_since(edition: Edition, day: str) -> Iterator[str]:
    """The items in which something may have happened on an ISO day or later, and those that still owe something."""
    for latest, identity in latest_days(edition):
        if latest >= day or edition.states[identity].pending:
            yield identity
