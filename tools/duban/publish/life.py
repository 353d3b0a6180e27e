"""An item's record → its life: every dated entry in the order of time, with one line on each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any

from duban.language import Language
from duban.model import ItemRecord
from duban.publish.shown import Shower
from duban.schema import Field, entries

_LONGEST = 64


@dataclass(frozen=True, slots=True)
class Found:
    """One entry of a record: its place (``visits-3``), its field, its data, and that of the entry around it."""

    anchor: str
    field: Field
    node: Mapping[str, Any]
    around: Mapping[str, Any]

    @property
    def on(self) -> str:
        return str(self.node.get(self.field.dated_by, ""))


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the timeline. ``kind`` is the schema's kind of entry, ``on`` an ISO day."""

    on: str
    kind: str
    step: str
    label: str
    summary: str
    anchor: str


def found(record: ItemRecord, root: Field) -> Iterator[Found]:
    """Every entry that the record holds, in the order of the schema."""
    for pointer, field in entries(root):
        yield from _at(record, pointer, field, "", {})


def life(record: ItemRecord, root: Field, shower: Shower) -> tuple[Event, ...]:
    """The events of a record, oldest first; those of one day in the order of an item's life."""
    language = shower.text.code
    events = [
        Event(
            one.on,
            one.field.entry,
            one.field.step,
            one.field.label(language),
            summary(one, shower),
            one.anchor,
        )
        for one in found(record, root)
        if one.on
    ]
    return tuple(sorted(events, key=lambda event: event.on))


def summary(one: Found, shower: Shower) -> str:
    """The hand-written line of the entry's kind that its data can fill, the fullest first."""
    text = shower.text
    for message in (f"life.{one.field.entry}", f"life.{one.field.entry}.short"):
        if text.has(message):
            filled = _filled(text, message, one, shower)
            if filled:
                return filled
    return ""


def _filled(text: Language, message: str, one: Found, shower: Shower) -> str:
    blanks = [name for _, name, _, _ in Formatter().parse(text(message)) if name]
    details = {}
    for blank in blanks:
        name = blank.removeprefix("around_")
        node, field = (one.node, one.field) if name == blank else (one.around, None)
        if name not in node:
            return ""
        child = field.properties.get(name) if field else None
        details[blank] = _short(shower.value(node[name], child).text if child else shower.names.unit(str(node[name])))
    return text(message, **details) if details else text(message)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rstrip('，。；、 ')}…"


def _at(node: Any, pointer: tuple[str, ...], field: Field, anchor: str, around: Mapping[str, Any]) -> Iterator[Found]:
    if isinstance(node, list):
        for index, one in enumerate(node, 1):
            yield from _at(one, pointer, field, f"{anchor}-{index}", around)
    elif not pointer:
        yield Found(anchor, field, node, around)
    elif isinstance(node, dict) and pointer[0] in node:
        name = f"{anchor}-{pointer[0]}".removeprefix("-")
        yield from _at(node[pointer[0]], pointer[1:], field, name, node)
