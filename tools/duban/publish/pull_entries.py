"""What a change adds to a record → Markdown: every new form as it looks on paper, every other entry as a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, cast

from markupsafe import Markup

from duban.finding import Pointer
from duban.model import Data
from duban.publish.markdown import (
    Marked,
    bold,
    broken,
    heading,
    joined,
    marked,
    paragraph,
    quoted,
    table,
    unbroken,
)
from duban.publish.paper import FORMS, Paper, papers
from duban.publish.place import Place
from duban.publish.shown import Row, Shower
from duban.publish.sign_words import in_role_words
from duban.publish.signature import SIGNED
from duban.record import ItemRecord
from duban.rules.amendments import pointer_of
from duban.rules.case import value_at
from duban.schema import Field

_BLANK = "\u3000"
_AMENDED = ("old", "new")


class Piece(NamedTuple):
    """One addition: what it is called, and its Markdown with that for its heading."""

    title: str
    markdown: str


def pieces(record: Data, root: Field, pointers: Iterable[str], shower: Shower, *, is_new: bool) -> Iterator[Piece]:
    """Every addition once: what lies within another is shown with it. A new item begins with its head."""
    if is_new and not root.entry:
        head = {name: value for name, value in record.items() if not _holds_entries(root.properties[name])}
        yield _titled(shower.text("pull.head"), _fields(head, root, shower))
    wanted = list(pointers)
    for pointer in wanted:
        if not any(pointer.startswith(f"{other}/") for other in wanted):
            yield _titled(place_words(root, pointer, shower), _addition(record, root, pointer, shower))


def place_words(root: Field, pointer: str, shower: Shower) -> str:
    """What stands at a place of a record is called, from the outside in; a number tells one of several."""
    if not pointer:
        return shower.entry_label(root)
    parts = pointer_of(pointer)
    words: list[str] = []
    for end, part in enumerate(parts, 1):
        here = root.at(parts[:end])
        if isinstance(part, int) and words:
            words[-1] = f"{shower.entry_label(here) if here and here.entry else words[-1]} {part + 1}"
        else:
            words.append(here.label(shower.text.code) if here else str(part))
    return " › ".join(words)


def _titled(title: str, body: str) -> Piece:
    return Piece(title, heading(4, title) + body)


def _addition(record: Data, root: Field, pointer: str, shower: Shower) -> str:
    parts: Pointer = pointer_of(pointer) if pointer else ()
    value, field = value_at(record, parts), root.at(parts)
    if field is None:
        return paragraph(str(value))
    if field.entry == "amendment":
        return _amendment(value, field, root, shower)
    if field.entry and parts and parts[0] in FORMS and all(isinstance(part, int) for part in parts[1:]):
        anchor = f"paper-{Place('', pointer).anchor}"
        form = next(one for one in papers(cast(ItemRecord, record), root, shower, {}) if one.anchor == anchor)
        return quoted(_paper(form, value, field, shower))
    if SIGNED in parts[-2:-1]:
        return _signatures([value], shower)
    if isinstance(value, dict):
        return _fields(value, field, shower) + _signatures(value.get(SIGNED, ()), shower)
    return paragraph(_within(value, field, shower))


def _paper(form: Paper, node: Mapping[str, Any], field: Field, shower: Shower) -> str:
    """A form: its head, its ruled lines, the office's signature, the lines that units sign."""
    text = shower.text
    ruled, tables = [], []
    for row in (row for line in form.rows for row in line):
        name, label, child = row.label.name, unbroken(row.label.text), field.properties.get(row.label.name)
        if child is None or name not in node:
            ruled.append((label, marked(row.value.text)))
        elif row.value.kind == "table":
            tables.append(_captioned(node[name], child, shower))
        elif row.value.kind == "date":
            ruled.append((label, marked(_words(shower.long_day(row.value.text)))))
        else:
            ruled.append((label, _within(node[name], child, shower)))
    number = [form.urgency, form.number, *([_named(form.signer, shower)] if form.signer else [])]
    foot = [_named(row, shower) for row in (*([form.copies] if form.copies else []), *form.contact)]
    return (
        paragraph(broken((bold(form.office), bold(form.name), joined(number, _BLANK))))
        + paragraph(bold(text("paper.to")), text("shown.colon"), form.recipients)
        + table(ruled[0], ruled[1:])
        + "".join(tables)
        + paragraph(joined((form.short_office, text("paper.seal"), _words(form.long_on)), _BLANK))
        + _receipts(form, shower)
        + (paragraph(joined(foot, _BLANK)) if foot else "")
        + _signatures(node.get(SIGNED, ()), shower)
    )


def _receipts(form: Paper, shower: Shower) -> str:
    """The lines that units sign."""
    text = shower.text
    objection = f"{text('paper.objection')}{text('shown.colon')}"
    lines = [
        (
            one.unit,
            broken((one.by, *([f"{objection}{one.note}"] if one.note else []))),
            _words(one.long_on) if one.on else text("paper.no_date"),
        )
        for one in form.receipts
    ]
    head = (f"{form.receipt_label}{text('shown.colon')}{text('paper.receipt.unit')}",)
    return table((*head, text("paper.receipt.by"), text("paper.receipt.on")), lines)


def _fields(node: Mapping[str, Any], field: Field, shower: Shower) -> str:
    """The properties that a node has as a table with their labels; lists of several columns follow on their own."""
    lines, tables = [], []
    for row in shower.rows(node, field):
        value, child = node[row.label.name], field.properties[row.label.name]
        if row.value.kind == "table":
            tables.append(_captioned(value, child, shower))
        else:
            lines.append((row.label.text, _within(value, child, shower)))
    return (_two_columns(lines, shower) if lines else "") + "".join(tables)


def _amendment(node: Mapping[str, Any], field: Field, root: Field, shower: Shower) -> str:
    """An amendment with the field it is about by its name, old and new value shown as that field's."""
    target = root.at(pointer_of(node["field"]))
    lines = []
    for row in shower.rows(node, field):
        name, said = row.label.name, marked(row.value.text)
        if name == "field":
            said = marked(place_words(root, node["field"], shower))
        elif name in _AMENDED and target is not None:
            said = _within(node[name], target, shower)
        lines.append((row.label.text, said))
    return _two_columns(lines, shower) + _signatures(node.get(SIGNED, ()), shower)


def _two_columns(lines: Sequence[tuple[str, Marked]], shower: Shower) -> str:
    head = (shower.text("pull.column.field"), shower.text("pull.column.content"))
    return table(head, [(unbroken(label), said) for label, said in lines])


def _captioned(values: Sequence[Mapping[str, Any]], field: Field, shower: Shower) -> str:
    """A list of several columns as a table of its own, under its name; only columns that are filled somewhere."""
    columns = {
        name: child
        for name, child in (field.items.properties.items() if field.items else ())
        if name != SIGNED and any(name in value for value in values)
    }
    lines = [
        [_within(value[name], child, shower) if name in value else "" for name, child in columns.items()]
        for value in values
    ]
    head = [shower.label(child).text for child in columns.values()]
    return paragraph(bold(shower.label(field).text)) + table(head, lines)


def _within(value: Any, field: Field, shower: Shower) -> Marked:
    """A value as it stands in a cell: the parts of lists and groups one under the other."""
    shown = shower.value(value, field)
    if shown.kind == "lines" and len(shown.parts) > 1:
        return broken(f"{number}. {part.text}" for number, part in enumerate(shown.parts, 1))
    if shown.kind == "table" and field.items is not None:
        semicolon = shower.text("shown.semicolon")
        lines = (joined(_labelled(one, field.items, shower), semicolon) for one in value)
        return broken(joined((f"{number}. ", line)) for number, line in enumerate(lines, 1))
    if isinstance(value, dict):
        hands = (_hand(one, shower) for one in value.get(SIGNED, ()))
        return broken((*_labelled(value, field, shower), *hands))
    return marked(shown.text)


def _labelled(node: Mapping[str, Any], field: Field, shower: Shower) -> Iterator[Marked]:
    """Each property of a node with its label before it; of a list of checks, which were passed."""
    rows = shower.rows(node, field)
    checks = all(row.value.kind == "mark" for row in rows)
    for row in rows:
        name, label = row.label.name, row.label.text
        if checks:
            yield marked(f"{'✓' if node[name] else '✗'} {label}")
        else:
            said = _within(node[name], field.properties[name], shower)
            yield joined((label, shower.text("shown.colon"), said))


def _signatures(claims: Sequence[Mapping[str, Any]], shower: Shower) -> str:
    """Who an entry says has signed it: a claim, which the approvals must bear out."""
    return paragraph(broken(_hand(one, shower) for one in claims)) if claims else ""


def _hand(claim: Mapping[str, Any], shower: Shower) -> Marked:
    text, names = shower.text, shower.names
    words = [in_role_words(names.position(claim["by"]), names.role(claim["role"]), text), claim["on"]]
    if "paper" in claim:
        words.append(text("pull.on_paper", file=claim["paper"]["file"]))
    return joined((bold(text("sign.label")), text("shown.colon"), joined(words, " ")))


def _named(row: Row, shower: Shower) -> str:
    return f"{row.label.text}{shower.text('shown.colon')}{row.value.text}"


def _words(day: str) -> str:
    """A day in words, without its element."""
    return Markup(day).striptags()  # noqa: S704 - only to take it apart


def _holds_entries(field: Field) -> bool:
    return bool(field.entry or (field.items is not None and field.items.entry))
