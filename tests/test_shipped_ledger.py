"""The shipped ledger of July to October 2019: its figures, everything it must show, and how its files are written."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
import yaml

from conftest import AS_OF
from duban import registry as registry_files
from duban.calendar import WorkCalendar, calendar_findings
from duban.deadline import closing
from duban.figures import UNANNOUNCED, figures
from duban.load import Readings
from duban.model import ENDS, STEPS, Ledger, Tree
from duban.obligation import ledger_obligations
from duban.parse import parse
from duban.record import INSTRUCTION, ItemRecord
from duban.rules.privacy import privacy
from duban.schema import Schemas
from duban.status import LIGHTS, statuses
from duban.survey import Surveyor
from duban.writing import file_text

MONTH_ENDS = ("2019-07-31", "2019-08-31", "2019-09-30", AS_OF)
HOSPITAL = "2019-0009"
SOURCE_FIGURES = {
    "items": 58,
    "from_instructions": 51,
    "from_messages": 20,
    "special_reports": 87,
    "interviewed_persons": 21,
    "held_accountable": 1,
    "visits": 17,
    "key_projects": 70,
    "key_works": 114,
}
NAMED_ITEMS = (
    "市医院易址扩建项目拆迁",
    "东南新区学校建设土石方清运",
    "市民广场项目建设资金",
    "古书院社区水电费、物业费",
    "转业干部安置",
)
NAMED_CAMPAIGNS = ("创建文明城市", "争创双拥四连冠", "城中村改造征拆", "厕所革命", "道路畅通")
LONG = 20


def counted(readings: Readings, day: str) -> dict[str, Any]:
    ledger = readings.ledger(day)
    return figures(ledger, statuses(ledger, day, WorkCalendar.of(readings.registry)), day)


def records(ledger: Ledger) -> list[ItemRecord]:
    return [item.record for item in ledger.items.values()]


def texts_of(readings: Readings, name: str) -> Iterator[tuple[str, str]]:
    """Every free text of the items or reports, with its file."""
    surveyor = Surveyor(readings.schemas.field(name))  # type: ignore[union-attr]
    for path, reading in (readings.items if name == "item" else readings.reports).items():
        assert reading.data is not None
        for _, text in surveyor.survey(reading.data()).texts:
            yield path, text


@pytest.mark.parametrize(("figure", "value"), SOURCE_FIGURES.items())
def test_the_files_give_back_the_figures_of_the_source(readings: Readings, figure: str, value: int) -> None:
    assert counted(readings, AS_OF)[figure] == value


def test_every_item_from_an_instruction_has_a_task_notice(ledger: Ledger) -> None:
    instructed = [
        one
        for one in records(ledger)
        if INSTRUCTION in {source["type"] for source in one["intake"]["sources"]} and "not_filed" not in one
    ]
    assert len(instructed) == 51
    assert all("task_notice" in one for one in instructed)


def test_the_seventeen_visits_were_to_the_hospital_relocation(ledger: Ledger) -> None:
    visits = ledger.items[HOSPITAL].record["visits"]
    assert [visit["method"] for visit in visits] == [UNANNOUNCED] * 17


@pytest.mark.parametrize("day", MONTH_ENDS)
def test_nothing_is_wrong_with_it(readings: Readings, day: str) -> None:
    if day == AS_OF:
        assert readings.findings(day) == []
        assert calendar_findings(readings.registry, day) == []
    later = {finding.code for finding in readings.findings(day)}
    assert later <= {"D306", "D824"}, "on an earlier day only what is still to come is wrong"


def test_it_shows_every_step_and_every_light_of_a_clean_ledger(readings: Readings) -> None:
    found = counted(readings, AS_OF)
    assert {step for step, count in found["by_step"].items() if count} == set(STEPS)
    assert {light for light, count in found["by_light"].items() if count} == set(LIGHTS) - {"broken"}


def test_it_shows_every_kind_of_obligation(ledger: Ledger, calendar: WorkCalendar) -> None:
    owed = [one for listed in ledger_obligations(ledger, calendar).values() for one in listed]
    assert {one.state(AS_OF) for one in owed} == {"open", "met", "met_late", "overdue"}
    assert {one.kind for one in owed} >= {"ack", "milestone", "reply", "subtask", "recheck", "deadline", "look_back"}
    assert {one.kind for one in owed} >= {"progress", "extension_decision", "feedback"}


def test_it_shows_all_four_forms_answered(ledger: Ledger) -> None:
    tracking = [one for record in records(ledger) for one in record.get("tracking_notices", ())]
    coordination = [one for record in records(ledger) for one in record.get("coordination_notices", ())]
    closures = [one for record in records(ledger) for one in record.get("closure_notices", ())]
    assert any("task_notice" in record for record in records(ledger))
    assert any("reply" in one for one in tracking)
    assert any("done_on" in subtask for one in coordination for subtask in one["subtasks"])
    assert any("recheck" in one for one in coordination)
    assert {one["decision"]["result"] for one in closures if "decision" in one} == {"同意", "退回"}


def test_a_returned_closure_was_applied_for_again(ledger: Ledger) -> None:
    returned = [
        one for one in records(ledger) if any(_result(notice) == "退回" for notice in one.get("closure_notices", ()))
    ]
    assert returned
    assert any(closing(one) is not None for one in returned)


def test_extensions_were_granted_and_refused(ledger: Ledger) -> None:
    asked = [one for record in records(ledger) for one in record.get("extensions", ())]
    assert {_result(one) for one in asked} >= {"同意", "不同意"}


def test_units_objected_and_items_ended_in_every_other_way(ledger: Ledger) -> None:
    assert any("objection" in record.get("task_notice", {}).get("ack", {}) for record in records(ledger))
    assert {kind for kind in ENDS for record in records(ledger) if kind in record} == set(ENDS)


@pytest.mark.parametrize("title", NAMED_ITEMS)
def test_the_items_named_in_the_source_are_there(ledger: Ledger, title: str) -> None:
    assert sum(title in record["title"] for record in records(ledger)) == 1


@pytest.mark.parametrize("name", NAMED_CAMPAIGNS)
def test_the_campaigns_named_in_the_source_are_there_and_used(ledger: Ledger, name: str) -> None:
    named = [one.id for one in ledger.registry.campaigns.values() if name in re.sub("[“”]", "", one.name)]
    assert len(named) == 1
    assert any(record.get("campaign") == named[0] for record in records(ledger))


def test_measures_name_positions_not_people(ledger: Ledger) -> None:
    persons = [
        person
        for record in records(ledger)
        for measure in record.get("measures", ())
        for person in measure.get("persons", ())
    ]
    assert len(persons) == 22
    assert [one for one in persons if not re.search(r"(?:长|主任|经理|负责人|书记|指挥)\Z", one)] == []


def test_people_stand_in_the_roster_by_position_only(tree: Tree) -> None:
    people = yaml.load(tree["registry/people.yml"], Loader=yaml.BaseLoader)["people"]  # noqa: S506
    known = {"id", "position", "position_en", "unit", "team", "roles", "term", "sample"}
    assert {key for person in people for key in person} <= known


@pytest.mark.parametrize("name", ["item", "report"])
def test_no_text_holds_personal_data(readings: Readings, name: str) -> None:
    texts = [((), text) for _, text in texts_of(readings, name)]
    assert texts
    assert list(privacy(texts)) == []


def test_every_phone_is_of_the_office(ledger: Ledger) -> None:
    phones = {phone for record in records(ledger) for phone in _values(record, "contact_phone")}
    assert phones
    assert all(re.fullmatch(r"0356-2198\d{3}", phone) for phone in phones)


def test_no_long_sentence_stands_in_two_items(readings: Readings) -> None:
    where: dict[str, set[str]] = defaultdict(set)
    for path, text in texts_of(readings, "item"):
        for sentence in re.split("[。\n]", text):
            if len(sentence.strip()) >= LONG:
                where[sentence.strip()].add(path)
    assert {sentence: sorted(paths) for sentence, paths in where.items() if len(paths) > 1} == {}


def test_figures_rise_with_the_days(readings: Readings) -> None:
    found = [counted(readings, day) for day in MONTH_ENDS]
    rising = [name for name in SOURCE_FIGURES if not name.startswith("key_")] + ["task_notices", "tracking_notices"]
    for before, after in pairwise(found):
        assert [name for name in rising if before[name] > after[name]] == []
        assert before["items"] < after["items"]
        assert before["special_reports"] < after["special_reports"]


@pytest.mark.parametrize("day", MONTH_ENDS)
def test_figures_equal_a_recount_of_the_raw_files(readings: Readings, tree: Tree, day: str) -> None:
    recount = _recount(tree, day)
    found = counted(readings, day)
    assert {name: found[name] for name in recount} == recount


def test_every_file_is_written_as_the_writer_writes_it(tree: Tree, schemas: Schemas) -> None:
    names = {**registry_files.FILES, "registry/plan/2019.yml": "plan"}
    for path, content in tree.items():
        name = names.get(path) or {"items": "item", "reports": "report"}.get(path.partition("/")[0])
        if name is None:
            continue
        data, findings = parse(path, content)
        assert findings == []
        text = content.decode()
        assert "registry/" in path or not text.startswith("#"), path
        assert re.sub(r"\A(?:#.*\n)*", "", text) == file_text(data, schemas.field(name)), path


def _result(entry: Any) -> str:
    return str(entry["decision"]["result"]) if "decision" in entry else ""


def _values(node: Any, wanted: str) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == wanted:
                yield value
            yield from _values(value, wanted)
    elif isinstance(node, list):
        for value in node:
            yield from _values(value, wanted)


def _recount(tree: Tree, day: str) -> dict[str, int]:
    """The figures counted anew, by another reader of YAML and none of duban's code."""
    raw = {path: yaml.load(content, Loader=yaml.BaseLoader) for path, content in tree.items() if path.endswith(".yml")}  # noqa: S506
    received = [one for path, one in raw.items() if path.startswith("items/") and one["intake"]["received_on"] <= day]
    filed = [one for one in received if one.get("not_filed", {"on": "9999"})["on"] > day]
    reports = [one for path, one in raw.items() if path.startswith("reports/") and one["issued_on"] <= day]

    def from_source(kind: str) -> int:
        return sum(any(source["type"] == kind for source in one["intake"]["sources"]) for one in filed)

    def entries(name: str, dated_by: str) -> list[Any]:
        return [entry for one in filed for entry in one.get(name, ()) if entry[dated_by] <= day]

    def persons(kind: str) -> int:
        return sum(len(entry.get("persons", ())) for entry in entries("measures", "on") if entry["kind"] == kind)

    plan = raw["registry/plan/2019.yml"]
    return {
        "items": len(filed),
        "not_filed": len(received) - len(filed),
        "from_instructions": from_source("领导批示"),
        "from_messages": from_source("网民留言"),
        "special_reports": sum(one["kind"] == "督查专报" for one in reports),
        "bulletins": sum(one["kind"] == "督查通报" for one in reports),
        "interviewed_persons": persons("约谈"),
        "held_accountable": persons("问责"),
        "visits": sum(entry["method"] == "四不两直" for entry in entries("visits", "on")),
        "all_visits": len(entries("visits", "on")),
        "key_projects": len(plan["key_projects"]),
        "key_works": len(plan["key_works"]),
        "task_notices": sum("task_notice" in one and one["task_notice"]["issued_on"] <= day for one in filed),
        "tracking_notices": len(entries("tracking_notices", "issued_on")),
        "coordination_notices": len(entries("coordination_notices", "issued_on")),
        "closure_notices": len(entries("closure_notices", "issued_on")),
        "extensions": len(entries("extensions", "applied_on")),
    }
