"""A table's heads and what stands below them → which column is which field, why, and how sure that is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Literal

from duban.importing.days import Years, read_day
from duban.importing.grid import Cell, Grid
from duban.importing.saved_mapping import SavedMapping, pointer_to
from duban.importing.table import Head, Table, head_key
from duban.importing.terms import Terms
from duban.importing.words import (
    CO_UNITS,
    COLUMNS,
    COMPUTED,
    EITHER,
    LEAD_UNIT,
    NOTES,
    NOWHERE,
    SERIAL,
    SOURCE_TYPE,
    STATE,
    SUMMARY,
    TITLE,
)
from duban.schema import Field

Reason = Literal["saved", "export", "schema", "word", "part", "either", "values", "shared", "taken", "unfit", "unknown"]
"""Why: the saved mapping, the ledger's own export, the schema's name, a usual name, a part of the head, one of two,
what stands below; or why not: another column is that already, what stands below does not fit, nobody calls it so."""
Sureness = Literal["sure", "likely", "guess"]
_SURE: Mapping[Reason, Sureness] = {"saved": "sure", "export": "sure", "schema": "sure", "word": "sure"}
_SAMPLE = 200
_FIT, _NEARLY_ALL = 0.5, 0.8
_SHORTEST_PART = 3
_ID = re.compile(r"\d{4}-\d{4,6}")
_MANY = frozenset({NOTES, NOWHERE, COMPUTED, CO_UNITS})
_WORDS = {head_key(word): name for name, words in reversed([*COLUMNS.items()]) for word in words}
_EITHER = {head_key(word): both for word, both in EITHER.items()}
_HEAD_FIELDS = (
    "id",
    TITLE,
    "urgency",
    "importance",
    "category",
    "campaign",
    "plan_refs",
    "openness",
    "openness_reason",
    "secrecy",
)
_NOT_FROM_A_CELL = frozenset({"signed", "sources", "file", "sha256", "sheet", "rows", "on", "by", "notes", "cells"})


@dataclass(frozen=True, slots=True)
class Column:
    """One column: where it is, what it is called, and the fields that it fills (none: it found no place)."""

    sheet: str
    column: int
    head: str
    fields: tuple[str, ...]
    reason: Reason

    @property
    def sure(self) -> Sureness:
        return _SURE.get(self.reason, "likely" if self.reason == "part" else "guess")

    @property
    def is_doubtful(self) -> bool:
        return self.sure != "sure"


def field_names(root: Field) -> Mapping[str, str]:
    """The fields that a column may be by the schema's own names, Chinese and English, as ``head_key`` has them."""
    found: dict[str, str] = {}
    for name in _HEAD_FIELDS:
        found.update(_named(root.properties[name], name))
    for parent in ("transcribed", "intake"):
        for name, child in root.properties[parent].properties.items():
            if name not in _NOT_FROM_A_CELL:
                found.update(_named(child, f"{parent}/{name}"))
    source = root.properties["intake"].properties["sources"].items
    for name, child in source.properties.items() if source else ():
        found.update(_named(child, f"intake/sources/0/{name}"))
    return found


def _named(field: Field, name: str) -> Iterator[tuple[str, str]]:
    for label in field.labels:
        yield head_key(label), name


def columns_of(
    table: Table,
    grid: Grid,
    saved: SavedMapping,
    names: Mapping[str, str],
    exported: Mapping[str, str],
    terms: Terms,
    root: Field,
) -> tuple[Column, ...]:
    """Every column of a table. ``names`` are fields by the schema's names, ``exported`` by an export's heads."""
    keys = [head_key(head.name) for head in table.heads]
    own = exported if keys and all(key in exported for key in keys) else {}
    found = []
    for head in table.heads:
        column = _guess(head, table.sheet, saved, names, own)
        sample = list(islice(_below(table, grid, head.column), _SAMPLE))
        found.append(column if column.reason in ("saved", "export") else _fitting(column, sample, terms, root))
    return tuple(_title_shared(_each_once(found)))


def _guess(head: Head, sheet: str, saved: SavedMapping, names: Mapping[str, str], own: Mapping[str, str]) -> Column:
    given = saved.fields_of(head.name)
    if given is not None:
        return Column(sheet, head.column, head.name, given, "saved")
    if own:
        return Column(sheet, head.column, head.name, (own[head_key(head.name)],), "export")
    for text in _readings(head):
        key = head_key(text)
        if key in names:
            return Column(sheet, head.column, head.name, (names[key],), "schema")
        if key in _WORDS:
            return Column(sheet, head.column, head.name, (_WORDS[key],), "word")
        if key in _EITHER:
            return Column(sheet, head.column, head.name, _EITHER[key], "either")
    key = head_key("".join(head.parts))
    inside = [word for word in _WORDS if len(word) >= _SHORTEST_PART and word in key]
    if inside:
        return Column(sheet, head.column, head.name, (_WORDS[max(inside, key=len)],), "part")
    return Column(sheet, head.column, head.name, (), "unknown")


def _readings(head: Head) -> Iterator[str]:
    """What a head may be called by, the most telling first: all of it, its own part, what stands above it."""
    yield "".join(head.parts)
    yield from reversed(head.parts)


def _below(table: Table, grid: Grid, column: int) -> Iterator[Cell]:
    for row in table.rows:
        if (row, column) in grid.cells:
            yield grid.cells[row, column]


def _fitting(column: Column, sample: list[Cell], terms: Terms, root: Field) -> Column:
    """The column, or another one where what stands in it tells otherwise."""
    if not column.fields:
        return _by_values(column, sample, terms, root)
    name = column.fields[0]
    if name == SERIAL and sample and _share(sample, lambda cell: bool(_ID.fullmatch(cell.text))) > _FIT:
        return replace(column, fields=("id",), reason="values")
    if name == "id" and sample and _share(sample, lambda cell: bool(_ID.fullmatch(cell.text))) <= _FIT:
        return replace(column, fields=(SERIAL,), reason="values")
    here = root.at(pointer_to(name)) if name not in _MANY else None
    if not sample or here is None:
        return column
    if here.is_date:
        anywhere = Years(asked=2000, ahead=here.is_due)
        fits = any(read_day(cell, anywhere) is not None for cell in sample)
        return column if fits else replace(column, fields=(NOTES,), reason="unfit")
    if here.enum:
        if _share(sample, lambda cell: terms.find(name, cell.text, here) is not None) >= (
            _FIT if name == STATE else 0.01
        ):
            return column
        source = root.at(pointer_to(SOURCE_TYPE))
        if (
            name == "category"
            and source
            and _share(sample, lambda cell: terms.find(SOURCE_TYPE, cell.text, source) is not None) > _FIT
        ):
            return replace(column, fields=(SOURCE_TYPE,), reason="values")
        return replace(column, fields=(NOTES,), reason="unfit")
    return column


def _by_values(column: Column, sample: list[Cell], terms: Terms, root: Field) -> Column:
    """A column that nobody calls so, by what nearly all of its cells are: units, or words of one field."""
    if len(sample) < 2:
        return column
    for name in (LEAD_UNIT, SOURCE_TYPE, "urgency", "category"):
        here = root.at(pointer_to(name))
        if here is not None and _share(sample, _named_in(name, terms, here)) > _NEARLY_ALL:
            return replace(column, fields=(name,), reason="values")
    return column


def _named_in(name: str, terms: Terms, here: Field) -> Callable[[Cell], bool]:
    def is_named(cell: Cell) -> bool:
        found = terms.find(name, cell.text, here)
        return found is not None and found.how in ("exact", "saved")

    return is_named


def _share(sample: list[Cell], fits: Callable[[Cell], bool]) -> float:
    return sum(map(fits, sample)) / len(sample)


def _each_once(columns: list[Column]) -> list[Column]:
    """The columns with every field filled by one of them: the surest, of these the first."""
    order = {"sure": 0, "likely": 1, "guess": 2}
    taken: dict[str, int] = {}
    settled: dict[int, Column] = {}
    for column in sorted(columns, key=lambda one: (order[one.sure], one.reason == "either", one.column)):
        one = column
        if one.reason == "either":
            free = [name for name in one.fields if name not in taken]
            one = replace(one, fields=(free[0],)) if free else replace(one, fields=(NOTES,), reason="taken")
        elif one.reason != "saved":
            free = [name for name in one.fields if name in _MANY or name not in taken]
            if one.fields and not free:
                more = one.fields[0] == LEAD_UNIT and one.sure == "sure"
                one = replace(one, fields=(CO_UNITS if more else NOTES,), reason="taken")
        for name in one.fields:
            taken.setdefault(name, one.column)
        settled[one.column] = one
    return [settled[column.column] for column in columns]


def _title_shared(columns: Iterable[Column]) -> Iterator[Column]:
    """Title and summary are both needed: where only one has a column, that is both."""
    given = list(columns)
    filled = {name for column in given for name in column.fields}
    for column in given:
        if TITLE in column.fields and SUMMARY not in filled:
            yield replace(column, fields=(*column.fields, SUMMARY))
        elif SUMMARY in column.fields and TITLE not in filled:
            yield replace(column, fields=(TITLE, *column.fields), reason="shared")
        else:
            yield column
