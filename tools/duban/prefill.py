"""A place where an entry may be added, what is known, what was given, and whom to ask → the entry filled in."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Any, NamedTuple, Protocol

from duban.finding import Pointer
from duban.known import SIGNER, Known, around_of, known_value, may_sign
from duban.model import Data
from duban.rules.case import value_at
from duban.schema import Field
from duban.seat import SIGNED

_NOTHING: tuple[Any, ...] = (None, "", [], {})


class Question(NamedTuple):
    """What is asked: the place and the field, whether there must be an answer, what stands if nothing else is said.

    ``day`` is that of the entry; ``among`` are the only people who may be chosen, where only some may.
    """

    pointer: Pointer
    field: Field
    required: bool
    default: Any = None
    day: str = ""
    among: Collection[str] = ()


class Clerk(Protocol):
    """Who is asked."""

    def answer(self, question: Question) -> Any:
        """The value of a field; None for none."""

    def begins(self, question: Question) -> bool:
        """Whether a part that may be left out is wanted, or one more row of a list."""


class Silent:
    """Nobody: what is known stands, and nothing else is begun."""

    def answer(self, question: Question) -> Any:
        return question.default

    def begins(self, question: Question) -> bool:  # noqa: ARG002
        return False


def prefilled(known: Known, pointer: Pointer, here: Field) -> Any:
    """What is to be added at a pointer, as far as it is known; None, or an empty mapping, where nothing is.

    A signature has its role and day, and its person where exactly one may give it; parts that an
    entry need not have are not begun.
    """
    return Filling(known, Silent()).filled(pointer, here)


class Filling:
    """One form being filled in. ``skipped`` are properties of its outermost part that nobody is asked for.

    ``earlier`` is what was answered the time before, where something was wrong with it.
    """

    def __init__(self, known: Known, clerk: Clerk, skipped: Collection[str] = frozenset(), earlier: Any = None) -> None:
        self._known, self._clerk, self._skipped, self._earlier = known, clerk, skipped, earlier
        self._start: Pointer = ()
        self._kind = self._dated_by = ""

    def filled(self, pointer: Pointer, here: Field, given: Any = None, *, required: bool = True) -> Any:
        """The value at a pointer: what was given as it is, the rest as it was answered, signed by whoever must."""
        around = around_of(self._known.record, pointer)
        self._start, self._kind, self._dated_by = pointer, here.entry, here.dated_by
        if not here.properties:
            return self._completed(pointer, here, given, around, required=required)
        entry: Data = copy.deepcopy(given) if given else {}
        self._date(entry)
        self._fill(pointer, here, entry, around)
        if here.entry and SIGNED in here.properties:
            entry[SIGNED] = self._signed(here, entry, around)
        return {name: entry[name] for name in [*here.properties, *entry] if name in entry}

    def _fill(self, pointer: Pointer, here: Field, part: Data, around: Sequence[Data]) -> None:
        """Complete a mapping, property by property; what comes to an entry later is no part of it yet."""
        outermost = pointer == self._start
        for name, child in here.properties.items():
            needed = name in here.needed(part)
            if name == SIGNED or child.entry or (child.may_come_later and not needed):
                continue
            if name not in part and (
                (outermost and name in self._skipped) or (name in here.conditional and not needed)
            ):
                continue
            value = self._completed((*pointer, name), child, part.get(name), [part, *around], required=needed)
            if value not in (None, "", [], {}):
                part[name] = value
            if outermost:
                self._date(part)

    def _date(self, entry: Data) -> None:
        """An entry is filled in as of its own day, from when that is told."""
        on = entry.get(self._dated_by)
        if isinstance(on, str):
            self._known = replace(self._known, day=on)

    def _completed(self, pointer: Pointer, here: Field, given: Any, around: Sequence[Data], *, required: bool) -> Any:
        """What was given, its gaps filled; where nothing was, what is answered."""
        if here.properties:
            question = Question(pointer, here, required, None, self._known.day)
            if given is None and not required and not self._clerk.begins(question):
                return None
            part = {} if given is None else given
            if isinstance(part, dict):
                self._fill(pointer, here, part, around)
            return part
        if given is None and required and "const" in here.schema:
            return here.enum[0]
        if here.items is not None and here.items.properties and isinstance(given, list | None):
            return self._rows(pointer, here, given or [], around, required=required)
        return given if given is not None else self._clerk.answer(self._question(pointer, here, around, required))

    def _rows(
        self, pointer: Pointer, here: Field, given: Sequence[Any], around: Sequence[Data], *, required: bool
    ) -> list[Any]:
        """The rows that are known or were given, each made whole; without any, as many as are wanted."""
        row = here.items or here
        known = known_value(self._known, pointer, here) or []
        pairs: Iterable[tuple[Any, Any]] = zip_longest(known, given, fillvalue={})
        rows = [{**one, **other} if isinstance(other, dict) else other for one, other in pairs]
        for index, one in enumerate(rows):
            if isinstance(one, dict):
                self._fill((*pointer, index), row, one, around)
        while not known and not given:
            place = (*pointer, len(rows))
            default = self._answered(place)
            if not self._clerk.begins(Question(place, row, required and not rows, default, self._known.day)):
                break
            rows.append({})
            self._fill(place, row, rows[-1], around)
        return [one for one in rows if one]

    def _question(self, pointer: Pointer, here: Field, around: Sequence[Data], required: bool) -> Question:
        default = self._answered(pointer)
        return Question(
            pointer,
            here,
            required,
            self._default(pointer, here, around) if default is None else default,
            self._known.day,
        )

    def _answered(self, pointer: Pointer) -> Any:
        """What was answered at a place the time before; None for nothing."""
        if self._earlier is None:
            return None
        try:
            return value_at(self._earlier, pointer[len(self._start) :])
        except (KeyError, IndexError, TypeError):
            return None

    def _default(self, pointer: Pointer, here: Field, around: Sequence[Data]) -> Any:
        if pointer == (*self._start, self._dated_by):
            return self._known.day
        signer = ""
        if SIGNER in here.sources:
            may = next((may for _, may in may_sign(self._known, self._kind, around)), ())
            signer = may[0] if len(may) == 1 else ""
        return known_value(self._known, pointer, here, signer)

    def _signed(self, here: Field, entry: Data, around: Sequence[Data]) -> list[Any]:
        """What was given, and the lines that are needed beside it: by the only one who may, by whom the entry names."""
        lines: list[Any] = entry.get(SIGNED, [])
        for index, (role, may) in enumerate(may_sign(self._known, self._kind, [entry, *around])):
            given = lines[index] if index < len(lines) else {}
            if isinstance(given, dict):
                by = {} if "by" in given else self._by(here, entry, index, may)
                lines[index : index + 1] = [{"role": role, **by, "on": self._known.day, **given}]
        return lines

    def _by(self, here: Field, entry: Data, index: int, may: Sequence[str]) -> Data:
        """Who signs, of those who may; nobody where that is not told."""
        named = {entry.get(name) for name, child in here.properties.items() if SIGNER in child.sources}
        certain = [one for one in may if one in named] or may
        person = here.properties[SIGNED].at((0, "by"))
        if len(certain) == 1:
            return {"by": certain[0]}
        if not may or person is None:
            return {}
        place = (*self._start, SIGNED, index, "by")
        by = self._clerk.answer(Question(place, person, True, self._answered(place), self._known.day, may))
        return {"by": by} if by else {}
