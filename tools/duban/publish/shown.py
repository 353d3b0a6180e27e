"""A value of the record and its field → what a page shows of it: text, date, reference, list or table."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from duban.publish.edition import Edition
from duban.schema import Field

Kind = Literal["text", "prose", "date", "number", "code", "link", "mark", "words", "lines", "table", "group", "entry"]
SIGNED = "signed"
_CODES = frozenset({"digest", "phone"})
_SHORT = 32
_LINE = 200


@dataclass(frozen=True, slots=True)
class Label:
    """The name of a field with its help."""

    name: str
    text: str
    help: str


@dataclass(frozen=True, slots=True)
class Signed:
    """One signature as the record claims it."""

    role: str
    position: str
    on: str
    paper: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page shows. ``link`` is a path below the edition's root; ``yes`` belongs to a mark.

    ``text`` is the value on one line, as far as it can be: of a table its first column.
    ``words`` and ``lines`` list their parts, ``table`` has heads and cells, ``group`` and
    ``entry`` have rows, and an entry its signatures.
    """

    kind: Kind
    text: str = ""
    link: str = ""
    yes: bool = False
    parts: tuple[Shown, ...] = ()
    heads: tuple[Label, ...] = ()
    cells: tuple[tuple[Shown, ...], ...] = ()
    rows: tuple[Row, ...] = ()
    signed: tuple[Signed, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled value. ``long`` values want a line of their own."""

    label: Label
    value: Shown

    @property
    def long(self) -> bool:
        if self.value.kind in ("text", "words"):
            return len(self.value.text) > _SHORT
        return self.value.kind in ("prose", "lines", "table", "group", "entry")


class Names:
    """What roles, offices and references are called in one edition, in the reader's language."""

    def __init__(self, edition: Edition) -> None:
        self._edition = edition
        self.unit = edition.unit_name
        self.position = edition.position

    def office(self, unit: str) -> str:
        """The full name of a unit, as it stands over a form."""
        known = self._edition.ledger.registry.units.get(unit)
        return self.unit(unit) if known is None or self._edition.text.code == "en" else known.name

    def role(self, role: str) -> str:
        """What a role is called; its own code where the catalogues lack it."""
        text = self._edition.text
        return text(f"role.{role}") if text.has(f"role.{role}") else role

    def reference(self, kind: str, value: str, year: int) -> Shown:
        """What a reference of the schema's kind leads to. Plan entries are those of ``year``."""
        edition = self._edition
        match kind:
            case "unit":
                return Shown("text", self.unit(value))
            case "person":
                return Shown("text", self.position(value))
            case "cause":
                return Shown("text", edition.cause_name(value))
            case "campaign":
                return Shown("link", edition.campaign_name(value), f"campaigns/{value}.html")
            case "plan":
                entry = edition.ledger.registry.plans.get((year, value))
                return Shown("text", f"{value} {entry.name}" if entry else value)
            case "item" if value in edition.ledger.items:
                return Shown("link", f"{value} {edition.ledger.items[value].record['title']}", f"items/{value}.html")
            case "report" if value in edition.ledger.reports and not edition.public:
                title = edition.ledger.reports[value]["title"]
                return Shown("link", f"{value} {title}", f"reports/{value.replace('/', '-')}.html")
        return Shown("number", value)


class Shower:
    """Shows the values of one record. Plan references are read in the plan of ``year``."""

    def __init__(self, edition: Edition, year: int) -> None:
        self.text = edition.text
        self.names = Names(edition)
        self._year = year
        self._language = edition.text.code

    def label(self, field: Field) -> Label:
        return Label(field.name, field.label(self._language), field.help(self._language))

    def value(self, value: Any, field: Field) -> Shown:
        """One value as its field tells to show it."""
        if isinstance(value, list):
            return self._list(value, field.items or field)
        if isinstance(value, dict):
            kind: Kind = "entry" if field.entry else "group"
            said = self.said_by_signature(value, field)
            return Shown(kind, rows=tuple(self.rows(value, field, said)), signed=self.signatures(value))
        if field.ref:
            return self.names.reference(field.ref, str(value), self._year)
        if isinstance(value, bool):
            return Shown("mark", self.text("shown.yes" if value else "shown.no"), yes=value)
        if field.is_date:
            return Shown("date", str(value))
        if field.personal in _CODES:
            return Shown("code", str(value))
        if "〔" in str(field.schema.get("pattern", "")):
            return Shown("number", str(value))
        if field.schema.get("maxLength", 0) > _LINE:
            return Shown("prose", str(value))
        return Shown("text", field.value_label(value, self._language) if field.enum else str(value))

    def rows(self, node: Mapping[str, Any], field: Field, without: Collection[str] = ()) -> Iterator[Row]:
        """Every property that a node has, in the order of its schema; signatures stand apart."""
        for name, child in field.properties.items():
            if name in node and name != SIGNED and name not in without:
                yield Row(self.label(child), self.value(node[name], child))

    def signatures(self, node: Mapping[str, Any]) -> tuple[Signed, ...]:
        """Who signed an entry, as it says itself."""
        return tuple(
            Signed(
                self.names.role(one["role"]),
                self.names.position(one["by"]),
                one["on"],
                one.get("paper", {}).get("file", ""),
            )
            for one in node.get(SIGNED, ())
        )

    def said_by_signature(self, node: Mapping[str, Any], field: Field) -> frozenset[str]:
        """The day and the person of an entry where its first signature says the same."""
        first = next(iter(node.get(SIGNED, ())), None)
        if first is None:
            return frozenset()
        return frozenset(
            name
            for name, child in field.properties.items()
            if (name == field.dated_by and node.get(name) == first["on"])
            or (child.ref == "person" and node.get(name) == first["by"])
        )

    def _list(self, values: list[Any], field: Field) -> Shown:
        if not field.properties:
            parts = tuple(self.value(value, field) for value in values)
            is_prose = field.type == "string" and not field.ref and not field.enum
            return Shown("lines" if is_prose else "words", self._joined(parts), parts=parts)
        columns = [
            child
            for name, child in field.properties.items()
            if name != SIGNED and any(name in value for value in values)
        ]
        if len(columns) == 1:
            name = columns[0].name
            parts = tuple(self.value(value[name], columns[0]) for value in values if name in value)
            return Shown("lines", self._joined(parts), parts=parts)
        first = columns[0]
        return Shown(
            "table",
            self._joined(tuple(self.value(value[first.name], first) for value in values if first.name in value)),
            heads=tuple(self.label(column) for column in columns),
            cells=tuple(
                tuple(self.value(value[c.name], c) if c.name in value else Shown("text") for c in columns)
                for value in values
            ),
        )

    def _joined(self, parts: tuple[Shown, ...]) -> str:
        comma, texts = self.text("shown.comma"), [part.text for part in parts]
        return (self.text("shown.semicolon") if any(comma in text for text in texts) else comma).join(texts)
