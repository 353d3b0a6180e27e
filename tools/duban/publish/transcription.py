"""An item taken from an older ledger → the part of its page that says what stood there, and in which cell."""

from __future__ import annotations

from collections.abc import Iterator

from duban.publish import fragments
from duban.publish.changes import amended_field
from duban.publish.entry import Section
from duban.publish.fragments import Label, escaped
from duban.publish.shown import Shower
from duban.record import ItemRecord, Transcription
from duban.rules.amendments import pointer_of
from duban.rules.case import value_at
from duban.schema import Field

NAME = "transcribed"
_CELLS = "cells"


def transcription(record: ItemRecord, root: Field, shower: Shower) -> Iterator[Section]:
    """The older ledger's word on an item that was taken from one, and where each value stands in it."""
    before, field = record.get("transcribed"), root.properties.get(NAME)
    if before is None or field is None:
        return
    title = field.label(shower.text.code)
    note = f'<p class="note">{escaped(shower.text("transcription.note"))}</p>'
    body = f"{note}{shower.listed(before, field, (_CELLS,))}{_sources(record, before, root, shower)}"
    yield Section(NAME, title, 1, fragments.section(NAME, escaped(title), body, compact=False))


def _sources(record: ItemRecord, before: Transcription, root: Field, shower: Shower) -> str:
    """Every value with the cell that it came from."""
    text = shower.text
    heads = [Label.of(name, text(f"transcription.{name}"), "") for name in ("field", "value", "cell")]
    lines = []
    for source in before["cells"]:
        name, value = amended_field(source["field"], root, shower), _value(record, source["field"], root, shower)
        parts = ((name, escaped(name)), (value, value), (source["cell"], f"<code>{escaped(source['cell'])}</code>"))
        lines.append([fragments.cell(head, *part, unbroken=False) for head, part in zip(heads, parts, strict=True)])
    return fragments.table(escaped(text("transcription.cells")), heads, lines)


def _value(record: ItemRecord, field: str, root: Field, shower: Shower) -> str:
    """What stands at a place of the record, as HTML; "" where nothing does."""
    pointer = pointer_of(field)
    here = root.at(pointer)
    try:
        value = value_at(record, pointer)
    except (KeyError, IndexError, TypeError):
        return ""
    return shower.value(value, here).html if here is not None else ""
