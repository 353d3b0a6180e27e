"""WCAG 2.2 AA: axe-core on every kind of page, the keyboard's path, narrow windows, the reader's own colours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from accessibility import FOCUSED, STANDARD, Stop, prepare, stops, violations
from browsing import DESKTOP, PHONE, Watched
from site_fixtures import EDITIONS, Site, built_browser

pytestmark = pytest.mark.browser

ITEM = "items/2019-0009.html"
SAMPLE = ("index.html", "ledger.html", "wall_chart.html", ITEM, "rules.html", "404.html")
PAINT = "(scheme) => document.body.setAttribute('data-md-color-scheme', scheme)"
LEFT_TO_TELL = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const around = node.parentElement;
    if (!/\\p{Script=Han}/u.test(node.data) || around.closest("script, style, code, .md-header__topic")) continue;
    if (around.closest("[lang]").getAttribute("lang").startsWith("zh")) continue;
    found.push(`${around.tagName}.${around.className}: ${node.data.trim()}`);
  }
  return found.slice(0, 5);
}"""


@pytest.mark.parametrize("name", EDITIONS)
@pytest.mark.parametrize("half", [0, 1])
def test_axe_finds_nothing_on_any_kind_of_page_in_either_scheme(
    opened: Callable[..., Watched], sites: Mapping[str, Site], name: str, half: int
) -> None:
    watched = opened(name, reduced_motion="reduce")
    found = {}
    for path in sites[name].kinds("zh")[half::2]:
        watched.page.set_viewport_size(DESKTOP)
        page = watched.open(path)
        prepare(page)
        found[path] = violations(page, *STANDARD)
        page.evaluate(PAINT, "slate")
        found[f"{path} dark"] = violations(page, "color-contrast", "link-in-text-block")
        page.set_viewport_size(PHONE)
        found[f"{path} phone"] = violations(page, "target-size", "scrollable-region-focusable", "color-contrast")
    assert {path: one for path, one in found.items() if one} == {}


@pytest.mark.parametrize(("name", "size"), [("internal", DESKTOP), ("public", PHONE)], ids=["desktop", "phone"])
def test_axe_finds_nothing_on_english_pages(opened: Callable[..., Watched], name: str, size: Mapping[str, int]) -> None:
    watched = opened(name, viewport=size, reduced_motion="reduce")
    found = {}
    for path in SAMPLE:
        page = watched.open(f"en/{path}")
        prepare(page)
        found[path] = violations(page, *STANDARD)
    assert {path: one for path, one in found.items() if one} == {}


def test_axe_finds_what_is_wrong(opened: Callable[..., Watched]) -> None:
    page = opened(path="404.html").page
    page.evaluate("document.querySelector('article').insertAdjacentHTML('beforeend', '<img src=\"/assets/seal.svg\">')")
    prepare(page)
    assert [one.partition(":")[0] for one in violations(page, *STANDARD)] == ["image-alt"]


@pytest.mark.parametrize("name", EDITIONS)
def test_chinese_within_english_pages_says_that_it_is(
    opened: Callable[..., Watched], sites: Mapping[str, Site], name: str
) -> None:
    watched = opened(name, locale="en-GB")
    found = {path: watched.open(path).evaluate(LEFT_TO_TELL) for path in sites[name].kinds("en")}
    assert {path: one for path, one in found.items() if one} == {}


@pytest.mark.parametrize("name", EDITIONS)
def test_no_kind_of_page_scrolls_both_ways_at_320_pixels_or_at_twice_the_size(
    opened: Callable[..., Watched], sites: Mapping[str, Site], name: str
) -> None:
    watched = opened(name, viewport={"width": 320, "height": 256})
    wide = {}
    for path in (*sites[name].kinds("zh"), *(f"en/{one}" for one in SAMPLE)):
        watched.page.set_viewport_size({"width": 320, "height": 256})
        watched.open(path)
        wide[f"{path} at 320"] = watched.overflow()
        watched.page.set_viewport_size({"width": 720, "height": 450})
        wide[f"{path} at 200 %"] = watched.overflow()
    assert {path: by for path, by in wide.items() if by > 0} == {}


def sound(found: list[Stop]) -> list[str]:
    """What is wrong with the way of the focus: not seen, beneath something, without a mark, or back and forth."""
    wrong = [f"{one.name}: not in sight" for one in found if not one.seen]
    wrong += [f"{one.name}: beneath {one.under}" for one in found if one.seen and not one.uncovered]
    wrong += [f"{one.name}: focus is not marked" for one in found if not one.outlined]
    for before, after in pairwise(found):
        if after.place < before.place:
            wrong.append(f"{after.name} comes after {before.name}")
    return wrong


@pytest.mark.parametrize("path", ["index.html", "ledger.html", "wall_chart.html", ITEM, "fields.html"])
def test_the_keyboard_goes_through_a_page_in_its_order_and_is_always_seen(
    opened: Callable[..., Watched], path: str
) -> None:
    watched = opened(path=path)
    found = stops(watched.page, 45)
    assert sound(found) == []
    assert "md-skip" in found[0].name
    names = [one.name for one in found]
    tabs = [name for name in names if "md-tabs__link" in name]
    assert len(tabs) == watched.page.locator(".md-tabs__link").count()
    assert any("language" in name for name in names)
    assert any(name.startswith("button#scheme") for name in names)
    assert len([name for name in names if "within__link" in name]) == watched.page.locator(".within__link").count()
    assert found.index(next(one for one in found if "md-tabs" in one.name)) < len(found) - 10, "on to the content"


def test_going_back_is_never_beneath_the_header(opened: Callable[..., Watched]) -> None:
    page = opened(path=ITEM).page
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.locator("article a[href]").last.focus()
    for _ in range(25):
        page.keyboard.press("Shift+Tab")
        assert page.evaluate("document.activeElement.getBoundingClientRect().top >= 0")
        here = focused(page)
        assert here is not None
        assert here.uncovered, here


def focused(page: Page) -> Stop | None:
    """The element that has the focus."""
    here = page.evaluate(FOCUSED)
    return Stop(**here) if here else None


def test_the_scheme_is_changed_by_keyboard(opened: Callable[..., Watched]) -> None:
    page = opened(path="index.html").page
    body = page.locator("body")
    expect(body).to_have_attribute("data-md-color-scheme", "default")
    button = page.locator("#scheme")
    button.focus()
    for scheme, name in (("slate", "换成浅色"), ("default", "换成深色")):
        page.keyboard.press("Enter")
        expect(body).to_have_attribute("data-md-color-scheme", scheme)
        expect(button).to_have_accessible_name(name)


def test_folded_parts_open_by_keyboard(opened: Callable[..., Watched]) -> None:
    page = opened(path="index.html").page
    part = page.locator("details.more").first
    part.locator("summary").focus()
    assert part.get_attribute("open") is None
    page.keyboard.press("Enter")
    assert part.get_attribute("open") is not None


def test_the_table_is_filtered_and_sorted_by_keyboard(opened: Callable[..., Watched]) -> None:
    if not built_browser():
        pytest.skip("the browser parts are not built: make build/browser/.done")
    page = opened(path="ledger.html").page
    page.locator("#filter-light").focus()
    for _ in range(page.locator("#filter-light option").count()):
        if page.input_value("#filter-light") != "overdue":
            page.keyboard.press("ArrowDown")
    expect(page.locator("#ledger-count")).to_have_text("4 / 58")
    head = page.locator('#ledger-table th[data-column="due"]')
    head.locator("button").focus()
    page.keyboard.press("Enter")
    expect(head).to_have_attribute("aria-sort", "ascending")
    page.keyboard.press("Tab")
    assert focused(page) is not None


def test_the_wall_chart_is_used_by_keyboard_alone(opened: Callable[..., Watched]) -> None:
    page = opened(path="wall_chart.html").page
    page.locator("#wall-by-unit").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".wall__by-campaign")).to_be_visible()
    expect(page.locator(".wall__by-unit")).to_be_hidden()
    page.locator("#wall-start").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#wall-pause")).to_be_focused()
    assert [one.name.partition(" ")[0] for one in stops(page, 2)] == ["button#wall-on", "button#wall-stop"]
    assert all(one.seen for one in stops(page, 6)), "nothing that is hidden takes the focus"
    page.keyboard.press("Escape")
    expect(page.locator("#wall-start")).to_be_focused()


def test_whoever_asks_for_less_motion_gets_none(opened: Callable[..., Watched]) -> None:
    page = opened(path="index.html", reduced_motion="reduce").page
    longest = """() => Math.max(...[...document.querySelectorAll("*")].map((one) => {
      const style = getComputedStyle(one);
      return Math.max(...`${style.transitionDuration}, ${style.animationDuration}`.split(", ").map(parseFloat));
    }))"""
    assert page.evaluate(longest) == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_lights_are_told_apart_in_the_readers_own_colours(opened: Callable[..., Watched], scheme: str) -> None:
    page = opened(path="wall_chart.html", forced_colors="active", color_scheme=scheme).page
    drawn = """(one) => {
      const mark = getComputedStyle(one, "::before"), page = getComputedStyle(document.body);
      return [mark.backgroundColor, mark.rotate, page.backgroundColor, getComputedStyle(one).color, page.color];
    }"""
    marks = {name: page.locator(f".light--{name}").first.evaluate(drawn) for name in ("on_track", "overdue")}
    assert marks["on_track"][:2] != marks["overdue"][:2]
    for colour, _, background, word, text in marks.values():
        assert colour != background
        assert word == text, "words are written in the reader's own colour"
    ink = "one => [getComputedStyle(one).stroke, getComputedStyle(document.body).backgroundColor]"
    stroke, background = page.locator(".chart .mark").first.evaluate(ink)
    assert stroke != background
