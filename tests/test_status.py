"""Where an item stands on a day: its step, light, days left and next action, by dates alone."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duban.calendar import WorkCalendar
from duban.deadline import current_deadline, finished_on, original_deadline
from duban.model import STEPS, Broken, Item, Ledger
from duban.schema import Schemas
from duban.status import LIGHTS, OPEN_LIGHTS, Next, Status, status, statuses, step
from duban.timeline import Timeline
from records import DEADLINE, LEAD, OFFICE, POLICY, closure, ended, extension, noticed, proposal, received

CALENDAR = WorkCalendar({})
DAYS = st.dates(date(2019, 8, 28), date(2019, 12, 31)).map(date.isoformat)
NEW_DEADLINE = "2019-10-11"
GRANTED = noticed(extensions=[extension("同意")])
FORM = "晋督销〔2019〕1号"
CLOSED = noticed(closure_notices=[closure(look_back_by="2019-10-24")])
ARCHIVED = noticed(closure_notices=[closure()], feedback={"on": "2019-09-25"}, archive={"on": "2019-09-27"})
OBJECTED = noticed({"ack": {"by": "housing-head", "on": "2019-09-03", "objection": "不属我局职责。"}})
RATED = {"source": "来信人", "rating": "不满意", "on": "2019-09-29"}
DISSATISFIED = noticed(closure_notices=[closure(satisfaction=RATED)])


def on(record: Any, day: str) -> Status:
    return status(Item("items/2019/2019-0001.yml", record), day, POLICY, CALENDAR)


RECORDS: st.SearchStrategy[Any] = st.one_of(
    st.builds(
        lambda due, applied, result, milestone: noticed(
            {"milestones": [{"name": "进场", "due": milestone}]}, extensions=[extension(result, applied, due)]
        ),
        DAYS,
        DAYS,
        st.sampled_from(("", "同意", "不同意")),
        DAYS,
    ),
    st.builds(
        lambda finished, result: noticed(closure_notices=[closure(finished, result=result)]),
        DAYS,
        st.sampled_from(("同意", "退回", "")),
    ),
    st.sampled_from((received(), received(proposal=proposal()), noticed(), noticed(withdrawn=ended()))),
    st.sampled_from((OBJECTED, ARCHIVED, DISSATISFIED, {**DISSATISFIED, "reopening": {"on": "2019-10-02"}})),
)


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (received(), "intake"),
        (received(proposal=proposal()), "proposal"),
        (received(proposal=proposal(), approval={}), "approval"),
        (received(proposal=proposal(), approval={}, method={}), "method"),
        (noticed(), "method"),
        (noticed(report={"on": "2019-09-20"}), "report"),
        (noticed(closure_notices=[closure(result="")]), "method"),
        (CLOSED, "report"),
        ({**CLOSED, "feedback": {"on": "2019-09-25"}}, "feedback"),
        ({**CLOSED, "feedback": {"on": "2019-09-25"}, "archive": {"on": "2019-09-30"}}, "archive"),
    ],
)
def test_the_step_is_the_last_one_reached(record: Any, expected: str) -> None:
    assert expected in STEPS
    assert step(record) == expected


@pytest.mark.parametrize(
    ("record", "day", "light"),
    [
        (received(proposal=proposal()), "2019-12-31", "on_track"),
        (noticed(), "2019-09-16", "on_track"),
        (noticed(), "2019-09-17", "due_soon"),
        (noticed(), DEADLINE, "due_soon"),
        (noticed(), "2019-09-21", "overdue"),
        (noticed({"milestones": [{"name": "进场", "due": "2019-09-05"}]}), "2019-09-05", "on_track"),
        (noticed({"milestones": [{"name": "进场", "due": "2019-09-05"}]}), "2019-09-06", "due_soon"),
        (GRANTED, "2019-09-23", "on_track"),
        (GRANTED, "2019-10-12", "overdue"),
        (noticed(extensions=[extension("不同意")]), "2019-09-23", "overdue"),
        (noticed(extensions=[extension("")]), "2019-09-23", "overdue"),
        (noticed(extensions=[extension("同意", applied="2019-09-21")]), "2019-09-23", "overdue"),
        (noticed(closure_notices=[closure(DEADLINE)]), "2019-12-31", "done_on_time"),
        (noticed(closure_notices=[closure("2019-09-21")]), "2019-12-31", "done_late"),
        (noticed(closure_notices=[closure("")]), "2019-12-31", "done_on_time"),
        (noticed(closure_notices=[closure(result="退回")]), "2019-09-25", "overdue"),
        (
            noticed(extensions=[extension("同意")], closure_notices=[closure("2019-10-10")]),
            "2019-12-31",
            "done_on_time",
        ),
        (noticed(not_filed=ended()), "2019-12-31", "not_filed"),
        (noticed(withdrawn=ended()), "2019-12-31", "withdrawn"),
        (noticed(superseded=ended()), "2019-12-31", "superseded"),
    ],
)
def test_lights_come_from_dates_alone(record: Any, day: str, light: str) -> None:
    assert light in LIGHTS
    assert on(record, day).light == light


def test_a_moved_deadline_keeps_the_original_beside_it() -> None:
    found = on(GRANTED, "2019-09-23")
    assert (found.due, found.original_due) == (NEW_DEADLINE, DEADLINE)
    twice = noticed(
        extensions=[extension("同意"), extension("同意", applied=NEW_DEADLINE, new="2019-10-31", old=NEW_DEADLINE)]
    )
    assert (current_deadline(twice), original_deadline(twice)) == ("2019-10-31", DEADLINE)


@pytest.mark.parametrize(
    "asked",
    [
        extension(""),
        extension("不同意"),
        extension("同意", applied="2019-09-21"),
        extension("不同意", applied="2019-09-21"),
    ],
)
def test_undecided_refused_and_late_extensions_move_nothing(asked: Any) -> None:
    assert current_deadline(noticed(extensions=[asked])) == DEADLINE


def test_an_extension_asked_for_on_the_deadline_is_in_time() -> None:
    assert current_deadline(noticed(extensions=[extension("同意", applied=DEADLINE)])) == NEW_DEADLINE


def test_before_the_notice_no_deadline_binds() -> None:
    found = on(received(proposal=proposal("2019-09-18")), "2019-10-31")
    assert (found.due, found.original_due, found.workdays_left, found.lead_unit) == ("", "", None, "transport")
    assert original_deadline(received(proposal=proposal("2019-09-18"))) == "2019-09-18"
    assert original_deadline(received()) == ""


@pytest.mark.parametrize(
    ("record", "day", "expected"),
    [
        (received(), "2019-08-29", Next("proposal", OFFICE)),
        (received(proposal=proposal(), approval={}, method={}), "2019-09-01", Next("task_notice", OFFICE)),
        (noticed(), "2019-09-04", Next("deadline", LEAD, DEADLINE)),
        (noticed(), "2019-12-31", Next("deadline", LEAD, DEADLINE)),
        (
            noticed({"milestones": [{"name": "进场", "due": "2019-09-06"}]}),
            "2019-09-09",
            Next("milestone", LEAD, "2019-09-06", "进场"),
        ),
        (
            noticed(closure_notices=[closure(result="", form_no=FORM)]),
            "2019-09-19",
            Next("verification", OFFICE, "", FORM),
        ),
        (
            noticed(closure_notices=[closure(result="", form_no=FORM, verification={"on": "2019-09-20"})]),
            "2019-09-20",
            Next("closure_decision", OFFICE, "", FORM),
        ),
        (noticed(closure_notices=[closure(result="退回")]), "2019-09-25", Next("deadline", LEAD, DEADLINE)),
        (CLOSED, "2019-09-24", Next("feedback", OFFICE, "2019-10-01")),
        ({**CLOSED, "feedback": {"on": "2019-09-25"}}, "2019-09-26", Next("archive", OFFICE)),
        ({**CLOSED, "feedback": {"on": "2019-09-25"}}, "2019-10-25", Next("look_back", OFFICE, "2019-10-24")),
        (
            noticed(closure_notices=[closure()], feedback={"on": "2019-09-25"}),
            "2019-09-26",
            Next("archive", OFFICE),
        ),
        (
            {**CLOSED, "feedback": {"on": "2019-09-25"}, "archive": {"on": "2019-09-27"}},
            "2019-09-30",
            Next("look_back", OFFICE, "2019-10-24"),
        ),
        (
            noticed(closure_notices=[closure()], feedback={"on": "2019-09-25"}, archive={"on": "2019-09-27"}),
            "2019-09-30",
            Next("look_back", OFFICE, "2019-10-24"),
        ),
        (
            {**ARCHIVED, "look_backs": [{"on": "2019-10-20"}]},
            "2019-10-20",
            None,
        ),
        (OBJECTED, "2019-09-04", Next("coordination", OFFICE, "2019-09-06")),
        ({**DISSATISFIED, "feedback": {"on": "2019-09-25"}}, "2019-10-01", Next("reopening", OFFICE, "2019-10-02")),
        (
            {**DISSATISFIED, "feedback": {"on": "2019-09-25"}, "archive": {"on": "2019-09-27"}},
            "2019-10-01",
            Next("reopening", OFFICE, "2019-10-02"),
        ),
        (
            {**DISSATISFIED, "feedback": {"on": "2019-09-25"}, "reopening": {"on": "2019-10-02"}},
            "2019-10-02",
            Next("archive", OFFICE),
        ),
    ],
)
def test_what_is_expected_next(record: Any, day: str, expected: Next | None) -> None:
    assert on(record, day).next == expected


@pytest.mark.parametrize("kind", ["not_filed", "withdrawn", "superseded"])
def test_an_ended_item_owes_nothing(kind: str) -> None:
    found = on(noticed(**{kind: ended()}), "2019-12-31")
    assert (found.next, found.workdays_left) == (None, None)
    assert all(one.done_on for one in found.obligations)


def test_a_finished_item_counts_no_days() -> None:
    found = on(CLOSED, "2019-12-31")
    assert (found.finished_on, found.workdays_left) == ("2019-09-18", None)
    assert finished_on(noticed(closure_notices=[closure("")])) == "2019-09-19"
    assert finished_on(noticed(closure_notices=[closure(result="退回")])) == ""


def test_what_the_office_owes_turns_no_unit_red() -> None:
    """An objection that nobody coordinates is the office's own delay; the unit's light is that of its deadline."""
    late = on(OBJECTED, "2019-09-12")
    assert (late.light, late.next) == ("on_track", Next("coordination", OFFICE, "2019-09-06"))
    assert [one.state("2019-09-12") for one in late.obligations if one.owner == OFFICE] == ["overdue"]


def test_a_done_item_stays_done_when_it_is_taken_up_again() -> None:
    """The matter goes on in another item; this one keeps its finish, its light and its met deadline."""
    again = {**DISSATISFIED, "reopening": {"on": "2019-10-02"}}
    for day in ("2019-09-24", "2019-09-29", "2019-10-02", "2019-12-31"):
        for record in (DISSATISFIED, again):
            found = on(record, day)
            assert (found.light, found.finished_on, found.step) == ("done_on_time", "2019-09-18", "report")
            assert [one.state(day) for one in found.obligations if one.kind == "deadline"] == ["met"]


@given(
    st.sampled_from(("2019-09-18", "2019-09-21")),
    st.sampled_from(("满意", "不满意")),
    DAYS.filter(lambda day: day >= "2019-09-19"),
    st.none() | DAYS.filter(lambda day: day >= "2019-09-24"),
)
def test_whatever_follows_a_closing_nothing_of_the_past_unhappens(
    schemas: Schemas, finished: str, rating: str, rated: str, reopened: str | None
) -> None:
    """From the closing on, day by day: missed stays missed, met stays met, done stays done."""
    closed = closure(finished, satisfaction={"source": "来信人", "rating": rating, "on": rated})
    again = {"reopening": {"on": reopened}} if reopened else {}
    objected = {"ack": {"by": "housing-head", "on": "2019-09-03", "objection": "不属我局职责。"}}
    whole, timeline = noticed(objected, closure_notices=[closed], **again), Timeline(schemas.field("item"))
    settled: dict[tuple[str, str], str] = {}
    lights: list[str] = []
    for number in range(date(2019, 9, 24).toordinal(), date(2020, 1, 5).toordinal(), 3):
        day = date.fromordinal(number).isoformat()
        found = on(timeline.until(whole, day), day)
        lights.append(found.light)
        for one in found.obligations:
            state, before = one.state(day), settled.get((one.kind, one.due))
            if before == "overdue":
                assert state in ("overdue", "met_late")
            elif before:
                assert state == before
            if state != "open":
                settled[one.kind, one.due] = state
    assert set(lights) == {"done_on_time" if finished <= DEADLINE else "done_late"}
    assert ("reopening" in {kind for kind, _ in settled}) == (rating == "不满意")


@pytest.mark.parametrize(
    ("day", "light", "kind"),
    [
        ("2019-09-18", "due_soon", "deadline"),
        ("2019-09-19", "due_soon", "verification"),
        ("2019-09-20", "due_soon", "verification"),
        ("2019-09-21", "overdue", "verification"),
        ("2019-09-24", "overdue", "deadline"),
        ("2019-09-26", "overdue", "verification"),
        ("2019-09-29", "done_late", "feedback"),
    ],
)
def test_a_returned_close_out_leaves_the_item_open_and_its_deadline_where_it_was(
    schemas: Schemas, day: str, light: str, kind: str
) -> None:
    """Each day by the entries' own dates: applied, returned, applied for again, granted; late by the first deadline."""
    second = {**closure("2019-09-25", "2019-09-29"), "applied_on": "2019-09-26", "issued_on": "2019-09-26"}
    returned = closure("", "2019-09-24", "退回")
    record = Timeline(schemas.field("item")).until(noticed(closure_notices=[returned, second]), day)
    found = on(record, day)
    assert (found.light, found.due, found.next and found.next.kind) == (light, DEADLINE, kind)


@given(RECORDS, DAYS, DAYS)
def test_red_does_not_fade_as_days_pass(record: Any, one: str, other: str) -> None:
    earlier, later = sorted((one, other))
    before, after = on(record, earlier), on(record, later)
    if before.light == "overdue":
        assert after.light == "overdue"
    if before.light == "due_soon":
        assert after.light in ("due_soon", "overdue")
    assert (before.light in OPEN_LIGHTS) == (after.light in OPEN_LIGHTS)


@given(RECORDS, DAYS, DAYS)
def test_days_left_fall_by_the_working_days_that_passed(record: Any, one: str, other: str) -> None:
    earlier, later = sorted((one, other))
    before, after = on(record, earlier).workdays_left, on(record, later).workdays_left
    if before is None or after is None:
        assert before == after
    else:
        assert before - after == CALENDAR.workdays_between(earlier, later)


@given(RECORDS, DAYS)
def test_only_an_item_past_its_day_is_red(record: Any, day: str) -> None:
    found = on(record, day)
    is_open = found.light in OPEN_LIGHTS
    assert (found.light == "overdue") == (is_open and bool(found.due) and day > found.due)
    assert found.original_due == (original_deadline(record) if found.due else "")


def test_every_item_has_a_status_broken_ones_too(ledger: Ledger, calendar: WorkCalendar) -> None:
    broken = Broken("items/2019/2019-0099.yml", "2019-0099", "坏文件")
    found = statuses(Ledger(ledger.items, (broken,), ledger.reports, ledger.registry, ()), "2019-10-31", calendar)
    assert list(found) == sorted([*ledger.items, "2019-0099"])
    assert (found["2019-0099"].light, found["2019-0099"].title, found["2019-0099"].next) == ("broken", "坏文件", None)


def light_by_counting(record: Any, day: str) -> str:
    """The rule of an open item's light as it is written down, each day on its own."""
    due = current_deadline(record) if "task_notice" in record else ""
    if not due:
        return "on_track"
    missed = [one for one in on(record, day).pending if one.kind == "milestone" and one.due < day]
    few = CALENDAR.workdays_between(day, due) <= POLICY["lights"]["due_soon_workdays"]
    return "overdue" if day > due else "due_soon" if few or missed else "on_track"


@given(RECORDS, DAYS, DAYS)
def test_two_days_of_the_status_tell_the_light_of_every_later_day(record: Any, one: str, other: str) -> None:
    earlier, later = sorted((one, other))
    before, after = on(record, earlier), on(record, later)
    if before.light in OPEN_LIGHTS:
        assert after.light == light_by_counting(record, later)
    if before.soon_on:
        expected = "overdue" if later > before.due else "due_soon" if later >= before.soon_on else "on_track"
        assert (after.light, after.soon_on) == (expected, before.soon_on)
        assert before.soon_on <= before.due
    else:
        assert (after.light, after.soon_on) == (before.light, "")
