"""Search in a real Chromium, under the policy of its page: what is found, shown, kept and said."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from browsing import PHONE, watching
from conftest import AS_OF
from duban.language import language
from duban.load import Readings
from duban.publish.edition import EditionName, edition
from duban.publish.search_records import search_groups
from site_fixtures import HOSTILE, PARTS, built_browser

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not built_browser(), reason="the browser parts are not built: make build/browser/.done"),
]
HITS = "#search-results > li"
every_part = pytest.mark.parametrize(("name", "code"), PARTS, ids=["-".join(part) for part in PARTS])


@pytest.fixture
def opened(browser: Browser, addresses: Mapping[str, str]) -> Iterator[Callable[..., Page]]:
    """Opens a page of an edition in a context of its own; no error, no other host, nothing refused by its policy."""
    with watching(browser, addresses) as start:
        yield lambda path, name="internal", **options: start(name, path, **options).page


def sought(page: Page, query: str) -> Page:
    """Ask for something else on the search page and wait for the answer."""
    page.fill("#search-query", query)
    page.press("#search-query", "Enter")
    expect(page.locator("#search-status")).to_contain_text(query, timeout=20_000)
    expect(page.locator("#search-results")).not_to_have_attribute("aria-busy", "true")
    return page


def targets(page: Page) -> list[str]:
    """Where the results that are shown lead to."""
    return page.locator(f"{HITS} .hit__title").evaluate_all("found => found.map((one) => one.getAttribute('href'))")


@every_part
def test_words_numbers_units_and_ids_are_found(opened: Callable[..., Page], name: str, code: str) -> None:
    root = "en/" if code == "en" else ""
    page = opened(f"{root}search.html?q={quote('医院拆迁')}", name)
    page.wait_for_selector(HITS)
    item = "items/2019-0009.html"
    assert item in targets(page)
    assert targets(sought(page, "晋督任〔2019〕9号"))[0] == item
    assert targets(sought(page, "晋督任(2019)9号"))[0] == item
    assert targets(sought(page, "市教育局"))[0] == "units/education-bureau.html"
    assert targets(sought(page, "2019-0009"))[0] == item
    expect(page.locator(HITS).first).to_contain_text("市医院易址扩建项目拆迁")
    page.locator(f"{HITS} .hit__title").first.click()
    page.wait_for_url(re.compile(rf"/{root}items/2019-0009\.html$"))
    assert page.locator("h1").inner_text().endswith("市医院易址扩建项目拆迁")


def test_a_unit_is_found_by_its_english_name(opened: Callable[..., Page]) -> None:
    page = opened("en/search.html?q=chengqu+district")
    page.wait_for_selector(HITS)
    expect(page.locator(HITS).first).to_contain_text("Chengqu District")
    assert targets(page)[0] == "units/chengqu.html"


def texts(readings: Readings, name: EditionName) -> dict[str, str]:
    """What the items of an edition say, without all that a phrase doesn't see."""
    made = edition(
        name, language("zh"), readings.ledger(AS_OF), readings.schemas, AS_OF, AS_OF, pinned=True, digests={}  # type: ignore[arg-type]
    )  # fmt: skip
    found = [one for group in search_groups(made, {}) for one in group.records() if one.kind == "item"]
    return {one.address: f"{one.titles['zh']} {one.text}" for one in found}


def test_every_passage_finds_all_items_that_say_it_and_no_other(
    opened: Callable[..., Page], readings: Readings
) -> None:
    said = texts(readings, "internal")
    dice = random.Random(7)
    runs = sorted({run for text in said.values() for run in re.findall("[\u4e00-\u9fff]{4,}", text)})
    page = opened("search.html?kind=item")
    for run in dice.sample(runs, 24):
        start = dice.randrange(len(run) - 2)
        query = run[start : start + dice.randint(2, 5)]
        sought(page, query)
        count = int(re.findall(r"\d+", page.locator("#search-status").inner_text().replace(query, ""))[0])
        assert count == sum(query in text for text in said.values()), query


def test_what_is_not_said_in_one_piece_is_found_by_its_words(opened: Callable[..., Page]) -> None:
    page = opened("search.html")
    sought(page, "医院 拆迁")
    assert targets(page)[0] == "items/2019-0009.html"
    assert {"医院", "拆迁"} == set(page.locator(f"{HITS} .hit__title mark").all_inner_texts())
    expect(page.locator("#search-status")).to_contain_text("没有连着写")


def test_a_number_at_the_end_of_a_query_is_looked_at_more_closely(opened: Callable[..., Page]) -> None:
    page = opened(f"search.html?q={quote('46户')}")
    page.wait_for_selector(HITS)
    exact = int(re.findall(r"有 (\d+) 条", page.locator("#search-status").inner_text())[0])
    lines = page.locator(HITS).all_inner_texts()
    assert 0 < exact < len(lines)
    assert all("46户" in line for line in lines[:exact])


def test_results_can_be_narrowed_down_shared_and_gone_back_from(opened: Callable[..., Page]) -> None:
    page = opened(f"search.html?q={quote('城区')}")
    page.wait_for_selector(HITS)
    everything = page.locator("#search-status").inner_text()
    page.select_option("#search-kind", "item")
    expect(page.locator("#search-status")).not_to_have_text(everything)
    page.select_option("#search-unit", "chengqu")
    expect(page).to_have_url(re.compile(r"kind=item&unit=chengqu$"))
    narrow = page.locator("#search-status").inner_text()
    assert all(one.startswith("items/") for one in targets(page))
    page.reload()
    expect(page.locator("#search-status")).to_have_text(narrow)
    assert page.input_value("#search-unit") == "chengqu"
    page.go_back()
    page.go_back()
    expect(page.locator("#search-status")).to_have_text(everything)
    assert page.input_value("#search-kind") == ""


def test_ten_results_are_shown_and_ten_more_when_asked(opened: Callable[..., Page]) -> None:
    page = opened(f"search.html?q={quote('督查')}")
    page.wait_for_selector(HITS)
    expect(page.locator(HITS)).to_have_count(10)
    page.click("#search-more")
    expect(page.locator(HITS)).to_have_count(20)
    expect(page.locator(HITS).nth(10).locator("a")).to_be_focused()
    assert len(set(targets(page))) == 20


@pytest.mark.parametrize("query", [HOSTILE, "(((", "___PAGEFIND_WEIGHT___9", '"', "<mark>", "\\u0000 ~ \ud83d\ude00"])
def test_a_hostile_query_stays_text(opened: Callable[..., Page], query: str) -> None:
    page = opened("search.html")
    page.fill("#search-query", query)
    page.press("#search-query", "Enter")
    expect(page.locator("#search-status")).to_contain_text(query.strip()[:5])
    assert page.locator("#content ~ * script:not([src]):not([type])").count() == 0
    assert page.locator(f"{HITS} :is(script, img)").count() == 0


def test_no_result_gives_advice(opened: Callable[..., Page]) -> None:
    page = opened(f"search.html?q={quote('火星移民')}&kind=report")
    page.wait_for_selector("#search-none:visible")
    expect(page.locator("#search-status")).to_contain_text("没有找到“火星移民”")
    assert page.locator("#search-none a").get_attribute("href") == "ledger.html"
    assert page.get_attribute("#search-status", "role") == "status"


def test_the_box_on_every_page_leads_to_the_results(opened: Callable[..., Page]) -> None:
    page = opened("items/2019-0006.html")
    page.keyboard.press("/")
    expect(page.locator("#find")).to_be_focused()
    page.keyboard.type("古书院")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/search\.html\?q="))
    page.wait_for_selector(HITS)
    expect(page.locator(HITS).first).to_contain_text("古书院")
    page.locator("h1").click()
    page.keyboard.press("/")
    expect(page.locator("#search-query")).to_be_focused()
    assert page.locator("#find:visible").count() == 0


def test_without_javascript_the_page_says_where_to_look(opened: Callable[..., Page]) -> None:
    page = opened("index.html", java_script_enabled=False)
    page.fill("#find", "医院")
    page.press("#find", "Enter")
    page.wait_for_url(re.compile(r"/search\.html\?q="))
    expect(page.locator("noscript a")).to_have_attribute("href", "ledger.html")
    assert "Ctrl+F" in page.locator("noscript").inner_text()
    assert page.locator("#search-filters:visible").count() == 0


def test_on_a_phone_everything_fits(opened: Callable[..., Page]) -> None:
    page = opened("units.html", viewport=PHONE)
    page.locator(".find__go").click()
    page.wait_for_url(re.compile(r"/search\.html"))
    expect(page.locator("#search-start")).to_be_visible()
    sought(page, "城区")
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) <= 0


def test_without_an_index_the_page_says_so(browser: Browser, addresses: Mapping[str, str]) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.route("**/search/**", lambda route: route.fulfill(status=404))
    page.goto(f"{addresses['internal']}search.html?q=x")
    expect(page.locator("#search-status")).to_contain_text("没有全文搜索的索引")
    context.close()
