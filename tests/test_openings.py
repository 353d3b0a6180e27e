"""Where an entry may be added, and what of it is filled in: the shipped items' lives told again, entry by entry."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, cast

import pytest

from conftest import AS_OF
from duban.calendar import WorkCalendar
from duban.finding import Pointer
from duban.known import Known
from duban.load import Readings
from duban.model import Data, Ledger
from duban.openings import Opening, awaited_first, openings
from duban.prefill import prefilled
from duban.rules.amendments import effective
from duban.schema import Field, Schemas
from duban.status import status
from records import closure, ended, noticed, received

ALWAYS = {
    "seq",
    "issuer",
    "to_unit",
    "deadline",
    "old_deadline",
    "days_overdue",
    "lead_unit",
    "co_units",
    "signer",
    "applicant_unit",
    "applicant",
    "approved_by",
    "contact_phone",
}
"""What the office never wrote otherwise than the ledger gives it, but for the persons of a signature."""

STARTS = {"content", "issue", "progress", "form_no", "archive_no"}
"""Texts that are only begun with what stands elsewhere, and numbers, of which none is taken here."""


def parts(data: Any, here: Field, pointer: Pointer) -> Iterator[tuple[str, Pointer, Any]]:
    """Every entry below the head with its day, without those within it; outer ones first."""
    if isinstance(data, list) and here.items is not None:
        for index, one in enumerate(data):
            yield from parts(one, here.items, (*pointer, index))
    elif isinstance(data, dict):
        if here.entry and here.entry != "intake":
            own = {name: value for name, value in data.items() if not here.properties[name].entry}
            yield data[here.dated_by], pointer, own
        for name, value in data.items():
            yield from parts(value, here.properties[name], (*pointer, name))


def life(data: Data, root: Field) -> Iterator[tuple[Data, str, Pointer, Any]]:
    """The record before each of its entries came, in the order of days, with the day, the place and the entry."""
    record = {name: value for name, value in data.items() if name == "intake" or not _begins(root, name)}
    waiting = sorted(parts(data, root, ()), key=lambda one: one[0])
    while waiting:
        places = {one.pointer for one in openings(effective(record), root)}
        day = waiting[0][0]
        ready = next((one for one in waiting if one[0] == day and one[1] in places), None)
        assert ready, (data["id"], waiting[0], places)
        waiting.remove(ready)
        yield copy.deepcopy(record), *ready
        put(record, ready[1], copy.deepcopy(ready[2]))


def _begins(root: Field, name: str) -> bool:
    here = root.properties[name]
    return bool((here.items or here).entry)


def put(record: Any, pointer: Pointer, value: Any) -> None:
    """Set it there; a list begins with its first member."""
    for part, following in pairwise(pointer):
        record = record.setdefault(part, []) if following == 0 and isinstance(record, dict) else record[part]
    if isinstance(record, list):
        record.append(value)
    else:
        record[pointer[-1]] = value


@pytest.fixture(scope="module")
def lives(readings: Readings, schemas: Schemas) -> list[tuple[Data, str, Pointer, Any]]:
    found = []
    for reading in readings.items.values():
        assert reading.data is not None
        found += [*life(reading.data(), schemas.field("item"))]
    return found


def test_whatever_was_added_had_its_place(lives: list[tuple[Data, str, Pointer, Any]], schemas: Schemas) -> None:
    """``life`` itself demands that every entry was an opening when it came."""
    kinds = Counter(cast(Field, schemas.field("item").at(pointer)).entry for _, _, pointer, _ in lives)
    assert kinds["reply"] > 20
    assert kinds.keys() >= {"proposal", "ack", "verification", "closure_decision", "extension_decision", "withdrawn"}


def test_what_is_filled_in_is_what_the_office_wrote(
    lives: list[tuple[Data, str, Pointer, Any]], readings: Readings, schemas: Schemas, calendar: WorkCalendar
) -> None:
    root, given = schemas.field("item"), Counter[tuple[str, bool]]()
    for record, day, pointer, written in lives:
        here = cast(Field, root.at(pointer))
        known = Known(effective(record), readings.registry, calendar, day)
        filled = prefilled(known, pointer, here)
        lines = filled.pop("signed")
        for line in lines if filled.get("unit") == written.get("unit") else ():
            assert any({**one, **line} == one for one in written["signed"]), pointer
        assert filled.pop(here.dated_by) == day
        for name, value in filled.items():
            same = [one["standard"] for one in written[name]] if name == "standard_results" else written.get(name)
            asked = [one["standard"] for one in value] if name == "standard_results" else value
            given[name, asked == same] += 1
            assert name not in ALWAYS or value == same, (pointer, name, value, same)
    assert {name for name, right in given if right} >= ALWAYS
    wrong = {name for name, right in given if not right}
    assert not [name for name in wrong - STARTS if given[name, True] < given[name, False]]


def test_numbers_go_on_after_all_that_are_taken(readings: Readings, schemas: Schemas, calendar: WorkCalendar) -> None:
    here = cast(Field, schemas.field("item").at(("archive",)))
    known = Known(
        {}, readings.registry, calendar, AS_OF, {"晋督档〔2019〕7号", "晋督档〔2018〕90号", "晋督任〔2019〕50号"}
    )
    assert prefilled(known, ("archive",), here)["archive_no"] == "晋督档〔2019〕8号"
    new_year = Known({}, readings.registry, calendar, "2020-01-02", known.taken)
    assert prefilled(new_year, ("archive",), here)["archive_no"] == "晋督档〔2020〕1号"


def test_who_may_sign_is_named_where_there_is_one(readings: Readings, schemas: Schemas, calendar: WorkCalendar) -> None:
    root = schemas.field("item")

    def signed(record: Data, *pointer: str | int) -> Any:
        known = Known(record, readings.registry, calendar, AS_OF)
        return prefilled(known, pointer, cast(Field, root.at(pointer)))["signed"]

    assert signed(noticed({"lead_unit": "civil-affairs"}), "extensions", 0)[0]["by"] == "civil-affairs-head"
    assert signed(noticed(), "visits", 0) == [{"role": "supervisor", "on": AS_OF}]
    assert signed({}, "extensions", 0) == [{"role": "unit_head", "on": AS_OF}]
    important = {**noticed(), "importance": "A", "extensions": [{}]}
    assert signed(important, "extensions", 0, "decision") == [{"role": "leader", "on": AS_OF}]


@pytest.mark.parametrize(
    ("record", "names"),
    [
        (received(), "proposal participants not_filed superseded amendments"),
        (received(not_filed=ended()), "amendments"),
        (
            noticed(),
            "progress tracking_notices coordination_notices extensions participants visits measures report "
            "closure_notices withdrawn superseded amendments",
        ),
        (
            noticed(closure_notices=[closure(result="")]),
            "progress tracking_notices coordination_notices extensions participants visits measures report "
            "verification satisfaction publicity decision look_back_by withdrawn superseded amendments",
        ),
        (
            noticed(report={}, closure_notices=[closure(satisfaction={"rating": "不满意", "on": "2019-09-25"})]),
            "visits measures verification publicity look_back_by feedback look_backs reopening amendments",
        ),
        (noticed(withdrawn=ended()), "amendments"),
    ],
)
def test_what_may_be_added_where_an_item_stands(schemas: Schemas, record: Any, names: str) -> None:
    assert [one.name for one in openings(record, schemas.field("item"))] == names.split()


def test_nothing_is_added_to_a_frozen_year(schemas: Schemas) -> None:
    root, objection = schemas.field("assessment"), {"on": "2019-11-01", "points": []}
    found = openings({"year": 2019, "objections": [objection]}, root)
    assert [one.pointer for one in found] == [("objections", 0, "ruling"), ("objections", 1), ("freeze",)]
    assert openings({"year": 2019, "objections": [objection], "freeze": {}}, root) == ()


def test_what_the_item_waits_for_comes_first(ledger: Ledger, schemas: Schemas, calendar: WorkCalendar) -> None:
    def awaited(identity: str, day: str) -> list[Opening]:
        item = ledger.items_on(day)[identity]
        found = openings(cast(Data, item.record), schemas.field("item"))
        return awaited_first(found, status(item, day, ledger.registry.policy, calendar))

    assert awaited("2019-0051", "2019-09-23")[0].names == {"proposal", "拟定督办意见", "Proposal"}
    assert awaited("2019-0051", "2019-09-25")[0].pointer == ("task_notice", "ack")
    # A milestone was missed on the 25th; the reply is due on the 31st.
    in_time, reply, *_ = awaited("2019-0051", "2019-10-29")
    assert (in_time.pointer, reply.pointer) == (("progress", 2), ("tracking_notices", 0, "reply"))
