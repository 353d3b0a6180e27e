"""Reading a whole tree: whatever stands in its files, every file is judged and nothing raises."""

from __future__ import annotations

import copy
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import AS_OF, ROOT
from corpus import case
from duban.calendar import WorkCalendar
from duban.deadline import is_settled
from duban.figures import figures
from duban.finding import Finding
from duban.language import LANGUAGES, language
from duban.load import Readings, read
from duban.model import Data, Tree
from duban.parse import parse
from duban.reader import Reader
from duban.record import ItemRecord
from duban.repository import is_day
from duban.rules.amendments import amended
from duban.rules.case import value_at
from duban.schema import Schemas
from duban.status import statuses
from duban.writing import file_text
from test_schemas import pointers, some_item, spoil

DAYS = ("1900-01-01", "1900-02-28", "2019-07-15", AS_OF, "2099-12-31")


@pytest.fixture(scope="module")
def reader(schemas: Schemas, tree: Tree) -> Reader:
    return Reader(schemas, tree)


def judged(reader: Reader, schemas: Schemas, tree: Tree, path: str, content: bytes) -> list[Finding]:
    """Everything the commands would work out of a ledger of one file."""
    readings = Readings(
        {**tree, path: content}, reader.registry, {path: reader.item(path, content)}, {}, schemas=schemas
    )
    for day in (AS_OF, "2019-08-15"):
        ledger = readings.ledger(day)
        figures(ledger, statuses(ledger, day, WorkCalendar.of(ledger.registry)), day)
    found = readings.findings(AS_OF)
    for finding in found:
        assert all(language(code).message(finding) and language(code).fix(finding) for code in LANGUAGES)
    return found


@settings(max_examples=150)
@given(st.data())
def test_spoilt_items_are_named_and_nothing_raises(
    readings: Readings, reader: Reader, schemas: Schemas, tree: Tree, data: st.DataObject
) -> None:
    item = copy.deepcopy(some_item(readings, data.draw(st.integers(0, len(readings.items) - 1))))
    path = f"items/2019/{item['id']}.yml"
    for _ in range(data.draw(st.integers(1, 3))):
        spoil(item, data.draw(st.sampled_from(sorted(pointers(item, ()), key=str))), data)
    content = (file_text(item, schemas.field("item")) or "\n").encode()
    found = judged(reader, schemas, tree, path, content)
    valid = schemas.validator("item").is_valid(item)
    assert valid or any(finding.path == path for finding in found)


@settings(max_examples=150)
@given(st.data())
def test_any_date_of_the_calendar_can_be_judged(
    readings: Readings, reader: Reader, schemas: Schemas, tree: Tree, data: st.DataObject
) -> None:
    item = copy.deepcopy(some_item(readings, data.draw(st.integers(0, len(readings.items) - 1))))
    root = schemas.field("item")
    dates = [pointer for pointer in pointers(item, ()) if (here := root.at(pointer)) is not None and here.is_date]
    for pointer in data.draw(st.lists(st.sampled_from(dates), min_size=1, max_size=3)):
        value_at(item, pointer[:-1])[pointer[-1]] = data.draw(st.sampled_from(DAYS))
    judged(reader, schemas, tree, f"items/2019/{item['id']}.yml", file_text(item, root).encode())


@pytest.mark.parametrize("day", ["1900-01-01", "2099-12-31"])
def test_the_ledger_can_be_asked_for_on_any_day(readings: Readings, day: str) -> None:
    ledger = readings.ledger(day)
    found = figures(ledger, statuses(ledger, day, WorkCalendar.of(ledger.registry)), day)
    assert found["items"] == (0 if day < "2019" else 58)


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "2100-01-01", "9999-12-31"])
def test_no_ledger_lives_in_other_centuries(
    reader: Reader, readings: Readings, schemas: Schemas, tree: Tree, day: str
) -> None:
    item = copy.deepcopy(some_item(readings, 8))
    item["task_notice"]["deadline"] = day
    content = file_text(item, schemas.field("item")).encode()
    assert [one.code for one in judged(reader, schemas, tree, f"items/2019/{item['id']}.yml", content)] == ["D105"]
    assert not is_day(day)


@pytest.mark.parametrize("name", ["item", "common", "policy", "report", "units"])
@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{", b"\xff", b'{"$ref": "#/$defs/nowhere"}', b'{"type": 5}', b'{"properties": 5}', b"null"],
)
def test_a_broken_schema_is_a_finding(tree: Tree, name: str, content: bytes) -> None:
    readings = read({**tree, f"schemas/{name}.schema.json": content})
    assert [finding.code for finding in readings.findings(AS_OF)] == ["D809"]
    assert (readings.items, readings.ledger(AS_OF).items) == ({}, {})


@pytest.mark.parametrize(
    "path", ["registry/units.yml", "registry/people.yml", "registry/policy.yml", "registry/plan/2019.yml"]
)
@pytest.mark.parametrize("content", [None, b"", b"- x\n", b"units: x\n"])
def test_a_broken_registry_file_hides_no_item(tree: Tree, path: str, content: bytes | None) -> None:
    others = {name: text for name, text in tree.items() if name != path}
    readings = read(others if content is None else {**others, path: content})
    assert len(readings.items) == 61
    found = readings.findings(AS_OF)
    assert found or (content is None and "plan" in path)
    assert len(readings.ledger(AS_OF).items) == 61


def test_one_broken_item_never_hides_the_others(tree: Tree) -> None:
    path = "items/2019/2019-0009.yml"
    readings = read({**tree, path: b"title: [\n"})
    ledger = readings.ledger(AS_OF)
    assert [(one.path, one.id) for one in ledger.broken] == [(path, "2019-0009")]
    assert len(ledger.items) == 60
    assert {finding.path for finding in readings.findings(AS_OF)} >= {path}


def test_amendments_leave_what_was_written_as_it_is() -> None:
    it = case(ROOT / "tests/cases/D312-amended-again-within-what-was-amended-is-fine")
    data, _ = parse("x", it.tree["items/2019/2019-0001.yml"])
    assert data is not None
    written = copy.deepcopy(data)
    record, misfits = amended(data)
    assert misfits == []
    assert record["coordination_notices"] != data["coordination_notices"]
    assert data == written


def test_what_other_files_need_to_know_of_an_item_is_what_it_says(tree: Tree) -> None:
    readings = read(tree)
    found = {one.facts.id: (one.facts, cast(ItemRecord, one.data())) for one in readings.items.values() if one.data}
    assert (
        {facts.counted for facts, _ in found.values()}
        == {facts.settled for facts, _ in found.values()}
        == {True, False}
    )
    for facts, record in found.values():
        assert (facts.counted, facts.settled) == ("not_filed" not in record, is_settled(record))
        assert facts.as_row()[4] is facts.counted
        assert facts.as_row()[-1] is facts.settled


def test_reading_does_not_change_the_data(readings: Readings, schemas: Schemas) -> None:
    before: list[Data] = [copy.deepcopy(some_item(readings, index)) for index in range(len(readings.items))]
    readings.ledger("2019-08-15")
    after: Any = [some_item(readings, index) for index in range(len(readings.items))]
    assert before == after
