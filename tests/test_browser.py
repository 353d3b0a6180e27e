"""The built site in a real Chromium: no errors, nothing from elsewhere, filters, printing, big screen, keyboard."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browsing import ONLY_FORMS, PHONE, Watched, pdf_pages
from site_fixtures import HOSTILE, Site, built_browser

pytestmark = pytest.mark.browser

KINDS = (
    "index.html",
    "ledger.html",
    "wall_chart.html",
    "items/2019-0009.html",
    "units.html",
    "units/chengqu.html",
    "campaigns.html",
    "campaigns/{campaign}.html",
    "plan.html",
    "team.html",
    "schedule.html",
    "interviews.html",
    "archive.html",
    "reports.html",
    "reports/2019-087.html",
    "guide.html",
    "rules.html",
    "fields.html",
    "codes.html",
    "findings.html",
    "audit.html",
)
MAIN_KINDS = ("index.html", "ledger.html", "items/2019-0009.html")
VISITS = (
    *(("internal", path) for path in KINDS),
    *(("internal", f"en/{path}") for path in MAIN_KINDS),
    *(("public", path) for path in (*MAIN_KINDS, "participate.html")),
)
ROWS = "#ledger-table tbody tr[aria-rowindex]"
A4, A3_ACROSS = (595, 842), (1191, 842)


@pytest.fixture
def ledger_page(opened: Callable[..., Watched]) -> Page:
    """The ledger with its sorting table drawn."""
    if not built_browser():
        pytest.skip("the browser parts are not built: make build/browser/.done")
    page = opened(path="ledger.html").page
    expect(page.locator(ROWS)).to_have_count(58)
    return page


def ids(page: Page) -> list[str]:
    """The ids of the rows that the table shows, in its order."""
    return page.locator(f"{ROWS} .col-id").all_inner_texts()


@pytest.mark.parametrize(("name", "path"), VISITS, ids=["-".join(one) for one in VISITS])
def test_a_page_opens_without_errors_and_fits_desktop_and_phone(
    opened: Callable[..., Watched], sites: Mapping[str, Site], name: str, path: str
) -> None:
    campaigns = sorted(one for one in sites[name].files if one.startswith("campaigns/"))
    path = path.replace("campaigns/{campaign}.html", campaigns[0])
    watched = opened(name, path)
    assert watched.page.locator("h1:visible").count() == 1
    assert watched.overflow() <= 0, "desktop"
    watched.page.set_viewport_size(PHONE)
    watched.page.wait_for_timeout(50)
    assert watched.overflow() <= 0, "phone, turned"
    watched.open(path)
    assert watched.overflow() <= 0, "phone"


def test_filters_by_controls_stand_in_the_address_and_survive_reload(ledger_page: Page) -> None:
    page = ledger_page
    page.select_option("#filter-light", "overdue")
    expect(page.locator(ROWS)).to_have_count(4)
    assert page.url.endswith("#light=overdue")
    page.select_option("#filter-unit", "natural-resources")
    expect(page.locator(ROWS)).to_have_count(len(overdue_of(page, "natural-resources")))
    expect(page.locator("#ledger-count")).to_have_text(re.compile(r"^[1-4] / 58$"))
    shown = ids(page)
    page.reload()
    expect(page.locator(ROWS)).to_have_count(len(shown))
    assert ids(page) == shown
    assert page.input_value("#filter-unit") == "natural-resources"
    page.click("#ledger-clear")
    expect(page.locator(ROWS)).to_have_count(58)
    assert "#" not in page.url


def overdue_of(page: Page, unit: str) -> list[str]:
    """The overdue items of a unit in the plain table, which is there though it is not shown."""
    rows = page.locator(f"#ledger-plain tbody tr:has(.light--overdue):has(a[href$='/{unit}.html'])")
    return rows.locator(".col-id").all_text_contents()


def test_an_address_with_a_filter_shows_only_what_it_names(opened: Callable[..., Watched], ledger_page: Page) -> None:
    page = opened(path="ledger.html#light=overdue").page
    expect(page.locator(ROWS)).to_have_count(4)
    assert page.input_value("#filter-light") == "overdue"
    page.evaluate("location.hash = '#light=nonsense'")
    expect(page.locator(ROWS)).to_have_count(58)


def test_text_search_and_sorting_by_deadline(ledger_page: Page) -> None:
    page = ledger_page
    page.fill("#filter-text", "市医院")
    expect(page.locator(ROWS)).not_to_have_count(58)
    assert "2019-0009" in ids(page)
    page.fill("#filter-text", "no such words")
    expect(page.locator(ROWS)).to_have_count(0)
    page.fill("#filter-text", "")
    expect(page.locator(ROWS)).to_have_count(58)
    page.click("th[data-column=due] button")
    cells = page.locator(f"{ROWS} td:nth-child(8)").all_inner_texts()
    days = [cell[:10] for cell in cells if cell[:2] == "20"]
    assert len(days) > 40
    assert days == sorted(days)
    assert all(cell[:2] == "20" for cell in cells[: len(days)]), "rows without a deadline come last"


def test_hostile_data_stay_text_in_the_table(opened: Callable[..., Watched], ledger_page: Page) -> None:
    data = json.loads(ledger_page.request.get(ledger_page.url.replace("ledger.html", "data/ledger.json")).text())
    data["columns"]["title"] = "\n".join([HOSTILE] * 58)
    data["names"]["unit"] = [[code, HOSTILE] for code, _ in data["names"]["unit"]]
    watched = opened()
    watched.page.route("**/data/ledger.json", lambda route: route.fulfill(json=data))
    watched.open("ledger.html")
    expect(watched.page.locator(ROWS)).to_have_count(58)
    assert watched.page.locator(f"{ROWS} .item-link").first.inner_text() == HOSTILE
    assert watched.page.locator(f"{ROWS} :is(script, img)").count() == 0


def test_the_csv_holds_the_rows_that_are_shown(ledger_page: Page, tmp_path: Path) -> None:
    page = ledger_page
    page.select_option("#filter-light", "overdue")
    expect(page.locator(ROWS)).to_have_count(4)
    with page.expect_download() as started:
        page.click("#ledger-download")
    started.value.save_as(tmp_path / "ledger.csv")
    text = (tmp_path / "ledger.csv").read_bytes().decode("utf-8-sig")
    lines = list(csv.reader(text.splitlines()))
    assert sorted(line[0] for line in lines[1:]) == sorted(ids(page))
    assert len({len(line) for line in lines}) == 1
    assert started.value.suggested_filename.endswith(".csv")


def test_without_javascript_the_ledger_and_the_forms_are_there(opened: Callable[..., Watched]) -> None:
    watched = opened(path="ledger.html", java_script_enabled=False)
    assert watched.page.locator("#ledger-plain tbody tr:visible").count() == 58
    assert watched.page.locator("#ledger-filters:visible").count() == 0
    watched.open("items/2019-0006.html")
    forms = watched.page.locator("article.sheet:visible")
    assert forms.count() == len(forms_of(watched.page))
    assert "通知单" in forms.first.inner_text()


def forms_of(page: Page) -> list[str]:
    """The anchors of an item's forms."""
    return page.locator("[id^=paper-].sheet-fold").evaluate_all("found => found.map((one) => one.id)")


def printed(page: Page, file: Path) -> list[tuple[float, float]]:
    """The pages that come out of the printer."""
    page.pdf(path=file, prefer_css_page_size=True)
    return pdf_pages(file)


def test_an_item_prints_one_sheet_for_each_form(opened: Callable[..., Watched], tmp_path: Path) -> None:
    page = opened(path="items/2019-0006.html").page
    forms = forms_of(page)
    whole = printed(page, tmp_path / "item.pdf")
    page.evaluate(ONLY_FORMS)
    sheets = printed(page, tmp_path / "forms.pdf")
    assert len(forms) == 4
    assert len(sheets) == len(forms) < len(whole)
    assert all(size == pytest.approx(A4, abs=2) for size in whole)


def words_of(file: Path, number: int) -> str:
    """What stands on a page of a PDF, blanks left out."""
    command = ["pdftotext", "-f", str(number), "-l", str(number), "-layout", str(file), "-"]
    return "".join(subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout.split())


def test_a_long_form_goes_on_under_its_name_and_ends_with_its_signature(
    opened: Callable[..., Watched], tmp_path: Path
) -> None:
    page = opened(path="items/2019-0006.html").page
    page.evaluate("() => document.querySelectorAll('.sheet-fold').forEach((one, place) => place && one.remove())")
    page.evaluate(
        "() => { const one = document.querySelector('.sheet .prose'); one.textContent = one.textContent.repeat(8); }"
    )
    page.evaluate(ONLY_FORMS)
    sheets = printed(page, tmp_path / "long.pdf")
    assert len(sheets) > 1
    if shutil.which("pdftotext"):
        second = words_of(tmp_path / "long.pdf", 2)
        assert second.startswith("晋督任〔2019〕6号任务通知单（续）")
        assert "牵头单位" in second.partition("印章")[0], "a row of the table stands over the signature"
        assert "联系电话" in second


def test_a_wall_chart_of_many_sheets_has_its_scale_over_each(opened: Callable[..., Watched], tmp_path: Path) -> None:
    page = opened(path="wall_chart.html").page
    page.evaluate(
        """() => { for (const body of document.querySelectorAll("table.chart tbody")) {
          for (let times = 0; times < 8; times += 1) { body.after(body.cloneNode(true)); } } }"""
    )
    sheets = printed(page, tmp_path / "wall.pdf")
    assert len(sheets) > 2
    assert all(size == pytest.approx(A3_ACROSS, abs=2) for size in sheets)
    assert page.locator(".chart__scale svg").count() == 0, "a drawing within one loses its place in a repeated head"
    if shutil.which("pdftotext"):
        for number in (1, len(sheets)):
            assert re.search(r"2019-08.*2019-09.*2019-10", words_of(tmp_path / "wall.pdf", number))


def test_the_wall_chart_prints_on_one_a3_sheet(opened: Callable[..., Watched], tmp_path: Path) -> None:
    sheets = printed(opened(path="wall_chart.html").page, tmp_path / "wall.pdf")
    assert len(sheets) == 1
    assert sheets[0] == pytest.approx(A3_ACROSS, abs=2)


def test_the_big_screen_turns_on_and_escape_leaves_it(opened: Callable[..., Watched]) -> None:
    page = opened(path="wall_chart.html").page
    page.click("#wall-start")
    expect(page.locator("body")).to_have_class(re.compile("on-wall"))
    expect(page.locator("#wall-page")).to_have_text(re.compile(r"^1 / \d+$"))
    assert page.locator("header.md-header:visible").count() == 0
    page.keyboard.press("ArrowRight")
    expect(page.locator("#wall-page")).not_to_have_text(re.compile(r"^1 / [2-9]"))
    page.keyboard.press("Escape")
    expect(page.locator("body")).not_to_have_class(re.compile("on-wall"))
    assert page.locator("table.chart:visible tbody tr[hidden]").count() == 0


@pytest.mark.parametrize("name", ["internal", "public"])
@pytest.mark.parametrize("path", ["items/2019-0009.html", "ledger.html", "index.html"])
def test_the_language_link_leads_to_the_same_page_and_back(
    opened: Callable[..., Watched], name: str, path: str
) -> None:
    watched = opened(name, path)
    watched.page.click("a.language")
    watched.page.wait_for_url(f"{watched.base}en/{path}")
    assert watched.page.get_attribute("html", "lang") == "en"
    watched.page.click("a.language")
    watched.page.wait_for_url(watched.base + path)
    assert str(watched.page.get_attribute("html", "lang")).startswith("zh")


def test_the_dark_scheme_is_kept(opened: Callable[..., Watched]) -> None:
    watched = opened(path="index.html")
    body = watched.page.locator("body")
    expect(body).to_have_attribute("data-md-color-scheme", "default")
    light = body.evaluate("one => getComputedStyle(one).backgroundColor")
    watched.page.click("#scheme")
    expect(body).to_have_attribute("data-md-color-scheme", "slate")
    watched.open("items/2019-0009.html")
    expect(body).to_have_attribute("data-md-color-scheme", "slate")
    assert body.evaluate("one => getComputedStyle(one).backgroundColor") != light


def test_the_keyboard_reaches_the_content_and_the_filters(ledger_page: Page) -> None:
    page = ledger_page
    page.keyboard.press("Tab")
    first = page.locator("a.md-skip")
    expect(first).to_be_focused()
    expect(first).to_be_in_viewport()
    page.keyboard.press("Enter")
    reached = []
    for _ in range(8):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id"))
    names = ("text", "unit", "step", "light", "source", "campaign", "category")
    assert [f"filter-{name}" for name in names] == reached[: len(names)]
