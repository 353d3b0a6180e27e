"""A value of the record and its field → what a page shows of it: plain text and HTML."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from typing import Any, Literal, NamedTuple, TypeVar, cast

from markupsafe import Markup

from duban.publish import fragments
from duban.publish.edition import Edition
from duban.publish.fragments import Label, escaped
from duban.publish.names import Names
from duban.publish.place import Place
from duban.publish.signature import SIGNED, Signatures
from duban.schema import Field

Kind = Literal["text", "prose", "date", "number", "code", "link", "mark", "words", "lines", "table", "group", "entry"]
_CODES = frozenset({"digest", "phone"})
_LONG = frozenset({"prose", "lines", "table", "group", "entry"})
_SOMETIMES_LONG = frozenset({"text", "words"})
_SHORT = 32
_OFTEN = 1_000
"""How many values of a field are kept as they are written: most fields have few, the others have too many."""
_LINE = 200
_UNMARKED: Mapping[str, str] = {}


class Shown(NamedTuple):
    """What a page shows of a value. ``text`` is the value on one line, of a table its first column.

    ``parts`` are the values of a list, or of a group together with its signers; ``cells`` those of
    a table. They tell how much room the value takes.
    """

    kind: Kind
    text: str
    html: str
    parts: tuple[Shown, ...] = ()
    cells: tuple[tuple[Shown, ...], ...] = ()

    @property
    def markup(self) -> Markup:
        """The HTML as a template takes it."""
        return Markup(self.html)  # noqa: S704 - made of escaped parts


class Row(NamedTuple):
    """A labelled value."""

    label: Label
    value: Shown


Write = Callable[[Any], Shown]
Kept = TypeVar("Kept")
_Plan = tuple[tuple[str, Label, Write], ...]


class Shower:
    """Shows values; what it learns of a field it keeps, for a ledger has many values of few fields.

    Plan references are read in the plan of ``year``; ``root`` leads to the root of the edition.
    """

    def __init__(self, edition: Edition, year: int, root: str = "../") -> None:
        self.text = edition.text
        self.names = Names(edition)
        self._edition = edition
        self._year = year
        self._root = root
        self._language = edition.text.code
        self._comma, self._semicolon = self.text("shown.comma"), self.text("shown.semicolon")
        self._kept: dict[tuple[str, int], tuple[Field, object]] = {}
        self._entry_labels: dict[int, tuple[Field, str]] = {}
        self._days: dict[str, Markup] = {}
        self._long_days: dict[str, Markup] = {}
        self.signatures = Signatures(edition, self.names, self.day)

    def label(self, field: Field) -> Label:
        """The field's name and help."""
        return self.kept(
            "label", field, lambda: Label.of(field.name, field.label(self._language), field.help(self._language))
        )

    def entry_label(self, field: Field) -> str:
        """What one entry is called: a form by its own name, not by that of the list it stands in."""
        known = self._entry_labels.get(id(field))
        if known is None:
            known = self._entry_labels[id(field)] = field, self._forms.get(field.entry, field).label(self._language)
        return known[1]

    def value(self, value: Any, field: Field) -> Shown:
        """One value as its field tells to show it."""
        return self._write(field)(value)

    def plain(self, field: Field) -> Callable[[Any], str]:
        """What gives the text alone of a field's values; most are their own text, a table's is its first column."""
        if field.type == "string" and not field.ref and not field.enum:
            return str
        if field.items is not None and field.items.properties:
            return self._plain_table(field.items)
        write = self._write(field)
        return lambda value: write(value).text

    def row(self, node: Mapping[str, Any], name: str, field: Field) -> Row:
        """One property with its label."""
        label, write = self._by_name(field)[name]
        return Row(label, write(node[name]))

    def rows(self, node: Mapping[str, Any], field: Field, without: Collection[str] = ()) -> list[Row]:
        """Every property that a node has, in the order of its schema; signatures stand apart."""
        return [
            Row(label, write(node[name]))
            for name, label, write in self._plan(field)
            if name in node and name not in without
        ]

    def listed(
        self, node: Mapping[str, Any], field: Field, without: Collection[str], marks: Mapping[str, str] = _UNMARKED
    ) -> str:
        """The same as HTML, one under the other; long values get a line of their own.

        ``marks`` are marks in HTML beside the names of some properties.
        """
        parts = []
        for name, label, write in self._plan(field):
            if name in node and name not in without:
                shown = write(node[name])
                here = label.marked(marks[name]) if name in marks else label
                parts.append((here.wide_row if is_long(shown) else here.row) + shown.html)
        return fragments.rows(parts)

    def reference(self, kind: str, value: str) -> Shown:
        """What a reference of the schema's kind leads to."""
        text, target = self.names.reference(kind, value, self._year)
        if target:
            return Shown("link", text, fragments.link(self._root + target, text))
        return self.unbroken(value) if text == value else _plain("text", text)

    def unbroken(self, text: str) -> Shown:
        """A number that must not be broken across lines."""
        return Shown("number", text, fragments.unbroken(text))

    def day(self, on: str) -> Markup:
        """An ISO day, or that there is none."""
        html = self._days.get(on)
        if html is None:
            none = f'<span class="none">{escaped(self.text("shown.none"))}</span>'
            html = self._days[on] = Markup(fragments.day(on) if on else none)  # noqa: S704 - escaped above
        return html

    def long_day(self, on: str) -> Markup:
        """A day in words, as on paper."""
        html = self._long_days.get(on)
        if html is None:
            html = self._long_days[on] = Markup(fragments.long_day(on, self.text.day(on)))  # noqa: S704 - escaped there
        return html

    def signed(self, node: Mapping[str, Any], place: Place) -> Markup:
        """Who signed the entry at a place, and how that is proven."""
        return Markup(self.signatures.line(node, place))  # noqa: S704 - escaped there

    def said_by_signature(self, node: Mapping[str, Any], field: Field) -> Collection[str]:
        """The day and the person of an entry where its first signature says the same."""
        given = node.get(SIGNED)
        if not given:
            return ()
        first = given[0]
        found = [name for name in self._persons_of(field) if node.get(name) == first["by"]]
        if node.get(field.dated_by) == first["on"]:
            found.append(field.dated_by)
        return found

    def kept(self, what: str, field: Field, make: Callable[[], Kept]) -> Kept:
        """What is worked out once for a field and this reader, kept for the next value of it."""
        key = (what, id(field))
        known = self._kept.get(key)
        if known is None:
            known = self._kept[key] = (field, make())
        return cast(Kept, known[1])

    @cached_property
    def _forms(self) -> dict[str, Field]:
        schemas = self._edition.schemas
        return {root.entry: root for root in map(schemas.field, schemas.names) if root.entry}

    def _persons_of(self, field: Field) -> tuple[str, ...]:
        return self.kept(
            "persons", field, lambda: tuple(name for name, one in field.properties.items() if one.ref == "person")
        )

    def _plan(self, field: Field) -> _Plan:
        def make() -> _Plan:
            children = ((name, child) for name, child in field.properties.items() if name != SIGNED)
            return tuple((name, self.label(child), self._write(child)) for name, child in children)

        return self.kept("plan", field, make)

    def _by_name(self, field: Field) -> dict[str, tuple[Label, Write]]:
        return self.kept("names", field, lambda: {name: (label, write) for name, label, write in self._plan(field)})

    def _write(self, field: Field) -> Write:
        return self.kept("write", field, lambda: self._writer(field))

    def _writer(self, field: Field) -> Write:
        if field.type == "array" and field.items is not None:
            return self._list_writer(field.items, self.label(field))
        if field.properties:
            return self._group_writer(field)
        if field.ref:
            return _remembered(lambda value: self.reference(field.ref, value))
        if field.type == "boolean":
            words = {True: self.text("shown.yes"), False: self.text("shown.no")}
            return _remembered(lambda value: Shown("mark", words[value], fragments.tick(words[value], yes=value)))
        if field.is_date:
            return _remembered(lambda value: Shown("date", value, fragments.day(value)))
        if field.enum:
            return _remembered(lambda value: _plain("text", field.value_label(value, self._language)))
        if field.name == "percent":
            return _remembered(lambda value: self.unbroken(f"{value}%"))
        if field.personal in _CODES:
            return lambda value: Shown("code", str(value), fragments.code(str(value)))
        if "〔" in str(field.schema.get("pattern", "")):
            return self.unbroken
        kind: Kind = "prose" if field.schema.get("maxLength", 0) > _LINE else "text"
        return lambda value: _plain(kind, str(value))

    def _list_writer(self, field: Field, label: Label) -> Write:
        if field.properties:
            return lambda values: self._table(values, field, label)
        write = self._write(field)
        if field.type == "string" and not field.ref and not field.enum:
            return lambda values: self._numbered([write(value) for value in values])

        def words(values: tuple[Any, ...]) -> Shown:
            parts = [write(value) for value in values]
            text = self._joined(parts)
            if any(part.kind == "link" for part in parts):
                return Shown("words", text, escaped(self._comma).join([part.html for part in parts]))
            return _plain("words", text)

        remembered = _remembered(words)
        return lambda values: remembered(tuple(values))

    def _numbered(self, parts: list[Shown]) -> Shown:
        html = fragments.numbered([part.html for part in parts])
        return Shown("lines", self._joined(parts), html, tuple(parts))

    def _group_writer(self, field: Field) -> Write:
        kind: Kind = "entry" if field.entry else "group"

        def group(node: Mapping[str, Any]) -> Shown:
            rows = self.rows(node, field, self.said_by_signature(node, field))
            if rows and all(row.value.kind == "mark" for row in rows):
                html = self._checks(rows, node)
            else:
                named = len(rows) > 1 or kind == "group"
                html = "".join([self._grouped(row, named=named) for row in rows])
                html = f'<div class="group">{html}</div>'
            hands = [
                f'<span class="hand">{escaped(self.names.position(one["by"]))}</span> {self.long_day(one["on"])}'
                for one in node.get(SIGNED, ())
            ]
            if hands:
                html += f'<p class="hands">{"<br>".join(hands)}</p>'
            return Shown(kind, "", html, (*[row.value for row in rows], *([_plain("text", "")] * len(hands))))

        return group

    def _grouped(self, row: Row, *, named: bool) -> str:
        label = row.label
        name = f"{label.html}{escaped(self.text('shown.colon'))}"
        said = f'<span class="group-label"{label.title}>{name}</span>' if named else ""
        return f"<p>{said}{row.value.html}</p>"

    def _checks(self, rows: list[Row], node: Mapping[str, Any]) -> str:
        words = {True: escaped(self.text("shown.passed")), False: escaped(self.text("shown.not_passed"))}
        checks = [
            f"<li>{fragments.tick(row.label.text, yes=node[row.label.name])}"
            f'<span class="visually-hidden">{words[node[row.label.name]]}</span></li>'
            for row in rows
        ]
        return f'<ul class="checks">{"".join(checks)}</ul>'

    def _table(self, values: list[Mapping[str, Any]], field: Field, label: Label) -> Shown:
        columns = [column for column in self._plan(field) if any([column[0] in value for value in values])]
        if len(columns) == 1:
            name, _, write = columns[0]
            return self._numbered([write(value[name]) for value in values if name in value])
        empty = _plain("text", "")
        cells = tuple(
            [tuple([write(value[name]) if name in value else empty for name, _, write in columns]) for value in values]
        )
        heads = [head for _, head, _ in columns]
        lines = [[self._cell(*one) for one in zip(heads, line, strict=True)] for line in cells]
        html = fragments.table(label.html, heads, lines)
        return Shown("table", self._joined([line[0] for line in cells if line[0].text]), html, cells=cells)

    def _plain_table(self, field: Field) -> Callable[[list[Mapping[str, Any]]], str]:
        columns = [(name, self.plain(child)) for name, child in field.properties.items() if name != SIGNED]

        def first_column(values: list[Mapping[str, Any]]) -> str:
            for name, plain in columns:
                if any([name in value for value in values]):
                    texts = [plain(value[name]) for value in values if name in value]
                    return self._joined_texts([text for text in texts if text])
            return ""

        return first_column

    def _cell(self, label: Label, shown: Shown) -> str:
        html = shown.html
        if label.name == "met" and shown.text:
            yes = shown.text == self.text("shown.yes")
            html = fragments.tick(self.text("shown.met" if yes else "shown.not_met"), yes=yes)
        return fragments.cell(label, shown.text, html, unbroken=shown.kind in ("date", "number"))

    def _joined(self, parts: list[Shown]) -> str:
        return self._joined_texts([part.text for part in parts])

    def _joined_texts(self, texts: list[str]) -> str:
        comma = self._comma
        return (self._semicolon if any([comma in text for text in texts]) else comma).join(texts)


def is_long(shown: Shown) -> bool:
    """Whether a value wants a line of its own."""
    return shown.kind in _LONG or (len(shown.text) > _SHORT and shown.kind in _SOMETIMES_LONG)


def _plain(kind: Kind, text: str) -> Shown:
    return Shown(kind, text, escaped(text))


def _remembered(write: Write) -> Write:
    """For values that recur: the first ``_OFTEN`` are written once each."""
    known: dict[Any, Shown] = {}

    def remembered(value: Any) -> Shown:
        shown = known.get(value)
        if shown is None:
            shown = write(value)
            if len(known) < _OFTEN:
                known[value] = shown
        return shown

    return remembered
