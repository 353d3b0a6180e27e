"""The past told by the entries' own dates: nothing later than the day, and less the further back one goes."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import AS_OF
from duban.calendar import WorkCalendar
from duban.figures import figures
from duban.load import Readings
from duban.model import Data
from duban.schema import Schemas
from duban.status import statuses
from duban.survey import Surveyor
from duban.timeline import Timeline

DAYS = st.dates(date(2019, 6, 25), date(2019, 11, 5)).map(date.isoformat)
NEVER_FALL = (
    "special_reports",
    "bulletins",
    "interviewed_persons",
    "held_accountable",
    "visits",
    "all_visits",
    "task_notices",
    "tracking_notices",
    "coordination_notices",
    "closure_notices",
    "extensions",
)


@pytest.fixture(scope="module")
def timeline(schemas: Schemas) -> Timeline:
    return Timeline(schemas.field("item"))


@pytest.fixture(scope="module")
def items(readings: Readings) -> list[Data]:
    return [reading.data() for reading in readings.items.values() if reading.data]


@settings(max_examples=300)
@given(st.data(), DAYS)
def test_nothing_later_than_the_day_is_left(
    timeline: Timeline, items: list[Data], schemas: Schemas, data: st.DataObject, day: str
) -> None:
    item = data.draw(st.sampled_from(items))
    kept = timeline.until(item, day)
    assert (kept is None) == (item["intake"]["received_on"] > day)
    if kept is not None:
        assert max(Surveyor(schemas.field("item")).survey(kept).facts)[0] <= day
        assert timeline.until(kept, day) == kept
        assert [str(one) for one in schemas.validator("item").iter_errors(kept)] == []


@settings(max_examples=200)
@given(st.data(), DAYS, DAYS)
def test_the_past_of_the_past_is_the_past(
    timeline: Timeline, items: list[Data], data: st.DataObject, one: str, other: str
) -> None:
    item = data.draw(st.sampled_from(items))
    earlier, later = sorted((one, other))
    then = timeline.until(item, later)
    assert (timeline.until(then, earlier) if then is not None else None) == timeline.until(item, earlier)


@given(st.data(), DAYS)
def test_the_past_holds_only_what_the_record_holds(
    timeline: Timeline, items: list[Data], data: st.DataObject, day: str
) -> None:
    item = data.draw(st.sampled_from(items))
    before = copy.deepcopy(item)
    kept = timeline.until(item, day)
    assert item == before, "looking back changes nothing"
    assert kept is None or _within(kept, item)


def test_on_its_last_day_the_ledger_is_whole(timeline: Timeline, items: list[Data], readings: Readings) -> None:
    assert [timeline.until(item, AS_OF) for item in items] == items
    ledger = readings.ledger(AS_OF)
    assert [item.record for item in ledger.items.values()] == items
    assert len(ledger.reports) == len(readings.reports)


def test_before_its_first_day_the_ledger_is_empty(readings: Readings) -> None:
    ledger = readings.ledger("2019-06-30")
    assert (ledger.items, ledger.reports, ledger.broken) == ({}, {}, ())


@given(DAYS, DAYS)
def test_counts_never_fall_as_days_pass(readings: Readings, calendar: WorkCalendar, one: str, other: str) -> None:
    before, after = (_counted(readings, calendar, day) for day in sorted((one, other)))
    assert [name for name in NEVER_FALL if before[name] > after[name]] == []
    # An item that is not filed after all stops counting, and is counted as not filed from then on.
    assert before["items"] + before["not_filed"] <= after["items"] + after["not_filed"]
    assert before["not_filed"] <= after["not_filed"]


def test_what_is_owed_later_stays_while_what_happened_later_goes(timeline: Timeline) -> None:
    """Due dates say what must be done; they stand from the day the entry was written."""
    subtasks = [
        {"unit": "zezhou", "task": "交付场地", "due": "2019-07-15", "done_on": "2019-07-15", "result": "已交付。"},
        {"unit": "police-bureau", "task": "办通行证", "due": "2019-07-15"},
    ]
    item = {
        "id": "2019-0003",
        "intake": {"received_on": "2019-07-03", "sources": [{"type": "领导批示", "sent_on": "2019-07-02"}]},
        "coordination_notices": [{"issued_on": "2019-07-12", "recheck_on": "2019-07-22", "subtasks": subtasks}],
    }
    kept = timeline.until(item, "2019-07-13")
    assert kept is not None
    first, second = kept["coordination_notices"][0]["subtasks"]
    assert second == subtasks[1]
    assert (first["due"], "done_on" in first) == ("2019-07-15", False)
    assert timeline.until(item, "2019-07-11") == {key: item[key] for key in ("id", "intake")}
    assert timeline.until(item, "2019-07-02") is None


def _counted(readings: Readings, calendar: WorkCalendar, day: str) -> dict[str, Any]:
    ledger = readings.ledger(day)
    return figures(ledger, statuses(ledger, day, calendar), day)


def _within(part: Any, whole: Any) -> bool:
    """Whether a part is the whole with something taken away, in the same order."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(
            key in whole and _within(value, whole[key]) for key, value in part.items()
        )
    if isinstance(part, list):
        left = iter(whole)
        return all(any(_within(value, candidate) for candidate in left) for value in part)
    return bool(part == whole)
