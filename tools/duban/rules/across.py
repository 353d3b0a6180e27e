"""Facts of all files → what must hold between them: numbers used once, references met, no double work."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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


def numbers_used_once(facts: Mapping[str, Facts]) -> Iterator[tuple[str, Problem]]:
    """D401: a number once given is never given again."""
    taken: dict[str, str] = {}
    for path, fact in facts.items():
        for number, pointer in fact.numbers:
            other = taken.get(number)
            if other is None:
                taken[number] = fact.id
            else:
                yield path, Problem("D401", tuple(pointer), {"number": number, "other": other})


def references_met(
    facts: Mapping[str, Facts],
    item_ids: Iterable[str],
    report_ids: Iterable[str],
    label: Callable[[str, Pointer], Detail],
) -> Iterator[tuple[str, Problem]]:
    """D205, D207, D213: items and reports that are referred to exist, and none refers to itself."""
    items, reports = frozenset(item_ids), frozenset(report_ids)
    for path, fact in facts.items():
        for value, pointer in fact.items:
            if value == fact.id:
                yield path, Problem("D213", tuple(pointer), {"value": value})
            elif value not in items:
                yield path, Problem("D205", tuple(pointer), {"label": label(path, tuple(pointer)), "value": value})
        for value, pointer in fact.reports:
            if value not in reports:
                yield path, Problem("D207", tuple(pointer), {"label": label(path, tuple(pointer)), "value": value})


def links_returned(
    facts: Mapping[str, Facts], label: Callable[[str, Pointer], Detail]
) -> Iterator[tuple[str, Problem]]:
    """D215: an item that goes on from another is named there, and names it; both can be found from either."""
    named = {(fact.id, tuple(pointer), value) for fact in facts.values() for value, pointer in fact.items}
    known = {fact.id for fact in facts.values()}
    for path, fact in facts.items():
        for value, pointer in fact.items:
            back = _RETURNED.get(tuple(pointer))
            if back and value in known and value != fact.id and (value, back, fact.id) not in named:
                yield path, Problem("D215", tuple(pointer), {"value": value, "label": label(path, back)})


def double_supervision(facts: Mapping[str, Facts], similarity: int) -> Iterator[tuple[str, Problem]]:
    """D701: two open items put much the same matter to the same unit, unlinked to each other.

    ``similarity`` is the percentage by which the titles must be alike to be named.
    """
    by_unit: dict[str, list[tuple[str, Facts, frozenset[str]]]] = defaultdict(list)
    for path, fact in facts.items():
        if fact.unit:
            by_unit[fact.unit].append((path, fact, pieces(fact.title)))
    for group in by_unit.values():
        for index, (path, fact, mine) in enumerate(group):
            for _, other, theirs in group[:index]:
                if likeness(mine, theirs) >= similarity and not _linked(fact, other):
                    yield path, Problem("D701", ("title",), {"other": other.id, "title": other.title})


def _linked(one: Facts, other: Facts) -> bool:
    return other.id in one.related or one.id in other.related
