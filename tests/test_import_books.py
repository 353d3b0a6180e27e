"""Ledgers as offices really keep them: each folder of tests/imports is one, with the items and doubts that it gives."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from conftest import AS_OF
from duban.importing.file_reader import read_file
from duban.importing.grid import address
from duban.importing.importer import Import, cell_name, import_book
from duban.importing.known import Source, rows_text
from duban.importing.making import Office
from duban.importing.saved_mapping import SavedMapping
from duban.load import Readings, read
from duban.model import Tree
from duban.parse import parse
from duban.rules.case import value_at

BOOKS = sorted(path for path in (Path(__file__).parent / "imports").iterdir() if path.is_dir())


@pytest.fixture(scope="session")
def empty(tree: Tree) -> Readings:
    """The shipped registry and schemas without an item."""
    return read({path: content for path, content in tree.items() if path.startswith(("schemas/", "registry/"))})


def described(folder: Path) -> dict[str, Any]:
    """A ledger as its folder describes it."""
    book: dict[str, Any] = yaml.safe_load((folder / "book.yml").read_text(encoding="utf-8"))
    return book


def file_of(book: dict[str, Any]) -> bytes:
    """The file that an office would have."""
    if "encoding" in book:
        out = io.StringIO()
        csv.writer(out, delimiter=book.get("delimiter", ",")).writerows(book["sheets"][0]["rows"])
        return out.getvalue().encode(book["encoding"])
    made = openpyxl.Workbook()
    made.remove(made.active)
    if book.get("epoch") == 1904:
        made.epoch = CALENDAR_MAC_1904
    for sheet in book["sheets"]:
        one = made.create_sheet(sheet["name"])
        one.sheet_state = "hidden" if sheet.get("hidden") else "visible"
        for row in sheet["rows"]:
            one.append([value if not isinstance(value, str) or not value.startswith("=cmd") else None for value in row])
        for at, row in enumerate(sheet["rows"], 1):
            for column, value in enumerate(row, 1):
                cell = one.cell(at, column)
                if isinstance(value, str) and value.startswith("=cmd"):
                    cell.value, cell.data_type = value, "s"
                if isinstance(value, date):
                    cell.number_format = sheet.get("formats", {}).get(cell.column_letter, "yyyy-mm-dd")
        for merge in sheet.get("merges", ()):
            one.merge_cells(merge)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def mapping_of(book: dict[str, Any]) -> SavedMapping:
    columns = {
        head: tuple(given if isinstance(given, list) else [given]) for head, given in book.get("columns", {}).items()
    }
    return SavedMapping(columns, book.get("constants", {}), book.get("values", {}), book.get("year", 0))


def imported(folder: Path, readings: Readings) -> Import:
    book = described(folder)
    content = file_of(book)
    name = Path(book["file"])
    source = Source(book["file"], hashlib.sha256(content).hexdigest())
    return import_book(read_file(content, name.stem), source, Office(readings, AS_OF, "registrar"), mapping_of(book))


def told(made: Import) -> dict[str, Any]:
    """What an import came to, as ``expected.yml`` has it."""
    return {
        "columns": {f"{one.sheet}!{one.head}": " + ".join(one.fields) or "-" for one in made.columns},
        "items": [dict(item(one)) for one in made.items],
        "doubts": [
            f"{cell_name(*one.spot)} {one.code}{f' {one.understood}' if one.understood else ''}" for one in made.doubts
        ],
        "leftovers": [
            f"{cell_name(*spot)} {fate.why}{f' {fate.detail}' if fate.detail else ''}" for spot, fate in made.leftovers
        ],
        "others": {
            kind: [cell_name(*spot) for spot, fate in made.fates.items() if fate.kind == kind]
            for kind in ("title", "section", "repeated_head", "total", "foot", "computed", "derived")
            if any(fate.kind == kind for fate in made.fates.values())
        },
    }


def item(one: Any) -> Iterator[tuple[str, Any]]:
    yield "rows", f"{one.draft.sheet}!{rows_text(one.draft.rows)}"
    yield "state", one.state
    if one.state == "new":
        data, _ = parse(one.path, one.content)
        yield "id", one.id
        before = data["transcribed"]
        yield "title", data["title"]
        yield "sources", data["intake"]["sources"]
        yield "received_on", data["intake"]["received_on"]
        for name in ("summary",):
            yield name, data["intake"][name]
        said = {
            name: value
            for name, value in before.items()
            if name not in ("file", "sha256", "sheet", "rows", "on", "by", "cells")
        }
        yield "transcribed", said
        yield "cells", [f"{pair['cell']} {pair['field']}" for pair in before["cells"]]
    elif one.findings:
        yield "findings", sorted({finding.code for finding in one.findings})


@pytest.mark.parametrize("folder", BOOKS, ids=[path.name for path in BOOKS])
def test_a_real_ledger_gives_what_it_says_and_an_honest_list_of_doubts(folder: Path, empty: Readings) -> None:
    made = imported(folder, empty)
    found = told(made)
    expected = yaml.load((folder / "expected.yml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - texts alone
    assert plain(found) == expected


@pytest.mark.parametrize("folder", BOOKS, ids=[path.name for path in BOOKS])
def test_every_value_stands_in_the_cell_that_is_named_for_it(folder: Path, empty: Readings) -> None:
    made = imported(folder, empty)
    texts = {(spot.sheet, address(spot.place)): text for spot, text in made.texts.items()}
    for one in made.of("new"):
        data, _ = parse(one.path, one.content)
        for cell in data["transcribed"]["cells"]:
            assert (one.draft.sheet, cell["cell"]) in texts
            assert (
                value_at(
                    data, tuple(int(part) if part.isdigit() else part for part in cell["field"].strip("/").split("/"))
                )
                is not None
            )


def plain(value: Any) -> Any:
    """All scalars as texts, as BaseLoader reads them."""
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return str(value)
