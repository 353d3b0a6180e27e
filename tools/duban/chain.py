"""The commits of the evidence branch → its chain of receipts and tombstones, how far it goes, and where it breaks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from duban.finding import Detail
from duban.moment import clearly_before
from duban.receipt import Receipt, ReceiptError, digest_of_receipt, place_of, read_receipt
from duban.tombstone import FOLDER as TOMBSTONES
from duban.tombstone import Tombstone, moved_by, read_tombstone, translated
from duban.tombstone import place_of as tombstone_place


@dataclass(frozen=True, slots=True)
class Violation:
    """What history should not hold: the commit (of main or of evidence), a code, and what fills its message in."""

    commit: str
    code: str
    details: Mapping[str, Detail]


@dataclass(frozen=True, slots=True)
class Filed:
    """One commit of the evidence branch. ``alone`` is true when it does nothing but add one file to its one parent."""

    commit: str
    path: str
    content: bytes
    alone: bool


@dataclass(frozen=True, slots=True)
class Verified:
    """How far history is known to be in order: what an audit may begin from, and where it ended."""

    tip: str = ""
    evidence: str = ""
    seq: int = 0
    digest: str = ""
    merged_at: str = ""
    recorded_at: str = ""
    commits: int = 0
    receipts: int = 0


BEGINNING = Verified()
"""Where nothing is known yet."""


@dataclass(frozen=True, slots=True)
class Chain:
    """What an evidence branch holds: how far it goes, what is wrong with it, and what was filed.

    ``receipts`` are read through the tombstones and stand by the merge that each is of.
    """

    verified: Verified
    violations: tuple[Violation, ...]
    receipts: Mapping[str, tuple[Filed, Receipt]]
    tombstones: tuple[tuple[Filed, Tombstone], ...]


def chain(filed: Sequence[Filed], is_valid: Callable[[Any], bool], since: Verified = BEGINNING) -> Chain:
    """Receipts are numbered without a gap, each naming the one before, each alone in its commit; tombstones between.

    ``is_valid`` tells whether a document fits the schema of receipts.
    """
    building = _Building(since, is_valid, tuple(_tombstones(filed)))
    for one in filed:
        building.file(one)
    return Chain(building.at, tuple(building.violations), building.receipts, building.tombstones)


class _Building:
    """One chain under way."""

    def __init__(
        self, since: Verified, is_valid: Callable[[Any], bool], tombstones: tuple[tuple[Filed, Tombstone], ...]
    ) -> None:
        self.at, self.is_valid, self.tombstones = since, is_valid, tombstones
        self.violations: list[Violation] = []
        self.receipts: dict[str, tuple[Filed, Receipt]] = {}
        self._moved = moved_by(one for _, one in tombstones)

    def file(self, one: Filed) -> None:
        """The next commit of the branch."""
        if one.path.startswith(TOMBSTONES):
            self._tombstone(one)
            return
        expected = self.at.seq + 1
        if not one.alone:
            self._violation(one.commit, "A213")
        try:
            receipt = read_receipt(one.content, self.is_valid)
        except ReceiptError as error:
            self._violation(one.commit, "A212", file=one.path, problem=str(error))
            self.at = replace(self.at, evidence=one.commit, seq=expected, digest=digest_of_receipt(one.content))
            return
        if receipt.seq != expected or one.path != place_of(expected):
            self._violation(one.commit, "A205", seq=str(receipt.seq), expected=str(expected))
        elif receipt.prev != self.at.digest:
            self._violation(one.commit, "A205", seq=str(receipt.seq), expected=self.at.digest[:10] or "—")
        if self.at.recorded_at and clearly_before(receipt.recorded_at, self.at.recorded_at):
            self._violation(one.commit, "A219", seq=str(receipt.seq), what="clock.recorded")
        receipt = translated(receipt, self._moved)
        after = receipt.merge.after
        if after in self.receipts:
            self._violation(one.commit, "A207", seq=str(receipt.seq), merge=after[:10])
        else:
            self.receipts[after] = one, receipt
        self.at = replace(
            self.at,
            evidence=one.commit,
            seq=expected,
            digest=digest_of_receipt(one.content),
            recorded_at=max(self.at.recorded_at, receipt.recorded_at),
            receipts=self.at.receipts + 1,
        )

    def _tombstone(self, one: Filed) -> None:
        """A tombstone follows the receipt that it names, alone in its commit."""
        self.at = replace(self.at, evidence=one.commit)
        if not one.alone:
            self._violation(one.commit, "A213")
        try:
            found = read_tombstone(one.content)
        except ReceiptError as error:
            self._violation(one.commit, "A212", file=one.path, problem=str(error))
            return
        if found.prev != self.at.digest or one.path != tombstone_place(found.number):
            self._violation(one.commit, "A205", seq=one.path, expected=self.at.digest[:10] or "—")

    def _violation(self, commit: str, code: str, **details: str) -> None:
        self.violations.append(Violation(commit, code, details))


def _tombstones(filed: Iterable[Filed]) -> Iterator[tuple[Filed, Tombstone]]:
    """Those that can be read; of the others the chain tells."""
    for one in filed:
        if one.path.startswith(TOMBSTONES):
            with suppress(ReceiptError):
                yield one, read_tombstone(one.content)
