"""Who must sign what, on real pull requests: reports, countersignatures, what comes later, and the rules themselves."""

from __future__ import annotations

import pytest

from duban.model import Data
from signing import ITEM, LIAISON, POLICY, REPORT, VISIT, City, codes, findings, proofs, seats, violations, visit

NOTICE = ("2019-0002", "/coordination_notices/0")


def coordination(city: City) -> Data:
    """A coordination notice of today, with two subtasks and one unit's countersignature."""
    return {
        "form_no": "晋市督协〔2019〕2号",
        "issued_on": city.day,
        "issuer": "supervision-office",
        "signer": "director",
        "recipients": ["transport-bureau", "housing-bureau"],
        "issue": "占道施工审批由谁先办、何时办结。",
        "positions": [{"unit": "transport-bureau", "view": "须先有交通疏导方案。"}],
        "level": "督查办",
        "convener": "director",
        "subtasks": [{"unit": "transport-bureau", "task": "办结占道施工审批。", "due": "2019-11-04"}],
        "countersigns": [{"unit": "transport-bureau", "by": "transport-head", "on": city.day}],
        "recheck_on": "2019-11-08",
        "contact": "staff",
        "contact_phone": "0356-2198002",
        "signed": [{"role": "director", "by": "director", "on": city.day}],
    }


@pytest.fixture
def coordinated(city: City) -> City:
    city.passed(
        city.edited(lambda data: data.update(coordination_notices=[coordination(city)])), "director", "transport-head"
    )
    assert proofs(city.audit()) == {NOTICE: "proven"}
    return city


def test_everybody_who_countersigns(city: City) -> None:
    number = city.open(city.edited(lambda data: data.update(coordination_notices=[coordination(city)])))
    city.approve(number, "director")
    assert seats(city.gate(number)) == [
        ("director", "director", "signed", ""),
        ("unit_head", "transport-head", "missing", "not_reviewed"),
    ]
    assert codes(city.bypassed(number)) == ["A208"]


def test_a_countersignature_that_comes_later(coordinated: City) -> None:
    later = {"unit": "housing-bureau", "by": "housing-head", "on": coordinated.day}
    edit = coordinated.edited(lambda data: data["coordination_notices"][0]["countersigns"].append(later))
    number = coordinated.open(edit)
    coordinated.approve(number, "transport-head", "director")
    assert seats(coordinated.gate(number)) == [("unit_head", "housing-head", "missing", "not_reviewed")]
    coordinated.approve(number, "housing-head")
    assert coordinated.gate(number).verdict == "pass"
    audit = coordinated.bypassed(number)
    assert violations(audit) == []
    assert audit.proofs[NOTICE[0], f"{NOTICE[1]}/countersigns/1"].signers[0].person == "housing-head"


def test_a_countersignature_of_another_unit(coordinated: City) -> None:
    later = {"unit": "housing-bureau", "by": "education-head", "on": coordinated.day}
    edit = coordinated.edited(lambda data: data["coordination_notices"][0]["countersigns"].append(later))
    number = coordinated.open(edit)
    coordinated.approve(number, "education-head")
    assert seats(coordinated.gate(number)) == [("unit_head", "education-head", "not_entitled", "other_unit")]
    assert codes(coordinated.bypassed(number)) == ["A208"]


def test_a_result_that_comes_later_is_signed_by_whoever_holds_the_role(coordinated: City) -> None:
    done = {"done_on": coordinated.day, "result": "已办结。"}
    edit = coordinated.edited(lambda data: data["coordination_notices"][0]["subtasks"][0].update(done))
    number = coordinated.open(edit)
    assert seats(coordinated.gate(number)) == [("director", "", "missing", "not_reviewed")] * 2
    coordinated.approve(number, "director")
    assert seats(coordinated.gate(number)) == [("director", "director", "signed", "")] * 2
    assert violations(coordinated.bypassed(number)) == []
    kept = {entry: state for (_, entry), state in proofs(coordinated.audit()).items()}
    assert kept == dict.fromkeys(
        (NOTICE[1], f"{NOTICE[1]}/subtasks/0/done_on", f"{NOTICE[1]}/subtasks/0/result"), "proven"
    )


def test_a_second_signature_that_comes_later(coordinated: City) -> None:
    also = {"role": "leader", "by": "mayor", "on": coordinated.day}
    number = coordinated.open(coordinated.edited(lambda data: data["coordination_notices"][0]["signed"].append(also)))
    coordinated.approve(number, "deputy-mayor", "director")
    assert seats(coordinated.gate(number)) == [("leader", "mayor", "missing", "not_reviewed")]
    coordinated.approve(number, "mayor")
    assert violations(coordinated.bypassed(number)) == []


def test_the_head_of_an_item_is_the_registrars(city: City) -> None:
    number = city.open(city.edited(lambda data: data.update(related=["2019-0003"])))
    city.approve(number, "director")
    assert seats(city.gate(number)) == [("registrar", "", "missing", "not_reviewed")]
    city.approve(number, "registrar")
    assert violations(city.bypassed(number)) == []


def test_a_report(city: City) -> None:
    """Numbered on its own; signed as a whole."""
    report = {
        "id": "2019/001",
        "kind": "督查专报",
        "title": "凤台街路面修复情况",
        "issued_on": city.day,
        "to": ["市长"],
        "items": ["2019-0002"],
        "summary": "沥青摊铺过半。",
        "body": [{"heading": "进展", "text": "沥青摊铺过半。"}],
        "signed": [{"role": "director", "by": "director", "on": city.day}],
    }
    number = city.open(city.written(REPORT, report))
    city.approve(number, "deputy-director")
    assert seats(city.gate(number)) == [("director", "director", "missing", "not_reviewed")]
    city.approve(number, "director")
    assert violations(city.bypassed(number)) == []
    assert proofs(city.audit()) == {("2019/001", ""): "proven"}
    number = city.open(city.edited(lambda data: data.update(summary="已完工。"), REPORT))
    city.approve(number, "director")
    assert findings(city.gate(number)) == [("D901", REPORT)]
    assert codes(city.bypassed(number)) == ["A209"]
    assert proofs(city.audit()) == {("2019/001", ""): "broken"}


def test_everybody_whom_an_entry_names_has_to_sign(city: City) -> None:
    """Also in a role that the policy does not ask for."""
    entry = visit("section-head", city.day)
    entry["signed"] += [{"role": "deputy_director", "by": "deputy-director", "on": city.day}]
    number = city.open(city.edited(lambda data: data.update(visits=[entry])))
    city.approve(number, "section-head")
    assert seats(city.gate(number))[1] == ("deputy_director", "deputy-director", "missing", "not_reviewed")
    audit = city.bypassed(number)
    assert codes(audit) == ["A208"]
    assert proofs(audit) == {("2019-0002", "/visits/0"): "broken"}


@pytest.mark.parametrize(
    ("asked", "finding", "seat"),
    [
        ("mayor_deputy", "G111", None),
        ("supervisor@lead_office", "G110", ("supervisor", "section-head", "signed", "")),
    ],
)
def test_a_policy_that_nobody_can_fulfil(city: City, asked: str, finding: str, seat: tuple[str, ...] | None) -> None:
    number = city.open(city.edited(lambda data: data["signatures"].update(visit=[asked]), POLICY))
    city.approve(number, "director")
    city.bypassed(number)
    role = asked.partition("@")[0]
    entry = visit("section-head", city.day, role)
    number = city.open(city.edited(lambda data: data.update(visits=[entry])))
    city.approve(number, "section-head")
    found = city.gate(number)
    assert found.verdict == "refuse"
    assert finding in [one.code for one in found.findings]
    assert seat is None or seats(found) == [seat]
    assert finding in [one.details.get("finding") for one in city.bypassed(number).violations]


def test_a_policy_without_signing(city: City) -> None:
    """Nothing tells any more which account is whose: nothing is signed."""
    number = city.open(city.edited(lambda data: data.pop("signing"), POLICY))
    city.approve(number, "director")
    city.merge(number)
    number = city.open(city.with_progress())
    city.approve(number, LIAISON)
    found = city.gate(number)
    assert (found.verdict, findings(found)) == ("refuse", [("G112", POLICY)])
    assert seats(found) == [("liaison", LIAISON, "missing", "no_account")]
    merged = city.merge(number)
    assert ("A203", merged) in violations(city.audit(genesis=city.genesis))


def test_an_item_that_stood_before_is_transcribed(city: City) -> None:
    city.passed(city.with_visit(), "section-head")
    found = city.audit().proofs
    stood = {key: one for key, one in found.items() if one.state == "transcribed"}
    assert {item for item, _ in stood} == {"2019-0002", "2019-0003"}
    assert {one.commit for one in stood.values()} == {city.genesis}
    assert [*found][-1] == VISIT
    assert ("2019-0002", "/task_notice/ack") in stood
    assert ITEM in city.git("ls-tree", "-r", "--name-only", city.genesis).split()


def test_an_extension_of_an_important_item_goes_a_level_up(city: City) -> None:
    """Judged alike by the check, before the merge and ever after; a signature that was left out may come later."""
    level = {"urgency": [city.data(ITEM)["urgency"]], "signed": ["leader"], "since": city.day}
    city.passed(city.edited(lambda data: data["extension"].update(levels=[level]), POLICY), "director")
    stands = city.data(ITEM)["task_notice"]["deadline"]
    asked = {
        "applied_on": city.day,
        "unit": "transport-bureau",
        "applicant": "transport-head",
        "reason": "沥青供应中断。",
        "progress": "过半。",
        "old_deadline": stands,
        "new_deadline": "2020-01-20",
        "signed": [{"role": "unit_head", "by": "transport-head", "on": city.day}],
    }
    city.passed(city.edited(lambda data: data.update(extensions=[asked])), "transport-head")

    def decided(*signers: tuple[str, str]) -> dict[str, bytes]:
        signed = [{"role": role, "by": by, "on": city.day} for role, by in signers]
        decision = {"on": city.day, "by": signers[0][1], "result": "同意", "signed": signed}
        return city.edited(lambda data: data["extensions"][0].update(decision=decision))

    low = city.open(decided(("director", "director")))
    city.approve(low, "director")
    found = city.gate(low)
    assert (found.verdict, seats(found)) == ("refuse", [("director", "director", "signed", "")])
    assert findings(found) == [("G109", ITEM), ("D515", ITEM)]
    high = city.open(decided(("leader", "mayor")))
    assert seats(city.gate(high)) == [("leader", "mayor", "missing", "not_reviewed")]
    city.approve(high, "mayor")
    assert city.gate(high).verdict == "pass"

    audit = city.bypassed(low)
    assert [one.details["finding"] for one in audit.violations] == ["G109"]
    also = {"role": "leader", "by": "mayor", "on": city.day}
    later = city.open(city.edited(lambda data: data["extensions"][0]["decision"]["signed"].append(also)))
    city.approve(later, "mayor")
    found = city.gate(later)
    assert (found.verdict, seats(found)) == ("pass", [("leader", "mayor", "signed", "")])
