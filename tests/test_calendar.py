"""Chinese working days: known days, counts against counting one by one, overrides, and years without data."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duban.calendar import WorkCalendar, calendar_findings
from duban.load import Readings, read
from duban.model import Tree

PUBLISHED = WorkCalendar({})
DAYS = st.dates(date(2017, 1, 1), date(2026, 12, 31)).map(date.isoformat)
NO_DATA = 2040


def days(first: str, last: str) -> list[str]:
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return [(start + timedelta(days=index)).isoformat() for index in range((end - start).days + 1)]


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2018-12-30", "2019-01-01"),
        ("2019-02-04", "2019-02-10"),
        ("2019-04-05", "2019-04-07"),
        ("2019-05-01", "2019-05-04"),
        ("2019-06-07", "2019-06-09"),
        ("2019-09-13", "2019-09-15"),
        ("2019-10-01", "2019-10-07"),
        ("2026-01-01", "2026-01-03"),
        ("2026-02-15", "2026-02-23"),
        ("2026-04-04", "2026-04-06"),
        ("2026-05-01", "2026-05-05"),
        ("2026-06-19", "2026-06-21"),
        ("2026-09-25", "2026-09-27"),
        ("2026-10-01", "2026-10-07"),
    ],
)
def test_nobody_works_on_published_holidays(first: str, last: str) -> None:
    assert [day for day in days(first, last) if PUBLISHED.is_workday(day)] == []


@pytest.mark.parametrize(
    "day",
    [
        "2018-12-29",
        "2019-02-02",
        "2019-02-03",
        "2019-04-28",
        "2019-05-05",
        "2019-09-29",
        "2019-10-12",
        "2026-01-04",
        "2026-02-14",
        "2026-02-28",
        "2026-05-09",
        "2026-09-20",
        "2026-10-10",
    ],
)
def test_people_work_on_make_up_days(day: str) -> None:
    assert date.fromisoformat(day).weekday() >= 5
    assert PUBLISHED.is_workday(day)


@pytest.mark.parametrize(
    ("day", "works"), [("2019-10-08", True), ("2019-10-26", False), ("2019-10-31", True), ("2019-10-13", False)]
)
def test_other_days_follow_the_week(day: str, works: bool) -> None:
    assert PUBLISHED.is_workday(day) is works


def test_the_holiday_of_october_2019_is_stepped_over() -> None:
    assert PUBLISHED.add_workdays("2019-09-30", 1) == "2019-10-08"
    assert PUBLISHED.add_workdays("2019-10-11", 1) == "2019-10-12"
    assert PUBLISHED.workdays_between("2019-09-30", "2019-10-31") == 19
    assert PUBLISHED.on_or_after("2019-10-05") == "2019-10-08"
    assert PUBLISHED.on_or_after("2019-10-08") == "2019-10-08"


@given(DAYS, st.integers(0, 500))
def test_counting_equals_counting_one_by_one(start: str, length: int) -> None:
    end = (date.fromisoformat(start) + timedelta(days=length)).isoformat()
    one_by_one = sum(PUBLISHED.is_workday(day) for day in days(start, end)[1:])
    assert PUBLISHED.workdays_between(start, end) == one_by_one
    assert PUBLISHED.workdays_between(end, start) == -one_by_one


@given(DAYS, st.integers(1, 300))
def test_stepping_and_counting_undo_each_other(start: str, count: int) -> None:
    end = PUBLISHED.add_workdays(start, count)
    assert PUBLISHED.is_workday(end)
    assert PUBLISHED.workdays_between(start, end) == count


@given(DAYS, DAYS, DAYS)
def test_counts_add_up(one: str, two: str, three: str) -> None:
    between = PUBLISHED.workdays_between
    assert between(one, two) + between(two, three) == between(one, three)


@given(DAYS, st.integers(1, 30))
def test_the_last_working_days_up_to_a_day_are_that_many(end: str, count: int) -> None:
    first = PUBLISHED.last_workdays(end, count)
    assert PUBLISHED.is_workday(first)
    assert sum(PUBLISHED.is_workday(day) for day in days(first, end)) == count


def test_exceptions_and_weekdays_together_are_the_calendar() -> None:
    calendar = WorkCalendar({"2019-10-09": False, "2019-10-26": True})
    exceptions = set(calendar.exceptions(2018, 2020))
    assert {"2019-10-01", "2019-10-09", "2019-10-12", "2019-10-26"} <= exceptions
    for day in days("2018-01-01", "2020-12-31"):
        is_weekday = date.fromisoformat(day).weekday() < 5
        assert calendar.is_workday(day) == (is_weekday != (day in exceptions)), day


@given(DAYS)
def test_the_next_working_day_is_the_first_one(day: str) -> None:
    found = PUBLISHED.on_or_after(day)
    assert found >= day
    assert [one for one in days(day, found) if PUBLISHED.is_workday(one)] == [found]


def test_overrides_stand_above_what_was_published() -> None:
    calendar = WorkCalendar({"2019-10-01": True, "2019-10-31": False})
    assert calendar.is_workday("2019-10-01")
    assert not calendar.is_workday("2019-10-31")
    assert calendar.workdays_between("2019-09-30", "2019-10-31") == 19
    assert calendar.workdays_between("2019-09-30", "2019-10-30") == 19
    assert calendar.add_workdays("2019-10-30", 1) == "2019-11-01"


def test_a_year_without_data_counts_the_days_of_the_week() -> None:
    assert not PUBLISHED.has_data(NO_DATA)
    whole = days(f"{NO_DATA}-01-09", f"{NO_DATA}-01-22")
    assert [day for day in whole if PUBLISHED.is_workday(day)] == [
        day for day in whole if date.fromisoformat(day).weekday() < 5
    ]


def test_years_are_known_when_published_or_confirmed() -> None:
    assert PUBLISHED.has_data(2019)
    assert PUBLISHED.has_data(2026)
    assert WorkCalendar({}, frozenset({NO_DATA})).has_data(NO_DATA)


def test_the_check_warns_of_a_year_without_data(readings: Readings, tree: Tree) -> None:
    found = calendar_findings(readings.registry, f"{NO_DATA}-06-30")
    assert [(one.code, one.severity, one.details) for one in found] == [("D804", "warning", {"year": str(NO_DATA)})]
    assert [one.details["year"] for one in calendar_findings(readings.registry, f"{NO_DATA}-12-01")] == [
        str(NO_DATA),
        str(NO_DATA + 1),
    ]
    confirmed = f"confirmed_years: [{NO_DATA}]\ndays: []\n".encode()
    assert calendar_findings(read({**tree, "registry/calendar.yml": confirmed}).registry, f"{NO_DATA}-06-30") == []


def test_the_calendar_is_the_registrys_own(tree: Tree) -> None:
    content = "days: [{date: 2019-10-31, workday: false, name: 防汛演练}]\n"
    readings = read({**tree, "registry/calendar.yml": content.encode()})
    assert [problem for _, problem in readings.registry_problems if problem.holds_on("2019-10-31")] == []
    assert not WorkCalendar.of(readings.registry).is_workday("2019-10-31")
