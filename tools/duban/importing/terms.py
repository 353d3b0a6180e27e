"""What is written for a unit, a person, a campaign or one of a few words → its id or value, and how that was told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, Literal, NamedTuple

from duban.importing.plain_text import folded
from duban.importing.words import VALUES
from duban.model import Registry
from duban.schema import Field

How = Literal["exact", "saved", "synonym", "close"]
"""By its own id or name; by the saved mapping; by what offices also call it; by a part of a name no other has."""
_PARTED = re.compile(r"[、，,;；/\n|]+|\s+")
_AND = re.compile(r"[和及与]")
_BRACKETS = re.compile(r"[(（][^)）]*[)）]")
_HEADS = re.compile(r"^(?:中共|中国共产党)?(?:[\u4e00-\u9fff]{2,3}市|市)")
_FEWEST = 2
Values = Mapping[str, Mapping[str, str]]
"""By field, what an office writes and the value that a person chose for it."""


class Term(NamedTuple):
    """What was found for a text."""

    value: str
    how: How


class Terms:
    """Finds what texts mean, by the registry, the schema and what was saved; each text is thought about once."""

    def __init__(self, registry: Registry, saved: Values) -> None:
        self._registry, self._saved = registry, saved
        self._found: dict[tuple[str, str], Term | None] = {}

    def find(self, name: str, text: str, here: Field) -> Term | None:
        """The value of the field called ``name`` that a text stands for; None where it is none, or one of several."""
        key = name, text
        if key not in self._found:
            self._found[key] = self._find(name, text, here)
        return self._found[key]

    def chosen(self, name: str, text: str) -> str:
        """The value that a person chose for a text in a field, whatever it may mean otherwise; "" for none."""
        if name not in self._saved:
            return ""
        wanted = folded(text)
        return next((value for written, value in self._saved[name].items() if folded(written) == wanted), "")

    def listed(self, name: str, text: str, here: Field) -> list[tuple[str, Term | None]]:
        """The same for each of several in one cell, with what was written for it."""
        whole = self.find(name, text, here)
        if whole is not None and whole.how != "close":
            return [(text, whole)]
        found: list[tuple[str, Term | None]] = []
        for part in (one for one in _PARTED.split(text) if one):
            term = self.find(name, part, here)
            pieces = [one for one in _AND.split(part) if one]
            joined = [(one, self.find(name, one, here)) for one in pieces]
            # A name may hold 和 itself; where it is no whole name, and both sides are, they are two.
            several = len(pieces) > 1 and (term is None or term.how == "close") and all(one[1] for one in joined)
            found += joined if several else [(part, term)]
        return found

    def _find(self, name: str, text: str, here: Field) -> Term | None:
        wanted = folded(text)
        if chosen := self.chosen(name, text):
            return Term(chosen, "saved")
        if here.enum:
            return _choice(name, wanted, here)
        known = self._known.get(here.ref)
        return _named(wanted, known) if known is not None else None

    @cached_property
    def _known(self) -> Mapping[str, _Names]:
        registry = self._registry
        plans = {identity: [identity] for _, identity in registry.plans}
        return {
            "unit": _Names(
                {one.id: [one.id, one.name, one.short_name, one.name_en] for one in registry.units.values()},
                {one.id: [_core(one.name), _core(one.short_name)] for one in registry.units.values()},
            ),
            "person": _Names(
                {one.id: [one.id, one.position, one.position_en] for one in registry.people.values()},
                {one.id: [folded(_BRACKETS.sub("", one.position))] for one in registry.people.values()},
            ),
            "campaign": _Names(
                {one.id: [one.id, one.name, one.name_en] for one in registry.campaigns.values()},
                {one.id: [folded(one.name)] for one in registry.campaigns.values()},
            ),
            "plan": _Names(plans, {}),
            "cause": _Names({code: [code, name] for code, name in registry.causes.items()}, {}),
        }


class _Names:
    """Ids by what each is called: whole names, and the part of a name that tells it from others."""

    def __init__(self, names: Mapping[str, Iterable[str]], cores: Mapping[str, Iterable[str]]) -> None:
        self.whole: dict[str, set[str]] = {}
        for identity, name in _pairs(names):
            self.whole.setdefault(folded(name), set()).add(identity)
        self.cores = [(core, identity) for identity, core in _pairs(cores)]


def _pairs(names: Mapping[str, Iterable[str]]) -> Iterator[tuple[str, str]]:
    for identity, given in names.items():
        for name in given:
            if name:
                yield identity, name


def _core(name: str) -> str:
    """A unit's name without the city before it: 住建局 of 市住建局."""
    return _HEADS.sub("", _BRACKETS.sub("", folded(name))).replace("人民政府", "政府")


def _named(wanted: str, names: _Names) -> Term | None:
    found = names.whole.get(wanted, set())
    if len(found) == 1:
        return Term(next(iter(found)), "exact")
    bare, core = _BRACKETS.sub("", wanted), _core(wanted)
    if found or len(core) < _FEWEST:
        return None
    same = {identity for one, identity in names.cores if one in (bare, core)}
    if not same:
        same = {
            identity for one, identity in names.cores if one.startswith(core) or (core.startswith(one) and len(one) > 2)
        }
    return Term(next(iter(same)), "close") if len(same) == 1 else None


def _choice(name: str, wanted: str, here: Field) -> Term | None:
    for value in here.enum:
        labels = (here.value_label(value, "zh"), here.value_label(value, "en"))
        if wanted in {folded(one) for one in labels}:
            return Term(str(value), "exact")
    for value, written in VALUES.get(name, {}).items():
        if value in here.enum and wanted in {folded(one) for one in written}:
            return Term(value, "synonym")
    return None


def whole_number(text: str) -> Any:
    """A count or a percentage as a number; None for any other text."""
    found = re.fullmatch(r"\s*(\d{1,9})(?:\.0+)?\s*%?\s*", text)
    return int(found[1]) if found else None
