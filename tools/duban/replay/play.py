"""Acts → pull requests: who opened, pushed, approved and merged each, and when; and the forge that tells of them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from operator import attrgetter

from duban.model import Registry
from duban.moment import CHINA, instant
from duban.pull import Account, ForgeName, Pull, Push, Review, StatusState
from duban.replay.acts import Act

FORGE: ForgeName = "gitea"
_OPENS, _SLOT = 9, timedelta(minutes=4)
_MADE, _APPROVED, _SIGNED_EARLIER = timedelta(minutes=-3), timedelta(minutes=-2), timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Played:
    """A pull request as it was played. Instants are the forge's; ``after`` counts what was merged when it was made."""

    number: int
    act: Act
    branch: str
    author: str
    pushed_at: str
    merged_at: str
    approvals: tuple[tuple[str, str], ...]
    after: int


def play(acts: Sequence[Act], writers: Sequence[str], first: int = 1) -> list[Played]:
    """Every act as a pull request, one merged after another.

    ``writers`` may write for others: the first of them that does not sign opens it.
    """
    found: list[Played] = []
    merged: dict[str, int] = {}
    day, slot = "", 0
    for number, act in enumerate(acts, first):
        slot = slot + 1 if act.done == day else 0
        day = act.done
        merge = _morning(act.done) + slot * _SLOT
        pushed = merge + _MADE if act.day == act.done else _morning(act.day)
        # One is merged after another, so those before a push are the first of them.
        after = bisect_left(found, instant(pushed.isoformat()), key=attrgetter("merged_at"))
        if act.identity in merged and after <= merged[act.identity]:
            pushed, after = merge + _MADE, len(found)
        approvals = tuple(
            (hand.person, instant(_approved(hand.on, act.done, pushed, merge).isoformat())) for hand in act.hands
        )
        signers = {hand.person for hand in act.hands}
        author = next(writer for writer in writers if writer not in signers)
        name = act.entry.strip("/").replace("/", "-").replace("_", "-") or "report"
        branch = f"{act.identity.replace('/', '-')}/{name}"
        times = instant(pushed.isoformat()), instant(merge.isoformat())
        found.append(Played(number, act, branch, author, *times, approvals, after))
        merged[act.identity] = len(found) - 1
    return found


def _approved(on: str, done: str, pushed: datetime, merge: datetime) -> datetime:
    """On the day the entry says, where it could be read by then."""
    earlier = _morning(on) + _SIGNED_EARLIER - timedelta(hours=_OPENS)
    return earlier if on < done and earlier > pushed else merge + _APPROVED


def _morning(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(hour=_OPENS, tzinfo=CHINA)


class PlayedForge:
    """A forge that answers of what was played; ``revisions`` are head and merge commit by number."""

    name: ForgeName = FORGE

    def __init__(
        self, played: Iterable[Played], revisions: Mapping[int, tuple[str, str]], registry: Registry, repository: str
    ) -> None:
        self._played = {one.number: one for one in played}
        self._revisions, self._registry, self._repository = revisions, registry, repository

    @cached_property
    def _by_merge(self) -> Mapping[str, int]:
        return {merge: number for number, (_, merge) in self._revisions.items()}

    def pulls(self, merged_as: str = "") -> tuple[int, ...]:
        """Every pull request was merged long ago."""
        return (self._by_merge[merged_as],) if merged_as in self._by_merge else ()

    def pull(self, number: int) -> Pull:
        one = self._played[number]
        head, merge = self._revisions[number]
        author = self._account(one.author)
        return Pull(
            number=number,
            repository=self._repository,
            base_ref="main",
            head_ref=one.branch,
            head_repository=self._repository,
            head=head,
            author=author,
            title=f"{one.act.identity} {one.act.name}",
            open=False,
            authors=(author,),
            merge=merge,
            merged_at=one.merged_at,
            merged_by=author,
        )

    def reviews(self, number: int) -> tuple[Review, ...]:
        one = self._played[number]
        head, _ = self._revisions[number]
        return tuple(
            Review(number * 100 + index, self._account(person), "APPROVED", at, head)
            for index, (person, at) in enumerate(one.approvals)
        )

    def pushes(self, pull: Pull) -> tuple[Push, ...]:
        one = self._played[pull.number]
        return (Push(pull.head, one.pushed_at, self._account(one.author)),)

    def set_status(self, commit: str, state: StatusState, description: str, url: str = "") -> None:
        """Nothing waits to be merged."""

    def _account(self, person: str) -> Account:
        return Account(self._registry.people[person].accounts[self.name], person)
