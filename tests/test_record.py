"""The recorder: every merge gets one receipt, whatever ends it; nothing is written over a chain that is broken."""

from __future__ import annotations

import json
import os
import pickle
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import tampering
from duban.forge import ForgeError
from duban.memory import Memory
from duban.pull import Pull
from duban.recorder import fetch_evidence, push_evidence, record
from duban.repository.error import BranchMovedError, SigningKeyError
from recording import programs_started, record_all, soon_after
from scripted_forge import ScriptedForge
from signing import LIAISON, City, codes, proofs, violations

LOCK = ".git/refs/heads/evidence.lock"


@pytest.fixture
def waiting(city: City) -> City:
    """A city with two merges that are not recorded yet."""
    for files, signer in ((city.with_visit(), "section-head"), (city.with_progress(), LIAISON)):
        number = city.open(files)
        city.approve(number, signer)
        city.merge(number)
    return city


class Children:
    """Recorders that can be killed."""

    def __init__(self, city: City, folder: Path) -> None:
        self.city = folder / "city.pickle"
        self.city.write_bytes(pickle.dumps(city))
        self.server = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("recording.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1] / "tools")},
        )

    def run(self, folder: Path, call: int = 0, pause: float = 0, delay: float = 0) -> int:
        """Record in a child that is killed at a call or after a delay, if at all; how it ended."""
        stdin, stdout = self.server.stdin, self.server.stdout
        assert stdin
        assert stdout
        asked = {"city": str(self.city), "folder": str(folder), "call": call, "pause": pause, "delay": delay}
        stdin.write(json.dumps(asked) + "\n")
        stdin.flush()
        return int(stdout.readline())


@pytest.fixture
def children(waiting: City, tmp_path: Path) -> Iterator[Children]:
    found = Children(waiting, tmp_path)
    yield found
    with found.server:
        found.server.stdin and found.server.stdin.close()


def test_killed_at_fifty_random_points(waiting: City, children: Children, tmp_path: Path) -> None:
    """Receipts and signatures are the same whenever they are made: so the branch must end at the same commit."""
    whole = waiting.copy(tmp_path / "whole")
    before = time.perf_counter()
    assert children.run(whole.folder) == 0
    took = time.perf_counter() - before
    programs = programs_started(lambda: record_all(waiting.copy(tmp_path / "again")))
    wanted = whole.git("log", "--format=%H %s", "evidence")
    assert len(wanted.split("\n")) == 3
    assert violations(whole.audit()) == []

    chance = random.Random(20190705)
    killed = 0
    reached: set[str] = set()
    for point in range(50):
        part = waiting.copy(tmp_path / "part")
        if point % 2:
            ended = children.run(
                part.folder, call=chance.randint(1, programs), pause=chance.choice([0, 0, 0.001, 0.004])
            )
        else:
            ended = children.run(part.folder, delay=chance.uniform(0.001, took * 0.9))
        killed += ended == -signal.SIGKILL
        so_far = part.git("log", "--format=%H %s", "evidence")
        assert wanted.endswith(so_far)
        reached.add(so_far)
        lock = part.folder / LOCK
        if lock.exists():
            os.utime(lock, (0, 0))
        assert record_all(part) == len(wanted.split("\n")) - len(so_far.split("\n"))
        assert part.git("log", "--format=%H %s", "evidence") == wanted
        shutil.rmtree(part.folder)
    assert killed >= 25
    assert len(reached) == 3


def test_a_second_run_does_nothing(waiting: City) -> None:
    assert waiting.record().written == 2
    before = waiting.git("count-objects", "-v"), waiting.git("for-each-ref")
    found = waiting.record()
    assert (found.written, found.unknown, found.broken, found.tip) == (0, (), (), waiting.head("evidence"))
    assert (waiting.git("count-objects", "-v"), waiting.git("for-each-ref")) == before


def test_every_receipt_is_told_of(waiting: City, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    memory = Memory(tmp_path)
    found = record(waiting.folder, waiting.forge, waiting.key, soon_after, memory, lambda *step: told.append(step))
    assert (found.written, told) == (2, [(1, 2), (2, 2)])


@pytest.mark.parametrize("tamper", tampering.BROKEN_CHAINS, ids=lambda one: one.__name__)
def test_nothing_is_written_over_a_broken_chain(waiting: City, tamper: tampering.Tamper) -> None:
    waiting.record()
    number = waiting.open(waiting.with_visit())
    waiting.approve(number, "section-head")
    waiting.merge(number)
    tamper(waiting)
    before = waiting.git("for-each-ref")
    found = waiting.record()
    assert found.written == 0
    assert {one.code for one in found.broken} & {"A205", "A206", "A207", "A212", "A213"}
    assert {one.commit for one in found.broken} <= {*waiting.filed()}
    assert waiting.git("for-each-ref") == before


def test_a_merge_that_no_pull_request_tells_of(waiting: City) -> None:
    """It gets no receipt; those before and after it do."""
    branch = waiting.commit("refs/heads/branch", [waiting.head()], {"README.md": b"x"})
    tree = waiting.git("rev-parse", f"{branch}^{{tree}}")
    merged = waiting.commit("refs/heads/main", [waiting.head(), branch], {}, tree=tree)
    number = waiting.open(waiting.with_item())
    waiting.approve(number, "registrar")
    waiting.merge(number)
    found = waiting.record()
    assert (found.written, found.unknown) == (3, (merged,))
    assert violations(waiting.audit()) == [("A203", merged)]
    assert {*proofs(waiting.audit()).values()} == {"proven"}


def test_two_pull_requests_of_one_head(waiting: City) -> None:
    """The forge takes both as merged; the one that was signed is recorded, whichever was opened first."""
    unsigned = waiting.open(waiting.with_item())
    signed = waiting.open({})
    head = waiting.forge.pull(unsigned).head
    waiting.git("update-ref", f"refs/pull/{signed}/head", head)
    waiting.push(signed, {}, onto=head)
    waiting.git("update-ref", f"refs/pull/{unsigned}/head", waiting.forge.pull(signed).head)
    waiting.change(unsigned, head=waiting.forge.pull(signed).head)
    waiting.approve(signed, "registrar")
    assert (waiting.gate(unsigned).verdict, waiting.gate(signed).verdict) == ("wait", "pass")
    merged = waiting.merge(signed)
    waiting.is_merged(unsigned, merged, waiting.accounts["staff"])
    assert waiting.forge.pulls(merged_as=merged) == (unsigned, signed)
    waiting.record()
    assert violations(waiting.audit()) == []
    assert waiting.audit().proofs["2019-0004", "/intake"].pull == signed


class Failing(ScriptedForge):
    """A forge that goes away after some answers."""

    left = 1

    def pull(self, number: int) -> Pull:
        self.left -= 1
        if self.left < 0:
            raise ForgeError("502")
        return super().pull(number)


def test_a_forge_that_goes_away(waiting: City) -> None:
    forge = Failing(**vars(waiting.forge))
    with pytest.raises(ForgeError):
        waiting.record(forge=forge)
    assert len(waiting.filed()) == 2
    assert waiting.record().written == 1
    assert violations(waiting.audit()) == []


def test_what_fits_no_receipt_is_never_filed(waiting: City) -> None:
    """A receipt that could not be read back would break the chain for good."""
    waiting.change(2, author=replace(waiting.accounts["staff"], login="x" * 401))
    with pytest.raises(ForgeError):
        waiting.record()
    assert len(waiting.filed()) == 1
    waiting.change(2, author=waiting.accounts["staff"])
    assert waiting.record().written == 2


@pytest.mark.parametrize("content", ["", "no key", None])
def test_a_key_that_signs_nothing(waiting: City, tmp_path: Path, content: str | None) -> None:
    key = tmp_path / "key"
    if content is not None:
        key.write_text(content)
        key.chmod(0o600)
    with pytest.raises(SigningKeyError) as caught:
        waiting.record(key)
    assert not content or content not in str(caught.value)
    assert len(waiting.filed()) == 1


def test_two_recorders_at_once(waiting: City) -> None:
    """The second one files while the first is about to: what the first wrote is not kept."""
    inner: list[int] = []

    def now(pull: Pull) -> str:
        if not inner:
            inner.append(waiting.record().written)
        return soon_after(pull)

    with pytest.raises(BranchMovedError):
        record(waiting.folder, waiting.forge, waiting.key, now, Memory(waiting.folder / "nothing"))
    assert inner == [2]
    assert len(waiting.filed()) == 3
    assert waiting.record().written == 0
    assert violations(waiting.audit()) == []


def test_recorders_in_a_crowd(waiting: City) -> None:
    ended: list[BaseException | int] = []

    def one(shift: int) -> None:
        def now(pull: Pull) -> str:
            return pull.merged_at.replace(":00.000Z", f":{shift:02}.000Z")

        try:
            memory = Memory(waiting.folder / "nothing")
            ended.append(record(waiting.folder, waiting.forge, waiting.key, now, memory).written)
        except BranchMovedError as error:
            ended.append(error)

    threads = [threading.Thread(target=one, args=(shift,)) for shift in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ended) == 4
    waiting.record()
    assert len(waiting.filed()) == 3
    assert violations(waiting.audit()) == []


def test_a_lock_that_a_killed_recorder_left(waiting: City) -> None:
    lock = waiting.folder / LOCK
    lock.touch()
    os.utime(lock, (0, 0))
    assert waiting.record().written == 2
    assert not lock.exists()


def test_a_lock_that_is_in_use(waiting: City, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = waiting.folder / LOCK
    lock.touch()
    timer = threading.Timer(0.3, lock.unlink)
    timer.start()
    assert waiting.record().written == 2
    timer.join()
    monkeypatch.setattr("duban.repository.evidence._TRIES", 2)
    lock.touch()
    number = waiting.open(waiting.with_item())
    waiting.merge(number)
    with pytest.raises(BranchMovedError):
        waiting.record()
    lock.unlink()
    assert waiting.record().written == 1


@pytest.fixture
def remote(waiting: City, tmp_path: Path) -> Path:
    """A bare repository that both branches have been pushed to."""
    folder = tmp_path / "remote.git"
    waiting.git("init", "--quiet", "--bare", "--template=", str(folder))
    waiting.git("remote", "add", "origin", str(folder))
    waiting.git("push", "--quiet", "origin", "main", "evidence")
    return folder


def test_evidence_goes_to_a_remote_and_comes_from_it(waiting: City, remote: Path, tmp_path: Path) -> None:
    waiting.record()
    push_evidence(waiting.folder, "origin")
    other = waiting.copy(tmp_path / "other")
    tampering.rewind(other, 2)
    fetch_evidence(other.folder, "origin")
    assert other.head("evidence") == waiting.head("evidence")
    assert other.record().written == 0


def test_a_remote_that_has_moved_on(waiting: City, remote: Path, tmp_path: Path) -> None:
    other = waiting.copy(tmp_path / "other")
    other.tick(60)
    waiting.record()
    push_evidence(waiting.folder, "origin")
    other.record()
    kept = waiting.git("ls-remote", "origin", "evidence")
    with pytest.raises(BranchMovedError):
        push_evidence(other.folder, "origin")
    assert waiting.git("ls-remote", "origin", "evidence") == kept
    assert codes(waiting.audit()) == []


def test_a_remote_without_evidence(waiting: City, remote: Path) -> None:
    waiting.git("push", "--quiet", "origin", ":evidence")
    fetch_evidence(waiting.folder, "origin")
    assert waiting.record().written == 2
