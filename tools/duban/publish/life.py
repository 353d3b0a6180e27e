"""An item's record → its life: every dated entry in the order of time, with one line on each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter
from string import Formatter
from typing import Any, NamedTuple

from markupsafe import Markup

from duban.publish import fragments
from duban.publish.place import Place
from duban.publish.shown import Shower
from duban.record import ItemRecord
from duban.schema import Field, entries

_LONGEST = 64
_DAY = attrgetter("on")


class Found(NamedTuple):
    """One dated entry of a record: its ISO day, its place, its field, its data, and that of the entry around it."""

    on: str
    place: Place
    field: Field
    node: Mapping[str, Any]
    around: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """A hand-written line with its blanks: each one's name, the property that fills it, and what writes its value.

    A blank may be filled by the entry around the one that the line tells of.
    """

    text: str
    blanks: tuple[tuple[str, str, bool, Callable[[Any], str]], ...]

    def filled(self, node: Mapping[str, Any], around: Mapping[str, Any]) -> str:
        """The line with its blanks filled; "" where the data lacks one of them."""
        details = {}
        for blank, name, is_around, write in self.blanks:
            value = (around if is_around else node).get(name)
            if value is None:
                return ""
            details[blank] = _short(write(value))
        return self.text.format_map(details) if details else self.text


@dataclass(frozen=True, slots=True)
class Life:
    """A timeline: its lines as HTML, and how many there are."""

    count: int
    html: Markup


def found_entries(record: ItemRecord, root: Field, shower: Shower) -> list[Found]:
    """Every dated entry of a record, oldest first; those of one day in the order of an item's life."""
    places = shower.kept("places", root, lambda: tuple(entries(root)))
    start = Place(record["id"])
    return sorted([one for pointer, field in places for one in _at(record, pointer, field, start, {})], key=_DAY)


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


def summary_of(one: Found, shower: Shower) -> str:
    """The hand-written line of the entry's kind that its data can fill, the fullest first."""
    for line in lines_of(one.field, shower):
        filled = line.filled(one.node, one.around)
        if filled:
            return filled
    return ""


def lines_of(field: Field, shower: Shower) -> tuple[Line, ...]:
    """The lines that may tell of an entry, the fullest first."""
    return shower.kept("lines", field, lambda: tuple(_lines(field, shower)))


def _lines(field: Field, shower: Shower) -> Iterator[Line]:
    text = shower.text
    for message in (f"life.{field.entry}", f"life.{field.entry}.short"):
        if text.has(message):
            blanks = [name for _, name, _, _ in Formatter().parse(text(message)) if name]
            yield Line(text(message), tuple(_blank(blank, field, shower) for blank in blanks))


def _blank(blank: str, field: Field, shower: Shower) -> tuple[str, str, bool, Callable[[Any], str]]:
    name = blank.removeprefix("around_")
    child = field.properties.get(name) if name == blank else None
    return blank, name, name != blank, shower.plain(child) if child else shower.names.unit


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rstrip('，。；、 ')}…"


def _at(node: Any, pointer: tuple[str, ...], field: Field, place: Place, around: Mapping[str, Any]) -> Iterator[Found]:
    if isinstance(node, list):
        for index, one in enumerate(node):
            yield from _at(one, pointer, field, place.at(index), around)
    elif not pointer:
        if field.dated_by in node:
            yield Found(node[field.dated_by], place, field, node, around)
    elif isinstance(node, dict) and pointer[0] in node:
        yield from _at(node[pointer[0]], pointer[1:], field, place.under(pointer[0]), node)
