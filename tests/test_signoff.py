"""Seats, a submission and a roster, all made by hand → how each seat stands: a row for every reason there is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, get_args

import pytest

from duban.model import Person, Registry, Term
from duban.moment import instant
from duban.pull import Account, Pull, Push, Review, ReviewState
from duban.seat import Paper, Seat
from duban.signoff import Reason, Signed, State, Submission, codes_for, codes_in, hands_of, standing

HEAD, OLD = "a" * 40, "b" * 40
SCAN = b"scanned"
PAPER = Paper("scans/2019/one.pdf", hashlib.sha256(SCAN).hexdigest(), "keeper")
SIGNING = {"forge": "github", "repository": "city/ledger", "branch": "main", "claim_within_days": 3}
ACCOUNTS = {"li": 1, "wang": 2, "zhao": 3, "keeper": 4}
UNITS = {"li": "transport", "wang": "transport", "zhao": "housing", "keeper": "office", "paper": "transport"}
SEAT = Seat("2019-0002", "/progress/0", "progress", "liaison", "d1", "li", ("transport",), "2019-10-28")


def at(minute: int) -> str:
    return instant(f"2019-10-28T10:{minute:02}:00+08:00")


def person(identity: str, *roles: Term) -> Person:
    accounts = {"github": ACCOUNTS[identity]} if identity in ACCOUNTS else {}
    return Person(identity, "", UNITS[identity], "", roles, accounts=accounts)


PEOPLE = {
    "li": person("li", Term("2019-01-01", role="liaison")),
    "wang": person("wang", Term("2019-01-01", role="liaison")),
    "zhao": person("zhao", Term("2019-01-01", role="liaison")),
    "keeper": person("keeper", Term("2019-01-01", role="registrar")),
    "paper": person("paper", Term("2019-01-01", role="liaison")),
}


def review(who: str, state: ReviewState = "APPROVED", minute: int = 30, commit: str = HEAD, **more: Any) -> Review:
    account = Account(ACCOUNTS[who], who, more.pop("human", True))
    return Review(more.pop("id", minute), account, state, at(minute), commit, **more)


def submitted(
    *reviews: Review,
    pushed: Iterable[Push] = (Push(HEAD, at(10)),),
    hands: Iterable[int] = (),
    merged: int | None = None,
) -> Submission:
    pull = Pull(7, "city/ledger", "main", "change", "city/ledger", HEAD, Account(9, "staff"))
    return Submission(
        replace(pull, merged_at="" if merged is None else at(merged)), reviews, tuple(pushed), frozenset(hands)
    )


def judged(
    seats: Iterable[Seat],
    submission: Submission,
    *people: Person,
    scan: bytes | None = SCAN,
    signing: dict[str, Any] | None = None,
) -> tuple[Signed, ...]:
    roster = {**PEOPLE, **{one.id: one for one in people}}
    registry = Registry({}, roster, {}, {}, {"signing": {**SIGNING, **(signing or {})}})
    return standing([*seats], submission, registry, {} if scan is None else {PAPER.file: scan})


def told(found: Iterable[Signed]) -> list[tuple[State, Reason, str, int]]:
    return [(one.state, one.reason, one.by, one.review.id if one.review is not None else 0) for one in found]


def test_a_forge_that_does_not_say_when_it_was_pushed() -> None:
    assert replace(submitted(), pushes=()).pushed_at == ""


ANYONE = replace(SEAT, person="")
ON_PAPER = replace(SEAT, person="paper", paper=PAPER)
LATER_TERM = Term("2019-10-29", role="liaison")
ROWS: list[tuple[str, Seat, Submission, dict[str, Any], tuple[State, Reason, str, int]]] = [
    ("approved", SEAT, submitted(review("li")), {}, ("signed", "", "li", 30)),
    ("approved by somebody else", SEAT, submitted(review("wang")), {}, ("missing", "not_reviewed", "li", 0)),
    ("a comment", SEAT, submitted(review("li", "COMMENTED")), {}, ("missing", "not_reviewed", "li", 0)),
    ("dismissed", SEAT, submitted(review("li", "DISMISSED")), {}, ("missing", "dismissed", "li", 30)),
    (
        "changes requested",
        SEAT,
        submitted(review("li", "CHANGES_REQUESTED")),
        {},
        ("changes_requested", "changes_requested", "li", 30),
    ),
    ("nobody of that name", replace(SEAT, person="sun"), submitted(), {}, ("missing", "no_account", "sun", 0)),
    ("no account", replace(SEAT, person="paper"), submitted(), {}, ("missing", "no_account", "paper", 0)),
    (
        "an account of another forge",
        SEAT,
        submitted(review("li")),
        {"signing": {"forge": "gitlab"}},
        ("missing", "no_account", "li", 0),
    ),
    ("a bot", SEAT, submitted(review("li", human=False)), {}, ("not_entitled", "bot", "li", 30)),
    ("own work", SEAT, submitted(review("li"), hands=[1]), {}, ("not_entitled", "own_work", "li", 30)),
    (
        "not yet in office",
        SEAT,
        submitted(review("li")),
        {"people": [person("li", LATER_TERM)]},
        ("not_entitled", "not_in_office", "li", 30),
    ),
    (
        "of another unit",
        replace(SEAT, units=("housing",)),
        submitted(review("li")),
        {},
        ("not_entitled", "other_unit", "li", 30),
    ),
    ("no unit asked", replace(SEAT, units=()), submitted(review("li")), {}, ("signed", "", "li", 30)),
    (
        "a day ahead",
        replace(SEAT, on="2019-10-29"),
        submitted(review("li")),
        {},
        ("not_entitled", "day_ahead", "li", 30),
    ),
    ("three days back", replace(SEAT, on="2019-10-25"), submitted(review("li")), {}, ("signed", "", "li", 30)),
    (
        "four days back",
        replace(SEAT, on="2019-10-24"),
        submitted(review("li")),
        {},
        ("not_entitled", "backdated", "li", 30),
    ),
    ("no day claimed", replace(SEAT, on=""), submitted(review("li")), {}, ("signed", "", "li", 30)),
    (
        "of another revision",
        SEAT,
        submitted(review("li", commit=OLD)),
        {},
        ("stale", "other_revision", "li", 30),
    ),
    ("tied to no revision", SEAT, submitted(review("li", commit="")), {}, ("stale", "other_revision", "li", 30)),
    ("before the push", SEAT, submitted(review("li", minute=9)), {}, ("stale", "before_push", "li", 9)),
    ("with the push", SEAT, submitted(review("li", minute=10)), {}, ("stale", "before_push", "li", 10)),
    (
        "pushed again to the same revision",
        SEAT,
        submitted(review("li"), pushed=[Push(HEAD, at(10)), Push(OLD, at(50)), Push(HEAD, at(40))]),
        {},
        ("stale", "before_push", "li", 30),
    ),
    (
        "an unknown push",
        SEAT,
        submitted(review("li"), pushed=[Push(OLD, at(10))]),
        {},
        ("stale", "push_unknown", "li", 30),
    ),
    ("after the merge", SEAT, submitted(review("li"), merged=29), {}, ("missing", "not_reviewed", "li", 0)),
    ("with the merge", SEAT, submitted(review("li"), merged=30), {}, ("signed", "", "li", 30)),
    (
        "taken back",
        SEAT,
        submitted(review("li", "CHANGES_REQUESTED", 40), review("li")),
        {},
        ("changes_requested", "changes_requested", "li", 40),
    ),
    (
        "two in one instant: the one given last",
        SEAT,
        submitted(review("li", "DISMISSED", id=8), review("li", id=5)),
        {},
        ("missing", "dismissed", "li", 8),
    ),
    (
        "only a comment after it",
        SEAT,
        submitted(review("li"), review("li", "COMMENTED", 40)),
        {},
        ("signed", "", "li", 30),
    ),
    # A seat that whoever holds the role may fill.
    ("anyone", ANYONE, submitted(review("wang")), {}, ("signed", "", "wang", 30)),
    ("anyone, of another unit", ANYONE, submitted(review("zhao")), {}, ("missing", "not_reviewed", "", 0)),
    ("anyone, no review", ANYONE, submitted(), {}, ("missing", "not_reviewed", "", 0)),
    ("no one holds it", replace(ANYONE, role="director"), submitted(), {}, ("missing", "nobody", "", 0)),
    (
        "the best of two",
        ANYONE,
        submitted(review("li", commit=OLD), review("wang")),
        {},
        ("signed", "", "wang", 30),
    ),
    (
        "stale before not entitled",
        ANYONE,
        submitted(review("li", human=False), review("wang", commit=OLD)),
        {},
        ("stale", "other_revision", "wang", 30),
    ),
    (
        "not entitled before dismissed",
        ANYONE,
        submitted(review("li", "DISMISSED"), review("wang", human=False)),
        {},
        ("not_entitled", "bot", "wang", 30),
    ),
    (
        "one against outweighs one for",
        ANYONE,
        submitted(review("li"), review("wang", "CHANGES_REQUESTED")),
        {},
        ("changes_requested", "changes_requested", "wang", 30),
    ),
    (
        "a bot against outweighs nobody",
        ANYONE,
        submitted(review("li"), review("wang", "CHANGES_REQUESTED", human=False)),
        {},
        ("signed", "", "li", 30),
    ),
    (
        "a bot against, and nobody else",
        ANYONE,
        submitted(review("wang", "CHANGES_REQUESTED", human=False), review("li", commit=OLD)),
        {},
        ("changes_requested", "changes_requested", "wang", 30),
    ),
    (
        "one who holds the role no more",
        ANYONE,
        submitted(review("li"), review("wang", "CHANGES_REQUESTED")),
        {"people": [person("wang", Term("2018-01-01", "2018-12-31", "liaison"))]},
        ("signed", "", "li", 30),
    ),
    # A seat that was signed on paper.
    ("on paper", ON_PAPER, submitted(review("keeper")), {}, ("signed", "", "keeper", 30)),
    (
        "on paper, an old one",
        replace(ON_PAPER, on="2019-06-01"),
        submitted(review("keeper")),
        {},
        ("signed", "", "keeper", 30),
    ),
    (
        "on paper, ahead",
        replace(ON_PAPER, on="2019-10-29"),
        submitted(review("keeper")),
        {},
        ("not_entitled", "day_ahead", "keeper", 30),
    ),
    ("on paper, not answered for", ON_PAPER, submitted(), {}, ("missing", "not_reviewed", "keeper", 0)),
    (
        "on paper, no scan",
        ON_PAPER,
        submitted(review("keeper")),
        {"scan": None},
        ("missing", "scan_missing", "paper", 0),
    ),
    (
        "on paper, another scan",
        ON_PAPER,
        submitted(review("keeper")),
        {"scan": b"other"},
        ("not_entitled", "scan_differs", "paper", 0),
    ),
    (
        "on paper, its digest in capitals",
        replace(ON_PAPER, paper=replace(PAPER, sha256=PAPER.sha256.upper())),
        submitted(review("keeper")),
        {},
        ("signed", "", "keeper", 30),
    ),
    (
        "on paper by one with an account",
        replace(ON_PAPER, person="li"),
        submitted(review("keeper")),
        {},
        ("not_entitled", "has_account", "li", 0),
    ),
    (
        "on paper by one of another unit",
        replace(ON_PAPER, units=("housing",)),
        submitted(review("keeper")),
        {},
        ("not_entitled", "other_unit", "paper", 0),
    ),
    (
        "on paper before the office",
        replace(ON_PAPER, on="2018-12-31"),
        submitted(review("keeper")),
        {},
        ("not_entitled", "not_in_office", "paper", 0),
    ),
    (
        "on paper by nobody",
        replace(ON_PAPER, person="sun"),
        submitted(review("keeper")),
        {},
        ("not_entitled", "not_in_office", "sun", 0),
    ),
    (
        "on paper, answered for by no registrar",
        replace(ON_PAPER, paper=replace(PAPER, registrar="wang")),
        submitted(review("wang")),
        {},
        ("not_entitled", "not_in_office", "wang", 30),
    ),
]


@pytest.mark.parametrize(
    ("seat", "submission", "more", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_how_a_seat_stands(
    seat: Seat, submission: Submission, more: dict[str, Any], expected: tuple[State, Reason, str, int]
) -> None:
    rest = {**more}
    found = judged([seat], submission, *rest.pop("people", ()), **rest)
    assert told(found) == [expected]
    assert [one.seat for one in found] == [seat]


def test_every_state_and_reason_has_a_row() -> None:
    elsewhere = {"no_code", "two_roles"}
    assert {row[4][1] for row in ROWS} == {*get_args(Reason)} - elsewhere
    assert {row[4][0] for row in ROWS} == {*get_args(State)}


def test_gitlab_ties_no_approval_to_a_revision() -> None:
    gitlab = replace(PEOPLE["li"], accounts={"gitlab": 1})
    for commit, expected in (("", ("signed", "")), (OLD, ("stale", "other_revision"))):
        found = judged([SEAT], submitted(review("li", commit=commit)), gitlab, signing={"forge": "gitlab"})
        assert [one[:2] for one in told(found)] == [expected]


def test_a_day_is_the_same_one_where_the_policy_allows_none_later() -> None:
    policy = {key: value for key, value in SIGNING.items() if key != "claim_within_days"}
    registry = Registry({}, PEOPLE, {}, {}, {"signing": policy})
    for day, expected in (("2019-10-28", ""), ("2019-10-27", "backdated")):
        found = standing([replace(SEAT, on=day)], submitted(review("li")), registry, {})
        assert [one.reason for one in found] == [expected]


def test_without_a_policy_of_signing_nobody_has_an_account() -> None:
    found = standing([SEAT], submitted(review("li")), Registry({}, PEOPLE, {}, {}, {}), {})
    assert told(found) == [("missing", "no_account", "li", 0)]


def test_one_account_fills_seats_of_one_role_alone() -> None:
    both = person("li", Term("2019-01-01", role="liaison"), Term("2019-01-01", role="head"))
    seats = [SEAT, replace(SEAT, entry="/progress/1"), replace(SEAT, entry="/visits/0", role="head")]
    found = judged(seats, submitted(review("li")), both)
    assert told(found) == [
        ("signed", "", "li", 30),
        ("signed", "", "li", 30),
        ("not_entitled", "two_roles", "li", 30),
    ]
    assert [one.seat for one in found] == seats
    shared = replace(PEOPLE["wang"], accounts={"github": 1})
    found = judged([SEAT, replace(SEAT, person="wang")], submitted(review("li")), shared)
    assert [(one.state, one.reason, one.by) for one in found] == [
        ("signed", "", "li"),
        ("not_entitled", "two_roles", "wang"),
    ]


def test_a_code_binds_an_approval_to_what_it_signs() -> None:
    binding = {"binding": "code"}
    seats = [SEAT, replace(SEAT, entry="/progress/1", digest="d2"), replace(ON_PAPER, entry="/progress/2")]
    codes = codes_for(seats, {**SIGNING, **binding})
    text = f"city/ledger\nmain\nliaison\n{SEAT.item}\0/progress/0\0d1\n{SEAT.item}\0/progress/1\0d2"
    assert [*codes] == ["liaison", "registrar"]
    assert codes["liaison"] == hashlib.sha256(text.encode()).hexdigest()[:32]
    assert codes == codes_for(seats[::-1], {**SIGNING, **binding})
    assert codes_for(seats, SIGNING) == codes_for(seats, {**SIGNING, "binding": "head"}) == {}
    for body, expected in (
        (f"同意。{codes['liaison']}", [("signed", ""), ("signed", "")]),
        (codes["registrar"], [("stale", "no_code")] * 2),
        ("同意。", [("stale", "no_code")] * 2),
        (f"a{codes['liaison']}", [("stale", "no_code")] * 2),
    ):
        found = judged(seats, submitted(review("li", body=body), review("keeper")), signing=binding)
        assert [(one.state, one.reason) for one in found] == [*expected, ("stale", "no_code")]


def test_codes_are_found_by_themselves() -> None:
    one, two = "0" * 32, "ab" * 16
    assert codes_in(f"{one}, {two}") == (one, two)
    assert codes_in(f"{one}0 x{two[1:]}") == ()


def test_the_hands_of_a_pull_request_are_all_who_made_any_of_it() -> None:
    pull = Pull(7, "", "", "", "", HEAD, Account(1, "a"), authors=(Account(2, "b"),))
    pushes = [Push(HEAD, at(1), Account(3, "c")), Push(HEAD, at(2))]
    emails = [
        "4+d@users.noreply.github.com",
        " 5+e@Users.NoReply.GitHub.com ",
        "6@users.noreply.github.com",
        "7+g@users.noreply.github.com.example.org",
        "x8+h@users.noreply.github.com",
    ]
    assert hands_of(pull, pushes, emails) == {1, 2, 3, 4, 5}
    assert hands_of(pull, []) == {1, 2}
