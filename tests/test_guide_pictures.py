"""The guide's walks and their pictures: each still shows what it showed when it was made, and none is public."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from playwright.sync_api import Browser

from accessibility import STANDARD, prepare, violations
from browsing import PHONE, Watched, pdf_pages
from conftest import AS_OF
from duban.language import LANGUAGES, language
from duban.load import Readings
from duban.model import Ledger
from duban.publish import guide_walks
from duban.publish.guide_walks import WALKS, pictures
from duban.schema import Schemas
from guide_pictures import FOLDER, NEAR, SCENES, Picture, Stage, differences, png_size, stages, taken
from site_fixtures import Parsed, Site, built_browser, pages_of, text_of

languages = pytest.mark.parametrize("code", LANGUAGES)
in_browser = (
    pytest.mark.browser,
    pytest.mark.skipif(not built_browser(), reason="the browser parts are not built: make build/browser/.done"),
)
SMALL = 1_000_000


def record(name: str) -> dict[str, Any]:
    """What is kept beside a picture."""
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def in_browsers(test: Callable[..., None]) -> Callable[..., None]:
    for mark in in_browser:
        test = mark(test)
    return test


@pytest.fixture(scope="module")
def stage(
    browser: Browser, addresses: Mapping[str, str], readings: Readings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Stage]]:
    with stages(browser, addresses["internal"], readings, tmp_path_factory.mktemp("stage")) as found:
        yield found


@in_browsers
@languages
@pytest.mark.parametrize("name", SCENES)
def test_a_picture_shows_what_the_page_shows(stage: Callable[[str], Stage], name: str, code: str) -> None:
    found = differences(record(f"{name}.{code}"), taken(*SCENES[name](stage(code))))
    assert found == [], "the page has changed: run `make pictures`, and look at them"


@in_browsers
def test_a_page_that_changed_is_noticed(stage: Callable[[str], Stage]) -> None:
    page, parts = SCENES["red-code"](stage("zh"))
    kept = record("red-code.zh")
    assert differences(kept, taken(page, parts)) == []
    page.evaluate("document.querySelector('#D108 :not(:has(*))').append('!')")
    assert len(differences(kept, taken(page, parts))) == 2
    page.reload()
    page.evaluate("document.querySelector('#D108').lastElementChild.style.marginLeft = '30rem'")
    assert differences(kept, taken(page, parts)) != []


def test_order_place_and_number_count_and_small_shifts_do_not() -> None:
    shows = [["p", "一", 0, 0, 90, 20], ["p", "二", 0, 20, 90, 20]]
    kept = Picture(b"", (100, 100), shows).record
    near, far = int(NEAR * 100) - 1, int(NEAR * 100) + 1

    def moved(pixels: int) -> Picture:
        return Picture(b"", (100, 100), [shows[0], ["p", "二", pixels, 20, 90, 20]])

    assert differences(kept, moved(near)) == []
    assert len(differences(kept, moved(far))) == 1
    assert differences(kept, Picture(b"", (100, 100), shows[::-1])) != []
    assert differences(kept, Picture(b"", (100, 100), [*shows, shows[1]])) != []


def test_every_picture_is_the_one_of_its_record_and_all_are_small() -> None:
    files = {path.name: path.read_bytes() for path in FOLDER.iterdir()}
    wanted = {f"{name}.{code}" for name in SCENES for code in LANGUAGES}
    assert {*files} == {f"{name}.{kind}" for name in wanted for kind in ("png", "json")}
    assert {f"{one}.png" for one in wanted} == pictures("zh") | pictures("en")
    for name in wanted:
        kept, content = record(name), files[f"{name}.png"]
        assert hashlib.sha256(content).hexdigest() == kept["sha256"], name
        assert png_size(content) == tuple(kept["size"]), name
        assert kept["shows"], name
    assert sum(len(content) for name, content in files.items() if name.endswith(".png")) < SMALL


@languages
def test_each_step_is_told_and_each_picture_described(ledger: Ledger, schemas: Schemas, code: str) -> None:
    pages = pages_of(guide_walks.loose_pages, ledger=ledger, schemas=schemas, code=code)
    assert {*pages} == {f"guide/{name}.html" for name in WALKS}
    for name, steps in WALKS.items():
        page = Parsed(pages[f"guide/{name}.html"])
        shown = [(one.attributes["src"], one.attributes["alt"]) for one in page.elements if one.tag == "img"]
        assert [src.rpartition("/")[2] for src, _ in shown] == [f"{one}.{code}.png" for _, one in steps if one]
        assert all(len(alt) > 15 for _, alt in shown)
        assert page.count("h2") == len(steps) + 1 + (name in ("reviewer", "red"))
        assert "{" not in text_of(pages[f"guide/{name}.html"])


def test_the_walks_say_what_the_policy_and_the_forge_say(ledger: Ledger, schemas: Schemas) -> None:
    pages = pages_of(guide_walks.loose_pages, ledger=ledger, schemas=schemas)
    text, policy = language("zh"), ledger.registry.policy
    unit, reviewer = text_of(pages["guide/unit.html"]), text_of(pages["guide/reviewer.html"])
    assert f"{policy['ack_within_workdays']}个工作日" in unit
    assert f"最多{policy['extension']['max_times']}次" in unit
    assert text("guide.approve.yes.github") in reviewer
    assert text("fill_in.go") in unit


def test_the_public_edition_has_neither_walks_nor_pictures(sites: Mapping[str, Site]) -> None:
    assert [path for path in sites["public"].files if "guide" in path] == []
    inside = {path for path in sites["internal"].files if "assets/guide/" in path}
    assert inside == {f"assets/guide/{name}" for name in pictures("zh")} | {
        f"en/assets/guide/{name}" for name in pictures("en")
    }


@in_browsers
@pytest.mark.parametrize("name", WALKS)
def test_a_walk_is_readable_on_a_phone_and_on_paper(opened: Callable[..., Watched], name: str, tmp_path: Any) -> None:
    for home in ("", "en/"):
        watched = opened("internal", f"{home}guide/{name}.html", f"{AS_OF}T09:00:00+08:00", reduced_motion="reduce")
        page = watched.page
        prepare(page)
        assert violations(page, *STANDARD) == []
        assert page.evaluate("[...document.querySelectorAll('.walk img')].every((one) => one.naturalWidth > 100)")
        page.set_viewport_size(PHONE)
        assert watched.overflow() <= 0
        page.pdf(path=tmp_path / "walk.pdf", prefer_css_page_size=True)
        sheets = pdf_pages(tmp_path / "walk.pdf")
        assert 1 <= len(sheets) <= 3
        assert all(abs(width - 595) < 2 and abs(height - 842) < 2 for width, height in sheets)
