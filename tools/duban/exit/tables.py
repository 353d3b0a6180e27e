"""A ledger's records and where they stand → four tables: items, entries, reports, and every single value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from duban.documents.csv_file import csv_file
from duban.documents.workbook import Column, Sheet, workbook
from duban.exit.kept import Kept
from duban.exit.naming import Naming
from duban.finding import Pointer
from duban.language import language
from duban.model import text_pointer
from duban.proof import Proofs
from duban.publish.edition import Edition
from duban.schema import Field
from duban.survey import Surveyor

_WIDE = 60
_LONGEST = 32_000
"""Characters: a cell of a workbook holds 32,767. What is longer stands whole in the CSV and the JSON."""
_HEADS = {
    "items": (
        "id", "title", "openness", "urgency", "category", "campaign", "lead_unit", "step", "light", "due",
        "original_due", "finished_on", "entries", "amendments", "path",
    ),
    "entries": ("id", "title", "place", "entry", "on", "signed", "content", "proof", "pull", "commit"),
    "reports": ("id", "kind", "title", "issued_on", "to", "items", "signed", "summary", "path"),
    "values": ("path", "place", "field", "value"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    """A table by its name, with the heads of its columns in both languages and its rows."""

    name: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str | int]]

    def csv(self) -> bytes:
        return csv_file([[head.replace("\n", " ") for head in self.heads], *self.rows])


def tables(kept: Sequence[Kept], rules: Sequence[Kept], edition: Edition) -> Iterator[Table]:
    """The tables of a ledger's records and, value by value, of its ``rules`` in the registry too."""
    naming = Naming(edition, int(edition.day[:4]))
    items = [one for one in kept if one.root.name == "item"]
    reports = [one for one in kept if one.root.name == "report"]
    yield _table("items", [_item(one, edition, naming) for one in items])
    yield _table("entries", [*_entries(kept, naming, edition.examination.proofs)])
    yield _table("reports", [_report(one, naming) for one in reports])
    yield _table("values", [*_values([*kept, *rules], naming)])


def ledger_workbook(made: Iterable[Table], edition: Edition) -> bytes:
    """Items, entries and reports as a workbook of a sheet each."""
    text = language("zh")
    sheets = [
        Sheet(
            text(f"exit.table.{one.name}"),
            edition.title,
            text("exit.as_of", day=edition.day),
            [Column(head, _width(head)) for head in one.heads],
            [[cell[:_LONGEST] if isinstance(cell, str) else str(cell) for cell in row] for row in one.rows],
            paper="A3",
            frozen=2,
        )
        for one in made
    ]
    office = edition.unit_name(edition.ledger.registry.policy["office"])
    return workbook(sheets, title=edition.title, author=office, day=edition.day, page=text("workbook.page"))


def _table(name: str, rows: Sequence[Sequence[str | int]]) -> Table:
    zh, en = language("zh"), language("en")
    return Table(name, [f"{zh(f'exit.head.{one}')}\n{en(f'exit.head.{one}')}" for one in _HEADS[name]], rows)


def _width(head: str) -> float:
    return _WIDE if head.endswith(("Content", "Title", "Summary")) else 16


def _item(one: Kept, edition: Edition, naming: Naming) -> list[str | int]:
    data, state = one.data, edition.states.get(one.identity)
    campaign = one.root.properties["campaign"]
    lead = state.lead_unit if state else ""
    return [
        one.identity,
        data["title"],
        data["openness"],
        data["urgency"],
        data["category"],
        naming.value(data["campaign"], campaign) if "campaign" in data else "",
        naming.text("exit.called", name=edition.unit_name(lead), id=lead) if lead else "",
        naming.text(f"step.{state.step}") if state and state.step else "",
        naming.text(f"light.{state.light}") if state else "",
        state.due if state else "",
        state.original_due if state else "",
        state.finished_on if state else "",
        len(Surveyor(one.root).survey(data).entries),
        len(data.get("amendments", ())),
        one.path,
    ]


def _report(one: Kept, naming: Naming) -> list[str | int]:
    data = one.data
    lists = [naming.text("shown.semicolon").join(map(str, data.get(name, ()))) for name in ("to", "items")]
    return [
        one.identity, data["kind"], data["title"], data["issued_on"], *lists, naming.signers(data), data["summary"],
        one.path,
    ]  # fmt: skip


def _entries(kept: Iterable[Kept], naming: Naming, proofs: Proofs) -> Iterator[list[str | int]]:
    surveyors: dict[str, Surveyor] = {}
    for one in kept:
        surveyor = surveyors.setdefault(one.root.name, Surveyor(one.root))
        for entry in surveyor.survey(one.data).entries:
            place = text_pointer(entry.pointer)
            proof = proofs.get((one.identity, place))
            yield [
                one.identity,
                str(one.data.get("title", "")),
                place,
                entry.field.label(naming.text.code),
                entry.day,
                naming.signers(entry.data),
                orjson.dumps(entry.data).decode(),
                naming.text(f"proof.{proof.state}") if proof else "",
                proof.pull or "" if proof else "",
                proof.commit if proof else "",
            ]


def _values(kept: Iterable[Kept], naming: Naming) -> Iterator[list[str | int]]:
    for one in kept:
        for pointer, field, value in leaves(one.data, one.root, ()):
            label = field.label(naming.text.code) if field else str(pointer[-1])
            yield [one.path, text_pointer(pointer), label, str(value)]


def leaves(node: Any, here: Field | None, pointer: Pointer) -> Iterator[tuple[Pointer, Field | None, Any]]:
    """Every single value of a record with its place and field."""
    if isinstance(node, dict):
        for name, value in node.items():
            yield from leaves(value, here.properties.get(name) if here else None, (*pointer, name))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from leaves(value, here.items if here else None, (*pointer, index))
    else:
        yield pointer, here, node
