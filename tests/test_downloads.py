"""The ledger as files: equal to the ledger in every format, no formula anywhere, the same from site and command."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import AS_OF, ROOT, Outcome
from duban.documents.csv_file import csv_file
from duban.documents.workbook import Column, Sheet, workbook
from duban.figures import HEADLINES
from duban.language import language
from duban.model import Item, Ledger
from duban.publish.edition import Edition, EditionName, edition
from duban.publish.item_row import counted_rows
from duban.publish.ledger_files import MADE, ledger_csv
from duban.publish.ledger_lines import ledger_columns, ledger_lines
from duban.publish.ledger_workbook import ledger_workbook
from duban.publish.owed import all_pending
from duban.schema import Schemas
from site_fixtures import HOSTILE, Site, hostile

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Run = Callable[..., Outcome]
EDITIONS: tuple[EditionName, ...] = ("internal", "public")
both = pytest.mark.parametrize("name", EDITIONS)
FORMULAS = ("=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0", "-", "--1", "-1.5", "-٣")
OURS = re.compile(
    r"=COUNTA\(('督查台账'!\$A\$4:\$A\$\d+)\)"
    r"|=SUMPRODUCT\(--\('督查台账'!\$[A-Z]\$4:\$[A-Z]\$\d+=\$B\d+\)\)"
    r'|=SUMPRODUCT\(--ISNUMBER\(FIND\("(领导批示|网民留言)",\'督查台账\'!\$C\$4:\$C\$\d+\)\)\)'
)
"""All formulas of the workbook: they name cells and two sources, never a text of the ledger."""
PLAIN = ("-1", "-12", "0", "", "督查", "a=b", "1-2", 'say "=1"', "一,二", "一\n二", " =1")


def made(name: EditionName, ledger: Ledger, schemas: Schemas) -> Edition:
    return edition(name, language("zh"), ledger, schemas, AS_OF, AS_OF, pinned=True, digests={})


def sheets_of(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


def read_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@both
def test_the_table_is_the_ledger(
    sites: Mapping[str, Site], ledger: Ledger, schemas: Schemas, name: EditionName
) -> None:
    content = sites[name].files["downloads/ledger.csv"]
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\n") == content.count(b"\r\n")
    here = made(name, ledger, schemas)
    heads, *rows = read_csv(content)
    assert heads[:2] == ["编号 No.", "督查事项 Item"]
    assert [head for head in heads if not re.search("[\u4e00-\u9fff]", head)] == []
    assert len(set(heads)) == len(heads)
    assert rows == [["" if cell is None else str(cell) for cell in line] for line in ledger_lines(here)]
    assert [row[0] for row in rows] == [row.id for row in counted_rows(here)]
    if name == "internal":
        assert len(rows) == 58
    assert any("滞后原因" in head for head in heads) == (name == "internal")


def test_lines_tell_each_item_as_its_file_does(ledger: Ledger, schemas: Schemas) -> None:
    here = made("internal", ledger, schemas)
    names = [column.name for column in ledger_columns(here)]
    lines = {str(line[0]): dict(zip(names, line, strict=True)) for line in ledger_lines(here)}
    registry = ledger.registry
    for item, line in lines.items():
        record, status = ledger.items[item].record, here.states[item]
        notice = record.get("task_notice", {})
        assert line["title"] == record["title"]
        assert line["unit"] == (registry.unit_name(status.lead_unit) if status.lead_unit else "")
        assert line["received"] == record["intake"]["received_on"]
        assert line["issued"] == notice.get("issued_on", "")
        assert line["acknowledged"] == notice.get("ack", {}).get("on", "")
        assert (line["due"], line["original"], line["left"]) == (
            status.due,
            status.original_due,
            status.workdays_left,
        )
        assert line["finished"] == status.finished_on
        assert line["archived"] == record.get("archive", {}).get("on", "")
        assert line["light"] == language("zh")(f"light.{status.light}")
    assert lines["2019-0014"]["original"] != lines["2019-0014"]["due"]


@both
def test_the_workbook_read_back_is_the_ledger(
    sites: Mapping[str, Site], ledger: Ledger, schemas: Schemas, name: EditionName
) -> None:
    here = made(name, ledger, schemas)
    book = sheets_of(sites[name].files["downloads/ledger.xlsx"])
    columns = ledger_columns(here)
    sheet = book["督查台账"]
    assert sheet["A1"].value == "晋城市委市政府督查台账"
    assert "截至2019年10月31日" in sheet["A2"].value
    assert [cell.value for cell in sheet[3]] == ["\n".join(column.heads) for column in columns]
    lines = list(ledger_lines(here))
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
    assert len(rows) == len(lines)
    for row, line in zip(rows, lines, strict=True):
        for value, cell, column in zip(row, line, columns, strict=True):
            if column.kind == "day":
                assert value == (datetime.fromisoformat(str(cell)) if cell else None)
            else:
                assert value == (cell if cell != "" else None)
    owed = [[cell.value for cell in row] for row in book["应办事项"].iter_rows(min_row=4)]
    pending = all_pending(here)
    assert sorted((str(row[6]), row[0].date().isoformat()) for row in owed) == sorted(
        (one.item, one.due) for one in pending
    )
    assert [row[1] for row in owed] == [
        here.calendar.workdays_between(AS_OF, row[0].date().isoformat()) for row in owed
    ]
    values = openpyxl.load_workbook(io.BytesIO(sites[name].files["downloads/ledger.xlsx"]), data_only=True)
    figures = {row[1].value: row[2].value for row in values["数字"].iter_rows(min_row=4)}
    for figure in HEADLINES:
        assert figures[language("zh")(f"figure.{figure}")] == here.figures[figure]
    assert ("不予立项" in book.sheetnames) == (name == "internal")


def test_the_workbook_is_laid_out_as_a_register(sites: Mapping[str, Site]) -> None:
    book = sheets_of(sites["internal"].files["downloads/ledger.xlsx"])
    sheet = book["督查台账"]
    assert sheet.freeze_panes == "C4"
    assert sheet.auto_filter.ref == f"A3:{sheet.cell(3, sheet.max_column).column_letter}{sheet.max_row}"
    assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 8)
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == "$3:$3"
    assert sheet.oddFooter.center.text == "第 &P 页 共 &N 页"
    heads = [str(cell.value) for cell in sheet[3]]
    light = next(index for index, head in enumerate(heads) if head.startswith("灯"))
    fills = {row[light].value: row[light].fill.start_color.rgb for row in sheet.iter_rows(min_row=4)}
    assert len({fills[light] for light in ("正常", "临期", "逾期", "按期办结", "逾期办结", "已撤销")}) == 6
    assert all(fill != "00000000" for fill in fills.values())
    day = next(index for index, head in enumerate(heads) if head.startswith("收件日期"))
    assert sheet.cell(4, day + 1).number_format == "yyyy-mm-dd"
    assert sheet.row_dimensions[4].height >= 18
    assert book.properties.created == datetime.fromisoformat(AS_OF)
    assert book["数字"].page_setup.orientation != "landscape"


def test_the_same_ledger_gives_the_same_workbook(ledger: Ledger, schemas: Schemas) -> None:
    first, second = (ledger_workbook(made("internal", ledger, schemas)) for _ in range(2))
    assert first == second


@both
def test_hostile_texts_are_no_formulas(ledger: Ledger, schemas: Schemas, name: EditionName) -> None:
    root = schemas.field("item")

    def spoilt(item: Item, text: str) -> Item:
        record: Any = {**hostile(item.record, root), "title": text}
        return Item(item.path, record)

    texts = [*FORMULAS, *(text for text in PLAIN if text.strip()), HOSTILE, " blank ", "_x004_ is no escape"]
    items = {
        key: spoilt(one, texts[number % len(texts)]) for number, (key, one) in enumerate(sorted(ledger.items.items()))
    }
    here = made(name, replace(ledger, items=items), schemas)
    titles = {row.id: row.title for row in counted_rows(here)}
    for row in read_csv(ledger_csv(here))[1:]:
        assert row[1].removeprefix("'") == titles[row[0]]
        assert not any(re.match(r"[=+@\t\r]|-(?![0-9]+\Z)", cell) for cell in row)
    content = ledger_workbook(here)
    book = sheets_of(content)
    formulas = [(sheet.title, cell.value) for sheet in book for row in sheet for cell in row if cell.data_type == "f"]
    assert {title for title, _ in formulas} == {"数字"}
    assert [one for _, one in formulas if not OURS.fullmatch(one)] == []
    for row in book["督查台账"].iter_rows(min_row=4):
        # XML has no carriage return of its own within a text.
        assert row[1].value == titles[row[0].value].replace("\r", "\n"), row[0].value
        assert row[1].quotePrefix == bool(re.match(r"[=+@\t\r]|-(?![0-9]+\Z)", titles[row[0].value]))
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert not [one for one in parts.namelist() if "externalLink" in one]


@given(st.lists(st.lists(st.text(max_size=12) | st.none() | st.integers(-99, 99), min_size=1, max_size=4), max_size=6))
def test_any_table_is_read_back(lines: list[list[Any]]) -> None:
    lines = [[one.replace("\x00", "") if isinstance(one, str) else one for one in line] for line in lines]
    content = csv_file(lines)
    plain = ["" if cell is None else str(cell) for line in lines for cell in line]
    got = [cell for line in read_csv(content) for cell in line]
    if lines and all(len(line) > 1 or line[0] not in ("", None) for line in lines):
        assert [cell.removeprefix("'") for cell in got] == [cell.removeprefix("'") for cell in plain]


@pytest.mark.browser
def test_both_tables_guard_the_same_cells(browser: Browser) -> None:
    source = (ROOT / "site/browser/csv.js").read_text(encoding="utf-8").replace("export ", "")
    cells = [[one] for one in (*FORMULAS, *PLAIN, HOSTILE)]
    page = browser.new_page()
    text = page.evaluate(f"(lines) => {{ {source}; return csvText(lines); }}", cells)
    page.close()
    assert csv_file(cells) == b"\xef\xbb\xbf" + text.encode()


def test_a_text_that_looks_like_an_escape_of_the_format_is_none() -> None:
    sheet = Sheet(
        "a", "", "", [Column("a", 10), Column("b", 9, "word", {"x": ("#FFFFFF", "#000000")})], [["_x0041_", "x"]]
    )
    with zipfile.ZipFile(io.BytesIO(workbook([sheet], title="", author="", day=AS_OF, page=""))) as parts:
        # ECMA-376, part 1, 22.4.2.4: _x005F_ is an underscore that begins no escape.
        assert b"<t>_x005F_x0041_</t>" in parts.read("xl/worksheets/sheet1.xml")


def test_a_workbook_of_nothing_is_a_workbook() -> None:
    sheet = Sheet("空", "标题", "", [Column("a", 10, "wrapped"), Column("b", 5, "day"), Column("c", 5, "number")], [])
    book = sheets_of(workbook([sheet], title="t", author="a", day=AS_OF, page="&P"))
    assert [cell.value for cell in book["空"][3]] == ["a", "b", "c"]
    row = ["长" * 40_000, date(2019, 1, 2).isoformat(), 0]
    full = sheets_of(workbook([replace(sheet, rows=[row])], title="t", author="a", day=AS_OF, page="&P"))["空"]
    assert len(full["A4"].value) == 32_767
    assert (full["B4"].value, full["C4"].value) == (datetime(2019, 1, 2), 0)  # noqa: DTZ001 - as a workbook has days


@pytest.mark.parametrize("form", ["csv", "json", "xlsx"])
def test_export_writes_what_the_site_has(sites: Mapping[str, Site], run: Run, tmp_path: Path, form: str) -> None:
    out = tmp_path / "out" / f"台账.{form}"
    done = run("-C", ROOT, "export", "--out", out)
    assert (done.code, done.out, done.err) == (0, "", "")
    path = next(path for name, (path, _) in MADE.items() if name == form)
    assert out.read_bytes() == sites["internal"].files[path]
    assert [one.name for one in out.parent.iterdir()] == [out.name]


def test_export_tells_the_ledger_of_another_day_on_standard_output(run: Run) -> None:
    done = run("-C", ROOT, "export", "--as-of", "2019-07-10")
    rows = list(csv.reader(io.StringIO(done.out.removeprefix("\ufeff"))))
    assert done.code == 0
    assert rows[1][0] == "2019-0001"
    assert 5 < len(rows) < 20
    asked = run("-C", ROOT, "export", "--format", "json", "--as-of", "2019-07-10").json
    assert (asked["as_of"], asked["edition"]) == ("2019-07-10", "internal")
    assert [one["id"] for one in asked["items"] if one["counted"]] == [row[0] for row in rows[1:]]


def test_export_says_what_is_wrong_with_its_use(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert run("-C", ROOT, "export", "--as-of", "2019-13-01").code == 2
    assert run("-C", ROOT, "export", "--format", "pdf").code == 2
    done = run("-C", ROOT, "export", "--out", tmp_path / "file" / "ledger.csv")
    assert (done.code, "ledger.csv" in done.err) == (2, True)
