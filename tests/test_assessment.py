"""A year's objections, rulings and freeze: signed by pull request, counted, closed for good, and audited ever after."""

from __future__ import annotations

import html
import io
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import openpyxl
import pytest

from conftest import AS_OF, ROOT, Outcome
from duban.assess import assess
from duban.assessed import as_frozen
from duban.calendar import WorkCalendar
from duban.change import change
from duban.language import language
from duban.leak.withheld import opened, stated
from duban.load import Readings, read
from duban.model import Data, Tree
from duban.output import Prepared, prepared
from duban.parse import parse
from duban.publish.edition import EditionName
from duban.publish.fragments import escaped
from duban.publish.pages import loose_pages, shared_files, site_pages
from duban.seat import seats
from duban.settings import roles_of
from signing import POLICY, City, codes, findings, proofs, violations
from signing import seats as standing

Run = Callable[..., Outcome]
FILE, SCHEMA = "assessments/2019.yml", "schemas/assessment.schema.json"
POINT = "transport-bureau/late/2019-0002/task_notice/2019-11-15"
"""What the transport bureau loses once the deadline of the city's first item is over."""
OBJECTION, RULING, FREEZE = ("2019", "/objections/0"), ("2019", "/objections/0/ruling"), ("2019", "/freeze")
UNIT_HEAD = [{"role": "unit_head", "by": "transport-head", "on": ""}]


@dataclass
class Year:
    """A city that checks out its main branch, five days after the deadline."""

    city: City
    run: Run

    def signed(self, role: str, by: str) -> list[Data]:
        return [{"role": role, "by": by, "on": self.city.day}]

    def objection(self, by: str = "transport-head", unit: str = "transport-bureau", point: str = POINT) -> Data:
        reason = {"reason": "管线产权单位未按期迁改，路面无法施工。"}
        about = {"on": self.city.day, "unit": unit, "points": [point]}
        return {**about, **reason, "signed": self.signed("unit_head", by)}

    def ruling(self) -> Data:
        told = {"on": self.city.day, "result": "采纳", "reason": "经核实属实。", "waived": [POINT]}
        return {**told, "signed": self.signed("director", "director")}

    def begun(self, *objections: Data) -> dict[str, bytes]:
        return self.city.written(FILE, {"year": 2019, "objections": [*(objections or (self.objection(),))]})

    def ruled(self) -> dict[str, bytes]:
        return self.city.edited(lambda data: data["objections"][0].update(ruling=self.ruling()), FILE)

    def frozen(self, **instead: str) -> dict[str, bytes]:
        """The year's file with the entry that the command prints."""
        told = self("assess", "--year", "2019", "--freeze")
        assert told.code == 0
        entry = parse(FILE, told.out.encode())[0]["freeze"]
        return self.city.edited(lambda data: data.update(freeze={**entry, **instead}), FILE)

    def lie(self, files: dict[str, bytes]) -> None:
        """Files as somebody edits them in the checked out folder."""
        self.check_out()
        for path, content in files.items():
            (self.city.folder / path).write_bytes(content)

    def check_out(self) -> None:
        self.city.git("read-tree", "-u", "--reset", "main")

    def __call__(self, *arguments: str) -> Outcome:
        """A command on the main branch, or on what lies edited on top of it."""
        folder = self.city.folder
        (folder / "mkdocs.yml").write_text(f"plugins:\n  duban:\n    as_of: {self.city.day}\n", encoding="utf-8")
        return self.run("-C", folder, "--lang", "en", *arguments)

    def checked(self, *options: str) -> list[tuple[str, str]]:
        """What a check finds in the year's file: codes and places."""
        found = self("check", "assessments", "--format", "json", *options).json["findings"]
        return [(one["code"], f"{one['line']}:{one['column']}") for one in found]


@pytest.fixture
def year(city: City, run: Run) -> Year:
    city.now += timedelta(days=23)
    made = Year(city, run)
    made.check_out()
    return made


@pytest.fixture(scope="module")
def closed_city(first_city: City, tmp_path_factory: pytest.TempPathFactory) -> City:
    """A city whose year was objected to, ruled on and frozen."""
    city = first_city.copy(tmp_path_factory.mktemp("closed") / "city")
    city.now += timedelta(days=23)
    made = Year(city, _run_quietly)
    city.passed(made.begun(), "transport-head")
    city.passed(made.ruled(), "director")
    made.check_out()
    city.passed(made.frozen(), "director")
    return city


def _run_quietly(*arguments: object) -> Outcome:
    """A command in a process of its own, for what is made once for many tests."""
    done = subprocess.run(
        [sys.executable, "-m", "duban.cli", *map(str, arguments)], capture_output=True, text=True, check=False
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def closed(closed_city: City, run: Run, tmp_path: Path) -> Year:
    """The same, with a future of its own."""
    made = Year(closed_city.copy(tmp_path / "closed"), run)
    made.check_out()
    return made


def test_a_year_from_objection_to_audit(year: Year) -> None:
    city = year.city
    number = city.open(year.begun())
    assert city.gate(number).verdict == "wait"
    assert standing(city.gate(number)) == [("unit_head", "transport-head", "missing", "not_reviewed")]
    city.approve(number, "housing-head", "director")
    assert city.gate(number).verdict == "wait"
    city.approve(number, "transport-head")
    assert city.gate(number).verdict == "pass"
    city.merge(number)
    city.record()

    number = city.open(year.ruled())
    assert standing(city.gate(number)) == [("director", "director", "missing", "not_reviewed")]
    city.approve(number, "director")
    city.merge(number)
    city.record()

    year.check_out()
    told = year("assess", "--format", "json").json
    (unit,) = [one for one in told["units"] if one["unit"] == "transport-bureau"]
    assert (unit["total"], unit["points"][0]["key"], unit["points"][0]["waived"]) == (100, POINT, True)
    assert (told["commit"], told["freeze"]) == (city.head(), None)

    frozen = year.frozen()
    year.lie(frozen)
    assert year.checked("--base", "main") == []
    assert parse(FILE, frozen[FILE])[0]["freeze"]["commit"] == city.head()
    assert parse(FILE, frozen[FILE])[0]["freeze"]["digest"] == told["digest"]
    city.passed(frozen, "director")

    audit = city.audit()
    assert codes(audit) == []
    assert proofs(audit) == dict.fromkeys((OBJECTION, RULING, FREEZE), "proven")
    assert [one.person for one in audit.proofs[OBJECTION].signers] == ["transport-head"]
    year.check_out()
    assert year.checked() == []
    assert year("assess", "--year", "2019", "--format", "json").json["frozen_as_counted"] is True
    assert year("assess", "--year", "2019", "--freeze").code == 2


def test_what_is_frozen_is_edited_by_nobody(closed: Year) -> None:
    city = closed.city
    edited = city.edited(lambda data: data["freeze"].update(digest="e" * 64), FILE)
    closed.lie(edited)
    assert ("D901", "18:11") in closed.checked("--base", "main")
    assert "D819" in {code for code, _ in closed.checked()}
    number = city.open(edited)
    city.approve(number, "director")
    assert findings(city.gate(number)) == [("D901", FILE)]
    pushed = city.commit("refs/heads/main", [city.head()], edited)
    audit = city.audit()
    assert violations(audit) == [("A201", pushed), ("A209", pushed)]
    assert proofs(audit)[FREEZE] == "broken"
    assert proofs(audit)[OBJECTION] == "proven"


@pytest.mark.parametrize("what", ["objection", "ruling", "backdated"])
def test_nothing_is_added_after_the_freeze(closed: Year, what: str) -> None:
    city = closed.city
    # Even of a day before the freeze: what counts is that it comes to a file that is closed.
    on = city.day if what == "objection" else "2019-11-20"
    late = {**closed.objection(point=POINT.replace("late", "late_ack")), "on": on}

    def add(data: Data) -> None:
        if what == "ruling":
            data["objections"][0]["evidence"] = [{"name": "补充材料"}]
        else:
            data["objections"].append(late)

    number = city.open(city.edited(add, FILE))
    city.approve(number, "transport-head")
    refused = {code for code, _ in findings(city.gate(number))}
    assert refused >= {"D905" if what == "ruling" else "D908"}
    assert city.gate(number).verdict == "refuse"
    assert "A209" in codes(city.bypassed(number))


def test_a_signature_may_still_come_under_the_freeze(closed: Year) -> None:
    city = closed.city
    line = {"role": "deputy_director", "by": "deputy-director", "on": city.day}
    city.passed(city.edited(lambda data: data["freeze"]["signed"].append(line), FILE), "deputy-director")
    assert codes(city.audit()) == []


def test_a_year_is_not_unfrozen_nor_its_file_deleted(closed: Year) -> None:
    city = closed.city
    for files, code in ((city.edited(lambda data: data.pop("freeze"), FILE), "D903"), ({FILE: None}, "D902")):
        number = city.open(files)
        city.approve(number, "director")
        assert findings(city.gate(number)) == [(code, FILE)]
    pushed = city.commit("refs/heads/main", [city.head()], {FILE: None})
    audit = city.audit()
    assert violations(audit) == [("A201", pushed), ("A209", pushed)]
    assert set(proofs(audit).values()) == {"broken"}


def test_frozen_scores_hold_when_a_weight_changes_later(closed: Year) -> None:
    city = closed.city
    before = closed("assess", "--year", "2019", "--format", "json").json
    commit = before["freeze"]["commit"]
    city.passed(city.edited(lambda policy: policy["score"].update(base=120), POLICY), "director")
    closed.check_out()
    after = closed("assess", "--year", "2019", "--format", "json").json
    assert (before["frozen_as_counted"], after["frozen_as_counted"]) == (True, False)
    assert closed.checked() == []  # right when it was signed, and told so by the commit
    then = closed("assess", "--year", "2019", "--at", commit, "--format", "json").json
    assert then["digest"] == after["freeze"]["digest"] == before["digest"]
    assert after["freeze"]["digest"] in closed("assess", "--year", "2019").out
    assert language("en")("assess.frozen.differs") not in closed("assess", "--year", "2019").out


def test_a_year_without_objections_is_frozen_by_a_file_of_its_own(year: Year) -> None:
    city = year.city
    told = year("assess", "--year", "2019", "--freeze")
    city.passed({FILE: told.out.encode()}, "director")
    city.passed(city.edited(lambda policy: policy["score"].update(late=-3), POLICY), "director")
    year.check_out()
    assert year("assess", "--year", "2019", "--format", "json").json["frozen_as_counted"] is False
    assert year.checked() == []
    assert codes(city.audit()) == []


def test_a_freeze_that_was_wrong_before_stops_no_other_change(closed: Year) -> None:
    city = closed.city
    wrong = city.edited(lambda data: data["freeze"].update(digest="e" * 64), FILE)
    city.commit("refs/heads/main", [city.head()], wrong)
    closed.lie(city.with_visit())
    assert [code for code, _ in closed.checked("--base", "main")] == ["D819"]
    assert closed.checked("--base", "main", "--new") == []


@pytest.mark.parametrize(("part", "value", "code"), [("commit", "f" * 40, "D820"), ("digest", "f" * 64, "D819")])
def test_a_freeze_of_other_scores_or_another_history(year: Year, part: str, value: str, code: str) -> None:
    city = year.city
    city.passed(year.begun(), "transport-head")
    city.passed(year.ruled(), "director")
    year.check_out()
    year.lie(year.frozen(**{part: value}))
    assert [one for one, _ in year.checked()] == [code]


def test_no_freeze_is_offered_while_a_unit_waits(year: Year) -> None:
    year.city.passed(year.begun(), "transport-head")
    year.check_out()
    told = year("assess", "--year", "2019", "--freeze")
    assert (told.code, told.out) == (1, "")
    assert "transport-bureau" in told.err or "交通" in told.err


def test_the_summary_tells_what_is_objected_to_and_who_must_sign(year: Year) -> None:
    city = year.city
    number = city.open(year.begun())
    told = year("summary", "--base", "main", "--head", f"refs/pull/{number}/head").out
    assert POINT in html.unescape(told)
    assert year.objection()["reason"] in told
    assert language("en")("kind.assessment_objection") in told
    assert language("en")("assess.heading", year=2019) in told
    city.passed(year.begun(), "transport-head")
    number = city.open(year.ruled())
    told = year("summary", "--base", "main", "--head", f"refs/pull/{number}/head").out
    assert year.ruling()["reason"] in told
    assert language("en")("kind.assessment_ruling") in told


def test_a_head_without_an_entry_is_signed_for_too(year: Year) -> None:
    city = year.city
    number = city.open({FILE: b"year: 2019\n"})
    assert standing(city.gate(number)) == [("director", "", "missing", "not_reviewed")]


def test_a_unit_objects_by_its_own_head(year: Year) -> None:
    city = year.city
    number = city.open(year.begun(year.objection(by="housing-head")))
    city.approve(number, "housing-head")
    assert standing(city.gate(number)) == [("unit_head", "housing-head", "not_entitled", "other_unit")]
    number = city.open(year.begun(year.objection(by="housing-head", unit="housing-bureau")))
    city.approve(number, "housing-head")
    assert findings(city.gate(number)) == [("D812", FILE)]


def test_a_policy_that_is_older_than_these_kinds_has_them_signed(year: Year, schemas_tree: Tree) -> None:
    before, after = schemas_tree, {**schemas_tree, **year.begun(), FILE: year.begun()[FILE]}
    wanted = seats(change(before, after), after, {}, {"signatures": {"intake": ["registrar"]}})
    assert [(one.role, one.units) for one in wanted.seats] == [("unit_head", ("transport-bureau",))]
    liaison = year.begun(
        {**year.objection(), "signed": [{"role": "liaison", "by": "transport-liaison", "on": "2019-11-20"}]}
    )
    after = {**schemas_tree, **liaison}
    assert [one.code for one in seats(change(before, after), after, {}, {}).findings] == ["G109"]
    assert {"unit_head", "director"} <= set(roles_of({}, "record"))


@pytest.fixture
def schemas_tree(tree: Tree) -> Tree:
    return {path: content for path, content in tree.items() if path.startswith("schemas/")}


def test_a_ledger_without_the_schema_refuses_the_file_and_judges_the_rest(year: Year) -> None:
    city = year.city
    begun = year.begun()
    number = city.open({SCHEMA: None})
    city.approve(number, "deputy-director")
    assert findings(city.gate(number)) == [("D909", SCHEMA)]
    city.bypassed(number)
    number = city.open(begun)
    city.approve(number, "transport-head")
    assert findings(city.gate(number)) == [("D809", SCHEMA)]
    assert "A215" in codes(city.bypassed(number))


@dataclass
class Pages:
    """The pages of the shipped ledger on a day, its year frozen with some digest."""

    readings: Readings

    def __call__(self, day: str, digest: str = "", name: EditionName = "internal", code: str = "zh") -> Prepared:
        (path,) = self.readings.assessments
        record = self.readings.assessments[path].data()  # type: ignore[misc]
        entry = {"on": "2019-10-30", "as_of": "2019-10-29", "commit": "c" * 40, "digest": digest or "0" * 64}
        frozen = {**record, "freeze": {**entry, "signed": [{"role": "director", "by": "director", "on": "2019-10-30"}]}}
        if not digest:
            entry["digest"] = frozen["freeze"]["digest"] = as_frozen(self.readings, cast(Any, frozen)).digest
        one = replace(self.readings.assessments[path], data=lambda: frozen)
        return prepared(ROOT, name, language(code), day, replace(self.readings, assessments={path: one}))


def content(made: Prepared, path: str) -> str:
    pages = {page.path: page for page in (*made.pages.values(), *loose_pages(made.edition))}
    return made.renderer.content(pages[path])


def test_the_page_shows_objections_rulings_and_what_is_waived(readings: Readings) -> None:
    made = prepared(ROOT, "internal", language("zh"), AS_OF, readings)
    page = content(made, "assessment.html")
    (record,) = made.edition.ledger.assessments.values()
    for objection in record["objections"]:
        assert escaped(objection["reason"]) in page
        assert escaped(objection["ruling"]["reason"]) in page
        assert all(point in page for point in objection["points"])
    assert page.count("<s>−1</s>") == 1
    assert language("zh")("assess.not_frozen") in page
    early = content(prepared(ROOT, "internal", language("zh"), "2019-10-24", readings), "assessment.html")
    assert language("zh")("assess.objection.waiting", on="2019-10-22") in early
    assert "<s>" not in early


@pytest.mark.parametrize("code", ["zh", "en"])
def test_a_frozen_year_says_so_and_loudly_where_it_is_counted_otherwise(readings: Readings, code: str) -> None:
    text = language(code)
    right = content(Pages(readings)(AS_OF, code=code), "assessment.html")
    wrong = content(Pages(readings)(AS_OF, "f" * 64, code=code), "assessment.html")
    for page, digest, said in ((right, "", "assess.frozen.title"), (wrong, "f" * 64, "assess.frozen.differs")):
        assert text(said) in page
        assert "c" * 40 in page
        assert digest in page
    assert "calm--not" in wrong
    assert "calm--not" not in right


def test_a_year_keeps_its_page_and_its_workbook_when_the_next_has_begun(readings: Readings) -> None:
    made = Pages(readings)("2020-03-31")
    page = content(made, "assessments/2019.html")
    assert "c" * 40 in page
    assert 'href="../items/2019-0011.html#' in page
    assert 'href="assessments/2019.html"' in content(made, "assessment.html")
    assert {one.path for one in shared_files(made.edition) if "assessment" in one.path} == {
        "downloads/assessment.xlsx",
        "downloads/assessment-2019.xlsx",
    }


def test_the_workbook_strikes_out_what_is_waived_and_tells_why(readings: Readings) -> None:
    made = Pages(readings)(AS_OF)
    (file,) = [one for one in shared_files(made.edition) if one.path.endswith("assessment.xlsx")]
    book = openpyxl.load_workbook(io.BytesIO(file.make()))
    rows = [row for row in book["扣分明细"].iter_rows(min_row=4) if row[7].value == "是"]
    (ruled,) = [one for one in made.edition.ledger.assessments[2019]["objections"] if "waived" in one["ruling"]]
    assert [(row[10].value, row[9].value) for row in rows] == [
        (ruled["points"][0], language("zh")("assess.objection.waived", reason=ruled["ruling"]["reason"]))
    ]
    assert all(cell.font.strike for cell in rows[0][:6])
    assert "c" * 40 in str(book["各单位得分"]["A2"].value)


def test_the_public_edition_knows_nothing_of_it(readings: Readings) -> None:
    made = Pages(readings)(AS_OF, name="public").edition
    assert (dict(made.ledger.assessments), dict(made.ledger.items_on(AS_OF))) == ({}, {})
    assert not any("assessment" in one.path for one in (*loose_pages(made), *site_pages(made), *shared_files(made)))
    ledger = readings.ledger(AS_OF)
    told, may = {one.text for one in stated(readings, ledger)}, {*opened(readings, ledger, AS_OF)}
    for objection in ledger.assessments[2019]["objections"]:
        withheld = {objection["reason"], objection["ruling"]["reason"], *objection["points"]}
        assert withheld <= told
        assert withheld.isdisjoint(may)


def test_two_points_of_one_entry_and_day_are_two(tree: Tree) -> None:
    readings = read(tree)
    policy = {**readings.registry.policy, "score": {**readings.registry.policy["score"], "late_milestone": -1}}
    calendar = WorkCalendar.of(readings.registry)
    item = next(
        one for one in readings.items_on("2019-10-31").values() if one.record.get("task_notice", {}).get("milestones")
    )
    record = {**item.record, "progress": []}
    due = record["task_notice"]["milestones"][0]["due"]
    twins = [{"name": name, "due": due} for name in ("甲", "乙")]
    record["task_notice"] = {**record["task_notice"], "milestones": twins}
    found = assess([type(item)("", record)], policy, 2019, "2019-10-31", calendar)  # type: ignore[arg-type]
    keys = [point.key for one in found for point in one.points if point.rule == "late_milestone"]
    assert len(keys) == len(set(keys)) == 2
    assert keys[1] == f"{keys[0]}/2"
