"""The ids taken and a year → the next free one; numbers are never reused, gaps are allowed."""

from __future__ import annotations

from collections.abc import Iterable

_WIDTH = 4


def next_id(taken: Iterable[str], year: str) -> str:
    """The id after the highest of the year: ``2019-0062`` after ``2019-0061``."""
    serials = [int(identity[5:]) for identity in taken if identity.startswith(f"{year}-") and identity[5:].isdigit()]
    return f"{year}-{max(serials, default=0) + 1:0{_WIDTH}d}"


def path_of(identity: str) -> str:
    """Where an item's file stands in the ledger."""
    return f"items/{identity[:4]}/{identity}.yml"
