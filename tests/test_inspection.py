"""The plan of inspections: what it asks of units week by week, and what stands against it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from duban.burden import Demand, conflicts
from duban.inspection import COMPREHENSIVE, Asking, inspection_demands, plan_conflicts
from duban.model import Inspection, InspectionApproval, Item
from duban.registry import inspection
from records import LEAD, noticed

YEAR = "2019-01-01", "2019-12-31"
DAYS = st.dates(date(2019, 9, 1), date(2019, 12, 20))
APPROVAL = InspectionApproval("年度计划", "市督〔2019〕1号", "mayor", "2019-01-28")


def planned(id_: str, start: str, end: str = "", *units: str, **more: Any) -> Inspection:
    known: Any = {"kind": "专项督查", "approval": APPROVAL, "lead": "a", **more}
    return Inspection(id_, f"督查{id_}", known.pop("kind"), start, end or start, units=units or ("city",), **known)


def asked(*inspections: Inspection, day: str = "2019-10-31", made: tuple[Demand, ...] = ()) -> list[tuple[str, bool]]:
    found = inspection_demands(inspections, made, *YEAR, day)
    return [(one.on, one.planned) for one in found]


def test_an_inspection_asks_once_in_each_week_that_it_lasts() -> None:
    assert asked(planned("1", "2019-10-31", "2019-11-12")) == [
        ("2019-10-31", False),
        ("2019-11-04", True),
        ("2019-11-11", True),
    ]
    assert asked(planned("1", "2019-11-01", "2019-11-30", by_month=True)) == []
    both = [*inspection_demands([planned("1", "2019-11-05", "", "city", "water")], (), *YEAR, "2019-10-31")]
    assert [(one.unit, one.inspection, one.people) for one in both] == [("city", "1", ("a",)), ("water", "1", ("a",))]


def test_a_visit_that_was_part_of_it_counts_alone() -> None:
    one = planned("1", "2019-10-14", "2019-10-25", team=("b",))
    visit = Demand("city", "visit", "2019-10-16", "2019-0001", "/visits/0", ("b", "c"))
    assert asked(one, made=(visit,)) == [("2019-10-21", False)]
    for other in (visit._replace(unit="water"), visit._replace(on="2019-10-28"), visit._replace(people=("c",))):
        assert len(asked(one, made=(other,))) == 2


def test_what_comes_in_one_week_with_others_is_a_conflict_as_visits_are() -> None:
    found = [*inspection_demands([planned("1", "2019-11-05")], (), *YEAR, "2019-10-31")]
    recheck = Demand("city", "recheck", "2019-11-08", "2019-0001", "/coordination_notices/0", ("b",), planned=True)
    assert [(one.askers, one.merges) for one in conflicts([*found, recheck])] == [(2, ("inspections",))]
    assert [one.merges for one in conflicts([*found, recheck._replace(kind="report")])] == [("collect",)]
    assert conflicts(found) == []


def test_a_unit_has_no_more_comprehensive_inspections_in_a_year_than_the_policy_allows() -> None:
    year = [
        planned("1", "2019-03-04", "", "city", "water", kind=COMPREHENSIVE),
        planned("2", "2019-11-04", "", "city", "roads", kind=COMPREHENSIVE),
        planned("3", "2020-03-02", "", "city", kind=COMPREHENSIVE),
    ]
    (found,) = plan_conflicts(year, (), 1, "2019-10-31")
    assert (found.kind, found.units, found.period) == ("comprehensive", ("city",), "2019")
    assert [one.inspection for one in found.askings] == ["1", "2"]
    assert found.is_coming("2019-11-04")
    assert not found.is_coming("2019-11-05")
    assert plan_conflicts(year, (), 2, "2019-10-31") == []
    assert [one.units for one in plan_conflicts(year, (), 0, "2020-01-01")] == [("city",)]


def test_the_same_material_is_asked_once_a_year_by_whomever() -> None:
    year = [
        planned("1", "2019-03-04", "", "city", "water", materials=("整改台账", "进度表")),
        planned("2", "2019-11-04", "", "city", "water", materials=("整改台账",)),
        planned("3", "2020-03-02", materials=("整改台账",)),
    ]
    (found,) = plan_conflicts(year, (), 1, "2019-10-31")
    assert (found.kind, found.units, found.material) == ("material", ("city", "water"), "整改台账")
    tracking: Any = {
        "issued_on": "2019-09-09",
        "to_unit": "city",
        "contact": "a",
        "requirement": "报送整改台账、进度表。",
    }
    item = Item("items/2019/2019-0001.yml", noticed(tracking_notices=[tracking]))
    by_unit = {one.units: one.askings for one in plan_conflicts(year, [item], 1, "2019-10-31")}
    notice = Asking("2019-09-09", "2019-09-09", item="2019-0001", entry="/tracking_notices/0")
    assert [one.inspection for one in by_unit["water",]] == ["1", "2"]
    assert [*by_unit["city",]] == [
        Asking("2019-03-04", "2019-03-04", "1"),
        notice,
        Asking("2019-11-04", "2019-11-04", "2"),
    ]
    assert ("city",) not in {one.units for one in plan_conflicts(year, [item], 1, "2019-09-08")}, "not yet issued"


def test_a_short_name_of_material_is_not_looked_for_in_notices_and_a_visit_asks_the_lead_unit() -> None:
    visit: Any = {"on": "2019-09-10", "visitors": ["a"], "requirement": "提供施工日志和进度表。"}
    item = Item("items/2019/2019-0001.yml", noticed(visits=[visit]))
    year = [planned("1", "2019-11-04", "", LEAD, materials=("施工日志", "进度表"))]
    assert [one.material for one in plan_conflicts(year, [item], 1, "2019-10-31")] == ["施工日志"]


def test_what_is_settled_by_month_may_fall_together_with_all_that_comes_in_it() -> None:
    month = planned("1", "2019-11-01", "2019-11-30", "city", "water", by_month=True)
    (found,) = plan_conflicts([month, planned("2", "2019-11-28", "2019-12-03")], (), 1, "2019-10-31")
    assert (found.kind, found.units, found.period) == ("same_month", ("city",), "2019-11")
    assert plan_conflicts([month, planned("2", "2019-12-02")], (), 1, "2019-10-31") == []
    apart = [planned("1", "2019-11-05"), planned("2", "2019-11-26")]
    assert plan_conflicts(apart, (), 1, "2019-10-31") == [], "a week that both come in is a conflict of the week"


def test_an_inspection_without_an_approval_is_named() -> None:
    (found,) = plan_conflicts([planned("1", "2019-11-04", approval=None)], (), 1, "2019-10-31")
    assert (found.kind, found.units) == ("unapproved", ("city",))
    assert plan_conflicts([planned("1", "2018-11-04", approval=None)], (), 1, "2019-10-31") == [], (
        "of a year that is over"
    )


def test_days_and_month_are_read_from_the_file() -> None:
    row: Any = {"id": "x", "title": "查", "kind": "专项督查", "month": "2020-02"}
    one = inspection(row)
    assert (one.start, one.end, one.by_month) == ("2020-02-01", "2020-02-29", True)
    settled = inspection({**row, "from": "2020-02-11", "to": "2020-02-12"})
    assert (settled.start, settled.end, settled.by_month) == ("2020-02-11", "2020-02-12", False)


@given(DAYS, st.integers(0, 40), DAYS, st.booleans())
def test_weekly_demands_cover_an_inspection_and_an_unannounced_one_is_told_of_only_afterwards(
    start: date, length: int, today: date, unannounced: bool
) -> None:
    end, day = (start + timedelta(days=length)).isoformat(), today.isoformat()
    one = planned("1", start.isoformat(), end, unannounced=unannounced)
    found = [*inspection_demands([one], (), "2019-01-01", "2020-12-31", day)]
    weeks = {(start + timedelta(days=later)).isocalendar()[:2] for later in range(length + 1)}
    assert sorted(date.fromisoformat(demand.on).isocalendar()[:2] for demand in found) == sorted(weeks)
    assert all(one.start <= demand.on <= one.end and demand.planned == (demand.on > day) for demand in found)
    assert one.may_be_told(day) == (not unannounced or day > end)
