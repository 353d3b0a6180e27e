"""Valid data and its schema's fields → what stands in it: entries, dates, references, texts, numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from duban.finding import Pointer
from duban.schema import Field


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was signed: its kind, place, ISO day ("" where its schema has none) and data."""

    field: Field
    pointer: Pointer
    day: str
    data: dict[str, Any]


@dataclass(slots=True)
class Survey:
    """What one walk over the data found; ``day`` is always that of the entry around the value."""

    entries: list[Entry] = field(default_factory=list)
    facts: list[tuple[str, Pointer]] = field(default_factory=list)
    references: list[tuple[str, Pointer, str, str]] = field(default_factory=list)
    texts: list[tuple[Pointer, str]] = field(default_factory=list)
    numbers: list[tuple[str, Pointer, str, str]] = field(default_factory=list)


_Plan = tuple[Any, ...]


class Surveyor:
    """Walks data by a plan made once from the schema; fast enough for every file at every check."""

    def __init__(self, root: Field) -> None:
        self._plan = _compile(root)

    def survey(self, data: dict[str, Any]) -> Survey:
        found = Survey()
        _walk(data, self._plan, (), "", found)
        return found


def _compile(here: Field) -> _Plan:
    if here.items is not None:
        return ("list", _compile(here.items))
    if here.properties:
        children = {name: plan for name, child in here.properties.items() if (plan := _compile(child))}
        return ("map", children, here if here.entry else None, here.dated_by)
    if here.is_date:
        return () if here.is_due else ("fact",)
    if here.ref:
        return ("ref", here.ref)
    if here.series:
        return ("number", here.series)
    if here.type == "string" and not here.enum and not here.personal:
        return ("text",)
    return ()


def _walk(node: Any, plan: _Plan, pointer: Pointer, day: str, found: Survey) -> None:
    kind = plan[0]
    if kind == "map":
        _, children, entry, dated_by = plan
        if dated_by:
            day = node.get(dated_by, day)
        if entry is not None:
            found.entries.append(Entry(entry, pointer, day, node))
        for name, value in node.items():
            child = children.get(name)
            if child is not None:
                _walk(value, child, (*pointer, name), day, found)
    elif kind == "list":
        child = plan[1]
        if child:
            for index, value in enumerate(node):
                _walk(value, child, (*pointer, index), day, found)
    elif kind == "text":
        found.texts.append((pointer, node))
    elif kind == "ref":
        found.references.append((plan[1], pointer, node, day))
    elif kind == "fact":
        found.facts.append((node, pointer))
    else:
        found.numbers.append((plan[1], pointer, node, day))
