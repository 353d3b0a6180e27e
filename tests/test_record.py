"""The recorder: killed anywhere, started twice, or faced with a broken chain, it loses and doubles nothing."""

from __future__ import annotations

import json
import os
import pickle
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from duban.receipt import place_of
from duban.recorder import fetch_evidence, push_evidence
from duban.repository.error import BranchMovedError, SigningKeyError
from duban.repository.signature import new_key
from signing import City, codes, found_city, proofs

KILLS = 50


@pytest.fixture
def city(tmp_path: Path) -> City:
    return found_city(tmp_path / "city")


def with_merges(city: City, count: int) -> list[int]:
    """Pull requests that were signed and merged, none of them recorded."""
    numbers = []
    for index in range(count):
        number = city.open(city.with_progress(f"进展之{index + 1}。"))
        city.approve(number, "transport-liaison")
        city.merge(number)
        numbers.append(number)
    return numbers


def recorded_pulls(city: City) -> list[int]:
    """The pull requests that have a receipt, in the order of the chain."""
    filed = city.filed()
    contents = (city.content(place_of(seq), at=commit) for seq, commit in enumerate(filed, 1))
    return [json.loads(content)["pull"]["number"] for content in contents]


def test_killed_at_any_point_it_loses_and_doubles_nothing(city: City, tmp_path: Path) -> None:
    numbers = with_merges(city, 3)
    chance = random.Random(2019)  # noqa: S311 - any points will do, the same ones each time
    before: list[str] = city.filed()
    killed = 0
    while killed < KILLS:
        if len(before) > len(numbers):
            numbers += with_merges(city, 3)
        at, after = (chance.randint(1, 14), 0.0) if killed % 2 else (0, chance.uniform(0.001, 0.2))
        (tmp_path / "plan").write_bytes(pickle.dumps((city, at, chance.random() < 0.5, after)))
        command = [sys.executable, str(Path(__file__).with_name("recorder_to_kill.py")), str(tmp_path / "plan")]
        done = subprocess.run(command, capture_output=True, start_new_session=True, check=False)
        killed += done.returncode == -signal.SIGKILL
        assert done.returncode in (0, -signal.SIGKILL), done.stderr.decode()
        filed = city.filed()
        assert filed[: len(before)] == before, "what was filed stays filed"
        before = filed
    for lock in (city.folder / ".git").rglob("*.lock"):
        age(lock)
    city.record()
    assert recorded_pulls(city)[1:] == numbers
    found = city.audit()
    assert codes(found) == []
    assert set(proofs(found).values()) == {"proven"}


def test_a_second_run_writes_nothing(city: City) -> None:
    with_merges(city, 2)
    assert city.record().written == 2
    tip = city.head("evidence")
    again = city.record()
    assert (again.written, again.tip, city.head("evidence")) == (0, tip, tip)


def test_a_lock_left_behind_by_a_dead_process_is_got_over(city: City) -> None:
    with_merges(city, 1)
    lock = city.folder / ".git" / "refs" / "heads" / "evidence.lock"
    lock.write_bytes(b"")
    age(lock)
    assert city.record().written == 1
    assert not lock.exists()


def test_a_lock_in_use_is_waited_for_and_never_taken_away(city: City) -> None:
    with_merges(city, 1)
    lock = city.folder / ".git" / "refs" / "heads" / "evidence.lock"
    lock.write_bytes(b"")
    with pytest.raises(BranchMovedError):
        city.record()
    assert lock.exists()


@pytest.mark.parametrize("what", ["edited", "dropped", "unsigned", "strange key", "beside"])
def test_over_a_broken_chain_it_writes_nothing(city: City, tmp_path: Path, what: str) -> None:
    with_merges(city, 2)
    city.record()
    with_merges(city, 1)
    *_, one, last = city.filed()
    path, content = place_of(len(city.filed())), city.content(place_of(len(city.filed())), at=last)
    if what == "edited":
        city.commit("refs/heads/evidence", [one], {path: content.replace(b'"verdict": "pass"', b'"verdict": "wait"')})
    elif what == "dropped":
        city.commit("refs/heads/evidence", [f"{one}^"], {path: content})
    elif what == "unsigned":
        city.commit("refs/heads/evidence", [one], {path: content}, message=city.git("log", "-1", "--format=%B", last))
    elif what == "strange key":
        city.git("update-ref", "refs/heads/evidence", one)
        new_key(tmp_path / "strange", "strange")
        city.record(key=tmp_path / "strange")
    else:
        city.commit("refs/heads/evidence", [last], {"README": b"hello\n"})
    tip = city.head("evidence")
    found = city.record()
    assert found.broken
    assert (found.written, city.head("evidence")) == (0, tip)


def test_a_merge_without_a_pull_request_keeps_no_other_from_its_receipt(city: City) -> None:
    pushed = city.open(city.with_progress("直接推送。"))
    merged = city.merge(pushed)
    del city.forge.requests[pushed]
    with_merges(city, 1)
    found = city.record()
    assert (found.unknown, found.written) == ((merged,), 1)
    assert codes(city.audit()) == ["A203"]


def test_of_two_recorders_at_once_one_gives_way(city: City, tmp_path: Path) -> None:
    with_merges(city, 4)
    (tmp_path / "plan").write_bytes(pickle.dumps((city, 0, False, 0)))
    command = [sys.executable, str(Path(__file__).with_name("recorder_to_kill.py")), str(tmp_path / "plan")]
    both = [subprocess.Popen(command, stderr=subprocess.PIPE, start_new_session=True) for _ in range(2)]
    said = [one.communicate()[1].decode() for one in both]
    assert all(one.returncode == 0 or "BranchMovedError" in text for one, text in zip(both, said, strict=True)), said
    city.record()
    assert len(recorded_pulls(city)) == len(set(recorded_pulls(city))) == 5
    assert codes(city.audit()) == []


def test_evidence_is_pushed_and_never_over_what_stands_there(city: City, tmp_path: Path) -> None:
    bare, other = tmp_path / "bare.git", tmp_path / "other"
    with_merges(city, 2)
    city.git("init", "--quiet", "--bare", str(bare))
    city.git("push", "--quiet", str(bare), "main", "evidence")
    behind = city.copy(other)
    city.record()
    push_evidence(city.folder, str(bare))
    assert city.git("--git-dir", str(bare), "rev-parse", "evidence") == city.head("evidence")
    behind.tick(90)
    behind.record()
    with pytest.raises(BranchMovedError):
        push_evidence(behind.folder, str(bare))
    assert city.git("--git-dir", str(bare), "rev-parse", "evidence") == city.head("evidence")
    behind.git("update-ref", "refs/heads/evidence", city.filed()[0])
    fetch_evidence(behind.folder, str(bare))
    assert behind.head("evidence") == city.head("evidence")


def test_a_key_that_cannot_sign_is_said_and_nothing_is_filed(city: City, tmp_path: Path) -> None:
    with_merges(city, 1)
    tip = city.head("evidence")
    (tmp_path / "key").write_text("no key\n", encoding="utf-8")
    (tmp_path / "key").chmod(0o600)
    with pytest.raises(SigningKeyError) as caught:
        city.record(key=tmp_path / "key")
    assert "no key" not in str(caught.value)
    assert city.head("evidence") == tip


def age(lock: Path) -> None:
    """As if the process that left it had died an hour ago."""
    hour_ago = time.time() - 3600
    os.utime(lock, (hour_ago, hour_ago))
