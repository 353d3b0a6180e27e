"""Team, schedule, plan, interviews and archive: what they show is what the record says, counted another way."""

from __future__ import annotations

import copy
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import AS_OF
from duban.calendar import WorkCalendar
from duban.figures import figures
from duban.language import language
from duban.model import Item, Ledger, PlanEntry, Term
from duban.publish import archive_pages, interview_pages, ledger_years, plan_pages, schedule_page, team_page
from duban.publish.archive_pages import files_by_year
from duban.publish.edition import EditionName, edition, is_open_to_the_public
from duban.publish.item_row import counted_rows
from duban.publish.names import Names
from duban.publish.parts import parted
from duban.publish.team_page import TEAMS, Member, members
from duban.retention import kept_until
from duban.schema import Schemas
from duban.status import OPEN_LIGHTS, statuses
from site_fixtures import HOSTILE, Parsed, Site, pages_of, text_of

ZH = language("zh")
MAKERS = tuple(module.site_pages for module in (team_page, schedule_page, plan_pages, interview_pages, archive_pages))


def made(ledger: Ledger, schemas: Schemas, name: EditionName = "internal", day: str = AS_OF) -> Any:
    return edition(name, ZH, ledger, schemas, day, day, pinned=True, digests={})


def with_items(ledger: Ledger, *records: Any) -> Ledger:
    """The ledger with other items."""
    return replace(ledger, items={one["id"]: Item(f"items/{one['id'][:4]}/{one['id']}.yml", one) for one in records})


def changed(ledger: Ledger, identity: str, **values: Any) -> Ledger:
    """The ledger with other entries in one item."""
    record = {**copy.deepcopy(ledger.items[identity].record), **values}
    return replace(ledger, items={**ledger.items, identity: Item(ledger.items[identity].path, record)})  # type: ignore[arg-type]


def counted(ledger: Ledger) -> list[Any]:
    return [one.record for one in ledger.items.values() if "not_filed" not in one.record]


def block(page: str, anchor: str, tag: str = "tr") -> str:
    """The element with an id, up to its end tag."""
    return page[page.index(f'id="{anchor}"') :].partition(f"</{tag}>")[0]


def figures_of(page: str) -> dict[str, str]:
    """The figures of a page by the label they stand over."""
    pairs = re.findall(r'<div class="figure"><dt>(.*?)</dt><dd>(.*?)</dd>', page, re.DOTALL)
    return {text_of(label): text_of(value) for label, value in pairs}


def labelled(row: str) -> dict[str, str]:
    """The cells of a row by the name of their column."""
    cells = re.findall(r'<td[^>]*data-label="([^"]*)"[^>]*>(.*?)</td>', row, re.DOTALL)
    return {label: text_of(value) for label, value in cells}


# ---- team ----


def test_everybody_in_the_roster_stands_once_with_the_items_that_name_them(
    ledger: Ledger, schemas: Schemas, calendar: WorkCalendar
) -> None:
    page = pages_of(team_page.site_pages, ledger=ledger, schemas=schemas)["team.html"]
    ids = Parsed(page).ids
    assert {one for one in ids if one.startswith("p-")} == {f"p-{person}" for person in ledger.registry.people}
    states = statuses(ledger, AS_OF, calendar)
    open_ones = [one.record for one in ledger.items.values() if states[one.id].light in OPEN_LIGHTS]
    for person in ledger.registry.people.values():
        if person.team not in TEAMS:
            continue
        named = {record["id"] for record in open_ones if f"'{person.id}'" in repr(naming(record))}
        row = block(page, f"p-{person.id}")
        assert set(re.findall(r"items/([\d-]+)\.html", row)) == named, person.id
        assert labelled(row)[ZH("units.open")] == str(len(named))
        visits = [
            visit
            for record in (one.record for one in ledger.items.values())
            for visit in record.get("visits", ())
            if person.id in visit["visitors"] and visit["on"] >= "2019-08-03"
        ]
        assert labelled(row)[ZH("team.column.visits", days=90)] == str(len(visits))


def naming(record: Any) -> list[Any]:
    """The parts of a record that put somebody on its item."""
    forms = [
        *([record["task_notice"]] if "task_notice" in record else []),
        *record.get("tracking_notices", ()),
        *record.get("coordination_notices", ()),
        *record.get("closure_notices", ()),
    ]
    found = [one[name] for one in forms for name in ("contact", "convener") if name in one]
    found += [one["verification"]["by"] for one in forms if "verification" in one]
    return found + [one["person"] for one in record.get("method", {}).get("supervisors", ())]


@pytest.mark.parametrize(
    ("day", "standing"),
    [
        ("2019-07-31", "coming"),
        ("2019-08-01", "serving"),
        ("2020-05-31", "serving"),
        ("2020-06-01", "expiring"),
        ("2020-07-31", "expiring"),
        ("2020-08-01", "expired"),
    ],
)
def test_a_term_is_coming_runs_ends_soon_and_has_ended(
    ledger: Ledger, schemas: Schemas, day: str, standing: str
) -> None:
    of_day = made(ledger, schemas, day=day)
    found: Mapping[str, Member] = members(of_day)
    assert found["expert-01"].standing == standing
    assert found["director"].standing == ("open" if day >= "2019-07-01" else "coming")
    page = pages_of(team_page.site_pages, ledger=ledger, schemas=schemas, day=day)["team.html"]
    said = ZH.has(f"team.standing.{standing}") and ZH(f"team.standing.{standing}") in text_of(
        block(page, "p-expert-01")
    )
    assert bool(said) == (standing in ("coming", "expiring", "expired"))


def test_a_long_list_of_items_keeps_every_item_in_reach(ledger: Ledger, schemas: Schemas) -> None:
    record = ledger.items["2019-0051"].record
    many = [{**record, "id": f"2019-{9000 + nth}"} for nth in range(60)]
    page = pages_of(team_page.site_pages, ledger=with_items(ledger, *many), schemas=schemas)["team.html"]
    row = block(page, "p-section1-head")
    assert len(set(re.findall(r"items/([\d-]+)\.html", row))) == 60
    assert row.count('class="item-link"') == team_page.MOST_TITLED


# ---- schedule ----


def test_every_visit_made_is_on_the_schedule_and_none_that_is_to_come(ledger: Ledger, schemas: Schemas) -> None:
    page = pages_of(schedule_page.site_pages, ledger=ledger, schemas=schemas)["schedule.html"]
    visits = [(one["id"], nth) for one in counted(ledger) for nth in range(1, len(one.get("visits", ())) + 1)]
    table = page[page.index("list--visits") :].partition("</table>")[0]
    assert sorted(re.findall(r"items/([\d-]+)\.html#visits-(\d+)", table)) == sorted((one, str(n)) for one, n in visits)
    first = ledger.items["2019-0051"].record["visits"][0]
    for method in ("四不两直", "实地督查"):
        ahead = {**first, "on": "2019-11-01", "place": "明日要去的地方", "method": method}
        doctored = changed(ledger, "2019-0051", visits=[first, ahead])
        later = pages_of(*MAKERS, ledger=doctored, schemas=schemas)
        assert [path for path, text in later.items() if "明日要去的地方" in text] == []
        assert later["schedule.html"] == page


def test_the_plan_of_inspections_is_on_the_schedule_but_what_may_not_be_told(ledger: Ledger, schemas: Schemas) -> None:
    page = pages_of(schedule_page.site_pages, ledger=ledger, schemas=schemas)["schedule.html"]
    assert re.findall(r'<tr id="inspection-([a-z-]+)">', page) == [
        "key-projects-winter",
        "county-annual",
        "wages-year-end",
        "heating-season",
        "civilized-city-august",
    ]
    assert "农村户厕改造质量突击检查" not in page
    for kind in ("material", "same_month"):
        assert ZH(f"inspection.advice.{kind}") in page
    assert "schedule.html#inspection-county-annual" in page.partition('id="clashes"')[2]


def test_visits_by_campaign_add_up_to_the_figures(ledger: Ledger, schemas: Schemas, calendar: WorkCalendar) -> None:
    page = pages_of(schedule_page.site_pages, ledger=ledger, schemas=schemas)["schedule.html"]
    table = page[page.index('id="by-campaign"') :].partition("</table>")[0]
    rows = [labelled(row) for row in table.split("<tr>")[2:]]
    known = figures(ledger, statuses(ledger, AS_OF, calendar), AS_OF)
    assert sum(int(row[ZH("schedule.visits")]) for row in rows) == known["all_visits"]
    assert sum(int(row[ZH("visits.unannounced")]) for row in rows) == known["visits"] == 17


def test_what_units_were_asked_is_counted_from_the_record(ledger: Ledger, schemas: Schemas) -> None:
    page = pages_of(schedule_page.site_pages, ledger=ledger, schemas=schemas)["schedule.html"]
    table = page[page.index("list--burden") :].partition("</table>")[0]
    shown = {}
    for row in table.split("<tr>")[2:]:
        unit = re.findall(r"units/([a-z-]+)\.html", row)[0]
        shown[unit] = [int(number) for number in re.findall(r"\d+", labelled(row)[ZH("burden.kind.visit")])]
    visits = Counter(
        (ledger.items[record["id"]].lead_unit, visit["on"][:7])
        for record in counted(ledger)
        for visit in record.get("visits", ())
    )
    for unit, numbers in shown.items():
        assert [*numbers, 0][:2] == [visits[unit, "2019-10"], visits[unit, "2019-09"]], unit
    assert {unit for unit, month in visits if month in ("2019-09", "2019-10")} <= shown.keys()


def test_what_is_planned_is_what_is_owed_to_or_by_the_office(
    ledger: Ledger, schemas: Schemas, calendar: WorkCalendar
) -> None:
    page = pages_of(schedule_page.site_pages, ledger=ledger, schemas=schemas)["schedule.html"]
    table = page[page.index("list--schedule") :].partition("</table>")[0]
    shown = re.findall(r"<tr>\s*<td><time[^>]*>([\d-]+)</time>.*?items/([\d-]+)\.html", table, re.DOTALL)
    pending = [one for state in statuses(ledger, AS_OF, calendar).values() for one in state.pending]
    owed = [(one.due, one.item) for one in pending if one.kind in schedule_page.PLANNED and one.due <= "2019-12-08"]
    assert sorted(shown) == sorted(owed)
    assert len(owed) > 10


# ---- plan ----


def covering(ledger: Ledger) -> dict[str, set[str]]:
    """The items under each entry of the plan that count and did not end otherwise than by closing."""
    found: dict[str, set[str]] = {}
    for record in counted(ledger):
        if "withdrawn" not in record and "superseded" not in record:
            for reference in record.get("plan_refs", ()):
                found.setdefault(reference, set()).add(record["id"])
    return found


@pytest.mark.parametrize("name", ["internal", "public"])
def test_an_entry_of_the_plan_is_covered_by_the_items_that_refer_to_it(
    ledger: Ledger, schemas: Schemas, name: EditionName
) -> None:
    seen = replace(
        ledger, items={k: one for k, one in ledger.items.items() if name == "internal" or is_open_to_the_public(one)}
    )
    page = pages_of(plan_pages.site_pages, ledger=ledger, schemas=schemas, name=name)["plan.html"]
    items = covering(seen)
    for entry in (one for (year, _), one in ledger.registry.plans.items() if year == 2019):
        is_row = f'<tr id="{entry.id}">' in page
        assert is_row == (entry.id in items)
        linked = set(re.findall(r"items/([\d-]+)\.html", block(page, entry.id, "tr" if is_row else "li")))
        assert items.get(entry.id, set()) <= linked
    counts = Counter(entry[0] for entry in items)
    shown = figures_of(page)
    for what, count, whole in (
        ("plan.kind.key_projects", counts["P"], 70),
        ("plan.kind.key_works", counts["W"], 114),
        ("plan.whole", len(items), 184),
    ):
        assert shown[f"{ZH(what)} {ZH(f'plan.under.{name}')}"] == f"{count} / {whole}"
    assert (ZH("plan.share") in shown) == (name == "internal")


def test_the_public_plan_does_not_tell_which_entries_have_withheld_items(ledger: Ledger, schemas: Schemas) -> None:
    open_ones = {key: one for key, one in ledger.items.items() if is_open_to_the_public(one)}
    only_closed = covering(ledger).keys() - covering(replace(ledger, items=open_ones)).keys()
    assert only_closed
    pages = [
        pages_of(plan_pages.site_pages, ledger=one, schemas=schemas, name="public")["plan.html"]
        for one in (ledger, replace(ledger, items=open_ones))
    ]
    assert pages[0] == pages[1]
    assert ZH("plan.lead.public") in pages[0]


def test_each_plan_has_a_page_and_the_editions_year_comes_first(ledger: Ledger, schemas: Schemas) -> None:
    older = {(2018, "P01"): PlanEntry("P01", "key_projects", "旧年工程", "chengqu", "建成")}
    newer = {(2021, "P01"): PlanEntry("P01", "key_projects", "来年工程", "chengqu", "建成")}
    plans = {**older, **ledger.registry.plans, **newer}
    several = replace(ledger, registry=replace(ledger.registry, plans=plans))
    record: Any = {**ledger.items["2019-0051"].record, "id": "2018-0001", "plan_refs": ["P01"]}
    both = replace(several, items={**several.items, "2018-0001": Item("items/2018/2018-0001.yml", record)})
    pages = pages_of(plan_pages.site_pages, plan_pages.loose_pages, ledger=both, schemas=schemas)
    assert list(pages) == ["plan.html", "plan/2021.html", "plan/2018.html"]
    assert "2018-0001" not in pages["plan.html"]
    assert "../items/2018-0001.html" in block(pages["plan/2018.html"], "P01")
    later = pages_of(plan_pages.site_pages, plan_pages.loose_pages, ledger=several, schemas=schemas, day="2020-03-01")
    assert next(iter(later)) == "plan.html"
    assert "市医院易址扩建项目" in later["plan.html"]
    names = Names(made(both, schemas))
    assert names.reference("plan", "P01", 2018) == ("P01 旧年工程", "plan/2018.html#P01")
    assert names.reference("plan", "P05", 2019)[1] == "plan.html#P05"
    assert names.reference("plan", "P99", 2019) == ("P99", "")


def test_an_item_that_was_withdrawn_covers_nothing(ledger: Ledger, schemas: Schemas) -> None:
    end = {"on": "2019-10-30", "by": "director", "reason": "撤销。", "signed": []}
    gone = changed(ledger, "2019-0051", withdrawn=end)
    page = pages_of(plan_pages.site_pages, ledger=gone, schemas=schemas)["plan.html"]
    assert '<tr id="W099">' not in page


# ---- interviews ----


def test_interviews_are_those_of_the_figures_each_with_its_entry(
    ledger: Ledger, schemas: Schemas, calendar: WorkCalendar
) -> None:
    page = pages_of(interview_pages.site_pages, ledger=ledger, schemas=schemas)["interviews.html"]
    known = figures(ledger, statuses(ledger, AS_OF, calendar), AS_OF)
    shown = figures_of(page)
    assert shown[ZH("measures.interviewed")] == str(known["interviewed_persons"]) == "21"
    assert shown[ZH("measures.accountable")] == str(known["held_accountable"]) == "1"
    measures = [
        (one["id"], nth, measure) for one in counted(ledger) for nth, measure in enumerate(one.get("measures", ()))
    ]
    table = page[page.index("list--measures") :]
    assert sorted(re.findall(r"items/([\d-]+)\.html#measures-(\d+)", table)) == sorted(
        (identity, str(nth + 1)) for identity, nth, _ in measures
    )
    assert all(measure["reason"] in text_of(table) for _, _, measure in measures)
    by_unit = Counter(measure["unit"] for _, _, measure in measures if measure["kind"] == "约谈")
    units = page[page.index('id="units"') :].partition("</table>")[0].split("<tr>")[2:]
    assert {
        text_of(row.partition("</th>")[0]): int(re.findall(r'class="number">(?:<[^>]*>)?(\d+)', row)[0])
        for row in units
    } == {ledger.registry.unit_name(unit): count for unit, count in by_unit.items()}


def test_many_interviews_stand_by_year_in_parts(
    ledger: Ledger, schemas: Schemas, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interview_pages, "MOST_LISTED", 5)
    pages = pages_of(interview_pages.site_pages, interview_pages.loose_pages, ledger=ledger, schemas=schemas)
    assert list(pages) == ["interviews.html", "interviews/2019.html"]
    listed = {path: len(re.findall(r"#measures-\d+", page)) for path, page in pages.items()}
    assert listed == {"interviews.html": 5, "interviews/2019.html": 9}


def test_the_public_edition_has_neither_team_nor_schedule_nor_interviews(
    sites: Mapping[str, Site], ledger: Ledger, schemas: Schemas
) -> None:
    assert list(pages_of(*MAKERS, ledger=ledger, schemas=schemas, name="public")) == ["plan.html", "archive.html"]
    for path in ("team", "schedule", "interviews"):
        assert f"{path}.html" in sites["internal"].files
        assert not [file for file in sites["public"].files if f"{path}.html" in file]


# ---- archive ----


@pytest.mark.parametrize("name", ["internal", "public"])
def test_the_archive_counts_each_year(
    ledger: Ledger, schemas: Schemas, calendar: WorkCalendar, name: EditionName
) -> None:
    page = pages_of(archive_pages.site_pages, ledger=ledger, schemas=schemas, name=name)["archive.html"]
    records = [one for one in counted(ledger) if name == "internal" or is_open_to_the_public(ledger.items[one["id"]])]
    states = statuses(ledger, AS_OF, calendar)
    lights = Counter(states[one["id"]].light for one in records)
    row = labelled(page[page.index("<tbody>") :].partition("</tr>")[0])
    assert row[ZH("archive.column.registered")] == str(len(records))
    assert row[ZH("archive.column.closed")] == str(lights["done_on_time"] + lights["done_late"])
    assert row[ZH("archive.column.archived")] == str(sum("archive" in one for one in records))
    numbers = [one["archive"]["archive_no"] for one in counted(ledger) if "archive" in one]
    shown = [number for number in numbers if number in page]
    assert shown == (numbers if name == "internal" else [])


def test_files_stand_in_order_of_their_numbers_with_what_was_learnt(ledger: Ledger, schemas: Schemas) -> None:
    by_year = files_by_year(made(ledger, schemas))
    assert list(by_year) == ["2019"]
    assert [one.number for one in by_year["2019"]] == [f"晋督档〔2019〕{nth}号" for nth in range(1, 28)]
    lessons = {one["id"]: one["archive"].get("lessons", "") for one in counted(ledger) if "archive" in one}
    assert {one.item: one.lessons for one in by_year["2019"]} == lessons
    page = pages_of(archive_pages.site_pages, ledger=ledger, schemas=schemas)["archive.html"]
    uses = Counter(use for one in counted(ledger) for use in one.get("archive", {}).get("used_for", ()))
    assert figures_of(page) == {use: str(count) for use, count in uses.items()}


def filed(record: Any, nth: int, on: str, retention: str) -> Any:
    archive = {**record["archive"], "archive_no": f"晋督档〔{on[:4]}〕{nth}号", "on": on, "retention": retention}
    return {**record, "id": f"2019-{nth:04d}", "archive": archive}


@pytest.mark.parametrize(
    ("on", "retention", "until", "is_past"),
    [
        ("2008-01-01", "10年", "2018-12-31", True),
        ("2008-12-31", "10年", "2018-12-31", True),
        ("2009-01-01", "10年", "2019-12-31", False),
        ("1988-06-01", "30年", "2018-12-31", True),
        ("1900-06-01", "永久", "", False),
        ("2019-06-01", "10年", "2029-12-31", False),
    ],
)
def test_a_file_is_kept_to_the_end_of_the_year_its_term_ends_in(
    ledger: Ledger, schemas: Schemas, on: str, retention: str, until: str, is_past: bool
) -> None:
    one = with_items(ledger, filed(ledger.items["2019-0001"].record, 1, on, retention))
    assert [file.until for year in files_by_year(made(one, schemas)).values() for file in year] == [until]
    page = pages_of(archive_pages.site_pages, ledger=one, schemas=schemas)["archive.html"]
    assert (ZH("archive.until", day=until) in page) is bool(until)
    assert ('id="past"' in page) is is_past
    assert page.count("items/2019-0001.html") == 1 + is_past
    assert (
        'id="past"'
        not in pages_of(archive_pages.site_pages, ledger=one, schemas=schemas, name="public")["archive.html"]
    )


def test_a_file_is_past_its_term_on_the_day_after_it() -> None:
    assert kept_until("10年", "2009-03-01") == "2019-12-31"
    assert kept_until("1年", "0998-03-01") == "0999-12-31"
    assert kept_until("永久", "2009-03-01") == kept_until("长期", "2009-03-01") == ""


def test_what_is_past_its_term_stands_on_pages_of_its_own_where_it_is_much(ledger: Ledger, schemas: Schemas) -> None:
    record = ledger.items["2019-0001"].record
    many = [filed(record, nth, f"200{nth % 2 + 7}-05-01", "10年") for nth in range(1, archive_pages.MOST_FILES + 2)]
    whole = with_items(ledger, *many)
    pages = pages_of(archive_pages.site_pages, archive_pages.loose_pages, ledger=whole, schemas=schemas)
    assert f'href="{archive_pages.PAST}"' in pages["archive.html"]
    assert "items/" not in pages["archive.html"]
    ids = re.findall(r"items/([\d-]+)\.html", pages[archive_pages.PAST])
    assert len(ids) == len(many)
    assert [int(one[-1]) % 2 for one in ids] == sorted(int(one[-1]) % 2 for one in ids), "the longest past first"
    fewer = with_items(ledger, *many[1:])
    pages = pages_of(archive_pages.site_pages, archive_pages.loose_pages, ledger=fewer, schemas=schemas)
    assert archive_pages.PAST not in pages
    assert pages["archive.html"].count("items/") == 2 * (len(many) - 1)


def test_a_short_ledger_of_one_year_is_its_own_page_and_no_year_stands_twice(ledger: Ledger, schemas: Schemas) -> None:
    alone = made(ledger, schemas)
    assert [(year.year, year.path) for year in ledger_years.years(alone)] == [("2019", "ledger.html")]
    assert list(ledger_years.loose_pages(alone)) == []
    older: Any = {**ledger.items["2019-0051"].record, "id": "2018-0001", "plan_refs": []}
    both = replace(ledger, items={**ledger.items, "2018-0001": Item("items/2018/2018-0001.yml", older)})
    pages = pages_of(ledger_years.loose_pages, archive_pages.site_pages, ledger=both, schemas=schemas)
    assert list(pages) == ["ledger/2019.html", "ledger/2018.html", "archive.html"]
    assert re.findall(r'href="(ledger[^"]*)"', pages["archive.html"]) == ["ledger/2019.html", "ledger/2018.html"]
    listed = [
        set(re.findall(r"items/([\d-]+)\.html", pages[path])) for path in ("ledger/2019.html", "ledger/2018.html")
    ]
    assert [len(one) for one in listed] == [61, 1]
    assert listed[0] & listed[1] == set()


def test_a_long_year_stands_in_parts_that_hold_every_row_once(
    ledger: Ledger, schemas: Schemas, monkeypatch: pytest.MonkeyPatch
) -> None:
    record: Any = ledger.items["2019-0001"].record
    archive = record["archive"]
    many = [
        {**record, "id": f"2019-{nth:04d}", "archive": {**archive, "archive_no": f"晋督档〔2019〕{nth}号"}}
        for nth in range(1, 1202)
    ]
    long = with_items(ledger, *many)
    pages = pages_of(ledger_years.loose_pages, archive_pages.loose_pages, ledger=long, schemas=schemas)
    for folder in ("ledger", "archive"):
        paths = [f"{folder}/2019.html", f"{folder}/2019-2.html", f"{folder}/2019-3.html"]
        assert [path for path in pages if path.startswith(folder)] == paths
        ids = [one for path in paths for one in re.findall(r"items/([\d-]+)\.html", pages[path])]
        assert ids == [one["id"] for one in many]
        assert all(len(pages[path]) < 600_000 for path in paths)
        assert pages[paths[0]].count('aria-current="page"') == 2


@given(st.lists(st.integers(), max_size=40), st.integers(1, 12))
def test_parts_are_the_list_in_order_each_full_but_the_last(rows: list[int], most: int) -> None:
    parts = parted("a/b", rows, most)
    assert [row for part in parts for row in part.rows] == rows
    assert [part.number for part in parts] == list(range(1, len(parts) + 1))
    assert all(len(part.rows) == most for part in parts[:-1])
    assert len({part.path for part in parts}) == len(parts)
    assert parts[0].path == "a/b.html"


# ---- all ----


@pytest.mark.parametrize("name", ["internal", "public"])
@pytest.mark.parametrize("code", ["zh", "en"])
def test_an_empty_ledger_says_so_on_every_page(ledger: Ledger, schemas: Schemas, name: EditionName, code: str) -> None:
    nobody = replace(ledger.registry, people={}, plans={}, campaigns={}, inspections={})
    empty = replace(ledger, items={}, reports={}, registry=nobody)
    pages = pages_of(*MAKERS, ledger=empty, schemas=schemas, name=name, code=code)
    assert len(pages) == (5 if name == "internal" else 2)
    for path, page in pages.items():
        assert 'class="empty"' in page, path
        assert "<tbody>" not in page, path
        assert len(Parsed(page).ids) == len(set(Parsed(page).ids)), path


def test_hostile_names_in_the_registry_stay_text(ledger: Ledger, schemas: Schemas) -> None:
    registry = ledger.registry
    hostile = replace(
        registry,
        people={key: replace(one, position=HOSTILE) for key, one in registry.people.items()},
        units={key: replace(one, short_name=HOSTILE) for key, one in registry.units.items()},
        campaigns={key: replace(one, name=HOSTILE) for key, one in registry.campaigns.items()},
        plans={key: replace(one, name=HOSTILE, target=HOSTILE) for key, one in registry.plans.items()},
        inspections={
            key: replace(one, title=HOSTILE, materials=(HOSTILE,)) for key, one in registry.inspections.items()
        },
    )
    pages = pages_of(*MAKERS, ledger=replace(ledger, registry=hostile), schemas=schemas)
    for path, page in pages.items():
        parsed = Parsed(page)
        assert "<script>alert" not in page, path
        assert not [one for one in parsed.elements if any(key.startswith("on") for key in one.attributes)], path
        assert HOSTILE in "".join(parsed.words), path


def test_people_are_called_by_their_positions_and_lead_to_the_team(ledger: Ledger, schemas: Schemas) -> None:
    names = Names(made(ledger, schemas))
    assert names.reference("person", "section1-head", 2019) == (
        "督查一科科长（综合、重点）",
        "team.html#p-section1-head",
    )
    assert names.reference("person", "nobody", 2019) == ("nobody", "")
    public = Names(made(ledger, schemas, "public"))
    assert public.reference("person", "section1-head", 2019) == ("section1-head", "")


def test_whoever_left_the_roster_stands_as_past(ledger: Ledger, schemas: Schemas) -> None:
    gone = replace(ledger.registry.people["special-01"], term=Term("2019-07-15", "2019-10-30"))
    people = {**ledger.registry.people, "special-01": gone}
    page = pages_of(
        team_page.site_pages, ledger=replace(ledger, registry=replace(ledger.registry, people=people)), schemas=schemas
    )["team.html"]
    assert page[page.index('id="p-special-01"') :].startswith('id="p-special-01" class="is-past"')
    assert ZH("team.count.expired", count=1, days=60) in page


def test_rows_that_count_are_those_that_the_pages_link_to(ledger: Ledger, schemas: Schemas) -> None:
    known = {row.id for row in counted_rows(made(ledger, schemas))}
    for path, page in pages_of(*MAKERS, ledger=ledger, schemas=schemas).items():
        assert set(re.findall(r"items/([\d-]+)\.html", page)) <= known, path
