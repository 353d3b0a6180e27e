"""The content policy in a real Chromium: nothing of ours is stopped by it, and everything of an attacker's is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from browsing import Watched, served, watching
from conftest import AS_OF
from duban import site
from duban.load import read
from duban.publish.content_policy import content_policy
from duban.repository import tree_of
from site_fixtures import HOSTILE, PARTS, Site

pytestmark = pytest.mark.browser

ITEM = "items/2019-0009.html"
LISTEN = """addEventListener("securitypolicyviolation", (event) => {
  (window.stopped ??= []).push(event.effectiveDirective);
});"""
ATTACKS = {
    "inline script": ("<script>window.harmed = true</script>", "script-src-elem"),
    "handler": ('<img src="nothing.png" onerror="window.harmed = true">', "script-src-attr"),
    "script from elsewhere": ('<script src="http://127.0.0.1:9/x.js"></script>', "script-src-elem"),
    "script as data": ('<script src="data:text/javascript,window.harmed=true"></script>', "script-src-elem"),
    "style element": ("<style>body { --harmed: 1 }</style>", "style-src-elem"),
    "style attribute": ('<p style="--harmed: 1" id="styled">x</p>', "style-src-attr"),
    "style sheet from elsewhere": ('<link rel="stylesheet" href="http://127.0.0.1:9/x.css">', "style-src-elem"),
    "picture from elsewhere": ('<img src="http://127.0.0.1:9/pixel.png?secret">', "img-src"),
    "frame": ('<iframe src="http://127.0.0.1:9/"></iframe>', "frame-src"),
    "frame with a script": ('<iframe srcdoc="<script>parent.harmed = true</script>"></iframe>', "script-src-elem"),
    "object": ('<object data="http://127.0.0.1:9/x"></object>', "object-src"),
    "base": ('<base href="http://127.0.0.1:9/">', "base-uri"),
    "sound": ('<audio src="http://127.0.0.1:9/x.mp3"></audio>', "media-src"),
}
WASM = "WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])).then(() => true, () => false)"

# What is evaluated from here would be let through; what it sets going is not.
EVAL = "new Promise((done) => setTimeout(() => { try { done(eval('1')) } catch (error) { done(error.name) } }))"


@pytest.fixture
def attacked(browser: Browser, addresses: Mapping[str, str]) -> Callable[[str], Page]:
    """Opens an item's page with a piece of HTML in its article as if it had got past every escape."""

    def start(attack: str, **replaced: str) -> Page:
        context = browser.new_context()
        context.add_init_script(LISTEN)
        page = context.new_page()

        def answer(route: Route) -> None:
            html = route.fetch().text()
            for old, new in replaced.items():
                html = html.replace(old, new)
            route.fulfill(body=html.replace("</h1>", f"</h1>{attack}", 1), content_type="text/html; charset=utf-8")

        page.route(f"**/{ITEM}", answer)
        page.goto(addresses["internal"] + ITEM, wait_until="load")
        return page

    return start


def stopped(page: Page, least: int = 0) -> set[str]:
    """The directives that stopped something on a page and in its frames, once there are as many as expected."""
    for _ in range(100):
        found = [one for frame in page.frames for one in frame.evaluate("window.stopped") or []]
        if len(found) >= least:
            break
        page.wait_for_timeout(50)
    return set(found)


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_gets_into_an_article_is_stopped(attacked: Callable[[str], Page], attack: str) -> None:
    html, directive = ATTACKS[attack]
    page = attacked(html)
    assert directive in stopped(page, 1)
    assert page.evaluate("window.harmed") is None
    assert page.evaluate("getComputedStyle(document.body).getPropertyValue('--harmed')") == ""
    if attack == "style attribute":
        assert page.evaluate("getComputedStyle(document.querySelector('#styled')).getPropertyValue('--harmed')") == ""
    page.context.close()


def test_links_that_are_scripts_and_forms_to_elsewhere_do_nothing(attacked: Callable[[str], Page]) -> None:
    page = attacked(
        '<a id="link" href="javascript:window.harmed = true">x</a>'
        '<form id="form" action="http://127.0.0.1:9/" method="get"><input name="secret"></form>'
    )
    here = page.url
    page.evaluate("document.querySelector('#link').click()")
    page.evaluate("document.querySelector('#form').submit()")
    assert {"script-src-elem", "form-action"} <= stopped(page, 2)
    assert page.evaluate("window.harmed") is None
    assert page.url == here
    page.context.close()


def test_without_the_policy_the_same_attack_works(attacked: Callable[..., Page]) -> None:
    page = attacked(ATTACKS["inline script"][0], **{"Content-Security-Policy": "x-none"})
    assert page.evaluate("window.harmed") is True
    page.context.close()


def test_webassembly_runs_only_where_the_page_says_so(attacked: Callable[..., Page]) -> None:
    page = attacked("")
    assert page.evaluate(WASM) is False
    page.context.close()
    page = attacked("", **{content_policy(""): content_policy("", wasm=True)})
    assert page.evaluate(WASM) is True
    assert page.evaluate(EVAL) == "EvalError", "but no text becomes a program"
    page.context.close()


@pytest.mark.parametrize(("name", "code"), PARTS, ids=["-".join(part) for part in PARTS])
def test_nothing_of_ours_is_stopped_on_any_kind_of_page(
    opened: Callable[..., Watched], sites: Mapping[str, Site], name: str, code: str
) -> None:
    watched = opened(name)
    watched.page.context.add_init_script(LISTEN)
    found: dict[str, set[str]] = {}
    for path in sites[name].kinds(code):
        page = watched.open(path)
        if page.locator("#wall-start:visible").count():
            page.click("#wall-start")
            expect(page.locator("#wall-page")).not_to_be_empty()
            page.keyboard.press("Escape")
        found[path] = stopped(page)
    assert {path: one for path, one in found.items() if one} == {}


NOT_OURS = "img:not(.walk-picture > img)"
"""Pictures but those of the guide, which are files of the site."""


def test_hostile_text_is_stopped_before_the_policy_would_have_to(
    hostile_folder: Path, browser: Browser, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    site.build(hostile_folder, "internal", out, AS_OF, read(tree_of(hostile_folder)))
    here = Site("internal", out)
    with served({"hostile": out}) as addresses, watching(browser, addresses) as start:
        watched = start("hostile")
        # Built without the browser parts: no table will take the place of the plain one.
        watched.scripted = False
        watched.page.context.add_init_script(LISTEN)
        for path in (*here.kinds("zh"), *here.kinds("en")):
            page = watched.open(path)
            assert stopped(page) == set(), path
            assert page.locator(f"{NOT_OURS}, article script:not([type='application/json'], [src])").count() == 0, path
            if "items/" in path or "ledger" in path:
                assert HOSTILE in page.locator("article").first.inner_text(), path
