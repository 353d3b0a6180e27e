"""Entries and amendments from the command line, with ``--set`` or at a terminal, and what shells complete."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import AS_OF, Outcome
from duban.answer import UnclearError, choices, meant
from duban.cli.entering import Desk
from duban.load import Readings, read
from duban.parse import parse
from duban.repository import tree_of
from duban.schema import Field, Schemas
from duban.spelling import initials, spells, within
from test_adding import is_only_longer
from typist import at_terminal

Run = Callable[..., Outcome]
Copy = Callable[..., Path]
OPEN, CLOSING = "2019-0051", "2019-0009"
FILE = f"items/2019/{OPEN}.yml"
PROGRESS = ("--set", "percent=60", "--set", "progress=已建成9个，其余6个在建。")


def test_what_may_be_added_is_listed_what_is_awaited_first(run: Run, root: Path) -> None:
    told = run("-C", root, "add", OPEN, "--format", "json").json
    assert (told["item"], told["as_of"]) == (OPEN, AS_OF)
    first = told["openings"][0]
    assert first == {
        "entry": "/progress/2",
        "name": "progress",
        "kind": "progress",
        "title": "进展报告",
        "roles": ["liaison"],
    }
    shown = run("-C", root, "add", OPEN)
    assert shown.out.split("\n")[1].split() == ["progress", "进展报告", "/progress/2", "单位联络员"]


def test_an_entry_is_added_with_what_is_known(run: Run, copy_of: Copy) -> None:
    folder = copy_of()
    before = (folder / FILE).read_text(encoding="utf-8")
    found = run("-C", folder, "add", "进展报告", OPEN, *PROGRESS)
    assert (found.code, found.out, found.err) == (0, f"{FILE}\n", "")
    after = (folder / FILE).read_text(encoding="utf-8")
    assert is_only_longer(before, after)
    assert parse(FILE, after.encode())[0]["progress"][-1] == {
        "on": AS_OF,
        "unit": "civil-affairs",
        "reporter": "civil-affairs-liaison",
        "progress": "已建成9个，其余6个在建。",
        "percent": 60,
        "signed": [{"role": "liaison", "by": "civil-affairs-liaison", "on": AS_OF}],
    }
    assert read(tree_of(folder)).findings(AS_OF) == []


def test_what_comes_with_an_entry_is_added_with_it(run: Run, copy_of: Copy) -> None:
    """A close-out is granted by a decision, and by the day of the finish beside it (D506)."""
    folder = copy_of()
    path = f"items/2019/{CLOSING}.yml"
    text = (folder / path).read_text(encoding="utf-8")
    data = parse(path, text.encode())[0]
    ends = {name for name in ("feedback", "archive", "look_backs", "report") if name in data}
    (notice,) = data["closure_notices"]
    decided, finished = notice.pop("decision"), notice.pop("finished_on")
    from duban.writing import file_text

    kept = {name: value for name, value in data.items() if name not in ends - {"report"}}
    (folder / path).write_text(file_text(kept, Schemas.of(tree_of(folder)).field("item")), encoding="utf-8")
    entry = ("closure_decision", CLOSING, "--set", f"on={decided['on']}", "--set", "result=同意")
    refused = run("-C", folder, "add", *entry)
    assert (refused.code, "D506" in refused.err) == (1, True)
    granted = run("-C", folder, "add", *entry, "--set", f"finished_on={finished}")
    assert granted.code == 0, granted.err
    (now,) = parse(path, (folder / path).read_bytes())[0]["closure_notices"]
    assert (now["finished_on"], now["decision"]["by"], now["decision"]["result"]) == (finished, "director", "同意")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("add", "progress"), 2, "事项编号"),
        (("add", "feedback", OPEN), 2, "现在不能加「feedback」"),
        (("add", "progress", "2019-9999"), 2, "没有事项"),
        (("add", "progress", OPEN), 1, "D101"),
        (("add", "progress", OPEN, *PROGRESS, "--set", "unit=局"), 1, "D201"),
        (("add", "progress", OPEN, *PROGRESS, "--set", "nonsense=1"), 2, "没有可填的字段"),
        (("add", "visit", OPEN, "--set", "place=凤鸣社区", "--set", "method=暗访", "--set", "finding=无"), 1, "D101"),
        (("amend", OPEN, "/task_notice/deadline", "--to", "2019-12-31", "--reason", "改期。"), 1, "D311"),
        (("amend", OPEN, "/task_notice/nothing", "--to", "x", "--reason", "改。"), 2, "没有字段"),
        (("amend", OPEN, "title", "--to", "城市社区老年日间照料中心建设", "--reason", "改。"), 2, "已经是"),
        (("amend", OPEN, "title", "--reason", "改。"), 2, "--to"),
    ],
)
def test_what_is_refused_leaves_every_byte(
    run: Run, copy_of: Copy, arguments: tuple[str, ...], code: int, said: str
) -> None:
    folder = copy_of(items=[OPEN])
    before = (folder / FILE).read_bytes()
    found = run("-C", folder, *arguments)
    assert (found.code, found.out) == (code, "")
    assert said in found.err
    assert (folder / FILE).read_bytes() == before


def test_a_field_is_put_right(run: Run, copy_of: Copy) -> None:
    folder = copy_of()
    for place, to, stands in (
        ("task_notice.co_units", "城区、gaoping", ["chengqu", "gaoping"]),
        ("/task_notice/contact", "section1-head", "section1-head"),
        ("/progress/0/percent", "30", 30),
    ):
        found = run("-C", folder, "amend", OPEN, place, "--to", to, "--reason", "核对后更正。")
        assert (found.code, found.out) == (0, f"{FILE}\n"), found.err
        data = parse(FILE, (folder / FILE).read_bytes())[0]
        assert data["amendments"][-1]["new"] == stands
        assert data["amendments"][-1]["signed"] == [{"role": "director", "by": "director", "on": AS_OF}]
    assert read(tree_of(folder)).findings(AS_OF) == []
    again = run("-C", folder, "amend", OPEN, "/progress/0/percent", "--to", "31", "--reason", "再更正。")
    assert again.code == 0
    assert parse(FILE, (folder / FILE).read_bytes())[0]["amendments"][-1]["old"] == 30


def test_nothing_is_written_over_what_somebody_else_wrote_meanwhile(
    run: Run, copy_of: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = copy_of()
    looked = Desk.findings

    def meanwhile(self: Desk, path: str, content: bytes) -> object:
        (folder / FILE).write_bytes((folder / FILE).read_bytes() + b"# noted\n")
        return looked(self, path, content)

    monkeypatch.setattr(Desk, "findings", meanwhile)
    found = run("-C", folder, "add", "progress", OPEN, *PROGRESS)
    assert (found.code, found.out) == (2, "")
    assert "被改动" in found.err
    assert (folder / FILE).read_bytes().endswith(b"# noted\n")
    assert len(parse(FILE, (folder / FILE).read_bytes())[0]["progress"]) == 2


def test_a_visit_is_filled_in_at_a_terminal(copy_of: Copy) -> None:
    folder = copy_of(as_of="2019-11-04")
    with at_terminal(folder, "add", "visit", OPEN) as typist:
        typist.says("督查日期", "2019/11/2")
        typist.sees("周六，休息日")
        typist.says("地点 - ")
        typist.sees("必填")
        typist.types("凤鸣社区")
        typist.says("4 随机抽查", "4")
        typist.says("督查人员 - ", "section1-head、无此人")
        typist.sees("没有「无此人」")
        typist.presses("\x15")
        typist.types("section1-head、section1-staff-2")
        typist.says("参与群众（选填）", "-")
        typist.says("参加的群众代号（选填）", "")
        typist.says("发现情况 - ", "备餐间仍无排烟设施。")
        typist.says("督办要求（选填）")
        typist.sees("签字人 - ")
        typist.sees(">")
        typist.types("section1-head")
        typist.sees("+  - on: 2019-11-02")
        typist.sees("写入")
        typist.types()
        assert typist.ends() == 0
    visit = parse(FILE, (folder / FILE).read_bytes())[0]["visits"][-1]
    assert visit == {
        "on": "2019-11-02",
        "place": "凤鸣社区",
        "method": "随机抽查",
        "visitors": ["section1-head", "section1-staff-2"],
        "finding": "备餐间仍无排烟设施。",
        "signed": [{"role": "supervisor", "by": "section1-head", "on": "2019-11-02"}],
    }


def test_what_is_wrong_is_filled_in_again_with_the_answers_kept(copy_of: Copy) -> None:
    folder = copy_of()
    reason = "城区三处场地产权未落实。"
    with at_terminal(folder, "add", "extension", OPEN) as typist:
        for question, answer in (
            ("申请日期", ""),
            ("申请单位", ""),
            ("申请人", ""),
            ("延期理由", reason),
            ("滞后原因", ""),
            ("目前进展", "\x1b\r另6个在建。"),
            ("原定时限", ""),
            ("申请时限", "2019-11-28"),
        ):
            typist.says(f"{question}", answer)
        typist.sees("填写「")
        typist.types("n")
        typist.sees("D509")
        typist.sees("从头再填一遍")
        typist.types("y")
        for question in ("申请日期", "申请单位", "申请人", "延期理由", "滞后原因", "目前进展", "原定时限"):
            typist.says(question)
        typist.says("申请时限", "2019-12-20")
        typist.sees("填写「")
        typist.types("n")
        typist.sees("写入")
        typist.types("y")
        assert typist.ends() == 0
    extension = parse(FILE, (folder / FILE).read_bytes())[0]["extensions"][-1]
    assert (extension["new_deadline"], extension["reason"]) == ("2019-12-20", reason)
    assert extension["progress"].endswith("\n另6个在建。")
    assert read(tree_of(folder)).findings(AS_OF) == []


def test_a_new_item_is_filled_in_at_a_terminal(copy_of: Copy) -> None:
    folder = copy_of()
    with at_terminal(folder, "new", "--set", "openness=主动公开") as typist:
        typist.says("督查事项 - ", "白水街路灯不亮")
        typist.says("紧急程度", "3")
        typist.says("级别（选填）", "-")
        typist.says("三点分类", "焦点")
        typist.says("专项督查（选填）", "")
        typist.says("年度计划（选填）", "")
        typist.says("收件日期", "")
        typist.says("登记人", "")
        typist.says("网民留言", "网民留言")
        typist.says("来源文号", "")
        typist.says("来文日期", "")
        typist.sees("再加一行")
        typist.types("")
        typist.says("来件摘要", "网民反映白水街二十余盏路灯不亮。")
        typist.sees("写入")
        typist.types("")
        assert typist.ends() == 0
    made = parse("x", (folder / "items/2019/2019-0062.yml").read_bytes())[0]
    assert made["intake"]["sources"] == [{"type": "网民留言"}]
    assert made["intake"]["signed"] == [{"role": "registrar", "by": "registrar", "on": AS_OF}]
    assert read(tree_of(folder)).findings(AS_OF) == []


def test_leaving_writes_nothing(copy_of: Copy) -> None:
    folder = copy_of(items=[OPEN])
    before = (folder / FILE).read_bytes()
    with at_terminal(folder, "add", "progress", OPEN) as typist:
        typist.sees("报告日期")
        typist.sees(">")
        typist.presses("\x03")
        assert typist.ends() == 130
    assert (folder / FILE).read_bytes() == before


def test_units_and_people_are_called_as_people_call_them(readings: Readings, schemas: Schemas) -> None:
    notice = schemas.field("tracking-notice")
    unit, person, co = notice.properties["to_unit"], notice.properties["contact"], notice.properties["cc"]

    def said(here: Field, typed: str) -> object:
        return meant(here, typed, choices(here, readings.registry, AS_OF, "zh"))

    assert [initials(name) for name in ("市民政局", "协调督办单", "重办")] == ["smzj", "xtdbd", "cb"]
    assert [within(typed, "副局长") for typed in ("jz", "jc", "fz")] == [True, True, False]
    assert [spells(typed, "副局长") for typed in ("FJZ", "jz")] == [True, False]
    assert {said(unit, typed) for typed in ("civil-affairs", "市民政局", "smzj", "SMZJ", "晋城市民政局")} == {
        "civil-affairs"
    }
    assert said(co, "城区，smzj 泽州县") == ["chengqu", "civil-affairs", "zezhou"]
    assert said(person, "市长") == "mayor"
    assert said(notice.properties["colour"], "2") == "黄"
    assert said(notice.properties["deadline"], "2019年11月1日") == "2019-11-01"
    with pytest.raises(UnclearError) as unclear:
        said(unit, "局")
    assert len(unclear.value.candidates) > 5
    with pytest.raises(UnclearError):
        said(unit, "无此单位")


def completed(folder: Path, line: str) -> list[str]:
    """What a shell is told that the line may go on with."""
    told = folder / "told"
    asked = {
        **os.environ,
        "_ARGCOMPLETE": "1",
        "_ARGCOMPLETE_IFS": "\n",
        "_ARGCOMPLETE_SUPPRESS_SPACE": "1",
        "_ARGCOMPLETE_STDOUT_FILENAME": str(told),
        "COMP_LINE": line,
        "COMP_POINT": str(len(line.encode())),
    }
    subprocess.run([sys.executable, "-m", "duban.cli"], cwd=folder, env=asked, check=True)
    return told.read_text(encoding="utf-8").split("\n")


def test_shells_complete_commands_ids_entries_and_fields(copy_of: Copy) -> None:
    folder = copy_of()
    assert completed(folder, "duban am") == ["amend"]
    assert completed(folder, "duban add progress 2019-005") == [f"2019-005{n}" for n in range(10)]
    assert completed(folder, "duban add rep") == ["report"]
    assert "/task_notice/contact" in completed(folder, f"duban amend {OPEN} /task_notice/con")
    assert not any("signed" in one for one in completed(folder, f"duban amend {OPEN} /"))
