"""Seats, what the forge tells of a pull request, and the roster before → whether each seat is signed, and why not."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from duban.model import Data, Person, Registry, Tree
from duban.moment import day_in_china
from duban.pull import Pull, Push, Review
from duban.seat import Paper, Seat

State = Literal["signed", "missing", "stale", "not_entitled", "changes_requested"]
Reason = Literal[
    "",
    "not_reviewed",
    "dismissed",
    "no_account",
    "nobody",
    "changes_requested",
    "other_revision",
    "before_push",
    "push_unknown",
    "no_code",
    "bot",
    "own_work",
    "not_in_office",
    "other_unit",
    "two_roles",
    "day_ahead",
    "backdated",
    "has_account",
    "scan_missing",
    "scan_differs",
]
_BEST: tuple[State, ...] = ("signed", "changes_requested", "stale", "not_entitled", "missing")
_COUNTED = frozenset({"APPROVED", "CHANGES_REQUESTED", "DISMISSED"})
_CODE = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
_NOREPLY = re.compile(r"\s*(\d{1,18})\+[^@\s]+@users\.noreply\.github\.com\s*\Z", re.IGNORECASE)
_REGISTRAR = "registrar"


@dataclass(frozen=True, slots=True)
class Submission:
    """A pull request as it is laid before its signers. ``hands`` are account numbers that made it (``hands_of``)."""

    pull: Pull
    reviews: tuple[Review, ...]
    pushes: tuple[Push, ...]
    hands: frozenset[int]

    @property
    def pushed_at(self) -> str:
        """When its branch came to stand at the head, by the forge's clock; "" where the forge does not say."""
        return max((push.at for push in self.pushes if push.after == self.pull.head), default="")

    @property
    def latest(self) -> Mapping[int, Review]:
        """The review of each account that counts: comments never take back what was said before.

        What was said after the merge came too late for it.
        """
        counted = (review for review in self.reviews if review.state in _COUNTED and self._in_time(review))
        return {review.account.id: review for review in sorted(counted, key=lambda one: (one.at, one.id))}

    def _in_time(self, review: Review) -> bool:
        return not self.pull.merged_at or review.at <= self.pull.merged_at


@dataclass(frozen=True, slots=True)
class Signed:
    """How a seat stands. ``by`` is the person that filled it or is waited for, ``review`` what they said."""

    seat: Seat
    state: State
    reason: Reason
    by: str = ""
    review: Review | None = None


def hands_of(pull: Pull, pushes: Iterable[Push], emails: Iterable[str] = ()) -> frozenset[int]:
    """The accounts that made a pull request: who opened it, wrote or committed or pushed any of it.

    ``emails`` are those of its commits and their co-authors: GitHub's own addresses hold the account's number.
    """
    accounts = [pull.author, *pull.authors, *(push.account for push in pushes if push.account)]
    numbers = (int(match[1]) for email in emails if (match := _NOREPLY.match(email)))
    return frozenset({account.id for account in accounts} | set(numbers))


def codes_for(seats: Sequence[Seat], rules: Data) -> dict[str, str]:
    """What a reviewer pastes to sign in each role, where the policy's ``signing`` binds approvals by a code.

    Bound to the content of every entry the role signs. 32 hexadecimal digits; with fewer, an author
    could find two contents of one code.
    """
    if rules.get("binding") != "code":
        return {}
    found = {}
    for role in sorted({role_of(seat) for seat in seats}):
        signed = sorted(f"{seat.item}\0{seat.entry}\0{seat.digest}" for seat in seats if role_of(seat) == role)
        told = "\n".join([rules["repository"], rules["branch"], role, *signed])
        found[role] = hashlib.sha256(told.encode()).hexdigest()[:32]
    return found


def codes_in(body: str) -> tuple[str, ...]:
    """The signing codes that a review's text holds."""
    return tuple(_CODE.findall(body))


def role_of(seat: Seat) -> str:
    """The role in which a seat is signed on the forge: what was signed on paper the registrar answers for."""
    return _REGISTRAR if seat.paper else seat.role


def standing(seats: Sequence[Seat], submission: Submission, registry: Registry, after: Tree) -> tuple[Signed, ...]:
    """How every seat stands: the whole rule of who may sign, in one place for the gate, the receipt and the audit."""
    bench = _Bench(seats, submission, registry, after)
    judged = [bench.judge(seat) for seat in seats]
    return tuple(_one_role_each(judged))


class _Bench:
    """What judging a seat needs to know, worked out once."""

    def __init__(self, seats: Sequence[Seat], submission: Submission, registry: Registry, after: Tree) -> None:
        self.submission, self.registry, self.after = submission, registry, after
        self.rules: Data = registry.policy.get("signing", {})
        self.latest = submission.latest
        self.pushed_at = submission.pushed_at
        self.codes = codes_for(seats, self.rules)

    def judge(self, seat: Seat) -> Signed:
        if seat.paper:
            return self._on_paper(seat, seat.paper)
        if seat.person:
            return self._judge(seat, seat.person)
        entitled = [person for person in self.registry.people.values() if self._may_hold(person, seat)]
        found = [self._judge(seat, person.id) for person in entitled]
        if not found:
            return Signed(seat, "missing", "nobody")
        if against := next((one for one in found if self._objects(one)), None):
            return against
        best = min(found, key=lambda one: _BEST.index(one.state))
        return best if best.review else Signed(seat, "missing", "not_reviewed")

    def _may_hold(self, person: Person, seat: Seat) -> bool:
        return any(term.role == seat.role for term in person.roles) and (not seat.units or person.unit in seat.units)

    def _objects(self, one: Signed) -> bool:
        """Whether somebody who may fill the seat has asked for changes: another's signature does not outweigh that."""
        if one.state != "changes_requested" or one.review is None or not one.review.account.human:
            return False
        return self.registry.people[one.by].holds(one.seat.role, day_in_china(one.review.at))

    def _judge(self, seat: Seat, identity: str) -> Signed:
        person = self.registry.people.get(identity)
        account = person.accounts.get(self.rules.get("forge", "")) if person else None
        if person is None or account is None:
            return Signed(seat, "missing", "no_account", identity)
        review = self.latest.get(account)
        if review is None:
            return Signed(seat, "missing", "not_reviewed", identity)
        if review.state == "DISMISSED":
            return Signed(seat, "missing", "dismissed", identity, review)
        if review.state == "CHANGES_REQUESTED":
            return Signed(seat, "changes_requested", "changes_requested", identity, review)
        if reason := self._not_entitled(seat, person, review):
            return Signed(seat, "not_entitled", reason, identity, review)
        reason = self._stale(seat, review)
        return Signed(seat, "stale" if reason else "signed", reason, identity, review)

    def _not_entitled(self, seat: Seat, person: Person, review: Review) -> Reason:
        day = day_in_china(review.at)
        if not review.account.human:
            return "bot"
        if review.account.id in self.submission.hands:
            return "own_work"
        if not person.holds(role_of(seat), day):
            return "not_in_office"
        if seat.units and not seat.paper and person.unit not in seat.units:
            return "other_unit"
        if seat.on > day:
            return "day_ahead"
        if seat.on and not seat.paper and _days(seat.on, day) > self.rules.get("claim_within_days", 0):
            return "backdated"
        return ""

    def _stale(self, seat: Seat, review: Review) -> Reason:
        # GitLab ties no approval to a revision; there the push time alone decides.
        untied = not review.commit and self.rules.get("forge") == "gitlab"
        if review.commit != self.submission.pull.head and not untied:
            return "other_revision"
        if not self.pushed_at:
            return "push_unknown"
        if review.at <= self.pushed_at:
            return "before_push"
        if self.codes and self.codes[role_of(seat)] not in codes_in(review.body):
            return "no_code"
        return ""

    def _on_paper(self, seat: Seat, paper: Paper) -> Signed:
        """A person without an account signed on paper: the scan must be there, and the registrar answer for it."""
        person = self.registry.people.get(seat.person)
        if person is None or not person.holds(seat.role, seat.on):
            return Signed(seat, "not_entitled", "not_in_office", seat.person)
        if seat.units and person.unit not in seat.units:
            return Signed(seat, "not_entitled", "other_unit", seat.person)
        if self.rules.get("forge") in person.accounts:
            return Signed(seat, "not_entitled", "has_account", seat.person)
        if paper.file not in self.after:
            return Signed(seat, "missing", "scan_missing", seat.person)
        if hashlib.sha256(self.after[paper.file]).hexdigest() != paper.sha256.lower():
            return Signed(seat, "not_entitled", "scan_differs", seat.person)
        return self._judge(seat, paper.registrar)


def _one_role_each(judged: Sequence[Signed]) -> Iterable[Signed]:
    """No account fills seats of two roles in one pull request, or of two people: what it signed first counts."""
    filled: dict[int, tuple[str, str]] = {}
    for one in judged:
        here = one.by, role_of(one.seat)
        if one.state == "signed" and one.review and filled.setdefault(one.review.account.id, here) != here:
            yield Signed(one.seat, "not_entitled", "two_roles", one.by, one.review)
        else:
            yield one


def _days(earlier: str, later: str) -> int:
    return (date.fromisoformat(later) - date.fromisoformat(earlier)).days
