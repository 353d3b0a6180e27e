"""Commits of the main branch and the receipts of the evidence branch → what is proven, and every violation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from duban.chain import BEGINNING, Chain, Filed, Verified, Violation, chain
from duban.change import change
from duban.finding import CODES, Finding
from duban.gate import Judgement, Proposed, judged
from duban.model import Registry
from duban.moment import clearly_before
from duban.part import Part, parts_of
from duban.proof import Proof, ProofState, Signer, Touched
from duban.receipt import Merge, Receipt, Rules, verdict_of
from duban.signoff import Signed
from duban.tombstone import moved_by

_CODE_OF = {"D9": "A209", "G105": "A210", "G106": "A211", "G107": "A211", "G108": "A211"}
_JUDGED = ("changes", "verdict")
"""What a receipt says of the judgement that must hold for good; the rest may come to be told in other words."""
_UNPROVEN = frozenset({"A201", "A203"})
_ROOTS: tuple[Part, ...] = ("policy", "registry", "schemas")
"""The parts by which signatures are judged: where these changed without leave, nothing judged by them is proven."""
_BY_ENTRY = frozenset({"A208"})


@dataclass(frozen=True, slots=True)
class Step:
    """One first-parent commit of the main branch, as git tells it.

    ``merge`` is None unless it has two parents; ``remade`` is the tree that merging its parents
    afresh gives, "" where that conflicts. What differs and the registry before it are read when
    they are called for.
    """

    id: str
    parents: tuple[str, ...]
    rules: Rules
    proposed: Callable[[], Proposed]
    registry: Callable[[], Registry]
    merge: Merge | None
    remade: str


@dataclass(frozen=True, slots=True)
class Audit:
    """What was found: how far it goes, every violation, and how entries came to be proven, in order."""

    verified: Verified
    violations: tuple[Violation, ...]
    events: tuple[Proof | Touched, ...]

    @property
    def clean(self) -> bool:
        return not self.violations


Verify = Callable[[Sequence[tuple[Filed, tuple[str, ...]]]], Sequence[bool]]
"""Whether each filed receipt is signed by one of the public keys beside it."""


def audit(
    steps: Iterable[Step],
    filed: Sequence[Filed],
    verify: Verify,
    is_valid: Callable[[Any], bool],
    since: Verified = BEGINNING,
    earlier: Callable[[], Collection[str]] = frozenset,
) -> Audit:
    """Judge every step and every receipt that came since; the same rule as the gate's, ever after.

    ``is_valid`` tells whether a document fits the schema of receipts; ``earlier`` are the commits of
    the main branch from before, whose receipts are not looked into.
    """
    return _Audit(chain(filed, is_valid, since)).run(steps, verify, earlier, begun=since.seq > 0)


class _Audit:
    """One audit under way."""

    def __init__(self, filed: Chain) -> None:
        self.at = filed.verified
        self.receipts, self.tombstones = filed.receipts, filed.tombstones
        self.moved = moved_by(one for _, one in filed.tombstones)
        self.violations = list(filed.violations)
        self.events: list[Proof | Touched] = []
        self.used: set[str] = set()
        self.unsound: set[str] = set()

    def found(self) -> Audit:
        return Audit(self.at, tuple(self.violations), tuple(self.events))

    def run(
        self, steps: Iterable[Step], verify: Verify, earlier: Callable[[], Collection[str]], *, begun: bool
    ) -> Audit:
        all_steps = list(steps)
        signed = self._signatures(all_steps, verify)
        self._tombstones_signed(all_steps, verify)
        for step in all_steps:
            before = len(self.violations)
            self._step(step, signed)
            self._rules_moved(step, in_order=len(self.violations) == before)
            self.at = replace(self.at, tip=step.id, commits=self.at.commits + 1)
        self._unused(earlier, begun=begun)
        return self.found()

    def _unused(self, earlier: Callable[[], Collection[str]], *, begun: bool) -> None:
        """A207: receipts of no merge. Those of before a genesis that was moved come before all others."""
        known = earlier() if self.receipts.keys() - self.used else ()
        for after, (one, receipt) in self.receipts.items():
            begun = begun or after in self.used
            if after not in self.used and (begun or after not in known):
                self._violation(one.commit, "A207", seq=str(receipt.seq), merge=after[:10])

    def _tombstones_signed(self, steps: Sequence[Step], verify: Verify) -> None:
        """A206: a tombstone that no recorder's key of the policy before the new tip has signed."""
        keys = {step.id: _recorders(step) for step in steps}
        asked = [(one, keys.get(self.moved.get(found.after, found.after), ())) for one, found in self.tombstones]
        for (one, _), good in zip(asked, verify(asked), strict=True):
            if not good:
                self._violation(one.commit, "A206", seq=one.path)

    def _expunged(self, item: str, entry: str) -> bool:
        return any(one.touches(item, entry) for _, one in self.tombstones)

    def _signatures(self, steps: Sequence[Step], verify: Verify) -> Mapping[str, bool]:
        """Whether the receipt of each step is signed by a key of the policy that stood before it."""
        asked = [(step, self.receipts[step.id][0]) for step in steps if step.id in self.receipts]
        answers = verify([(one, _recorders(step)) for step, one in asked])
        return {step.id: answer for (step, _), answer in zip(asked, answers, strict=True)}

    def _step(self, step: Step, signed: Mapping[str, bool]) -> None:
        before = len(self.violations)
        if step.merge is None:
            self._violation(step.id, "A201", parents=str(len(step.parents)))
        elif step.remade != step.merge.tree:
            self._violation(step.id, "A202")
        if step.id not in self.receipts:
            if step.merge is not None:
                self._violation(step.id, "A203")
            self._without_receipt(step, before)
            return
        self.used.add(step.id)
        _, receipt = self.receipts[step.id]
        registry = step.registry()
        self._binds(step, receipt, registry)
        if not signed[step.id]:
            self._violation(step.id, "A206", seq=str(receipt.seq))
        self._in_time(step, receipt)
        judgement = judged(step.proposed(), receipt.submission, registry)
        self._judged(step, judgement)
        told = verdict_of(judgement)
        if any(self._comparable(receipt.document[name]) != self._comparable(told[name]) for name in _JUDGED):
            self._violation(step.id, "A216", seq=str(receipt.seq), verdict=judgement.verdict)
        codes = {one.code for one in self.violations[before:]} - _BY_ENTRY
        state: ProofState = "broken" if codes - _UNPROVEN else "claimed" if codes or self.unsound else "proven"
        self._touch(step, judgement.change.touched)
        self.events += [
            replace(one, state="claimed") if one.state == "proven" and self._expunged(one.item, one.entry) else one
            for one in _proofs(step, judgement, receipt, state)
        ]

    def _comparable(self, told: Any) -> Any:
        """What a receipt says of a judgement, without the digests of entries that something was taken out of."""
        if not isinstance(told, list) or not self.tombstones:
            return told
        return [{**one, "sha256": ""} if self._expunged(one["item"], one["entry"]) else one for one in told]

    def _without_receipt(self, step: Step, before: int) -> None:
        """Nothing tells who signed; what the commit did to signed entries is told all the same."""
        proposed = step.proposed()
        found = change(proposed.before, proposed.after, proposed.schemas)
        self._wrong(step, (*found.findings, *found.unreadable))
        self._touch(step, found.touched)
        broken = {one.code for one in self.violations[before:]} - _UNPROVEN
        state: ProofState = "broken" if broken else "claimed"
        self.events += [Proof(one.item, one.entry, one.kind, state, (), 0, step.id) for one in found.added]

    def _binds(self, step: Step, receipt: Receipt, registry: Registry) -> None:
        """The receipt is of this merge, by these rules, in this repository."""
        rules = registry.policy.get("signing", {})
        told, stands = asdict(receipt.merge), asdict(step.merge) if step.merge else {}
        for name, value in told.items():
            if stands.get(name) != value:
                self._violation(step.id, "A204", seq=str(receipt.seq), field=name)
        if receipt.rules != step.rules:
            self._violation(step.id, "A204", seq=str(receipt.seq), field="policy")
        pull = receipt.submission.pull
        if pull.merge != step.id:
            self._violation(step.id, "A204", seq=str(receipt.seq), field="pull.merge")
        if step.merge and pull.head != step.merge.head:
            self._violation(step.id, "A204", seq=str(receipt.seq), field="pull.head")
        expected = f"{rules.get('forge', '')}:{rules.get('repository', '')}"
        if receipt.repository.casefold() != expected.casefold():
            self._violation(step.id, "A218", repository=receipt.repository, expected=expected)

    def _in_time(self, step: Step, receipt: Receipt) -> None:
        """Merges follow one another, and nothing is recorded before it happened."""
        merged_at = receipt.submission.pull.merged_at
        if merged_at < self.at.merged_at:
            self._violation(step.id, "A219", seq=str(receipt.seq), what="clock.merged")
        if clearly_before(receipt.recorded_at, merged_at):
            self._violation(step.id, "A219", seq=str(receipt.seq), what="clock.recorded")
        self.at = replace(self.at, merged_at=max(self.at.merged_at, merged_at))

    def _judged(self, step: Step, judgement: Judgement) -> None:
        self._wrong(step, (one for one in judgement.findings if CODES[one.code].severity == "error"))
        for one in judgement.standing:
            if one.state != "signed":
                seat = one.seat
                self._violation(
                    step.id, "A208", item=seat.item, entry=seat.entry, kind=seat.kind, role=seat.role, state=one.state
                )

    def _wrong(self, step: Step, findings: Iterable[Finding]) -> None:
        """What is wrong in a file, once for each file and code."""
        for path, code in dict.fromkeys((one.path, one.code) for one in findings):
            self._violation(step.id, _code(code), file=path, finding=code)

    def _rules_moved(self, step: Step, *, in_order: bool) -> None:
        """Which rules stand that nobody has signed: a later change of the same file that is in order mends that."""
        parts = parts_of(one.path for one in step.proposed().differing)
        moved = {path for part in _ROOTS for path in parts.get(part, ())}
        self.unsound = self.unsound - moved if in_order else self.unsound | moved

    def _touch(self, step: Step, touched: Iterable[tuple[str, str]]) -> None:
        self.events += [Touched(item, pointer, step.id) for item, pointer in touched]

    def _violation(self, commit: str, code: str, **details: str) -> None:
        self.violations.append(Violation(commit, code, details))


def _recorders(step: Step) -> tuple[str, ...]:
    """The recorders' public keys of the policy that stood before a step."""
    return tuple(one["key"] for one in step.registry().policy.get("signing", {}).get("recorders", ()))


def _proofs(step: Step, judgement: Judgement, receipt: Receipt, state: ProofState) -> Iterator[Proof]:
    seats = defaultdict[tuple[str, str], list[Signed]](list)
    for one in judgement.standing:
        seats[one.seat.item, one.seat.entry].append(one)
    pull = receipt.submission.pull
    for added in judgement.change.added:
        standing = seats[added.item, added.entry]
        unsigned = state == "proven" and any(one.state != "signed" for one in standing)
        signers = tuple(_signer(one) for one in standing if one.state == "signed")
        yield Proof(
            added.item,
            added.entry,
            added.kind,
            "broken" if unsigned else state,
            signers,
            pull.number,
            step.id,
            pull.merged_at,
        )


def _signer(one: Signed) -> Signer:
    at = one.review.at if one.review else ""
    return Signer(one.seat.person if one.seat.paper else one.by, one.seat.role, at, one.seat.paper is not None)


def _code(code: str) -> str:
    return _CODE_OF.get(code) or _CODE_OF.get(code[:2], "A215")
