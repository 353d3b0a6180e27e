"""Numbers never collide: the gate holds the second back, ``duban renumber`` moves it in one step, then it passes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import ROOT, GitFolder, Outcome
from duban.auditor import opened
from duban.filing import identity_at
from duban.gatekeeper import judge, sweep
from duban.language import language
from duban.load import Readings
from duban.model import Data, Tree
from duban.numbering import path_of
from duban.parse import parse
from duban.publish.sign_words import status_words
from duban.renumber import Plan, Standing, renumber
from duban.repository import moved, tree_of
from duban.schema import Schemas
from duban.writing import file_text
from signing import ITEM, NEW, OTHER, REPORT, STRANGER, City, findings
from test_adding import OddHand

Run = Callable[..., Outcome]
ON = "2019-10-28"
ROOT_FIELD = Schemas.of(tree_of(ROOT)).field("item")
NUMBER = "晋市督跟〔2019〕1号"
LATER = "items/2019/2019-0005.yml"


def tracking(unit: str, number: str = NUMBER, on: str = ON) -> Data:
    """A tracking notice of today, which the deputy director has to sign."""
    return {
        "form_no": number,
        "issued_on": on,
        "issuer": "supervision-office",
        "signer": "deputy-director",
        "seq": 1,
        "colour": "蓝",
        "to_unit": unit,
        "deadline": "2019-11-15",
        "days_overdue": 0,
        "finding": "进度慢于倒排工期。",
        "requirement": "加快进度并按期报告。",
        "reply_by": "2019-10-31",
        "contact": "staff",
        "contact_phone": "0356-2198002",
        "signed": [{"role": "deputy_director", "by": "deputy-director", "on": on}],
    }


def noticed(city: City, path: str, number: str = NUMBER) -> dict[str, bytes]:
    """The item at a path with a tracking notice more."""

    def add(data: Data) -> None:
        data.setdefault("tracking_notices", []).append(tracking(data["task_notice"]["lead_unit"], number))

    return city.edited(add, path)


def retitled(files: dict[str, bytes], title: str, identity: str = "2019-0004", **more: Any) -> dict[str, bytes]:
    """A new item under another title, and number."""
    (data,) = (parse(path, content)[0] for path, content in files.items())
    return {path_of(identity): file_text({**data, "title": title, "id": identity, **more}, ROOT_FIELD).encode()}


def report(city: City, title: str) -> dict[str, bytes]:
    """The first report of the year, of today."""
    signed = [{"role": "director", "by": "director", "on": ON}]
    about = {"kind": "督查专报", "title": title, "issued_on": ON, "to": ["市长"], "items": ["2019-0002"]}
    return city.written(REPORT, {"id": "2019/001", **about, "summary": "进展正常。", "signed": signed})


def contents(folder: Path) -> dict[str, bytes]:
    found = (path for name in ("items", "scans") for path in (folder / name).rglob("*.*"))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


@pytest.fixture
def clone(city: City, tmp_path: Path) -> Callable[[int], GitFolder]:
    """A working copy as a clerk has it: the branch of a pull request checked out, the main branch fetched."""

    def cloned(number: int) -> GitFolder:
        folder = tmp_path / f"copy-{number}"
        GitFolder(tmp_path).git("clone", "--quiet", str(city.folder), str(folder))
        made = GitFolder(folder)
        made.git("fetch", "--quiet", "origin", f"refs/pull/{number}/head:edit")
        made.git("switch", "--quiet", "edit")
        return made

    return cloned


def pushed(city: City, number: int, made: GitFolder) -> None:
    """What was renumbered in a working copy goes to its pull request."""
    made.commit(ON)
    moved_files = made.git("-c", "core.quotePath=off", "diff", "--name-only", "--no-renames", "HEAD~1").splitlines()
    files = {path: (made.folder / path).read_bytes() if (made.folder / path).exists() else None for path in moved_files}
    city.push(number, files)


def test_two_items_under_one_number(city: City, clone: Callable[[int], GitFolder], run: Run) -> None:
    """The whole way: both signed, one merged, the other refused, renumbered in one step, signed again, passed."""
    first, second = city.open(city.with_item()), city.open(retitled(city.with_item("proposal"), "红星街排水沟清淤"))
    city.approve(first, "registrar")
    city.approve(second, "registrar", "section-head")
    assert (city.gate(first).verdict, city.gate(second).verdict) == ("pass", "pass")
    city.merge(first)
    held = city.gate(second)
    assert (held.verdict, findings(held)) == ("refuse", [("G113", NEW)])
    assert held.findings[0].details == {"number": "2019-0004", "other": "2019-0004", "title": "白水街人行道修复"}
    with opened(city.folder) as (history, _):
        registry = judge(history, "main", f"refs/pull/{second}/head", city.forge.requests[second], (), (), city.day)[1]
    assert "duban renumber" in status_words(held, registry, language("zh"))
    made = clone(second)
    out = run("-C", made.folder, "renumber", "--format", "json")
    assert (out.code, out.err) == (0, "")
    assert out.json["renumbered"] == [{"kind": "item", "old": "2019-0004", "new": "2019-0005", "path": LATER}]
    assert (out.json["written"], out.json["removed"]) == ([LATER], [NEW])
    again = run("-C", made.folder, "renumber", "--format", "json")
    assert (again.code, again.json["renumbered"], again.json["written"]) == (0, [], [])
    pushed(city, second, made)
    assert city.gate(second).verdict == "wait"
    city.approve(second, "registrar", "section-head")
    assert city.gate(second).verdict == "pass"
    city.merge(second)
    city.record()
    assert city.audit().audit.clean
    assert city.data(NEW)["title"] == "白水街人行道修复"
    assert city.data(LATER)["title"] == "红星街排水沟清淤"


def test_two_forms_under_one_number(city: City, clone: Callable[[int], GitFolder], run: Run) -> None:
    """Git sees no conflict: the two stand in different files."""
    first, second = city.open(noticed(city, ITEM)), city.open(noticed(city, OTHER))
    for one in (first, second):
        city.approve(one, "deputy-director")
        assert city.gate(one).verdict == "pass", city.gate(one)
    city.merge(first)
    held = city.gate(second)
    assert (held.verdict, findings(held)) == ("refuse", [("G113", OTHER)])
    assert held.findings[0].details == {"number": NUMBER, "other": "2019-0002", "title": "凤台街破损路面修复"}
    assert (
        city.content(OTHER, f"refs/pull/{second}/head")
        .decode()
        .splitlines()[held.findings[0].line - 1]
        .endswith(NUMBER)
    )
    made = clone(second)
    before = (made.folder / OTHER).read_text(encoding="utf-8")
    assert run("-C", made.folder, "renumber").code == 0
    assert (made.folder / OTHER).read_text(encoding="utf-8") == before.replace(NUMBER, "晋市督跟〔2019〕2号")
    pushed(city, second, made)
    city.approve(second, "deputy-director")
    assert city.gate(second).verdict == "pass"


def test_a_number_spelled_by_escapes_is_found_all_the_same(city: City) -> None:
    spelled = '"' + "".join(f"\\u{ord(sign):04x}" for sign in NUMBER) + '"'
    odd = {path: content.replace(NUMBER.encode(), spelled.encode()) for path, content in noticed(city, ITEM).items()}
    city.passed(odd, "deputy-director")
    assert NUMBER.encode() not in city.content(ITEM)
    assert findings(city.gate(city.open(noticed(city, OTHER)))) == [("G113", OTHER)]


def test_two_reports_under_one_number(city: City, clone: Callable[[int], GitFolder], run: Run) -> None:
    first, second = (city.open(report(city, title)) for title in ("督查专报第1期", "督查专报第1期（续）"))
    city.approve(first, "director")
    city.approve(second, "director")
    city.merge(first)
    held = city.gate(second)
    assert (held.verdict, findings(held)) == ("refuse", [("G113", REPORT)])
    made = clone(second)
    out = run("-C", made.folder, "renumber", "--format", "json")
    new = "reports/2019/002.yml"
    assert out.json["renumbered"] == [{"kind": "report", "old": "2019/001", "new": "2019/002", "path": new}]
    pushed(city, second, made)
    city.approve(second, "director")
    assert city.gate(second).verdict == "pass", city.gate(second)


def test_what_was_edited_on_both_sides_is_no_number_taken(city: City) -> None:
    number = city.open(city.with_visit(by="staff"))
    city.passed(city.with_visit(), "section-head")
    found = {code for code, _ in findings(city.gate(number))}
    assert "G104" in found
    assert "G113" not in found


@pytest.fixture
def swept(city: City) -> Callable[[], dict[int, list[tuple[str, str]]]]:
    """What a sweep finds in each open pull request; the city itself is the remote."""
    city.git("remote", "add", "origin", str(city.folder))

    def call() -> dict[int, list[tuple[str, str]]]:
        found = sweep(city.folder, city.forge, "origin", "main", city.day)
        return {one.number: findings(one.judgement) for one in found if one.judgement}

    return call


def test_of_two_open_ones_the_later_is_told_before_it_is_signed(
    city: City, swept: Callable[[], dict[int, list[tuple[str, str]]]]
) -> None:
    first, second = city.open(city.with_item()), city.open(city.with_item("proposal"))
    assert swept() == {first: [], second: [("G114", NEW)]}
    city.change(first, open=False)
    assert swept() == {second: []}


def test_a_stranger_holds_no_number_against_the_office(
    city: City, swept: Callable[[], dict[int, list[tuple[str, str]]]]
) -> None:
    stranger, ours = city.open(city.with_item(), by=STRANGER), city.open(city.with_item("proposal"))
    assert swept() == {stranger: [("G114", NEW)], ours: []}


def test_what_goes_on_from_another_takes_its_numbers_rightly(
    city: City, swept: Callable[[], dict[int, list[tuple[str, str]]]]
) -> None:
    first = city.open(city.with_item())
    second = city.open(city.with_item("proposal"), base=f"refs/pull/{first}/head")
    assert swept() == {first: [], second: []}


def test_the_summary_says_the_step(city: City, run: Run) -> None:
    number = city.open(city.with_item("proposal"))
    city.passed(city.with_item(), "registrar")
    for code, words in (("zh", "「2019-0004」在主分支上已经用于"), ("en", "2019-0004")):
        out = run("-C", city.folder, "--lang", code, "summary", "--base", "main", "--head", f"refs/pull/{number}/head")
        assert out.code == 1
        assert words in out.out
        assert "duban renumber" in out.out
        assert "G104" not in out.out


def test_several_entries_of_one_branch_keep_apart(city: City, clone: Callable[[int], GitFolder], run: Run) -> None:
    """Two new items, one that names the other, and a notice; the main branch has all three numbers by now."""
    first = city.open({**city.with_item(), **noticed(city, ITEM)})
    links = retitled(city.with_item(), "与2019-0004相邻的路段", "2019-0005", related=["2019-0004", "2019-0002"])
    mine = city.open({**retitled(city.with_item(), "红星街排水沟清淤"), **links, **noticed(city, OTHER)})
    city.approve(first, "registrar", "deputy-director")
    city.merge(first)
    city.passed(retitled(city.with_item(), "泽州路绿化带补植", "2019-0005"), "registrar")
    assert findings(city.gate(mine)) == [("G113", OTHER), ("G113", NEW), ("G113", LATER)]
    made = clone(mine)
    said = run("-C", made.folder, "renumber", "--dry-run", "--format", "json").json
    assert made.git("status", "--porcelain") == ""
    out = run("-C", made.folder, "renumber", "--format", "json")
    assert out.json == {**said, "dry_run": False}
    moves = {one["old"]: one["new"] for one in out.json["renumbered"]}
    assert moves == {"2019-0004": "2019-0006", "2019-0005": "2019-0007", NUMBER: "晋市督跟〔2019〕2号"}
    assert out.json["mentions"] == [{"path": path_of("2019-0007"), "pointer": "/title", "number": "2019-0004"}]
    made.commit(ON)
    linked = parse("", (made.folder / path_of("2019-0007")).read_bytes())[0]
    assert linked["related"] == ["2019-0006", "2019-0002"]
    made.git("merge", "--quiet", "origin/main")
    told = {one["code"] for one in run("-C", made.folder, "check", "--format", "json").json["findings"]}
    assert told <= {"D511"}  # what is overdue on the day this test runs


def test_another_branch_s_number_is_not_taken_next(city: City, clone: Callable[[int], GitFolder], run: Run) -> None:
    mine = city.open(city.with_item("proposal"))
    city.passed(city.with_item(), "registrar")
    city.commit("refs/heads/somebody", [city.head()], retitled(city.with_item(), "泽州路绿化带补植", "2019-0005"))
    made = clone(mine)
    out = run("-C", made.folder, "renumber", "--format", "json")
    assert [one["new"] for one in out.json["renumbered"]] == ["2019-0006"]


def test_an_id_that_is_free_moves_only_when_it_is_named(
    city: City, clone: Callable[[int], GitFolder], run: Run
) -> None:
    made = clone(city.open(city.with_item()))
    assert run("-C", made.folder, "renumber", "--format", "json").json["renumbered"] == []
    assert run("-C", made.folder, "renumber", "2019-0002").code == 2
    out = run("-C", made.folder, "renumber", "2019-0004", "--format", "json")
    assert [one["new"] for one in out.json["renumbered"]] == ["2019-0005"]
    assert not (made.folder / NEW).exists()


def test_over_the_turn_of_the_year(city: City, clone: Callable[[int], GitFolder], run: Run) -> None:
    """A number is of the year of its own day: of intake, of issue. When it is merged does not matter."""
    mine = retitled(city.with_item(), "跨年收件", "2020-0001")
    kept = city.open(city.with_item())
    wrong = city.open({**mine, **noticed(city, ITEM, "晋市督跟〔2020〕1号")})
    made = clone(kept)
    assert run("-C", made.folder, "renumber", "--format", "json").json["renumbered"] == []
    made = clone(wrong)
    out = run("-C", made.folder, "renumber", "--format", "json")
    assert [(one["old"], one["new"]) for one in out.json["renumbered"]] == [
        ("晋市督跟〔2020〕1号", NUMBER),
        ("2020-0001", "2019-0004"),
    ]


def test_a_scan_follows_its_item(city: City, clone: Callable[[int], GitFolder], run: Run) -> None:
    scan, content = "scans/2019/2019-0004-intake.pdf", b"%PDF-1.4 signed"
    files = retitled(city.with_item(), "红星街排水沟清淤")
    data = parse("", files[NEW])[0]
    paper = {"file": scan, "sha256": hashlib.sha256(content).hexdigest(), "registrar": "registrar"}
    data["intake"]["signed"][0]["paper"] = paper
    mine = city.open({NEW: file_text(data, ROOT_FIELD).encode(), scan: content, "scans/2019/other.pdf": b"%PDF"})
    city.passed(city.with_item(), "registrar")
    made = clone(mine)
    out = run("-C", made.folder, "renumber", "--format", "json")
    moved_scan = "scans/2019/2019-0005-intake.pdf"
    assert out.json["written"] == [LATER, moved_scan]
    assert (made.folder / moved_scan).read_bytes() == content
    assert not (made.folder / scan).exists()
    assert parse("", (made.folder / LATER).read_bytes())[0]["intake"]["signed"][0]["paper"]["file"] == moved_scan


def test_a_kill_at_any_moment_loses_nothing(
    city: City, clone: Callable[[int], GitFolder], run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mine = city.open({**retitled(city.with_item(), "红星街排水沟清淤"), **noticed(city, OTHER)})
    city.approve(first := city.open({**city.with_item(), **noticed(city, ITEM)}), "registrar", "deputy-director")
    city.merge(first)
    made = clone(mine)
    whole = GitFolder(tmp_path / "whole")
    GitFolder(tmp_path).git("clone", "--quiet", str(made.folder), str(whole.folder))
    whole.git("fetch", "--quiet", "origin", "refs/remotes/origin/main:refs/remotes/origin/main")
    assert run("-C", whole.folder, "renumber").code == 0
    expected = contents(whole.folder)
    write = moved.write_whole
    for moment in range(4):
        made.git("reset", "--quiet", "--hard")
        made.git("clean", "--quiet", "-fd")
        left = [moment]

        def killed(path: Path, content: bytes, left: list[int] = left) -> None:
            if left[0] == 0:
                raise KeyboardInterrupt
            left[0] -= 1
            write(path, content)

        monkeypatch.setattr(moved, "write_whole", killed)
        code = run("-C", made.folder, "renumber").code
        monkeypatch.undo()
        assert code == (130 if moment < 3 else 0)
        finished = run("-C", made.folder, "renumber", "--format", "json")
        assert finished.code == 0
        assert contents(made.folder) == expected


def test_what_was_edited_after_a_kill_is_not_written_over(
    city: City, clone: Callable[[int], GitFolder], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = city.open(retitled(city.with_item(), "红星街排水沟清淤"))
    city.passed(city.with_item(), "registrar")
    made = clone(mine)
    monkeypatch.setattr(moved, "finish_moving", lambda _: False)
    assert run("-C", made.folder, "renumber").code == 0
    monkeypatch.undo()
    edited = (made.folder / NEW).read_bytes() + b"# later\n"
    (made.folder / NEW).write_bytes(edited)
    out = run("-C", made.folder, "renumber")
    assert out.code == 2
    assert NEW in out.err
    assert (made.folder / NEW).read_bytes() == edited
    assert not (made.folder / LATER).exists()


def test_new_twice_in_one_branch(city: City, clone: Callable[[int], GitFolder], run: Run) -> None:
    made = clone(city.open(city.with_item()))
    sets = [
        "--set=urgency=平件",
        "--set=category=焦点",
        "--set=openness=主动公开",
        "--set=intake.sources.0.type=群众线索",
        "--set=intake.summary=路灯不亮。",
        f"--set=intake.received_on={ON}",
    ]
    paths = [run("-C", made.folder, "new", f"--set=title={title}", *sets).out.strip() for title in ("甲", "乙")]
    assert paths == [path_of("2019-0005"), path_of("2019-0006")]


def test_drafts_of_different_days_keep_apart(
    copy_of: Callable[..., Path], git_folder: Callable[[Path], GitFolder], run: Run
) -> None:
    """One that nobody has finished yet has its number; those of a later day take the next."""
    made = git_folder(copy_of(as_of=""))
    made.commit()
    for day in ("2019-10-31", "2019-11-08", "2019-11-20"):
        assert run("-C", made.folder, "draft", "--branches", "--as-of", day).code == 0
    names = made.git("for-each-ref", "--format=%(refname)", "refs/heads/draft").splitlines()
    fork = {number for path in contents(made.folder) for number in numbers_of(path, contents(made.folder)[path])}
    given: list[str] = []
    for name in names:
        (path,) = made.git("diff", "--name-only", "main", name).splitlines()
        text = made.git("show", f"{name}:{path}") + "\n"
        given += [one for one in numbers_of(path, text.encode()) if one not in fork]
    assert len(given) == len(set(given)) > 3


def test_bad_usage_is_told(city: City, clone: Callable[[int], GitFolder], run: Run, tmp_path: Path) -> None:
    made = clone(city.open(city.with_item()))
    assert run("-C", made.folder, "renumber", "--base", "nowhere").code == 2
    (made.folder / NEW).write_bytes(b"<<<<<<< ours\nid: x\n")
    out = run("-C", made.folder, "renumber")
    assert out.code == 1
    assert "Traceback" not in out.err


# the law


ITEMS = sorted(ROOT.glob("items/2019/*.yml"))


@settings(max_examples=25)
@given(st.randoms(use_true_random=False), st.lists(st.sampled_from(ITEMS), min_size=2, max_size=4, unique=True))
def test_no_number_twice_and_nothing_else_touched(
    schemas: Schemas, readings: Readings, chance: Random, chosen: list[Path]
) -> None:
    """Whatever a branch adds in whatever hand, and whatever of its numbers others have by then."""
    root = schemas.field("item")
    files: dict[str, bytes] = {}
    before: dict[str, bytes] = {}
    ids = [f"2019-{number:04d}" for number in chance.sample(range(1, 9), len(chosen))]
    for identity, source in zip(ids, chosen, strict=True):
        data, _ = parse("", source.read_bytes())
        data |= {"id": identity, "related": [one for one in ids if one != identity]}
        for name in ("follows", "reopened_from", "reopening"):
            data.pop(name, None)
        if chance.random() < 0.4:
            stood = {name: value for name, value in data.items() if name not in ("archive", "related")}
            before[path_of(identity)] = file_text(stood, root).encode()
        files[path_of(identity)] = OddHand(chance).text(data).encode()
    given_before = {number for path in before for number in numbers_of(path, before[path])}
    numbers = sorted({one for path in files for one in numbers_of(path, files[path])} - given_before)
    others = {one for one in numbers if chance.random() < 0.5} | given_before
    standing = Standing(before, others, {"2019-0009"}, readings.registry.policy["series"])
    plan = renumber(files, standing, schemas)
    after = {path: content for path, content in files.items() if path not in plan.removes} | dict(plan.writes)
    mine = [one for path in after for one in added_numbers(path, after[path], before)]
    assert len(mine) == len(set(mine))
    assert not set(mine) & (others - given_before)
    names = {one.old: one.new for one in plan.renumbered}
    back = {one.new: one.old for one in plan.renumbered}
    for path, content in after.items():
        old = path_of(back.get(identity_at(path), identity_at(path)))
        was, now = parse("", files[old])[0], parse("", content)[0]
        assert undone(now, was, names) == was
        stood = parse("", before[old])[0] if old in before else {}
        assert {name: now[name] for name in stood} == stood
        assert split(content.decode(), {*names, *back}) == split(files[old].decode(), {*names, *back})
    assert renumber(after, Standing(before, others, (), standing.series), schemas) == Plan()


def numbers_of(path: str, content: bytes) -> list[str]:
    """The item's id and every form number in it, counted without the schema."""
    data = parse("", content)[0]
    lists = ("tracking_notices", "coordination_notices", "closure_notices")
    forms = [data[name] for name in ("task_notice",) if name in data] + [
        one for name in lists for one in data.get(name, ())
    ]
    archived = [data["archive"]["archive_no"]] if "archive" in data else []
    return [identity_at(path), *(one["form_no"] for one in forms), *archived]


def added_numbers(path: str, content: bytes, before: Tree) -> list[str]:
    stood = numbers_of(path, before[path]) if path in before else []
    return [one for one in numbers_of(path, content) if one not in stood]


def undone(now: Any, was: Any, names: dict[str, str]) -> Any:
    """The data after with every number that moved put back where it stood before."""
    if isinstance(now, dict):
        return {name: undone(value, was[name], names) for name, value in now.items()}
    if isinstance(now, list):
        return [undone(one, other, names) for one, other in zip(now, was, strict=True)]
    return was if isinstance(was, str) and names.get(was) == now else now


def split(text: str, numbers: set[str]) -> list[str]:
    """What stands between the numbers, byte for byte."""
    for one in sorted(numbers, key=len, reverse=True):
        text = text.replace(one, "\0")
    return text.split("\0")
