"""A sheet's cells → its tables: heads of several rows joined, body rows, and what every other row is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from duban.importing.grid import Cell, Grid, Place
from duban.importing.plain_text import folded, on_one_line
from duban.importing.words import COLUMNS, EITHER, FOOT, TOTALS

RowKind = Literal["title", "head", "repeated_head", "total", "section", "foot", "body"]
"""What a row is: above the heads a title, then heads; a section names what the rows below it have in common."""
_FEWEST_HEADS, _FEWEST_UNKNOWN = 2, 3
_MOST_HEAD_ROWS = 4
_LONGEST_HEAD = 30
_SECTION = re.compile(r"(?:第?[一二三四五六七八九十百]+[、.．章节部类]|[(（][一二三四五六七八九十]+[)）]|[IVX]+[.、])")
_BRACKETS = re.compile(r"[(（\[【〔][^)）\]】〕]*[)）\]】〕]")
_SIGNS = re.compile(r"[\s/\\:：*＊,，、.。_—-]+")
_KNOWN = frozenset(folded(word) for words in (*COLUMNS.values(), EITHER) for word in words)


class Head(NamedTuple):
    """A column's head: its texts from the top down, and the cells that they stand in."""

    column: int
    parts: tuple[str, ...]
    cells: tuple[Place, ...]

    @property
    def name(self) -> str:
        """The texts as one: ``责任单位/牵头单位``."""
        return "/".join(self.parts)


@dataclass(frozen=True)
class Table:
    """A table on a sheet: its columns, and its body's rows with the section that each stands in."""

    sheet: str
    heads: tuple[Head, ...]
    rows: tuple[int, ...]
    sections: Mapping[int, Place] = field(default_factory=dict)
    title: str = ""


@dataclass(frozen=True)
class Layout:
    """Everything on a sheet: its tables, and what every row with a cell in it is."""

    grid: Grid
    tables: tuple[Table, ...]
    kinds: Mapping[int, RowKind]


def head_key(text: str) -> str:
    """A head for comparing: without blanks, signs and what stands in brackets."""
    bare = _SIGNS.sub("", _BRACKETS.sub("", folded(text)))
    return bare or _SIGNS.sub("", folded(text))


def layout(grid: Grid, known: frozenset[str] = frozenset()) -> Layout:
    """The tables of a sheet; none where no row looks like heads. ``known`` are more heads, as ``head_key`` has them."""
    found = _Reading(grid, _KNOWN | known).layout()
    if found.tables:
        return found
    # Heads that nobody knows are heads all the same: a person may say what each is.
    likely = next((row for row in grid.rows if _may_be_heads(grid, row)), 0)
    named = frozenset(head_key(cell.text) for cell in grid.by_row[likely].values()) if likely else known
    return _Reading(grid, named).layout() if likely else found


def _may_be_heads(grid: Grid, row: int) -> bool:
    """Whether a row is a line of short, differing texts with about as much below it."""
    cells, below = grid.by_row[row], grid.by_row.get(row + 1, {})
    texts = {cell.text for cell in cells.values() if cell.kind == "text" and len(cell.text) <= _LONGEST_HEAD}
    return len(texts) == len(cells) >= _FEWEST_UNKNOWN and len(below.keys() & cells.keys()) * 2 > len(cells)


class _Reading:
    """One sheet while its rows are told apart."""

    def __init__(self, grid: Grid, known: frozenset[str]) -> None:
        self._grid, self._known = grid, known
        self._kinds: dict[int, RowKind] = {}
        self._tables: list[Table] = []

    def layout(self) -> Layout:
        heads: tuple[Head, ...] = ()
        body: list[int] = []
        sections: dict[int, Place] = {}
        section: Place | None = None
        title = ""
        rows = iter(self._grid.rows)
        skip = 0
        for row in rows:
            if row <= skip:
                self._kinds[row] = "repeated_head" if self._kinds.get(skip) == "repeated_head" else "head"
                continue
            last = self._head_end(row)
            if last:
                found = self._heads(row, last)
                same = [(one.column, one.parts) for one in found] == [(one.column, one.parts) for one in heads]
                if not same:
                    self._close(heads, body, sections, title)
                    heads, body, sections, section = found, [], {}, None
                skip = last
                for one in range(row, last + 1):
                    if one in self._grid.by_row:
                        self._kinds[one] = "repeated_head" if same else "head"
                continue
            kind = self._kind(row, bool(heads))
            self._kinds[row] = kind
            if kind == "title" and not title:
                title = "".join(cell.text for cell in self._grid.by_row[row].values())
            elif kind == "section":
                section = next((row, column) for column in self._grid.by_row[row])
            elif kind == "body":
                body.append(row)
                if section:
                    sections[row] = section
        self._close(heads, body, sections, title)
        return Layout(self._grid, tuple(self._tables), self._kinds)

    def _close(self, heads: tuple[Head, ...], body: list[int], sections: Mapping[int, Place], title: str) -> None:
        if heads:
            self._tables.append(Table(self._grid.name, heads, tuple(body), dict(sections), title))

    def _head_end(self, row: int) -> int:
        """The last row of the heads that begin in a row; 0 where none do."""
        if self._matches(row) < _FEWEST_HEADS:
            return 0
        cells = self._grid.by_row[row]
        last = max(self._grid.span_at((row, column)).bottom for column in cells)
        last = min(last, row + _MOST_HEAD_ROWS - 1)
        while last < row + _MOST_HEAD_ROWS - 1 and self._goes_on(last + 1, row, last):
            last += 1
        return last

    def _goes_on(self, row: int, first: int, last: int) -> bool:
        """Whether a row below heads is one more of theirs: parts of a wide head, or heads where there was none."""
        cells = self._grid.by_row.get(row, {})
        if not cells or not self._looks_like_heads(cells.values()):
            return False
        wide = [
            span
            for span in self._grid.spans
            if first <= span.top <= last and span.right > span.left and span.bottom == last
        ]
        free = [
            column for column in cells if any(self._grid.origin(one, column) is None for one in range(first, last + 1))
        ]
        below = [column for column in cells if any(span.left <= column <= span.right for span in wide)]
        return (
            bool(below) and set(cells) <= {*below, *free}
            if wide
            else len(free) == len(cells) and self._matches(row) > 0
        )

    def _matches(self, row: int) -> int:
        """How many cells of a row are heads by what they say."""
        cells = self._grid.by_row.get(row, {})
        if not self._looks_like_heads(cells.values()):
            return 0
        keys = {head_key(cell.text) for cell in cells.values()} | {
            head_key(cell.text.split("\n")[0]) for cell in cells.values()
        }
        return len(keys & self._known)

    def _looks_like_heads(self, cells: Iterable[Cell]) -> bool:
        return all(cell.kind == "text" and len(cell.text) <= _LONGEST_HEAD * 3 for cell in cells)

    def _heads(self, first: int, last: int) -> tuple[Head, ...]:
        """The head of each column, from wide ones above it down to its own."""
        rows = [row for row in range(first, last + 1) if row in self._grid.by_row]
        columns = {column for row in rows for column in self._grid.by_row[row]}
        wide = [span for span in self._grid.spans if first <= span.top <= last and span.right > span.left]
        for span in wide:
            columns |= {*range(span.left, min(span.right, span.left + 60) + 1)}
        found = []
        for column in sorted(columns):
            places = []
            for row in rows:
                place = self._grid.origin(row, column)
                if place is None:
                    place = next((span.origin for span in wide if span.has(row, column)), None)
                if place is not None and place not in places:
                    places.append(place)
            parts = tuple(dict.fromkeys(on_one_line(self._grid.cells[place].text) for place in places))
            if parts:
                found.append(Head(column, parts, tuple(places)))
        return tuple(found)

    def _kind(self, row: int, has_heads: bool) -> RowKind:
        if not has_heads:
            return "title"
        cells = self._grid.by_row[row]
        column, first = next(iter(cells.items()))
        text = folded(first.text)
        if text.startswith(TOTALS) and len(text) <= 12:
            return "total"
        if len(cells) == 1 and first.kind == "text":
            span = self._grid.span_at((row, column))
            if text.startswith(tuple(map(folded, FOOT))) and re.match(r"[^:：]{0,8}[:：]", text):
                return "foot"
            if _SECTION.match(text) or span.right - span.left >= 2:
                return "section"
        if len(cells) <= 4 and re.match(r"(?:填表|填报|制表|审核|审批|联系)[^:：]{0,6}[:：]", text):
            return "foot"
        return "body"
