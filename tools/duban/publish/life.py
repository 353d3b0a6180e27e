"""An item's record → its life: every dated entry in the order of time, with one line on each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any, NamedTuple

from markupsafe import Markup

from duban.language import Language
from duban.publish import fragments
from duban.publish.place import Place
from duban.publish.shown import Shower
from duban.record import ItemRecord
from duban.schema import Field, entries

_LONGEST = 64


class Found(NamedTuple):
    """One entry of a record: its place, its field, its data, and that of the entry around it."""

    place: Place
    field: Field
    node: Mapping[str, Any]
    around: Mapping[str, Any]

    @property
    def on(self) -> str:
        return str(self.node.get(self.field.dated_by, ""))


@dataclass(frozen=True, slots=True)
class _Line:
    """A hand-written line with its blanks: each one's name, and the property that fills it."""

    text: str
    blanks: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Life:
    """A timeline: its lines as HTML, and how many there are."""

    count: int
    html: Markup


def found_entries(record: ItemRecord, root: Field, shower: Shower) -> list[Found]:
    """Every dated entry of a record, oldest first; those of one day in the order of an item's life."""
    places = shower.kept("places", root, lambda: tuple(entries(root)))
    start = Place(record["id"])
    found = [one for pointer, field in places for one in _at(record, pointer, field, start, {})]
    return sorted([one for one in found if one.on], key=_day)


def life(events: list[Found], shower: Shower, *, papers: bool) -> Life:
    """The timeline of an item's entries, given oldest first.

    With ``papers`` the task notice and its acknowledgement stand on the form alone.
    """
    lines, before = [], ""
    for one in events:
        label, summary = shower.entry_label(one.field), summary_of(one, shower)
        proof = shower.signatures.mark(one.place)
        on, same_day = shower.day(one.on), one.on == before
        anchor = anchor_of(one.place, papers=papers)
        lines.append(fragments.event(one.field.entry, on, anchor, label, summary, proof, same_day=same_day))
        before = one.on
    return Life(len(events), Markup("".join(lines)))  # noqa: S704 - made of escaped parts


def anchor_of(place: Place, *, papers: bool) -> str:
    """Where an entry stands on its page: with ``papers`` the task notice and its acknowledgement on the form."""
    anchor = place.anchor
    return "paper-task_notice" if papers and anchor.startswith("task_notice") else anchor


def _day(one: Found) -> str:
    return one.on


def summary_of(one: Found, shower: Shower) -> str:
    """The hand-written line of the entry's kind that its data can fill, the fullest first."""
    for line in shower.kept("lines", one.field, lambda: tuple(_lines(one.field.entry, shower.text))):
        filled = _filled(line, one, shower)
        if filled:
            return filled
    return ""


def _lines(kind: str, text: Language) -> Iterator[_Line]:
    for message in (f"life.{kind}", f"life.{kind}.short"):
        if text.has(message):
            blanks = [name for _, name, _, _ in Formatter().parse(text(message)) if name]
            yield _Line(text(message), tuple((blank, blank.removeprefix("around_")) for blank in blanks))


def _filled(line: _Line, one: Found, shower: Shower) -> str:
    details = {}
    for blank, name in line.blanks:
        around = name != blank
        node = one.around if around else one.node
        if name not in node:
            return ""
        child = None if around else one.field.properties.get(name)
        details[blank] = _short(shower.value(node[name], child).text if child else shower.names.unit(str(node[name])))
    return line.text.format_map(details) if details else line.text


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rstrip('，。；、 ')}…"


def _at(node: Any, pointer: tuple[str, ...], field: Field, place: Place, around: Mapping[str, Any]) -> Iterator[Found]:
    if isinstance(node, list):
        for index, one in enumerate(node):
            yield from _at(one, pointer, field, place.at(index), around)
    elif not pointer:
        yield Found(place, field, node, around)
    elif isinstance(node, dict) and pointer[0] in node:
        yield from _at(node[pointer[0]], pointer[1:], field, place.under(pointer[0]), node)
