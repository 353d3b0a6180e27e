"""The ledger's table in a real Chromium: many rows, dates, sorting, keyboard, phone, print, and what is saved."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from browsing import PHONE, Watched, pdf_pages
from conftest import AS_OF
from duban.calendar import WorkCalendar
from duban.model import Ledger
from duban.status import statuses
from site_fixtures import Site, built_browser

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not built_browser(), reason="the browser parts are not built: make build/browser/.done"),
]

ROWS = "#ledger-table tbody tr[aria-rowindex]"
TIMES = 60
MANY = 58 * TIMES
LONG = "关于进一步加快推进城区老旧小区雨污分流管网改造暨道路恢复提升工程" * 3 + "ExtraordinarilyLongWord" * 4


def many(data: Any) -> Any:
    """The ledger's data with every row many times over, the years before one another."""
    columns = data["columns"]
    (year, serials), *rest = columns["id"]
    assert rest == []
    back = -sum(columns["received"])
    grown = {name: column * TIMES for name, column in columns.items() if name not in ("id", "title", "received")}
    grown["id"] = [[str(int(year) - TIMES + place), serials] for place in range(1, TIMES + 1)]
    grown["title"] = "\n".join([columns["title"]] * TIMES)
    grown["received"] = columns["received"] + [back, *columns["received"][1:]] * (TIMES - 1)
    return {**data, "columns": grown}


@pytest.fixture
def data(sites: Mapping[str, Site]) -> Any:
    """What the ledger's page loads."""
    return json.loads(sites["internal"].files["data/ledger.json"])


@pytest.fixture
def filled(opened: Callable[..., Watched]) -> Callable[..., Page]:
    """Opens the ledger with other data."""

    def start(data: Any, address: str = "ledger.html", **options: Any) -> Page:
        watched = opened(**options)
        watched.page.route("**/data/ledger.json", lambda route: route.fulfill(json=data))
        return watched.open(address)

    return start


def frame(page: Page) -> Locator:
    return page.locator("#ledger-table")


def shown_ids(page: Page) -> list[str]:
    return page.locator(f"{ROWS} .col-id").all_inner_texts()


def test_of_very_many_rows_only_those_in_sight_are_drawn(filled: Callable[..., Page], data: Any) -> None:
    page = filled(many(data))
    expect(page.locator("#ledger-count")).to_have_text(f"{MANY} / {MANY}")
    table = page.locator("#ledger-table table")
    assert table.get_attribute("aria-rowcount") == str(MANY + 1)
    assert 0 < page.locator(ROWS).count() <= 150
    for part in (0.5, 0.25, 1):
        frame(page).evaluate("(one, part) => { one.scrollTop = part * one.scrollHeight; }", part)
        page.wait_for_timeout(80)
        assert 0 < page.locator(ROWS).count() <= 150
        in_view = frame(page).evaluate(
            """(one) => { const box = one.getBoundingClientRect();
                 return [...one.querySelectorAll("tbody tr[aria-rowindex]")].filter((row) => {
                   const at = row.getBoundingClientRect(); return at.bottom > box.top && at.top < box.bottom;
                 }).map((row) => Number(row.ariaRowIndex)); }"""
        )
        assert len(in_view) > 5, part
        assert in_view == list(range(in_view[0], in_view[-1] + 1)), part
    assert in_view[-1] == MANY + 1
    assert page.locator(ROWS).last.get_attribute("aria-rowindex") == str(MANY + 1)


def test_what_a_reader_looks_at_stays_while_rows_come_and_go(filled: Callable[..., Page], data: Any) -> None:
    data["columns"]["title"] = "\n".join(
        LONG if place % 3 else title for place, title in enumerate(data["columns"]["title"].split("\n"))
    )
    page = filled(many(data))
    box = frame(page)
    box.hover()
    before = None
    for _ in range(25):
        page.mouse.wheel(0, 300)
        page.wait_for_timeout(40)
        tops = box.evaluate(
            """(one) => Object.fromEntries([...one.querySelectorAll("tbody tr[aria-rowindex]")].map((row) =>
                 [row.ariaRowIndex, row.getBoundingClientRect().top]))"""
        )
        if before:
            moved = {round(before[row] - tops[row]) for row in before.keys() & tops.keys()}
            assert max(moved) - min(moved) <= 1
        before = tops


def test_the_keyboard_reaches_the_end_of_many_rows(filled: Callable[..., Page], data: Any) -> None:
    page = filled(many(data), "ledger.html#light=overdue")
    expect(page.locator("#ledger-count")).to_have_text(f"{4 * TIMES} / {MANY}")
    frame(page).focus()
    page.keyboard.press("End")
    expect(page.locator(f"{ROWS}[aria-rowindex='{4 * TIMES + 1}']")).to_be_in_viewport()
    page.keyboard.press("Home")
    expect(page.locator(f"{ROWS}[aria-rowindex='2']")).to_be_in_viewport()
    page.locator(f"{ROWS}[aria-rowindex='2'] .item-link").focus()
    for _ in range(240):
        page.keyboard.press("Tab")
    reached = page.evaluate("Number(document.activeElement.closest('tr')?.ariaRowIndex)")
    assert reached == 2 + 240 // 2


def test_a_press_on_a_head_sorts_up_down_and_back(opened: Callable[..., Watched]) -> None:
    page = opened(path="ledger.html").page
    head = page.locator("th[data-column=left]")
    usual = shown_ids(page)
    head.locator("button").press("Enter")
    assert page.url.endswith("#sort=left")
    expect(head).to_have_attribute("aria-sort", "ascending")
    up = shown_ids(page)
    assert "已超" in page.locator(ROWS).first.inner_text()
    head.locator("button").press("Enter")
    assert page.url.endswith("#sort=-left")
    expect(head).to_have_attribute("aria-sort", "descending")
    down = shown_ids(page)
    counted = page.locator(f"{ROWS}:has(.left)").count()
    assert 20 < counted < 58
    assert sorted(down[:counted]) == sorted(up[:counted])
    assert up[counted:] == down[counted:] == [one for one in usual if one in up[counted:]]
    head.locator("button").press("Enter")
    assert "#" not in page.url
    assert shown_ids(page) == usual


def test_dates_from_and_to_choose_what_came_in_and_what_falls_due(
    opened: Callable[..., Watched], ledger: Ledger, calendar: WorkCalendar
) -> None:
    states = statuses(ledger, AS_OF, calendar)
    counted = [one for one in ledger.items.values() if states[one.id].light != "not_filed"]
    received = {one.id: one.record["intake"]["received_on"] for one in counted}
    page = opened(path="ledger.html#received-from=2019-08-01&received-to=2019-08-31").page
    expected = {one for one, day in received.items() if "2019-08-01" <= day <= "2019-08-31"}
    assert 5 < len(expected) < 50
    assert set(shown_ids(page)) == expected
    page.fill("[name=due-to]", "2019-09-15")
    due = {one for one in expected if "" < states[one].due <= "2019-09-15"}
    assert 0 < len(due) < len(expected)
    assert set(shown_ids(page)) == due
    assert page.url.endswith("#received-from=2019-08-01&received-to=2019-08-31&due-to=2019-09-15")
    page.reload()
    expect(page.locator(ROWS)).to_have_count(len(due))
    page.click("#ledger-clear")
    expect(page.locator(ROWS)).to_have_count(58)
    page.evaluate("location.hash = '#received-from=yesterday&sort=nonsense'")
    expect(page.locator(ROWS)).to_have_count(58)


def saved(page: Page, file: Path) -> list[list[str]]:
    with page.expect_download() as started:
        page.click("#ledger-download")
    started.value.save_as(file)
    return list(csv.reader(file.read_text(encoding="utf-8-sig").splitlines()))


def test_what_is_saved_is_what_is_shown_in_its_order_as_of_its_day(
    opened: Callable[..., Watched], ledger: Ledger, calendar: WorkCalendar, tmp_path: Path
) -> None:
    states = statuses(ledger, AS_OF, calendar)
    page = opened(path="ledger.html#category=难点&sort=-due").page
    head, *lines = saved(page, tmp_path / "ledger.csv")
    assert [line[0] for line in lines] == shown_ids(page)
    for line in lines:
        told, state = dict(zip(head, line, strict=True)), states[line[0]]
        assert told["时限"] == state.due
        assert told["原时限"] == state.original_due
        assert told["剩余工作日"] == ("" if state.workdays_left is None else str(state.workdays_left))
        assert told["收件日期"] == ledger.items[line[0]].record["intake"]["received_on"]
        assert told["督查事项"] == state.title


def test_on_a_phone_rows_are_cards_and_can_be_sorted(filled: Callable[..., Page], data: Any) -> None:
    data["columns"]["title"] = "\n".join([LONG] * 58)
    page = filled(many(data), viewport=PHONE)
    expect(page.locator(ROWS).first).to_be_visible()
    assert page.locator(ROWS).count() < 200
    page.select_option("#filter-sort", "-due")
    assert page.url.endswith("#sort=-due")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert frame(page).evaluate("(one) => one.scrollWidth - one.clientWidth") <= 0
    assert page.locator(ROWS).first.get_attribute("role") == "row"


def test_on_a_phone_filters_are_folded_away_but_for_those_at_work(filled: Callable[..., Page], data: Any) -> None:
    page = filled(data, viewport=PHONE)
    expect(page.locator(ROWS).first).to_be_visible()
    unit, text, more = page.locator("#filter-unit"), page.locator("#filter-text"), page.locator("#ledger-more")
    expect(text).to_be_visible()
    expect(unit).to_be_hidden()
    assert page.locator(ROWS).first.bounding_box()["y"] < PHONE["height"]  # type: ignore[index]
    more.click()
    expect(unit).to_be_visible()
    assert more.get_attribute("aria-expanded") == "true"
    more.click()
    expect(unit).to_be_hidden()
    shared = filled(data, "ledger.html#step=approval", viewport=PHONE)
    expect(shared.locator("#filter-step")).to_be_visible()
    expect(filled(data).locator("#filter-unit")).to_be_visible()


def test_all_rows_are_printed_and_the_reader_finds_the_place_again(
    filled: Callable[..., Page], data: Any, tmp_path: Path
) -> None:
    page = filled(many(data), "ledger.html#source=网民留言")
    shown = 20 * TIMES
    expect(page.locator("#ledger-count")).to_have_text(f"{shown} / {MANY}")
    frame(page).evaluate("(one) => { one.scrollTop = 9000; }")
    page.wait_for_timeout(80)
    place = frame(page).evaluate("(one) => one.scrollTop")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator(ROWS).count() == shown
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator(ROWS).count() < 200
    assert frame(page).evaluate("(one) => one.scrollTop") == pytest.approx(place, abs=60)
    page.pdf(path=tmp_path / "ledger.pdf", prefer_css_page_size=True)
    assert shown / 40 < len(pdf_pages(tmp_path / "ledger.pdf")) < shown / 10


def test_nothing_that_fits_is_said_in_words(opened: Callable[..., Watched]) -> None:
    page = opened(path="ledger.html#text=无此事项").page
    expect(page.locator("#ledger-none")).to_be_visible()
    expect(page.locator("#ledger-count")).to_have_text("0 / 58")
    assert page.locator(ROWS).count() == 0
    page.fill("#filter-text", "ＺＷ")
    page.fill("#filter-text", "2019-００09")
    expect(page.locator(ROWS)).to_have_count(1)
    expect(page.locator("#ledger-none")).to_be_hidden()


def test_without_its_data_the_plain_table_stays(opened: Callable[..., Watched]) -> None:
    watched = opened(known="503")
    watched.page.route("**/data/ledger.json", lambda route: route.fulfill(status=503))
    page = watched.page
    page.goto(f"{watched.base}ledger.html")
    expect(page.locator("#ledger-plain tbody tr").first).to_be_visible()
    assert page.locator("#ledger-plain tbody tr:visible").count() == 58
    assert page.locator("#ledger-filters:visible").count() == 0


def test_a_script_that_does_not_come_leaves_the_plain_table(opened: Callable[..., Watched]) -> None:
    watched = opened(known=r"ledger\.js|ERR_FAILED")
    page = watched.page
    page.clock.install()
    page.route("**/assets/ledger.js", lambda route: route.abort())
    page.goto(f"{watched.base}ledger.html")
    page.clock.run_for(5_000)
    expect(page.locator("html")).not_to_have_class(re.compile("ledger-coming"))
    expect(page.locator("#ledger-plain tbody tr").first).to_be_visible()


def test_the_table_is_small_and_its_data_are(sites: Mapping[str, Site]) -> None:
    files = sites["internal"].files
    assert len(files["assets/ledger.js"]) < 16_000
    assert len(files["data/ledger.json"]) / 58 < 150
