"""``duban summary`` on a real repository: what a change adds, as it will look, who must sign, and what is wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from conftest import ROOT, GitFolder, Outcome
from duban.parse import parse
from duban.schema import Schemas
from duban.writing import file_text

Run = Callable[..., Outcome]
Edit = Callable[[dict[str, Any]], object]
ITEM, OTHER, REPORT = "items/2019/2019-0051.yml", "items/2019/2019-0009.yml", "reports/2019/087.yml"
POLICY, ROSTER = "registry/policy.yml", "registry/people.yml"
HOSTILE = "a|b `c` <img src=x> [d](http://e.test) @org/f #1 ::error:: :shipit: www.g.test $h$ **i** \\|"
READER = MarkdownIt("commonmark", {"html": True}).enable("table")


class Branch:
    """A repository whose main branch stands still while the folder is edited."""

    def __init__(self, repository: GitFolder, schemas: Schemas) -> None:
        self.repository, self.folder, self.schemas = repository, repository.folder, schemas

    def read(self, path: str) -> str:
        return (self.folder / path).read_text(encoding="utf-8")

    def write(self, path: str, text: str) -> None:
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_text(text, encoding="utf-8")

    def edit(self, path: str, change: Edit) -> None:
        """Change the data of a file of the ledger."""
        data = parse(path, (self.folder / path).read_bytes())[0]
        change(data)
        name = {"item": "item", "repo": "report"}.get(path[:4]) or Path(path).stem
        self.write(path, file_text(data, self.schemas.field(name)))

    def start(self) -> None:
        """What there is now becomes the main branch; what follows is a branch of it."""
        self.repository.commit()
        self.repository.git("switch", "--quiet", "--create", "edit")

    def commit(self) -> str:
        return self.repository.commit("2019-11-01")


@pytest.fixture
def branch(copy_of: Callable[..., Path], git_folder: Callable[[Path], GitFolder], schemas: Schemas) -> Branch:
    """A ledger of one item on the main branch, with the files of another and of a report lying ready."""
    folder = copy_of(items=["2019-0009"])
    made = Branch(git_folder(folder), schemas)

    def accounts(people: dict[str, Any]) -> None:
        for number, person in enumerate(people["people"], 1):
            person["accounts"] = {"github": number}

    made.edit(ROSTER, accounts)
    return made


@pytest.fixture
def summary(run: Run, branch: Branch) -> Callable[..., Outcome]:
    def call(*arguments: str, base: str = "main") -> Outcome:
        return run("-C", branch.folder, "summary", "--base", base, *arguments)

    return call


def headings(markdown: str) -> list[str]:
    tokens = READER.parse(markdown)
    found = [tokens[index + 1] for index, token in enumerate(tokens) if token.type == "heading_open"]
    return [shown(token.content) for token in found]


def shown(source: str) -> str:
    """A piece of Markdown as a reader sees it."""
    inline = READER.parseInline(source)[0].children or []
    return "".join(token.content for token in inline if token.type == "text").replace("\u2060", "")


def tables(markdown: str) -> list[list[list[str]]]:
    """Every table as its rows of cells."""
    found: list[list[list[str]]] = []
    for before, token in pairwise(READER.parse(markdown)):
        if token.type == "table_open":
            found.append([])
        elif token.type == "tr_open":
            found[-1].append([])
        elif before.type in ("th_open", "td_open"):
            found[-1][-1].append(shown(token.content))
    return found


def table(markdown: str, *head: str) -> list[list[str]]:
    """The rows of the first table that has these columns."""
    return next(rows[1:] for rows in tables(markdown) if rows[0] == list(head))


SEATS = ("条目", "身份", "应签人", "状态", "说明")
ADDS = ("事项", "条目", "种类")
FINDINGS = ("位置", "代码", "问题", "怎样改")


def test_a_new_item_is_told_whole(branch: Branch, summary: Callable[..., Outcome]) -> None:
    branch.start()
    branch.write(ITEM, (ROOT / ITEM).read_text(encoding="utf-8"))
    branch.commit()
    found = summary()
    assert (found.code, found.err) == (0, "")
    title = "2019-0051 城市社区老年日间照料中心建设"
    assert headings(found.out)[:7] == [
        "○ 等待签字",
        "添加了什么",
        "谁要签字",
        "合并以后的下一步",
        "单子和条目的样式",
        title,
        "事项基本情况",
    ]
    assert [title, "任务通知单 › 签收", "签收"] in table(found.out, *ADDS)
    assert [title, "跟踪督查单 1", "跟踪督查单"] in table(found.out, *ADDS)
    seats = table(found.out, *SEATS)
    assert len(seats) == 11
    assert seats[4][:4] == ["2019-0051 任务通知单", "督查办主任", "市督查办主任", "○\xa0未签"]
    assert seats[4][4] == "请市督查办主任看过内容，在合并请求上点「批准」（Approve）。"
    step = table(found.out, "事项", "走到哪一步", "下一步", "责任单位", "期限")
    assert step == [[title, "办法确认", "完成节点「建成9个」，并报告进展", "市民政局", "2019-10-25"]]


def test_a_form_is_shown_as_it_will_be_on_paper(branch: Branch, summary: Callable[..., Outcome]) -> None:
    branch.start()
    branch.write(ITEM, (ROOT / ITEM).read_text(encoding="utf-8"))
    branch.commit()
    said = summary().out
    sheet = "\n".join(line[2:] for line in said.splitlines() if line.startswith(">"))
    assert "<b>任务通知单</b><br>平件　晋督任〔2019〕48号　签发人：市督查办主任" in sheet
    assert "<b>主送</b>：市民政局、城区、高平市、泽州县" in sheet
    rows = next(rows for rows in tables(sheet) if rows[0] == ["督查事项", "城市社区老年日间照料中心建设"])
    assert ["完成时限", "2019年11月29日"] in rows
    assert ["牵头单位", "市民政局"] in rows
    assert any(row[0] == "工作标准" and row[1].startswith("1. 15个城市社区") for row in rows)
    assert table(sheet, "节点名称", "完成期限") == [["建成9个", "2019-10-25"], ["15个全部运营", "2019-11-29"]]
    assert "市督查办　（印章）　2019年9月25日" in sheet
    assert table(sheet, "签收：单位", "签字", "日期")[0] == ["市民政局", "市民政局局长", "2019年9月26日"]
    assert "联系电话：0356-2198002" in sheet
    assert "<b>签字</b>：市督查办主任 2019-09-25" in sheet


def test_what_lies_within_a_form_is_told_in_its_cell(branch: Branch, summary: Callable[..., Outcome]) -> None:
    whole = branch.read(OTHER)
    branch.write(OTHER, whole[: whole.index("report:")])
    branch.start()
    branch.write(OTHER, whole[: whole.index("feedback:")])
    branch.commit()
    sheet = "\n".join(line[2:] for line in summary().out.splitlines() if line.startswith(">"))
    assert "| ✓ 事实清楚<br>✓ 问题解决<br>✓ 任务落实<br>" in sheet
    assert "核查方式：现场核查<br>核查人：督查专员（二）<br>核查日期：2019-09-06<br>" in sheet
    assert "<br><b>签字</b>：督查专员（二）（督查员） 2019-09-06 |" in sheet
    assert [row[1] for row in table(sheet, "工作标准", "是否达到", "佐证")] == ["是"] * 3


def test_only_what_is_added_is_shown(branch: Branch, summary: Callable[..., Outcome]) -> None:
    whole = branch.read(OTHER)
    branch.write(OTHER, whole[: whole.index("measures:")])
    branch.start()
    branch.write(OTHER, whole[: whole.index("report:")])
    branch.commit()
    found = summary()
    assert found.code == 0
    assert [row[1:] for row in table(found.out, *ADDS)] == [["督查措施 1", "督查措施"]]
    assert headings(found.out)[-2:] == ["2019-0009 市医院易址扩建项目拆迁", "督查措施 1"]
    assert ["措施", "约谈"] in table(found.out, "字段", "内容")
    assert "事项基本情况" not in found.out
    assert ">" not in re.sub(r"<[^<>]*>", "", found.out)


def test_what_comes_later_to_an_entry_is_called_by_its_place(branch: Branch, summary: Callable[..., Outcome]) -> None:
    def undone(data: dict[str, Any]) -> None:
        for name in ("done_on", "result"):
            del data["coordination_notices"][0]["subtasks"][1][name]
        data["proposal"]["signed"] = data["proposal"]["signed"][:1]

    def corrected(data: dict[str, Any]) -> None:
        data["approval"]["signed"].append({"role": "group_leader", "by": "secretary-general", "on": "2019-07-11"})
        amendment = {
            "on": "2019-11-01",
            "field": "/coordination_notices/0/positions/0/view",
            "old": data["coordination_notices"][0]["positions"][0]["view"],
            "new": "改写的意见。",
            "reason": "原写法有误。",
            "signed": [{"role": "director", "by": "director", "on": "2019-11-01"}],
        }
        data["amendments"] = [amendment]

    whole = branch.read(OTHER)
    branch.edit(OTHER, undone)
    branch.start()
    branch.write(OTHER, whole)
    branch.edit(OTHER, corrected)
    branch.commit()
    found = summary("--as-of", "2019-11-01")
    assert found.code == 0, found.out
    added = {row[1]: row[2] for row in table(found.out, *ADDS)}
    assert added["协调督办单 1 › 任务再分解 2 › 完成日期"] == "协调督办单"
    assert added["督查立项审批 › 签字 3"] == "立项审批"
    assert added["更正 1"] == "更正"
    assert "<b>签字</b>：市委常委、秘书长（督查工作领导小组组长） 2019-07-11" in found.out
    amended = table(found.out[found.out.index("#### 更正 1") :], "字段", "内容")
    assert ["更正字段", "协调督办单 1 › 各方意见 1 › 意见"] in amended


def test_a_report_is_shown_with_its_parts(branch: Branch, summary: Callable[..., Outcome]) -> None:
    branch.start()
    branch.write(REPORT, (ROOT / REPORT).read_text(encoding="utf-8"))
    branch.commit()
    found = summary()
    title = "2019/087 关于“太行一号旅游公路沿线旅游厕所建设”办理结果的报告"
    assert table(found.out, *ADDS) == [[title, "督查报告", "督查专报与通报"]]
    assert table(found.out, *SEATS)[0][:3] == ["2019/087 督查报告", "督查办主任", "市督查办主任"]
    assert [row[0] for row in table(found.out, "标题", "正文")] == ["办理结果", "核查和试用", "遗留和建议"]
    assert "合并以后的下一步" not in headings(found.out)


def test_what_is_wrong_stands_first_with_its_place(branch: Branch, summary: Callable[..., Outcome]) -> None:
    branch.start()
    text = branch.read(OTHER)
    branch.write(OTHER, text.replace("urgency: 特急", "urgency: 平件"))
    branch.write(POLICY, branch.read(POLICY).replace("first_feedback_days: 3", "first_feedback_days: 4"))
    branch.commit()
    found = summary()
    assert found.code == 1
    assert headings(found.out)[:2] == ["✗ 现在不能合并", "先要改正的问题"]
    line = text.splitlines().index("urgency: 特急") + 1
    rows = table(found.out, *FINDINGS)
    assert [row[:2] for row in rows] == [[f"{OTHER}:{line}", "错误 D901"], [f"{POLICY}:1", "错误 G105"]]
    assert rows[0][2] == "「紧急程度」已经合并签字，不能改动。"
    assert "督查规则的改动" in rows[1][2]
    assert table(found.out, "部分", "文件") == [["督查规则的改动", POLICY]]


def test_a_file_that_cannot_be_read_is_named(branch: Branch, summary: Callable[..., Outcome]) -> None:
    branch.start()
    branch.write(ITEM, "id: 2019-0051\ntitle: [\n")
    branch.commit()
    found = summary()
    assert found.code == 1
    assert any(row[0].startswith(f"{ITEM}:") for row in table(found.out, *FINDINGS))
    assert "没有给台账添加条目。" in found.out


def test_schemas_that_cannot_be_read_are_named(branch: Branch, summary: Callable[..., Outcome]) -> None:
    branch.start()
    branch.write("schemas/item.schema.json", "{")
    branch.write(ITEM, (ROOT / ITEM).read_text(encoding="utf-8"))
    branch.commit()
    found = summary()
    assert found.code == 1
    assert ["schemas/item.schema.json:1", "错误 D809"] in [row[:2] for row in table(found.out, *FINDINGS)]


def test_a_valid_item_in_a_strange_place_is_told_of(branch: Branch, summary: Callable[..., Outcome]) -> None:
    branch.start()
    branch.write("items/somewhere/else.yml", (ROOT / ITEM).read_text(encoding="utf-8"))
    branch.commit()
    found = summary()
    assert found.code == 1
    assert ["items/somewhere/else.yml:1", "错误 D015"] in [row[:2] for row in table(found.out, *FINDINGS)]
    assert table(found.out, *ADDS)[0][0] == "else 城市社区老年日间照料中心建设"


def test_entries_are_not_shown_by_forms_that_came_with_them(branch: Branch, summary: Callable[..., Outcome]) -> None:
    branch.start()
    branch.write(ITEM, (ROOT / ITEM).read_text(encoding="utf-8"))
    schema = branch.read("schemas/item.schema.json")
    branch.write("schemas/item.schema.json", schema.replace("督查收件登记", "已签"))
    branch.commit()
    found = summary()
    assert found.code == 1
    assert "错误 G105" in [row[1] for row in table(found.out, *FINDINGS)]
    assert "单子和条目的样式" not in headings(found.out)
    assert ["2019-0051 城市社区老年日间照料中心建设", "/intake", "收件登记"] in table(found.out, *ADDS)


def test_without_rules_to_sign_by_the_entries_are_listed_all_the_same(
    branch: Branch, summary: Callable[..., Outcome]
) -> None:
    branch.write(POLICY, "language: [\n")
    branch.start()
    branch.write(ITEM, (ROOT / ITEM).read_text(encoding="utf-8"))
    branch.commit()
    found = summary("--as-of", "2019-10-31")
    assert found.code == 1
    assert "错误 G112" in [row[1] for row in table(found.out, *FINDINGS)]
    assert "/task_notice" in [row[1] for row in table(found.out, *ADDS)]


def test_hostile_text_stays_text(branch: Branch, summary: Callable[..., Outcome]) -> None:
    branch.start()
    branch.write(ITEM, (ROOT / ITEM).read_text(encoding="utf-8"))

    def infect(data: dict[str, Any]) -> None:
        data["title"] = HOSTILE
        data["intake"]["summary"] = f"- {HOSTILE}\n\n# {HOSTILE}"
        data["intake"]["sources"][0]["text"] = HOSTILE
        data["task_notice"]["content"] = f"> {HOSTILE}"
        data["task_notice"]["standards"][0] = HOSTILE
        data["task_notice"]["milestones"][0]["name"] = HOSTILE
        data["progress"][0]["progress"] = f"1. {HOSTILE}"

    branch.edit(ITEM, infect)
    branch.write("tools/`x`|<b>@y.py", "")
    branch.commit()
    found = summary()
    said = [token for token in READER.parse(found.out) if token.type == "inline"]
    kinds = {child.type for token in said for child in token.children or []}
    assert kinds <= {"text", "html_inline", "code_inline"}
    ours = {child.content for token in said for child in token.children or [] if child.type == "html_inline"}
    assert ours == {"<b>", "</b>", "<br>", "<span>", "</span>"}
    assert all(len(row) == len(rows[0]) for rows in tables(found.out) for row in rows)
    assert any(HOSTILE in heading for heading in headings(found.out))
    assert any(cell == f"> {HOSTILE}" for rows in tables(found.out) for row in rows for cell in row)
    assert not {token.type for token in READER.parse(found.out)} & {"html_block", "fence", "code_block", "hr"}


def test_the_codes_to_paste_are_shown_where_approvals_are_bound_by_them(
    branch: Branch, summary: Callable[..., Outcome]
) -> None:
    branch.write(POLICY, branch.read(POLICY).replace("binding: head", "binding: code"))
    branch.start()
    branch.write(ITEM, (ROOT / ITEM).read_text(encoding="utf-8"))
    branch.commit()
    said = summary().out
    assert len(re.findall(r"^\| \S+ \| `[0-9a-f]{32}` \|$", said, re.MULTILINE)) == 7
    branch.write(POLICY, branch.read(POLICY).replace("binding: code", "binding: head"))
    branch.repository.git("checkout", "--quiet", "main")
    assert "签批码" not in headings(summary(base="HEAD").out)


def test_a_change_of_the_rules_says_who_must_sign_it(branch: Branch, summary: Callable[..., Outcome]) -> None:
    branch.start()
    branch.write(POLICY, branch.read(POLICY).replace("first_feedback_days: 3", "first_feedback_days: 4"))
    branch.commit()
    found = summary()
    assert found.code == 0
    assert table(found.out, *SEATS)[0][:3] == ["督查规则的改动", "督查办主任", "督查办主任"]
    assert "单子和条目的样式" not in headings(found.out)


def test_nothing_changed_needs_no_signature(branch: Branch, summary: Callable[..., Outcome]) -> None:
    branch.start()
    branch.commit()
    found = summary()
    assert found.code == 0
    assert headings(found.out) == ["✓ 签字齐全，可以合并", "添加了什么", "谁要签字"]
    assert "不需要签字。" in found.out


def test_it_is_appended_whole(branch: Branch, summary: Callable[..., Outcome], tmp_path: Path) -> None:
    branch.start()
    branch.write(ITEM, (ROOT / ITEM).read_text(encoding="utf-8"))
    branch.commit()
    out = tmp_path / "summary.md"
    out.write_text("# 前\n", encoding="utf-8")
    printed = summary()
    appended = summary("--out", str(out))
    assert (appended.code, appended.out) == (0, "")
    assert out.read_text(encoding="utf-8") == "# 前\n" + printed.out
    refused = summary("--out", str(tmp_path))
    assert refused.code == 2
    assert str(tmp_path) in refused.err


def test_a_summary_that_is_too_long_keeps_what_matters(
    branch: Branch, summary: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    branch.start()
    branch.write(ITEM, (ROOT / ITEM).read_text(encoding="utf-8"))
    branch.commit()
    whole = summary().out
    monkeypatch.setattr("duban.publish.pull_summary._LARGEST", 6000)
    monkeypatch.setattr("duban.publish.pull_summary._ROWS", 5)
    cut = summary().out
    assert len(cut.encode()) < 8000 < len(whole.encode())
    assert headings(cut)[:3] == headings(whole)[:3]
    assert len(table(cut, *SEATS)) == 5
    assert cut.count("另有 6 行，这里从略。") == 2
    assert re.search(r"内容太长，这里从略 \d+ 项，请看文件本身：.*城市社区老年日间照料中心建设 任务通知单", cut)
    assert cut.endswith(whole[-40:])


def pull_file(path: Path, head: str, **parts: Any) -> Path:
    """GitHub's answer on a pull request."""
    repository = {"full_name": "jincheng/duban"}
    author = {"id": 3, "login": "writer", "type": "User"}
    document = {
        "number": 7,
        "state": "open",
        "title": "x",
        "draft": False,
        "merged": False,
        "user": author,
        "base": {"ref": "main", "repo": repository},
        "head": {"ref": "edit", "sha": head, "repo": repository},
        **parts,
    }
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_the_forges_answer_tells_which_revision_is_meant(
    branch: Branch, summary: Callable[..., Outcome], tmp_path: Path
) -> None:
    branch.start()
    branch.write(ITEM, (ROOT / ITEM).read_text(encoding="utf-8"))
    head = branch.commit()
    branch.repository.git("checkout", "--quiet", "main")
    pull = str(pull_file(tmp_path / "pull.json", head))
    found = summary("--pull", pull)
    assert found.code == 0
    assert len(table(found.out, *ADDS)) == 11
    other = summary("--pull", pull, "--head", "main")
    assert [row[1] for row in table(other.out, *FINDINGS)] == ["错误 G102"]
    pull = str(pull_file(tmp_path / "pull.json", head, base={"ref": "dev", "repo": {"full_name": "jincheng/duban"}}))
    assert [row[:2] for row in table(summary("--pull", pull).out, *FINDINGS)] == [["—", "错误 G101"]]


def test_reviews_given_too_tell_how_the_seats_stand(
    branch: Branch, summary: Callable[..., Outcome], tmp_path: Path
) -> None:
    branch.start()
    branch.write(REPORT, (ROOT / REPORT).read_text(encoding="utf-8"))
    head = branch.commit()
    people = parse(ROSTER, (branch.folder / ROSTER).read_bytes())[0]["people"]
    number = next(person["accounts"]["github"] for person in people if person["id"] == "director")
    review = {
        "id": 1,
        "user": {"id": number, "login": "director", "type": "User"},
        "body": "",
        "state": "CHANGES_REQUESTED",
        "submitted_at": "2019-10-30T09:00:00Z",
        "commit_id": head,
    }
    reviews = tmp_path / "reviews.json"
    reviews.write_text(json.dumps([review]), encoding="utf-8")
    found = summary("--pull", str(pull_file(tmp_path / "pull.json", head)), "--reviews", str(reviews))
    row = table(found.out, *SEATS)[0]
    assert row[3:] == ["✗\xa0要求修改", "按市督查办主任的意见修改后重新推送，再请其批准。"]


@pytest.mark.parametrize("content", ["{", "[]", '{"number": 1}'])
def test_an_answer_that_makes_no_sense_is_wrong_usage(
    branch: Branch, summary: Callable[..., Outcome], tmp_path: Path, content: str
) -> None:
    branch.start()
    file = tmp_path / "pull.json"
    file.write_text(content, encoding="utf-8")
    assert summary("--pull", str(file)).code == 2
    assert summary("--pull", str(tmp_path / "none.json")).code == 2


def test_unknown_revisions_and_shallow_clones_are_refused(
    branch: Branch, run: Run, summary: Callable[..., Outcome], tmp_path: Path
) -> None:
    branch.start()
    branch.commit()
    assert summary(base="no-such-branch").code == 2
    shallow = tmp_path / "shallow"
    branch.repository.git("clone", "--quiet", "--depth=1", f"file://{branch.folder}", str(shallow))
    refused = run("-C", shallow, "summary", "--base", "HEAD")
    assert refused.code == 2
    assert "git fetch --unshallow" in refused.err


def test_it_is_told_in_english_too(branch: Branch, run: Run) -> None:
    branch.start()
    branch.write(ITEM, (ROOT / ITEM).read_text(encoding="utf-8"))
    branch.commit()
    found = run("-C", branch.folder, "--lang", "en", "summary", "--base", "main")
    assert headings(found.out)[:3] == ["○ Waiting for signatures", "What it adds", "Who must sign"]
    seats = table(found.out, "Entry", "Role", "Who signs", "State", "What to do")
    assert seats[4][:3] == ["2019-0051 Task notice", "director of the office", "Director of the Supervision Office"]
    assert "Task notice" in headings(found.out)
