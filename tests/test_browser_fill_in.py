"""The fill-in pages in a real Chromium: they write what the ledger's own writer would, and a check finds nothing."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from accessibility import STANDARD, prepare, violations
from browsing import DESKTOP, PHONE, watching
from conftest import AS_OF, ROOT
from duban.adding import with_part
from duban.finding import Pointer
from duban.load import Readings
from duban.numbering import next_id
from duban.openings import openings
from duban.parse import parse
from duban.publish.fill_in_pages import form_page
from duban.reader import Reader
from duban.rules.amendments import effective
from duban.rules.case import value_at
from duban.schema import Field, Schemas, entries
from duban.timeline import Timeline
from duban.writing import file_text
from filling import NEW, Hand
from site_fixtures import Site, built_browser

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


def made_up(kind: str) -> Case:
    """An item of the ledger, changed so that the entry, of which the ledger has none, may follow; and the entry."""
    identity = "2019-0043" if kind == "reopening" else "2019-0061"
    file = ROOT / f"items/2019/{identity}.yml"
    less, _ = parse("", file.read_bytes())
    consent = {"on": AS_OF, "how": "书面", "kept_at": "督查办3号柜"}
    participant = {"code": "P1", "kind": "沿线居民代表", "count": 2, "since": AS_OF, "consent": consent}
    pointer: Pointer
    if kind == "reopening":
        less["closure_notices"][-1]["satisfaction"]["rating"] = "不满意"
        pointer, value = ("reopening",), {"on": AS_OF, "new_item": "2019-0061", "reason": "小区仍未通水。"}
    elif kind == "participant":
        pointer, value = ("participants", 0), participant
    else:
        less["participants"] = [{**participant, "signed": signed_by("registrar")}]
        pointer, value = ("participants", 0, "withdrawn"), {"on": AS_OF, "how": "电话"}
    signer = "director" if kind == "reopening" else "registrar"
    return identity, f"items/2019/{identity}.yml", pointer, {**value, "signed": signed_by(signer)}, less


def signed_by(role: str) -> list[dict[str, str]]:
    return [{"role": role, "by": role, "on": AS_OF}]


def fitting(kind: str, readings: Readings, schemas: Schemas) -> Case:
    """The first such item in which nothing is wrong once the entry is there again."""
    root = schemas.field("item")
    reader = Reader(schemas, readings.tree)
    for case in [made_up(kind)] if kind in MADE_UP else of_kind(kind, root):
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
    "not_filed", "withdrawn", "superseded", "reopening", "participant", "participant_withdrawal",
]  # fmt: skip
MADE_UP = frozenset({"reopening", "participant", "participant_withdrawal"})


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


def test_a_new_clerk_registers_an_item_on_a_phone_by_keyboard_alone(
    opened: Callable[..., Page], schemas: Schemas, readings: Readings
) -> None:
    """From the home page by links alone; nothing is touched but the keys."""
    root = schemas.field("item")
    page = opened("index.html", viewport=PHONE)
    # On a phone the navigation is a drawer, so the way there is the link that a reader of the guide is given.
    page.goto(page.url.replace("index.html", "fill-in.html"))
    _tab_to(page, "a.button")
    page.keyboard.press("Enter")
    expect(page.locator("#fill-in-fields")).to_be_visible()
    for name, value in NEW.items():
        Hand(page).value(value, root.properties[name], page.locator(f"#fill-in-fields [data-field='{name}']").first)
    taken = [path for path in readings.tree if path.startswith("items/2019/")]
    identity = next_id((path.rpartition("/")[2].removesuffix(".yml") for path in taken), "2019")
    whole = {"id": identity, "secrecy": "非涉密", **NEW}
    expect(page.locator("#fill-in-whole")).to_have_value(file_text(whole, root))
    expect(page.locator("#fill-in-ready")).to_be_visible()
    path = f"items/2019/{identity}.yml"
    assert page.locator("#fill-in-path").inner_text() == path
    reading = Reader(schemas, readings.tree).item(path, file_text(whole, root).encode())
    assert [one for one in reading.problems if one.holds_on(AS_OF)] == []
    address = page.locator("#fill-in-go").get_attribute("href") or ""
    query = parse_qs(urlsplit(address).query)
    assert address.startswith("https://github.com/jincheng/duban/new/main?")
    assert query == {"filename": [path], "value": [file_text(whole, root)]}
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def _tab_to(page: Page, selector: str) -> None:
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate(
            "selector => document.activeElement.matches(selector)", f"#content ~ * {selector}, article {selector}"
        ):
            return
    raise AssertionError(f"no way to {selector} by Tab")


@pytest.mark.parametrize("kind", ["task_notice", "tracking_notice", "coordination_notice", "closure_notice"])
def test_the_sheet_beside_a_form_is_laid_out_as_the_one_that_the_item_shows(
    opened: Callable[..., Page], schemas: Schemas, readings: Readings, kind: str
) -> None:
    root = schemas.field("item")
    case = fitting(kind, readings, schemas)
    page = opened("fill-in.html")
    fill_in(page, kind, case, root)
    _, _, pointer, value, less = case
    number = value["form_no"]
    # The page draws the sheet before it writes the text, and both a moment after the last key.
    made = with_part(file_text(less, root).encode(), pointer, value, root).decode()
    expect(page.locator("#fill-in-whole")).to_have_value(made)
    beside = _sheet(page, "#fill-in-preview .sheet")
    page = opened(f"items/{case[0]}.html")
    stands = _sheet(page, f".sheet[aria-label$='{number}']")
    # What comes later to a form, such as the day of finish, is not asked for with it.
    for part in ("labels", "columns"):
        stands[part] = [one for one in stands[part] if one in beside[part]]
    assert beside == stands
    assert len(beside["labels"]) > 5


def _sheet(page: Page, selector: str) -> dict[str, list[str]]:
    """What stands on a sheet part by part; of what units sign below whose lines there are."""
    sheet = page.locator(selector)
    parts = {name: sheet.locator(f".sheet-{name}") for name in ("office", "title", "number", "to", "foot")}
    said = {name: [re.sub(r"\s", "", one) for one in here.all_text_contents()] for name, here in parts.items()}
    said["labels"] = sheet.locator("table.ruled:not(.receipt) > tbody > tr > th").all_text_contents()
    said["columns"] = sheet.locator("table.inner th").all_text_contents()
    said["below"] = list(dict.fromkeys(sheet.locator("table.receipt th").all_text_contents()))
    said["units"] = sheet.locator("table.receipt td:nth-child(3n + 1)").all_text_contents()
    return said


def test_a_draft_is_kept_until_it_is_sent(opened: Callable[..., Page]) -> None:
    page = opened("fill-in/new-item.html")
    page.locator("[data-field=title] input").fill("还没写完的事项")
    expect(page.locator("#fill-in-preview")).to_contain_text("还没写完的事项")
    page.reload()
    expect(page.locator("#fill-in-draft")).to_be_visible()
    expect(page.locator("[data-field=title] input")).to_have_value("还没写完的事项")
    page.locator("#fill-in-draft-drop").press("Enter")
    expect(page.locator("[data-field=title] input")).to_have_value("")
    expect(page.locator("#fill-in-draft")).to_be_hidden()


def test_what_is_wrong_is_said_beside_the_field_and_leads_there(opened: Callable[..., Page]) -> None:
    page = opened("fill-in/new-item.html")
    expect(page.locator("#fill-in-count")).to_contain_text("6")
    assert page.locator(".fi-error:visible").count() == 0
    page.locator("#fill-in-check").press("Enter")
    title = page.locator("[data-field=title]")
    expect(title.locator("input")).to_be_focused()
    expect(title.locator(".fi-error")).to_be_visible()
    expect(title.locator("input")).to_have_attribute("aria-invalid", "true")
    page.keyboard.insert_text("电话13835612345反映的事")
    expect(title.locator(".fi-error")).to_contain_text("138…45")
    page.locator("#fill-in-problems button", has_text="来件摘要").press("Enter")
    assert page.evaluate("document.activeElement.closest('[data-field]').dataset.field") == "summary"


def test_people_and_units_are_found_by_short_name_and_initials(opened: Callable[..., Page]) -> None:
    page = opened("fill-in/proposal.html?item=2019-0061")
    unit = page.locator("[data-field=lead_unit] [role=combobox]")
    for typed in ("szjj", "zjj", "住建", "housing-b"):
        unit.focus()
        unit.press("Control+a")
        page.keyboard.insert_text(typed)
        expect(page.locator("[data-field=lead_unit] [role=option]").first).to_contain_text("市住建局")
        unit.press("Escape")
    unit.press("ArrowDown")
    expect(unit).to_have_attribute("aria-expanded", "true")


def test_an_amendment_says_what_stood_there(opened: Callable[..., Page], schemas: Schemas) -> None:
    page = opened("fill-in/amendment.html?item=2019-0060")
    field = page.locator("#fill-in-fields [role=combobox]").first
    field.focus()
    page.keyboard.insert_text("督查事项")
    field.press("Enter")
    old = page.locator(".fi-old").inner_text()
    assert old
    page.locator("[data-field=title] input").fill(f"{old}（一期）")
    page.locator("[data-field=reason] textarea").fill("登记时漏写期次，按立项文件更正。")
    expect(page.locator("#fill-in-ready")).to_be_visible()
    data, problems = parse("", page.locator("#fill-in-whole").input_value().encode())
    assert problems == []
    (made,) = data["amendments"]
    assert (made["field"], made["old"], made["new"]) == ("/title", old, f"{old}（一期）")


def test_an_attachment_is_counted_in_the_page(opened: Callable[..., Page], tmp_path: Any) -> None:
    scan = tmp_path / "照片.jpg"
    scan.write_bytes(b"not a picture")
    page = opened("fill-in/progress.html?item=2019-0052")
    fold = page.locator("#fill-in-fields details.fi-more > summary").first
    fold.press("Enter")
    page.locator("[data-field=evidence] input[type=file]").set_input_files(scan)
    digest = hashlib.sha256(b"not a picture").hexdigest()
    expect(page.locator("[data-field=evidence] code")).to_have_text(f"{digest[:12]}…")


def test_what_cannot_be_added_now_is_said_with_what_can(opened: Callable[..., Page]) -> None:
    page = opened("fill-in/progress.html?item=2019-0003")
    expect(page.locator(".fi-item--closed")).to_be_visible()
    expect(page.locator("#fill-in-form-part")).to_be_hidden()
    links = page.locator(".fi-others a").evaluate_all("found => found.map((one) => one.getAttribute('href'))")
    assert "look-back.html?item=2019-0003" in links
    page.locator(".fi-others a").last.press("Enter")
    expect(page.locator("#fill-in-form-part")).to_be_visible()


def test_a_newer_file_may_be_pasted_in(opened: Callable[..., Page]) -> None:
    page = opened("fill-in/amendment.html?item=2019-0060")
    expect(page.locator("#fill-in-form-part")).to_be_visible()
    text = page.locator("#fill-in-base")
    page.evaluate("document.getElementById('fill-in-ready').hidden = false")
    page.locator("#fill-in-stale > summary").press("Enter")
    text.fill("id: [")
    page.locator("#fill-in-base-use").press("Enter")
    expect(page.locator("#fill-in-base-said")).to_contain_text("读不懂")


@pytest.mark.parametrize(
    "path", ["new-item.html", "closure-notice.html?item=2019-0057", "amendment.html?item=2019-0060"]
)
def test_axe_finds_nothing_in_a_form_at_work(opened: Callable[..., Page], path: str) -> None:
    page = opened(f"fill-in/{path}", reduced_motion="reduce")
    page.locator("#fill-in-check").press("Enter")
    page.locator("#fill-in-fields [role=combobox]").first.press("ArrowDown")
    prepare(page)
    found = {"desktop": violations(page, *STANDARD)}
    page.evaluate("document.body.setAttribute('data-md-color-scheme', 'slate')")
    found["dark"] = violations(page, "color-contrast", "link-in-text-block")
    page.set_viewport_size(PHONE)
    found["phone"] = violations(page, "target-size", "scrollable-region-focusable", "color-contrast")
    assert {name: one for name, one in found.items() if one} == {}
    page.set_viewport_size(DESKTOP)


def test_an_english_form_speaks_english(opened: Callable[..., Page]) -> None:
    page = opened("en/fill-in/progress.html?item=2019-0052")
    expect(page.locator("#fill-in-form-part")).to_be_visible()
    labels = page.locator("#fill-in-fields .fi-label, #fill-in-fields .fi-help").all_inner_texts()
    assert labels
    assert [one for one in labels if re.search(r"[\u4e00-\u9fff]", one)] == []


def test_the_public_edition_has_no_form(sites: Mapping[str, Site]) -> None:
    assert [path for path in sites["public"].files if "fill" in path] == []


def test_what_comes_later_to_an_entry_has_a_page(
    opened: Callable[..., Page], schemas: Schemas, readings: Readings
) -> None:
    """A countersignature on a coordination notice: one more member, every other byte as it was."""
    root = schemas.field("item")
    path = "items/2019/2019-0003.yml"
    whole, _ = parse("", readings.tree[path])
    less = json.loads(json.dumps(whole))
    (gone,) = [less["coordination_notices"][0]["countersigns"].pop()]
    text = file_text(less, root)
    page = opened("fill-in.html")
    page.route(
        re.compile(r"api/v1/items/2019-0003\.json"),
        lambda route: route.fulfill(json={"record": effective(less), "file": {"path": path, "text": text}}),
    )
    page.goto(page.url.replace("fill-in.html", form_page("later", "2019-0003")))
    place = page.locator("#fill-in-place")
    expect(place).to_be_visible()
    (wanted,) = [one for one in place.locator("option").all_inner_texts() if "会签" in one]
    place.select_option(label=wanted)
    pointer = ("coordination_notices", 0, "countersigns", len(less["coordination_notices"][0]["countersigns"]))
    field = root.at(pointer)
    assert field is not None
    Hand(page).entry(gone, field)
    made = with_part(text.encode(), pointer, gone, root).decode()
    expect(page.locator("#fill-in-whole")).to_have_value(made)
    expect(page.locator("#fill-in-ready")).to_be_visible()
