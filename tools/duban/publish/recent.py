"""An edition and an ISO day → the items in which anything may have happened since, the latest first."""

from __future__ import annotations

from collections.abc import Iterator

from duban.publish.edition import Edition
from duban.publish.item_pages import bearings_of


def latest_days(edition: Edition) -> list[tuple[str, str]]:
    """Each item with the day after which nothing happened in it as its file tells; the latest day first.

    Of a file that the edition knows nothing of, that is the edition's own day.
    """
    day, known = edition.day, edition.latest
    return sorted(
        ((min(known.get(one.path, day), day), identity) for identity, one in edition.taken(bearings_of).items()),
        reverse=True,
    )


def items_since(edition: Edition, day: str) -> Iterator[str]:
    """The items in which something may have happened on an ISO day or later, and those that still owe something."""
    for latest, identity in latest_days(edition):
        if latest >= day or edition.states[identity].pending:
            yield identity
