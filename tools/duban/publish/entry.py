"""A record and its schema → sections of entries as a reader wants them: headline, text, fields, signatures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from markupsafe import Markup

from duban.model import ENDS
from duban.publish import fragments
from duban.publish.fragments import escaped
from duban.publish.place import Place
from duban.publish.shown import Row, Shower, Shown, is_long
from duban.publish.signature import SIGNED
from duban.record import ItemRecord
from duban.rules.amendments import pointer_of
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
    "measure": ("kind", "unit"),
    "extension": ("unit",),
    "extension_decision": ("result",),
    "closure_decision": ("result",),
    "verification": ("method",),
    "look_back": ("result",),
    "archive": ("archive_no",),
    "method": ("handling",),
    "amendment": ("field",),
}
_TEXT: Mapping[str, str] = {
    "intake": "summary",
    "proposal": "opinion",
    "approval": "opinion",
    "progress": "progress",
    "visit": "finding",
    "measure": "reason",
    "look_back": "finding",
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
    "visits",
    "measures",
    "progress",
    "report",
    "closure_notices",
    "feedback",
    "archive",
    "look_backs",
    "amendments",
)
_COMPACT = frozenset({"visits", "progress"})
_FORMS = frozenset({"tracking_notice", "coordination_notice", "closure_notice"})


@dataclass(frozen=True, slots=True)
class Section:
    """Entries under a heading, with their number."""

    anchor: str
    title: str
    count: int
    html: Markup


def sections(record: ItemRecord, root: Field, shower: Shower, *, papers: bool) -> Iterator[Section]:
    """The record after its head, in the order of an item's life; what a schema adds comes last.

    With ``papers`` the task notice is left to its form.
    """
    language = shower.text.code
    title = shower.text("item.filing")
    filing = [html for name in _FILING for html in _entries(record, name, root, shower, title, papers=papers)]
    if filing:
        body = "".join(filing)
        yield Section("filing", title, 1, fragments.section("filing", escaped(title), body, compact=False))
    added = (name for name in root.properties if name not in (*_FILING, *_ORDER, *ENDS, "task_notice"))
    for name in (*(() if papers else ("task_notice",)), *_ORDER, *added):
        if name not in record:
            continue
        title = root.properties[name].label(language)
        found = list(_entries(record, name, root, shower, title, papers=papers))
        if found:
            head = escaped(title)
            if len(found) > 1:
                head += f' <span class="count">{escaped(shower.text("item.count", count=len(found)))}</span>'
            html = fragments.section(name, head, "".join(found), compact=name in _COMPACT)
            yield Section(name, title, len(found), html)


def _entries(record: ItemRecord, name: str, root: Field, shower: Shower, title: str, *, papers: bool) -> Iterator[str]:
    """The HTML of each entry under one property; one called like the section needs no name of its own."""
    field, node = root.properties[name], record.get(name)
    if isinstance(node, list):
        if field.items is not None and field.items.entry:
            place = Place(record["id"], f"/{name}")
            for index, one in enumerate(node):
                here = place.at(index)
                if name == "amendments":
                    yield _amendment(one, field.items, here, root, shower).article(here.anchor, title)
                else:
                    yield _entry(one, field.items, here, shower, papers=papers).article(here.anchor, title)
    elif field.entry and isinstance(node, dict):
        own_section = name not in _FILING
        place = Place(record["id"], f"/{name}")
        yield _entry(node, field, place, shower, papers=papers).article("" if own_section else name, title)


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


def _entry(node: Mapping[str, Any], field: Field, place: Place, shower: Shower, *, papers: bool) -> _Entry:
    frame = _frame(field, shower)
    headline = [name for name in frame.headline if name in node]
    on_paper = papers and field.entry in _FORMS
    # What stands on the form above need not be read twice.
    rows = text = ""
    if not on_paper:
        rows = shower.listed(node, field, {*frame.apart, *headline, *shower.said_by_signature(node, field)})
        text = node.get(frame.text, "")
    parts = []
    for name in frame.nested:
        if name in node:
            within = place.under(name)
            parts.append(_entry(node[name], field.properties[name], within, shower, papers=False).part(within.anchor))
    said = f'<p class="entry-text">{escaped(text)}</p>' if text else ""
    return _Entry(
        kind=field.entry,
        label=frame.label,
        on=shower.day(node.get(field.dated_by, "")),
        headline=_headline([shower.row(node, name, field) for name in headline]),
        body=f"{said}{rows}{shower.signatures.line(node, place)}{''.join(parts)}",
        to_paper=_to_paper(place.anchor, shower) if on_paper else "",
    )


def _to_paper(anchor: str, shower: Shower) -> str:
    return f' <a class="to-paper" href="#paper-{anchor}">{escaped(shower.text("item.to_paper"))}</a>'


@dataclass(frozen=True, slots=True)
class _Frame:
    """What all entries of a kind have in common."""

    label: str
    headline: tuple[str, ...]
    text: str
    nested: tuple[str, ...]
    apart: frozenset[str]


def _frame(field: Field, shower: Shower) -> _Frame:
    def make() -> _Frame:
        nested = tuple(name for name, child in field.properties.items() if child.entry)
        text = _TEXT.get(field.entry, "")
        apart = frozenset({*nested, text, field.dated_by, SIGNED})
        return _Frame(shower.entry_label(field), _HEADLINE.get(field.entry, ()), text, nested, apart)

    return shower.kept("frame", field, make)


def _headline(rows: list[Row]) -> str:
    parts = []
    for number, row in enumerate(rows, 1):
        name = row.label.name
        colour = f" colour colour--{number}" if name == "colour" else ""
        parts.append(f'<span class="head-{name}{colour}" title="{row.label.html}">{row.value.html}</span>')
    return " ".join(parts)


def _amendment(node: Mapping[str, Any], field: Field, place: Place, root: Field, shower: Shower) -> _Entry:
    """An amendment with the field it is about called by its name, old and new value shown as that field's."""
    pointer = pointer_of(node["field"])
    target = root.at(pointer)
    path: list[str] = []
    for end in range(1, len(pointer) + 1):
        here = root.at(pointer[:end])
        if isinstance(pointer[end - 1], int):
            path[-1:] = [f"{path[-1]} {int(pointer[end - 1]) + 1}" if path else str(pointer[end - 1])]
        else:
            path.append(here.label(shower.text.code) if here else str(pointer[end - 1]))
    entry = _entry(node, field, place, shower, papers=False)
    said = " › ".join(path)
    headline = _headline([Row(shower.label(field.properties["field"]), Shown("text", said, escaped(said)))])
    parts = []
    for row in shower.rows(node, field, {"field", field.dated_by, *shower.said_by_signature(node, field)}):
        value = shower.value(node[row.label.name], target) if target and row.label.name in ("old", "new") else row.value
        parts.append((row.label.wide_row if is_long(value) else row.label.row) + value.html)
    return entry._replace(headline=headline, body=f"{fragments.rows(parts)}{shower.signatures.line(node, place)}")
