"""Reading an older ledger: no cell is lost, days and units are what they say, and no file can do harm."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import AS_OF
from corpus import base
from duban.importing.days import Years, read_day
from duban.importing.fate import KINDS
from duban.importing.grid import Book, Cell, Grid, Span, place_of
from duban.importing.importer import Import, import_book
from duban.importing.known import Source
from duban.importing.making import Office
from duban.importing.notes import parts_of
from duban.importing.refusal import RefusedError
from duban.importing.saved_mapping import SavedMapping, mapping_text, read_mapping
from duban.importing.terms import Terms
from duban.importing.words import COLUMNS, VALUES
from duban.load import Readings, read
from duban.parse import parse
from duban.rules.amendments import pointer_of
from duban.rules.case import value_at
from duban.schema import Schemas

CONSTANTS = {"openness": "不予公开", "openness_reason": "原台账转录", "urgency": "平件", "category": "重点"}
SOURCE = Source("台账.xlsx", "0" * 64)

_HEADS = "序号 督办事项 任务来源 收文日期 责任单位 完成时限 办理状态 办结日期 进展情况 备注 密级 奇怪的栏 灯 编号"
_TEXTS = """
1 古书院社区供水管网改造 领导批示 12345 网民留言、会议纪要 2019.7.5 7月5日 43651 年底前 市住建局
住建局、城区 天上局 已办结 办理中 7月5日召开协调会；7月20日完成 合计 一、领导批示件
注：每月更新 13912345678 =1+1 机密 2019-0007 督办事项 序号
"""
HEADS = st.sampled_from(_HEADS.split())
TEXTS = st.sampled_from([*_TEXTS.split(), "x" * 200, "第一行\n第二行"])
CELLS = st.one_of(
    TEXTS.map(Cell),
    st.dates(date(2018, 1, 1), date(2020, 12, 31)).map(lambda day: Cell(day.isoformat(), "day")),
    st.integers(1, 60_000).map(lambda number: Cell(str(number), "number")),
    st.just(Cell("=SUM(A1:A9)", "formula")),
    st.just(Cell("#REF!", "error")),
)


@st.composite
def grids(draw: st.DrawFn, name: str) -> Grid:
    """A sheet: perhaps a title, heads, rows of anything anywhere, some of it merged."""
    width = draw(st.integers(2, 7))
    cells: dict[tuple[int, int], Cell] = {}
    first = draw(st.integers(1, 3))
    if first > 1 and draw(st.booleans()):
        cells[1, 1] = Cell("2019年督查台账")
    for column in range(1, width + 1):
        cells[first, column] = Cell(draw(HEADS))
    for row in range(first + 1, first + 1 + draw(st.integers(0, 7))):
        for column in range(1, width + 2):
            if draw(st.integers(0, 3)):
                cells[row, column] = draw(CELLS)
    spans = []
    for _ in range(draw(st.integers(0, 3))):
        top, left = draw(st.integers(1, 9)), draw(st.integers(1, width))
        span = Span(top, left, top + draw(st.integers(0, 2)), left + draw(st.integers(0, 2)))
        if all(one[0] > span.bottom or one[2] < span.top or one[1] > span.right or one[3] < span.left for one in spans):
            spans.append(span)
    hidden = {place for place in cells for span in spans if span.has(*place) and place != span.origin}
    held = {place: cell for place, cell in cells.items() if place not in hidden}
    return Grid(name, held, tuple(spans), draw(st.booleans()) and draw(st.booleans()))


@pytest.fixture(scope="session")
def empty() -> Readings:
    """A small registry and the schemas, without an item."""
    return read({path: content for path, content in base().items() if path.startswith(("schemas/", "registry/"))})


def bring(book: Book, readings: Readings, constants: dict[str, Any] | None = None) -> Import:
    saved = SavedMapping(constants={**CONSTANTS, **(constants or {})})
    return import_book(book, SOURCE, Office(readings, AS_OF, "registrar"), saved)


@settings(max_examples=80)
@given(st.data())
def test_every_cell_of_every_sheet_comes_to_one_end(empty: Readings, data: st.DataObject) -> None:
    book = Book(tuple(data.draw(grids(name)) for name in ("甲", "乙")[: data.draw(st.integers(1, 2))]))
    made = bring(book, empty, {"intake/sources/0/type": "上级文件", "intake/received_on": "2019-07-01"})
    cells = {(sheet.name, place): cell for sheet in book.sheets for place, cell in sheet.cells.items()}
    assert {(spot.sheet, spot.place) for spot in made.fates} == set(cells)
    assert {fate.kind for fate in made.fates.values()} <= set(KINDS)
    assert all(bool(fate.why) == (fate.kind == "leftover") for fate in made.fates.values())
    told: set[tuple[str, tuple[int, int]]] = set()
    for one in made.of("new"):
        record, problems = parse(one.path, one.content)
        assert problems == []
        for source in record["transcribed"]["cells"]:
            place = (one.draft.sheet, place_of(source["cell"]))
            told.add(place)
            assert place in cells
            assert value_at(record, pointer_of(source["field"])) not in (None, "")
        notes = {note["text"] for note in record["transcribed"].get("notes", ())}
        sources = {one["field"] for one in record["transcribed"]["cells"]}
        assert all(
            f"/transcribed/notes/{index}/text" in sources
            for index in range(len(record["transcribed"].get("notes", ())))
        )
        assert notes == {note["text"] for note in record["transcribed"].get("notes", ())}
    values = {(spot.sheet, spot.place) for spot, fate in made.fates.items() if fate.kind == "value"}
    sections = {(spot.sheet, spot.place) for spot, fate in made.fates.items() if fate.kind == "section"}
    assert values == told - sections
    for doubt in made.doubts:
        assert (doubt.spot.sheet, doubt.spot.place) in cells


@settings(max_examples=20)
@given(st.data())
def test_what_is_written_is_valid_and_once_written_is_known(empty: Readings, data: st.DataObject) -> None:
    book = Book((data.draw(grids("甲")),))
    constants = {"intake/sources/0/type": "上级文件", "intake/received_on": "2019-07-01"}
    made = bring(book, empty, constants)
    tree = {**empty.tree, **{one.path: one.content for one in made.of("new")}}
    after = read(tree)
    wrong = [one for one in after.findings(AS_OF) if one.severity == "error" and one.path.startswith("items/")]
    assert wrong == []
    again = bring(book, after, constants)
    assert again.of("new") == []
    assert again.of("changed") == []
    assert len(again.of("known")) == len(made.of("new"))


DAY = st.dates(date(2000, 1, 1), date(2049, 12, 31))


@given(DAY)
def test_a_day_is_read_in_every_way_that_it_is_written(day: date) -> None:
    year, month, of_month = day.year, day.month, day.day
    chinese = f"{year}年{month}月{of_month}日"
    full = (
        *(f"{year}{sign}{month}{sign}{of_month}" for sign in "./-．"),
        *(f"{year}-{month:02}-{of_month:02}{time}" for time in ("", " 00:00:00", " 9:30")),
        *(chinese + tail for tail in ("", "前", "之前", "以前", "止", "（星期五）")),
        f" {year} 年 {month} 月 {of_month} 日 ",
        f"{year}{month:02}{of_month:02}",
    )
    for text in full:
        assert read_day(Cell(text), Years()) == (day.isoformat(), (), ""), text
    for text in (f"{month}月{of_month}日", f"{month}月{of_month}号前"):
        assert read_day(Cell(text), Years()) is None
        found = read_day(Cell(text), Years(asked=year))
        assert found is not None
        assert (found.iso, found.doubts, found.by) == (day.isoformat(), ("year_inferred",), "asked")
    serial = (day - date(1899, 12, 30)).days
    assert read_day(Cell(str(serial)), Years()) == (day.isoformat(), ("serial",), "")


@given(DAY, st.integers(0, 364))
def test_a_deadline_without_a_year_lies_in_the_year_after_its_row(received: date, later: int) -> None:
    due = received + timedelta(days=later)
    if (due.month, due.day) == (2, 29):
        return
    found = read_day(Cell(f"{due.month}月{due.day}日"), Years(row=received.isoformat(), ahead=True))
    assert found is not None
    assert (found.iso, found.by) == (due.isoformat(), "row")


@pytest.mark.parametrize(
    "text",
    [
        "年底前",
        "长期坚持",
        "7月中旬",
        "2019-02-30",
        "13月5日",
        "立即",
        "2019年",
        "7.5-7.20",
        "100",
        "#REF!",
        "2019.7.5至2019.8.1",
    ],
)
def test_what_says_no_day_is_no_day(text: str) -> None:
    assert read_day(Cell(text), Years(asked=2019, ahead=True)) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("二〇一九年七月五日", "2019-07-05"),
        ("二○一九年十二月三十一日", "2019-12-31"),
        ("２０１９年７月５日", "2019-07-05"),
        ("19.7.5", "2019-07-05"),
        ("2019年7月底前", "2019-07-31"),
        ("2月", "2019-02-28"),
    ],
)
def test_rarer_ways_to_write_a_day(text: str, day: str) -> None:
    found = read_day(Cell(text), Years(asked=2019, ahead=True))
    assert found is not None
    assert found.iso == day


NOTE = st.tuples(st.integers(1, 12), st.integers(1, 28), st.text("完成拆迁户开会协调0123", min_size=1, max_size=8))


@given(st.lists(NOTE, min_size=1, max_size=5), st.sampled_from(("；", "。", "\n", "；\n")))
def test_notes_put_together_again_are_the_cell(given_notes: list[tuple[int, int, str]], sign: str) -> None:
    ordered = sorted(given_notes, key=lambda one: one[:2])
    text = sign.join(f"{month}月{day}日{words}" for month, day, words in ordered)
    parts = parts_of(text, Years(asked=2019))
    assert len(parts) == len(ordered)
    assert re.sub(r"\s", "", "".join(part.text for part in parts)) == re.sub(r"\s", "", text)
    assert [part.day and part.day.iso for part in parts] == [f"2019-{month:02}-{day:02}" for month, day, _ in ordered]


@pytest.mark.parametrize(
    "text",
    [
        "先开会，7月5日完成",
        "7月5日-7月20日集中整治；8月1日完成",
        "8月1日开工；7月1日立项",
        "正在办理",
        "7月5日前完成；尽快推进。7月9日开会、",
    ],
)
def test_notes_that_cannot_be_parted_for_certain_stay_whole(text: str) -> None:
    parts = parts_of(text, Years(asked=2019))
    assert [part.text for part in parts] == [text] or all(part.day for part in parts)
    if not text.startswith("7月5日前"):
        assert len(parts) == 1
        assert parts[0].day is None


def test_units_are_found_by_id_full_short_and_usual_names(readings: Readings, schemas: Schemas) -> None:
    terms = Terms(readings.registry, {})
    here = schemas.field("item").at(("transcribed", "lead_unit"))
    assert here is not None
    for unit in readings.registry.units.values():
        for name in (unit.id, unit.name, unit.short_name, unit.short_name.removeprefix("市")):
            found = terms.find("transcribed/lead_unit", name, here)
            assert found is not None, name
            assert found.value == unit.id, name
    assert terms.find("transcribed/lead_unit", "天上局", here) is None
    assert terms.find("transcribed/lead_unit", "局", here) is None
    several = terms.listed("transcribed/co_units", "市教育局，市住建局和市交通局", here)
    assert [term and term.value for _, term in several] == ["education-bureau", "housing-bureau", "transport-bureau"]


def test_the_words_known_are_of_fields_and_values_that_exist(schemas: Schemas) -> None:
    root = schemas.field("item")
    for name in COLUMNS:
        assert name in ("computed", "transcribed/notes") or root.at(
            tuple(int(one) if one.isdigit() else one for one in name.split("/"))
        ), name
    for name, values in VALUES.items():
        here = root.at(tuple(int(one) if one.isdigit() else one for one in name.split("/")))
        assert here is not None
        assert set(values) <= set(here.enum)
        written = [word for words in values.values() for word in words]
        assert len(written) == len(set(written)), name


def test_a_mapping_is_read_as_it_was_written(schemas: Schemas) -> None:
    root = schemas.field("item")
    columns = {"督办 事项: 一": ("title", "intake/summary"), "闲话": ("",), "责任单位/牵头": ("transcribed/lead_unit",)}
    constants = {"openness": "不予公开", "plan_refs": ["P01"]}
    values = [("transcribed/lead_unit", "住建, 那边", "housing-bureau"), ("transcribed/deadline", "年底", "")]
    notes = dict.fromkeys(("head", "columns", "constants", "values"), "说明")
    text = mapping_text(columns.items(), constants, ["urgency"], values, 2019, notes)
    found = read_mapping(text.encode(), "对照.yml", root)
    assert found.columns == columns
    assert found.constants == constants
    assert found.year == 2019
    assert found.values["transcribed/lead_unit"] == {"住建, 那边": "housing-bureau"}


@pytest.mark.parametrize(
    "content",
    [
        *("a: b", "columns: x", "columns: [{head: a}]", "columns: [{head: a, field: tittle}]"),
        *("constants: [1]", "- 1", "columns: [", "values: 3"),
    ],
)
def test_a_mapping_that_is_wrong_is_refused(schemas: Schemas, content: str) -> None:
    with pytest.raises(RefusedError):
        read_mapping(content.encode(), "对照.yml", schemas.field("item"))
