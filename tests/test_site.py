"""The built site: complete, true to the figures, rewritten only where it changed, closed, and telling no secret."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from mkdocs.commands.build import build as mkdocs_build
from mkdocs.config import load_config

from conftest import AS_OF, ROOT
from duban import site
from duban.calendar import WorkCalendar
from duban.figures import HEADLINES, figures
from duban.finding import Finding
from duban.language import language
from duban.load import Readings, read
from duban.model import Item, Ledger
from duban.output import ShellMismatchError, prepared
from duban.parse import parse
from duban.publish import findings_page
from duban.publish.edition import EditionName, is_open_to_the_public
from duban.publish.pages import loose_pages
from duban.publish.shell import Shell
from duban.repository import tree_of
from duban.schema import Schemas
from duban.status import statuses
from duban.writing import file_text
from proof_fixtures import secret_examination
from site_fixtures import (
    HOSTILE,
    PARTS,
    FakeTheme,
    Parsed,
    Site,
    contents,
    css_addresses,
    dress,
    everything_said,
    figures_shown,
    ids_listed,
    is_dead,
    leaves,
    long_lines,
    pages_of,
    plan_texts,
    planted,
    public_words,
    script_addresses,
    target_of,
    text_in,
    withheld_and_public,
)

FORGE = ("https://github.com/jincheng/duban/", "https://duban.example.invalid/issues/new")
FEW = ("2019-0006", "2019-0009", "2019-0037")
OPEN_ITEM = "2019-0009"
OVERDUE = "2019-0037"
BROKEN = "2019-0040"
LEAST_TOLD = 12
every_part = pytest.mark.parametrize(("name", "code"), PARTS, ids=["-".join(part) for part in PARTS])
both = pytest.mark.parametrize("name", ["internal", "public"])


def expected_items(ledger: Ledger, name: str) -> dict[str, Item]:
    return {key: one for key, one in ledger.items.items() if name == "internal" or is_open_to_the_public(one)}


def stems(built: Site, folder: str) -> set[str]:
    return {
        path.removeprefix(folder).removesuffix(".html")
        for path in built.files
        if re.fullmatch(re.escape(folder) + r"[^/]+\.html", path)
    }


def times(folder: Path) -> dict[str, int]:
    return {
        path.relative_to(folder).as_posix(): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()
    }


def built(folder: Path, out: Path, name: EditionName = "internal", *languages: str) -> dict[str, bytes]:
    site.build(folder, name, out, AS_OF, read(tree_of(folder)), languages, searchable=False)
    return contents(out)


def change(path: Path, schemas: Schemas, **values: Any) -> None:
    """Give an item's file other values at its top level, or its intake another summary."""
    record, _ = parse(path.name, path.read_bytes())
    assert isinstance(record, dict)
    for name, value in values.items():
        (record["intake"] if name == "summary" else record)[name] = value
    path.write_text(file_text(record, schemas.field("item")), encoding="utf-8")


def pages_among(paths: Iterable[str]) -> set[str]:
    return {path for path in paths if path.endswith(".html")}


@every_part
def test_home_shows_the_figures_as_they_are_counted(
    sites: Mapping[str, Site], ledger: Ledger, calendar: WorkCalendar, name: str, code: str
) -> None:
    counted = figures(ledger, statuses(ledger, AS_OF, calendar), AS_OF)
    text = language(code)
    shown = figures_shown(sites[name].files[f"{sites[name].root(code)}index.html"].decode())
    assert shown == {text(f"figure.{one}"): str(counted[one]) for one in HEADLINES}
    assert shown[text("figure.items")] == "58"


@every_part
def test_the_ledger_lists_every_item_that_counts_and_apart_those_not_filed(
    sites: Mapping[str, Site], ledger: Ledger, name: str, code: str
) -> None:
    items = expected_items(ledger, name)
    not_filed = [key for key, one in items.items() if "not_filed" in one.record]
    listed = ids_listed(sites[name].files[f"{sites[name].root(code)}ledger.html"].decode())
    assert sorted(listed[0]) == sorted(items.keys() - set(not_filed))
    assert [sorted(rest) for rest in listed[1:]] == ([sorted(not_filed)] if not_filed else [])
    if name == "internal":
        assert (len(listed[0]), len(listed[1])) == (58, 3)


@every_part
def test_there_is_one_page_for_each_item_campaign_report_and_unit(
    sites: Mapping[str, Site], ledger: Ledger, calendar: WorkCalendar, name: str, code: str
) -> None:
    here, root = sites[name], sites[name].root(code)
    items = expected_items(ledger, name)
    states = statuses(ledger, AS_OF, calendar)
    leading = {states[key].lead_unit for key, one in items.items() if "not_filed" not in one.record} - {""}
    helping = {unit for one in items.values() for unit in one.record.get("task_notice", {}).get("co_units", ())}
    reports = {key.replace("/", "-") for key in ledger.reports} if name == "internal" else set()
    assert stems(here, f"{root}items/") == items.keys()
    assert stems(here, f"{root}campaigns/") == ledger.registry.campaigns.keys()
    assert stems(here, f"{root}reports/") == reports
    assert leading | helping <= stems(here, f"{root}units/") <= ledger.registry.units.keys()


@every_part
def test_every_link_and_anchor_leads_somewhere(sites: Mapping[str, Site], name: str, code: str) -> None:
    here = sites[name]
    found = {
        (path, address)
        for path, page in here.pages(code).items()
        for tag, address in page.addresses
        # To the forge, where files are kept and leads are sent, people are led; nothing is loaded from there.
        if not (tag == "a" and address.startswith(FORGE))
    }
    dead = [f"{path}: {address} ({why})" for path, address in sorted(found) if (why := is_dead(here, path, address))]
    assert len(found) > 1000
    assert dead == []


@every_part
def test_nothing_that_a_page_loads_names_another_host(sites: Mapping[str, Site], name: str, code: str) -> None:
    here = sites[name]
    loaded: set[str] = set()
    for path, page in here.pages(code).items():
        assert not [one for one in page.elements if one.tag in ("iframe", "object", "embed", "base")], path
        loaded |= {target_of(path, address)[0] for tag, address in page.addresses if tag in ("link", "script")}
    styles = {path: css_addresses(here.files[path].decode()) for path in loaded if path.endswith(".css")}
    asked = {(path, address) for path, found in styles.items() for address in found}
    assert [one for one in sorted(asked) if target_of(*one)[0] not in here.files] == []
    scripts = {path for path in loaded if path.endswith(".js")}
    assert scripts
    assert styles
    assert [path for path in sorted(scripts) if script_addresses(here.files[path].decode())] == []


@every_part
def test_content_has_no_inline_style_handler_or_script(sites: Mapping[str, Site], name: str, code: str) -> None:
    for path, page in sites[name].pages(code).items():
        ours = [one for one in page.elements if one.ours]
        assert ours, path
        assert not [one for one in ours if "style" in one.attributes or one.tag == "style"], path
        assert not [one for one in ours if any(key.startswith("on") for key in one.attributes)], path
        inline = [one for one in page.elements if one.tag == "script" and "src" not in one.attributes]
        assert all(one.attributes.get("type") == "application/json" for one in inline), path


@every_part
def test_every_page_has_one_heading_a_title_its_language_and_no_id_twice(
    sites: Mapping[str, Site], name: str, code: str
) -> None:
    for path, page in sites[name].pages(code).items():
        assert page.count("h1") == 1, path
        assert page.title.strip(), path
        assert page.elements[0].tag == "html"
        assert page.elements[0].attributes["lang"].partition("-")[0] == code, path
        assert len(set(page.ids)) == len(page.ids), f"{path}: {[one for one in page.ids if page.ids.count(one) > 1]}"
        assert page.depth == 0, path


@both
def test_nothing_lies_in_the_site_that_no_page_loads(sites: Mapping[str, Site], name: str) -> None:
    files = sites[name].files
    assets = {path for path in files if "/assets/" in f"/{path}"}
    loaders = {path: files[path] for path in files if path.endswith((".html", ".css", ".js"))}
    said = b"\n".join(loaders.values())
    assert len(assets) > 10
    # Of a past day nothing is computed anew.
    unused = {path for path in assets if path.rpartition("/")[2].encode() not in said}
    assert unused == {"assets/today.js", "en/assets/today.js"}


def test_two_builds_of_one_ledger_are_the_same_bytes(
    sites: Mapping[str, Site], readings: Readings, tmp_path: Path
) -> None:
    site.build(ROOT, "internal", tmp_path / "other", AS_OF, readings)
    again = contents(tmp_path / "other")
    first = sites["internal"].files
    assert again.keys() == first.keys()
    assert any(path.endswith(".gz") for path in first)
    assert [path for path in first if first[path] != again[path]] == []


def test_a_second_build_writes_nothing(copy_of: Callable[..., Path], tmp_path: Path) -> None:
    folder, out = dress(copy_of()), tmp_path / "out"
    first = site.build(folder, "internal", out, AS_OF, read(tree_of(folder)))
    stamps = times(out)
    second = site.build(folder, "internal", out, AS_OF, read(tree_of(folder)))
    assert (first.written, second.written) == (first.files, 0)
    assert times(out) == stamps


def test_a_changed_item_writes_the_pages_that_show_it_and_no_others(
    copy_of: Callable[..., Path], schemas: Schemas, tmp_path: Path
) -> None:
    folder, out = dress(copy_of()), tmp_path / "out"
    item = folder / "items/2019" / f"{OVERDUE}.yml"
    built(folder, out, "internal", "zh")
    stamps = times(out)
    change(item, schemas, summary="换一句摘要。")
    before = built(folder, out, "internal", "zh")
    written = {path for path, stamp in times(out).items() if stamps[path] != stamp}
    # Files that many items share, feeds and workbooks, are made again when any of them changed.
    assert f"api/v1/items/{OVERDUE}.json" in written
    assert pages_among(written) == {f"items/{OVERDUE}.html"}
    assert "换一句摘要。" in before[f"items/{OVERDUE}.html"].decode()
    stamps = times(out)
    change(item, schemas, title="换一个题目")
    after = built(folder, out, "internal", "zh")
    written = {path for path, stamp in times(out).items() if stamps[path] != stamp}
    assert written >= {
        "index.html",
        "ledger.html",
        "data/ledger.json",
        f"items/{OVERDUE}.html",
        "units/natural-resources.html",
    }
    changed = {path for path in after if after[path] != before.get(path)}
    assert changed <= written
    assert pages_among(written) == pages_among(changed)
    assert {path for path in after if "换一个题目" in text_in(path, after[path])} <= written


def test_what_no_longer_belongs_is_removed(copy_of: Callable[..., Path], tmp_path: Path) -> None:
    folder, out = dress(copy_of(items=FEW)), tmp_path / "out"
    assert f"en/items/{FEW[0]}.html" in built(folder, out)
    (folder / "items/2019" / f"{FEW[0]}.yml").unlink()
    (out / "stray.html").write_text("left behind", encoding="utf-8")
    after = built(folder, out)
    assert {path for path in after if FEW[0] in path or "stray" in path} == set()
    assert FEW[0] not in after["ledger.html"].decode()


def test_plain_mkdocs_builds_the_same_site(readings: Readings, tmp_path: Path) -> None:
    site.build(ROOT, "internal", tmp_path / "ours", AS_OF, readings, ["zh"])
    mkdocs_build(load_config(str(ROOT / "mkdocs.yml"), site_dir=str(tmp_path / "plain")))
    ours, plain = contents(tmp_path / "ours"), contents(tmp_path / "plain")
    assert plain.keys() == ours.keys()
    assert [path for path in ours if ours[path] != plain[path]] == []


def test_pages_filled_in_are_held_against_pages_of_the_theme(readings: Readings, tmp_path: Path) -> None:
    made = prepared(ROOT, "internal", language("zh"), AS_OF, readings)
    theme = FakeTheme()
    theme.write(made, tmp_path / "true")
    folders = [name.rpartition("/")[0] for name in theme.rendered]
    assert len(folders) == len(set(folders))
    assert {page.path.rpartition("/")[0] for page in loose_pages(made.edition)} == set(folders)
    with pytest.raises(ShellMismatchError):
        FakeTheme(slip=" ").write(made, tmp_path / "false")


def test_a_shell_that_differs_from_the_theme_ends_the_build(
    copy_of: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = Shell.of

    def doctored(html: str) -> Shell:
        true = of(html)
        return replace(true, pieces=(*true.pieces[:-1], true.pieces[-1] + "<!-- -->"))

    folder = dress(copy_of(items=FEW))
    monkeypatch.setattr(Shell, "of", doctored)
    with pytest.raises(ShellMismatchError):
        built(folder, tmp_path / "out")


@both
def test_hostile_text_stays_text(hostile_folder: Path, tmp_path: Path, name: EditionName) -> None:
    files = built(hostile_folder, tmp_path / "out", name)
    pages = {path: content.decode() for path, content in files.items() if path.endswith(".html")}
    for path, source in pages.items():
        page = Parsed(source)
        assert "<script>alert" not in source
        assert "<img src=x" not in source
        assert page.depth == 0, path
        assert not [one for one in page.elements if any(key.startswith("on") for key in one.attributes)], path
        assert all(
            "src" in one.attributes or one.attributes.get("type") for one in page.elements if one.tag == "script"
        )
        assert not any("alert" in script for script in page.scripts), path
        assert not [one for _, one in page.addresses if one.lower().lstrip().startswith(("javascript:", "data:", "//"))]
    item = Parsed(pages[f"items/{OPEN_ITEM}.html"])
    assert HOSTILE in item.title
    if name == "internal":
        assert HOSTILE in "".join(Parsed(pages["findings.html"]).words)
    assert "".join(item.words).count(HOSTILE) > (20 if name == "internal" else 5)
    titles = json.loads(files["data/ledger.json"])["columns"]["title"]
    assert set(titles.split("\n")) == {HOSTILE}


def test_of_a_thousand_findings_the_page_tells_errors_first_and_counts_the_rest(
    readings: Readings, schemas: Schemas
) -> None:
    details = {"other": "2019-0001", "title": "道路改造"}
    found = [Finding(f"items/2019/2019-{serial:04}.yml", 2, 8, "D701", details) for serial in range(1000)]
    late = [Finding("items/2019/2019-9999.yml", line, 1, "D601", {"text": "秘密★"}) for line in range(1, 4)]
    ledger = replace(readings.ledger(AS_OF), findings=(*found, *late))
    html = pages_of(findings_page.site_pages, ledger=ledger, schemas=schemas)["findings.html"]
    assert html.count("severity--error") == 3
    assert html.count("severity--warning") == 497
    assert "另有 503 处" in html
    assert re.search(r'D701</code></a> [^<]+</th><td class="number" data-label="处数">503</td>', html)


PLACES = st.integers(0, 1000)
SHUT = st.sampled_from(("不予公开", "依申请公开"))


@settings(max_examples=12, phases=[Phase.generate])
@given(
    kept=st.lists(PLACES, min_size=3, max_size=12),
    closed=st.lists(st.tuples(PLACES, SHUT), max_size=4),
)
def test_the_public_edition_says_nothing_internal(
    ledger: Ledger, schemas: Schemas, kept: list[int], closed: list[tuple[int, Any]]
) -> None:
    numbers = count(100_000)
    root, report_root = schemas.field("item"), schemas.field("report")

    def canary(where: str) -> str:
        return f"canary-{where.replace('_', '-')}-{next(numbers)}"

    everyone = sorted(ledger.items.values(), key=lambda one: one.id)
    open_ones = [one.id for one in everyone if is_open_to_the_public(one)]
    shut = {open_ones[place % len(open_ones)]: openness for place, openness in closed}
    seen = {open_ones[place % len(open_ones)] for place in kept} - shut.keys()
    items = {}
    for one in everyone:
        if one.id in seen or one.id in shut or one.id not in open_ones:
            record = {**copy.deepcopy(one.record), "openness": shut.get(one.id, one.record["openness"])}
            items[one.id] = Item(one.path, planted(record, root, canary, hidden=one.id not in seen))
    reports = {
        key: planted(one, report_root, canary, hidden=not seen.issuperset(one.get("items", ())))
        for key, one in ledger.reports.items()
    }
    people = {key: replace(one, position=canary("position")) for key, one in ledger.registry.people.items()}
    registry = replace(ledger.registry, people=people)
    hidden = replace(ledger, items=items, reports=reports, registry=registry)
    said = public_words(hidden, schemas, secret_examination(hidden, schemas, canary))
    assert {key for key in items if f"items/{key}.html" in said} == seen
    told = {path: re.findall(r"canary-[a-z-]+", text) for path, text in said.items() if "canary" in text}
    assert told == {}
    assert next(numbers) > 101_500


def test_no_byte_of_the_public_site_tells_a_withheld_value(
    sites: Mapping[str, Site], ledger: Ledger, schemas: Schemas
) -> None:
    said = everything_said(sites["public"].files)
    withheld, public = withheld_and_public(ledger, schemas)
    values = {line for line in long_lines(withheld, LEAST_TOLD) if line not in public}
    records = [one.record for one in ledger.items.values()]
    values |= {source["text"] for record in records for source in record["intake"]["sources"] if "text" in source}
    phones = {
        leaf.text
        for record in records
        for leaf in leaves(record, schemas.field("item"))
        if leaf.field.personal == "phone"
    }
    closed = [one for one in ledger.items.values() if not is_open_to_the_public(one)]
    # An item may be called as its entry in the annual plan is, which the public edition lists as a whole.
    values |= phones | {one.id for one in closed} | {one.record["title"] for one in closed} - plan_texts(ledger)
    assert min(len(phones), len(closed)) > 0
    assert len(values) > 1000
    assert [value for value in sorted(values) if value in said] == []
