"""The cells of a sheet as values: what stands where, what is merged, and how a person names the place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple

Kind = Literal["text", "number", "day", "formula", "error"]
Place = tuple[int, int]
"""Row and column, both counted from 1."""


class Cell(NamedTuple):
    """One cell that is not empty: its text as a person reads it.

    A ``day`` is text in ISO form; a ``formula`` is one whose result the file does not hold, an ``error`` one of
    the spreadsheet's own, such as ``#REF!``. ``day`` is the ISO day that a number would count, "" where none.
    """

    text: str
    kind: Kind = "text"
    day: str = ""


class Span(NamedTuple):
    """Merged cells, from the first row and column to the last, all included."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def origin(self) -> Place:
        """The cell that holds what all of them show."""
        return self.top, self.left

    def has(self, row: int, column: int) -> bool:
        return self.top <= row <= self.bottom and self.left <= column <= self.right


@dataclass(frozen=True)
class Grid:
    """One sheet. Merged cells show what their first cell holds; only those that hold something are ``cells``."""

    name: str
    cells: Mapping[Place, Cell]
    spans: tuple[Span, ...] = ()
    hidden: bool = False
    rows: tuple[int, ...] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rows", tuple(sorted({row for row, _ in self.cells})))

    @cached_property
    def by_row(self) -> Mapping[int, Mapping[int, Cell]]:
        """The cells of each row that has any, by column."""
        found: dict[int, dict[int, Cell]] = {row: {} for row in self.rows}
        for (row, column), cell in sorted(self.cells.items()):
            found[row][column] = cell
        return found

    @cached_property
    def _tall(self) -> Mapping[Place, Place]:
        """For every cell below the first of a span, down its first column, the cell that holds what it shows."""
        found = {}
        for span in self.spans:
            if span.origin in self.cells:
                for row in range(span.top + 1, min(span.bottom, self.rows[-1]) + 1):
                    found[row, span.left] = span.origin
        return found

    def origin(self, row: int, column: int) -> Place | None:
        """The place that holds what a cell shows, itself or the first of those merged downwards; None for nothing."""
        place = (row, column)
        return place if place in self.cells else self._tall.get(place)

    def span_at(self, place: Place) -> Span:
        """The merged cells that begin at a place, or that place alone."""
        return self._by_origin.get(place) or Span(*place, *place)

    @cached_property
    def _by_origin(self) -> Mapping[Place, Span]:
        return {span.origin: span for span in self.spans}


class Book(NamedTuple):
    """All sheets of a file, in order."""

    sheets: tuple[Grid, ...]


def address(place: Place) -> str:
    """A place as a person names it: ``C5``."""
    return f"{letters(place[1])}{place[0]}"


def letters(column: int) -> str:
    """A column's name: A for 1, AA for 27."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def place_of(name: str) -> Place:
    """What ``C5`` names; ValueError for what is no place of a sheet."""
    head = name.rstrip("0123456789")
    column = 0
    for letter in head:
        column = column * 26 + ord(letter) - ord("A") + 1
    row = int(name[len(head) :])
    if not (1 <= row <= 1_048_576 and 1 <= column <= 16_384):
        raise ValueError(name)
    return row, column
