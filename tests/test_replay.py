"""The shipped ledger's life replayed: it audits clean, every entry proven, and any byte that changes is named."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import AS_OF, Outcome
from duban.auditor import Audited, audited
from duban.change import change
from duban.memory import Memory
from duban.model import Tree
from duban.replay.acts import acts
from duban.replayer import NoOneError, Replayed, replay
from duban.repository.objects import Objects
from duban.schema import Schemas

FIRST_WEEKS = "2019-07-11"
FLIPS = 16


@pytest.fixture(scope="module")
def weeks(tree: Tree, root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first weeks of the shipped ledger, replayed."""
    out = tmp_path_factory.mktemp("replay") / "weeks"
    replay(root, tree, FIRST_WEEKS, out)
    return out


def test_the_whole_shipped_ledger_audits_clean(tree: Tree, root: Path, tmp_path: Path) -> None:
    found: Replayed = replay(root, tree, AS_OF, tmp_path / "whole")
    assert (found.recorded.written, found.recorded.unknown, found.recorded.broken) == (found.pulls, (), ())
    result = audit(tmp_path / "whole", tmp_path)
    assert result.violations == ()
    assert (result.verified.commits, result.verified.receipts) == (found.pulls, found.pulls)
    entries = {(one.item, one.entry) for one in change({}, tree).added}
    proven = {key for key, proof in result.proofs.items() if proof.state == "proven" and proof.signers}
    assert entries <= proven
    assert {proof.state for proof in result.proofs.values()} == {"proven"}
    assert files_of(tmp_path / "whole") == {
        path: content for path, content in tree.items() if path.startswith(("items/", "reports/", "schemas/"))
    }


def test_every_act_only_adds(tree: Tree) -> None:
    common = {path: content for path, content in tree.items() if path.startswith("schemas/")}
    schemas = Schemas.of(tree)
    standing: dict[str, bytes] = {}
    for act in acts(tree, AS_OF):
        before = {act.path: standing[act.path]} if act.path in standing else {}
        found = change({**common, **before}, {**common, act.path: act.content}, schemas)
        assert found.findings == ()
        assert act.entry in [one.entry for one in found.added]
        standing[act.path] = act.content
    assert standing == {path: content for path, content in tree.items() if path.startswith(("items/", "reports/"))}


def test_acts_follow_the_dates_of_the_record(tree: Tree) -> None:
    wanted = acts(tree, FIRST_WEEKS)
    assert [act.done for act in wanted] == sorted(act.done for act in wanted)
    assert all(act.day <= act.done <= FIRST_WEEKS for act in wanted)
    assert all(hand.on <= act.done for act in wanted for hand in act.hands)


def test_flipping_any_one_byte_of_history_is_named(weeks: Path, tmp_path: Path) -> None:
    """A byte of an item as it was merged, or of a receipt, everything after it rebuilt as if nothing had happened."""
    chance = random.Random(51)  # noqa: S311 - any bytes will do, the same ones each time
    for attempt in range(FLIPS):
        folder = tmp_path / f"flipped-{attempt}"
        shutil.copytree(weeks, folder)
        branch = "evidence" if attempt % 2 else "main"
        told = flip(folder, branch, chance)
        assert audit(folder, tmp_path / f"m{attempt}").violations, told
        shutil.rmtree(folder)


def test_main_that_goes_on_is_verified_from_where_it_was_left(weeks: Path, tmp_path: Path) -> None:
    memory = Memory(tmp_path / "memory")
    first = audited(weeks, memory, tip="main~1", evidence="evidence~1")
    assert first.violations == ()
    then = audited(weeks, memory)
    assert then.violations == ()
    assert then.verified.commits == first.verified.commits + 1
    assert len(then.audit.events) < len(then.proofs)
    assert then.proofs == audited(weeks, Memory(tmp_path / "none"), full=True).proofs


def test_the_command(run: Callable[..., Outcome], root: Path, tmp_path: Path) -> None:
    out = tmp_path / "replayed"
    found = run("-C", root, "replay", out, "--as-of", "2019-07-05")
    assert (found.code, found.out.strip()) == (0, str(out))
    audited_again = run("-C", out, "audit", "--format", "json")
    assert (audited_again.code, audited_again.json["verdict"]) == (0, "clean")
    assert audited_again.json["commits"] == audited_again.json["receipts"] > 5
    assert {entry["proof"] for entry in audited_again.json["entries"]} == {"proven"}
    again = run("-C", root, "replay", out)
    assert again.code == 2
    assert run("-C", out, "check").code in (0, 1)
    assert run("-C", out, "audit", "--tip", "nowhere").code == 2


def test_before_anybody_could_sign_there_is_nothing_to_replay(tree: Tree, root: Path, tmp_path: Path) -> None:
    with pytest.raises(NoOneError):
        replay(root, tree, "2019-06-01", tmp_path / "early")
    assert not (tmp_path / "early").exists()
    assert list(tmp_path.iterdir()) == []


def audit(folder: Path, memory: Path) -> Audited:
    return audited(folder, Memory(memory / "memory"), full=True)


def files_of(folder: Path) -> dict[str, bytes]:
    with Objects(folder) as objects:
        tree = objects.commit("main").tree
        found = ((path, entry) for name in ("items", "reports", "schemas") for path, entry in objects.below(tree, name))
        return {path: objects.blob(entry.id) for path, entry in found}


def flip(folder: Path, branch: str, chance: random.Random) -> str:
    """Change one byte of what one commit of a branch brought, and rebuild the branch on it."""
    listed = git(folder, "rev-list", "--first-parent", "--reverse", branch).decode().split()
    commit = chance.choice(listed[2:] if branch == "main" else listed)
    parent = f"{commit}^1" if branch == "main" or commit != listed[0] else ""
    compared = (
        "diff-tree",
        "-r",
        "--name-only",
        "--no-commit-id",
        *((parent, commit) if parent else ("--root", commit)),
    )
    path = git(folder, *compared).decode().split()[0]
    content = bytearray(git(folder, "cat-file", "blob", f"{commit}:{path}"))
    place = chance.randrange(len(content))
    content[place] ^= 1 << chance.randrange(8)
    blob = git(folder, "hash-object", "-w", "--stdin", given=bytes(content)).decode().strip()
    old = git(folder, "rev-parse", f"{commit}:{path}").decode().strip()
    rebuild(folder, branch, listed[listed.index(commit) :], path, old, blob)
    return f"{branch} {commit[:10]} {path} byte {place}"


def rebuild(folder: Path, branch: str, commits: list[str], path: str, old: str, blob: str) -> None:
    """The same commits again, one blob in the place of another for as long as it stood there."""
    remade: dict[str, str] = {}
    for commit in commits:
        environment = {"GIT_INDEX_FILE": str(folder / ".git" / "index-of-the-test")}
        git(folder, "read-tree", commit, more=environment)
        standing = git(folder, "ls-files", "--stage", "--", path, more=environment).decode().split()
        if standing and standing[1] == old:
            git(folder, "update-index", "--cacheinfo", f"100644,{blob},{path}", more=environment)
        tree = git(folder, "write-tree", more=environment).decode().strip()
        raw = git(folder, "cat-file", "commit", commit).decode()
        head, _, message = raw.partition("\n\n")
        lines = [f"tree {tree}" if line.startswith("tree ") else line for line in head.split("\n")]
        lines = [f"parent {remade.get(line[7:], line[7:])}" if line.startswith("parent ") else line for line in lines]
        given = ("\n".join(lines) + "\n\n" + message).encode()
        remade[commit] = git(folder, "hash-object", "-t", "commit", "-w", "--stdin", given=given).decode().strip()
    git(folder, "update-ref", f"refs/heads/{branch}", remade[commits[-1]])


def git(folder: Path, *arguments: str, given: bytes = b"", more: dict[str, str] | None = None) -> bytes:
    environment = {**os.environ, **(more or {})}
    done = subprocess.run(
        ["git", *arguments], cwd=folder, input=given, capture_output=True, check=True, env=environment
    )
    return done.stdout
