"""``duban import`` as an office runs it: looked at first, written whole, known again, and unchanged by an export."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from conftest import AS_OF, ROOT, GitFolder, Outcome
from duban.calendar import WorkCalendar
from duban.cli import main
from duban.language import LANGUAGES, language
from duban.load import Readings, read
from duban.model import Data, Item, Ledger
from duban.parse import parse
from duban.publish.edition import edition
from duban.publish.shown import Shower
from duban.publish.transcription import transcription
from duban.repository import tree_of
from duban.schema import Schemas
from duban.status import status
from test_import_books import described, file_of

Run = Callable[..., Outcome]
Copy = Callable[..., Path]
BOOKS = Path(__file__).parent / "imports"
CHOSEN = ("--set=openness=不予公开", "--set=openness_reason=原台账转录", "--set=urgency=平件", "--set=category=重点")
COUNTED = frozenset({"步骤", "灯", "剩余工作日"})
"""What the ledger counts by itself."""
OF_FORMS = frozenset({"立项日期", "下达日期", "签收日期", "销号日期", "归档日期", "滞后原因", "原时限"})
"""What stands in forms that nobody signed here: kept as notes."""


@pytest.fixture
def empty(copy_of: Copy) -> Path:
    """A ledger with the shipped registry and no item; plans that name items are left out."""
    folder = copy_of("empty", items=())
    (folder / "items").mkdir(exist_ok=True)
    (folder / "registry/inspections.yml").unlink()
    return folder


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A workbook as an office has it, with two rows of heads and sections."""
    path = tmp_path / "督办台账.xlsx"
    path.write_bytes(file_of(described(BOOKS / "01-merged-heads-and-sections")))
    return path


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    """A saved mapping that lets the day of the instruction be the day of receipt."""
    path = tmp_path / "对照.yml"
    text = "columns:\n  - {head: 批示情况/批示时间, field: [intake/sources/0/sent_on, intake/received_on]}\n"
    path.write_text(text, encoding="utf-8")
    return path


def items(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted((folder / "items").rglob("*.yml"))
    }


def test_it_is_looked_at_first_then_written_and_nothing_the_second_time(
    run: Run, empty: Path, book: Path, mapping: Path
) -> None:
    arguments = ("-C", empty, "import", book, "--mapping", mapping, *CHOSEN)
    looked = run(*arguments)
    assert (looked.code, looked.err, items(empty)) == (0, "", {})
    for said in (
        "责任单位/牵头单位",
        "原台账转录 › 牵头单位",
        "督办台账!H5",
        "2019-08-30",
        "按同一行的其他日期",
        "加 --write",
    ):
        assert said in looked.out
    written = run(*arguments, "--write")
    assert written.code == 0
    assert sorted(items(empty)) == [f"items/2019/2019-000{number}.yml" for number in (1, 2, 3)]
    assert run("-C", empty, "check").code == 0
    before = items(empty)
    again = run(*arguments, "--write", "--format", "json")
    assert (again.code, items(empty)) == (0, before)
    counts = again.json["counts"]
    assert (counts["new"], counts["known"], counts["changed"], counts["refused"], counts["doubts"]) == (0, 3, 0, 0, 0)


def test_every_value_names_its_cell_and_who_answers_for_it(run: Run, empty: Path, book: Path, mapping: Path) -> None:
    run("-C", empty, "import", book, "--mapping", mapping, *CHOSEN, "--write")
    record, problems = parse("x", items(empty)["items/2019/2019-0001.yml"])
    assert problems == []
    before = record["transcribed"]
    assert before["sha256"] == hashlib.sha256(book.read_bytes()).hexdigest()
    assert (before["file"], before["sheet"], before["rows"]) == ("督办台账.xlsx", "督办台账", "5")
    assert (before["on"], before["by"]) == (AS_OF, "registrar")
    assert record["intake"]["signed"] == [{"role": "registrar", "by": "registrar", "on": AS_OF}]
    assert {"field": "/transcribed/deadline", "cell": "H5"} in before["cells"]
    assert set(record) == {
        "id",
        "title",
        "openness",
        "openness_reason",
        "secrecy",
        "urgency",
        "category",
        "transcribed",
        "intake",
    }


def test_an_edited_file_changes_nothing_and_says_what_is_otherwise(
    run: Run, empty: Path, book: Path, mapping: Path
) -> None:
    arguments = ("-C", empty, "import", book, "--mapping", mapping, *CHOSEN, "--write", "--format", "json")
    run(*arguments)
    before = items(empty)
    edited = openpyxl.load_workbook(book)
    sheet = edited["督办台账"]
    sheet["H6"], sheet["J6"] = "2019-09-15", "已完成招标"
    sheet.insert_rows(6)
    for column, value in enumerate((9, "新来的事项", "市长", "2019.7.9", "要办。", "市教育局", None, "2019-10-01"), 1):
        sheet.cell(6, column, value)
    edited.save(book)
    found = run(*arguments)
    assert found.code == 1
    assert {one["id"]: one["state"] for one in found.json["items"]} == {
        "2019-0001": "known",
        "2019-0002": "changed",
        "2019-0003": "known",
        "2019-0004": "new",
    }
    changed = [
        (one["cell"], one["text"], one["understood"]) for one in found.json["doubts"] if one["code"] == "changed"
    ]
    assert changed == [("H7", "2019-09-15", "2019-08-15"), ("J7", "已完成招标", "")]
    assert {path: content for path, content in items(empty).items() if path in before} == before


def test_the_json_is_the_whole_of_it(run: Run, empty: Path, book: Path) -> None:
    found = run("-C", empty, "import", book, "--format", "json")
    assert (found.code, found.err) == (1, "")
    told = found.json
    assert set(told) == {"file", "sha256", "counts", "mapping", "missing", "doubts", "leftovers", "items"}
    assert set(told["mapping"][0]) == {"sheet", "column", "head", "fields", "sure", "reason"}
    assert set(told["doubts"][0]) == {"sheet", "cell", "text", "understood", "code", "why"}
    assert set(told["leftovers"][0]) == {"sheet", "cell", "text", "code", "why"}
    assert set(told["items"][0]) == {"id", "path", "title", "sheet", "rows", "state", "findings"}
    counts = told["counts"]
    assert counts["cells"] == sum(count for name, count in counts.items() if name.startswith("cells_"))
    assert {one["field"] for one in told["missing"]} == {"openness", "urgency", "category", "intake.received_on"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_lacks_and_what_found_no_place_is_told_in_both_languages(
    run: Run, empty: Path, book: Path, lang: str, tmp_path: Path
) -> None:
    found = run("-C", empty, "--lang", lang, "import", book, "--leftovers", tmp_path / "left.xlsx")
    assert found.code == 1
    assert "--set intake.received_on=" in found.out
    assert bool(re.search(r"Columns \(10\)", found.out)) == (lang == "en")
    sheets = openpyxl.load_workbook(tmp_path / "left.xlsx")
    text = language(lang)
    assert sheets.sheetnames == [text(f"import.sheet.{name}") for name in ("leftovers", "refused", "doubts", "mapping")]
    left = [row[:2] for row in sheets[text("import.sheet.leftovers")].iter_rows(min_row=4, values_only=True)]
    assert ("督办台账!B5", "古书院社区供水管网改造") in left


def test_the_workbook_of_leftovers_holds_no_formula(run: Run, empty: Path, tmp_path: Path) -> None:
    path = tmp_path / "混杂.xlsx"
    path.write_bytes(file_of(described(BOOKS / "08-what-must-not-be-there")))
    run("-C", empty, "import", path, "--leftovers", tmp_path / "left.xlsx")
    with (tmp_path / "left.xlsx").open("rb") as stream:
        book = openpyxl.load_workbook(io.BytesIO(stream.read()))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert any(str(cell.value).startswith("=HYPERLINK") for cell in cells)
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.quotePrefix for cell in cells if str(cell.value).startswith(("=", "@")))


def test_a_saved_mapping_is_learned(run: Run, empty: Path, book: Path, mapping: Path, tmp_path: Path) -> None:
    saved = tmp_path / "新对照.yml"
    first = run("-C", empty, "import", book, "--mapping", mapping, *CHOSEN, "--save-mapping", saved, "--format", "json")
    second = run("-C", empty, "import", book, "--mapping", saved, "--format", "json")
    assert {one["reason"] for one in second.json["mapping"]} == {"saved"}
    for part in ("items", "doubts", "leftovers"):
        assert second.json[part] == first.json[part]
    assert [one["fields"] for one in second.json["mapping"]] == [one["fields"] for one in first.json["mapping"]]


def test_heads_that_nobody_knows_are_saved_to_be_named(run: Run, empty: Path, tmp_path: Path) -> None:
    path, saved = tmp_path / "x.csv", tmp_path / "m.yml"
    path.write_text("甲,乙,丙\n修路,2019-07-01,市住建局\n装灯,2019-07-02,城区\n", encoding="utf-8")
    found = run("-C", empty, "import", path, "--save-mapping", saved)
    assert found.code == 1
    data, _ = parse("m.yml", saved.read_bytes())
    assert [one["head"] for one in data["columns"]] == ["甲", "乙", "丙"]
    text = saved.read_text(encoding="utf-8")
    named = text.replace('head: 甲, field: ""', "head: 甲, field: title").replace(
        'head: 乙, field: ""', "head: 乙, field: intake/received_on"
    )
    saved.write_text(named, encoding="utf-8")
    arguments = ("--mapping", saved, "--set=intake.sources.0.type=上级文件", "--set=intake.summary=见台账", *CHOSEN)
    assert run("-C", empty, "import", path, *arguments, "--write").code == 0
    assert len(items(empty)) == 2


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04rubbish", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF-1.7", b"\xff\xff\x80\x81,\x80\xff\n"],
)
def test_what_is_no_ledger_is_wrong_usage(run: Run, empty: Path, tmp_path: Path, content: bytes, lang: str) -> None:
    path = tmp_path / "台账.xlsx"
    path.write_bytes(content)
    found = run("-C", empty, "--lang", lang, "import", path)
    assert (found.code, found.out) == (2, "")
    assert "Traceback" not in found.err
    assert bool(re.search(r"[\u4e00-\u9fff]", found.err)) == (lang == "zh")


@pytest.mark.parametrize(
    "arguments",
    [
        ("nowhere.xlsx",),
        ("BOOK", "--sheet", "没有这张表"),
        ("BOOK", "--by", "nobody"),
        ("BOOK", "--set", "no.such=1"),
        ("BOOK", "--mapping", "BOOK"),
        ("BOOK", "--leftovers", "BOOK/x.xlsx"),
    ],
)
def test_bad_usage_is_told_from_findings(run: Run, empty: Path, book: Path, arguments: tuple[str, ...]) -> None:
    given = [one.replace("BOOK", str(book)) for one in arguments]
    found = run("-C", empty, "import", *given)
    assert found.code == 2
    assert found.err.startswith("duban: ")
    assert "Traceback" not in found.err


def test_numbers_go_on_after_files_that_nobody_can_read(run: Run, empty: Path, book: Path, mapping: Path) -> None:
    broken = empty / "items/2019/2019-0004.yml"
    broken.parent.mkdir(parents=True)
    broken.write_text("title: [", encoding="utf-8")
    run("-C", empty, "import", book, "--mapping", mapping, *CHOSEN, "--write")
    assert sorted(path.rpartition("/")[2] for path in items(empty)) == [
        f"2019-000{number}.yml" for number in (4, 5, 6, 7)
    ]
    assert broken.read_text(encoding="utf-8") == "title: ["


# An export and back.


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_the_ledgers_own_export_brings_nothing_new(run: Run, copy_of: Copy, tmp_path: Path, ending: str) -> None:
    folder, file = copy_of(), tmp_path / f"ledger.{ending}"
    before = items(folder)
    assert run("-C", folder, "export", "--out", file).code == 0
    found = run("-C", folder, "import", file, "--write", "--format", "json")
    assert (found.code, items(folder)) == (0, before)
    assert {one["state"] for one in found.json["items"]} == {"known"}
    assert (found.json["counts"]["known"], found.json["counts"]["doubts"]) == (58, 0)


def test_a_cell_changed_in_an_export_is_a_doubt(run: Run, copy_of: Copy, tmp_path: Path) -> None:
    folder, file = copy_of(), tmp_path / "ledger.xlsx"
    run("-C", folder, "export", "--out", file)
    book = openpyxl.load_workbook(file)
    sheet = book.worksheets[0]
    heads = [cell.value.split("\n")[0] for cell in sheet[3]]
    sheet.cell(4, heads.index("牵头单位") + 1).value = "市教育局"
    sheet.cell(5, heads.index("灯") + 1).value = "逾期"
    book.save(file)
    found = run("-C", folder, "import", file, "--format", "json")
    assert found.code == 1
    (doubt,) = found.json["doubts"]
    assert (doubt["code"], doubt["text"], doubt["cell"]) == (
        "changed",
        "市教育局",
        f"{sheet.cell(4, heads.index('牵头单位') + 1).coordinate}",
    )


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_whole_records_come_back_byte_for_byte(
    run: Run, copy_of: Copy, empty: Path, tmp_path: Path, ending: str
) -> None:
    folder, file = copy_of(), tmp_path / f"record.{ending}"
    assert run("-C", folder, "export", "--sheets", "record", "--out", file).code == 0
    found = run("-C", empty, "import", file, "--write", "--format", "json")
    assert (found.code, found.json["counts"]["new"]) == (0, 61)
    assert items(empty) == items(folder)
    assert run("-C", empty, "import", file, "--format", "json").json["counts"]["known"] == 61


def test_a_large_ledgers_records_come_back_too(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "synth"
    assert main(["-C", str(ROOT), "synth", "40", str(folder)]) == 0
    before = items(folder)
    run("-C", folder, "export", "--sheets", "record", "--out", tmp_path / "r.csv")
    for path in before:
        (folder / path).unlink()
    assert run("-C", folder, "import", tmp_path / "r.csv", "--write").code == 0
    assert items(folder) == before


@pytest.mark.parametrize(
    "spoil",
    [("/title", "{"), ("/title/0/99999999", '"x"'), ("/id", '"../../x"'), ("", "1"), ("/intake/sources/0/type", "3")],
)
def test_a_record_that_was_spoilt_is_refused(
    run: Run, copy_of: Copy, empty: Path, tmp_path: Path, spoil: tuple[str, str]
) -> None:
    file = tmp_path / "r.csv"
    run("-C", copy_of(items=("2019-0009",)), "export", "--sheets", "record", "--out", file)
    with file.open("a", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerow(("2019-0009", *spoil))
    found = run("-C", empty, "import", file, "--write", "--format", "json")
    assert found.code == 1
    assert all(Path(path).name == "2019-0009.yml" for path in items(empty))
    assert "Traceback" not in found.err


def test_a_table_taken_into_an_empty_ledger_is_the_same_table(
    run: Run, copy_of: Copy, empty: Path, tmp_path: Path
) -> None:
    """Every column that is data of the record: not what the ledger counts, nor the days of forms nobody signed here."""
    folder = copy_of()
    run("-C", folder, "export", "--out", tmp_path / "a.csv")
    of_leaders = ("--set=intake.sources.0.leader=mayor", "--set=intake.sources.0.text=见原批示")
    found = run("-C", empty, "import", tmp_path / "a.csv", *CHOSEN[:2], *of_leaders, "--write", "--format", "json")
    assert (found.code, found.json["counts"]["new"], found.json["counts"]["cells_leftover"]) == (0, 58, 0)
    assert run("-C", empty, "check").code == 0
    run("-C", empty, "export", "--out", tmp_path / "b.csv")
    one, other = (rows(tmp_path / name) for name in ("a.csv", "b.csv"))
    for before, after in zip(one, other, strict=True):
        for head, value in before.items():
            name = head.split(" ")[0]
            assert name in COUNTED | OF_FORMS or after[head] == value, (before["编号 Id"], head)
    record, _ = parse("x", items(empty)["items/2019/2019-0051.yml"])
    notes = {note["label"].split(" ")[0]: note["text"] for note in record["transcribed"]["notes"]}
    assert (notes["立项日期"], notes["签收日期"]) == ("2019-09-24", "2019-09-26")


def rows(file: Path) -> list[dict[str, str]]:
    """The lines of a CSV by its heads."""
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


# What an item that was taken over means to the ledger.


def taken_over(schemas: Schemas, **said: Any) -> Data:
    source = {"file": "a.xlsx", "sha256": "0" * 64, "sheet": "台账", "rows": "5", "on": "2019-10-01", "by": "registrar"}
    record = {
        "id": "2019-0900",
        "title": "旧事项",
        "openness": "不予公开",
        "openness_reason": "转录",
        "secrecy": "非涉密",
        "urgency": "平件",
        "category": "重点",
        "transcribed": {**source, **said, "cells": [{"field": "/title", "cell": "B5"}]},
        "intake": {
            "received_on": "2019-07-01",
            "received_by": "registrar",
            "sources": [{"type": "上级文件"}],
            "summary": "旧事项",
            "signed": [{"role": "registrar", "by": "registrar", "on": "2019-10-01"}],
        },
    }
    assert schemas.validator("item").is_valid(record)
    return record


@pytest.mark.parametrize(
    ("said", "light", "step", "due"),
    [
        ({"deadline": "2019-12-31", "lead_unit": "housing-bureau"}, "on_track", "intake", "2019-12-31"),
        ({"deadline": "2019-09-30"}, "overdue", "intake", "2019-09-30"),
        ({"deadline": "2019-09-30", "finished_on": "2019-09-30"}, "done_on_time", "report", "2019-09-30"),
        ({"deadline": "2019-09-30", "finished_on": "2019-10-01"}, "done_late", "report", "2019-09-30"),
        ({"finished_on": "2019-10-01"}, "done_on_time", "report", ""),
        ({}, "on_track", "intake", ""),
    ],
)
def test_lights_are_told_by_the_older_ledgers_days(
    readings: Readings, schemas: Schemas, calendar: WorkCalendar, said: Data, light: str, step: str, due: str
) -> None:
    item = Item("items/2019/2019-0900.yml", taken_over(schemas, **said))  # type: ignore[arg-type]
    found = status(item, AS_OF, readings.registry.policy, calendar)
    assert (found.light, found.step, found.due, found.lead_unit) == (light, step, due, said.get("lead_unit", ""))
    assert found.obligations == ()
    assert (found.next is None) == ("finished_on" in said)


def test_a_task_notice_takes_the_place_of_the_older_ledger(
    ledger: Ledger, readings: Readings, schemas: Schemas, calendar: WorkCalendar
) -> None:
    record: Data = {**ledger.items["2019-0051"].record}
    plain = status(Item("x", record), AS_OF, readings.registry.policy, calendar)  # type: ignore[arg-type]
    before = taken_over(schemas, deadline="2019-07-02", lead_unit="chengqu", state="已办结", finished_on="2019-07-02")
    with_it = status(
        Item("x", {**record, "transcribed": before["transcribed"]}), AS_OF, readings.registry.policy, calendar
    )  # type: ignore[arg-type]
    assert with_it == plain


def test_it_is_shown_within_the_office_alone(
    run: Run, empty: Path, book: Path, mapping: Path, git_folder: Callable[[Path], GitFolder]
) -> None:
    folder = git_folder(empty)
    before = folder.commit()
    run("-C", empty, "import", book, "--mapping", mapping, *CHOSEN, "--write")
    folder.commit()
    assert run("-C", empty, "check", "--base", before).code == 0
    summary = run("-C", empty, "summary", "--base", before).out
    for said in ("原台账转录", "督办台账.xlsx", "7月20日完成拆迁3户。", "收件登记员"):
        assert said in summary
    found = read(tree_of(empty))
    assert found.schemas is not None
    for name in ("internal", "public"):
        made = edition(
            name,  # type: ignore[arg-type]
            language("zh"),
            found.ledger(AS_OF),
            found.schemas,
            AS_OF,
            AS_OF,
            pinned=True,
            digests={},
        )
        html = "".join(
            section.html
            for item in made.ledger.items.values()
            for section in transcription(item.record, made.item_field, Shower(made, 2019))
        )
        assert ("H5" in html and "2019-08-30" in html and "住建局" in html) == (name == "internal")
