"""The shipped ledger on a day → an edition, field by field: what each holds, and what the public one lacks."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from conftest import AS_OF, ROOT
from duban.calendar import WorkCalendar, calendar_findings
from duban.chain import Violation
from duban.figures import Counting
from duban.finding import Finding
from duban.language import language
from duban.model import Broken, Campaign, Item, Ledger, Person, Unit
from duban.obligation import Obligation
from duban.publish.edition import (
    PUBLIC_OBLIGATIONS,
    Edition,
    EditionName,
    Files,
    edition,
    is_open_to_the_public,
    once,
    public_part,
)
from duban.publish.examination import Examination
from duban.schema import FOLDER, SUFFIX, Field, Schemas
from duban.status import Status, in_order, owing_in, status

ZH, EN = language("zh"), language("en")
FILES = Files({}, tuple)


@pytest.fixture(scope="module")
def whole(ledger: Ledger) -> Ledger:
    """With everything a ledger may have: a broken file, a finding, another day's items."""
    other = {"other": Item("items/x.yml", {})}  # type: ignore[typeddict-item]
    return replace(
        ledger,
        broken=(Broken("items/2019/x.yml", "x"),),
        findings=(Finding("items/2019/x.yml", 1, 1, "D001"),),
        items_on=lambda _: other,
    )


def made(name: EditionName, ledger: Ledger, schemas: Schemas, text: Any = ZH, **more: Any) -> Edition:
    given: dict[str, Any] = {"pinned": True, "digests": {"a": "b"}, **more}
    return edition(name, text, ledger, schemas, AS_OF, "2019-11-01", **given)


def states(ledger: Ledger, calendar: WorkCalendar) -> dict[str, Status]:
    policy = ledger.registry.policy
    return {name: status(one, AS_OF, policy, calendar) for name, one in ledger.items.items()}


def test_the_internal_edition_is_the_whole_ledger(
    whole: Ledger, schemas: Schemas, calendar: WorkCalendar, clean: Examination
) -> None:
    it = made(
        "internal",
        whole,
        schemas,
        examination=clean,
        languages=["zh", "en"],
        address="https://example.invalid/",
        latest={"a": "2019-10-01"},
        searchable=False,
        files=FILES,
    )
    expected = in_order(states(whole, calendar), whole)
    assert (it.name, it.public, it.text, it.day, it.built_on, it.pinned) == (
        "internal",
        False,
        ZH,
        AS_OF,
        "2019-11-01",
        True,
    )
    assert dict(it.states) == expected
    assert [*it.states] == [*expected]
    assert [one.obligations for one in it.states.values()] == [one.obligations for one in expected.values()]
    assert len({one.owed for one in it.states.values() if callable(one.owed)}) == 1, "a record is kept for each"
    assert it.ledger == replace(whole, findings=(*whole.findings, *calendar_findings(whole.registry, AS_OF)))
    assert it.ledger.items_on("2019-01-01") == whole.items_on("2019-01-01")
    assert (it.schemas, it.digests, it.examination, it.files) == (schemas, {"a": "b"}, clean, FILES)
    assert it.calendar.is_workday("2019-10-31")
    assert (it.languages, it.address, it.latest, it.searchable) == (
        ("zh", "en"),
        "https://example.invalid/",
        {"a": "2019-10-01"},
        False,
    )
    assert it.item_field == schemas.field("item")


def test_what_an_edition_is_without_being_told(ledger: Ledger, schemas: Schemas) -> None:
    it = made("internal", ledger, schemas, pinned=False)
    assert (it.examination, it.languages, it.address, it.latest, it.searchable, it.files, it.pinned) == (
        Examination(),
        (),
        "",
        {},
        True,
        None,
        False,
    )
    assert it.to_shared == ""
    bare = Edition(
        "internal",
        ZH,
        it.ledger,
        it.states,
        it.figures,
        AS_OF,
        AS_OF,
        pinned=True,
        schemas=schemas,
        calendar=it.calendar,
    )
    assert (bare.digests, bare.examination, bare.languages, bare.address, bare.latest, bare.searchable, bare.files) == (
        {},
        Examination(),
        (),
        "",
        {},
        True,
        None,
    )
    assert bare.taken(lambda item, _: item.id) == {name: name for name in ledger.items}


def test_the_public_edition_is_cut_down(
    whole: Ledger, schemas: Schemas, calendar: WorkCalendar, clean: Examination
) -> None:
    it = made(
        "public", whole, schemas, examination=replace(clean, violations=(Violation("c", "A201", {}),)), files=FILES
    )
    internal = made("internal", whole, schemas)
    shown = [name for name, one in whole.items.items() if is_open_to_the_public(one)]
    assert it.public
    assert 0 < len(shown) < len(whole.items)
    assert [*it.ledger.items] == [*it.states] == shown
    assert it.figures == internal.figures
    counting = Counting()
    for name, one in states(whole, calendar).items():
        counting.add(whole.items[name].record, one)
    assert it.figures == counting.figures(whole, in_order(states(whole, calendar), whole), AS_OF)
    assert (it.ledger.broken, it.ledger.findings, it.ledger.assessments, it.files) == ((), (), {}, None)
    assert (it.ledger.registry.people, it.ledger.registry.units) == ({}, whole.registry.units)
    assert it.ledger.items_on("2019-01-01") == {}
    assert it.examination == clean.in_public(shown, schemas.field("item"))
    assert it.examination.violations == ()
    for name in shown:
        item, own = it.ledger.items[name], whole.items[name]
        assert (item.path, item.record) == (own.path, public_part(own.record, schemas.field("item"), shown))


def test_the_public_is_told_of_deadlines_alone(whole: Ledger, schemas: Schemas, calendar: WorkCalendar) -> None:
    it, known = made("public", whole, schemas), states(whole, calendar)

    def open_ones(given: Any) -> tuple[Obligation, ...]:
        return tuple(one for one in given if one.kind in PUBLIC_OBLIGATIONS)

    for name, state in it.states.items():
        own = known[name]
        assert state == replace(own, pending=open_ones(own.pending), next=None)
        assert state.obligations == open_ones(own.obligations)
    lazy = owing_in(whole, calendar)
    assert any(own.obligations != open_ones(own.obligations) for own in map(known.get, it.states) if own)
    over = [name for name in it.states if callable(it.states[name].owed)]
    assert over == [name for name in it.states if callable(known[name].owed)]
    assert all(it.states[name].obligations == open_ones(lazy(name)) for name in over)


def test_reports_that_the_public_may_read(whole: Ledger, schemas: Schemas) -> None:
    shown = next(name for name, one in whole.items.items() if is_open_to_the_public(one))
    hidden = next(name for name, one in whole.items.items() if not is_open_to_the_public(one))
    report = next(iter(whole.reports.values()))
    about: dict[str, dict[str, Any]] = {
        "open": {"items": [shown]},
        "both": {"items": [shown, hidden]},
        "campaign": {"campaign": "smooth-roads"},
        "hidden campaign": {"items": [hidden], "campaign": "smooth-roads"},
        "nothing": {},
    }
    rest = {key: value for key, value in report.items() if key not in ("items", "campaign")}
    reports: Any = {name: {**rest, "id": name, **more} for name, more in about.items()}
    it = made("public", replace(whole, reports=reports), schemas)
    field = schemas.field("report")
    expected = {name: public_part(reports[name], field, {shown}) for name in ("open", "campaign")}
    assert it.ledger.reports == expected
    assert made("internal", replace(whole, reports=reports), schemas).ledger.reports == reports


def test_a_report_names_no_item_that_the_public_is_not_shown(whole: Ledger) -> None:
    """Today a report refers to items in one field alone, by which it is judged; one more must not open a way."""
    documents = {file.name[: -len(SUFFIX)]: json.loads(file.read_bytes()) for file in (ROOT / FOLDER).iterdir()}
    see = {"$ref": "common.schema.json#/$defs/item", "x-openness": "public"}
    documents["report"]["properties"] |= {"see": see, "see_also": see}
    shown = next(name for name, one in whole.items.items() if is_open_to_the_public(one))
    hidden = next(name for name, one in whole.items.items() if not is_open_to_the_public(one))
    report = {**next(iter(whole.reports.values())), "items": [], "campaign": "smooth-roads"}
    reports: Any = {"2019/001": {**report, "see": hidden, "see_also": shown}}
    it = made("public", replace(whole, reports=reports), Schemas(documents))
    (told,) = it.ledger.reports.values()
    assert {key: value for key, value in told.items() if "see" in key} == {"see_also": shown}


def test_a_year_without_a_calendar_is_told_inside(ledger: Ledger, schemas: Schemas) -> None:
    late = "2091-06-01"
    missing = calendar_findings(ledger.registry, late)
    assert missing
    inside, outside = (
        edition(name, ZH, ledger, schemas, late, late, pinned=True, digests={}) for name in ("internal", "public")
    )
    assert (inside.ledger.findings, outside.ledger.findings) == ((*ledger.findings, *missing), ())


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"openness": "主动公开", "approval": {"secrecy_review": {}}}, True),
        ({"openness": "主动公开", "approval": {}}, False),
        ({"openness": "主动公开"}, False),
        ({"openness": "依申请公开", "approval": {"secrecy_review": {}}}, False),
        ({"openness": "主动公开", "approval": {"secrecy_review": {}}, "not_filed": {}}, False),
    ],
)
def test_when_an_item_is_open(record: Any, expected: bool) -> None:
    assert is_open_to_the_public(Item("", record)) is expected


def field(name: str, ref: str = "", *, public: bool = True, **parts: Any) -> Field:
    return Field(name, "", "", "", "", {"x-ref": ref}, "", public, **parts)


def test_what_passes_of_a_value() -> None:
    """What is marked, within what is marked; of what refers to items only those that are shown."""
    fields = (
        field("open"),
        field("shut", public=False),
        field("one", "item"),
        field("other", "item"),
        field("refs", items=field("", "item")),
        field("list", items=field("", properties={"in": field("in", "item"), "out": field("out", public=False)})),
        field("within", properties={"deep": field("deep", public=False)}),
        field("free"),
    )
    root = field("item", properties={one.name: one for one in fields})
    value = {
        "unknown": 1,
        "open": "a",
        "shut": "b",
        "one": "2019-0001",
        "other": "2019-0002",
        "refs": ["2019-0002", "2019-0001"],
        "list": [{"in": "2019-0001", "out": 2, "new": 3}, {"in": "2019-0002"}],
        "within": {"deep": 1},
        "free": {"any": ["thing"]},
    }
    passed = {
        "open": "a",
        "one": "2019-0001",
        "refs": ["2019-0001"],
        "list": [{"in": "2019-0001"}, {}],
        "within": {},
        "free": {"any": ["thing"]},
    }
    assert public_part(value, root, {"2019-0001"}) == passed
    none = {**{key: passed[key] for key in passed if key != "one"}, "refs": [], "list": [{}, {}]}
    assert public_part(value, root) == none


def test_names_in_the_reader_s_language(ledger: Ledger, schemas: Schemas) -> None:
    registry = replace(
        ledger.registry,
        units={
            "one": Unit("one", "市交通运输局", "市交通局", "市政府部门", name_en="Transport Bureau"),
            "two": Unit("two", "市水务公司", "水务公司", "市属企业"),
        },
        campaigns={
            "one": Campaign("one", "畅通工程", "one", "", "2019-01-01", name_en="Smooth Roads"),
            "two": Campaign("two", "厕所革命", "one", "", "2019-01-01"),
        },
        people={
            "one": Person("one", "主任", "one", "", (), position_en="Director"),
            "two": Person("two", "科员", "one", "", ()),
        },
        policy={
            **ledger.registry.policy,
            "name": "台账",
            "name_en": "Ledger",
            "causes": [{"code": "one", "name": "资金", "name_en": "Funds"}, {"code": "two", "name": "征地"}],
        },
    )
    here = replace(made("internal", ledger, schemas), ledger=replace(ledger, registry=registry))
    there = replace(here, text=EN)
    for name, chinese, english in (
        ("unit_name", ("市交通局", "水务公司", "three"), ("Transport Bureau", "水务公司", "three")),
        ("campaign_name", ("畅通工程", "厕所革命", "three"), ("Smooth Roads", "厕所革命", "three")),
        ("position", ("主任", "科员", "three"), ("Director", "科员", "three")),
        ("cause_name", ("资金", "征地", "three"), ("Funds", "征地", "three")),
    ):
        for it, expected in ((here, chinese), (there, english)):
            assert tuple(getattr(it, name)(one) for one in ("one", "two", "three")) == expected
    assert (here.title, there.title) == ("台账", "Ledger")
    nameless = {key: value for key, value in registry.policy.items() if key != "name_en"}
    bare = replace(there, ledger=replace(ledger, registry=replace(registry, policy=nameless)))
    assert bare.title == "台账"


def test_where_shared_files_lie(ledger: Ledger, schemas: Schemas) -> None:
    for text, languages, expected in (
        (ZH, ["zh", "en"], ""),
        (EN, ["zh", "en"], "../"),
        (EN, ["en"], ""),
        (EN, [], ""),
    ):
        assert made("internal", ledger, schemas, text, languages=languages).to_shared == expected


def test_what_is_worked_out_once(ledger: Ledger, schemas: Schemas) -> None:
    asked = []

    @once
    def counted(it: Edition) -> list[str]:
        """Counted."""
        asked.append(it.name)
        return []

    here, other = made("internal", ledger, schemas), made("public", ledger, schemas)
    assert counted(here) is counted(here)
    assert counted(other) is not counted(here)
    assert counted(replace(here, text=EN)) is not counted(here), "what was made for one language is shown in another"
    assert asked == ["internal", "public", "internal"]
    assert (counted.__name__, counted.__doc__) == ("counted", "Counted.")


def test_what_is_taken_from_every_item(ledger: Ledger, schemas: Schemas) -> None:
    seen: list[str] = []

    def parts(item: Item, state: Status) -> tuple[str, ...] | None:
        assert item.id == state.id
        seen.append(item.id)
        return None if state.id.endswith("1") else (*item.record, *(one.kind for one in state.pending))

    for name in ("internal", "public"):
        seen.clear()
        there = made(name, ledger, schemas, takers=[parts])
        assert sorted(seen) == sorted(there.ledger.items)
        found = there.taken(parts)
        assert len(seen) == len(there.ledger.items)
        later = made(name, ledger, schemas)
        assert later.taken(parts) == found == later.taken(parts)
        assert len(seen) == 2 * len(there.ledger.items)
        assert [*found] == [one for one in there.ledger.items if not one.endswith("1")]
        for identity, taken in found.items():
            assert taken == (
                *there.ledger.items[identity].record,
                *(one.kind for one in there.states[identity].pending),
            )
