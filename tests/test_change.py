"""What one tree adds to another, and what it may not do: signed entries are added to, never edited or deleted."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from duban.change import Added, Change, change
from duban.finding import Finding
from duban.language import language
from duban.load import Readings
from duban.model import Data, Tree
from duban.parse import parse
from duban.rules.case import value_at
from duban.schema import Schemas
from duban.timeline import Timeline
from duban.writing import file_text

WHOLE = "items/2019/2019-0003.yml"
"""An item from intake to look-back, with all four forms."""
OPEN = "items/2019/2019-0051.yml"
SIGNED = [{"role": "director", "by": "director", "on": "2019-10-31"}]
SCAN = "scans/2019/one.pdf"
ZH = language("zh")
Edit = Callable[[Data], object]


@pytest.fixture(scope="module")
def before(tree: Tree) -> Tree:
    return {path: content for path, content in tree.items() if path.startswith("schemas/") or path in (WHOLE, OPEN)}


@pytest.fixture
def edited(before: Tree, schemas: Schemas) -> Callable[[str, Edit], tuple[Change, Tree]]:
    """Judges an edit of one file's data; gives the tree after it too."""

    def judge(path: str, edit: Edit) -> tuple[Change, Tree]:
        data = copy.deepcopy(parse(path, before[path])[0])
        edit(data)
        after = {**before, path: file_text(data, schemas.field("item")).encode()}
        return change(before, after), after

    return judge


def line_of(tree: Tree, path: str, text: str, after: str = "") -> int:
    """The line on which a text first stands, below the line that begins with another."""
    lines = tree[path].decode().split("\n")
    start = next(index for index, line in enumerate(lines) if line.startswith(after))
    return next(index for index, line in enumerate(lines) if index >= start and text in line) + 1


def codes(found: Change) -> list[tuple[str, str, int]]:
    return [(one.path, one.code, one.line) for one in found.findings]


def told(found: Change) -> list[str]:
    return [ZH.message(one) for one in found.findings]


def set_at(*pointer: str | int, to: Any) -> Edit:
    def edit(data: Data) -> None:
        value_at(data, pointer[:-1])[pointer[-1]] = to

    return edit


def delete_at(*pointer: str | int) -> Edit:
    def edit(data: Data) -> None:
        del value_at(data, pointer[:-1])[pointer[-1]]

    return edit


def append_at(*pointer: str | int, value: Any) -> Edit:
    def edit(data: Data) -> None:
        value_at(data, pointer[:-1]).setdefault(pointer[-1], []).append(value)

    return edit


def test_the_same_tree_is_no_change(before: Tree) -> None:
    assert change(before, before) == Change((), ())


@pytest.mark.parametrize(
    ("edit", "text", "below"),
    [
        (set_at("task_notice", "deadline", to="2019-12-31"), "  deadline: 2019-12-31", "task_notice:"),
        (set_at("title", to="东南新区学校"), "title: 东南新区学校", ""),
        (
            set_at("task_notice", "signed", 0, "by", to="deputy-director"),
            "  signed: [{role: director, by: deputy",
            "task_notice:",
        ),
        (set_at("progress", 1, "percent", to=70), "    percent: 70", "progress:"),
        (
            set_at("closure_notices", 0, "checklist", "facts_clear", to=False),
            "      facts_clear: false",
            "closure_notices:",
        ),
        (set_at("task_notice", "standards", 1, to="改写的标准。"), "    - 改写的标准。", "task_notice:"),
    ],
)
def test_a_signed_value_may_not_be_edited(edited: Any, edit: Edit, text: str, below: str) -> None:
    found, after = edited(WHOLE, edit)
    assert codes(found) == [(WHOLE, "D901", line_of(after, WHOLE, text, below))]
    assert found.added == ()


def test_a_number_is_not_the_text_of_it(before: Tree) -> None:
    """True is not 1, and 1 is not 1.0, whatever Python says."""
    text = before[WHOLE].replace(b"percent: 100", b"percent: 100.0")
    assert [one.code for one in change(before, {**before, WHOLE: text}).findings] == ["D901"]


@pytest.mark.parametrize(
    ("edit", "text"),
    [
        (delete_at("task_notice", "milestones"), "task_notice:"),
        (delete_at("plan_refs"), "id:"),
        (delete_at("progress", 2), "progress:"),
        (delete_at("visits"), "id:"),
        (delete_at("task_notice", "co_leaders"), "task_notice:"),
    ],
)
def test_nothing_signed_may_be_taken_away(edited: Any, edit: Edit, text: str) -> None:
    found, after = edited(WHOLE, edit)
    assert codes(found)[-1] == (WHOLE, "D903", line_of(after, WHOLE, text))
    assert found.added == ()


def test_a_file_may_not_be_deleted(before: Tree) -> None:
    after = {path: content for path, content in before.items() if path != WHOLE}
    assert change(before, after).findings == (Finding(WHOLE, 1, 1, "D902", {"id": "2019-0003"}),)


def test_a_file_may_not_be_moved(before: Tree) -> None:
    moved = "items/2020/2019-0003.yml"
    after = {moved if path == WHOLE else path: content for path, content in before.items()}
    assert change(before, after).findings == (Finding(moved, 1, 1, "D904", {"old_path": WHOLE}),)


@pytest.mark.parametrize(
    ("edit", "text", "below"),
    [
        (
            append_at("task_notice", "milestones", value={"name": "补种绿化", "due": "2019-08-09"}),
            "补种绿化",
            "task_notice:",
        ),
        (append_at("task_notice", "standards", value="新增的标准。"), "新增的标准", "task_notice:"),
        (set_at("task_notice", "cc", to=["zezhou"]), "  cc: [zezhou]", "task_notice:"),
        (set_at("progress", 0, "difficulties", to="雨天。"), "    difficulties: 雨天。", "progress:"),
        (
            set_at("intake", "signed", 0, "paper", to={"file": SCAN, "sha256": "a" * 64, "registrar": "registrar"}),
            "paper:",
            "intake:",
        ),
    ],
)
def test_a_signed_entry_takes_no_more_than_its_form_foresees(edited: Any, edit: Edit, text: str, below: str) -> None:
    found, after = edited(WHOLE, edit)
    assert codes(found) == [(WHOLE, "D905", line_of(after, WHOLE, text, below))]


@pytest.mark.parametrize(
    "respell",
    [
        lambda text: "# 说明\n" + text.replace("title:", "title:   ", 1),
        lambda text: text.replace("\n", "  # 注\n", 1),
        lambda text: yaml.safe_dump(parse(WHOLE, text.encode())[0], allow_unicode=True, indent=4, sort_keys=True),
        lambda text: json.dumps(parse(WHOLE, text.encode())[0]),
        lambda text: "\n".join([*text.split("\n")[1:-1], "id: 2019-0003", ""]),
        lambda text: text.replace("plan_refs: [P21]", "plan_refs:\n- P21"),
        lambda text: text.replace("urgency: 特急", 'urgency: "特急"'),
        lambda text: text.replace("\n", "\r\n"),
    ],
)
def test_spelling_the_same_data_otherwise_is_no_change(before: Tree, respell: Callable[[str], str]) -> None:
    text = before[WHOLE].decode()
    assert respell(text) != text
    after = {**before, WHOLE: respell(text).encode()}
    assert parse(WHOLE, after[WHOLE]) == parse(WHOLE, before[WHOLE])
    assert change(before, after) == Change((), ())


PROGRESS = {
    "on": "2019-10-31",
    "unit": "civil-affairs",
    "reporter": "civil-affairs-liaison",
    "progress": "又建成一个。",
    "signed": SIGNED,
}
EXTENSION = {
    "applied_on": "2019-10-30",
    "unit": "civil-affairs",
    "applicant": "civil-affairs-head",
    "reason": "场地移交推迟。",
    "progress": "已建成六个。",
    "old_deadline": "2019-11-29",
    "new_deadline": "2019-12-13",
    "signed": SIGNED,
}
VISIT = {
    "on": "2019-10-31",
    "place": "驿后社区",
    "method": "暗访",
    "visitors": ["section1-head"],
    "finding": "已开工。",
    "signed": SIGNED,
}


@pytest.mark.parametrize(
    ("path", "missing", "entry", "kind"),
    [
        (WHOLE, ("task_notice", "ack"), "/task_notice/ack", "ack"),
        (WHOLE, ("tracking_notices", 0, "reply"), "/tracking_notices/0/reply", "reply"),
        (WHOLE, ("coordination_notices", 0, "decision"), "/coordination_notices/0/decision", "coordination_decision"),
        (WHOLE, ("coordination_notices", 0, "recheck"), "/coordination_notices/0/recheck", "recheck"),
        (WHOLE, ("closure_notices", 0, "verification"), "/closure_notices/0/verification", "verification"),
        (WHOLE, ("closure_notices", 0, "decision"), "/closure_notices/0/decision", "closure_decision"),
        (WHOLE, ("closure_notices", 0, "finished_on"), "/closure_notices/0/finished_on", "closure_notice"),
        (
            WHOLE,
            ("coordination_notices", 0, "subtasks", 2, "done_on"),
            "/coordination_notices/0/subtasks/2/done_on",
            "coordination_notice",
        ),
        (WHOLE, ("archive",), "/archive", "archive"),
        (WHOLE, ("look_backs",), "/look_backs/0", "look_back"),
        (WHOLE, ("progress", 2), "/progress/2", "progress"),
        (WHOLE, ("approval", "signed", 1), "/approval/signed/1", "approval"),
        (WHOLE, ("plan_refs",), "/plan_refs", "intake"),
    ],
)
def test_what_the_form_foresees_may_come_later(
    before: Tree, schemas: Schemas, path: str, missing: tuple[Any, ...], entry: str, kind: str
) -> None:
    data = copy.deepcopy(parse(path, before[path])[0])
    delete_at(*missing)(data)
    earlier = {**before, path: file_text(data, schemas.field("item")).encode()}
    assert change(earlier, before) == Change((Added("2019-0003", entry, kind, path),), ())


@pytest.mark.parametrize(
    ("edit", "entry", "kind"),
    [
        (append_at("progress", value=PROGRESS), "/progress/2", "progress"),
        (append_at("extensions", value=EXTENSION), "/extensions/0", "extension"),
        (append_at("visits", value=VISIT), "/visits/1", "visit"),
        (append_at("task_notice", "signed", value=SIGNED[0]), "/task_notice/signed/1", "task_notice"),
        (append_at("task_notice", "ack", "signed", value=SIGNED[0]), "/task_notice/ack/signed/1", "ack"),
    ],
)
def test_new_entries_and_signatures_are_listed(edited: Any, edit: Edit, entry: str, kind: str) -> None:
    found, _ = edited(OPEN, edit)
    assert found == Change((Added("2019-0051", entry, kind, OPEN),), ())


def test_an_entry_within_a_new_entry_is_listed_too(edited: Any) -> None:
    decided = {**EXTENSION, "decision": {"on": "2019-10-31", "by": "director", "result": "同意", "signed": SIGNED}}
    found, _ = edited(OPEN, append_at("extensions", value=decided))
    assert found.findings == ()
    assert [(one.entry, one.kind) for one in found.added] == [
        ("/extensions/0", "extension"),
        ("/extensions/0/decision", "extension_decision"),
    ]


def test_a_new_file_lists_all_its_entries(before: Tree) -> None:
    found = change({path: content for path, content in before.items() if path != OPEN}, before)
    assert found.findings == ()
    assert {one.item for one in found.added} == {"2019-0051"}
    assert [one.entry for one in found.added][:5] == ["/intake", "/proposal", "/approval", "/method", "/task_notice"]


@pytest.mark.parametrize("broken", [b"id: 2019-0003\ntitle\n", b"\xff\xfe", b"id: 2019-0003\n", b""])
def test_a_broken_file_may_be_mended(before: Tree, broken: bytes) -> None:
    mended = change({**before, WHOLE: broken}, before)
    assert mended.findings == ()
    assert Added("2019-0003", "/intake", "intake", WHOLE) in mended.added


@pytest.mark.parametrize(
    ("edit", "touched"),
    [
        (set_at("title", to="东南新区学校"), ["/intake"]),
        (set_at("intake", "received_on", to="2019-07-02"), ["/intake/received_on"]),
        (delete_at("plan_refs"), ["/intake"]),
        (set_at("task_notice", "deadline", to="2019-12-31"), ["/task_notice/deadline"]),
        (set_at("progress", 1, "percent", to=70), ["/progress/1/percent"]),
        (delete_at("progress", 2), ["/progress/2"]),
        (delete_at("visits"), ["/visits"]),
        (set_at("task_notice", "cc", to=["zezhou"]), ["/task_notice/cc"]),
    ],
)
def test_what_was_signed_and_is_no_longer_as_it_was(edited: Any, edit: Edit, touched: list[str]) -> None:
    found, _ = edited(WHOLE, edit)
    assert {one for one, _ in found.touched} == {"2019-0003"}
    assert sorted(dict.fromkeys(place for _, place in found.touched)) == touched


def test_a_file_that_goes_is_touched_whole(before: Tree) -> None:
    assert change(before, {one: before[one] for one in before if one != WHOLE}).touched == (("2019-0003", ""),)
    assert change(before, {**before, WHOLE: b"title"}).touched == (("2019-0003", ""),)


def test_of_several_files_all_is_told(before: Tree, schemas: Schemas) -> None:
    other = copy.deepcopy(parse(OPEN, before[OPEN])[0])
    set_at("title", to="改写")(other)
    whole = before[WHOLE].replace(b"percent: 100", b"percent: 99")
    found = change(before, {**before, WHOLE: whole, OPEN: file_text(other, schemas.field("item")).encode()})
    assert [path for path, _, _ in codes(found)] == [WHOLE, OPEN]
    assert [item for item, _ in found.touched] == ["2019-0003", "2019-0051"]
    broken = {**before, WHOLE: b"a: [", OPEN: b"b: ["}
    again = change(broken, {**before, WHOLE: b"a: {", OPEN: b"b: {"})
    assert {one.path for one in again.unreadable} == {WHOLE, OPEN}
    assert (again.added, again.findings, again.touched) == ((), (), ())


def test_what_was_not_valid_before_may_still_not_be(before: Tree) -> None:
    """It was never signed as it is, so that making it worse empties nothing."""
    found = change({**before, WHOLE: b"id: 2019-0003\n"}, {**before, WHOLE: b"id: 2019-0004\n"})
    assert (found.findings, found.touched) == ((), ())
    assert {one.path for one in found.unreadable} == {WHOLE}


def test_a_value_of_another_shape_is_another_value(before: Tree) -> None:
    """A list where there was an entry, an entry where there was a list, in a file that could be parsed before."""
    text = before[WHOLE].decode()
    for wrong, place in (("task_notice: [1]\n", "task_notice"), ("progress: {percent: 1}\n", "progress")):
        found = change({**before, WHOLE: (text[: text.index("proposal:")] + wrong).encode()}, before)
        assert [(one.code, one.line) for one in found.findings] == [("D901", line_of(before, WHOLE, f"{place}:") + 1)]
        assert ("2019-0003", f"/{place}") in found.touched


AMENDED = {
    "on": "2019-10-31",
    "field": "/intake",
    "old": {"from": "市"},
    "new": {"from": "省", "note": {"text": "一"}},
    "reason": "录入时写错。",
    "signed": SIGNED,
}


def test_within_a_value_that_was_put_right_nothing_changes_either(before: Tree, schemas: Schemas) -> None:
    """It may be of any shape: the schema knows none of its parts."""
    data = copy.deepcopy(parse(WHOLE, before[WHOLE])[0])
    data["amendments"] = [AMENDED]
    standing = {**before, WHOLE: file_text(data, schemas.field("item")).encode()}
    assert change(before, standing).added == (Added("2019-0003", "/amendments/0", "amendment", WHOLE),)
    assert change(standing, standing).findings == ()
    set_at("amendments", 0, "new", "note", "text", to="二")(data)
    after = {**before, WHOLE: file_text(data, schemas.field("item")).encode()}
    found = change(standing, after)
    assert codes(found) == [(WHOLE, "D901", line_of(after, WHOLE, "note:") + 1)]
    assert told(found) == ["「note」已经合并签字，不能改动。"]
    assert found.touched == (("2019-0003", "/amendments/0/new/note"),)


def test_what_is_wrong_is_said_with_its_name(edited: Any, before: Tree) -> None:
    assert told(edited(WHOLE, set_at("title", to="东南新区学校"))[0]) == ["「督查事项」已经合并签字，不能改动。"]
    assert told(edited(WHOLE, delete_at("progress", 2))[0])[-1] == "「进展报告」已经合并签字，不能删除。"
    assert told(edited(WHOLE, delete_at("plan_refs"))[0]) == ["「年度计划」已经合并签字，不能删除。"]
    unknown = before[WHOLE] + "remark: 旧的备注\n".encode()
    assert told(change({**before, WHOLE: unknown}, before)) == ["「remark」已经合并签字，不能删除。"]


def test_a_scan_is_as_signed_as_what_it_shows(before: Tree) -> None:
    standing = {**before, SCAN: b"one", "docs/one.pdf": b"one"}
    assert change(standing, {**standing, "scans/2019/two.pdf": b"two", "docs/one.pdf": b"two"}) == Change()
    for after in ({**standing, SCAN: b"two"}, {path: standing[path] for path in standing if path != SCAN}):
        found = change(standing, after)
        assert found == Change((), (Finding(SCAN, 1, 1, "D907", {"file": SCAN}),))
        assert told(found) == [f"纸质签字的扫描件 {SCAN} 被改动或删除。"]


def test_a_schema_that_is_none_is_told_instead_of_a_comparison(before: Tree) -> None:
    after = {**before, "schemas/item.schema.json": b"{"}
    found = change(before, after)
    assert [(one.path, one.line, one.column, one.code) for one in found.findings] == [
        ("schemas/item.schema.json", 1, 1, "D809")
    ]
    assert found.findings[0].details["problem"]
    assert (found.added, found.touched, found.unreadable) == ((), (), ())


YEAR = "assessments/2019.yml"
FREEZE = {
    "on": "2020-01-10",
    "as_of": "2019-12-31",
    "commit": "a" * 40,
    "digest": "b" * 64,
    "signed": [{"role": "director", "by": "director", "on": "2020-01-10"}],
}


def test_beside_what_closed_a_file_nothing_is_added(before: Tree) -> None:
    objection = {
        "on": "2020-01-11",
        "unit": "civil-affairs",
        "points": ["civil-affairs/late/2019-0003/task_notice/2019-11-15"],
        "reason": "当日已经报送。",
        "signed": [{"role": "unit_head", "by": "civil-affairs-head", "on": "2020-01-11"}],
    }
    freeze = json.dumps(FREEZE)
    standing = {**before, YEAR: f"year: 2019\nfreeze: {freeze}\n".encode()}
    assert change(before, standing).unreadable == change(before, standing).findings == ()
    text = f"year: 2019\nfreeze: {freeze}\nobjections:\n  - {json.dumps(objection, ensure_ascii=False)}\n"
    found = change(standing, {**before, YEAR: text.encode()})
    assert [(one.path, one.code, one.line, one.column) for one in found.findings] == [(YEAR, "D908", 4, 5)]
    beside = change(standing, {**before, YEAR: f"year: 2019\nfreeze: {freeze}\nsample: true\n".encode()})
    assert [(one.code, one.line, one.column) for one in beside.findings] == [("D908", 3, 1)]
    assert told(found) == ["「冻结」已经签字合并，不能再加「异议」。"]
    other = change(standing, {**before, YEAR: f"year: 2018\nfreeze: {freeze}\n".encode()})
    assert [(one.code, one.line) for one in other.findings] == [("D901", 1)]
    assert other.touched == (("2019", ""),)
    more = json.loads(freeze)
    more["signed"].append({"role": "deputy_director", "by": "deputy-director", "on": "2020-01-11"})
    assert change(standing, {**before, YEAR: f"year: 2019\nfreeze: {json.dumps(more)}\n".encode()}).findings == ()


@given(st.data())
def test_every_shipped_item_grew_by_adding_alone(
    readings: Readings, tree: Tree, schemas: Schemas, data: st.DataObject
) -> None:
    """Between any two days an item's file, as it stood, only gained entries."""
    path = data.draw(st.sampled_from(sorted(readings.items)))
    days = sorted(data.draw(st.lists(st.dates(date(2019, 7, 1), date(2019, 10, 31)).map(str), min_size=2, max_size=2)))
    root, reading = schemas.field("item"), readings.items[path]
    assert reading.data is not None
    stood = [Timeline(root).until(reading.data(), day) for day in days]
    common = {name: content for name, content in tree.items() if name.startswith("schemas/")}
    trees = [{**common, path: file_text(one, root).encode()} if one else common for one in stood]
    found = change(*trees)
    assert found.findings == ()
    assert bool(found.added) == (trees[0] != trees[1])
