"""A year of mornings on a synthetic ledger: what is told and drafted on each of 365 days, however runs are killed."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import clerk
from clerk import Telling
from conftest import ROOT
from duban.calendar import WorkCalendar
from duban.language import language
from duban.load import Readings, read
from duban.model import Ledger
from duban.notice_draft import Drafter, Proposal
from duban.notify import Channels, Journal, deliver
from duban.proposer import Forum, Proposer
from duban.reader import Judgement
from duban.reminder import Reminder, reminders
from duban.reminder_text import Message, line_text
from duban.repository import tree_of
from duban.repository.drafts import BRANCHES, Drafts
from duban.schema import Schemas
from duban.status import Status, statuses
from duban.synth import synthesise
from forge_desk import Desk

YEAR = [(date(2025, 1, 1) + timedelta(days=number)).isoformat() for number in range(365)]
TEXT = language("zh")
FIELDS = Schemas.of(tree_of(ROOT)).field("item")
AGAIN = TEXT("reminder.again")


class Killed(BaseException):
    """What a run that is killed ends with, for the test: nothing may catch it."""


class Morning(NamedTuple):
    """One day: the ledger as it stands, who is to be told what, and what is to be drafted."""

    ledger: Ledger
    states: Mapping[str, Status]
    reminders: Mapping[str, Reminder]
    drafts: list[Proposal]


@cache
def synthetic() -> Readings:
    """A hundred items of two years, whose registry gives everybody one channel."""
    files = dict(synthesise(tree_of(ROOT), 400, 7))
    kept = {path: content for path, content in files.items() if not path.startswith("items/") or path[6:10] >= "2024"}
    channel = b"reminders:\n  channels:\n    - name: mail\n      to: '{person}'\n"
    found = read({**kept, "registry/policy.yml": kept["registry/policy.yml"] + channel})
    assert found.findings(YEAR[-1]) == []
    # On every earlier day the check would find each later date: that is no matter of these tests, and slow.
    return replace(
        found, items={path: replace(one, packed=Judgement(one.facts).packed()) for path, one in found.items.items()}
    )


@cache
def mornings() -> dict[str, Morning]:
    """The year, worked out once."""
    found = {}
    for day in YEAR:
        ledger = synthetic().ledger(day)
        calendar = WorkCalendar.of(ledger.registry)
        states = statuses(ledger, day, calendar)
        drafts = [*Drafter(ledger, FIELDS, day, calendar, TEXT).proposals(states)]
        found[day] = Morning(ledger, states, reminders(ledger, states, day, calendar), drafts)
    return found


class Moments:
    """Counts what happens, and kills the run at one moment after another."""

    def __init__(self, kills: frozenset[int] = frozenset()) -> None:
        self.count, self.kills = 0, kills

    def passes(self) -> None:
        self.count += 1
        if self.count in self.kills:
            raise Killed


class Mail(Channels):
    """Remembers what was sent to whom, and whether the run was killed right after."""

    def __init__(self, moments: Moments) -> None:
        super().__init__({"DUBAN_CHANNEL_MAIL": "x"})
        self.moments, self.day = moments, ""
        self.sent: list[tuple[str, str, str]] = []

    def send(self, channel: str, to: str, message: Message) -> str:
        assert channel == "mail"
        self.moments.passes()
        self.sent.append((self.day, to, message.body))
        self.moments.passes()
        return ""


class Shelf(Drafts):
    """Branches that are only remembered: what git does with them is test_draft_pulls' matter."""

    def __init__(self, moments: Moments) -> None:
        super().__init__(Path(), "origin")
        self.moments = moments
        self.branches: dict[str, bool] = {}

    def known(self) -> dict[str, bool]:
        return dict(self.branches)

    def write(self, name: str, base: str, path: str, content: bytes, day: str) -> str:
        assert (name not in self.branches, base, path[-13:-4]) == (True, "base", name[:9])
        assert f"{day[:4]}-".encode() in content
        self.branches[name] = True
        self.moments.passes()
        return name

    def drop(self, name: str) -> None:
        del self.branches[name]
        self.moments.passes()


class Watched(Desk):
    """A forge whose answers can be the last thing that a run sees."""

    moments: Moments

    def propose(self, branch: str, base: str, title: str, body: str) -> int:
        number = super().propose(branch, base, title, body)
        self.moments.passes()
        return number

    def withdraw(self, number: int, why: str) -> None:
        super().withdraw(number, why)
        self.moments.passes()


class Office:
    """Runs the mornings, again after each kill, and keeps what came of it."""

    def __init__(self, journal: Path, kills: frozenset[int] = frozenset()) -> None:
        self.moments = Moments(kills)
        self.mail, self.shelf, self.desk = Mail(self.moments), Shelf(self.moments), Watched()
        self.desk.moments = self.moments
        self.journal = journal
        self.proposer = Proposer(self.shelf, synthetic().tree, "base", YEAR[-1])

    def morning(self, day: str) -> None:
        """Both commands, each until it comes to its end; then every draft that is called for stands, and no other."""
        self.mail.day = day
        for command in (self._remind, self._draft):
            while True:
                try:
                    command(mornings()[day])
                    break
                except Killed:
                    continue
        wanted = sorted(f"{BRANCHES}{one.key}" for one in mornings()[day].drafts)
        assert self.desk.pulls() == sorted(f"{BRANCHES}{key}" for key in self.shelf.branches) == wanted, day

    def _remind(self, today: Morning) -> None:
        journal = Journal(self.journal)
        with journal.opened(dict):
            for _ in deliver(today.reminders, today.ledger.registry, journal, self.mail, TEXT, ""):
                self.moments.passes()

    def _draft(self, today: Morning) -> None:
        results = self.proposer.pulls(today.drafts, Forum(self.desk, "main", today.ledger, TEXT))
        assert {one.outcome for one in results} <= {"written", "open", "overtaken"}

    def told(self) -> Iterator[tuple[Telling, bool]]:
        """Each line that was sent, and whether it was marked as perhaps known already; without the week's digest."""
        digest = TEXT("reminder.digest", count="#").partition("#")[0]
        for day, to, body in self.mail.sent:
            meant = {line_text(line, TEXT): line for line in mornings()[day].reminders[to].lines}
            for line in body.partition(digest)[0].splitlines():
                number, _, said = line.partition(". ")
                if number.isdigit():
                    one = meant[said.removesuffix(AGAIN)]
                    yield (to, one.key, one.near), said.endswith(AGAIN)

    def check(self) -> None:
        """One message a person and day, nothing twice unless it says so, nothing opened twice."""
        assert set(Counter((day, to) for day, to, _ in self.mail.sent).values()) <= {1}
        known = set()
        for telling, marked in self.told():
            assert marked or telling not in known, telling
            known.add(telling)
        assert set(Counter(one.branch for one in self.desk.opened).values()) <= {1}
        assert all(len(one.said) == (one.state == "closed") or self.moments.kills for one in self.desk.opened)


def test_a_year_of_mornings(tmp_path: Path) -> None:
    """Every line and every draft against what the files' own dates call for."""
    office = Office(tmp_path / "journal.jsonl")
    for day in YEAR:
        office.morning(day)
    office.check()
    calendar = WorkCalendar.of(synthetic().registry)
    days = ((day, mornings()[day].ledger, mornings()[day].states) for day in YEAR)
    told = Counter(telling for telling, _ in office.told())
    of_units = {telling: count for telling, count in told.items() if telling[1].split("\t")[2] != clerk.OFFICE}
    assert of_units == clerk.tellings(days, calendar)
    assert len(of_units) > 500
    assert len(told) > len(of_units)
    assert len(office.desk.opened) > 20


def test_drafts_follow_from_the_files_own_dates() -> None:
    """Which items need a tracking notice, found anew from whole records, day by day."""
    calendar = WorkCalendar.of(synthetic().registry)
    records = [cast(Any, reading.data()) for reading in synthetic().items.values()]
    days = 0
    for day in YEAR:
        expected = {record["id"] for record in records if must_be_tracked(record, day, calendar)}
        assert {one.item for one in mornings()[day].drafts if one.kind == "tracking_notice"} == expected, day
        days += bool(expected)
    assert days > 40


def test_nothing_is_pending_in_what_is_settled() -> None:
    """So that reminders and drafts need not read it; by the end of the year that is nearly everything."""
    for day, morning in mornings().items():
        unsettled = {*synthetic().ledger(day, unsettled=True).items}
        assert {state.id for state in morning.states.values() if state.pending} <= unsettled, day
    assert len(synthetic().ledger(YEAR[-1], unsettled=True).items) < len(synthetic().items) / 2


def must_be_tracked(record: Any, day: str, calendar: WorkCalendar) -> bool:
    """Whether something was missed that no notice has been sent about, or a notice did not help."""
    notice = record.get("task_notice")
    closings = record.get("closure_notices", ())
    if not notice or notice["issued_on"] > day or any(one["applied_on"] <= day for one in closings):
        return False
    reported = [one for one in record.get("progress", ()) if one["on"] <= day]
    done = {milestone["name"] for one in reported for milestone in one["milestones_done"]}
    missed = [one["due"] for one in notice["milestones"] if one["due"] < day and one["name"] not in done]
    missed += [notice["deadline"]] if notice["deadline"] < day else []
    sent = [one for one in record.get("tracking_notices", ()) if one["issued_on"] <= day]
    if not sent or not missed:
        return bool(missed)
    reply = sent[-1].get("reply")
    if reply is None or reply["on"] > day:
        return bool(sent[-1]["reply_by"] < day)
    return max(missed) >= sent[-1]["issued_on"] or calendar.workdays_between(reply["on"], day) >= 5


def test_a_year_of_mornings_with_a_hundred_kills(tmp_path: Path) -> None:
    chance = random.Random(31)
    office = Office(tmp_path / "journal.jsonl", frozenset(chance.sample(range(1, 2500), 100)))
    for day in YEAR:
        office.morning(day)
    office.check()
    told = {telling[:2] for telling, _ in office.told()}
    lasting = lines_of(YEAR, mornings_in_a_row=4)
    assert lasting <= told
    assert len(lasting) > 150


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.integers(0, len(YEAR) - 30),
    st.frozensets(st.integers(1, 150), max_size=2),
    st.frozensets(st.integers(0, 29), max_size=8),
)
def test_whatever_is_killed_and_whatever_morning_is_left_out(
    tmp_path_factory: pytest.TempPathFactory, start: int, kills: frozenset[int], left_out: frozenset[int]
) -> None:
    """A month: who was to be told something for four runs in a row has been."""
    office = Office(tmp_path_factory.mktemp("month") / "journal.jsonl", kills)
    days = [day for number, day in enumerate(YEAR[start : start + 30]) if number not in left_out]
    for day in days:
        office.morning(day)
    office.check()
    assert lines_of(days, mornings_in_a_row=4) <= {telling[:2] for telling, _ in office.told()}


def lines_of(days: list[str], mornings_in_a_row: int) -> set[tuple[str, str]]:
    """Who was to be told what (without how near) on so many working mornings one after another."""
    found, running = set(), Counter[tuple[str, str]]()
    for day in days:
        today = {(who, line.key) for who, one in mornings()[day].reminders.items() for line in one.lines}
        if today:
            running = Counter({one: running[one] + 1 for one in today})
            found |= {one for one, count in running.items() if count >= mornings_in_a_row}
    return found
