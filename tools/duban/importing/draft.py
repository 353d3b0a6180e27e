"""Values with the cells that they came from → a draft: one item's data, each value in its place and with its source."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from duban.finding import Pointer
from duban.importing.fate import Doubt, Spot
from duban.importing.grid import Place, address
from duban.importing.plain_text import on_one_line
from duban.importing.saved_mapping import pointer_to
from duban.importing.values import Value
from duban.importing.words import CO_UNITS, LEADER, NOTES, SERIAL, SOURCE, SOURCE_TYPE
from duban.model import Data
from duban.record import INSTRUCTION
from duban.rules.case import put_at, value_at


@dataclass
class Draft:
    """What is to become an item: its data but for id and signatures, and the cell of every value.

    ``used`` are the cells that ended in it, ``computed`` those of what the ledger counts by itself,
    ``second`` those of a matter of several rows whose values came too late.
    """

    sheet: str
    rows: tuple[int, int]
    data: Data = field(default_factory=dict)
    sources: list[tuple[Pointer, Place]] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    used: list[Place] = field(default_factory=list)
    computed: list[Place] = field(default_factory=list)
    second: list[Place] = field(default_factory=list)
    formulas: list[Place] = field(default_factory=list)

    @property
    def title(self) -> str:
        return str(self.data.get("title", ""))

    @property
    def cells(self) -> list[Data]:
        """The source of each value as an item has it."""
        found = [
            {"field": "".join(f"/{part}" for part in pointer), "cell": address(place)}
            for pointer, place in self.sources
        ]
        return [one for index, one in enumerate(found) if one not in found[:index]]


class Told(NamedTuple):
    """A value with the cell that it came from."""

    value: Value
    place: Place


def assemble(draft: Draft, told: list[Told]) -> None:
    """Put every value in its place, with the cell that it came from."""
    types = [one for one in told if one.value.field == SOURCE_TYPE]
    kinds = list(dict.fromkeys(one.value.value for one in types))
    attributes = [one for one in told if one.value.field.startswith(SOURCE) and one.value.field != SOURCE_TYPE]
    if not kinds and any(one.value.field == LEADER for one in attributes):
        first = next(one for one in attributes if one.value.field == LEADER)
        draft.doubts.append(
            Doubt(Spot(draft.sheet, first.place), str(first.value.value), "source_inferred", INSTRUCTION)
        )
        kinds, types = [INSTRUCTION], [first]
    at = kinds.index(INSTRUCTION) if INSTRUCTION in kinds else 0
    for one in types:
        kind = one.value.value if one.value.field == SOURCE_TYPE else INSTRUCTION
        _put(draft, ("intake", "sources", kinds.index(kind), "type"), kind, one.place)
    for one in attributes:
        _put(draft, ("intake", "sources", at, one.value.field.removeprefix(SOURCE)), one.value.value, one.place)
    for one in told:
        name, value = one.value
        if name in (CO_UNITS, "plan_refs", NOTES):
            before = draft.data.get("transcribed", {})
            if name != CO_UNITS or (value not in before.get("co_units", ()) and value != before.get("lead_unit")):
                append(draft, name, value, one.place)
        elif not name.startswith(SOURCE):
            _put(draft, pointer_to(name), on_one_line(value) if name == SERIAL else value, one.place)


def append(draft: Draft, name: str, value: Any, place: Place) -> None:
    """Add a member to a list of the draft's data, with the cell that it came from."""
    pointer = pointer_to(name)
    listed = _list_at(draft.data, pointer)
    at = (*pointer, len(listed))
    listed.append(value)
    draft.sources.append(((*at, "text") if name == NOTES else at, place))


def _put(draft: Draft, pointer: Pointer, value: Any, place: Place) -> None:
    put_at(draft.data, pointer, value)
    draft.sources.append((pointer, place))


def _list_at(data: Data, pointer: Pointer) -> list[Any]:
    here: Any = data
    for part in pointer[:-1]:
        here = here.setdefault(part, {})
    found: list[Any] = here.setdefault(pointer[-1], [])
    return found


def has(data: Data, pointer: Pointer) -> bool:
    try:
        value_at(data, pointer)
    except (KeyError, IndexError):
        return False
    return True
