"""Files of older ledgers as bytes: read as other programs write them, and no file can do harm."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from duban.importing.csv_text import decoded, read_csv
from duban.importing.file_reader import read_file
from duban.importing.grid import address, letters, place_of
from duban.importing.refusal import RefusedError

VALUES_OF_CELLS = st.one_of(
    st.text("督办事项 ab<>&\"'一二0_x000D_\n", max_size=12),
    st.integers(-(10**9), 10**9),
    st.dates(date(1905, 1, 1), date(2100, 1, 1)),
    st.booleans(),
    st.floats(-1e6, 1e6).map(lambda number: round(number, 3)),
)


@settings(max_examples=60)
@given(
    st.dictionaries(st.tuples(st.integers(1, 40), st.integers(1, 30)), VALUES_OF_CELLS, max_size=25),
    st.lists(st.tuples(st.integers(1, 40), st.integers(1, 30), st.integers(0, 3), st.integers(0, 3)), max_size=2),
    st.booleans(),
)
def test_workbooks_are_read_as_another_program_writes_them(
    cells: dict[tuple[int, int], Any], merges: list[tuple[int, int, int, int]], of_1904: bool
) -> None:
    made = openpyxl.Workbook()
    if of_1904:
        made.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    sheet = made.active
    sheet.title = "台账"
    for (row, column), value in cells.items():
        cell = sheet.cell(row, column, None if isinstance(value, str) and value.startswith("=") else value)
        if isinstance(value, date):
            cell.number_format = 'yyyy"年"m"月"d"日"'
    for top, left, down, right in merges[:1]:
        if down or right:
            sheet.merge_cells(start_row=top, start_column=left, end_row=top + down, end_column=left + right)
    out = io.BytesIO()
    made.save(out)
    expected = {
        (cell.row, cell.column): cell.value
        for row in openpyxl.load_workbook(io.BytesIO(out.getvalue())).active.iter_rows()
        for cell in row
        if cell.value is not None
    }
    if not any(str(value).strip() for value in expected.values()):
        return
    (found,) = read_file(out.getvalue(), "x").sheets
    assert set(found.cells) == {place for place, value in expected.items() if str(value).strip()}
    for place, cell in found.cells.items():
        value = expected[place]
        if isinstance(value, date):
            assert (cell.kind, cell.text) == (
                "day",
                value.date().isoformat() if hasattr(value, "date") else value.isoformat(),
            )
        elif isinstance(value, bool):
            assert cell.text == str(value).upper()
        elif isinstance(value, int | float):
            assert float(cell.text) == pytest.approx(value)
        else:
            assert cell.text.split() == value.split()


@given(st.integers(1, 16_384), st.integers(1, 1_048_576))
def test_a_place_has_one_name(column: int, row: int) -> None:
    assert place_of(address((row, column))) == (row, column)
    assert letters(column) == openpyxl.utils.get_column_letter(column)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("sign", [",", "\t", ";"])
def test_a_csv_is_read_in_any_encoding_of_an_office(encoding: str, sign: str) -> None:
    text = f'序号{sign}督办事项{sign}责任单位\r\n1{sign}"修路, 装灯; 换管"{sign}市住建局\r\n'
    if encoding in ("gbk", "gb18030"):
        text = text.replace("换管", "换管€")
    content = text.encode("gb18030" if encoding == "gbk" else encoding)
    assert decoded(content) == text
    (found,) = read_csv(content, "台账").sheets
    assert found.cells[2, 2].text.startswith("修路, 装灯; 换管")
    assert found.cells[2, 3].text == "市住建局"


# Files that mean harm, or are no ledger.


def workbook(**parts: bytes) -> bytes:
    """A workbook of one cell with some of its parts otherwise."""
    book = openpyxl.Workbook()
    book.active["A1"] = "序号"
    out = io.BytesIO()
    book.save(out)
    changed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(out.getvalue())) as before,
        zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for name in before.namelist():
            if name.replace("/", "_").replace(".", "_") not in parts:
                after.writestr(name, before.read(name))
        for name in before.namelist():
            if name.replace("/", "_").replace(".", "_") in parts:
                after.writestr(name, parts[name.replace("/", "_").replace(".", "_")])
    return changed.getvalue()


SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData>%s</worksheet>'
BOMB = SHEET % (
    b'<row r="1">' + b'<c r="A1" t="inlineStr"><is><t>%s</t></is></c>' % (b"a" * (600 << 20)) + b"</row>",
    b"",
)


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
TALL = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (row, row) for row in (*range(1, 400), 1_048_576))
MERGES = b"".join(b'<mergeCell ref="A%d:A1048576"/>' % row for row in range(1, 400))


def sheet(rows: bytes, more: bytes = b"") -> bytes:
    """A workbook whose only sheet has these rows."""
    return workbook(xl_worksheets_sheet1_xml=SHEET % (rows, more))


def harmful() -> dict[str, tuple[bytes, str]]:
    entity = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>' + SHEET % (b"", b"")
    return {
        "cut short": (workbook()[:900], "import.refused.broken"),
        "no zip": (b"PK\x03\x04" + b"\x00" * 400, "import.refused.broken"),
        "entities": (workbook(xl_worksheets_sheet1_xml=entity), "import.refused.broken"),
        "no xml": (workbook(xl_worksheets_sheet1_xml=b"<worksheet"), "import.refused.broken"),
        "no such text": (sheet(b'<row><c r="A1" t="s"><v>99</v></c></row>'), "import.refused.broken"),
        "no such cell": (sheet(b'<row><c r="AAAA1"><v>9</v></c></row>'), "import.refused.broken"),
        "old format": (OLE + b"\x00" * 600, "import.refused.old_format"),
        "password": (OLE + "EncryptedPackage".encode("utf-16-le"), "import.refused.password"),
        "pdf": (b"%PDF-1.4", "import.refused.other_format"),
        "web page": (b"<html><table></table></html>", "import.refused.other_format"),
        "nothing": (b"  \n", "import.refused.empty"),
        "empty book": (sheet(b""), "import.refused.empty"),
        "no text": (b"\xff\xff\x80\x81,\x80\xff\n", "import.refused.encoding"),
        "quote that never ends": (b'a,b\n"' + b"x" * 200_000, "import.refused.broken"),
        "tall merges": (sheet(TALL, b"<mergeCells>%s</mergeCells>" % MERGES), "import.refused.too_many_cells"),
    }


@pytest.mark.parametrize("name", harmful())
def test_a_file_that_is_no_ledger_is_refused_in_plain_words(name: str) -> None:
    content, message = harmful()[name]
    with pytest.raises(RefusedError) as caught:
        read_file(content, "台账")
    assert caught.value.message == message


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("duban.importing.workbook_file.LARGEST", 1 << 20)
    text = b'<row r="1"><c r="A1" t="inlineStr"><is><t>%s</t></is></c></row>' % (b"a" * (8 << 20))
    packed = sheet(text)
    assert len(packed) < 1 << 17
    with pytest.raises(RefusedError) as caught:
        read_file(packed, "台账")
    assert caught.value.message == "import.refused.too_large"


def test_a_cell_in_the_last_corner_costs_nothing() -> None:
    rows = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    (found,) = read_file(sheet(rows), "x").sheets
    assert set(found.cells) == {(1, 1), (1_048_576, 16_384)}


def test_rows_that_are_formatted_and_empty_are_nothing() -> None:
    rows = b"".join(
        b'<row r="%d" s="1" customFormat="1"><c r="A%d" s="1"/></row>' % (row, row) for row in range(2, 40_000)
    )
    first = '<row r="1"><c r="A1" t="inlineStr"><is><t>督办事项</t></is></c></row>'.encode()
    (found,) = read_file(sheet(first + rows), "x").sheets
    assert set(found.cells) == {(1, 1)}


@given(st.binary(max_size=400))
@example(b"\x00,\x00")
@example(b'"\x00')
def test_bytes_of_any_kind_are_a_table_or_refused(content: bytes) -> None:
    try:
        book = read_file(content, "x")
    except RefusedError:
        return
    assert book.sheets


@settings(max_examples=80)
@given(st.data())
def test_a_workbook_with_bytes_changed_is_read_or_refused(data: st.DataObject) -> None:
    content = bytearray(workbook())
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, 9_999)) * len(content) // 10_000] = data.draw(st.integers(0, 255))
    try:
        read_file(bytes(content), "x")
    except RefusedError:
        return


def test_no_other_file_is_ever_opened() -> None:
    """The reader has no way out of the bytes that it is given."""
    for path in (Path(__file__).parents[1] / "tools/duban/importing").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\bopen\((?!entry)|urllib|subprocess|Path\(", text.replace("self._package.open(", "")), (
            path.name
        )
