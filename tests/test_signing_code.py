"""A code in the approval binds it to what is signed, where the policy asks for one: then no forge can move it."""

from __future__ import annotations

import pytest

import tampering
from signing import LIAISON, POLICY, PROGRESS, VISIT, City, codes, proofs, seats, violations

NO_CODE = [("liaison", LIAISON, "stale", "no_code")]


@pytest.fixture
def bound(city: City) -> City:
    """A city whose policy binds approvals by a code."""
    city.passed(city.edited(lambda data: data["signing"].update(binding="code"), POLICY), "director")
    return city


def code_of(city: City, number: int, role: str = "liaison") -> str:
    return city.gate(number).codes[role]


def test_an_approval_with_the_code(bound: City) -> None:
    number = bound.open(bound.with_progress())
    code = code_of(bound, number)
    assert len(code) == 32
    bound.review(number, LIAISON, body=f"签批 {code}。")
    assert bound.gate(number).verdict == "pass"
    assert violations(bound.bypassed(number)) == []
    kept = tampering.receipt(bound, 3)["reviews"][0]
    assert kept["codes"] == [code]
    assert "签批" not in bound.content("receipts/000/000003.json", "evidence").decode()


@pytest.mark.parametrize("told", ["", "同意", "{upper}", "{code}0", "{short}"])
def test_an_approval_without_it(bound: City, told: str) -> None:
    number = bound.open(bound.with_progress())
    code = code_of(bound, number)
    bound.review(number, LIAISON, body=told.format(code=code, upper=code.upper(), short=code[:-1]))
    assert seats(bound.gate(number)) == NO_CODE
    merged = bound.merge(number)
    bound.record()
    assert violations(bound.audit()) == [("A208", merged)]
    assert proofs(bound.audit()) == {PROGRESS: "broken"}


def test_a_code_for_other_words_roles_and_items(bound: City) -> None:
    other = bound.open(bound.with_progress("已全部完工。"))
    visit = bound.open(bound.with_visit())
    assert {*bound.gate(visit).codes} == {"supervisor"}
    number = bound.open(bound.with_progress())
    told = " ".join([code_of(bound, other), code_of(bound, visit, "supervisor")])
    bound.review(number, LIAISON, body=told)
    assert seats(bound.gate(number)) == NO_CODE
    bound.review(number, LIAISON, body=f"{told} {code_of(bound, number)}")
    assert bound.gate(number).verdict == "pass"


def test_an_entry_approved_for_one_item_and_put_into_another(bound: City) -> None:
    entry = bound.open(bound.with_visit())
    code = code_of(bound, entry, "supervisor")
    elsewhere = bound.open(bound.with_visit(path="items/2019/2019-0002.yml"))
    bound.review(elsewhere, "section-head", body=code)
    assert seats(bound.gate(elsewhere)) == [("supervisor", "section-head", "stale", "no_code")]
    bound.review(entry, "section-head", body=code)
    assert bound.gate(entry).verdict == "pass"
    assert codes(bound.bypassed(elsewhere)) == ["A208"]


def test_a_forge_that_moves_approvals_and_their_times(bound: City) -> None:
    """The last line: what it ties to the new head, and dates after the push, holds the code of other words."""
    number = bound.open(bound.with_progress())
    review = bound.review(number, LIAISON, body=code_of(bound, number))
    head = bound.push(number, bound.with_progress("已全部完工。"), onto="main")
    bound.revise(number, review, commit=head, at=bound.tick())
    assert seats(bound.gate(number)) == NO_CODE
    assert codes(bound.bypassed(number)) == ["A208"]


def test_the_same_words_pushed_anew(bound: City) -> None:
    """The code still fits; the approval of the old head is still asked for again."""
    number = bound.open(bound.with_progress())
    code = code_of(bound, number)
    bound.review(number, LIAISON, body=code)
    other = bound.open(bound.with_visit())
    bound.review(other, "section-head", body=code_of(bound, other, "supervisor"))
    assert violations(bound.bypassed(other)) == []
    bound.push(number, bound.with_progress(), onto="main")
    assert code_of(bound, number) == code
    assert seats(bound.gate(number)) == [("liaison", LIAISON, "stale", "other_revision")]
    bound.review(number, LIAISON, body=code)
    assert violations(bound.bypassed(number)) == []
    assert proofs(bound.audit()) == {VISIT: "proven", PROGRESS: "proven"}
