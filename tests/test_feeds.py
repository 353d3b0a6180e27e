"""Feeds and calendars: valid by their RFCs, true to the record, closed to hostile texts, called the same on any day."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from icalendar.cal import Component

from conftest import AS_OF, ROOT
from duban.calendar import WorkCalendar
from duban.deadline import ending, finished_on
from duban.documents.calendar_file import Event, calendar_file, event_text, folded
from duban.language import language
from duban.load import Readings
from duban.model import Item, Ledger
from duban.publish.agenda import KEPT_DAYS, current_items, uids
from duban.publish.atom import HOUR, Feed, atom
from duban.publish.calendars import calendar_files
from duban.publish.data_file import DataFile
from duban.publish.edition import Edition, EditionName, edition
from duban.publish.feeds import feed_files
from duban.publish.news import MOST_NEWS, News, news_of
from duban.schema import Schemas
from duban.status import statuses
from site_fixtures import HOSTILE, Site, hostile, is_dead

ATOM = "{http://www.w3.org/2005/Atom}"
CONTROLS = "".join(map(chr, (*range(9), 11, 12, *range(14, 32)))) + "\ufffe\uffff\ud800"
MOVED = "2019-0014"
"""An item of which an extension moved the deadline."""
HOSPITAL = "2019-0009"
PROPERTIES = {
    *("UID", "DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "DTSTART"),
    *("TRANSP", "SUMMARY", "DESCRIPTION", "CATEGORIES"),
}
EDITIONS: tuple[EditionName, ...] = ("internal", "public")
both = pytest.mark.parametrize("name", EDITIONS)
DAYS = st.dates(date(2019, 7, 2), date(2019, 10, 31)).map(date.isoformat)


def made(
    name: EditionName, ledger: Ledger, schemas: Schemas, day: str = AS_OF, code: str = "zh", address: str = ""
) -> Edition:
    return edition(
        name, language(code), ledger, schemas, day, day, pinned=True, digests={}, languages=(code,), address=address
    )


def by_path(files: Any) -> dict[str, DataFile]:
    return {one.path: one for one in files}


def feed_of(content: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(content)  # noqa: S314 - our own file, without a document type


def text_of(node: ElementTree.Element, name: str) -> str:
    found = node.find(f"{ATOM}{name}")
    assert found is not None
    return found.text or ""


def links(node: ElementTree.Element) -> dict[str, str]:
    return {one.attrib["rel"]: one.attrib["href"] for one in node.findall(f"{ATOM}link")}


def events(content: bytes) -> list[Component]:
    return list(Calendar.from_ical(content).walk("VEVENT"))


@both
def test_every_feed_is_valid_atom_and_its_links_lead_somewhere(sites: Mapping[str, Site], name: EditionName) -> None:
    here = sites[name]
    feeds = {path: content for path, content in here.files.items() if path.endswith(".atom")}
    assert len(feeds) > 50
    identities = []
    for path, content in feeds.items():
        feed = feed_of(content)
        entries = feed.findall(f"{ATOM}entry")
        assert feed.tag == f"{ATOM}feed"
        assert text_of(feed, "title")
        assert feed.findtext(f"{ATOM}author/{ATOM}name")
        assert path.endswith(links(feed)["self"])
        identities.append(text_of(feed, "id"))
        days = [text_of(one, "updated") for one in entries]
        assert days == sorted(days, reverse=True), path
        assert text_of(feed, "updated") == (days[0] if days else text_of(feed, "updated"))
        assert all(datetime.fromisoformat(one).utcoffset() == timedelta(hours=8) for one in days)
        ids = [text_of(one, "id") for one in entries]
        assert len(set(ids)) == len(ids), path
        assert "/items/" in path or len(entries) <= MOST_NEWS
        for one in (feed, *entries):
            assert re.fullmatch(r"tag:jincheng\.example,2019:[a-z0-9/._-]+", text_of(one, "id"))
            assert is_dead(here, path, links(one)["alternate"]) == ""
        assert all(text_of(one, "summary") and text_of(one, "title") for one in entries)
    assert len(set(identities)) == len(identities)


@both
def test_an_items_feed_tells_its_whole_life(sites: Mapping[str, Site], ledger: Ledger, name: EditionName) -> None:
    here = sites[name]
    for path in [path for path in here.files if path.startswith("feeds/items/")]:
        page = here.files[path.replace("feeds/", "").replace(".atom", ".html")].decode()
        assert len(feed_of(here.files[path]).findall(f"{ATOM}entry")) == page.count('class="life-event'), path
    feed = here.files[f"feeds/items/{HOSPITAL}.atom"].decode()
    assert "2019-0009/visits/2019-09-03" in feed
    assert ("measure" in feed) == (name == "internal")


def test_a_feed_of_many_items_has_the_newest_entries_of_all_of_them(ledger: Ledger, schemas: Schemas) -> None:
    whole = made("internal", ledger, schemas)
    every = [one for item in ledger.items for one in news_of(whole, item)]
    newest = sorted(every, key=lambda one: (one.on, one.item, one.rank), reverse=True)[:MOST_NEWS]
    for knows in ({}, {item.path: AS_OF for item in ledger.items.values()}):
        here = edition("internal", language("zh"), ledger, schemas, AS_OF, AS_OF, pinned=True, digests={}, latest=knows)
        feed = feed_of(by_path(feed_files(here))["feeds/ledger.atom"].make())
        ids = [text_of(one, "id").rpartition(":")[2] for one in feed.findall(f"{ATOM}entry")]
        assert ids == [one.name for one in newest]


def test_what_a_feed_holds_is_called_the_same_wherever_it_stands(ledger: Ledger, schemas: Schemas) -> None:
    def ids(here: Edition) -> dict[str, list[str]]:
        return {
            path: re.findall(r"<id>(.*?)</id>", one.make().decode()) for path, one in by_path(feed_files(here)).items()
        }

    here = ids(made("internal", ledger, schemas))
    elsewhere = made("internal", ledger, schemas, address="https://duban.example.invalid/site/")
    assert ids(elsewhere) == here
    assert ids(made("internal", ledger, schemas, code="en")) == here
    public = ids(made("public", ledger, schemas))
    for path, mine in public.items():
        assert path.startswith(("feeds/ledger", "feeds/units", "feeds/campaigns")) or set(mine[1:]) <= set(
            here[path][1:]
        )
        assert mine[0] != here[path][0]
    entry = feed_of(by_path(feed_files(elsewhere))[f"feeds/items/{HOSPITAL}.atom"].make())
    assert links(entry)["self"] == f"https://duban.example.invalid/site/feeds/items/{HOSPITAL}.atom"
    assert links(entry)["alternate"] == f"https://duban.example.invalid/site/items/{HOSPITAL}.html"


@cache
def names_on(readings: Any, schemas: Any, day: str) -> dict[str, set[str]]:
    here = made("internal", readings.ledger(day), schemas, day)
    return {item: {one.name for one in news_of(here, item)} for item in here.ledger.items}


class Held:
    """The shipped ledger on any day, each made once."""

    def __init__(self, readings: Readings) -> None:
        self.ledger = cache(readings.ledger)


@pytest.fixture(scope="session")
def held(readings: Readings) -> Held:
    return Held(readings)


@settings(max_examples=25)
@given(days=st.tuples(DAYS, DAYS).map(sorted))
def test_what_was_told_on_a_day_is_told_under_the_same_name_ever_after(
    held: Held, schemas: Schemas, days: list[str]
) -> None:
    before, after = (names_on(held, schemas, day) for day in days)
    lost = {item: names - after[item] for item, names in before.items() if not names <= after[item]}
    assert lost == {}


def uids_on(held: Held, day: str, calendar: WorkCalendar) -> dict[str, dict[str, Any]]:
    """The name of everything that each item gives rise to on a day."""
    states = statuses(held.ledger(day), day, calendar)
    return {item: dict(zip(uids(state.obligations), state.obligations, strict=True)) for item, state in states.items()}


@settings(max_examples=25)
@given(days=st.tuples(DAYS, DAYS).map(sorted))
def test_an_event_keeps_its_uid_for_as_long_as_it_stands(held: Held, calendar: WorkCalendar, days: list[str]) -> None:
    before, after = (uids_on(held, day, calendar) for day in days)
    ledger = held.ledger(days[1])
    for item, named in before.items():
        record = ledger.items[item].record
        standing = {
            uid: one
            for uid, one in named.items()
            if not (ending(record) or finished_on(record)) or (one.done_on and one.done_on <= days[0])
        }
        assert standing.keys() <= after[item].keys(), item
        for uid, one in standing.items():
            now = after[item][uid]
            assert (now.item, now.kind, now.owner) == (one.item, one.kind, one.owner)
            assert now.due == one.due or one.kind == "deadline"


def test_an_extension_moves_the_event_and_counts_up(held: Held, schemas: Schemas) -> None:
    def deadline(day: str) -> Component:
        here = made("internal", held.ledger(day), schemas, day)
        content = by_path(calendar_files(here))[f"calendars/items/{MOVED}.ics"].make()
        return next(one for one in events(content) if one["UID"].startswith(f"{MOVED}-deadline"))

    record = held.ledger(AS_OF).items[MOVED].record
    extension = record["extensions"][0]
    eve = (date.fromisoformat(extension["decision"]["on"]) - timedelta(days=1)).isoformat()
    first, moved = deadline(eve), deadline(extension["decision"]["on"])
    assert first["UID"] == moved["UID"]
    assert (first["DTSTART"].dt.isoformat(), first["SEQUENCE"]) == (extension["old_deadline"], 0)
    assert (moved["DTSTART"].dt.isoformat(), moved["SEQUENCE"]) == (extension["new_deadline"], 1)
    assert moved["DTSTAMP"].dt > first["DTSTAMP"].dt
    assert f"原时限：{extension['old_deadline']}" in moved["DESCRIPTION"]


@both
def test_every_calendar_is_read_back_as_it_was_meant(sites: Mapping[str, Site], name: EditionName) -> None:
    here = sites[name]
    files = {path: content for path, content in here.files.items() if path.endswith(".ics")}
    assert len(files) > 60
    assert any("/people/" in path for path in files) == (name == "internal")
    seen = 0
    for path, content in files.items():
        lines = content.split(b"\r\n")
        assert lines.pop() == b""
        assert max(map(len, lines)) <= 75, path
        assert b"\n" not in b"".join(lines)
        assert all(line.decode() for line in lines)
        calendar = Calendar.from_ical(content)
        assert {"VERSION", "PRODID", "NAME", "X-WR-CALNAME"} <= calendar.keys()
        assert "METHOD" not in calendar
        assert calendar.subcomponents[0].name == "VTIMEZONE"
        found = events(content)
        seen += len(found)
        assert len({str(one["UID"]) for one in found}) == len(found), path
        assert [one["DTSTART"].dt for one in found] == sorted(one["DTSTART"].dt for one in found)
        for one in found:
            assert type(one["DTSTART"].dt) is date
            assert one["DTSTAMP"].dt == one["LAST-MODIFIED"].dt
            assert one["DTSTAMP"].dt.date() <= date.fromisoformat(AS_OF)
            assert str(one["UID"]).endswith("@jincheng.example")
            assert one["SUMMARY"]
            assert "责任单位：" in one["DESCRIPTION"]
            kind = str(one["UID"]).split("-")[2].partition("@")[0]
            assert name == "internal" or (kind in ("milestone", "deadline") and not one.subcomponents)
    assert seen > 100


def test_calendars_hold_what_is_owed_and_what_was_met_lately(
    sites: Mapping[str, Site], ledger: Ledger, schemas: Schemas
) -> None:
    here = made("internal", ledger, schemas)
    since = (date.fromisoformat(AS_OF) - timedelta(days=KEPT_DAYS)).isoformat()
    expected: dict[str, set[tuple[str, str]]] = {}
    for state in here.states.values():
        for one, uid in zip(state.obligations, uids(state.obligations), strict=True):
            if one.is_pending(AS_OF) or one.done_on >= since:
                expected.setdefault(f"units/{one.owner}", set()).add((uid, one.due))
                expected.setdefault(f"items/{one.item}", set()).add((uid, one.due))
    files = sites["internal"].files
    for name, wanted in expected.items():
        content = files[f"calendars/{name}.ics"]
        got = {(str(one["UID"]).partition("@")[0], one["DTSTART"].dt.isoformat()) for one in events(content)}
        assert got == wanted, name
    assert {f"items/{item}" for item in current_items(here)} == {one for one in expected if one.startswith("items/")}


def test_a_person_sees_what_the_unit_owes_and_what_is_in_hand(sites: Mapping[str, Site], ledger: Ledger) -> None:
    files = sites["internal"].files

    def told(name: str) -> set[str]:
        return {str(one["UID"]) for one in events(files[f"calendars/{name}.ics"])}

    assert told("people/chengqu-head") == told("people/chengqu-liaison") == told("units/chengqu")
    method = ledger.items[MOVED].record["method"]
    for one in method["supervisors"]:
        assert told(f"items/{MOVED}") <= told(f"people/{one['person']}")
    contact = ledger.items[MOVED].record["task_notice"]["contact"]
    assert told(f"items/{MOVED}") <= told(f"people/{contact}")
    assert told("people/commissioner-2") > set()
    assert "calendars/people/mayor.ics" not in files


def test_reminders_come_on_the_working_day_before(ledger: Ledger, schemas: Schemas, calendar: WorkCalendar) -> None:
    here = made("internal", ledger, schemas)
    reminded = 0
    for item in current_items(here):
        for one in events(by_path(calendar_files(here))[f"calendars/items/{item}.ics"].make()):
            due = one["DTSTART"].dt
            alarms = one.walk("VALARM")
            assert len(alarms) == (1 if due.isoformat() >= AS_OF and not one["SUMMARY"].startswith("✓") else 0)
            for alarm in alarms:
                reminded += 1
                when = datetime.combine(due, datetime.min.time()) + alarm["TRIGGER"].dt
                assert when.hour == 9
                assert calendar.is_workday(when.date().isoformat())
                between = [when.date() + timedelta(days=more) for more in range(1, (due - when.date()).days)]
                assert not any(calendar.is_workday(day.isoformat()) for day in between)
        if reminded > 10:
            break
    assert reminded > 10


def test_an_event_that_passes_unmet_says_so_from_the_next_day_on(held: Held, schemas: Schemas) -> None:
    def overdue(day: str) -> Component:
        here = made("internal", held.ledger(day), schemas, day)
        content = by_path(calendar_files(here))["calendars/items/2019-0037.ics"].make()
        return next(one for one in events(content) if "-deadline@" in one["UID"])

    before, after = overdue("2019-10-16"), overdue("2019-10-17")
    assert "状态：未到期" in before["DESCRIPTION"]
    assert "状态：已逾期" in after["DESCRIPTION"]
    assert after["DTSTAMP"].dt.date().isoformat() == "2019-10-17"
    assert after["DTSTAMP"].dt > before["DTSTAMP"].dt
    assert overdue("2019-10-18")["DESCRIPTION"] == after["DESCRIPTION"]


def with_text(ledger: Ledger, schemas: Schemas) -> Ledger:
    root = schemas.field("item")
    items = {item: Item(one.path, hostile(one.record, root)) for item, one in ledger.items.items()}
    return replace(ledger, items=items)


@both
def test_hostile_texts_stay_texts_in_feeds_and_calendars(ledger: Ledger, schemas: Schemas, name: EditionName) -> None:
    here = made(name, with_text(ledger, schemas), schemas)
    path = f"feeds/items/{HOSPITAL}.atom"
    feed = feed_of(by_path(feed_files(here))[path].make())
    assert HOSTILE in text_of(feed, "title")
    assert {one.tag for one in feed.iter()} == {
        f"{ATOM}{one}"
        for one in ("feed", "id", "title", "updated", "author", "name", "link", "entry", "category", "summary")
    }
    for one in by_path(calendar_files(here)).values():
        for event in events(one.make()):
            assert HOSTILE in event["SUMMARY"]
            assert set(event) <= PROPERTIES


def test_no_character_that_xml_forbids_comes_through() -> None:
    text = f"a{CONTROLS}b\t]]>\r\n<![CDATA[<x/>&lt;"
    news = News("2019-10-31", 0, "2019-0001/x", "2019-0001", text, "intake", text, text, "x")
    content = atom(Feed("tag:x", "tag:x:", text, text, "x.atom", "x.html", "items/", AS_OF, [news]))
    feed = feed_of(content)
    assert text_of(feed, "title") == "ab\t]]>\n<![CDATA[<x/>&lt;"
    entry = feed.find(f"{ATOM}entry")
    assert entry is not None
    assert text_of(entry, "summary") == text_of(feed, "title")
    assert text_of(entry, "updated") == f"2019-10-31{HOUR}"


LINES = st.text(st.sampled_from('督查a;,:\\"\r\n\v\f\x85\u2028\u2029 \t\x00\x1b🚧é'), max_size=120)


@given(summary=LINES, description=LINES)
def test_no_text_ends_its_line_in_a_calendar(summary: str, description: str) -> None:
    event = Event("x@y.example", AS_OF, AS_OF, 0, summary, description, summary, hours_before=15)
    content = calendar_file(summary, description, [event_text(event)])
    ends = r"\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]"
    for line in content.split(b"\r\n"):
        assert len(line) <= 75
        assert re.search(ends, line.decode()) is None
    found = Calendar.from_ical(content)
    assert [one.name for one in found.walk()] == ["VCALENDAR", "VTIMEZONE", "STANDARD", "VEVENT", "VALARM"]
    told = re.sub("[\x00\x1b]", "", re.sub(ends, "\n", description))
    assert str(found.walk("VEVENT")[0]["DESCRIPTION"]) == told


@given(st.text(st.sampled_from("督a🚧é"), max_size=300))
def test_a_folded_line_is_the_same_line_again(text: str) -> None:
    line = folded(text)
    assert all(len(piece) <= 75 for piece in line.encode().split(b"\r\n"))
    assert line.removesuffix("\r\n").replace("\r\n ", "") == text


def test_a_calendar_without_events_is_valid_all_the_same() -> None:
    found = Calendar.from_ical(calendar_file("空", "无", []))
    assert [one.name for one in found.subcomponents] == ["VTIMEZONE"]


def test_a_ledger_without_an_authority_has_ids_of_nobodys_domain(ledger: Ledger, schemas: Schemas) -> None:
    policy = {key: value for key, value in ledger.registry.policy.items() if key != "tag_authority"}
    here = made("internal", replace(ledger, registry=replace(ledger.registry, policy=policy)), schemas)
    content = by_path(feed_files(here))[f"feeds/items/{HOSPITAL}.atom"].make()
    assert text_of(feed_of(content), "id") == f"tag:duban.invalid,2019:internal/items/{HOSPITAL}"
    assert (ROOT / "registry/policy.yml").read_text(encoding="utf-8").count("tag_authority: jincheng.example,2019") == 1
