"""A repository → its audit: what is verified already is remembered, the rest is judged, every entry gets its proof."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from duban.audit import Audit, Step, audit
from duban.chain import Filed, Verified, Violation
from duban.change import change
from duban.filing import NAMES
from duban.memory import Memory
from duban.model import Tree
from duban.proof import Proof, Proofs, proofs_of
from duban.registry import POLICY
from duban.repository.error import GenesisError
from duban.repository.evidence import BRANCH, Evidence
from duban.repository.history import History
from duban.repository.objects import Objects, Partial
from duban.schema import SchemaError, Schemas
from duban.tombstone import Tombstone, moved_by

RECEIPT = "receipt"
NOT_MOVED: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Audited:
    """What an audit of a repository found, and the tombstones of what was expunged.

    ``proofs`` are worked out when they are called for.
    """

    genesis: str
    audit: Audit
    transcribed: Callable[[], Mapping[str, bytes]]
    remembered: Callable[[], Iterator[Proof]]
    expunged: tuple[Tombstone, ...] = ()

    @property
    def verified(self) -> Verified:
        """How far it goes: the tips of both branches, commits and receipts in all."""
        return self.audit.verified

    @property
    def violations(self) -> tuple[Violation, ...]:
        return self.audit.violations

    @cached_property
    def proofs(self) -> Proofs:
        """Every entry's proof; what stood at the genesis is transcribed."""
        before = [
            Proof(one.item, one.entry, one.kind, "transcribed", (), 0, self.genesis)
            for one in change({}, self.transcribed()).added
        ]
        return proofs_of([*before, *self.remembered(), *self.audit.events])


def audited(
    folder: Path, memory: Memory, *, tip: str = "", genesis: str = "", evidence: str = "", full: bool = False
) -> Audited:
    """Audit a repository from the genesis of its policy on, or from the tip that ``memory`` knows to be clean.

    ``tip``, ``genesis`` and ``evidence`` name other revisions than the policy's. Raises
    RevisionError, ShallowError, GenesisError.
    """
    with Objects(folder) as objects:
        history, filings = History(folder, objects), Evidence(folder, objects)
        history.whole()
        end = main_tip(history, tip)
        evidence_tip = history.revision(evidence) if evidence else filings.newest()
        tombstones = tuple(filings.tombstones(evidence_tip))
        expunged = moved_by(tombstones)
        start = genesis_of(history, end, genesis, expunged)
        seen = Verified() if full else memory.seen()
        main = expunged.get(seen.tip, seen.tip)
        lost = [*_lost(history, "main", main, end), *_lost(history, BRANCH, seen.evidence, evidence_tip)]
        # Where what was seen to be in order is no longer part of history, nothing of it is believed.
        since = Verified() if full or lost or seen.tip in expunged else memory.known(start)
        length = memory.length(start) if since.tip else 0
        steps: list[Step] = []
        filed: list[Filed] = []
        cut_off = [] if since.tip else _cut_off(history, start, end)
        if not cut_off:
            steps = list(history.steps(since.tip or start, end))
            filed = filings.filed(since.evidence, evidence_tip)
        is_valid = receipt_check(history, end)
        earlier = partial(history.up_to, start)
        found = audit(steps, filed, filings.verify, is_valid, replace(since, tip=since.tip or start), earlier)
        moved = [] if since.tip or genesis else moved_genesis(history, start, expunged)
        # Whoever names an older revision has lost nothing, and nothing is forgotten for it.
        missed = () if tip or evidence else lost
        found = replace(found, violations=(*moved, *missed, *cut_off, *found.violations))
        if found.clean and not lost:
            memory.keep(start, found, afresh=not since.tip)
    return Audited(start, found, partial(_tree_at, folder, start), partial(memory.proofs, length), tombstones)


def _lost(history: History, branch: str, known: str, tip: str) -> list[Violation]:
    """A217: a tip that was seen to be in order does not lead to where the branch stands now."""
    if not known or history.leads(known, tip):
        return []
    return [Violation(known, "A217", {"branch": branch, "known": known[:10]})]


def _cut_off(history: History, start: str, tip: str) -> list[Violation]:
    """A220: the genesis does not lead to where the main branch stands now."""
    return [] if history.leads(start, tip) else [Violation(tip, "A220", {"genesis": start[:10]})]


def main_tip(history: History, named: str = "") -> str:
    """Where the main branch stands: the one named, else the policy's branch here, as last fetched, or checked out."""
    if named:
        return history.revision(named)
    policy = history.registry(history.objects.commit("HEAD").tree).policy
    branch = policy.get("signing", {}).get("branch", "main")
    return history.revision(f"refs/heads/{branch}", f"refs/remotes/origin/{branch}", "HEAD")


def genesis_of(history: History, tip: str, named: str = "", moved: Mapping[str, str] = NOT_MOVED) -> str:
    """The commit after which merges are proven, as it is called since what was expunged (``moved``).

    Raises GenesisError, and RevisionError for one that leads nowhere.
    """
    if named:
        return history.revision(named)
    policy = history.registry(history.objects.commit(tip).tree).policy
    genesis = policy.get("signing", {}).get("genesis", "")
    if not genesis:
        raise GenesisError
    return history.revision(moved.get(genesis, genesis))


def moved_genesis(history: History, genesis: str, moved: Mapping[str, str] = NOT_MOVED) -> list[Violation]:
    """A214: a policy of before the genesis that names another one. Who moves it hides what lay between."""
    found = []
    for commit in history.touching(genesis, POLICY):
        policy = history.registry(history.objects.commit(commit).tree).policy
        earlier = policy.get("signing", {}).get("genesis", "")
        earlier = moved.get(earlier, earlier)
        if earlier and earlier != genesis:
            found.append(Violation(commit, "A214", {"before": earlier[:10], "genesis": genesis[:10]}))
    return found[:1]


def receipt_check(history: History, tip: str) -> Callable[[Any], bool]:
    """Whether a document fits the schema of receipts that stands at a tip; nothing does where there is none."""
    try:
        validator = Schemas.of(history.rule_files(history.objects.commit(tip).tree)).validator(RECEIPT)
    except (SchemaError, KeyError):
        return lambda _: False
    return lambda document: bool(validator.is_valid(document))


def _tree_at(folder: Path, revision: str) -> Tree:
    with Objects(folder) as objects:
        tree = objects.commit(revision).tree
        listed = {path: entry.id for name in (*NAMES, "schemas") for path, entry in objects.below(tree, name)}
        return dict(Partial(objects, tree, listed))


@contextmanager
def opened(folder: Path) -> Iterator[tuple[History, Evidence]]:
    """The history and the evidence of a repository, for as long as the block lasts."""
    with Objects(folder) as objects:
        yield History(folder, objects), Evidence(folder, objects)
