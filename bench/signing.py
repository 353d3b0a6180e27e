"""The gate, the audit of one more merge and the audit of a whole history, each beside what it is measured by."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from bench.measure import Row, best_of, run
from duban.auditor import audited
from duban.memory import Memory
from duban.parse import parse
from duban.replayer import replay
from duban.repository import pinned_day, tree_of
from duban.schema import Schemas
from duban.writing import file_text

_ITEMS = 3
_SHORT, _WHOLE = "2019-07-20", "2019-10-31"
_START = """
import subprocess, sys
{imports}
for command in (
    ["cat-file", "--batch"],
    ["rev-parse", "--absolute-git-dir"],
    ["merge-tree", "--write-tree", "main", "change"],
    ["log", "--format=%ae", "change", "^main"],
):
    subprocess.run(["git", "-C", sys.argv[1], *command], stdin=subprocess.DEVNULL, capture_output=True, check=True)
"""
_ITS_OWN, _LIBRARIES = "import duban.cli.gate", "import orjson, yaml, jsonschema_rs"


def rows(work: Path, ledger: Path, root: Path) -> list[Row]:
    """``ledger`` is a synthetic one, which the gate is tried on; ``root`` the shipped one, which is replayed."""
    return [*_gate(work, ledger), *_audits(work, root)]


def _gate(work: Path, ledger: Path) -> list[Row]:
    """A pull request that touches three items, judged by the command as a workflow would call it."""
    folder, files = gated(work, ledger)
    command = (sys.executable, "-m", "duban.cli", "-C", str(folder), "gate", "--base", "main", "--head", "change")
    done = subprocess.run([*command, *files, "--format", "json"], capture_output=True, check=False)
    verdict = json.loads(done.stdout)["verdict"]
    if verdict != "pass":
        raise ValueError(f"the gate says {verdict}: {done.stdout.decode()[:2000]}")
    ours = best_of(7, partial(run, *command, *files, "--format", "json"))
    what = f"gate, {_ITEMS} items touched"

    def started(imports: str) -> float:
        return best_of(7, partial(run, sys.executable, "-c", _START.format(imports=imports), str(folder)))

    return [
        Row(what, ours, "starting Python and git for it", started(_ITS_OWN), 1 / 3),
        Row(what, ours, "starting Python with the libraries alone, and git", started(_LIBRARIES)),
    ]


def gated(work: Path, ledger: Path) -> tuple[Path, list[str]]:
    """A copy of the ledger in git, with a signed pull request from ``change``, and what tells the gate of that."""
    folder = work / "gated"
    shutil.copytree(ledger, folder, ignore=shutil.ignore_patterns("site", "build"))
    documents = _pull_request(folder)
    for name, document in documents.items():
        (work / f"{name}.json").write_bytes(orjson.dumps(document))
    return folder, [argument for name in documents for argument in (f"--{name}", str(work / f"{name}.json"))]


def _audits(work: Path, root: Path) -> list[Row]:
    tree = tree_of(root)
    counts, seconds = {}, {}
    for day in (_SHORT, _WHOLE):
        folder = work / f"replayed-{day}"
        counts[day] = replay(root, tree, day, folder).pulls
        seconds[day] = _one_more(work, folder)
    whole = work / f"replayed-{_WHOLE}"
    full = best_of(2, lambda: audited(whole, Memory(work / "no-memory"), full=True))
    sys.stdout.write(f"full audit: {counts[_WHOLE]} merges in {full:.1f} s, {counts[_WHOLE] / full:.0f} a second\n")
    name = f"after {counts[_SHORT]} merges"
    return [
        Row(f"audit of one more merge, after {counts[_WHOLE]}", seconds[_WHOLE], name, seconds[_SHORT], 0.7),
        Row(f"audit of one more merge, after {counts[_WHOLE]}", seconds[_WHOLE], "full audit", full, 20),
    ]


def _one_more(work: Path, folder: Path) -> float:
    """Everything but the newest merge is known; the seconds that the newest takes."""
    known, used = work / "known", work / "used"
    shutil.rmtree(known, ignore_errors=True)
    if audited(folder, Memory(known), tip="main~1", evidence="evidence~1").violations:
        raise ValueError("the replayed ledger does not audit clean")

    def before() -> None:
        shutil.rmtree(used, ignore_errors=True)
        shutil.copytree(known, used)

    return best_of(7, lambda: audited(folder, Memory(used)), before)


def _pull_request(folder: Path) -> dict[str, Any]:
    """Make the ledger a repository with a branch that adds a progress report to each of some items, all signed."""
    schemas = Schemas.of(tree_of(folder))
    roster, policy = folder / "registry/people.yml", folder / "registry/policy.yml"
    people = parse("", roster.read_bytes())[0]
    for number, person in enumerate(people["people"], 1):
        person["accounts"] = {"github": number}
    accounts = {person["id"]: person["accounts"]["github"] for person in people["people"]}
    roster.write_text(file_text(people, schemas.field("people")), encoding="utf-8")
    signing = parse("", policy.read_bytes())[0]["signing"]
    _git(folder, "init", "--quiet", "--initial-branch=main")
    # What git tidies up behind a command would still be at it when the folder is thrown away.
    _git(folder, "config", "maintenance.auto", "false")
    _git(folder, "add", "--all")
    _git(folder, "commit", "--quiet", "--message", "the ledger")
    _git(folder, "checkout", "--quiet", "-b", "change")
    liaisons = {one["unit"]: one["id"] for one in people["people"] if "liaison" in {r["role"] for r in one["roles"]}}
    signers = set()
    touched = 0
    root, day = schemas.field("item"), pinned_day(folder)
    for path in sorted((folder / "items").glob("*/*.yml"), reverse=True):
        data = parse("", path.read_bytes())[0]
        liaison = liaisons.get(data.get("task_notice", {}).get("lead_unit", ""))
        if touched == _ITEMS or liaison is None or {"report", "withdrawn", "superseded"} & set(data):
            continue
        data.setdefault("progress", []).append(
            {
                "on": day,
                "unit": data["task_notice"]["lead_unit"],
                "reporter": liaison,
                "progress": "按计划推进。",
                "signed": [{"role": "liaison", "by": liaison, "on": day}],
            }
        )
        path.write_text(file_text(data, root), encoding="utf-8")
        signers.add(liaison)
        touched += 1
    _git(folder, "commit", "--quiet", "--all", "--message", "progress")
    head = _git(folder, "rev-parse", "HEAD")
    repository = {"full_name": signing["repository"]}
    user = {"id": 10_000, "login": "writer", "type": "User"}
    branch = {"sha": head, "ref": "change", "repo": repository, "user": user}
    pull = {"number": 1, "state": "open", "draft": False, "title": "progress", "user": user, "head": branch}
    pull |= {"base": {"sha": head, "ref": "main", "repo": repository, "user": user}, "merged": False}
    pull |= {"merged_at": None, "merged_by": None, "merge_commit_sha": None}
    push = {"after": head, "before": "0" * 40, "timestamp": f"{day}T08:00:00+08:00", "actor": user}
    push |= {"ref": "refs/heads/change", "activity_type": "push", "id": 1}
    reviews = [
        {
            "id": number,
            "user": {"id": accounts[liaison], "login": liaison, "type": "User"},
            "state": "APPROVED",
            "submitted_at": f"{day}T09:00:00+08:00",
            "commit_id": head,
            "body": "",
        }
        for number, liaison in enumerate(sorted(signers), 1)
    ]
    return {"pull": pull, "reviews": reviews, "pushes": [push]}


def _git(folder: Path, *arguments: str) -> str:
    who = {
        f"GIT_{hand}_{part}": "bench@duban.invalid" for hand in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")
    }
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], check=True, capture_output=True, env={**os.environ, **who}
    )
    return done.stdout.decode().strip()
