"""The fill-in pages in a real Chromium: what they write is what the ledger's own writer would, and a check finds nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from browsing import PHONE, watching
from conftest import AS_OF, ROOT
from duban.adding import with_part
from duban.finding import Pointer
from duban.load import Readings
from duban.openings import openings
from duban.parse import parse
from duban.publish.fill_in_pages import form_page
from duban.reader import Reader
from duban.rules.amendments import effective
from duban.rules.case import value_at
from duban.schema import Field, Schemas, entries
from duban.timeline import Timeline
from duban.writing import file_text
from filling import Hand
from site_fixtures import built_browser

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not built_browser(), reason="the browser parts are not built: make build/browser/.done"),
]
FILES = sorted(ROOT.glob("items/2019/*.yml"))
Case = tuple[str, str, Pointer, Any, dict[str, Any]]


@pytest.fixture
def opened(browser: Browser, addresses: Mapping[str, str]) -> Iterator[Callable[..., Page]]:
    """Opens a page of the internal edition in a context of its own; no error, nothing from elsewhere."""
    with watching(browser, addresses) as start:
        yield lambda path, **options: start("internal", path, **options).page


def of_kind(kind: str, root: Field) -> Iterator[Case]:
    """Items of the ledger with an entry of the kind as the last thing that was added there, and without it."""
    (path,) = [path for path, field in entries(root) if field.entry == kind]
    timeline = Timeline(root)
    for file in FILES:
        last, _ = parse("", file.read_bytes())
        for pointer in _places(last, path):
            # As it stood on the day of the entry.
            day = value_at(last, pointer).get(root.at(pointer).dated_by, AS_OF)  # type: ignore[union-attr]
            whole = timeline.until(last, day) or last
            less = json.loads(json.dumps(whole))
            here = less
            for part in pointer[:-1]:
                here = here[part]
            value = here.pop(pointer[-1])
            for name in root.at(pointer).comes_with if root.at(pointer) else ():  # type: ignore[union-attr]
                here.pop(name, None)
            less = _without_empty(less)
            if any(one.pointer == pointer for one in openings(effective(less), root)):
                asked = _asked(value, root.at(pointer))
                yield file.stem, file.relative_to(ROOT).as_posix(), pointer, asked, less


def _asked(value: Any, here: Field | None) -> Any:
    """What whoever adds an entry is asked for: nothing that comes to it later; files are chosen elsewhere."""
    if isinstance(value, list) and here is not None:
        return [_asked(one, here.items) for one in value]
    if not isinstance(value, dict) or here is None:
        return value
    fields = {name: here.properties[name] for name in value}
    return {
        name: _asked(value[name], field)
        for name, field in fields.items()
        if name == "signed" or name in here.required or not (field.may_come_later or _holds_files(field))
    }


def _holds_files(field: Field) -> bool:
    return field.items is not None and "sha256" in field.items.properties


def fitting(kind: str, readings: Readings, schemas: Schemas) -> Case:
    """The first such item in which nothing is wrong once the entry is there again."""
    root = schemas.field("item")
    reader = Reader(schemas, readings.tree)
    for case in of_kind(kind, root):
        _, path, pointer, value, less = case
        made = with_part(file_text(less, root).encode(), pointer, value, root)
        if not any(one.holds_on(AS_OF) for one in reader.item(path, made).problems):
            return case
    raise AssertionError(f"the ledger has no fitting {kind}")


def _places(node: Any, path: tuple[str, ...]) -> Iterator[Pointer]:
    if not path:
        yield (len(node) - 1,) if isinstance(node, list) else ()
        return
    if isinstance(node, list):
        for index, one in enumerate(node):
            yield from ((index, *rest) for rest in _places(one, path))
    elif path[0] in node:
        yield from ((path[0], *rest) for rest in _places(node[path[0]], path[1:]))


def _without_empty(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value != []}


def fill_in(page: Page, kind: str, case: Case, root: Field) -> None:
    """Open the form of the kind for the item, and fill it in."""
    identity, path, pointer, value, less = case
    text = file_text(less, root)

    def answer(route: Route) -> None:
        known = {"record": effective(less), "file": {"path": path, "text": text}}
        route.fulfill(json=known)

    page.route(re.compile(rf"api/v1/items/{identity}\.json"), answer)
    page.goto(page.url.partition("fill-in")[0] + form_page(kind, identity))
    expect(page.locator("#fill-in-form-part")).to_be_visible()
    place = page.locator("#fill-in-place")
    if place.count():
        count = place.locator("option").count()
        for index in range(count):
            place.select_option(str(index))
    field = root.at(pointer)
    assert field is not None
    Hand(page).entry(value, field)


KINDS = [
    "proposal", "approval", "method", "task_notice", "ack", "progress", "tracking_notice", "reply",
    "coordination_notice", "coordination_decision", "recheck", "extension", "extension_decision", "visit", "measure",
    "report", "closure_notice", "verification", "closure_decision", "feedback", "archive", "look_back",
    "not_filed", "withdrawn", "superseded",
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_an_entry_filled_in_by_keyboard_is_the_one_that_stands(
    opened: Callable[..., Page], schemas: Schemas, readings: Readings, kind: str
) -> None:
    root = schemas.field("item")
    case = fitting(kind, readings, schemas)
    page = opened("fill-in.html")
    fill_in(page, kind, case, root)
    _, _, pointer, value, less = case
    made = with_part(file_text(less, root).encode(), pointer, value, root).decode()
    expect(page.locator("#fill-in-whole")).to_have_value(made)
    assert page.locator("#fill-in-problems > li").all_inner_texts() == []
    expect(page.locator("#fill-in-ready")).to_be_visible()
