"""A site that is not pinned, read on a later day in a real Chromium: its lights, days, counts, chart and banner."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from playwright.sync_api import Page as BrowserPage

from browsing import served, watching
from conftest import AS_OF, ROOT
from duban import output, site
from duban.language import language
from duban.load import Readings
from duban.publish.edition import EditionName
from duban.publish.examination import Examination
from site_fixtures import Site, built_browser, dress

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not built_browser(), reason="the browser parts are not built: make build/browser/.done"),
]

LATER = "2019-11-08"
NOON = "T04:00:00Z"
PATHS = (
    "ledger.html",
    "units.html",
    "campaigns.html",
    "items/2019-0037.html",
    "items/2019-0056.html",
    "units/urban-management.html",
    "units/transport-bureau.html",
    "wall_chart.html",
)
# What of a page depends on the day, each with the row that it stands in.
SHOWN = r"""() => {
  const text = (one) => one.textContent.replace(/\s+/g, " ").trim();
  const around = (one) => one.closest("tr, .fact, section, li");
  const row = (one) => [...(around(one)?.querySelectorAll("a, time") ?? [])].map(text).join(" ");
  const all = (selector, make) => [...document.querySelectorAll(selector)]
    .filter((one) => !one.closest("[hidden]:not(#ledger-plain)"))
    .map((one) => `${row(one)}: ${make(one)}`).sort();
  const drawn = (one, ...names) => names.map((name) => one.getAttribute(name)?.replace(/\.0%$/, "%")).join(" ");
  return {
    lights: all(".light", (one) => `${one.className} ${text(one)}`),
    left: all(".left", (one) => `${one.className} ${text(one)}`),
    states: all("tr[class^=owed--] .state", (one) => `${one.closest("tr").className} ${one.className} ${text(one)}`),
    bars: all("svg.bar[role=img]", (one) => `${drawn(one, "aria-label")} ${[...one.children].map((part) =>
      `${drawn(part, "class", "x", "width")} ${text(part)}`).join("; ")}`),
    counts: all("[data-count]", text),
    reds: all("td.number a.left--past, td.number .zero", (one) => `${one.cellIndex} ${text(one)}`),
    charts: all(".chart__row", (one) => `${drawn(one, "aria-label")} ${[...one.querySelectorAll(
      ".chart__bar, .chart__late, .mark, .mark__cross, line.chart__today")].map((part) =>
      drawn(part, "class", "x", "width", "x1", "x2")).join("; ")}`),
    marks: all(".chart title", text),
    words: all(".chart .visually-hidden", text),
    flags: all(".chart__today-flag", (one) => drawn(one, "x")),
  };
}"""


@contextmanager
def on_the_clock(day: str) -> Iterator[None]:
    """Builds take the clock for a day's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(output, "today", lambda: day)
        yield


@pytest.fixture(scope="module")
def folder(readings: Readings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a site is built with, pinned to no day; its items are given with the readings."""
    made = dress(tmp_path_factory.mktemp("unpinned"), browser=True)
    for name in site.CONFIGURATIONS.values():
        lines = (made / name).read_text(encoding="utf-8").splitlines(keepends=True)
        (made / name).write_text("".join(line for line in lines if "as_of:" not in line), encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def living(folder: Path, readings: Readings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """Where both editions as of the ledger's last day are served, and the internal one as of a later day."""
    out = tmp_path_factory.mktemp("living")
    kinds = (("internal", AS_OF, ("zh", "en")), ("public", AS_OF, ("zh",)), ("later", LATER, ("zh",)))
    for name, day, languages in kinds:
        with on_the_clock(day):
            edition: EditionName = "public" if name == "public" else "internal"
            site.build(folder, edition, out / name, day, readings, languages, Examination())
    with served({name: out / name for name, _, _ in kinds}) as found:
        yield found


@pytest.fixture
def reading(browser: Browser, living: Mapping[str, str]) -> Iterator[Callable[..., BrowserPage]]:
    """Opens a page at an instant by the reader's clock; nothing may have gone wrong at the end."""
    with watching(browser, living) as start:
        yield lambda path, instant, name="internal", **options: start(name, path, instant, **options).page


def recomputed(page: BrowserPage, day: str) -> None:
    """Waits until the script has said that it is done."""
    expect(page.locator(".asof__today")).to_contain_text(day)


@pytest.mark.parametrize("path", PATHS)
def test_a_page_read_later_shows_what_a_page_built_later_shows(reading: Callable[..., BrowserPage], path: str) -> None:
    page = reading(path, LATER + NOON)
    recomputed(page, LATER)
    built_later = reading(path, LATER + NOON, "later")
    assert built_later.locator(".asof__today").count() == 0
    found, expected = page.evaluate(SHOWN), built_later.evaluate(SHOWN)
    assert sum(map(len, expected.values())) > 3
    for what, lines in expected.items():
        assert found[what] == lines, what


def test_home_counts_anew_and_says_of_its_lists_as_of_when_they_are(reading: Callable[..., BrowserPage]) -> None:
    page = reading("index.html", LATER + NOON)
    recomputed(page, LATER)
    built_later = reading("index.html", LATER + NOON, "later")
    lights = "section[aria-labelledby=lights] tbody tr:visible"
    assert page.locator(lights).all_inner_texts() == built_later.locator(lights).all_inner_texts()
    bars = "svg.bar[role=img]"
    told = "all => all.map((one) => one.ariaLabel)"
    assert page.locator(bars).evaluate_all(told) == built_later.locator(bars).evaluate_all(told)
    tags = page.locator(".as-of:visible").all_inner_texts()
    assert len(tags) == 3
    assert set(tags) == {f"{language('zh')('asof.day')} {AS_OF}"}
    assert built_later.locator(".as-of:visible").count() == 0
    assert "已超 5 个工作日" in page.locator("section[aria-labelledby=soon] tbody tr").first.inner_text()


@pytest.mark.parametrize(
    ("day", "is_recomputed", "is_stale"),
    [
        ("2019-10-30", False, False),
        (AS_OF, False, False),
        ("2019-11-01", True, False),
        ("2019-11-02", True, False),
        ("2019-11-03", True, True),
    ],
)
@pytest.mark.parametrize(("name", "path"), [("internal", "index.html"), ("public", "items/2019-0009.html")])
def test_the_banner_tells_the_days_and_warns_after_as_many_as_the_policy_allows(
    reading: Callable[..., BrowserPage], name: str, path: str, day: str, is_recomputed: bool, is_stale: bool
) -> None:
    page = reading(path, day + NOON, name)
    banner = page.locator(".asof")
    expect(banner).to_contain_text(f"截至 {AS_OF}")
    if is_recomputed:
        recomputed(page, day)
        expect(banner).to_contain_text(f"灯和天数已按今天（{day}）重新计算")
    assert page.locator(".asof__today").count() == is_recomputed
    assert page.locator(".asof__stale").count() == is_stale
    if is_stale:
        expect(page.locator(".asof__stale")).to_contain_text("3 天没有更新")


def test_the_english_edition_speaks_english(reading: Callable[..., BrowserPage]) -> None:
    page = reading("en/items/2019-0056.html", LATER + NOON)
    recomputed(page, LATER)
    expect(page.locator(".asof__stale")).to_have_text(re.compile("8 days ago"))
    assert re.search(r"[\u4e00-\u9fff]", page.locator(".head-facts .fact").first.inner_text()) is None
    assert re.search(r"[\u4e00-\u9fff]", page.locator(".asof").inner_text()) is None


@pytest.mark.parametrize(
    ("zone", "instant", "day"),
    [
        ("America/New_York", "2019-10-31T15:59:00Z", ""),
        ("America/New_York", "2019-10-31T16:01:00Z", "2019-11-01"),
        ("Pacific/Kiritimati", "2019-10-31T12:00:00Z", ""),
        ("Asia/Shanghai", "2019-10-31T16:01:00Z", "2019-11-01"),
    ],
)
def test_the_readers_day_is_the_day_in_china(
    reading: Callable[..., BrowserPage], zone: str, instant: str, day: str
) -> None:
    page = reading("units.html", instant, timezone_id=zone)
    if day:
        recomputed(page, day)
    else:
        page.wait_for_timeout(100)
        assert page.locator(".asof__today").count() == 0


def test_a_page_left_open_goes_on_with_the_day(browser: Browser, living: Mapping[str, str]) -> None:
    page = browser.new_context(timezone_id="Europe/Berlin").new_page()
    page.clock.install(time="2019-10-31T15:00:00Z")
    page.goto(f"{living['internal']}wall_chart.html")
    assert page.locator(".asof__today").count() == 0
    page.clock.run_for("01:00:02")
    recomputed(page, "2019-11-01")
    page.clock.run_for("24:00:00")
    recomputed(page, "2019-11-02")
    expect(page.locator("#wall-today + time")).to_have_text("2019-11-02")
    page.context.close()


def test_a_year_whose_holidays_are_not_published_is_said_to_be_provisional(
    reading: Callable[..., BrowserPage], readings: Readings
) -> None:
    page = reading("units.html", "2031-03-03" + NOON)
    recomputed(page, "2031-03-03")
    expect(page.locator(".asof__unknown")).to_contain_text("2031 年放假调休安排尚未公布")


def test_without_the_file_of_days_the_page_stays_true_to_its_date(browser: Browser, living: Mapping[str, str]) -> None:
    with watching(browser, living) as start:
        watched = start(instant=LATER + NOON, known="503")
        page = watched.page
        page.route("**/data/days.json", lambda route: route.fulfill(status=503))
        watched.open("units.html")
        expect(page.locator(".asof__stale")).to_contain_text("8 天没有更新")
        assert page.locator(".asof__today").count() == 0
        expect(page.locator(".asof")).to_contain_text(f"截至 {AS_OF}")


def test_without_javascript_the_page_says_as_of_when_it_is(reading: Callable[..., BrowserPage]) -> None:
    page = reading("index.html", LATER + NOON, java_script_enabled=False)
    expect(page.locator(".asof")).to_contain_text(f"截至 {AS_OF}")
    assert page.locator(".as-of:visible").count() == 0


def test_a_pinned_site_stays_on_its_day(sites: Mapping[str, Site]) -> None:
    for name in ("internal", "public"):
        for path in ("index.html", "ledger.html", "items/2019-0009.html", "en/units.html"):
            source = sites[name].files[path].decode()
            assert "today.js" not in source, path
            assert "data-stale" not in source, path
        assert not any(path.endswith("data/days.json") for path in sites[name].files)


def test_what_makes_a_page_read_later_true_is_small(living: Mapping[str, str], browser: Browser) -> None:
    assert (ROOT / "build/browser/today.js").stat().st_size < 6_000
    with watching(browser, living) as start:
        page = start(path="items/2019-0056.html").page
        found = page.evaluate(
            "[...document.documentElement.outerHTML.matchAll(/ data-(day|soon|due|left|owed|words|"
            'stale|stale-after|today|days)="[^"]*"/g)].map(([one]) => one.length)'
        )
    assert len(found) > 3
    assert sum(found) < 500
