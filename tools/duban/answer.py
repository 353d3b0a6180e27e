"""A field, the registry and a day → what may be chosen for it; what a person typed → the value that is meant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from duban.finding import CODES, Pointer, Problem
from duban.model import PlanEntry, Registry
from duban.rules.privacy import privacy
from duban.scalar import plain_value
from duban.schema import Field, Schemas
from duban.spelling import begins, spells, within
from duban.violation import loose_day, problems

_BETWEEN = re.compile(r"[\s,，、;；]+")
_YES, _NO = ("是", "yes", "y"), ("否", "no", "n")


class Choice(NamedTuple):
    """One value that may be chosen: how it is shown, and what else it may be called by whoever types it.

    Each of its Chinese names may be typed by its initials too.
    """

    value: Any
    label: str
    words: tuple[str, ...] = ()

    def is_called(self, typed: str) -> bool:
        """Whether that is its value, its label, or one of its other names, capitals or not."""
        return any(typed.casefold() == name.casefold() or spells(typed, name) for name in self._names())

    def contains(self, typed: str) -> bool:
        """Whether the value, the label or another name has the letters in it."""
        return any(typed.casefold() in name.casefold() or within(typed, name) for name in self._names())

    def begins_with(self, typed: str) -> bool:
        """Whether the value, the label or another name begins with the letters."""
        return any(name.casefold().startswith(typed.casefold()) or begins(typed, name) for name in self._names())

    def _names(self) -> tuple[str, ...]:
        return str(self.value), self.label, *self.words


class UnclearError(Exception):
    """What was typed means several of the choices, or none: ``candidates`` are those it may mean."""

    def __init__(self, typed: str, candidates: Sequence[Choice]) -> None:
        super().__init__(typed)
        self.typed, self.candidates = typed, candidates


def choices(here: Field, registry: Registry, day: str, language: str) -> tuple[Choice, ...]:
    """What may be chosen for a field, or for each member of a list, on an ISO day; none where anything may be written.

    Units must be there on that day; entries of the annual plan are those of its year.
    """
    one = here.items or here
    if one.enum:
        return tuple(Choice(value, one.value_label(value, language), (str(value),)) for value in one.enum)
    if one.type == "boolean":
        yes, no = (_YES, _NO) if language == "zh" else (_YES[::-1], _NO[::-1])
        return Choice(True, yes[0], ("true", *yes)), Choice(False, no[0], ("false", *no))
    return tuple(_registered(one.ref, registry, day))


def meant(here: Field, typed: str, among: Sequence[Choice]) -> Any:
    """The value of a field that a person typed; text that does not fit is left for the schema to refuse.

    A choice is meant by its number, any of its names, or letters that only one of them has.
    Raises UnclearError where several choices would do, or none.
    """
    typed = typed.strip()
    if here.type == "array":
        return [meant(here.items or here, one, among) for one in members(here, typed, among)]
    if among:
        return chosen(typed, among).value
    if here.is_date:
        return _day(typed)
    return plain_value(typed) if here.type in ("integer", "number") else typed


def chosen(typed: str, among: Sequence[Choice]) -> Choice:
    """The choice that was typed. Raises UnclearError."""
    called = [one for one in among if one.is_called(typed)]
    if len(called) == 1:
        return called[0]
    if not called and typed.isdecimal() and 1 <= int(typed) <= len(among):
        return among[int(typed) - 1]
    close = called or [one for one in among if one.contains(typed)]
    if len(close) == 1:
        return close[0]
    raise UnclearError(typed, close)


def members(here: Field, typed: str, among: Sequence[Choice]) -> Iterator[str]:
    """The members of a list as it was typed: names and ids between commas, texts a line each."""
    between = _BETWEEN.split(typed) if among or (here.items or here).ref else typed.split("\n")
    return (one.strip() for one in between if one.strip())


def wrong(schemas: Schemas, root: Field, pointer: Pointer, value: Any) -> Problem | None:
    """The first thing that the check would refuse in a value by itself, at a pointer into a record of ``root``."""
    place = tuple(0 if isinstance(part, int) else part for part in pointer)
    data = value
    for part in reversed(place):
        data = [data] if part == 0 else {part: data}
    found = (one for one in problems(schemas, root.name, data) if one.pointer[: len(place)] == place)
    texts = [(place, value)] if isinstance(value, str) else []
    held = (one for one in privacy(texts) if CODES[one.code].severity == "error")
    return next(found, None) or next(held, None)


def _day(typed: str) -> str:
    try:
        return loose_day(typed) or typed
    except ValueError:
        return typed


def _registered(ref: str, registry: Registry, day: str) -> Iterator[Choice]:
    if ref == "unit":
        for unit in registry.units.values():
            if unit.valid_on(day):
                yield Choice(unit.id, unit.short_name, _told(unit.short_name, unit.name, unit.name_en))
    elif ref == "person":
        for person in registry.people.values():
            yield Choice(person.id, person.position, _told(person.position, person.position_en))
    elif ref == "campaign":
        for campaign in registry.campaigns.values():
            yield Choice(campaign.id, campaign.name, _told(campaign.name, campaign.name_en))
    elif ref == "cause":
        for code, name in registry.causes.items():
            yield Choice(code, name, (name,))
    elif ref == "plan":
        for entry in _planned(registry, int(day[:4])):
            yield Choice(entry.id, entry.name, (entry.name,))


def _planned(registry: Registry, year: int) -> Iterator[PlanEntry]:
    return (entry for (of, _), entry in registry.plans.items() if of == year)


def _told(*names: str) -> tuple[str, ...]:
    """Those of the names that there are."""
    return tuple(filter(None, names))
