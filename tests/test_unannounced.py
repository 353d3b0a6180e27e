"""Nobody is told of an unannounced inspection before it took place: the output is that of a ledger without it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conftest import Outcome
from duban.language import language
from duban.load import read
from duban.parse import parse
from duban.publish.edition import EditionName, edition
from duban.repository import tree_of
from duban.schema import Schemas
from duban.timeline import Timeline
from duban.writing import file_text
from site_fixtures import EDITIONS, Words, contents, dress, everything_said

ITEM, PLAN = "items/2019/2019-0042.yml", "registry/inspections.yml"
SHARED = "夜间值班登记簿"
"""Material that an inspection which everybody knows of asks for too."""
BEFORE, FIRST, LAST, AFTER = "2019-10-19", "2019-10-20", "2019-10-21", "2019-10-22"
TITLE, MATERIAL, NUMBER = "夜间直奔工地突击检查", "基坑监测原始记录", "晋市密报〔2019〕99号"
PLACE, FINDING = "凌晨两点的三号基坑", "值班人员一人未到岗"
NEEDLES = (TITLE, MATERIAL, NUMBER, PLACE, FINDING)
SECRET: Any = {
    "id": "night-raid",
    "title": TITLE,
    "kind": "专项督查",
    "units": ["urban-investment", "water-company"],
    "from": FIRST,
    "to": LAST,
    "lead": "section1-head",
    "team": ["special-07", "expert-12"],
    "materials": [SHARED, MATERIAL],
    "unannounced": True,
    "approval": {"basis": "一事一报", "number": NUMBER, "approved_by": "mayor", "approved_on": "2019-10-18"},
}
OPEN: Any = {
    **SECRET,
    "id": "told-to-all",
    "title": "预先通知的联合督查",
    "from": LAST,
    "to": LAST,
    "lead": "section2-head",
    "team": ["special-05"],
    "materials": [SHARED],
    "unannounced": False,
    "approval": {**SECRET["approval"], "number": "晋市督报〔2019〕98号"},
}


@pytest.fixture
def ledgers(copy_of: Callable[..., Path], schemas: Schemas) -> tuple[Path, Path]:
    """A ledger without the inspection and the visit that nobody may know of, and the same with them."""
    folders = []
    for name, planned in (("plain", [OPEN]), ("secret", [OPEN, SECRET])):
        folder = copy_of(name, items=("2019-0009", "2019-0042"), as_of="")
        (folder / PLAN).write_text(file_text({"inspections": planned}, schemas.field("inspections")), encoding="utf-8")
        whole: Any = parse(ITEM, (folder / ITEM).read_bytes())[0]
        record: Any = Timeline(schemas.field("item")).until(whole, BEFORE)
        if name == "secret":
            visit = {**record["visits"][0], "on": LAST, "place": PLACE, "method": "四不两直", "finding": FINDING}
            record["visits"].append(visit)
        (folder / ITEM).write_text(file_text(record, schemas.field("item")), encoding="utf-8")
        folders.append(folder)
    return folders[0], folders[1]


def said(folder: Path, name: EditionName, day: str) -> Words:
    """All that an edition of a folder's ledger says on a day, without the theme."""
    readings = read(tree_of(folder))
    assert readings.schemas
    ledger = readings.ledger(day)
    return Words(edition(name, language("zh"), ledger, readings.schemas, day, day, pinned=True, digests={}))


def differing(ledgers: tuple[Path, Path], name: EditionName, day: str) -> dict[str, str]:
    """What the second ledger's edition says otherwise than the first's, by path."""
    plain, secret = (dict(said(folder, name, day)) for folder in ledgers)
    assert "schedule.html" in plain or name == "public"
    return {path: secret.get(path, "") for path in plain.keys() | secret.keys() if plain.get(path) != secret.get(path)}


@pytest.mark.parametrize("name", EDITIONS)
@pytest.mark.parametrize("day", [BEFORE, FIRST])
def test_no_edition_differs_before_it_took_place(ledgers: tuple[Path, Path], name: EditionName, day: str) -> None:
    assert differing(ledgers, name, day) == {}


def test_a_visit_shows_on_its_day_and_the_inspection_once_it_is_over(ledgers: tuple[Path, Path]) -> None:
    on_the_day = "\n".join(differing(ledgers, "internal", LAST).values())
    assert [one for one in NEEDLES if one in on_the_day] == [PLACE, FINDING]
    page = differing(ledgers, "internal", AFTER)["schedule.html"]
    assert [one for one in NEEDLES if one in page] == [TITLE, MATERIAL, NUMBER, PLACE]
    public = "\n".join(differing(ledgers, "public", AFTER).values())
    assert [one for one in NEEDLES if one in public] == []


def test_no_file_of_a_built_site_names_it_before(
    ledgers: tuple[Path, Path], tmp_path: Path, run: Callable[..., Outcome]
) -> None:
    folder = dress(ledgers[1])
    for name in EDITIONS:
        out = tmp_path / name
        assert run("-C", folder, "site", "--edition", name, "--out", out, "--as-of", FIRST).code == 0
        files = contents(out)
        text = everything_said(files)
        assert OPEN["title"] in text or name == "public"
        assert [one for one in (*NEEDLES, SECRET["id"]) if one in text or any(one in path for path in files)] == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("burden", "--format", "json"),
        ("burden",),
        ("convene", "water-company", "--from", LAST, "--format", "json"),
        ("status", "--format", "json"),
        ("obligations", "--format", "json"),
        ("figures", "--format", "json"),
        ("assess", "--format", "json"),
        ("remind", "--dry-run"),
    ],
    ids=" ".join,
)
def test_no_command_tells_of_it_before_unless_it_is_asked(
    ledgers: tuple[Path, Path], run: Callable[..., Outcome], arguments: tuple[str, ...]
) -> None:
    def told(folder: Path, *more: str) -> str:
        day = () if arguments[0] == "remind" else ("--as-of", FIRST)
        return run("-C", folder, *arguments, *day, *more).out

    if arguments[0] == "remind":
        for folder in ledgers:
            (folder / "mkdocs.yml").write_text(f"plugins:\n  duban:\n    as_of: {FIRST}\n", encoding="utf-8")
    plain, secret = map(told, ledgers)
    assert secret == plain != ""
    if arguments[0] in ("burden", "convene"):
        assert told(ledgers[1], "--unannounced") != plain


def test_the_office_may_ask_what_it_conflicts_with(ledgers: tuple[Path, Path], run: Callable[..., Outcome]) -> None:
    folder = ledgers[1]
    known = run("-C", folder, "burden", "--as-of", FIRST, "--unannounced", "--format", "json").json
    (twice,) = [one for one in known["plan_conflicts"] if one["kind"] == "material"]
    assert [one["inspection"] for one in twice["asked"]] == [SECRET["id"], OPEN["id"]]
    assert twice["material"] == SHARED
    free = ("convene", "transport-bureau", "--from", FIRST, "--size", "30", "--format", "json", "--as-of", FIRST)
    busy = [
        {one["person"] for one in run("-C", folder, *free, *more).json["left_out"] if one["reason"] == "busy"}
        for more in ((), ("--unannounced",))
    ]
    assert busy == [set(), {"section1-head", "special-07", "expert-12"}]


def test_a_page_of_findings_tells_nothing_of_a_plan_that_hides_something(
    ledgers: tuple[Path, Path], run: Callable[..., Outcome]
) -> None:
    """A file that cannot be read may hide anything: of that no more than the kind of mistake is told."""
    folder, plan = ledgers[1], ledgers[1] / PLAN
    whole = plan.read_text(encoding="utf-8")
    plan.write_text(whole.replace("special-05", "special-55"), encoding="utf-8")
    assert "D202" not in said(folder, "internal", FIRST)["findings.html"]
    checked = run("-C", folder, "check", "--format", "json").json["findings"]
    assert {"D202"} <= {one["code"] for one in checked if one["path"] == PLAN}
    told = said(folder, "internal", AFTER)["findings.html"]
    assert language("zh")("D202.title") in told
    assert "special-55" not in told
    plan.write_text(whole.replace("title: ", "title：", 2), encoding="utf-8")
    broken = said(folder, "internal", FIRST)["findings.html"]
    assert "D007" in broken
    assert [one for one in NEEDLES if one in broken] == []
