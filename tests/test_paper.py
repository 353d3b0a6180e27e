"""Who has no account signs on paper: the scan is in the ledger by its digest, and the registrar answers for it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest

from duban.signoff import Reason, State
from signing import ON_PAPER, OTHER, ROSTER, City, Files, codes, findings, person, proofs, seats, violations

SCAN = "scans/2019/2019-0003-ack.pdf"
PAGE = "%PDF-1.7 签收页".encode()
ACK = ("2019-0003", "/task_notice/ack")


def acknowledged(
    city: City, by: str = ON_PAPER, on: str = "", registrar: str = "registrar", page: bytes = PAGE
) -> dict[str, bytes]:
    """The district signs for its notice, on paper."""
    day = on or city.day
    paper = {"file": SCAN, "sha256": hashlib.sha256(page).hexdigest(), "registrar": registrar}
    signed = [{"role": "unit_head", "by": by, "on": day, "paper": paper}]
    ack = {"by": by, "on": day, "signed": signed}
    return city.edited(lambda data: data["task_notice"].update(ack=ack), OTHER)


def test_the_registrar_answers_for_the_scan(city: City) -> None:
    number = city.open({**acknowledged(city), SCAN: PAGE})
    assert seats(city.gate(number)) == [("unit_head", "registrar", "missing", "not_reviewed")]
    city.approve(number, "registrar")
    assert (city.gate(number).verdict, city.gate(number).parts.keys()) == ("pass", {"record", "scans"})
    audit = city.bypassed(number)
    assert violations(audit) == []
    proof = audit.proofs[ACK]
    assert [(one.person, one.role, one.paper) for one in proof.signers] == [(ON_PAPER, "unit_head", True)]
    assert proof.state == "proven"


def test_a_scan_that_was_filed_before(city: City) -> None:
    """Alone it is answered for by the registrar; the entry that names it comes later, and may say an earlier day."""
    city.passed({SCAN: PAGE}, "registrar")
    number = city.open(acknowledged(city, on="2019-10-21"))
    city.approve(number, "registrar")
    assert city.gate(number).verdict == "pass"
    assert violations(city.bypassed(number)) == []


def nobody_answers(city: City) -> Files:
    return {**acknowledged(city), SCAN: PAGE}


def someone_else_answers(city: City) -> Files:
    return {**acknowledged(city, registrar="deputy-director"), SCAN: PAGE}


def scan_missing(city: City) -> Files:
    return acknowledged(city)


def scan_differs(city: City) -> Files:
    return {**acknowledged(city, page=b"another page"), SCAN: PAGE}


def scan_is_a_link(city: City) -> Files:
    return {**acknowledged(city), "scans/page.pdf": PAGE, SCAN: ("120000", b"../page.pdf")}


def has_an_account(city: City) -> Files:
    city.passed(city.edited(lambda data: person(data, ON_PAPER).update(accounts={"github": 1016}), ROSTER), "director")
    return {**acknowledged(city), SCAN: PAGE}


def of_another_unit(city: City) -> Files:
    city.passed(city.edited(lambda data: person(data, "education-head").pop("accounts"), ROSTER), "director")
    return {**acknowledged(city, by="education-head"), SCAN: PAGE}


def before_the_term(city: City) -> Files:
    begin = [{"role": "unit_head", "from": "2019-10-28"}]
    city.passed(city.edited(lambda data: person(data, ON_PAPER).update(roles=begin), ROSTER), "director")
    return {**acknowledged(city, on="2019-10-25"), SCAN: PAGE}


def of_tomorrow(city: City) -> Files:
    return {**acknowledged(city, on="2019-10-29"), SCAN: PAGE}


@pytest.mark.parametrize(
    ("brought", "approved", "seat", "extra"),
    [
        (nobody_answers, [], ("registrar", "missing", "not_reviewed"), []),
        (nobody_answers, ["director", "transport-head"], ("registrar", "missing", "not_reviewed"), []),
        (someone_else_answers, ["registrar"], ("deputy-director", "missing", "not_reviewed"), []),
        (someone_else_answers, ["deputy-director"], ("deputy-director", "not_entitled", "not_in_office"), []),
        (scan_missing, ["registrar"], (ON_PAPER, "missing", "scan_missing"), []),
        (scan_differs, ["registrar"], (ON_PAPER, "not_entitled", "scan_differs"), []),
        (scan_is_a_link, ["registrar"], (ON_PAPER, "missing", "scan_missing"), ["A211"]),
        (has_an_account, ["registrar"], (ON_PAPER, "not_entitled", "has_account"), []),
        (of_another_unit, ["registrar"], ("education-head", "not_entitled", "other_unit"), []),
        (before_the_term, ["registrar"], (ON_PAPER, "not_entitled", "not_in_office"), []),
        (of_tomorrow, ["registrar"], ("registrar", "not_entitled", "day_ahead"), []),
    ],
)
def test_paper_that_is_no_signature(
    city: City,
    brought: Callable[[City], Files],
    approved: list[str],
    seat: tuple[str, State, Reason],
    extra: list[str],
) -> None:
    number = city.open(brought(city))
    city.approve(number, *approved)
    found = city.gate(number)
    assert found.verdict != "pass"
    assert ("unit_head", *seat) in seats(found)
    merged = city.merge(number)
    city.record()
    audit = city.audit()
    assert violations(audit) == [(code, merged) for code in (*extra, "A208")]
    assert audit.violations[-1].details["state"] == seat[1]
    assert proofs(audit) == {ACK: "broken"}


def test_the_registrar_answers_for_no_scan_of_their_own(city: City) -> None:
    number = city.open({**acknowledged(city), SCAN: PAGE}, by="registrar")
    city.approve(number, "registrar")
    assert seats(city.gate(number)) == [("unit_head", "registrar", "not_entitled", "own_work")]
    assert codes(city.bypassed(number)) == ["A208"]


def test_the_registrar_may_register_and_answer_for_a_scan_at_once(city: City) -> None:
    """Both are the registrar's role; two roles would be too many."""
    number = city.open({**acknowledged(city), SCAN: PAGE, **city.with_item()})
    city.approve(number, "registrar")
    assert city.gate(number).verdict == "pass"
    assert violations(city.bypassed(number)) == []


def test_a_scan_that_nobody_signed_for(city: City) -> None:
    number = city.open({SCAN: PAGE})
    assert seats(city.gate(number)) == [("registrar", "", "missing", "not_reviewed")]
    assert codes(city.bypassed(number)) == ["A208"]


def test_a_scan_in_an_odd_place(city: City) -> None:
    number = city.open({"scans/签收页.pdf": PAGE})
    city.approve(number, "registrar")
    assert findings(city.gate(number)) == [("G107", "scans/签收页.pdf")]
    assert codes(city.bypassed(number)) == ["A211"]
