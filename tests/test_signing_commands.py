"""``duban gate``, ``audit`` and ``record`` as scripts call them: files in, one JSON document out, exit codes."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conftest import Outcome
from signing import ITEM, LIAISON, OTHER, PROGRESS, VISIT, City
from test_sweep import document, review, user

Run = Callable[..., Outcome]


@pytest.fixture
def folder(city: City) -> City:
    """A city whose main branch is checked out, as a workflow has it."""
    city.git("read-tree", "-u", "--reset", "main")
    return city


@pytest.fixture
def gate(folder: City, run: Run, tmp_path: Path) -> Callable[..., Outcome]:
    """Judges a pull request by the forge's answers in files, with whatever files are given instead."""

    def call(number: int, *options: str, lang: str = "en", **instead: Any) -> Outcome:
        pull, said = folder.forge.pull(number), folder.forge.reviews(number)
        answers = {
            "pull": document(pull),
            "reviews": [review(one) for one in said],
            "pushes": [
                {"after": one.after, "timestamp": one.at, "activity_type": "push", "actor": user(one.account)}
                for one in folder.forge.pushes(pull)
            ],
            "commits": [{"author": user(pull.author), "committer": None}],
            **instead,
        }
        given: list[str] = []
        for name, answer in answers.items():
            (tmp_path / f"{name}.json").write_text(json.dumps(answer), encoding="utf-8")
            given += [f"--{name}", str(tmp_path / f"{name}.json")]
        asked = ("gate", "--base", "main", "--head", f"refs/pull/{number}/head", "--as-of", folder.day)
        return run("-C", folder.folder, "--lang", lang, *asked, *given, *options)

    return call


def test_the_gate_tells_every_seat(folder: City, gate: Callable[..., Outcome]) -> None:
    number = folder.open({**folder.with_progress(), **folder.with_visit()})
    folder.approve(number, LIAISON)
    done = gate(number, "--format", "json")
    assert (done.code, done.err) == (1, "")
    found = done.json
    assert {*found} >= {"verdict", "changes", "required", "findings", "codes"}
    assert (found["verdict"], found["findings"], found["codes"]) == ("wait", [], {})
    assert found["changes"] == [
        {"item": PROGRESS[0], "entry": PROGRESS[1], "kind": "progress"},
        {"item": VISIT[0], "entry": VISIT[1], "kind": "visit"},
    ]
    told = [(one["entry"], one["role"], one["person"], one["state"], one["reason"]) for one in found["required"]]
    assert told == [
        (PROGRESS[1], "liaison", LIAISON, "signed", None),
        (VISIT[1], "supervisor", "section-head", "missing", "not_reviewed"),
    ]
    assert all(one["message"] for one in found["required"])

    folder.approve(number, "section-head")
    passed = gate(number, "--format", "json")
    assert (passed.code, passed.json["verdict"]) == (0, "pass")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_gate_says_who_is_missing(folder: City, gate: Callable[..., Outcome], lang: str) -> None:
    number = folder.open(folder.with_progress())
    waiting = gate(number, lang=lang)
    folder.approve(number, LIAISON)
    passed = gate(number, lang=lang)
    assert (waiting.code, passed.code) == (1, 0)
    assert ("还差" in waiting.out) == (lang == "zh")
    assert waiting.out != passed.out
    assert "{" not in waiting.out + passed.out


def test_the_gate_lists_findings_and_survives_any_name(folder: City, gate: Callable[..., Outcome]) -> None:
    number = folder.open({OTHER: None, "items/2019/\udcff\u202e.yml": folder.content(ITEM), "docs/\udcff.md": b"x"})
    done = gate(number, "--format", "json")
    assert (done.code, done.json["verdict"]) == (1, "refuse")
    assert {one["code"] for one in done.json["findings"]} >= {"D902", "G105", "G107"}
    assert gate(number).code == 1


def test_codes_are_told_where_the_policy_binds_by_them(folder: City, gate: Callable[..., Outcome]) -> None:
    folder.passed(folder.edited(lambda data: data["signing"].update(binding="code"), "registry/policy.yml"), "director")
    number = folder.open(folder.with_progress())
    codes = gate(number, "--format", "json").json["codes"]
    assert codes == folder.gate(number).codes
    folder.review(number, LIAISON, body=codes["liaison"])
    assert gate(number, "--format", "json").json["verdict"] == "pass"


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("pull", {}),
        ("pull", []),
        ("reviews", {"message": "Not Found"}),
        ("reviews", [{"id": 1}]),
        ("pushes", None),
        ("pushes", [{"after": "x", "timestamp": "yesterday", "activity_type": "push"}]),
    ],
)
def test_answers_that_cannot_be_understood(folder: City, gate: Callable[..., Outcome], name: str, answer: Any) -> None:
    number = folder.open(folder.with_progress())
    done = gate(number, "--format", "json", **{name: answer})
    assert (done.code, done.out) == (2, "")
    assert "Traceback" not in done.err


def test_the_gate_called_wrongly(folder: City, run: Run, tmp_path: Path) -> None:
    assert run("-C", folder.folder, "gate", "--base", "main").code == 2
    (tmp_path / "x.json").write_text("{", encoding="utf-8")
    files = [part for name in ("pull", "reviews", "pushes") for part in (f"--{name}", tmp_path / "x.json")]
    assert run("-C", folder.folder, "gate", "--base", "main", "--head", "main", *files).code == 2


def test_an_audit_for_scripts(folder: City, run: Run) -> None:
    folder.passed(folder.with_visit(), "section-head")
    number = folder.open(folder.with_progress())
    merged = folder.merge(number)
    folder.record()
    done = run("-C", folder.folder, "audit", "--format", "json")
    found = done.json
    assert (done.code, done.err, found["verdict"]) == (1, "", "violations")
    assert (found["commits"], found["receipts"]) == (3, 3)
    assert [(one["commit"], one["code"]) for one in found["violations"]] == [(merged, "A208")]
    assert all(one["message"] and one["fix"] for one in found["violations"])
    entries = {(one["item"], one["entry"]): one for one in found["entries"]}
    assert entries[VISIT] | {"commit": ""} == {
        "item": VISIT[0],
        "entry": VISIT[1],
        "kind": "visit",
        "proof": "proven",
        "signers": ["section-head"],
        "signed": entries[VISIT]["signed"],
        "pull": 2,
        "commit": "",
        "merged_at": folder.forge.pull(2).merged_at,
    }
    assert [(one["person"], one["role"], one["paper"]) for one in entries[VISIT]["signed"]] == [
        ("section-head", "supervisor", False)
    ]
    assert (entries[PROGRESS]["proof"], entries[PROGRESS]["commit"]) == ("broken", merged)
    assert entries["2019-0002", "/intake"]["proof"] == "transcribed"


def test_an_audit_for_people(folder: City, run: Run) -> None:
    folder.passed(folder.with_visit(), "section-head")
    clean = run("-C", folder.folder, "audit")
    assert clean.code == 0
    pushed = folder.commit("refs/heads/main", [folder.head()], folder.with_progress())
    told = run("-C", folder.folder, "audit")
    assert told.code == 1
    assert f"{pushed[:10]} A201" in told.out
    assert run("-C", folder.folder, "audit", "--tip", "main~1").code == 0
    assert run("-C", folder.folder, "audit", "--full").code == 1


def test_an_audit_that_cannot_be(folder: City, run: Run, tmp_path: Path) -> None:
    folder.git("clone", "--quiet", "--depth=1", f"file://{folder.folder}", str(tmp_path / "shallow"))
    shallow = run("-C", tmp_path / "shallow", "--lang", "en", "audit", "--format", "json")
    assert (shallow.code, shallow.out) == (2, "")
    assert "unshallow" in shallow.err
    assert run("-C", folder.folder, "audit", "--tip", "nowhere").code == 2
    assert run("-C", folder.folder, "audit", "--evidence", "nowhere").code == 2
    assert run("-C", folder.folder, "audit", "--genesis", "0" * 40).code == 2
    assert run("-C", tmp_path, "audit").code == 2


def test_odd_names_in_history_are_told_too(folder: City, run: Run) -> None:
    number = folder.open({"items/2019/\udcff.yml": folder.content(ITEM), "scans/\u202e.pdf": b"x"})
    folder.merge(number)
    folder.record()
    done = run("-C", folder.folder, "audit", "--format", "json")
    assert (done.code, {one["code"] for one in done.json["violations"]} >= {"A208", "A211"}) == (1, True)
    text = run("-C", folder.folder, "audit")
    assert text.code == 1
    assert "\u202e" not in text.out


def test_a_recorder_without_a_key(folder: City, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DUBAN_RECORDER_KEY", raising=False)
    for name in [name for name in os.environ if name.endswith("_TOKEN")]:
        monkeypatch.delenv(name)
    before = folder.git("for-each-ref")
    done = run("-C", folder.folder, "record")
    assert (done.code, done.out) == (2, "")
    assert "DUBAN_RECORDER_KEY" in done.err
    assert folder.git("for-each-ref") == before
