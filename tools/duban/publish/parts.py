"""A long list → the parts that pages have room for, and a page for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from duban.publish.page import Page, key_of

Row = TypeVar("Row")
MOST_ON_A_PAGE = 500


@dataclass(frozen=True, slots=True)
class Part(Generic[Row]):
    """One part of a list, the first being number 1. ``path`` is below the edition's root."""

    path: str
    number: int
    rows: tuple[Row, ...]


def parted(stem: str, rows: Sequence[Row], most: int = MOST_ON_A_PAGE) -> tuple[Part[Row], ...]:
    """The parts of a list in its order: the first at ``stem.html``, the second at ``stem-2.html``.

    An empty list is one empty part.
    """
    starts = range(0, len(rows), most) or (0,)
    return tuple(
        Part(f"{stem}-{number}.html" if number > 1 else f"{stem}.html", number, tuple(rows[start : start + most]))
        for number, start in enumerate(starts, 1)
    )


def parted_pages(
    stem: str, title: str, template: str, rows: Sequence[Row], after: Sequence[object] = ()
) -> Iterator[Page]:
    """A page for each part of a list; ``after`` is what stands behind the list, on its last page."""
    parts = parted(stem, rows)
    places = [(one.number, one.path) for one in parts]
    for part in parts:
        behind = after if part.number == len(parts) else ()
        context = {"title": title, "part": part, "parts": places, "count": len(rows), "after": behind}
        yield Page(part.path, title, template, context, key_of(part, len(parts), len(rows), behind))
