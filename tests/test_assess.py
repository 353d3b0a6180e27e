"""Ten units whose year was counted by hand, and the sheet that an organisation department works on."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import AS_OF, ROOT, Outcome
from duban.assess import DEFAULTS, RULES, Score, assess, weights
from duban.assessed import Assessed, assessed, waived
from duban.calendar import WorkCalendar
from duban.language import language
from duban.load import Readings
from duban.model import Item, Ledger
from duban.publish.assessment_page import workbook
from records import POLICY, closure, extension, noticed

CALENDAR = WorkCalendar({})
SCORE = {"base": 100, "late": -1, "returned": -2, "criticised": -2, "bonus_for_leader_praise": False}
RULED = {**POLICY, "score": SCORE}
DAY = "2019-10-31"
LED = 3
"""Every unit leads three items, so that all are ranked; those that nothing is told of were closed in time."""


def of_unit(unit: str, number: int, notice: Any = None, **parts: Any) -> Any:
    return {
        **noticed({"lead_unit": unit, **(notice or {})}, **parts),
        "id": f"2019-{number:04d}",
        "title": f"事项{number}",
    }


def tracking(unit: str, reply_by: str, replied: str = "", number: int = 1) -> Any:
    reply = {"reply": {"on": replied, "reporter": "x", "progress": "", "next_steps": ""}} if replied else {}
    return {
        "form_no": f"晋督跟〔2019〕{number}号",
        "to_unit": unit,
        "reply_by": reply_by,
        "issued_on": "2019-09-10",
        **reply,
    }


def coordination(*subtasks: tuple[str, str, str]) -> Any:
    tasks = [
        {"unit": unit, "task": "t", "due": due, **({"done_on": done} if done else {})} for unit, due, done in subtasks
    ]
    return {"form_no": "晋督协〔2019〕1号", "issued_on": "2019-09-05", "subtasks": tasks, "recheck_on": "2019-12-01"}


def measure(kind: str, unit: str, on: str) -> Any:
    return {"kind": kind, "unit": unit, "on": on, "reason": "r", "signed": []}


def in_time(unit: str, number: int, **parts: Any) -> Any:
    return of_unit(unit, number, closure_notices=[closure(applicant_unit=unit)], **parts)


def year() -> list[Any]:
    """Units a to j. What each loses is told by ``BY_HAND``."""
    items = []
    for index, unit in enumerate("abcdefghij"):
        items += [in_time(unit, 10 * index + number) for number in range(1, LED + 1)]
    by = {item["id"]: item for item in items}
    by["2019-0011"]["closure_notices"][0]["finished_on"] = "2019-09-25"  # b: finished five days late
    del by["2019-0021"]["closure_notices"]  # c: not finished
    by["2019-0031"]["tracking_notices"] = [
        tracking("d", "2019-09-13", "2019-09-16"),
        tracking("d", "2019-09-16", "2019-09-16", 2),
    ]
    by["2019-0041"]["closure_notices"].insert(0, closure(result="退回", applicant_unit="e", decided="2019-09-12"))
    by["2019-0041"]["closure_notices"].insert(0, closure(result="退回", applicant_unit="e", decided="2019-09-10"))
    by["2019-0051"]["measures"] = [measure("通报", "f", "2019-10-08"), measure("约谈", "f", "2019-10-09")]
    by["2019-0052"]["measures"] = [measure("问责", "f", "2019-10-10"), measure("通报", "f", "2018-12-31")]
    by["2019-0061"]["coordination_notices"] = [
        coordination(("g", "2019-09-12", "2019-09-13"), ("a", "2019-09-12", "2019-09-12"))
    ]
    del by["2019-0071"]["closure_notices"]  # h: an extension granted in time moves the deadline past the day
    by["2019-0071"]["extensions"] = [extension("同意", new="2019-11-29")]
    del by["2019-0081"]["closure_notices"]  # i: an extension that was refused moves nothing
    by["2019-0081"]["extensions"] = [extension("不同意", new="2019-11-29")]
    by["2019-0091"]["task_notice"]["ack"]["on"] = "2019-09-09"  # j: signed for late, which costs nothing by default
    by["2019-0091"]["look_backs"] = [{"on": "2019-10-20", "by": "x", "finding": "f", "result": "反弹"}]
    return items


BY_HAND = {
    "a": (100, 1),
    "b": (99, 4),
    "c": (99, 4),
    "d": (99, 4),
    "e": (96, 9),
    "f": (96, 9),
    "g": (99, 4),
    "h": (100, 1),
    "i": (99, 4),
    "j": (100, 1),
}


def scored(items: list[Any], policy: Any = RULED, waived: Any = ()) -> list[Score]:
    return assess([Item("", one) for one in items], policy, 2019, DAY, CALENDAR, waived)


def test_ten_units_as_counted_by_hand() -> None:
    found = {one.unit: one for one in scored(year())}
    assert {unit: (int(one.total), one.rank) for unit, one in found.items()} == BY_HAND
    assert {unit for unit, one in found.items() if one.tied} == set(BY_HAND)
    by_unit = {
        unit: [(p.rule, p.item, p.entry, p.on, int(p.points)) for p in one.points] for unit, one in found.items()
    }
    assert by_unit == {
        "a": [],
        "b": [("late", "2019-0011", "/task_notice", "2019-09-20", -1)],
        "c": [("late", "2019-0021", "/task_notice", "2019-09-20", -1)],
        "d": [("late_reply", "2019-0031", "/tracking_notices/0", "2019-09-13", -1)],
        "e": [
            ("returned", "2019-0041", "/closure_notices/0", "2019-09-10", -2),
            ("returned", "2019-0041", "/closure_notices/1", "2019-09-12", -2),
        ],
        "f": [
            ("criticised", "2019-0051", "/measures/0", "2019-10-08", -2),
            ("interviewed", "2019-0051", "/measures/1", "2019-10-09", -2),
        ],
        "g": [("late_subtask", "2019-0061", "/coordination_notices/0", "2019-09-12", -1)],
        "h": [],
        "i": [("late", "2019-0081", "/task_notice", "2019-09-20", -1)],
        "j": [],
    }


def test_removing_one_entry_changes_exactly_the_points_that_name_it() -> None:
    whole = {point for one in scored(year()) for point in one.points}
    for item, name in (
        ("2019-0031", "tracking_notices"),
        ("2019-0051", "measures"),
        ("2019-0061", "coordination_notices"),
    ):
        items = deepcopy(year())
        for one in items:
            if one["id"] == item:
                del one[name]
        left = {point for one in scored(items) for point in one.points}
        assert whole - left == {point for point in whole if point.item == item and point.entry.startswith(f"/{name}")}
        assert left < whole


def test_weights_are_the_policys() -> None:
    ours = {**SCORE, "late": -5, "late_ack": -0.5, "rebounded": -3, "held_accountable": -10, "co_unit_share": 0.6}
    items = year()
    next(one for one in items if one["id"] == "2019-0011")["task_notice"]["co_units"] = ["a"]
    found = {one.unit: one for one in scored(items, {**RULED, "score": ours})}
    assert found["j"].total == Decimal("96.5")
    assert found["f"].total == Decimal(86)
    assert found["b"].total == Decimal(95)
    assert (found["a"].total, found["a"].points[0].share, found["a"].joined) == (Decimal("97.0"), Decimal("0.6"), 1)


def test_an_upheld_objection_waives_its_point_only() -> None:
    key = next(one for one in scored(year()) if one.unit == "e").points[0].key
    found = {one.unit: one for one in scored(year(), waived={key})}
    assert found["e"].total == 98
    assert [point.waived for point in found["e"].points] == [True, False]
    assert found["f"].total == 96


def test_few_items_give_a_score_and_no_rank() -> None:
    items = [one for one in year() if one["task_notice"]["lead_unit"] != "c" or one["id"] == "2019-0021"]
    last = scored(items)[-1]
    assert (last.unit, last.rank, last.led, int(last.total)) == ("c", 0, 1, 99)


def test_nothing_falls_below_zero_and_later_days_do_not_count() -> None:
    harsh = {**RULED, "score": {**SCORE, "criticised": -300}}
    assert next(one for one in scored(year(), harsh) if one.unit == "f").total == 0
    early = assess([Item("", one) for one in year()], RULED, 2019, "2019-09-15", CALENDAR)
    assert sum(len(one.points) for one in early) == 4  # d's reply, g's subtask, both returns of e


@given(st.sets(st.sampled_from([item["id"] for item in year()])))
def test_scores_of_a_part_lose_no_more_than_those_of_the_whole(left_out: set[str]) -> None:
    whole = {one.unit: one for one in scored(year())}
    for one in scored([item for item in year() if item["id"] not in left_out]):
        assert one.total >= whole[one.unit].total


def test_every_point_of_the_shipped_ledger_names_an_entry_that_is_there(ledger: Ledger, calendar: WorkCalendar) -> None:
    found = assess(ledger.items.values(), ledger.registry.policy, 2019, AS_OF, calendar)
    points = [point for one in found for point in one.points]
    assert len(points) > 10
    for point in points:
        node: Any = ledger.items[point.item].record
        for part in point.entry.strip("/").split("/"):
            node = node[int(part)] if part.isdigit() else node[part]


def test_what_may_not_be_counted_can_not_be_configured(
    copy_of: Callable[..., Path], run: Callable[..., Outcome]
) -> None:
    folder = copy_of(items=())
    policy = folder / "registry/policy.yml"
    text = policy.read_text(encoding="utf-8")
    for old, new in (
        ("bonus_for_leader_praise: false", "bonus_for_leader_praise: true"),
        ("  base: 100", "  base: 100\n  leader_praise: 2"),
        ("  base: 100", "  base: 100\n  late_reply: 2"),
    ):
        policy.write_text(text.replace(old, new), encoding="utf-8")
        assert run("-C", folder, "check").code == 1


def test_every_weight_tells_its_source() -> None:
    for code in ("zh", "en"):
        for name in (*RULES, "base", "few_items", "co_unit_share"):
            assert language(code)(f"assess.source.{name}")
    assert DEFAULTS.keys() <= weights(RULED).keys()


def counted(readings: Readings, calendar: WorkCalendar) -> Assessed:
    """The year of the shipped ledger, with what was upheld in its assessment."""
    ledger = readings.ledger(AS_OF)
    return assessed(ledger.items.values(), ledger.registry.policy, 2019, AS_OF, calendar, ledger.assessments[2019])


@pytest.fixture(scope="session")
def sheet(readings: Readings, calendar: WorkCalendar) -> bytes:
    return workbook(counted(readings, calendar), readings.ledger(AS_OF), language("zh"))


def test_the_sheet_holds_formulas_and_what_they_give(sheet: bytes, readings: Readings, calendar: WorkCalendar) -> None:
    found = counted(readings, calendar).scores
    told = openpyxl.load_workbook(io.BytesIO(sheet), data_only=True)["各单位得分"]
    formulas = openpyxl.load_workbook(io.BytesIO(sheet))["各单位得分"]
    total = 4 + len(RULES) + 1
    for row, one in enumerate(found, 4):
        assert told.cell(row, total).value == float(one.total)
        assert told.cell(row, total + 1).value == (one.rank or "—")
        for column in (4, *range(5, total + 2)):
            assert str(formulas.cell(row, column).value).startswith("=")


@pytest.mark.skipif(not shutil.which("soffice"), reason="no LibreOffice on this machine")
def test_a_changed_weight_changes_every_sum_and_rank_in_libreoffice(
    sheet: bytes, readings: Readings, calendar: WorkCalendar, tmp_path: Path
) -> None:
    book = openpyxl.load_workbook(io.BytesIO(sheet))
    standard = book["计分标准"]
    changed = next(row for row in standard.iter_rows(min_row=4) if row[0].value == "逾期办结")
    changed[1].value = -7
    book.save(tmp_path / "changed.xlsx")
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    subprocess.run(
        [
            "soffice",
            profile,
            "--headless",
            "--convert-to",
            "csv:Text - txt - csv (StarCalc):44,34,76",
            "--outdir",
            str(tmp_path),
            str(tmp_path / "changed.xlsx"),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    rows = [*csv.reader((tmp_path / "changed.csv").read_text(encoding="utf-8").splitlines())]
    ledger = readings.ledger(AS_OF)
    policy = {**ledger.registry.policy, "score": {**ledger.registry.policy["score"], "late": -7}}
    wanted = {
        ledger.registry.unit_name(one.unit): (float(one.total), str(one.rank or "—"))
        for one in assess(ledger.items.values(), policy, 2019, AS_OF, calendar, waived(ledger.assessments[2019]))
    }
    total = 4 + len(RULES)
    heads = next(number for number, row in enumerate(rows) if row[0] == "单位")
    assert {row[0]: (float(row[total]), row[total + 1]) for row in rows[heads + 1 :] if row[0]} == wanted


def test_the_same_scores_give_the_same_bytes(sheet: bytes, run: Callable[..., Outcome], tmp_path: Path) -> None:
    assert run("-C", ROOT, "assess", "--as-of", AS_OF, "--out", tmp_path / "a.xlsx").code == 0
    assert (tmp_path / "a.xlsx").read_bytes() == sheet


def test_the_command(run: Callable[..., Outcome], tmp_path: Path) -> None:
    told = run("-C", ROOT, "assess", "--as-of", AS_OF, "--format", "json").json
    assert (told["year"], told["as_of"], told["weights"]["late"]) == (2019, AS_OF, -1)
    for unit in told["units"]:
        counts = sum(point["points"] for point in unit["points"] if not point["waived"])
        assert unit["total"] == max(unit["base"] + counts, 0)
    lost = next(unit for unit in told["units"] if unit["points"])
    shown = run("-C", ROOT, "assess", "--as-of", AS_OF, "--unit", lost["unit"]).out
    assert all(point["item"] in shown for point in lost["points"])
    for wrong in (("--year", "2031"), ("--unit", "nosuch"), ("--out", tmp_path / "a.csv")):
        assert run("-C", ROOT, "assess", "--as-of", AS_OF, *wrong).code == 2
