"""A table, its columns and a saved mapping → a draft for each matter."""

from __future__ import annotations

import copy
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from duban.importing.columns import Column
from duban.importing.days import Years, read_day, year_in
from duban.importing.draft import Draft, Told, append, assemble, has
from duban.importing.fate import Doubt, Spot
from duban.importing.grid import Cell, Grid, Place
from duban.importing.plain_text import on_one_line
from duban.importing.saved_mapping import SavedMapping, pointer_to
from duban.importing.table import Table
from duban.importing.terms import Terms
from duban.importing.values import Reader, Value
from duban.importing.words import (
    CO_UNITS,
    COMPUTED,
    DEADLINE,
    FINISHED,
    INSTRUCTION_TEXT,
    LEAD_UNIT,
    LEADER,
    NOTES,
    NOWHERE,
    RECEIVED,
    SOURCE,
    SOURCE_TYPE,
    STATE,
    TITLE,
)
from duban.record import INSTRUCTION
from duban.rules.case import put_at
from duban.schema import Field

OVER, UNDER_WAY = "已办结", "办理中"
_LONGEST_LABEL = 120
_LISTS = frozenset({NOTES, CO_UNITS, SOURCE_TYPE, "plan_refs"})
_DATED = (RECEIVED, f"{SOURCE}sent_on")


class Drafter:
    """Makes drafts of the rows of one table."""

    def __init__(
        self,
        table: Table,
        grid: Grid,
        columns: Sequence[Column],
        saved: SavedMapping,
        terms: Terms,
        root: Field,
        day: str,
        file_year: int,
    ) -> None:
        self._table, self._grid, self._columns, self._saved = table, grid, columns, saved
        self._terms, self._root = terms, root
        self._reader = Reader(root, terms, day)
        self._title_year = year_in(table.title) or year_in(table.sheet)
        self._file_year = file_year
        self._heads = {head.column: head for head in table.heads}
        self._near = {column.column: self._days_of(column) for column in columns if self._is_dated(column)}

    def drafts(self) -> Iterator[Draft]:
        """One for each matter: rows whose title is one cell are one."""
        title = next((column.column for column in self._columns if TITLE in column.fields), None)

        def matter(row: int) -> Place:
            origin = self._grid.origin(row, title) if title is not None else None
            return origin or (row, 0)

        for _, rows in groupby(self._table.rows, matter):
            yield self._draft(list(rows))

    def _draft(self, rows: list[int]) -> Draft:
        draft = Draft(self._table.sheet, (rows[0], rows[-1]))
        told: list[Told] = []
        own, behind = self._day_of(rows)
        # A deadline without a year is told by the day that the matter came in, whatever column stands first.
        for column in sorted(self._columns, key=lambda one: RECEIVED not in one.fields):
            for place in dict.fromkeys(place for row in rows if (place := self._grid.origin(row, column.column))):
                self._read(column, place, draft, told, own, behind)
        self._section(rows[0], draft, told)
        assemble(draft, told)
        self._constants(draft)
        self._finish(draft)
        return draft

    def _read(self, column: Column, place: Place, draft: Draft, told: list[Told], own: str, behind: bool) -> None:
        cell, spot = self._grid.cells[place], Spot(draft.sheet, place)
        if column.fields == (COMPUTED,):
            draft.computed.append(place)
            return
        kept = False
        for name in column.fields:
            if name == NOWHERE:
                continue
            here = self._root.at(pointer_to(name)) if name != NOTES else None
            is_due = here is not None and here.is_due
            received = next((one.value.value for one in told if one.value.field == RECEIVED), "") if is_due else ""
            years = Years(
                self._saved.year,
                own or received,
                self._title_year,
                self._file_year,
                self._nearest(column, place[0]),
                is_due,
                behind,
            )
            read = self._reader.read(name, cell, spot, self._label(column.column), years)
            draft.doubts += read.doubts
            for value in read.values:
                told.append(Told(self._beside(value, told, draft, spot, cell, column), place))
                kept = True
        if kept:
            draft.used.append(place)
        elif cell.kind in ("formula", "error"):
            draft.formulas.append(place)

    def _beside(self, value: Value, told: list[Told], draft: Draft, spot: Spot, cell: Cell, column: Column) -> Value:
        """A value beside those that other rows of the matter gave for its field: the first counts, and is doubted.

        Further lead units support; of anything else that differs the words are kept as a note.
        """
        others = [one.value.value for one in told if one.value.field == value.field]
        if value.field in _LISTS or not others or value.value in others:
            return value
        if value.field == LEAD_UNIT:
            draft.doubts.append(Doubt(spot, cell.text, "several_units", others[0], {"ref": "unit"}))
            return Value(CO_UNITS, value.value)
        draft.doubts.append(Doubt(spot, cell.text, "several_values", str(others[0])))
        return Value(NOTES, {"label": self._label(column.column), "text": cell.text})

    def _section(self, row: int, draft: Draft, told: list[Told]) -> None:
        """What the section of a row says of it: its source where it names one and no column does, else a note."""
        place = self._table.sections.get(row)
        if place is None:
            return
        text = self._grid.cells[place].text
        source = self._source_in(text)
        if source and all(one.value.field != SOURCE_TYPE for one in told):
            told.append(Told(Value(SOURCE_TYPE, source), place))
            draft.doubts.append(Doubt(Spot(draft.sheet, place), text, "source_of_section", source))
        elif not source:
            told.append(Told(Value(NOTES, {"label": self._root.properties["category"].title, "text": text}), place))

    def _source_in(self, text: str) -> str:
        """The one kind of source that a section's heading names."""
        here = self._root.at(pointer_to(SOURCE_TYPE))
        bare = text.strip("0123456789（）()共项件 ").split("、")[-1].split("（")[0].split("(")[0]
        term = self._terms.find(SOURCE_TYPE, bare.removesuffix("事项").removesuffix("类"), here) if here else None
        if term:
            return term.value
        found = [value for value in (here.enum if here else ()) if value in text]
        return found[0] if len(found) == 1 else ""

    def _constants(self, draft: Draft) -> None:
        """What a person set for all rows, where a row says nothing itself."""
        for name, value in self._saved.constants.items():
            pointer = pointer_to(name)
            if name == FINISHED and draft.data.get("transcribed", {}).get("state") != OVER:
                continue
            if name.startswith(SOURCE):
                self._constant_of_source(draft, name.removeprefix(SOURCE), value)
            elif not has(draft.data, pointer):
                put_at(draft.data, pointer, copy.deepcopy(value))

    def _constant_of_source(self, draft: Draft, name: str, value: Any) -> None:
        """Leader and text belong to the instruction among the sources, all else to the first."""
        sources = draft.data.setdefault("intake", {}).setdefault("sources", [])
        if not sources:
            sources.append({})
        of_instruction = f"{SOURCE}{name}" in (LEADER, INSTRUCTION_TEXT)
        for source in sources if of_instruction else sources[:1]:
            if not of_instruction or source.get("type", INSTRUCTION) == INSTRUCTION:
                source.setdefault(name, value)

    def _finish(self, draft: Draft) -> None:
        """State and day of finish say the same; where they do not, the matter goes on and the day is kept as a note."""
        before = draft.data.get("transcribed", {})
        places = dict(draft.sources)
        spot = Spot(draft.sheet, places.get(pointer_to(STATE), (draft.rows[0], 1)))
        done = before.get("finished_on")
        if done and "state" not in before:
            before["state"] = OVER
        elif done and before["state"] == UNDER_WAY:
            draft.doubts.append(Doubt(spot, UNDER_WAY, "state_contradicts", done))
            del before["finished_on"]
            here, place = self._root.at(pointer_to(FINISHED)), places.get(pointer_to(FINISHED))
            draft.sources = [one for one in draft.sources if one[0] != pointer_to(FINISHED)]
            if place is not None:
                note = {"label": here.title if here else FINISHED, "text": self._grid.cells[place].text}
                append(draft, NOTES, note, place)
        elif before.get("state") == OVER and not done:
            draft.doubts.append(Doubt(spot, OVER, "no_finish"))

    def _label(self, column: int) -> str:
        return on_one_line(self._heads[column].name)[:_LONGEST_LABEL]

    def _is_dated(self, column: Column) -> bool:
        return any(
            name == NOTES or ((here := self._root.at(pointer_to(name))) is not None and here.is_date)
            for name in column.fields
            if name
        )

    def _days_of(self, column: Column) -> list[tuple[int, str]]:
        """The rows of a column in which a day stands with its year."""
        found = []
        for row in self._table.rows:
            cell = self._grid.cells.get((row, column.column))
            day = read_day(cell, Years()) if cell else None
            if day:
                found.append((row, day.iso))
        return found

    def _nearest(self, column: Column, row: int) -> str:
        """The day with a year that is nearest in a column, the one above before the one below."""
        near = self._near.get(column.column)
        if not near:
            return ""
        at = bisect_right(near, row, key=itemgetter(0))
        beside = near[max(at - 1, 0) : at + 1]
        return min(beside, key=lambda one: (abs(one[0] - row), one[0] > row))[1]

    def _day_of(self, rows: list[int]) -> tuple[str, bool]:
        """A day with its year in the rows of a matter: of its intake or source, else any; and whether a deadline."""
        found: dict[str, str] = {}
        for column in self._columns:
            for name in column.fields:
                here = self._root.at(pointer_to(name)) if name and name not in (NOTES, COMPUTED) else None
                if here is None or not here.is_date:
                    continue
                cells = (self._grid.cells[place] for row in rows if (place := self._grid.origin(row, column.column)))
                day = next((day for cell in cells if (day := read_day(cell, Years()))), None)
                if day:
                    found.setdefault(name, day.iso)
        for name in (*_DATED, FINISHED, *found):
            if name in found and name != DEADLINE:
                return found[name], False
        return found.get(DEADLINE, ""), DEADLINE in found
