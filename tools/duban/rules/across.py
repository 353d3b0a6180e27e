"""Facts of all files → what must hold between them: numbers used once, references met, no double work."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from duban.deadline import ending, finished_on, is_settled
from duban.finding import Detail, Pointer, Problem
from duban.likeness import likeness, pieces
from duban.record import ItemRecord
from duban.survey import Survey

_RETURNED: Mapping[Pointer, Pointer] = {
    ("feedback", "new_item"): ("follows",),
    ("follows",): ("feedback", "new_item"),
    ("reopening", "new_item"): ("reopened_from",),
    ("reopened_from",): ("reopening", "new_item"),
}
"""Links that are written at both ends, each with where the other end has it."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the other files need to know of one file; small, so that it can be kept by content.

    ``numbers``, ``items`` and ``reports`` are (value, pointer): form numbers taken, and items
    and reports referred to. ``unit`` is the lead unit while the item is open, otherwise ""; ``latest`` is the
    latest day on which the file says that something happened. ``settled`` says of an item that nothing in it
    can fall due any more, for the unit or for the office.
    """

    id: str
    title: str
    latest: str = ""
    unit: str = ""
    counted: bool = True
    related: Sequence[str] = ()
    numbers: Sequence[tuple[str, Pointer]] = ()
    items: Sequence[tuple[str, Pointer]] = ()
    reports: Sequence[tuple[str, Pointer]] = ()
    settled: bool = False

    def as_row(self) -> list[Any]:
        """The facts as plain JSON values in the order of the fields, for a store."""
        return [
            self.id,
            self.title,
            self.latest,
            self.unit,
            self.counted,
            self.related,
            self.numbers,
            self.items,
            self.reports,
            self.settled,
        ]


def facts_of(record: ItemRecord, unit: str, survey: Survey) -> Facts:
    """The facts of one item."""
    is_open = not finished_on(record) and ending(record) is None
    return Facts(
        id=record["id"],
        title=record["title"],
        latest=max(survey.facts)[0],
        unit=unit if is_open else "",
        counted="not_filed" not in record,
        related=tuple(record.get("related", ())),
        numbers=tuple((number, pointer) for _, pointer, number, _ in survey.numbers),
        items=references_to("item", survey),
        reports=references_to("report", survey),
        settled=is_settled(record),
    )


def references_to(kind: str, survey: Survey) -> tuple[tuple[str, Pointer], ...]:
    """The references of one kind in a survey, with their places."""
    return tuple((value, pointer) for of, pointer, value, _ in survey.references if of == kind)


class Comparison:
    """The facts of one file after another → what must hold between them.

    What nothing can be wrong with is let go at once: most items are over and refer to no other file.
    """

    def __init__(self, similarity: int) -> None:
        """``similarity`` is the percentage of two-character pieces that two titles must share to be named."""
        self._similarity = similarity
        self._ids: dict[str, set[str]] = defaultdict(set)
        self._taken: dict[str, str] = {}
        self._taken_again: list[tuple[str, Problem]] = []
        self._referring: list[tuple[str, Facts]] = []
        self._open: dict[str, list[tuple[str, Facts]]] = defaultdict(list)

    def add(self, path: str, fact: Facts) -> None:
        """Take in the facts of a file that has an id, or refers to items and reports."""
        self._ids[path.partition("/")[0]].add(fact.id)
        for number, pointer in fact.numbers:
            other = self._taken.get(number)
            if other is None:
                self._taken[number] = fact.id
            else:
                self._taken_again.append((path, Problem("D401", tuple(pointer), {"number": number, "other": other})))
        if fact.items or fact.reports:
            self._referring.append((path, fact))
        if fact.unit:
            self._open[fact.unit].append((path, fact))

    def problems(self, label: Callable[[str, Pointer], Detail]) -> Iterator[tuple[str, Problem]]:
        """What does not hold, by path; ``label`` is what people call the field at a pointer into a file."""
        yield from self._taken_again
        yield from self._references_met(label)
        yield from self._links_returned(label)
        yield from self._double_supervision()

    def _references_met(self, label: Callable[[str, Pointer], Detail]) -> Iterator[tuple[str, Problem]]:
        """D205, D207, D213: items and reports that are referred to exist, and none refers to itself."""
        items, reports = self._ids["items"], self._ids["reports"]
        for path, fact in self._referring:
            for value, pointer in fact.items:
                if value == fact.id:
                    yield path, Problem("D213", tuple(pointer), {"value": value})
                elif value not in items:
                    yield path, Problem("D205", tuple(pointer), {"label": label(path, tuple(pointer)), "value": value})
            for value, pointer in fact.reports:
                if value not in reports:
                    yield path, Problem("D207", tuple(pointer), {"label": label(path, tuple(pointer)), "value": value})

    def _links_returned(self, label: Callable[[str, Pointer], Detail]) -> Iterator[tuple[str, Problem]]:
        """D215: an item that goes on from another is named there, and names it; both can be found from either."""
        linking = [one for one in self._referring if one[0].startswith("items/")]
        named = {(fact.id, tuple(pointer), value) for _, fact in linking for value, pointer in fact.items}
        for path, fact in linking:
            for value, pointer in fact.items:
                back = _RETURNED.get(tuple(pointer))
                known = value in self._ids["items"] and value != fact.id
                if back and known and (value, back, fact.id) not in named:
                    yield path, Problem("D215", tuple(pointer), {"value": value, "label": label(path, back)})

    def _double_supervision(self) -> Iterator[tuple[str, Problem]]:
        """D701: two open items put much the same matter to the same unit, unlinked to each other.

        How much is told by the pieces that their titles share (Sørensen–Dice).
        """
        for group in self._open.values():
            before: list[tuple[Facts, frozenset[str]]] = []
            for path, fact in group:
                mine = pieces(fact.title)
                for other, theirs in before:
                    if likeness(mine, theirs) >= self._similarity and not _linked(fact, other):
                        yield path, Problem("D701", ("title",), {"other": other.id, "title": other.title})
                before.append((fact, mine))


def _linked(one: Facts, other: Facts) -> bool:
    return other.id in one.related or one.id in other.related
