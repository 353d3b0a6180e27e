"""A cell and the field its column is → the values in it with their places in an item, and every doubt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from duban.importing.days import Day, Years, read_day
from duban.importing.fate import Doubt, Spot
from duban.importing.grid import Cell
from duban.importing.notes import Part, parts_of
from duban.importing.plain_text import on_one_line
from duban.importing.saved_mapping import pointer_to
from duban.importing.terms import Term, Terms, whole_number
from duban.importing.words import CO_UNITS, LEAD_UNIT, NOTES, SECRECY, SOURCE_TYPE, TITLE
from duban.schema import Field

_LONGEST_LINE = 120
_CUTS = ("。", "；", ";", "\n", "，", ",")


class Value(NamedTuple):
    """A value for a field. In a list (units, sources, notes) it is one more member."""

    field: str
    value: Any


@dataclass
class Read:
    """What was read in one cell; without values it was not understood."""

    values: list[Value] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)


class Reader:
    """Reads cells by the fields of an item and what the words of a ledger mean."""

    def __init__(self, root: Field, terms: Terms, day: str) -> None:
        self._root, self._terms, self._day = root, terms, day

    def read(self, name: str, cell: Cell, spot: Spot, label: str, years: Years) -> Read:
        """The values for the field ``name`` in a cell; what means nothing there is kept as a note, with a doubt."""
        if cell.kind in ("formula", "error"):
            return Read(doubts=[Doubt(spot, cell.text, "formula")])
        if name == NOTES:
            parts = self._parts(cell.text, years)
            return Read([*_notes(parts, label)], _note_doubts(parts, cell.text, spot))
        here = self._root.at(pointer_to(name))
        found = self._found(name, cell, here, spot, years) if here is not None else Read()
        if not found.values and name == SECRECY:
            # What may be classified is never called otherwise: the item is refused.
            return Read([Value(name, cell.text)])
        if not found.values:
            doubt = Doubt(spot, cell.text, "not_understood")
            return Read([Value(NOTES, {"label": label, "text": cell.text})], [doubt])
        return found

    def _parts(self, text: str, years: Years) -> list[Part]:
        """The notes in a text; the whole where one tells of a day to come, for that is no note of what was done."""
        parts = parts_of(text, years)
        return [Part(text)] if any(part.day and part.day.iso > self._day for part in parts) else parts

    def _found(self, name: str, cell: Cell, here: Field, spot: Spot, years: Years) -> Read:
        if chosen := self._terms.chosen(name, cell.text):
            return Read([Value(name, chosen)])
        if here.is_date:
            return _day(name, cell, spot, years)
        if name in (LEAD_UNIT, CO_UNITS, SOURCE_TYPE) or here.items is not None:
            return self._several(name, cell.text, here, spot)
        if here.enum or here.ref in ("unit", "person", "campaign", "cause"):
            term = self._terms.find(name, cell.text, here)
            return Read([Value(name, term.value)], [*_doubted(term, cell.text, here, spot)]) if term else Read()
        if here.type in ("integer", "number"):
            number = whole_number(cell.text)
            return Read([Value(name, number)]) if number is not None else Read()
        if name == TITLE:
            return _title(cell.text, spot)
        if here.ref or ("pattern" in here.schema and "maxLength" not in here.schema):
            return Read([Value(name, cell.text)]) if re.search(here.schema.get("pattern", ""), cell.text) else Read()
        is_line = here.schema.get("maxLength", _LONGEST_LINE + 1) <= _LONGEST_LINE
        return Read([Value(name, on_one_line(cell.text) if is_line else cell.text)])

    def _several(self, name: str, text: str, here: Field, spot: Spot) -> Read:
        """Units, sources or plan entries in one cell. The first of several lead units leads, the others support."""
        member = here.items or here
        terms = self._terms.listed(name, text, member)
        known = [(said, term) for said, term in terms if term is not None]
        doubts = [doubt for said, term in known for doubt in _doubted(term, said, member, spot)]
        if len(known) < len(terms):
            if not known:
                return Read()
            doubts.append(Doubt(spot, "、".join(said for said, term in terms if term is None), "not_understood"))
        names = [name if name != LEAD_UNIT or index == 0 else CO_UNITS for index in range(len(known))]
        if name == LEAD_UNIT and len(known) > 1:
            doubts.append(Doubt(spot, text, "several_units", known[0][1].value, {"ref": "unit"}))
        values = [Value(one, term.value) for one, (_, term) in zip(names, known, strict=True)]
        if len(known) < len(terms):
            # What was understood is a value; the words themselves are kept beside it.
            values.append(Value(NOTES, {"label": self._label(name), "text": text}))
        return Read(values, doubts)

    def _label(self, name: str) -> str:
        here = self._root.at(pointer_to(name))
        return here.title if here else name


def _doubted(term: Term, text: str, here: Field, spot: Spot) -> Iterator[Doubt]:
    if term.how == "close":
        yield Doubt(spot, text, "close", term.value, {"ref": here.ref})
    elif term.how == "synonym":
        yield Doubt(spot, text, "synonym", term.value)


def _day(name: str, cell: Cell, spot: Spot, years: Years) -> Read:
    day = read_day(cell, years)
    return Read([Value(name, day.iso)], [*_day_doubts(day, cell.text, spot)]) if day else Read()


def _day_doubts(day: Day, text: str, spot: Spot) -> Iterator[Doubt]:
    for doubt in day.doubts:
        yield Doubt(spot, text, doubt, day.iso, {"by": day.by} if doubt == "year_inferred" else {})


def _notes(parts: list[Part], label: str) -> Iterator[Value]:
    for part in parts:
        dated = {"on": part.day.iso} if part.day else {}
        yield Value(NOTES, {"label": label, **dated, "text": part.text})


def _note_doubts(parts: list[Part], text: str, spot: Spot) -> list[Doubt]:
    """The years of all days of a cell are told alike: they are one doubt."""
    doubtful = [part.day for part in parts if part.day and "year_inferred" in part.day.doubts]
    if not doubtful:
        return []
    understood = "、".join(dict.fromkeys(day.iso for day in doubtful))
    return [Doubt(spot, text, "year_inferred", understood, {"by": doubtful[0].by})]


def _title(text: str, spot: Spot) -> Read:
    """One line. Of a long text its beginning, up to where it can be cut; all of it is the summary."""
    line = on_one_line(text)
    if len(line) <= _LONGEST_LINE and "\n" not in text:
        return Read([Value(TITLE, line)])
    if len(line) <= _LONGEST_LINE // 2:
        return Read([Value(TITLE, line)])
    for sign in _CUTS:
        first = on_one_line(text.split(sign, maxsplit=1)[0]).strip()
        if 4 <= len(first) <= _LONGEST_LINE and len(first) < len(line):
            return Read([Value(TITLE, first)], [Doubt(spot, text, "title_cut", first)])
    return Read([Value(TITLE, line)])
