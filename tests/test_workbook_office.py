"""The ledger's workbook in LibreOffice: formulas that follow the sheet, filters that stay, pages that are whole."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import AS_OF, ROOT, Outcome
from duban.documents.sheet_name import LONGEST, sheet_names
from duban.figures import HEADLINES
from duban.language import language
from duban.model import Ledger
from duban.office import pdf
from duban.publish.edition import Edition, edition
from duban.publish.item_row import UNCOUNTED, counted_rows
from duban.publish.ledger_workbook import ledger_workbook, units_workbook
from duban.schema import Schemas
from test_downloads import Run

NAMES = st.text(st.characters(codec="utf-16"), max_size=40) | st.sampled_from(
    ("市教育局", "市教育局/体育局", "'单位'", "History", "a" * 40, "A" * 40, "[]:*?/\\", "=1+1", "督查台账")
)
with_office = pytest.mark.skipif(not shutil.which("soffice"), reason="no LibreOffice on this machine")


@pytest.fixture(scope="module")
def shipped(ledger: Ledger, schemas: Schemas) -> Edition:
    return edition("internal", language("zh"), ledger, schemas, AS_OF, AS_OF, pinned=True, digests={})


def figures_of(book: Any) -> dict[tuple[str, str], Any]:
    return {(row[0], row[1]): row[2] for row in book["数字"].iter_rows(min_row=4, values_only=True)}


def expected(here: Edition) -> dict[tuple[str, str], int]:
    """The sheet of figures as ``duban figures`` counts them."""
    zh, found = language("zh"), here.figures
    told = {(zh("home.figures"), zh(f"figure.{name}")): found[name] for name in HEADLINES}
    lights = {light: count for light, count in found["by_light"].items() if light not in UNCOUNTED}
    told |= {(zh("home.lights"), zh(f"light.{light}")): count for light, count in lights.items()}
    told |= {(zh("home.steps"), zh(f"step.{step}")): count for step, count in found["by_step"].items()}
    unit = here.ledger.registry.unit_name
    return told | {(zh("ledger.column.unit"), unit(name)): tally["items"] for name, tally in found["by_unit"].items()}


def saved_by_office(folder: Path, book: Any) -> Any:
    """A workbook saved without any value its formulas had, opened in LibreOffice and saved by it."""
    book.save(folder / "given.xlsx")
    made = folder / "saved"
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [
        "soffice",
        profile,
        "--headless",
        "--convert-to",
        "xlsx",
        "--outdir",
        str(made),
        str(folder / "given.xlsx"),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return openpyxl.load_workbook(made / "given.xlsx", data_only=True)


def test_what_the_ledgers_sheet_tells_is_a_formula_and_its_value_the_figure(shipped: Edition) -> None:
    content = ledger_workbook(shipped)
    assert figures_of(openpyxl.load_workbook(io.BytesIO(content), data_only=True)) == expected(shipped)
    formulas = figures_of(openpyxl.load_workbook(io.BytesIO(content)))
    typed = [name for (_, name), value in formulas.items() if not str(value).startswith("=")]
    zh = language("zh")
    live = {"items", "from_instructions", "from_messages"}
    assert typed == [zh(f"figure.{name}") for name in HEADLINES if name not in live]


@with_office
def test_the_figures_follow_the_sheet_and_the_filters_stay(shipped: Edition, tmp_path: Path) -> None:
    zh = language("zh")
    book = openpyxl.load_workbook(io.BytesIO(units_workbook(shipped)))
    sheet = book["督查台账"]
    heads = [str(cell.value).split("\n")[0] for cell in sheet[3]]
    light, source, unit = (heads.index(name) + 1 for name in ("灯", "任务来源", "牵头单位"))
    changed = next(row for row in range(4, sheet.max_row + 1) if sheet.cell(row, light).value == "正常")
    told, was = expected(shipped), sheet.cell(changed, unit).value
    other = next(name for group, name in told if group == zh("ledger.column.unit") and name != was)
    messages = "网民留言" in str(sheet.cell(changed, source).value)
    sheet.cell(changed, light).value = "逾期"
    sheet.cell(changed, unit).value = other
    sheet.cell(changed, source).value = "专项行动" if messages else "网民留言"
    instructions = shipped.ledger.items[str(sheet.cell(changed, 1).value)].record["intake"]["sources"]
    told[zh("home.lights"), "正常"] -= 1
    told[zh("home.lights"), "逾期"] += 1
    told[zh("ledger.column.unit"), was] -= 1
    told[zh("ledger.column.unit"), other] += 1
    told[zh("home.figures"), zh("figure.from_messages")] += -1 if messages else 1
    told[zh("home.figures"), zh("figure.from_instructions")] -= any(one["type"] == "领导批示" for one in instructions)

    saved = saved_by_office(tmp_path, book)
    assert figures_of(saved) == told
    assert saved.sheetnames == book.sheetnames
    for name in book.sheetnames:
        assert saved[name].auto_filter.ref == book[name].auto_filter.ref, name


@with_office
@pytest.mark.skipif(not shutil.which("pdftotext"), reason="no pdftotext on this machine")
def test_every_printed_page_holds_whole_rows(shipped: Edition, tmp_path: Path) -> None:
    """Each page has the first and the last head of its sheet, so no column went to a page of its own."""
    content = units_workbook(shipped)
    book = openpyxl.load_workbook(io.BytesIO(content))
    (tmp_path / "ledger.pdf").write_bytes(pdf(content, "xlsx", {}))
    told = subprocess.run(["pdftotext", "-layout", tmp_path / "ledger.pdf", "-"], capture_output=True, check=True)
    pages = [re.sub(r"\s", "", page) for page in told.stdout.decode().split("\f")[:-1]]
    edges = [[str(sheet.cell(3, place).value).split("\n")[0] for place in (1, sheet.max_column)] for sheet in book]
    of_sheet, number = [0] * len(edges), 0
    for page in pages:
        while not all(edge in page for edge in edges[number]) or (
            of_sheet[number] and is_first(page, book, number + 1)
        ):
            number += 1
        of_sheet[number] += 1
    # The ledger takes two sheets of A3, what is owed a few of A4; every unit's fits on one.
    assert of_sheet[0] == 2
    assert of_sheet[4:] == [1] * (len(edges) - 4)
    assert sum(of_sheet) == len(pages)
    ids = [row.id for row in counted_rows(shipped)]
    assert [one for one in re.findall(r"2019-\d{4}(?!-)", "".join(pages[:2])) if one in ids] == ids


def is_first(page: str, book: Any, number: int) -> bool:
    """Whether a page is the first of a sheet: its title stands over it."""
    return number < len(book.sheetnames) and page.startswith(
        re.sub(r"\s", "", str(book.worksheets[number]["A1"].value))
    )


@given(st.lists(NAMES, max_size=12), st.lists(st.sampled_from(("督查台账", "数字")), max_size=2))
def test_any_names_become_names_of_sheets(names: list[str], taken: list[str]) -> None:
    made = list(sheet_names(names, taken))
    assert len(made) == len(names)
    folded = [one.casefold() for one in [*made, *dict.fromkeys(taken), "history"]]
    assert len(set(folded)) == len(folded)
    for one in made:
        assert 0 < len(one.encode("utf-16-le", "surrogatepass")) // 2 <= LONGEST
        assert not re.search(r"[\[\]:*?/\\\x00-\x1f]", one)
        assert not one.startswith("'")
        assert not one.endswith("'")


def test_the_command_gives_a_sheet_for_each_unit(shipped: Edition, run: Run, tmp_path: Path) -> None:
    out = tmp_path / "units.xlsx"
    assert run("-C", ROOT, "export", "--out", out, "--sheets", "units").code == 0
    assert out.read_bytes() == units_workbook(shipped)
    book = openpyxl.load_workbook(out)
    zh, rows = language("zh"), counted_rows(shipped)
    for unit in shipped.ledger.registry.units.values():
        led = [row.id for row in rows if row.lead_unit == unit.id]
        joined = [row.id for row in rows if unit.id in row.co_units and row.lead_unit != unit.id]
        assert (unit.short_name in book.sheetnames) == bool(led or joined)
        if led or joined:
            sheet = book[unit.short_name]
            assert [row[0] for row in sheet.iter_rows(min_row=4, values_only=True)] == [*led, *joined]
            assert sheet.auto_filter.ref.endswith(str(3 + len(led) + len(joined)))
            assert unit.name in sheet["A1"].value
            assert [cell.value for cell in sheet[3]] == [cell.value for cell in book[zh("nav.ledger")][3]]
    refused: Outcome = run("-C", ROOT, "export", "--format", "csv", "--sheets", "units")
    assert (refused.code, refused.out) == (2, "")
