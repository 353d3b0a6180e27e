"""A small ledger, a change of it and a pull request, all made by hand → the whole verdict, finding by finding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from corpus import FOLDERS, base, case
from duban.change import Added
from duban.finding import Finding
from duban.gate import Judgement, gate, in_turn, judged
from duban.language import language
from duban.part import SCANS
from duban.signoff import Submission, codes_for
from duban.taken import Taken
from proposing import (
    BEFORE,
    HEAD,
    ITEM,
    POLICY,
    REPORT,
    REPORTED,
    SCHEMAS,
    TODAY,
    Files,
    ledger,
    proposed,
    registry,
    submitted,
)

SCAN, TOOL, FLOW = f"{SCANS}2019/one.pdf", "tools/duban/gate.py", ".github/workflows/gate.yml"
ZH = language("zh")


def asked(files: Files, submission: Submission | None = None, **more: Any) -> Judgement:
    before = more.pop("before", BEFORE)
    roster = more.pop("registry", registry(before))
    head = more.pop("head", HEAD)
    return gate(proposed(files, before, **more), submission or submitted(), roster, head, TODAY)


def told(found: Sequence[Finding]) -> list[tuple[str, int, int, str, str]]:
    """Each finding with what it says: a detail that is missing or another is another sentence."""
    return [(one.path, one.line, one.column, one.code, ZH.message(one)) for one in found]


def test_what_is_signed_may_be_merged() -> None:
    found = asked({REPORT: REPORTED})
    assert (found.verdict, found.findings, found.forge, found.codes, found.draft) == ("pass", (), "github", {}, False)
    assert [(one.seat.entry, one.seat.role, one.state) for one in found.standing] == [("", "director", "signed")]
    assert found.parts == {"record": (REPORT,)}
    assert found.change.added == (Added("2019/002", "", "special_report", REPORT),)
    assert found.taken == (Taken("2019/002", REPORT, ("id",)),)


def test_it_is_judged_by_the_schemas_that_it_is_given() -> None:
    """No file of them need be there; what is judged alone is no draft."""
    it = proposed({REPORT: REPORTED}, schemas=SCHEMAS)
    bare = {path: content for path, content in it.after.items() if not path.startswith("schemas/")}
    found = judged(replace(it, after=bare), submitted(), registry(BEFORE))
    assert (found.verdict, found.draft, found.taken) == ("pass", False, ())
    assert [(one.seat.role, one.state) for one in found.standing] == [("director", "signed")]


def test_a_draft_and_what_nobody_signed_wait() -> None:
    assert asked({REPORT: REPORTED}, submitted(draft=True)).verdict == "wait"
    assert asked({REPORT: REPORTED}, submitted(draft=True)).draft
    assert asked({REPORT: REPORTED}, submitted(1002)).verdict == "wait"


def test_the_codes_that_bind_an_approval() -> None:
    before = ledger(("binding: head", "binding: code"))
    found = asked({REPORT: REPORTED}, before=before)
    assert found.codes == codes_for([one.seat for one in found.standing], registry(before).policy["signing"])
    assert [*found.codes] == ["director"]
    assert found.verdict == "wait"
    assert asked({REPORT: REPORTED}, submitted(body=found.codes["director"]), before=before).verdict == "pass"


@pytest.mark.parametrize(
    ("more", "code", "message"),
    [
        ({"base_ref": "draft"}, "G101", "这个合并请求要并入「draft」，只有并入「main」的批准才算签字。"),
        (
            {"repository": "other/duban"},
            "G103",
            "合并请求属于仓库「other/duban」，本台账登记的仓库是「jincheng/duban」。",
        ),
        ({"head": "f" * 40}, "G102", "合并请求的最新一版是 ffffffffff，送来核对的却是 0123456789。"),
    ],
)
def test_a_pull_request_that_is_not_the_one(more: dict[str, Any], code: str, message: str) -> None:
    found = asked({REPORT: REPORTED}, submitted(**more))
    assert told(found.findings) == [("", 1, 1, code, message)]
    assert found.verdict == "refuse"


def test_without_a_word_of_signing_nothing_can_be_signed() -> None:
    found = asked({REPORT: REPORTED}, submitted(base_ref="x", repository="y"), before=base())
    message = "督查规则里没有签批存证（signing）一节，合并请求的批准还不能算签字。"
    assert told(found.findings) == [(POLICY, 1, 1, "G112", message)]
    assert (found.forge, found.verdict) == ("", "refuse")


def test_a_role_that_nobody_of_the_roster_holds() -> None:
    roster = registry()
    people = {one.id: one for one in roster.people.values() if one.id not in ("director", "registrar")}
    found = asked({REPORT: REPORTED, "items/2019/2019-0003.yml": new_item()}, registry=replace(roster, people=people))
    assert [one for one in told(found.findings) if one[3] == "G111"] == [
        (POLICY, 1, 1, "G111", "名册里没有人担任督查办主任，这个签字没有人能签。"),
        (POLICY, 1, 1, "G111", "名册里没有人担任登记人，这个签字没有人能签。"),
    ]


def new_item(identity: str = "2019-0003") -> str:
    head = BEFORE[ITEM].decode().split("proposal:")[0]
    return (
        head.replace("2019-0002", identity)
        .replace("凤台街破损路面修复", "红星街排水沟清淤")
        .replace("2019-10-14", TODAY)
    )


def test_rules_and_record_together_are_told_for_each_part() -> None:
    policy = BEFORE[POLICY].decode() + "\n"
    found = asked({REPORT: REPORTED, POLICY: policy, TOOL: "1", FLOW: "2", "items/2019/2019-0001.yml": None})
    words = "这个合并请求既有督查事项，又有「{}」，两样不能一起报批。".format
    assert [one for one in told(found.findings) if one[3] == "G105"] == [
        (FLOW, 1, 1, "G105", words("自动流程的改动")),
        (POLICY, 1, 1, "G105", words("督查规则的改动")),
        (TOOL, 1, 1, "G105", words("程序和页面的改动")),
    ]
    assert "D902" in {one.code for one in found.findings}
    assert {one.code for one in asked({SCAN: "1", POLICY: policy}).findings} == {"G105"}
    assert asked({POLICY: policy, TOOL: "1"}).findings == asked({SCAN: "1"}, submitted(1003)).findings == ()


def test_what_both_sides_changed_is_for_a_person() -> None:
    found = asked({REPORT: REPORTED}, conflict=("a/\udcff.yml", REPORT))
    words = "「{}」在主分支上也改过，两边的内容不能自动合在一起。".format
    assert told(found.findings) == [
        ("a/?.yml", 1, 1, "G104", words("a/?.yml")),
        (REPORT, 1, 1, "G104", words(REPORT)),
    ]


def test_a_file_that_both_sides_added_is_told_once() -> None:
    """Nothing else can be said of it: it is two files in one. Of anything but a number it is a plain conflict."""
    before = {**BEFORE, REPORT: REPORTED.encode()}
    after = REPORTED.replace("十月进展", "<<<<<<<")
    found = asked({REPORT: after}, before=before, conflict=(REPORT, TOOL), both_added=(REPORT, TOOL))
    assert told(found.findings) == [
        (REPORT, 1, 1, "G113", "「2019/002」在主分支上已经用于 2019/002「十月进展」，本合并请求不能再用。"),
        (TOOL, 1, 1, "G104", f"「{TOOL}」在主分支上也改过，两边的内容不能自动合在一起。"),
    ]


def test_a_form_number_that_the_main_branch_has() -> None:
    text = BEFORE[ITEM].decode().replace("晋市督任〔2019〕2号", "晋市督任〔2019〕1号")
    before = {path: content for path, content in BEFORE.items() if path != ITEM}
    line = text.split("\n").index("  form_no: 晋市督任〔2019〕1号") + 1
    asked_for = []

    def mentioning(numbers: Any) -> list[str]:
        asked_for.append(numbers)
        return ["items/2019/2019-0001.yml"]

    found = asked({ITEM: text}, before=before, mentioning=mentioning)
    message = "「晋市督任〔2019〕1号」在主分支上已经用于 2019-0001「古书院社区供水管网改造」，本合并请求不能再用。"
    assert [one for one in told(found.findings) if one[3] == "G113"] == [(ITEM, line, 12, "G113", message)]
    assert asked_for == [{"晋市督任〔2019〕1号"}]
    assert [one.number for one in found.taken] == ["2019-0002", "晋市督任〔2019〕1号"]


def test_a_slip_is_told_once_and_of_moved_files_alone() -> None:
    """A slip of a file that the change leaves alone is the check's to tell, and one that both judge is one."""
    slip = REPORTED.replace("2019-10-31}", "2019-11-30}").replace("items: [2019-0002]", "items: [2019-0002, 2019-0099]")
    broken = {**BEFORE, "reports/2019/003.yml": b"id: ["}
    found = asked({REPORT: slip}, before=broken)
    assert [(one.path, one.code) for one in found.findings] == [(REPORT, "D306")]
    assert found.taken
    unreadable = asked({REPORT: "id: ["})
    assert len({(one.path, one.line, one.column, one.code) for one in unreadable.findings}) == len(unreadable.findings)
    assert unreadable.findings


@pytest.mark.parametrize("folder", [one for one in FOLDERS if one.name[:4] in ("D205", "D207", "D213", "D215")])
def test_what_the_files_that_differ_cannot_tell_is_left_to_the_check(folder: Path) -> None:
    """That another item is there, and what it says of this one; that one refers to itself is seen in its own file."""
    it = case(folder)
    files = {path: it.tree[path].decode() for path in it.tree if base().get(path) != it.tree[path]}
    found = {one.code for one in asked(files).findings} & {"D205", "D207", "D213", "D215"}
    assert found == it.codes & {"D213"}


def test_schemas_that_cannot_be_used() -> None:
    found = asked({"schemas/report.schema.json": "{"})
    assert [(one.path, one.line, one.column, one.code) for one in found.findings] == [
        ("schemas/report.schema.json", 1, 1, "D809")
    ]
    assert found.findings[0].details["problem"] in ZH.message(found.findings[0])
    assert (found.taken, found.verdict) == ((), "refuse")


def test_what_stood_needs_no_slip_of_the_day() -> None:
    """``judged`` is what an audit asks ever after: it reads nothing but what was added, and on no day."""
    it = proposed({REPORT: REPORTED.replace("2019-10-31", "2019-12-31")})
    found = judged(it, submitted(), registry())
    assert (found.findings, found.taken) == ((), ())
    assert [(one.state, one.reason) for one in found.standing] == [("not_entitled", "day_ahead")]


def test_of_two_that_take_a_number_the_later_is_refused() -> None:
    one, other = asked({REPORT: REPORTED}), asked({REPORT: REPORTED.replace("十月", "本月"), SCAN: "1"})
    found = in_turn({5: one, 3: other, 9: one}, lambda _, __: False)
    message = "「2019/002」已由在先的合并请求 #5 取用，两个只能合并一个。"
    assert [*found] == [5, 3, 9]
    assert found[5] == one
    assert told(found[3].findings) == told(found[9].findings) == [(REPORT, 1, 1, "G114", message)]
    assert found[3].change == other.change
    related = in_turn({5: one, 3: other, 9: one}, lambda pull, first: {pull, first} == {3, 5})
    assert (related[3].findings, [item.code for item in related[9].findings]) == ((), ["G114"])
    another = asked({"reports/2019/003.yml": REPORTED.replace("2019/002", "2019/003").replace("十月", "本月")})
    assert in_turn({5: one, 3: another}, lambda _, __: False) == {5: one, 3: another}
    slip = replace(other, findings=(Finding("z", 1, 1, "D902", {"id": "1"}),))
    assert [item.code for item in in_turn({5: one, 3: slip}, lambda _, __: False)[3].findings] == ["G114", "D902"]
