"""What an item's record owes: each kind from a small record, and that an obligation once missed stays missed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duban.calendar import WorkCalendar
from duban.model import Ledger
from duban.obligation import KINDS, Obligation, ledger_obligations, obligations
from records import DEADLINE, ISSUED, LEAD, OFFICE, POLICY, closure, ended, extension, noticed, proposal, received

CALENDAR = WorkCalendar({})
DAYS = st.dates(date(2019, 8, 28), date(2019, 12, 31)).map(date.isoformat)


def owed(record: Any) -> list[Obligation]:
    return obligations(record, POLICY, CALENDAR)


def of_kind(record: Any, kind: str) -> list[tuple[str, str, str, str]]:
    return [(one.owner, one.due, one.done_on, one.name) for one in owed(record) if one.kind == kind]


@pytest.mark.parametrize("record", [received(), received(proposal=proposal()), received(method={})])
def test_nothing_is_owed_before_the_task_notice(record: Any) -> None:
    assert owed(record) == []


def test_a_notice_is_signed_for_within_a_working_day() -> None:
    assert of_kind(noticed(), "ack") == [(LEAD, "2019-09-03", "2019-09-03", "")]
    unsigned = noticed({"issued_on": "2019-09-30"})
    del unsigned["task_notice"]["ack"]
    assert of_kind(unsigned, "ack") == [(LEAD, "2019-10-08", "", "")]


def test_the_deadline_is_owed_by_the_lead_unit() -> None:
    assert of_kind(noticed(), "deadline") == [(LEAD, DEADLINE, "", "")]
    assert of_kind(noticed(closure_notices=[closure()]), "deadline") == [(LEAD, DEADLINE, "2019-09-18", "")]


def test_a_milestone_is_met_by_the_first_report_that_says_so() -> None:
    notice = {"milestones": [{"name": "进场", "due": "2019-09-06"}, {"name": "完工", "due": DEADLINE}]}
    late = {"on": "2019-09-11", "milestones_done": [{"name": "进场", "done_on": "2019-09-10"}]}
    reply = {"on": "2019-09-10", "milestones_done": [{"name": "进场", "done_on": "2019-09-09"}]}
    tracking = {"form_no": "晋督跟〔2019〕1号", "to_unit": LEAD, "reply_by": "2019-09-12", "reply": reply}
    record = noticed(notice, progress=[late], tracking_notices=[tracking])
    assert of_kind(record, "milestone") == [(LEAD, "2019-09-06", "2019-09-09", "进场"), (LEAD, DEADLINE, "", "完工")]
    closed = noticed(notice, closure_notices=[closure()])
    assert [done for _, _, done, _ in of_kind(closed, "milestone")] == ["2019-09-18", "2019-09-18"]


@pytest.mark.parametrize(
    ("result", "dues"), [("同意", ["2019-09-06", "2019-10-08"]), ("不同意", ["2019-09-06"]), ("", ["2019-09-06"])]
)
def test_an_extension_brings_its_milestones_once_it_is_granted(result: str, dues: list[str]) -> None:
    asked = {**extension(result), "milestones": [{"name": "完工", "due": "2019-10-08"}]}
    record = noticed({"milestones": [{"name": "进场", "due": "2019-09-06"}]}, extensions=[asked])
    assert [due for _, due, _, _ in of_kind(record, "milestone")] == dues


def test_a_reply_is_owed_by_the_unit_the_notice_went_to() -> None:
    tracking = {"form_no": "晋督跟〔2019〕1号", "to_unit": "transport", "reply_by": "2019-09-12"}
    assert of_kind(noticed(tracking_notices=[tracking]), "reply") == [
        ("transport", "2019-09-12", "", "晋督跟〔2019〕1号")
    ]
    answered = {**tracking, "reply": {"on": "2019-09-11"}}
    assert of_kind(noticed(tracking_notices=[answered]), "reply")[0][2] == "2019-09-11"


def test_subtasks_are_owed_by_their_units_and_the_recheck_by_the_office() -> None:
    tasks = [
        {"unit": "transport", "task": "核定路线", "due": "2019-09-10", "done_on": "2019-09-11"},
        {"unit": "police", "task": "办通行证", "due": "2019-09-12"},
    ]
    notice = {"form_no": "晋督协〔2019〕1号", "subtasks": tasks, "recheck_on": "2019-09-16"}
    record = noticed(coordination_notices=[notice])
    assert of_kind(record, "subtask") == [
        ("transport", "2019-09-10", "2019-09-11", "核定路线"),
        ("police", "2019-09-12", "", "办通行证"),
    ]
    assert of_kind(record, "recheck") == [(OFFICE, "2019-09-16", "", "晋督协〔2019〕1号")]
    rechecked = noticed(coordination_notices=[{**notice, "recheck": {"on": "2019-09-17"}}])
    assert of_kind(rechecked, "recheck")[0][2] == "2019-09-17"


def test_an_extension_is_decided_within_two_working_days() -> None:
    asked = noticed(extensions=[extension(applied="2019-09-12")])
    assert of_kind(asked, "extension_decision") == [(OFFICE, "2019-09-17", "", "2019-10-11")]
    decided = noticed(extensions=[extension("不同意")])
    assert of_kind(decided, "extension_decision") == [(OFFICE, "2019-09-18", "2019-09-17", "2019-10-11")]


@pytest.mark.parametrize(
    ("cycle", "dues"),
    [
        ("每周", ["2019-09-06", "2019-09-16", "2019-09-20", "2019-09-27", "2019-10-08", "2019-10-11", "2019-10-18"]),
        ("每半月", ["2019-09-05", "2019-09-20", "2019-10-08", "2019-10-21"]),
        ("每月", ["2019-10-08"]),
    ],
)
def test_periodic_reports_are_due_on_working_days(cycle: str, dues: list[str]) -> None:
    record = noticed({"feedback_mode": "定期", "feedback_cycle": cycle, "deadline": "2019-10-22"})
    assert [due for _, due, _, _ in of_kind(record, "progress")] == dues


def test_a_period_is_met_by_its_first_report_and_each_report_meets_one() -> None:
    notice = {"feedback_mode": "定期", "feedback_cycle": "每周"}
    record = noticed(notice, progress=[{"on": "2019-09-05"}, {"on": "2019-09-06"}, {"on": "2019-09-19"}])
    assert [(due, done) for _, due, done, _ in of_kind(record, "progress")] == [
        ("2019-09-06", "2019-09-05"),
        ("2019-09-16", "2019-09-19"),
        ("2019-09-20", ""),
    ]


@pytest.mark.parametrize("cycle", ["每周", "每半月", "每月"])
def test_what_ends_before_its_first_period_owes_no_report(cycle: str) -> None:
    notice = {"feedback_mode": "定期", "feedback_cycle": cycle, "deadline": "2019-09-04"}
    assert of_kind(noticed(notice), "progress") == []
    assert of_kind(noticed({**notice, "deadline": DEADLINE}, closure_notices=[closure("2019-09-04")]), "progress") == []


def test_closing_owes_the_leader_an_answer_and_a_look_back() -> None:
    record = noticed(closure_notices=[closure(look_back_by="2019-10-24")])
    assert of_kind(record, "feedback") == [(OFFICE, "2019-10-01", "", "")]
    assert of_kind(record, "look_back") == [(OFFICE, "2019-10-24", "", "")]
    done = {**record, "feedback": {"on": "2019-09-25"}, "look_backs": [{"on": "2019-10-20"}, {"on": "2019-11-20"}]}
    assert of_kind(done, "feedback")[0][2] == "2019-09-25"
    assert of_kind(done, "look_back")[0][2] == "2019-10-20"
    assert of_kind(noticed(closure_notices=[closure(result="退回")]), "feedback") == []


@pytest.mark.parametrize("kind", ["not_filed", "withdrawn", "superseded"])
def test_an_ended_item_owes_nothing_more(kind: str) -> None:
    tracking = {"form_no": "晋督跟〔2019〕1号", "to_unit": LEAD, "reply_by": "2019-09-12"}
    record = noticed(
        {"milestones": [{"name": "进场", "due": "2019-09-06"}]}, tracking_notices=[tracking], **{kind: ended()}
    )
    assert [(one.kind, one.state("2019-12-31")) for one in owed(record)] == [("ack", "met")]


def test_a_look_back_is_due_by_the_policy_where_the_notice_sets_no_day() -> None:
    assert of_kind(noticed(closure_notices=[closure()]), "look_back") == [(OFFICE, "2019-10-24", "", "")]


def test_an_objection_on_receipt_is_coordinated_within_the_policys_days() -> None:
    objected = {"ack": {"by": "housing-head", "on": "2019-09-03", "objection": "不属我局职责。"}}
    notices = [
        {"form_no": f"晋督协〔2019〕{number}号", "issued_on": issued, "subtasks": [], "recheck_on": "2019-09-20"}
        for number, issued in enumerate(("2019-09-02", "2019-09-09"), 1)
    ]
    assert of_kind(noticed(), "coordination") == []
    assert of_kind(noticed(objected), "coordination") == [(OFFICE, "2019-09-06", "", "")]
    assert of_kind(noticed(objected, coordination_notices=notices), "coordination")[0][2] == "2019-09-09"
    silent = {name: value for name, value in POLICY.items() if name != "coordination"}
    assert "coordination" not in {one.kind for one in obligations(noticed(objected), silent, CALENDAR)}


def rated(rating: str, on: str = "2019-09-29", **parts: Any) -> Any:
    return closure(satisfaction={"source": "来信人", "rating": rating, "on": on}, **parts)


@pytest.mark.parametrize(
    ("record", "due"),
    [
        (noticed(closure_notices=[rated("不满意")]), "2019-10-02"),
        (noticed(closure_notices=[rated("不满意", "2019-09-20")]), "2019-09-27"),
        (noticed(closure_notices=[rated("基本满意")]), ""),
        (noticed(closure_notices=[rated("不满意", result="退回")]), ""),
        (noticed(closure_notices=[rated("不满意", result="退回"), rated("不满意")]), ""),
        (noticed(closure_notices=[rated("满意", result="退回"), rated("不满意")]), "2019-10-02"),
        (noticed(closure_notices=[rated("不满意")], reopened_from="2019-0000"), ""),
    ],
)
def test_what_people_are_not_satisfied_with_is_taken_up_again_once(record: Any, due: str) -> None:
    """From the rating and the closing on, whichever is later; the second rating stands."""
    assert [found for _, found, _, _ in of_kind(record, "reopening")] == ([due] if due else [])
    silent = {name: value for name, value in POLICY.items() if name != "reopen"}
    assert "reopening" not in {one.kind for one in obligations(record, silent, CALENDAR)}
    again = {**record, "reopening": {"on": "2019-10-01"}}
    assert [done for _, _, done, _ in of_kind(again, "reopening")] == (["2019-10-01"] if due else [])


def test_closing_leaves_open_only_what_comes_after_it() -> None:
    tracking = {"form_no": "晋督跟〔2019〕1号", "to_unit": LEAD, "reply_by": "2019-09-12"}
    record = noticed(tracking_notices=[tracking], closure_notices=[closure(look_back_by="2019-10-24")])
    assert [one.kind for one in owed(record) if not one.done_on] == ["feedback", "look_back"]


@pytest.mark.parametrize(
    ("done", "day", "state"),
    [
        ("", "2019-09-20", "open"),
        ("", "2019-09-21", "overdue"),
        ("2019-09-20", "2019-09-19", "open"),
        ("2019-09-20", "2019-09-20", "met"),
        ("2019-09-21", "2019-09-21", "met_late"),
        ("2019-09-25", "2019-09-21", "overdue"),
    ],
)
def test_a_state_is_that_of_the_end_of_the_day(done: str, day: str, state: str) -> None:
    assert Obligation("2019-0001", "deadline", LEAD, "2019-09-20", done).state(day) == state


@given(DAYS, st.just("") | DAYS, DAYS, DAYS)
def test_what_was_missed_stays_missed(due: str, done: str, one: str, other: str) -> None:
    obligation = Obligation("2019-0001", "reply", LEAD, due, done)
    earlier, later = sorted((one, other))
    if obligation.state(earlier) in ("overdue", "met_late"):
        assert obligation.state(later) in ("overdue", "met_late")
    if obligation.state(earlier) == "met":
        assert obligation.state(later) == "met"
    if obligation.state(earlier) == "met_late":
        assert obligation.state(later) == "met_late"


@given(st.data(), DAYS, DAYS)
def test_what_was_missed_in_the_shipped_ledger_stays_missed(
    ledger: Ledger, calendar: WorkCalendar, data: st.DataObject, one: str, other: str
) -> None:
    earlier, later = sorted((one, other))
    identity = data.draw(st.sampled_from(sorted(ledger.items)))
    for obligation in obligations(ledger.items[identity].record, ledger.registry.policy, calendar):
        if obligation.state(earlier) in ("overdue", "met_late"):
            assert obligation.state(later) in ("overdue", "met_late")


def test_obligations_stand_in_order_of_their_days(ledger: Ledger, calendar: WorkCalendar) -> None:
    listed = ledger_obligations(ledger, calendar)
    assert set(listed) == set(ledger.items)
    # Nobody of the shipped ledger was left dissatisfied with what was closed.
    assert {one.kind for found in listed.values() for one in found} == set(KINDS) - {"reopening"}
    for found in listed.values():
        assert [one.due for one in found] == sorted(one.due for one in found)
        assert all(one.due > ISSUED[:4] and one.owner in ledger.registry.units for one in found)
