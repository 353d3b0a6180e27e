"""A repository and a text that must not stay → a history without it and a tombstone, judged before anything moves."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from duban.auditor import audited, main_tip
from duban.chain import Violation
from duban.filing import identity_at, is_record
from duban.finding import Pointer
from duban.memory import Memory
from duban.model import text_pointer
from duban.parse import parse
from duban.recorder import receipts_until
from duban.repository.command import git, line
from duban.repository.error import GenesisError, GitError
from duban.repository.evidence import REF, Evidence
from duban.repository.history import History
from duban.repository.objects import Objects
from duban.repository.rewriting import Rewriting, refs_with
from duban.tombstone import Tombstone, place_of, tombstone

LEAST = 6
"""Characters: what is shorter stands in too many places that nobody meant."""


class ExpungeError(Exception):
    """It cannot be done; ``reason`` is a message id below ``expunge.``, filled in with ``details``."""

    def __init__(self, reason: str, **details: str) -> None:
        super().__init__(reason)
        self.reason, self.details = reason, details


@dataclass(frozen=True, slots=True)
class Expunged:
    """What was done, or would be: tips of both branches before and after, commits written anew, places, other refs."""

    tombstone: Tombstone
    evidence: str
    commits: int
    proven: int
    paths: Sequence[str]
    others: Sequence[str]


def expunge(
    folder: Path, text: str, instead: str, order: tuple[str, str], key: Path, now: str, *, write: bool
) -> Expunged:
    """Take a text out of every file of the main branch's history, and file a signed tombstone for it.

    The new history is audited before any branch moves, and both move at once; without ``write`` none does.
    Raises ExpungeError, and what an audit raises.
    """
    old, new = text.encode(), instead.encode()
    if len(text) < LEAST or text in instead:
        raise ExpungeError("short", least=str(LEAST))
    _sound(folder, "", "", "unclean")
    with Objects(folder) as objects:
        history, filings = History(folder, objects), Evidence(folder, objects)
        tip, evidence = main_tip(history), filings.tip()
        branch = _branch(folder, tip)
        rewriting = Rewriting(folder, objects, lambda content: content.replace(old, new))
        after = rewriting.run(tip)
        if after == tip:
            raise ExpungeError("nowhere")
        places = [*_places(objects, rewriting)]
        standing = filings.tombstones(evidence)
        made = tombstone(
            len(standing) + 1,
            receipts_until(history, filings, tip, evidence),
            (tip, after),
            rewriting.moved,
            places,
            order,
            now,
        )
        seconds = int(datetime.fromisoformat(now).timestamp())
        path = place_of(made.number)
        filed = filings.signed_commit(path, made.content, f"Tombstone {made.number}", evidence, key, seconds)
        proven = _sound(folder, after, filed, "unsound")
        gone = [identity for _, identity in rewriting.files]
        others = [name for name in refs_with(folder, gone) if name != branch]
    if write:
        _move(folder, branch, (tip, after), (evidence, filed))
    commits = len(git(folder, "rev-list", after, f"^{tip}").split())
    return Expunged(made, filed, commits, proven, sorted({path for path, _ in rewriting.files}), others)


def _sound(folder: Path, tip: str, evidence: str, reason: str) -> int:
    """How many entries an audit from the beginning finds proven. Raises ExpungeError where it finds anything wrong."""
    with tempfile.TemporaryDirectory(prefix="duban-") as nothing:
        try:
            found = audited(folder, Memory(Path(nothing)), tip=tip, evidence=evidence, full=True)
        except GenesisError as error:
            raise ExpungeError(reason, code="A220", commit=tip[:10], count="1") from error
    if found.violations:
        first: Violation = found.violations[0]
        raise ExpungeError(reason, code=first.code, commit=first.commit[:10], count=str(len(found.violations)))
    return sum(one.state == "proven" for one in found.proofs.values())


def _branch(folder: Path, tip: str) -> str:
    """The main branch, which must be checked out as it is, so that the folder can follow. Raises ExpungeError."""
    try:
        name = line(folder, "symbolic-ref", "HEAD")
    except GitError as error:
        raise ExpungeError("elsewhere") from error
    if line(folder, "rev-parse", "HEAD") != tip:
        raise ExpungeError("elsewhere")
    if line(folder, "status", "--porcelain", "--untracked-files=no"):
        raise ExpungeError("edited")
    return name


def _places(objects: Objects, rewriting: Rewriting) -> Iterator[tuple[str, str]]:
    """Where in the record something was taken out. Raises ExpungeError for a file that can't be read afterwards."""
    for (path, before), after in sorted(rewriting.files.items()):
        if not is_record(path):
            yield path, ""
            continue
        old, new = (parse(path, objects.blob(one))[0] for one in (before, after))
        if old is not None and new is None:
            raise ExpungeError("unreadable", file=path)
        for pointer in _differing(old, new, ()):
            yield identity_at(path), text_pointer(pointer)


def _differing(old: Any, new: Any, pointer: Pointer) -> Iterator[Pointer]:
    if isinstance(old, dict) and isinstance(new, dict) and old.keys() == new.keys():
        for name, value in old.items():
            yield from _differing(value, new[name], (*pointer, name))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, value in enumerate(old):
            yield from _differing(value, new[index], (*pointer, index))
    elif old != new:
        yield pointer


def _move(folder: Path, branch: str, main: tuple[str, str], evidence: tuple[str, str]) -> None:
    """Both branches in one step, and then the folder. Raises ExpungeError where one has moved meanwhile."""
    moves = [(branch, *main), (REF, *evidence)]
    given = "".join(f"update {name} {after} {before}\n" for name, before, after in moves).encode()
    try:
        git(folder, "update-ref", "--stdin", given=b"start\n" + given + b"commit\n")
    except GitError as error:
        raise ExpungeError("moved") from error
    git(folder, "reset", "--quiet", "--hard")
