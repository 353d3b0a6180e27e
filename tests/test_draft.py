"""Drafted notices: when the policy calls for one, what stands in it, and the branches that come and go with them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conftest import AS_OF, ROOT, GitFolder, Outcome
from duban.calendar import WorkCalendar
from duban.language import language
from duban.load import Readings
from duban.model import Item, Ledger, Registry
from duban.notice_draft import LISTS, Drafter, Proposal
from duban.reader import Reader
from duban.repository import tree_of
from duban.schema import Schemas
from duban.status import statuses
from duban.writing import file_text
from records import LEAD, POLICY, closure, extension, noticed
from test_reminder import person

CALENDAR = WorkCalendar({})
FIELDS = Schemas.of(tree_of(ROOT)).field("item")
RULES = {
    **POLICY,
    "series": {"tracking": "晋督跟", "coordination": "晋督协"},
    "tracking": {
        "colours": ["蓝", "黄", "橙", "红"],
        "reply_within_workdays": 3,
        "bulletin_after_workdays": 5,
        "interview_after_red": 3,
    },
    "signatures": {kind: ["director"] for kind in ("tracking_notice", "coordination_notice", "measure")},
}
LATE = "2019-09-23"
"""The working day after the deadline of these records."""


def called_for(record: Any, day: str, **changed: Any) -> list[Proposal]:
    record = {"urgency": "平件", **record}
    record["task_notice"] = {"contact_phone": "0356-2000000", **record["task_notice"]}
    registry = Registry({}, {"director": person("director", "office", "director")}, {}, {}, {**RULES, **changed})
    ledger = Ledger({record["id"]: Item("", record)}, (), {}, registry, ())
    taken = [one["form_no"] for name in LISTS.values() for one in record.get(name, ()) if "form_no" in one]
    drafter = Drafter(ledger, FIELDS, day, CALENDAR, language("zh"), taken)
    return [*drafter.proposals(statuses(ledger, day, CALENDAR))]


def brief(record: Any, day: str) -> list[tuple[str, str, str]]:
    return [
        (one.kind, one.why, str(one.entry.get("colour", one.entry.get("kind", "")))) for one in called_for(record, day)
    ]


def tracked(*given: tuple[str, str, str, str]) -> list[Any]:
    """Tracking notices: issued, colour, reply by, replied ("" for not)."""
    return [
        {
            "form_no": f"晋督跟〔2019〕{number}号",
            "issued_on": issued,
            "seq": number,
            "colour": colour,
            "to_unit": LEAD,
            "reply_by": by,
            **(
                {"reply": {"on": replied, "progress": "已进场。", "next_steps": "x", "reporter": "y"}}
                if replied
                else {}
            ),
        }
        for number, (issued, colour, by, replied) in enumerate(given, 1)
    ]


UNANSWERED = tracked(("2019-09-23", "蓝", "2019-09-26", ""))
RED = tracked(
    ("2019-09-23", "红", "2019-09-26", "2019-09-26"),
    ("2019-10-09", "红", "2019-10-12", "2019-10-12"),
    ("2019-10-21", "红", "2019-10-24", ""),
)


@pytest.mark.parametrize(
    ("record", "day", "expected"),
    [
        (noticed(), "2019-09-20", []),
        (noticed(), LATE, [("tracking_notice", "overdue", "蓝")]),
        ({**noticed(), "urgency": "特急"}, LATE, [("tracking_notice", "overdue", "黄")]),
        (
            noticed({"milestones": [{"name": "进场", "due": "2019-09-09"}]}),
            "2019-09-10",
            [("tracking_notice", "behind", "蓝")],
        ),
        (noticed(tracking_notices=UNANSWERED), "2019-09-26", []),
        (noticed(tracking_notices=UNANSWERED), "2019-09-27", [("tracking_notice", "unanswered", "黄")]),
        (
            noticed(tracking_notices=UNANSWERED),
            "2019-10-09",
            [("measure", "bulletin", "通报"), ("tracking_notice", "unanswered", "黄")],
        ),
        (noticed(tracking_notices=tracked(("2019-09-23", "蓝", "2019-09-26", "2019-09-25"))), "2019-09-27", []),
        (
            noticed(tracking_notices=tracked(("2019-09-23", "蓝", "2019-09-26", "2019-09-25"))),
            "2019-10-09",
            [("tracking_notice", "still", "黄")],
        ),
        (
            noticed(tracking_notices=RED),
            "2019-10-25",
            [("measure", "interview", "约谈"), ("tracking_notice", "unanswered", "红")],
        ),
        (
            noticed(tracking_notices=RED, measures=[{"kind": "约谈", "on": "2019-10-10", "unit": LEAD, "reason": "r"}]),
            "2019-10-25",
            [("measure", "accountability", "问责"), ("tracking_notice", "unanswered", "红")],
        ),
        (
            noticed({"ack": {"by": "h", "on": "2019-09-03", "objection": "不属我局职责。"}}),
            "2019-09-04",
            [("coordination_notice", "objection", "")],
        ),
        (noticed(closure_notices=[closure()]), LATE, []),
        (noticed(extensions=[extension("同意")]), LATE, []),
        (noticed(extensions=[extension()]), LATE, []),
        (noticed(closure_notices=[closure(result="")]), LATE, []),
        (noticed(closure_notices=[closure(result="退回")]), LATE, [("tracking_notice", "overdue", "蓝")]),
    ],
)
def test_what_the_policy_calls_for(record: Any, day: str, expected: list[tuple[str, str, str]]) -> None:
    assert brief(record, day) == expected


def test_a_stuck_subtask_is_coordinated_once() -> None:
    def coordinated(issued: str, due: str) -> Any:
        task = {"unit": "power", "task": "迁改线路", "due": due}
        return {"form_no": "晋督协〔2019〕1号", "issued_on": issued, "subtasks": [task], "recheck_on": "2019-12-02"}

    (one,) = called_for(noticed(coordination_notices=[coordinated("2019-09-04", "2019-09-10")]), "2019-09-11")
    assert (one.why, one.entry["recipients"], one.entry["subtasks"][0]["task"]) == (
        "stuck",
        [LEAD, "power"],
        "迁改线路",
    )
    assert one.entry["form_no"] == "晋督协〔2019〕2号"
    again = [coordinated("2019-09-04", "2019-09-10"), coordinated("2019-09-11", "2019-09-17")]
    assert called_for(noticed(coordination_notices=again), "2019-09-12") == []


def test_a_notice_is_filled_in_from_the_ledger() -> None:
    report = {"on": "2019-09-18", "unit": LEAD, "reporter": "x", "progress": "已完成八成。", "cause": "funds"}
    (one,) = called_for(noticed(progress=[report]), LATE)
    entry = one.entry
    assert (entry["seq"], entry["days_overdue"], entry["deadline"], entry["cause"]) == (1, 1, "2019-09-20", "funds")
    assert entry["reply_by"] == "2019-09-26"
    assert (
        entry["finding"]
        == "截至2019-09-23，办结应于2019-09-20完成，已逾期3天。最近一次报告（2019-09-18）：已完成八成。"
    )
    assert "2019-09-26" in entry["requirement"]
    assert one.key == "2019-0001-overdue-20190920"


def test_every_draft_of_the_shipped_ledger_is_an_entry_that_lacks_only_a_persons_word(
    readings: Readings, schemas: Schemas, calendar: WorkCalendar
) -> None:
    """The check finds the brackets and nothing else, on several days of the autumn."""
    seen = set()
    for day in ("2019-08-30", "2019-09-12", "2019-09-24", "2019-10-16", "2019-10-22", "2019-10-31"):
        ledger = readings.ledger(day)
        found = [
            *Drafter(ledger, FIELDS, day, calendar, language("zh"), readings.form_numbers()).proposals(
                statuses(ledger, day, calendar)
            )
        ]
        for one in found:
            seen.add(one.kind)
            path = ledger.items[one.item].path
            name = LISTS[one.kind]
            record = {**ledger.items[one.item].record}
            record[name] = [*record.get(name, ()), one.entry]  # type: ignore[literal-required]
            content = file_text(record, schemas.field("item")).encode()  # type: ignore[arg-type]
            reading = Reader(schemas, readings.tree).item(path, content)
            index = len(record[name]) - 1  # type: ignore[literal-required]
            mine = [p for p in reading.problems if p.pointer[:2] == (name, index) and p.holds_on(day)]
            assert {problem.code for problem in mine} == {"D111"}, (one.key, mine)
    assert {"tracking_notice", "coordination_notice"} <= seen


@pytest.fixture
def repository(copy_of: Callable[..., Path]) -> GitFolder:
    made = GitFolder(copy_of())
    made.git("init", "--quiet", "--initial-branch", "main")
    made.commit()
    return made


def test_drafts_open_once_and_close_when_overtaken(repository: GitFolder, run: Callable[..., Outcome]) -> None:
    def outcomes(day: str) -> dict[str, str]:
        told = run("-C", repository.folder, "draft", "--branches", "--as-of", day, "--format", "json").json
        return {one["key"]: one["outcome"] for one in told["drafts"]}

    def branches() -> set[str]:
        return set(repository.git("for-each-ref", "--format=%(refname:short)", "refs/heads/draft/").split())

    first = outcomes(AS_OF)
    assert set(first.values()) == {"written"}
    assert branches() == {f"draft/{key}" for key in first}
    head = repository.git("rev-parse", "HEAD")
    for key in first:
        assert repository.git("rev-parse", f"draft/{key}~1") == head
        changed = repository.git("diff", "--numstat", "HEAD", f"draft/{key}").split()
        assert changed[1] == "0", "nothing is taken away"
        assert changed[2] == f"items/2019/{key[:9]}.yml"
    assert repository.git("status", "--porcelain") == ""
    tips = repository.git("for-each-ref", "refs/heads/draft/")
    assert set(outcomes(AS_OF).values()) == {"open"}
    assert repository.git("for-each-ref", "refs/heads/draft/") == tips

    taken, *others = sorted(first)
    repository.git("switch", "--quiet", f"draft/{taken}")
    (repository.folder / "note").write_text("went on")
    repository.commit()
    repository.git("switch", "--quiet", "main")
    before = outcomes("2019-07-20")
    assert {key: before[key] for key in first} == {taken: "taken_up", **dict.fromkeys(others, "overtaken")}
    assert branches() >= {f"draft/{taken}"}
    assert not branches() & {f"draft/{key}" for key in others}


def test_the_draft_is_refused_until_a_person_has_finished_it(
    repository: GitFolder, run: Callable[..., Outcome]
) -> None:
    run("-C", repository.folder, "draft", "--branches", "--as-of", AS_OF)
    (branch, *_) = repository.git("for-each-ref", "--format=%(refname:short)", "refs/heads/draft/").split()
    repository.git("switch", "--quiet", branch)
    checked = run("-C", repository.folder, "check", "--format", "json")
    assert {one["code"] for one in checked.json["findings"]} == {"D111"}
    for file in (repository.folder / "items").rglob("*.yml"):
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("【请核实后定稿：", "").replace("】", ""), encoding="utf-8")
    assert run("-C", repository.folder, "check").code == 0


def test_the_command(run: Callable[..., Outcome], tmp_path: Path, copy_of: Callable[..., Path]) -> None:
    shown = run("-C", ROOT, "draft", "--as-of", AS_OF)
    assert shown.code == 0
    assert "该起草" in shown.out
    assert "按规则没有该发的单子" in run("-C", ROOT, "draft", "--as-of", "2019-07-01").out
    nowhere = run("-C", copy_of("plain"), "draft", "--branches")
    assert nowhere.code == 2
    assert "Traceback" not in nowhere.err
