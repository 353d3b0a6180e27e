"""A record and its schema → sections of entries as a reader wants them: headline, text, fields, signatures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from duban.model import ENDS, ItemRecord
from duban.publish.shown import SIGNED, Row, Shower, Shown, Signed
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
# What a form carries for the paper's sake; a reader of the record finds it on the form.
_FRAME = frozenset({"issuer", "signer", "contact", "contact_phone", "cc", "attachments", "recipients"})
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
_FORMS = frozenset({"tracking_notice", "coordination_notice", "closure_notice"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the record. ``paper`` is the anchor of the form it stands on, if it does."""

    anchor: str
    kind: str
    label: str
    on: str
    headline: tuple[Row, ...]
    text: str
    rows: tuple[Row, ...]
    signed: tuple[Signed, ...]
    parts: tuple[Entry, ...]
    paper: str = ""

    @property
    def verdict(self) -> str:
        """``granted``, ``returned`` or "" by the decision in it, for a mark beside the word."""
        return next((row.value.text for part in self.parts for row in part.headline if row.label.name == "result"), "")


@dataclass(frozen=True, slots=True)
class Section:
    """Entries under a heading; ``compact`` ones are shown as a dense list."""

    anchor: str
    title: str
    entries: tuple[Entry, ...]
    compact: bool = False


def sections(record: ItemRecord, root: Field, shower: Shower, *, papers: bool) -> Iterator[Section]:
    """The record after its head, in the order of an item's life; what a schema adds comes last.

    With ``papers`` the task notice is left to its form.
    """
    language = shower.text.code
    filing = tuple(entry for name in _FILING for entry in _entries(record, name, root, shower, papers=papers))
    if filing:
        yield Section("filing", shower.text("item.filing"), filing)
    added = (name for name in root.properties if name not in (*_FILING, *_ORDER, *ENDS, "task_notice"))
    for name in (*(() if papers else ("task_notice",)), *_ORDER, *added):
        found = tuple(_entries(record, name, root, shower, papers=papers))
        if found:
            title = root.properties[name].label(language)
            yield Section(name, title, found, compact=name in ("visits", "progress"))


def ending_entry(kind: str, node: Mapping[str, Any], root: Field, shower: Shower) -> Entry:
    """The entry by which an item ended otherwise than by closing."""
    return _entry(node, root.properties[kind], kind, shower, papers=False)


def _entries(record: ItemRecord, name: str, root: Field, shower: Shower, *, papers: bool) -> Iterator[Entry]:
    field, node = root.properties[name], record.get(name)
    if node is None:
        return
    if isinstance(node, list):
        if field.items is not None and field.items.entry:
            for index, one in enumerate(node, 1):
                entry = _entry(one, field.items, f"{name}-{index}", shower, papers=papers)
                yield _amended(entry, one, root, shower) if field.items.entry == "amendment" else entry
    elif field.entry and isinstance(node, dict):
        yield _entry(node, field, name, shower, papers=papers)


def _entry(node: Mapping[str, Any], field: Field, anchor: str, shower: Shower, *, papers: bool) -> Entry:
    nested = {name for name, child in field.properties.items() if child.entry and name in node}
    headline = tuple(name for name in _HEADLINE.get(field.entry, ()) if name in node)
    main = _TEXT.get(field.entry, "")
    on_paper = papers and field.entry in _FORMS
    said = shower.said_by_signature(node, field)
    apart = {*nested, *headline, *said, main, field.dated_by, SIGNED, *(_FRAME if on_paper else ())}
    return Entry(
        anchor=anchor,
        kind=field.entry,
        label=field.label(shower.text.code),
        on=str(node.get(field.dated_by, "")),
        headline=tuple(Row(shower.label(field.properties[name]), _headline(node, name, field, shower)) for name in headline),
        text=str(node.get(main, "")),
        rows=tuple(shower.rows(node, field, apart)),
        signed=shower.signatures(node),
        parts=tuple(
            _entry(node[name], field.properties[name], f"{anchor}-{name}", shower, papers=False)
            for name in field.properties
            if name in nested
        ),
        paper=f"paper-{anchor}" if on_paper else "",
    )


def _amended(entry: Entry, node: Mapping[str, Any], root: Field, shower: Shower) -> Entry:
    """An amendment with the field it is about called by its name, old and new value shown as that field's."""
    pointer = pointer_of(node["field"])
    field, path = root.at(pointer), []
    for end in range(1, len(pointer) + 1):
        here = root.at(pointer[:end])
        if isinstance(pointer[end - 1], int):
            path[-1:] = [f"{path[-1]} {int(pointer[end - 1]) + 1}" if path else str(pointer[end - 1])]
        else:
            path.append(here.label(shower.text.code) if here else str(pointer[end - 1]))
    rows = tuple(
        Row(row.label, shower.value(node[row.label.name], field)) if field and row.label.name in ("old", "new") else row
        for row in entry.rows
    )
    headline = (Row(entry.headline[0].label, Shown("text", " › ".join(path))),)
    return replace(entry, headline=headline, rows=rows)


def _headline(node: Mapping[str, Any], name: str, field: Field, shower: Shower) -> Shown:
    child = field.properties[name]
    if child.type == "integer" and name == "percent":
        return Shown("number", f"{node[name]}%")
    return shower.value(node[name], child)
