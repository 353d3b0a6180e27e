"""What the browser makes of the dates on a page, held against Python on thousands of records and days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

from conftest import AS_OF, ROOT
from duban.calendar import WorkCalendar
from duban.language import language
from duban.model import Item, Ledger
from duban.obligation import Obligation
from duban.publish.edition import Edition, edition
from duban.publish.item_row import ItemRow, counted_rows, light_shares
from duban.publish.reader_day import LEFT, working_days
from duban.publish.turns import turns
from duban.schema import Schemas
from duban.status import OPEN_LIGHTS, status
from records import POLICY, extension, noticed

RECORDS = 1000
LATER_DAYS = 6
CALENDAR = WorkCalendar({"2019-10-26": True, "2019-11-06": False, "2020-01-19": False})
FIRST, LAST = date(2018, 11, 1), date(2021, 3, 1)
# A name that no host has: every request to it is answered below.
HOST = "http://lights.invalid/"


@pytest.fixture(scope="module")
def module(browser: Browser) -> Iterator[Page]:
    """An empty page that can import the module."""
    page = browser.new_page()
    source = (ROOT / "site/browser/lights.js").read_text(encoding="utf-8")
    page.route(f"{HOST}**", lambda route: route.fulfill(body="", content_type="text/html"))
    page.route(f"{HOST}lights.js", lambda route: route.fulfill(body=source, content_type="text/javascript"))
    page.goto(HOST)
    yield page
    page.close()


def asked(page: Page, script: str, batch: Any) -> Any:
    """What a function of the module and a batch says."""
    return page.evaluate(f"async (batch) => {{ const it = await import('/lights.js'); {script} }}", batch)


def random_day(random: Random, first: date = FIRST, last: date = LAST) -> str:
    return (first + timedelta(days=random.randrange((last - first).days))).isoformat()


def random_record(random: Random) -> Any:
    """An open item with a deadline, milestones and perhaps an extension, all on any days."""
    due = random_day(random)
    milestones = [{"name": f"节点{number}", "due": random_day(random)} for number in range(random.randrange(3))]
    parts = {"milestones": milestones} if milestones else {}
    result = random.choice(("", "同意", "不同意"))
    return noticed({**parts, "deadline": due}, extensions=[extension(result, due, random_day(random), due)])


def later_days(random: Random, day: str) -> list[str]:
    """Days after one, most of them soon after."""
    start = date.fromisoformat(day)
    return [(start + timedelta(days=int(random.expovariate(0.03)) + 1)).isoformat() for _ in range(LATER_DAYS)]


def test_lights_and_days_left_are_those_of_python(module: Page) -> None:
    random = Random(4)
    batch, expected = [], []
    for _ in range(RECORDS):
        item = Item("items/2019/2019-0001.yml", random_record(random))
        built = random_day(random)
        told = status(item, built, POLICY, CALENDAR)
        for day in later_days(random, built):
            then = status(item, day, POLICY, CALENDAR)
            batch.append([told.soon_on, told.due, day])
            expected.append([then.light, then.workdays_left])
    years = range(FIRST.year, LAST.year + 3)
    script = """
        const calendar = new it.WorkCalendar(batch.exceptions);
        return batch.facts.map(([soon, due, day]) =>
          [it.lightOn({ soon, due }, day), it.workdaysBetween(calendar, day, due)]);
    """
    exceptions = list(CALENDAR.exceptions(years[0], years[-1]))
    found = asked(module, script, {"facts": batch, "exceptions": exceptions})
    assert Counter(light for light, _ in expected).keys() == OPEN_LIGHTS
    assert len(expected) == RECORDS * LATER_DAYS
    wrong = [one for one in zip(batch, found, expected, strict=True) if one[1] != one[2]]
    assert wrong == []


def test_states_of_obligations_are_those_of_python(module: Page) -> None:
    random = Random(5)
    batch = []
    for _ in range(5 * RECORDS):
        near = [(date(2019, 10, 1) + timedelta(days=random.randrange(40))).isoformat() for _ in range(3)]
        batch.append([near[0], random.choice(("", near[1])), near[2]])
    expected = [Obligation("2019-0001", "milestone", "housing", due, done).state(day) for due, done, day in batch]
    found = asked(module, "return batch.map(([due, done, day]) => it.stateOn({ due, done }, day));", batch)
    assert found == expected
    assert len(set(expected)) == 4


def test_working_days_between_any_two_days_are_those_of_python(module: Page) -> None:
    random = Random(6)
    pairs = [[random_day(random), random_day(random)] for _ in range(5 * RECORDS)]
    exceptions = list(CALENDAR.exceptions(FIRST.year, LAST.year))
    script = """
        const calendar = new it.WorkCalendar(batch.exceptions);
        return batch.pairs.map(([start, end]) => it.workdaysBetween(calendar, start, end));
    """
    found = asked(module, script, {"pairs": pairs, "exceptions": exceptions})
    assert found == [CALENDAR.workdays_between(start, end) for start, end in pairs]


def test_a_year_without_data_counts_the_days_of_the_week_there_too(module: Page) -> None:
    script = "return it.workdaysBetween(new it.WorkCalendar([]), '2040-01-08', '2040-01-22');"
    assert asked(module, script, None) == 10


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2019-10-31T15:59:59.999+00:00", "2019-10-31"),
        ("2019-10-31T16:00:00+00:00", "2019-11-01"),
        ("2020-02-28T20:00:00+00:00", "2020-02-29"),
        ("2019-12-31T23:59:59-05:00", "2020-01-01"),
    ],
)
def test_the_day_is_the_one_in_china(module: Page, instant: str, day: str) -> None:
    milliseconds = datetime.fromisoformat(instant).astimezone(UTC).timestamp() * 1000
    script = "return [it.dayInChina(batch), it.dayInChina(batch + it.untilTomorrow(batch)), it.untilTomorrow(batch)];"
    today, tomorrow, wait = asked(module, script, milliseconds)
    assert today == day
    assert tomorrow == (date.fromisoformat(day) + timedelta(days=1)).isoformat()
    assert 0 < wait <= 86_400_000


def on(ledger: Ledger, schemas: Schemas, day: str) -> Edition:
    """The internal edition of what the ledger held on its last day, as of another day."""
    return edition("internal", language("zh"), ledger, schemas, day, day, pinned=False, digests={})


def counts(rows: tuple[ItemRow, ...]) -> dict[str, int]:
    return {share.name: share.count for share in light_shares(rows)}


def test_counts_turn_as_the_rows_do(module: Page, ledger: Ledger, schemas: Schemas) -> None:
    rows = counted_rows(on(ledger, schemas, AS_OF))
    start = date.fromisoformat(AS_OF)
    later = [1, 2, 3, 5, 8, 13, 30, 61, 365]
    batch = {"counts": counts(rows), "turns": turns(rows, AS_OF), "later": later}
    found = asked(module, "return batch.later.map((days) => it.countsOn(batch.counts, batch.turns, days));", batch)
    for days, one in zip(later, found, strict=True):
        day = (start + timedelta(days=days)).isoformat()
        expected = counts(counted_rows(on(ledger, schemas, day)))
        assert {name: count for name, count in one.items() if count} == {
            name: count for name, count in expected.items() if count
        }, day


def test_lights_that_no_day_turns_are_not_told(ledger: Ledger, schemas: Schemas) -> None:
    rows = counted_rows(on(ledger, schemas, "2029-01-01"))
    assert {row.light for row in rows} & {"due_soon"} == set()
    assert turns(rows, "2029-01-01") == ""
    assert [share.name for share in light_shares(rows) if not share.count] == []


def test_every_light_that_may_occur_has_its_place(ledger: Ledger, schemas: Schemas) -> None:
    green = [row for row in counted_rows(on(ledger, schemas, AS_OF)) if row.light == "on_track" and row.due]
    shares = {share.name: share.count for share in light_shares(green)}
    assert shares == {"on_track": len(green), "due_soon": 0, "overdue": 0}


@given(st.dates(date(2019, 7, 1), date(2020, 6, 30)).map(date.isoformat))
def test_the_file_of_working_days_reaches_every_deadline(ledger: Ledger, schemas: Schemas, day: str) -> None:
    made = on(ledger, schemas, day)
    data = working_days(made)
    exceptions = set(data["exceptions"])
    years = {one.due[:4] for state in made.states.values() for one in state.pending} | {day[:4], str(int(day[:4]) + 2)}
    for year in sorted(years):
        assert f"{year}-01-01" in exceptions or date(int(year), 1, 1).weekday() >= 5
        assert int(year) in data["known"] or not made.calendar.has_data(int(year))


def test_the_words_for_days_left_are_all_there() -> None:
    for code in ("zh", "en"):
        text = language(code)
        assert all(text.has(f"{prefix}.{case}") for prefix in ("left", "item.left") for case in LEFT)
