"""The schemas → tables of their fields: key, label, type in words, required, public, allowed values, help."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from duban.language import Language
from duban.schema import Field, Schemas

_SHARED = "common"
_FORMATS = {"date": "date"}


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field. ``form`` names the table that describes what stands here, "" when it follows in place.

    ``signed`` is the kind of the entry that stands here; ``anchor`` leads to the row of one described in place.
    """

    key: str
    depth: int
    label: str
    help: str
    type: str
    required: bool
    public: bool
    allowed: tuple[str, ...]
    form: str
    signed: str
    anchor: str
    due: bool


@dataclass(frozen=True, slots=True)
class FieldTable:
    """All fields of one schema."""

    name: str
    title: str
    help: str
    rows: tuple[FieldRow, ...]


def field_tables(schemas: Schemas, text: Language) -> Iterator[FieldTable]:
    """A table for each schema, the item and its forms first; shared parts are shown where they are used."""
    first = ("item", *(name for name in _forms(schemas)), "report", "policy")
    for name in (*first, *(name for name in schemas.names if name not in first and name != _SHARED)):
        root = schemas.field(name)
        rows = tuple(_rows(root, 0, schemas, text))
        yield FieldTable(name, root.label(text.code), root.help(text.code), rows)


def field_anchor(schemas: Schemas, entry: str) -> str:
    """Where the fields of a kind of entry are explained: in a table of their own, or below the entry's row."""
    own = (name for name in schemas.names if schemas.field(name).entry == entry)
    return next(own, _row_anchor(entry))


def _row_anchor(entry: str) -> str:
    return f"entry-{entry}"


def _forms(schemas: Schemas) -> Iterator[str]:
    for field in schemas.field("item").properties.values():
        name = _document(field, schemas)
        if name:
            yield name


def _document(field: Field, schemas: Schemas) -> str:
    """The schema that a field is wholly described by, "" when it is described in place."""
    for here in (field, field.items):
        name = str(here.schema.get("$ref", "")).removeprefix("#/$defs/") if here else ""
        if name in schemas.names and name != _SHARED:
            return name
    return ""


def _rows(field: Field, depth: int, schemas: Schemas, text: Language) -> Iterator[FieldRow]:
    for key, child in field.properties.items():
        form = _document(child, schemas)
        inner = child.items or child
        yield FieldRow(
            key=key,
            depth=depth,
            label=child.label(text.code),
            help=child.help(text.code),
            type=_type(child, text),
            required=key in field.required,
            public=child.public,
            allowed=tuple(_allowed(inner, text)),
            form=form,
            signed=inner.entry,
            anchor=_row_anchor(inner.entry) if inner.entry and not form else "",
            due=child.is_due,
        )
        if not form and key != "signed":
            yield from _rows(inner, depth + 1, schemas, text)


def _type(field: Field, text: Language) -> str:
    if field.items is not None:
        return text("fieldtype.list", type=_type(field.items, text))
    if field.ref:
        return text(f"fieldtype.{field.ref}") if text.has(f"fieldtype.{field.ref}") else text("fieldtype.line")
    if field.enum:
        return text("fieldtype.choice")
    if field.is_date:
        return text("fieldtype.date")
    if field.properties:
        return text("fieldtype.block")
    if field.type in ("boolean", "integer", "number"):
        return _number(field, text) if field.type != "boolean" else text("fieldtype.boolean")
    if field.type == "string":
        return _string(field, text)
    return text("fieldtype.any")


def _number(field: Field, text: Language) -> str:
    low, high = field.schema.get("minimum"), field.schema.get("maximum")
    if low is None or high is None:
        return text("fieldtype.integer")
    return text("fieldtype.between", low=low, high=high)


def _string(field: Field, text: Language) -> str:
    if "〔" in str(field.schema.get("pattern", "")):
        return text("fieldtype.form_no")
    longest = field.schema.get("maxLength")
    if longest is None:
        return text("fieldtype.pattern")
    return text("fieldtype.text" if longest > 200 else "fieldtype.line_of", longest=longest)


def _allowed(field: Field, text: Language) -> Iterator[str]:
    for value in field.enum:
        label = field.value_label(value, text.code)
        written = str(value).lower() if isinstance(value, bool) else str(value)
        yield written if label == str(value) else f"{written} ({label})"
