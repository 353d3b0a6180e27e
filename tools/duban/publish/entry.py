"""A record and its schema → sections of entries as a reader wants them: headline, text, fields, signatures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from markupsafe import Markup

from duban.model import ENDS
from duban.publish import changes, fragments
from duban.publish.changes import Marks
from duban.publish.fragments import escaped
from duban.publish.place import Place
from duban.publish.shown import Row, Shower
from duban.publish.signature import SIGNED
from duban.record import ItemRecord
from duban.schema import Field

# What of each kind of entry stands in its headline, and which text needs no label there.
_HEADLINE: Mapping[str, tuple[str, ...]] = {
    "task_notice": ("form_no",),
    "tracking_notice": ("form_no", "colour", "to_unit"),
    "coordination_notice": ("form_no",),
    "closure_notice": ("form_no", "applicant_unit"),
    "progress": ("unit", "percent"),
    "reply": ("percent",),
    "visit": ("place", "method"),
    "participant": ("code", "kind"),
    "participant_withdrawal": ("how",),
    "measure": ("kind", "unit"),
    "extension": ("unit",),
    "extension_decision": ("result",),
    "closure_decision": ("result",),
    "verification": ("method",),
    "look_back": ("result",),
    "reopening": ("new_item",),
    "archive": ("archive_no",),
    "method": ("handling",),
}
_TEXT: Mapping[str, str] = {
    "intake": "summary",
    "proposal": "opinion",
    "approval": "opinion",
    "progress": "progress",
    "visit": "finding",
    "measure": "reason",
    "look_back": "finding",
    "reopening": "reason",
    "report": "result",
    "feedback": "content",
    "reply": "progress",
    "recheck": "finding",
    "verification": "finding",
    "coordination_decision": "result",
    "extension_decision": "opinion",
    "extension": "reason",
    "closure_notice": "summary",
}
_FILING = ("intake", "proposal", "approval", "method")
_ORDER = (
    "tracking_notices",
    "coordination_notices",
    "extensions",
    "participants",
    "visits",
    "measures",
    "progress",
    "report",
    "closure_notices",
    "feedback",
    "archive",
    "look_backs",
    "reopening",
    "amendments",
)
_COMPACT = frozenset({"visits", "progress"})
_FORMS = frozenset({"tracking_notice", "coordination_notice", "closure_notice"})
# Both sides of a change stand beside each other, not among the other fields.
_SIDES: Mapping[str, frozenset[str]] = {
    "extension": frozenset({"old_deadline", "new_deadline"}),
    "amendment": frozenset({"field", "old", "new"}),
}

_UNMARKED: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Section:
    """Entries under a heading, with their number."""

    anchor: str
    title: str
    count: int
    html: Markup


def sections(record: ItemRecord, root: Field, shower: Shower, marks: Marks, *, papers: bool) -> Iterator[Section]:
    """The record after its head, in the order of an item's life; what a schema adds comes last.

    ``marks`` are those of its amendments. With ``papers`` the task notice is left to its form.
    """
    language = shower.text.code
    title = shower.text("item.filing")
    writer = _Writer(root, shower, marks, papers)
    filing = [html for name in _FILING for html in _entries(record, name, writer, title)]
    if filing:
        body = "".join(filing)
        yield Section("filing", title, 1, fragments.section("filing", escaped(title), body, compact=False))
    added = (name for name in root.properties if name not in (*_FILING, *_ORDER, *ENDS, "task_notice"))
    for name in (*(() if papers else ("task_notice",)), *_ORDER, *added):
        if name not in record:
            continue
        title = root.properties[name].label(language)
        found = list(_entries(record, name, writer, title))
        if found:
            head = escaped(title)
            if len(found) > 1:
                head += f' <span class="count">{escaped(shower.text("item.count", count=len(found)))}</span>'
            html = fragments.section(name, head, "".join(found), compact=name in _COMPACT)
            yield Section(name, title, len(found), html)


class _Writer(NamedTuple):
    """What every entry of an item is written with."""

    root: Field
    shower: Shower
    marks: Marks
    papers: bool


def _entries(record: ItemRecord, name: str, writer: _Writer, title: str) -> Iterator[str]:
    """The HTML of each entry under one property; one called like the section needs no name of its own."""
    field, node = writer.root.properties[name], record.get(name)
    if isinstance(node, list):
        if field.items is not None and field.items.entry:
            place = Place(record["id"], f"/{name}")
            for index, one in enumerate(node):
                here = place.at(index)
                yield _entry(one, field.items, here, writer).article(here.anchor, title)
    elif field.entry and isinstance(node, dict):
        own_section = name not in _FILING
        place = Place(record["id"], f"/{name}")
        yield _entry(node, field, place, writer).article("" if own_section else name, title)


class _Entry(NamedTuple):
    """One entry, everything but its label as HTML."""

    kind: str
    label: str
    on: str
    headline: str
    body: str
    to_paper: str

    def article(self, anchor: str, title: str) -> str:
        """The entry in a section of that title."""
        label = f"<b>{escaped(self.label)}</b> " if self.label != title else ""
        return fragments.article(self.kind, anchor, self.on, f"{label}{self.headline}{self.to_paper}", self.body)

    def part(self, anchor: str) -> str:
        """The entry within another."""
        return fragments.part(anchor, f"<b>{escaped(self.label)}</b> {self.on} {self.headline}", self.body)


def _entry(node: Mapping[str, Any], field: Field, place: Place, writer: _Writer, *, inner: bool = False) -> _Entry:
    """One entry; what stands on its form above need not be read twice, but for what is ``inner`` to it."""
    shower = writer.shower
    frame = _frame(field, shower)
    marks = changes.of_entry(writer.marks, place) if writer.marks else _UNMARKED
    headline = [name for name in frame.headline if name in node]
    on_paper = writer.papers and not inner and field.entry in _FORMS
    rows = text = ""
    if not on_paper:
        without = {*frame.apart, *headline, *shower.said_by_signature(node, field)}
        rows = shower.listed(node, field, without, marks)
        text = node.get(frame.text, "")
    parts = []
    for name in frame.nested:
        if name in node:
            within = place.under(name)
            parts.append(_entry(node[name], field.properties[name], within, writer, inner=True).part(within.anchor))
    said = f'<p class="entry-text">{escaped(text)}{marks.get(frame.text, "")}</p>' if text else ""
    turn = _turn(node, field, writer) if frame.turns else ""
    return _Entry(
        kind=field.entry,
        label=frame.label,
        on=f"{shower.day(node.get(field.dated_by, ''))}{marks.get(field.dated_by, '')}",
        headline=_headline([shower.row(node, name, field) for name in headline], marks)
        or _amended(node, field, writer),
        body=f"{turn}{said}{rows}{shower.signatures.line(node, place)}{''.join(parts)}",
        to_paper=_to_paper(place.anchor, shower) if on_paper else "",
    )


def _to_paper(anchor: str, shower: Shower) -> str:
    return f' <a class="to-paper" href="#paper-{anchor}">{escaped(shower.text("item.to_paper"))}</a>'


@dataclass(frozen=True, slots=True)
class _Frame:
    """What all entries of a kind have in common; ``turns`` where they set one value in place of another."""

    label: str
    headline: tuple[str, ...]
    text: str
    nested: tuple[str, ...]
    apart: frozenset[str]
    turns: bool


def _frame(field: Field, shower: Shower) -> _Frame:
    def make() -> _Frame:
        nested = tuple(name for name, child in field.properties.items() if child.entry)
        text, sides = _TEXT.get(field.entry, ""), _SIDES.get(field.entry, frozenset())
        apart = frozenset({*nested, *sides, text, field.dated_by, SIGNED})
        return _Frame(shower.entry_label(field), _HEADLINE.get(field.entry, ()), text, nested, apart, bool(sides))

    return shower.kept("frame", field, make)


def _headline(rows: list[Row], marks: Mapping[str, str]) -> str:
    parts = []
    for number, row in enumerate(rows, 1):
        name = row.label.name
        colour = f" colour colour--{number}" if name == "colour" else ""
        mark = marks.get(name, "")
        parts.append(f'<span class="head-{name}{colour}" title="{row.label.html}">{row.value.html}{mark}</span>')
    return " ".join(parts)


def _amended(node: Mapping[str, Any], field: Field, writer: _Writer) -> str:
    """An amendment's headline: the field that it is about, called by its name; "" for other entries."""
    if field.entry != "amendment":
        return ""
    said = changes.amended_field(node["field"], writer.root, writer.shower)
    help_text = writer.shower.label(field.properties["field"]).html
    return f'<span class="head-field" title="{help_text}">{escaped(said)}</span>'


def _turn(node: Mapping[str, Any], field: Field, writer: _Writer) -> str:
    if field.entry == "amendment":
        return changes.amendment(node, field, writer.root, writer.shower)
    return changes.extension(node, field, writer.shower)
