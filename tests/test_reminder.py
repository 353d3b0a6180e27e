"""Who is told what and when: hand-counted days, then a whole simulated autumn of the shipped ledger."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import clerk
from clerk import Telling
from duban.calendar import WorkCalendar
from duban.language import language
from duban.load import Readings
from duban.model import Channel, Item, Ledger, Person, Registry, Term, Unit
from duban.notice_draft import Drafter
from duban.reminder import Line, Reminder, channels_of, reminders, told_by, workday_before
from duban.reminder_text import MOST_LINES, message
from duban.schema import Schemas
from duban.status import Status, statuses
from records import DEADLINE, LEAD, OFFICE, POLICY, extension, noticed

CALENDAR = WorkCalendar({})
SIGNS = {"ack": ["unit_head@lead_unit"], "recheck": ["supervisor"], "extension_decision": ["director"]}
ALWAYS = "2019-01-01"


def person(name: str, unit: str, role: str, team: str = "责任单位", **more: Any) -> Person:
    return Person(name, name, unit, team, (Term(ALWAYS, more.pop("until", ""), role),), **more)


def ledger_of(*records: Any, people: tuple[Person, ...] = (), **policy: Any) -> Ledger:
    known = people or (
        person("housing-head", LEAD, "unit_head"),
        person("housing-liaison", LEAD, "liaison"),
        person("director", OFFICE, "director", "专业督查员"),
        person("staff-1", OFFICE, "supervisor", "专业督查员"),
    )
    rules = {**POLICY, "remind_before_workdays": [7, 3, 1], "signatures": SIGNS, "name": "台账", **policy}
    registry = Registry(
        {LEAD: Unit(LEAD, "住建局", "住建局", "department")}, {one.id: one for one in known}, {}, {}, rules
    )
    return Ledger({one["id"]: Item("", one) for one in records}, (), {}, registry, ())


def told_on(ledger: Ledger, day: str) -> dict[str, Reminder]:
    return reminders(ledger, statuses(ledger, day, CALENDAR), day, CALENDAR)


def deadline_lines(ledger: Ledger, day: str, who: str = "housing-liaison") -> list[tuple[int, int | None]]:
    found = told_on(ledger, day).get(who)
    return [(line.left, line.near) for line in found.lines if line.obligation.kind == "deadline"] if found else []


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2019-09-09", []),  # eight working days left: Mid-Autumn on the 13th is a day off
        ("2019-09-10", [(7, 7)]),
        ("2019-09-11", [(6, 7)]),
        ("2019-09-16", [(4, 7)]),
        ("2019-09-17", [(3, 3)]),
        ("2019-09-19", [(1, 1)]),
        ("2019-09-20", [(0, 1)]),
        ("2019-09-21", []),  # a Saturday
        ("2019-09-23", [(-1, -1)]),
        ("2019-10-08", [(-8, -1)]),  # Sunday the 29th was worked, the first week of October was not
    ],
)
def test_the_nearness_of_a_deadline(day: str, expected: list[tuple[int, int | None]]) -> None:
    assert deadline_lines(ledger_of(noticed()), day) == expected


def test_the_head_is_told_only_once_it_is_overdue() -> None:
    ledger = ledger_of(noticed())
    assert deadline_lines(ledger, "2019-09-20", "housing-head") == []
    assert deadline_lines(ledger, "2019-09-23", "housing-head") == [(-1, -1)]


def test_where_nobody_holds_the_role_the_head_is_told() -> None:
    ledger = ledger_of(noticed(), people=(person("housing-head", LEAD, "unit_head"),))
    assert deadline_lines(ledger, "2019-09-19", "housing-head") == [(1, 1)]


def test_whose_term_is_over_is_told_nothing() -> None:
    gone = person("housing-liaison", LEAD, "liaison", until="2019-09-18")
    ledger = ledger_of(noticed(), people=(gone, person("new-liaison", LEAD, "liaison")))
    assert deadline_lines(ledger, "2019-09-19") == []
    assert deadline_lines(ledger, "2019-09-19", "new-liaison") == [(1, 1)]


def test_the_office_is_told_of_its_own_task_by_who_signs_it() -> None:
    ledger = ledger_of(noticed(extensions=[extension()]))
    assert [
        (who, line.obligation.kind)
        for who, one in told_on(ledger, "2019-09-17").items()
        for line in one.lines
        if line.obligation.owner == OFFICE
    ] == [("director", "extension_decision"), ("staff-1", "extension_decision")]


def test_who_goes_there_is_told_of_what_is_done_there() -> None:
    notice = {
        "form_no": "晋督协〔2019〕1号",
        "issued_on": "2019-09-04",
        "recheck_on": "2019-09-20",
        "contact": "staff-1",
        "convener": "director",
        "subtasks": [],
    }
    method = {"supervisors": [{"person": "staff-1", "team": "专业督查员"}, {"person": "citizen", "team": "社会群众"}]}
    citizen = person("citizen", "street", "participant", "社会群众")
    people = (*ledger_of().registry.people.values(), citizen)
    ledger = ledger_of({**noticed(coordination_notices=[notice]), "method": method}, people=people)
    told = [
        who
        for who, one in told_on(ledger, "2019-09-19").items()
        if any(line.obligation.kind == "recheck" for line in one.lines)
    ]
    assert told == ["staff-1"]


def test_a_digest_comes_on_its_day_and_lists_what_is_overdue_or_near() -> None:
    rules = {"reminders": {"weekly_on": 3, "weekly_workdays": 5}}
    ledger = ledger_of(noticed(), **rules)
    assert told_on(ledger, "2019-09-16")["housing-liaison"].digest == ()  # a Monday
    wednesday = told_on(ledger, "2019-09-18")["housing-liaison"]
    assert ([line.obligation.kind for line in wednesday.digest], wednesday.week) == (["deadline"], "2019-09-16")
    thursday = told_on(ledger, "2019-09-19")["housing-liaison"].untold(wednesday.tells)
    assert thursday is not None
    assert thursday.digest == ()


def test_nobody_is_told_what_they_know() -> None:
    ledger = ledger_of(noticed())
    first = told_on(ledger, "2019-09-17")["housing-liaison"]
    assert first.untold({}) == first
    assert told_on(ledger, "2019-09-18")["housing-liaison"].untold(first.tells) is None
    nearer = told_on(ledger, "2019-09-19")["housing-liaison"].untold(first.tells)
    assert nearer is not None
    assert [line.near for line in nearer.lines] == [1]


def test_a_deadline_that_moved_is_told_anew() -> None:
    before = told_on(ledger_of(noticed()), "2019-09-17")["housing-liaison"].tells
    moved = ledger_of(noticed(extensions=[extension("同意")]))
    told = told_on(moved, "2019-10-08")["housing-liaison"].untold(before)
    assert told is not None
    assert [(line.obligation.due, line.near) for line in told.lines] == [("2019-10-11", 3)]


def test_channels_are_a_persons_own_else_the_policys() -> None:
    everybody = {
        **POLICY,
        "reminders": {"channels": [{"name": "mail", "to": "{person}@{unit}.example"}, {"name": "bot"}]},
    }
    plain = person("mayor", "city", "leader")
    assert channels_of(plain, everybody) == (Channel("mail", "mayor@city.example"), Channel("bot"))
    own = replace(plain, channels=(Channel("ntfy", "city-mayor"),))
    assert channels_of(own, everybody) == (Channel("ntfy", "city-mayor"),)
    assert channels_of(plain, POLICY) == ()


AUTUMN = [(date(2019, 7, 1) + timedelta(days=number)).isoformat() for number in range(123)]


@pytest.fixture(scope="session")
def autumn(readings: Readings, calendar: WorkCalendar) -> dict[str, tuple[Ledger, dict[str, Status]]]:
    """The shipped ledger and its statuses on every day from July to October 2019, as the entries' dates tell."""
    days = {}
    for day in AUTUMN:
        ledger = readings.ledger(day)
        days[day] = ledger, statuses(ledger, day, calendar)
    return days


def test_nothing_is_missed_doubled_or_told_to_the_wrong_person(
    autumn: dict[str, tuple[Ledger, dict[str, Status]]], calendar: WorkCalendar
) -> None:
    """Against what a diligent clerk would have told, day by day and task by task."""
    told: dict[str, dict[str, int | None]] = {}
    said: Counter[Telling] = Counter()
    for day in AUTUMN:
        ledger, states = autumn[day]
        for who, reminder in reminders(ledger, states, day, calendar).items():
            untold = reminder.untold(told.setdefault(who, {}))
            if untold is not None:
                told[who].update(untold.tells)
                for line in untold.lines:
                    said[who, line.key, line.near] += 1
                    owner = line.obligation.owner
                    assert ledger.registry.people[who].unit == owner or owner == clerk.OFFICE
    of_units = {key: count for key, count in said.items() if key[1].split("\t")[2] != clerk.OFFICE}
    assert of_units == clerk.tellings(((day, *autumn[day]) for day in AUTUMN), calendar)
    assert len(of_units) > 300
    assert set(said.values()) == {1}
    assert len(said) > len(of_units)


@given(st.sampled_from(AUTUMN))
def test_without_a_journal_the_dates_tell_what_was_told(
    autumn: dict[str, tuple[Ledger, dict[str, Status]]], calendar: WorkCalendar, day: str
) -> None:
    """Nobody is told again what the run of the last working day told."""
    before = workday_before(day, calendar)
    if before not in autumn:
        return
    known = told_by(reminders(*autumn[before], before, calendar))
    for who, reminder in reminders(*autumn[day], day, calendar).items():
        untold = reminder.untold(known.get(who, {}))
        for line in untold.lines if untold else ():
            assert known.get(who, {}).get(line.key) != line.near


def test_nobody_is_told_anything_of_what_is_settled(
    autumn: dict[str, tuple[Ledger, dict[str, Status]]],
    readings: Readings,
    schemas: Schemas,
    calendar: WorkCalendar,
) -> None:
    """Reminders and drafts of the unsettled items alone are those of the whole ledger."""
    for day in AUTUMN[::5]:
        whole, states = autumn[day]
        few = readings.ledger(day, unsettled=True)
        assert reminders(few, statuses(few, day, calendar), day, calendar) == reminders(whole, states, day, calendar)
        assert {state.id for state in states.values() if state.pending} <= few.items.keys()
        of_whole, of_few = (Drafter(one, schemas.field("item"), day, calendar, language("zh")) for one in (whole, few))
        assert [*of_few.proposals(statuses(few, day, calendar))] == [*of_whole.proposals(states)]


@cache
def _long_reminder(count: int) -> tuple[Reminder, Registry]:
    ledger = ledger_of(*({**noticed(), "id": f"2019-{number:04d}"} for number in range(1, count + 1)))
    return told_on(ledger, "2019-09-23")["housing-liaison"], ledger.registry


@pytest.mark.parametrize("code", ["zh", "en"])
def test_a_message_says_what_is_owed_by_when(code: str) -> None:
    reminder, registry = _long_reminder(1)
    text = language(code)
    written = message(reminder, registry, text, "https://ledger.example/", {reminder.lines[0].key})
    assert "\n" not in written.subject
    assert "台账" in written.subject
    for part in ("2019-0001", "白水街路灯不亮", DEADLINE, text("obligation.deadline"), text("reminder.again").strip()):
        assert part in written.body
    assert written.body.endswith("https://ledger.example/\n")


def test_a_message_stays_short() -> None:
    reminder, registry = _long_reminder(MOST_LINES + 5)
    body = message(reminder, registry, language("zh"), "").body
    assert body.count("白水街路灯不亮") == MOST_LINES
    assert "另有5项" in body


def test_a_title_of_several_lines_stays_on_one() -> None:
    reminder, registry = _long_reminder(1)
    hostile = Line(reminder.lines[0].obligation, "a\nBcc: everybody@example\r\n\r\nb", -1, -1)
    written = message(replace(reminder, lines=(hostile,)), registry, language("zh"), "")
    assert "\nBcc" not in written.body
