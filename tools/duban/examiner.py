"""A ledger's folder → what its history proves of the files that lie in it, or why there was no audit."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from duban.auditor import Audited, audited
from duban.change import change
from duban.filing import NAMES
from duban.memory import Memory
from duban.model import Tree
from duban.moment import day_in_china, instant_of
from duban.proof import Proof, Touched, proofs_of
from duban.publish.examination import Examination
from duban.repository.command import line
from duban.repository.error import GenesisError, GitError, RevisionError, ShallowError
from duban.repository.moved import differing_here
from duban.repository.objects import Objects, Partial
from duban.store import cache_folder


def examined(folder: Path, tree: Tree) -> Examination:
    """Audit the repository that a ledger's folder is, for a site made of the files in ``tree``.

    What lies in the folder but not at the verified tip is nobody's signature: additions are only
    claimed, and what they change in a signed entry breaks it.
    """
    try:
        if line(folder, "rev-parse", "--show-prefix"):
            return Examination("below")
    except GitError:
        return Examination("no_git")
    try:
        found = audited(folder, Memory(cache_folder(folder)))
        return _examined(folder, tree, found)
    except GenesisError:
        return Examination("no_genesis")
    except ShallowError:
        return Examination("shallow")
    except (RevisionError, GitError) as error:
        return Examination("unreadable", str(error))


def _examined(folder: Path, tree: Tree, found: Audited) -> Examination:
    tip = found.verified.tip
    with Objects(folder) as objects:
        commit = objects.commit(tip)
        listed = {path: entry.id for name in NAMES for path, entry in objects.below(commit.tree, name)}
        moved = differing_here(folder, tree, listed, tip)
        before = Partial(objects, commit.tree, {path: listed[path] for path in moved if path in listed})
        here = _since(dict(before), tree, moved)
    return Examination(
        absent="",
        genesis=found.genesis,
        day=day_in_china(instant_of(commit.seconds)),
        differing=len(moved),
        verified=found.verified,
        violations=found.violations,
        expunged=found.expunged,
        proofs=proofs_of([*found.proofs.values(), *here]) if here else found.proofs,
    )


def _since(before: Tree, tree: Tree, moved: Collection[str]) -> Sequence[Proof | Touched]:
    """What those files add to what stood, and what they change of it."""
    if not moved:
        return ()
    after = {path: tree[path] for path in tree if path in moved or path.startswith("schemas/")}
    brought = change(before, after)
    added = [Proof(one.item, one.entry, one.kind, "claimed") for one in brought.added]
    return [*added, *(Touched(item, pointer, "") for item, pointer in brought.touched)]
