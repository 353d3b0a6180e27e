"""Who is on an item, and what units are asked: each kind from a small record, then laws over any of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import AS_OF, ROOT, Outcome
from duban.assignment import assigned
from duban.burden import DEMAND_KINDS, INSPECTIONS, Demand, conflicts, demands, loads, monday, month_before, unanswered
from duban.calendar import WorkCalendar
from duban.inspection import inspection_demands, plan_conflicts
from duban.model import Item, Ledger
from duban.status import status, statuses
from records import DEADLINE, LEAD, POLICY, closure, noticed

CALENDAR = WorkCalendar({})
UNITS = st.sampled_from(["city", "water", "roads"])
PEOPLE = st.lists(st.sampled_from("abcdef"), min_size=1, max_size=3, unique=True).map(tuple)
ON = st.dates(date(2019, 9, 1), date(2019, 10, 31)).map(date.isoformat)
DEMANDS = st.lists(
    st.builds(Demand, UNITS, st.sampled_from(DEMAND_KINDS), ON, st.sampled_from(["1", "2", "3"]), st.just(""), PEOPLE),
    max_size=14,
)


def visit(on: str, *visitors: str, method: str = "暗访") -> Any:
    return {"on": on, "place": "工地", "method": method, "visitors": list(visitors or ("staff-1",)), "finding": "见闻"}


def tracking(issued: str, unit: str = "water", reply: str = "") -> Any:
    notice = {"form_no": "晋督跟〔2019〕1号", "issued_on": issued, "to_unit": unit, "contact": "staff-2"}
    return {**notice, "reply_by": "2019-09-30", **({"reply": {"on": reply}} if reply else {})}


def coordination(issued: str = "2019-09-05", recheck_on: str = "2019-09-12", recheck: str = "") -> Any:
    subtasks = [{"unit": unit, "task": "移管线", "due": "2019-09-10"} for unit in ("water", "roads", "water")]
    notice = {"form_no": "晋督协〔2019〕1号", "issued_on": issued, "subtasks": subtasks, "recheck_on": recheck_on}
    notice |= {"contact": "staff-1", "convener": "mayor"}
    return {**notice, **({"recheck": {"on": recheck, "by": "staff-3"}} if recheck else {})}


def asked(
    record: Any, day: str, first: str = "2019-09-01", last: str = "2019-12-31"
) -> list[tuple[str, str, str, bool]]:
    item = Item("items/2019/2019-0001.yml", record)
    states = {item.id: status(item, day, POLICY, CALENDAR)}
    return [(one.unit, one.kind, one.on, one.planned) for one in demands([item], states, first, last, day)]


def test_people_are_on_an_item_in_the_parts_that_its_record_gives_them() -> None:
    record = noticed(
        tracking_notices=[tracking("2019-09-09")],
        coordination_notices=[coordination()],
        closure_notices=[closure(contact="staff-1", verification={"by": "staff-2", "on": "2019-09-20"})],
    )
    record["method"] = {
        "supervisors": [{"person": "staff-1", "team": "专业督查员"}, {"person": "expert", "team": "督查专家"}]
    }
    assert assigned(record) == {
        "staff-1": ("supervisor", "contact"),
        "expert": ("supervisor",),
        "staff-2": ("contact", "verifier"),
        "mayor": ("convener",),
    }
    assert assigned({"id": "2019-0002"}) == {}  # type: ignore[typeddict-item]


@pytest.mark.parametrize("method", ["四不两直", "实地督查"])
def test_a_visit_counts_for_the_lead_unit_once_it_was_made_and_never_before(method: str) -> None:
    record = noticed(visits=[visit("2019-09-10", method=method)])
    assert asked(record, "2019-09-09") == []
    assert asked(record, "2019-09-10") == [(LEAD, "visit", "2019-09-10", False)]


def test_a_notice_counts_for_whom_it_is_sent_to_on_the_day_it_was_issued() -> None:
    record = noticed(tracking_notices=[tracking("2019-09-09")], coordination_notices=[coordination()])
    notices = [one for one in asked(record, "2019-09-09") if one[1] not in INSPECTIONS]
    assert notices == [
        ("water", "tracking_notice", "2019-09-09", False),
        ("water", "coordination_notice", "2019-09-05", False),
        ("roads", "coordination_notice", "2019-09-05", False),
    ]


@pytest.mark.parametrize(
    ("day", "made", "expected"),
    [
        ("2019-09-12", "", [("2019-09-12", True)]),
        ("2019-09-13", "", []),
        ("2019-09-16", "2019-09-16", [("2019-09-16", False)]),
    ],
)
def test_a_recheck_counts_when_it_is_planned_until_its_day_and_then_when_it_was_made(
    day: str, made: str, expected: list[tuple[str, bool]]
) -> None:
    record = noticed(coordination_notices=[coordination(recheck=made)])
    found = [one for one in asked(record, day) if one[1] == "recheck"]
    assert found == [(unit, "recheck", on, planned) for on, planned in expected for unit in ("water", "roads")]


def test_a_look_back_counts_as_planned_until_it_was_made() -> None:
    closed = closure(look_back_by="2019-12-20")
    assert asked(noticed(closure_notices=[closed]), "2019-10-31") == [(LEAD, "look_back", "2019-12-20", True)]
    done = noticed(closure_notices=[closed], look_backs=[{"on": "2019-12-01", "by": "staff-1"}])
    assert asked(done, "2019-12-31") == [(LEAD, "look_back", "2019-12-01", False)]
    assert asked(noticed(closure_notices=[closed]), "2019-12-21") == []


def test_a_periodic_report_counts_on_the_day_it_is_due() -> None:
    record = noticed({"feedback_mode": "定期", "feedback_cycle": "每周", "deadline": DEADLINE})
    assert asked(record, "2019-09-09") == [(LEAD, "report", on, False) for on in ("2019-09-06", "2019-09-16", DEADLINE)]
    assert asked(record, "2019-09-09", last="2019-09-10") == [(LEAD, "report", "2019-09-06", False)]


def test_a_unit_has_yet_to_answer_what_is_pending() -> None:
    record = noticed(
        {"feedback_mode": "定期", "feedback_cycle": "每周"},
        tracking_notices=[tracking("2019-09-09"), tracking("2019-09-10", reply="2019-09-11")],
        coordination_notices=[coordination()],
    )
    item = Item("items/2019/2019-0001.yml", record)
    assert unanswered([status(item, "2019-09-12", POLICY, CALENDAR)], "2019-09-12") == {"water": 3, "roads": 1, LEAD: 1}


def test_loads_are_of_this_month_so_far_and_of_the_month_before() -> None:
    found = [Demand("city", "visit", on, "1") for on in ("2018-12-31", "2019-01-01", "2019-01-15", "2019-01-16")]
    found += [Demand("roads", "report", on, "2") for on in ("2018-11-30", "2018-12-01", "2018-12-05")]
    assert month_before("2019-01") == "2018-12"
    assert [(one.unit, one.total, one.before) for one in loads(found, {}, "2019-01-15")] == [
        ("city", 2, 1),
        ("roads", 0, 2),
    ]


def test_two_items_in_one_week_are_a_conflict_and_say_what_to_merge() -> None:
    week = ("2019-10-07", "2019-10-08", "2019-10-13")
    coming = [Demand("city", "visit", on, str(nth), people=("a",)) for nth, on in enumerate(week)]
    assert [(one.week, one.askers, one.merges) for one in conflicts(coming)] == [("2019-10-07", 3, ("inspections",))]
    papers = [Demand("city", "report", week[0], "1"), Demand("city", "tracking_notice", week[2], "2")]
    assert [one.merges for one in conflicts(papers)] == [("papers",)]
    assert [one.merges for one in conflicts([coming[0], papers[1]])] == [("collect",)]
    apart = [Demand("city", "visit", "2019-10-13", "1"), Demand("city", "visit", "2019-10-14", "2")]
    other = [Demand("city", "report", week[0], "1"), Demand("roads", "report", week[0], "2")]
    assert conflicts(apart) == conflicts(other) == conflicts(coming[:1]) == []


def test_one_item_is_no_conflict_while_those_who_come_are_of_one_team() -> None:
    def visits(*teams: str) -> list[Demand]:
        return [
            Demand("city", "visit", f"2019-10-0{day}", "1", people=tuple(team)) for day, team in enumerate(teams, 7)
        ]

    assert conflicts(visits("ab", "cd", "bc")) == []
    assert [one.merges for one in conflicts(visits("ab", "cd"))] == [("inspections",)]


@given(DEMANDS, st.randoms(use_true_random=False))
def test_conflicts_hold_what_one_unit_was_asked_in_one_week_in_whatever_order_it_is_told(
    found: list[Demand], chance: Any
) -> None:
    listed = conflicts(found)
    for one in listed:
        mine = [other for other in found if other.unit == one.unit and monday(other.on) == one.week]
        assert sorted(one.demands) == sorted(mine)
        assert len(mine) > 1
        assert date.fromisoformat(one.week).weekday() == 0
    chance.shuffle(found)
    assert [(one.unit, one.week, one.askers, one.merges) for one in conflicts(found)] == [
        (one.unit, one.week, one.askers, one.merges) for one in listed
    ]


@given(DEMANDS, ON)
def test_loads_count_every_demand_of_two_months_once(found: list[Demand], day: str) -> None:
    listed = loads(found, {}, day)
    months = (month_before(day[:7]), day[:7])
    assert sum(one.total + one.before for one in listed) == sum(one.on <= day and one.on[:7] in months for one in found)


@given(st.dates(date(2019, 7, 1), date(2019, 11, 30)).map(date.isoformat))
def test_nothing_that_happens_later_is_known_on_any_day(ledger: Ledger, calendar: WorkCalendar, day: str) -> None:
    states = statuses(ledger, AS_OF, calendar)
    found = demands(ledger.items.values(), states, "2019-06-01", "2020-12-31", day)
    assert [one for one in found if one.on > day and not one.planned and one.kind != "report"] == []


def test_the_command_tells_what_the_judgement_found(
    run: Callable[..., Outcome], ledger: Ledger, calendar: WorkCalendar
) -> None:
    states = statuses(ledger, AS_OF, calendar)
    told = run("-C", ROOT, "burden", "--as-of", AS_OF, "--format", "json").json
    span, planned = ("2019-09-01", "2019-12-08", AS_OF), ledger.registry.inspections.values()
    found = [*demands(ledger.items.values(), states, *span)]
    found += inspection_demands(planned, found, *span)
    assert [(one["unit"], one["unanswered"]) for one in told["units"]] == [
        (one.unit, one.unanswered) for one in loads(found, states, AS_OF)
    ]
    assert [(one["week"], one["unit"], one["merge"]) for one in told["conflicts"]] == [
        (one.week, one.unit, list(one.merges)) for one in conflicts(found)
    ]
    for one in told["supervisors"]:
        on = sum(
            one["person"] in assigned(item.record)
            for item in ledger.items.values()
            if states[item.id].light in ("on_track", "due_soon", "overdue")
        )
        assert one["open_items"] == on
        assert one["inspections"] == sum(one["person"] in plan.people and plan.end >= AS_OF for plan in planned)
    assert sum(one["inspections"] for one in told["supervisors"]) > 0
    against = plan_conflicts(planned, ledger.items.values(), 1, AS_OF)
    assert [(one["kind"], tuple(one["units"])) for one in told["plan_conflicts"]] == [
        (one.kind, one.units) for one in against
    ]
    assert run("-C", ROOT, "burden", "--as-of", AS_OF).code == 1, "what is to come conflicts"
    unit = told["conflicts"][0]["unit"]
    mine = run("-C", ROOT, "burden", "--as-of", AS_OF, "--unit", unit, "--format", "json").json
    assert {one["unit"] for one in (*mine["units"], *mine["conflicts"])} == {unit}
    assert ledger.registry.unit_name(unit) in run("-C", ROOT, "burden", "--as-of", AS_OF).out
    assert run("-C", ROOT, "burden", "--unit", "nosuch").code == 2
