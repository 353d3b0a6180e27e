"""A repository, its forge and a key → a signed receipt for every merge that has none, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from duban.auditor import genesis_of, main_tip, opened, receipt_check
from duban.chain import Chain, Filed, Verified, Violation, chain
from duban.forge import Forge, ForgeError
from duban.gate import Judgement, judged
from duban.memory import Memory
from duban.pull import Pull
from duban.receipt import Merge, Receipt, ReceiptError, digest_of_receipt, read_receipt, receipt
from duban.repository.command import git
from duban.repository.error import BranchMovedError, GitError, RevisionError
from duban.repository.evidence import REF, Evidence
from duban.repository.history import History
from duban.signoff import Submission, hands_of
from duban.tombstone import moved_by


@dataclass(frozen=True, slots=True)
class Recorded:
    """What came of it: receipts written, merges that no pull request tells of, and what is wrong with the chain.

    With a broken chain nothing was written.
    """

    written: int
    unknown: tuple[str, ...]
    broken: tuple[Violation, ...]
    tip: str


def record(
    folder: Path,
    forge: Forge,
    key: Path,
    now: Callable[[Pull], str],
    memory: Memory,
    told: Callable[[int, int], None] | None = None,
) -> Recorded:
    """Write the receipts that are missing; run again after any end, it goes on where it stopped.

    ``now`` gives the instant of recording. Raises RevisionError, ShallowError, GenesisError,
    ForgeError, SigningKeyError, BranchMovedError; what was filed until then stays filed.
    """
    with opened(folder) as (history, evidence):
        history.whole()
        end = main_tip(history)
        tip = evidence.tip()
        genesis = genesis_of(history, end, moved=moved_by(evidence.tombstones(tip)))
        since = memory.known(genesis)
        try:
            filed = evidence.filed(since.evidence, tip)
            commits = history.first_parents(since.tip or genesis, end)
        except RevisionError:
            since = Verified()
            filed = evidence.filed("", tip)
            commits = history.first_parents(genesis, end)
        is_valid = receipt_check(history, end)
        standing = chain(filed, is_valid, since)
        rules = {one: history.objects.commit(one).parents[0] for one in commits}
        broken = (*standing.violations, *_unsigned(history, evidence, filed, standing, rules, end))
        if broken:
            return Recorded(0, (), broken, tip)
        at, unknown, written = replace(standing.verified, evidence=tip), [], 0
        have = standing.receipts.keys()
        missing = [one for one in commits if one not in have]
        for place, commit in enumerate(missing):
            made = _receipt(history, forge, commit, at, now)
            if made is None:
                unknown.append(commit)
            else:
                _readable(made, is_valid)
                seconds = int(datetime.fromisoformat(made.recorded_at).timestamp())
                tip = evidence.file(made, tip, key, seconds)
                at = replace(at, seq=made.seq, digest=digest_of_receipt(made.content))
                written += 1
            if told:
                told(place + 1, len(missing))
        return Recorded(written, tuple(unknown), (), tip)


def receipts_until(history: History, evidence: Evidence, end: str, tip: str) -> str:
    """SHA-256 of the last receipt at a tip of the evidence branch, "" for none."""
    return chain(evidence.filed("", tip), receipt_check(history, end)).verified.digest


def fetch_evidence(folder: Path, remote: str) -> None:
    """Bring the evidence branch of a remote here, where it only ever moves on; nothing where it has none yet."""
    if git(folder, "ls-remote", remote, REF, mine=True):
        git(folder, "fetch", "--quiet", "--no-tags", remote, f"{REF}:{REF}", mine=True)


def push_evidence(folder: Path, remote: str) -> None:
    """Send the evidence branch to a remote, never over what stands there. Raises BranchMovedError if that has moved."""
    try:
        git(folder, "push", "--quiet", remote, f"{REF}:{REF}", mine=True)
    except GitError as error:
        if "rejected" in str(error):
            raise BranchMovedError(REF) from error
        raise


def _receipt(history: History, forge: Forge, commit: str, at: Verified, now: Callable[[Pull], str]) -> Receipt | None:
    """The receipt of one commit of the main branch; None for what is no merge of a pull request."""
    objects = history.objects
    after = objects.commit(commit)
    numbers = forge.pulls(merged_as=commit) if len(after.parents) == 2 else ()
    if not numbers:
        return None
    before, head = (objects.commit(parent) for parent in after.parents)
    emails = history.emails(before.id, head.id)
    proposed, registry = history.proposed(before.tree, after.tree), history.registry(before.tree)
    told: list[tuple[Submission, Judgement]] = []
    for number in numbers:
        pull = forge.pull(number)
        pushes = forge.pushes(pull)
        submission = Submission(pull, forge.reviews(number), pushes, hands_of(pull, pushes, emails))
        told.append((submission, judged(proposed, submission, registry)))
    # Anybody may have opened another pull request of the same head, which the forge takes as merged with it.
    submission, judgement = next((one for one in told if one[1].verdict == "pass"), told[0])
    merge = Merge(before.id, after.id, head.id, before.tree, head.tree, after.tree)
    rules = history.rules(before.tree)
    return receipt(at.seq + 1, at.digest, merge, rules, submission, judgement, now(submission.pull))


def _readable(made: Receipt, is_valid: Callable[[Any], bool]) -> None:
    """Raises ForgeError for a receipt that could not be read back: it would break the chain for good."""
    try:
        read_receipt(made.content, is_valid)
    except ReceiptError as error:
        raise ForgeError(f"{made.merge.after}: what it tells of this merge fits no receipt ({error})") from error


def _unsigned(
    history: History,
    evidence: Evidence,
    filed: Sequence[Filed],
    standing: Chain,
    rules: Mapping[str, str],
    end: str,
) -> Iterator[Violation]:
    """A206: receipts that no recorder's key of the policy before their merge has signed.

    Which policy that was the main branch tells (``rules``), never the receipt; for a merge that is
    not on it, or not yet here, it is that of its tip.
    """
    receipts = {one.commit: receipt for one, receipt in standing.receipts.values()}
    asked = []
    for one in filed:
        before = rules.get(receipts[one.commit].merge.after, end) if one.commit in receipts else end
        policy = history.registry(history.objects.commit(before).tree).policy
        recorders = policy.get("signing", {}).get("recorders", ())
        asked.append((one, tuple(recorder["key"] for recorder in recorders)))
    for (one, _), good in zip(asked, evidence.verify(asked), strict=True):
        if not good:
            seq = str(receipts[one.commit].seq) if one.commit in receipts else "?"
            yield Violation(one.commit, "A206", {"seq": seq})
