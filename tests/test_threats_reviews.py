"""Approvals that are no signature: the gate waits for a better one, and the audit names who merged without."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from duban.signoff import Reason, State
from signing import (
    ITEM,
    LIAISON,
    POLICY,
    PROGRESS,
    ROSTER,
    STRANGER,
    VISIT,
    City,
    codes,
    findings,
    person,
    proofs,
    seats,
    violations,
)

Attack = Callable[[City, int], object]


@pytest.fixture(scope="module")
def first_visited(first_city: City, tmp_path_factory: pytest.TempPathFactory) -> City:
    """A city with one visit that was signed in order."""
    city = first_city.copy(tmp_path_factory.mktemp("visited") / "city")
    city.passed(city.with_visit(), "section-head")
    return city


@pytest.fixture
def visited(first_visited: City, tmp_path: Path) -> City:
    return first_visited.copy(tmp_path / "visited")


def pushed_after_approval(city: City, number: int) -> None:
    city.approve(number, LIAISON)
    city.push(
        number,
        city.edited(lambda data: data["progress"][0].update(progress="已全部完工。"), at=f"refs/pull/{number}/head"),
    )


def force_pushed_after_approval(city: City, number: int) -> None:
    city.approve(number, LIAISON)
    city.push(number, city.with_progress("已全部完工。"), onto="main")


def reanchored(city: City, number: int) -> None:
    """The forge ties the old approval to what was force-pushed after it."""
    review = city.review(number, LIAISON)
    head = city.push(number, city.with_progress("已全部完工。"), onto="main")
    city.revise(number, review, commit=head)


def reanchored_and_silent(city: City, number: int) -> None:
    """... and does not tell when that was pushed."""
    reanchored(city, number)
    city.forge.pushed[number].pop()


def in_the_same_instant(city: City, number: int) -> None:
    review = city.review(number, LIAISON)
    city.revise(number, review, at=city.forge.pushed[number][-1].at)


def dismissed(city: City, number: int) -> None:
    city.revise(number, city.review(number, LIAISON), state="DISMISSED")


def approved_then_dismissed_again(city: City, number: int) -> None:
    city.approve(number, LIAISON)
    city.revise(number, city.review(number, LIAISON), state="DISMISSED")


def taken_back(city: City, number: int) -> None:
    city.approve(number, LIAISON)
    city.review(number, LIAISON, "CHANGES_REQUESTED")


def changes_requested_of_an_old_head(city: City, number: int) -> None:
    city.review(number, LIAISON, "CHANGES_REQUESTED")
    city.push(number, city.with_progress("已补两处坑槽。"), onto="main")
    city.review(number, LIAISON, "COMMENTED")


def by_a_bot(city: City, number: int) -> None:
    """An app that acts with the account of a person."""
    city.approve(number, replace(city.accounts[LIAISON], human=False))


def own_pull_request(city: City, number: int) -> None:
    city.change(number, author=city.accounts[LIAISON])
    city.approve(number, LIAISON)


def own_push(city: City, number: int) -> None:
    city.push(number, {}, by=LIAISON, who=("staff", "staff@example.invalid"))
    city.change(number, authors=())
    city.approve(number, LIAISON)


def own_commit(city: City, number: int) -> None:
    city.change(number, authors=(city.accounts["staff"], city.accounts[LIAISON]))
    city.approve(number, LIAISON)


def own_commit_by_its_address(city: City, number: int) -> None:
    city.push(number, {}, who=city.hand(LIAISON))
    city.approve(number, LIAISON)


def own_committer_by_its_address(city: City, number: int) -> None:
    city.push(number, {}, committer=city.hand(LIAISON))
    city.approve(number, LIAISON)


def co_author(city: City, number: int) -> None:
    name, address = city.hand(LIAISON)
    city.push(number, {}, message=f"补充进展\n\nSigned-off-by: x <x@y.z>\nCo-authored-by: {name} <{address}>\n")
    city.approve(number, LIAISON)


def too_late(city: City, number: int) -> None:
    city.tick(minutes=4 * 24 * 60)
    city.approve(number, LIAISON)


def by_name_alone(city: City, number: int) -> None:
    """Trailers and names in commits are words."""
    told = f"Approved-by: {LIAISON}\nReviewed-by: {LIAISON}\nSigned-off-by: {LIAISON} <{city.hand('staff')[1]}>\n"
    city.push(number, {}, message=f"补充进展\n\n{told}")


def by_the_same_role_elsewhere(city: City, number: int) -> None:
    city.approve(number, "housing-liaison", "transport-head", "director")


def by_the_same_login(city: City, number: int) -> None:
    """A second account that took the login."""
    city.approve(number, replace(STRANGER, login=LIAISON))


def out_of_office(city: City, number: int) -> None:
    """Approved in office, but the roster has ended the term by the time of the merge."""
    city.approve(number, LIAISON)
    assert city.gate(number).verdict == "pass"
    end = {"role": "liaison", "from": "2019-01-01", "to": "2019-10-27"}
    city.passed(city.edited(lambda data: person(data, LIAISON).update(roles=[end]), ROSTER), "director")


def before_the_term(city: City, number: int) -> None:
    """Approved on the eve of the term."""
    begin = {"role": "liaison", "from": "2019-10-29"}
    city.passed(city.edited(lambda data: person(data, LIAISON).update(roles=[begin]), ROSTER), "director")
    city.approve(number, LIAISON)
    city.tick(minutes=24 * 60)


def without_account(city: City, number: int) -> None:
    """Approved, but the roster knows of no account by the time of the merge."""
    city.approve(number, LIAISON)
    city.passed(city.edited(lambda data: person(data, LIAISON).pop("accounts"), ROSTER), "director")


def moved_to_another_unit(city: City, number: int) -> None:
    city.approve(number, LIAISON)
    city.passed(city.edited(lambda data: person(data, LIAISON).update(unit="housing-bureau"), ROSTER), "director")


def nobody(city: City, number: int) -> None:
    """Nothing was said."""


def only_a_comment(city: City, number: int) -> None:
    city.review(number, LIAISON, "COMMENTED", body="同意签批。")


def only_begun(city: City, number: int) -> None:
    city.review(number, LIAISON, "PENDING")


ATTACKS: tuple[tuple[Attack, State, Reason], ...] = (
    (nobody, "missing", "not_reviewed"),
    (only_a_comment, "missing", "not_reviewed"),
    (only_begun, "missing", "not_reviewed"),
    (by_name_alone, "missing", "not_reviewed"),
    (by_the_same_role_elsewhere, "missing", "not_reviewed"),
    (by_the_same_login, "missing", "not_reviewed"),
    (dismissed, "missing", "dismissed"),
    (approved_then_dismissed_again, "missing", "dismissed"),
    (without_account, "missing", "no_account"),
    (taken_back, "changes_requested", "changes_requested"),
    (changes_requested_of_an_old_head, "changes_requested", "changes_requested"),
    (pushed_after_approval, "stale", "other_revision"),
    (force_pushed_after_approval, "stale", "other_revision"),
    (reanchored, "stale", "before_push"),
    (reanchored_and_silent, "stale", "push_unknown"),
    (in_the_same_instant, "stale", "before_push"),
    (by_a_bot, "not_entitled", "bot"),
    (own_pull_request, "not_entitled", "own_work"),
    (own_push, "not_entitled", "own_work"),
    (own_commit, "not_entitled", "own_work"),
    (own_commit_by_its_address, "not_entitled", "own_work"),
    (own_committer_by_its_address, "not_entitled", "own_work"),
    (co_author, "not_entitled", "own_work"),
    (too_late, "not_entitled", "backdated"),
    (out_of_office, "not_entitled", "not_in_office"),
    (before_the_term, "not_entitled", "not_in_office"),
    (moved_to_another_unit, "not_entitled", "other_unit"),
)


@pytest.mark.parametrize(("attack", "state", "reason"), ATTACKS, ids=[one[0].__name__ for one in ATTACKS])
def test_what_is_no_signature(visited: City, attack: Attack, state: State, reason: Reason) -> None:
    number = visited.open(visited.with_progress())
    attack(visited, number)
    found = visited.gate(number)
    # The check too knows who holds no role on the day the entry names.
    assert findings(found) == ([("D209", ITEM)] if reason == "not_in_office" else [])
    assert found.verdict == ("refuse" if reason == "not_in_office" else "wait")
    assert seats(found) == [("liaison", LIAISON, state, reason)]

    merged = visited.merge(number)
    visited.record()
    audit = visited.audit()
    assert violations(audit) == [("A208", merged)]
    assert audit.violations[0].details == {
        "item": PROGRESS[0],
        "entry": PROGRESS[1],
        "kind": "progress",
        "role": "liaison",
        "state": state,
    }
    assert proofs(audit) == {VISIT: "proven", PROGRESS: "broken"}
    assert audit.proofs[PROGRESS].signers == ()


def test_what_was_said_after_the_merge_came_too_late(city: City) -> None:
    number = city.open(city.with_progress())
    merged = city.merge(number)
    city.approve(number, LIAISON)
    city.record()
    assert violations(city.audit()) == [("A208", merged)]


def test_a_dismissal_before_the_merge_counts_though_the_gate_had_passed(city: City) -> None:
    number = city.open(city.with_progress())
    review = city.review(number, LIAISON)
    assert city.gate(number).verdict == "pass"
    city.revise(number, review, state="DISMISSED")
    merged = city.merge(number)
    city.record()
    assert violations(city.audit()) == [("A208", merged)]


def test_a_comment_takes_nothing_back_and_a_new_approval_mends(city: City) -> None:
    number = city.open(city.with_progress())
    city.review(number, LIAISON, "CHANGES_REQUESTED")
    city.approve(number, LIAISON)
    city.review(number, LIAISON, "COMMENTED", body="补一句。")
    assert city.gate(number).verdict == "pass"
    merged = city.merge(number)
    city.record()
    audit = city.audit()
    assert violations(audit) == []
    proof = audit.proofs[PROGRESS]
    assert (proof.state, proof.pull, proof.commit) == ("proven", number, merged)
    assert [(one.person, one.role, one.paper) for one in proof.signers] == [(LIAISON, "liaison", False)]


def test_a_reviewer_who_was_renamed_has_signed_all_the_same(city: City) -> None:
    number = city.open(city.with_progress())
    city.approve(number, replace(city.accounts[LIAISON], login="new-name"))
    assert city.gate(number).verdict == "pass"
    assert violations(city.bypassed(number)) == []


def test_a_forged_status_changes_nothing(city: City) -> None:
    number = city.open(city.with_progress())
    city.forge.set_status(city.forge.pull(number).head, "success", "duban/sign-off")
    assert city.gate(number).verdict == "wait"
    assert codes(city.bypassed(number)) == ["A208"]


def test_an_entry_of_tomorrow_cannot_be_signed_today(city: City) -> None:
    number = city.open(city.with_progress(on="2019-10-29"))
    city.approve(number, LIAISON)
    assert seats(city.gate(number)) == [("liaison", LIAISON, "not_entitled", "day_ahead")]
    assert codes(city.bypassed(number)) == ["A208"]


def test_the_head_of_another_unit_signs_nothing(city: City) -> None:
    """Named by the entry itself, which the policy ties to the unit that reports."""
    number = city.open(city.with_progress(by="housing-liaison"))
    city.approve(number, "housing-liaison")
    assert seats(city.gate(number)) == [("liaison", "housing-liaison", "not_entitled", "other_unit")]
    assert codes(city.bypassed(number)) == ["A208"]


def test_one_person_fills_no_two_roles(city: City) -> None:
    """The section head signs a proposal as head and a visit as supervisor: one at a time."""
    number = city.open({**city.with_item("proposal"), **city.with_visit("section-head")})
    city.approve(number, "registrar", "section-head")
    assert seats(city.gate(number)) == [
        ("supervisor", "section-head", "signed", ""),
        ("registrar", "registrar", "signed", ""),
        ("section_head", "section-head", "not_entitled", "two_roles"),
    ]
    audit = city.bypassed(number)
    assert codes(audit) == ["A208"]
    assert proofs(audit) == {VISIT: "proven", ("2019-0004", "/intake"): "proven", ("2019-0004", "/proposal"): "broken"}


def test_one_account_stands_for_no_two_people(city: City) -> None:
    """The check refuses such a roster, but somebody may have merged one all the same."""
    twin = {"github": city.accounts["section-head"].id}
    number = city.open(city.edited(lambda data: person(data, LIAISON).update(accounts=twin), ROSTER))
    city.approve(number, "director")
    assert findings(city.gate(number)) == [("D808", ROSTER)]
    city.bypassed(number)
    number = city.open({**city.with_progress(), **city.with_visit("section-head")})
    city.approve(number, "section-head")
    assert [one[2:] for one in seats(city.gate(number))] == [("signed", ""), ("not_entitled", "two_roles")]


def test_whoever_may_sign_may_also_object(city: City) -> None:
    """Where no one is named, the approval of one director does not outweigh what another asks for."""
    both = {"role": "director", "from": "2019-10-28"}
    roster = city.edited(lambda data: person(data, "deputy-director")["roles"].append(both), ROSTER)
    city.passed(roster, "director")
    number = city.open(city.edited(lambda data: data.update(look_back_days=60), POLICY))
    city.review(number, "deputy-director", "CHANGES_REQUESTED")
    city.approve(number, "director")
    assert seats(city.gate(number)) == [("director", "deputy-director", "changes_requested", "changes_requested")]
    city.approve(number, "deputy-director")
    assert city.gate(number).verdict == "pass"
