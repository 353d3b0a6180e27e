"""The workflows keep their promises: rights, pins, scripts, what they check out; each check is shown to fail too."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import ROOT
from duban.cli import COMMANDS
from duban.filing import FOLDERS as RECORDS
from duban.forge.statuses import CONTEXT

Document = dict[Any, Any]
Problems = Iterator[str]

FOLDER = ROOT / ".github/workflows"
TRUSTED = ("gate.yml", "record.yml", "daily.yml", "publish.yml")
UNTRUSTED = ("validate.yml", "check.yml", "review-signal.yml")
ASKING = ("vulnerabilities.yml",)
"""Runs the default branch's code and needs no trust: it may only read, holds nothing, and nothing waits for it."""
DEFAULT_BRANCH = "${{ github.event.repository.default_branch }}"
CHECKOUT = "actions/checkout"
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}\Z")
VERSION = re.compile(r"uses: \S+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
OWN_ACTION = "./.github/actions/duban"
DUBAN = re.compile(r"\.venv/bin/duban ([a-z]+)((?: --?[a-z][\w-]*| [\w./-]+| \"\$[A-Z_]+\")*)")
SHOWN = " | sed 's/^/    /' | tee -a \"$GITHUB_STEP_SUMMARY\""
SET_UP = re.compile(r"python3 -m venv \.venv|\.venv/bin/python -m pip install [\w .=:-]+|npm (?:ci|run build) [\w =-]+")
ASKS = "../.venv/bin/python -m supply vulnerabilities"
UNTRUSTED_EVENTS = {"pull_request", "pull_request_review", "merge_group", "push"}
TRUSTED_EVENTS = {"pull_request_target", "workflow_run", "schedule", "workflow_dispatch", "push"}


def parsed(path: Path) -> Document:
    """A workflow as GitHub reads it: ``on`` is a word and no truth."""
    return dict(yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader))  # noqa: S506 - plain texts only


WORKFLOWS = {path.name: parsed(path) for path in sorted(FOLDER.glob("*.yml"))}
ACTION = parsed(ROOT / ".github/actions/duban/action.yml")


def steps(document: Document) -> list[Document]:
    """Every step of a workflow's jobs, or of a composite action."""
    if "runs" in document:
        return list(document["runs"]["steps"])
    return [step for job in document["jobs"].values() for step in job["steps"]]


def no_rights_on_top(document: Document) -> Problems:
    if document.get("permissions") != {}:
        yield "permissions on top"
    for name, job in document["jobs"].items():
        if "permissions" not in job:
            yield f"{name}: no rights of its own"


def no_expression_in_scripts(document: Document) -> Problems:
    for step in steps(document):
        if "${{" in step.get("run", "") or "${{" in step.get("shell", ""):
            yield f"{step.get('name')}: expression in a script"


def only_pinned(document: Document) -> Problems:
    for step in steps(document):
        if "uses" in step and step["uses"] != OWN_ACTION and not PINNED.match(step["uses"]):
            yield f"{step['uses']}: not pinned"


def bounded(document: Document) -> Problems:
    for name, job in document["jobs"].items():
        if not str(job.get("timeout-minutes", "")).isdigit():
            yield f"{name}: no time limit"
    if "concurrency" not in document:
        yield "no concurrency"


def only_the_default_branch(document: Document) -> Problems:
    """Trusted jobs check out the default branch, and their scripts and values name nothing of a pull request."""
    for name, job in document["jobs"].items():
        checkouts = [step for step in job["steps"] if step.get("uses", "").startswith(CHECKOUT)]
        own = any(step.get("uses") == OWN_ACTION or ".venv" in step.get("run", "") for step in job["steps"])
        if own and len(checkouts) != 1:
            yield f"{name}: {len(checkouts)} checkouts"
        for step in checkouts:
            given = step.get("with", {})
            if given.get("ref") != DEFAULT_BRANCH or set(given) & {"repository", "path", "allow-unsafe-pr-checkout"}:
                yield f"{name}: checks out {given.get('ref')}"
    if re.search(
        r"head_ref|head_sha|head_commit|\.head\b|head\.|pull_request\.|refs/pull|github\.ref\b", str(document)
    ):
        yield "names a pull request's head"


def only_duban(document: Document) -> Problems:
    """Each script of a trusted job is one duban command that exists, shown in the summary or not."""
    for step in steps(document):
        if "run" in step:
            command = step["run"].strip().removesuffix(SHOWN)
            found = DUBAN.fullmatch(command)
            if found is None or found[1] not in COMMANDS:
                yield f"{command}: not one duban command"


def only_set_up(document: Document) -> Problems:
    for step in steps(document):
        if "run" in step and not SET_UP.fullmatch(" ".join(step["run"].split())):
            yield f"{step['run']}: not set-up"
        if "run" in step and step.get("shell") != "bash":
            yield f"{step['run']}: no shell named"


def only_asks(document: Document) -> Problems:
    """What it runs is its own set-up, from the lock of what asks, and then the one question."""
    *before, last = [step for step in steps(document) if "run" in step]
    if last["run"] != ASKS or last.get("working-directory") != "tools":
        yield f"{last['run']}: not the question"
    yield from only_set_up({"runs": {"steps": before}})
    if not any(step["run"].rstrip().endswith("-r requirements-audit.lock") for step in before):
        yield "not what asks"


def nothing_kept_from_elsewhere(document: Document) -> Problems:
    for step in steps(document):
        if "cache" in step.get("uses", "") or any("cache" in key for key in step.get("with", {})):
            yield f"{step.get('name')}: a cache"
        if "pip install" in step.get("run", "") and not re.search(
            r"--require-hashes .*--only-binary|--no-index", step["run"]
        ):
            yield f"{step.get('name')}: libraries without hashes"


def no_credentials_kept(document: Document) -> Problems:
    for step in steps(document):
        if step.get("uses", "").startswith(CHECKOUT) and step.get("with", {}).get("persist-credentials") != "false":
            yield f"{step.get('name')}: credentials stay on disk"


def failures_seen(document: Document) -> Problems:
    """Where a script is a pipe, its shell must fail with any of its commands."""
    for name, job in document["jobs"].items():
        shell = job.get("defaults", {}).get("run", {}).get("shell")
        for step in job["steps"]:
            if "|" in step.get("run", "") and step.get("shell", shell) != "bash":
                yield f"{name}: a failure in a pipe is lost"


EVERYWHERE = (no_rights_on_top, no_expression_in_scripts, only_pinned, bounded, failures_seen)
WHERE_TRUSTED = (only_the_default_branch, only_duban, nothing_kept_from_elsewhere)
WHERE_IT_ASKS = (only_the_default_branch, only_asks, nothing_kept_from_elsewhere, no_credentials_kept)
IN_THE_ACTION = (no_expression_in_scripts, only_pinned, only_set_up, nothing_kept_from_elsewhere)


def test_every_workflow_is_either_trusted_or_not() -> None:
    assert sorted([*TRUSTED, *UNTRUSTED, *ASKING]) == sorted(WORKFLOWS)
    for name in UNTRUSTED:
        assert set(WORKFLOWS[name]["on"]) <= UNTRUSTED_EVENTS
    for name in TRUSTED:
        assert set(WORKFLOWS[name]["on"]) <= TRUSTED_EVENTS
    for name in ASKING:
        assert set(WORKFLOWS[name]["on"]) == {"schedule", "workflow_dispatch"}


@pytest.mark.parametrize("name", sorted(WORKFLOWS))
@pytest.mark.parametrize("check", EVERYWHERE)
def test_every_workflow_keeps(name: str, check: Callable[[Document], Problems]) -> None:
    assert list(check(WORKFLOWS[name])) == []


@pytest.mark.parametrize("name", TRUSTED)
@pytest.mark.parametrize("check", WHERE_TRUSTED)
def test_every_trusted_workflow_keeps(name: str, check: Callable[[Document], Problems]) -> None:
    assert list(check(WORKFLOWS[name])) == []


@pytest.mark.parametrize("name", ASKING)
@pytest.mark.parametrize("check", WHERE_IT_ASKS)
def test_a_workflow_that_asks_keeps(name: str, check: Callable[[Document], Problems]) -> None:
    assert list(check(WORKFLOWS[name])) == []


@pytest.mark.parametrize("check", IN_THE_ACTION)
def test_the_action_keeps(check: Callable[[Document], Problems]) -> None:
    assert list(check(ACTION)) == []


def test_credentials_stay_on_disk_only_where_the_evidence_is_pushed() -> None:
    kept = {name: list(no_credentials_kept(document)) for name, document in WORKFLOWS.items()}
    assert {name for name, problems in kept.items() if problems} == {"record.yml"}


def set_value(*path: Any, value: Any) -> Callable[[Document], None]:
    """A slip: a value at a place of a workflow."""

    def slip(document: Document) -> None:
        here: Any = document
        for part in path[:-1]:
            here = here.setdefault(part, {}) if isinstance(here, dict) else here[part]
        here[path[-1]] = value

    return slip


def gate_step(index: int, *path: str, value: Any) -> Callable[[Document], None]:
    return set_value("jobs", "gate", "steps", index, *path, value=value)


SLIPS: list[tuple[Callable[[Document], Problems], Callable[[Document], None]]] = [
    (no_rights_on_top, set_value("permissions", value={"contents": "write"})),
    (no_rights_on_top, lambda document: document.pop("permissions")),
    (no_rights_on_top, lambda document: document["jobs"]["gate"].pop("permissions")),
    (no_expression_in_scripts, gate_step(2, "run", value="echo ${{ github.event.pull_request.title }}")),
    (only_pinned, gate_step(0, "uses", value="actions/checkout@v7")),
    (only_pinned, gate_step(0, "uses", value="actions/checkout@3d3c42e")),
    (only_pinned, gate_step(1, "uses", value="./.github/actions/other")),
    (bounded, lambda document: document["jobs"]["gate"].pop("timeout-minutes")),
    (bounded, lambda document: document.pop("concurrency")),
    (only_the_default_branch, gate_step(0, "with", "ref", value="${{ github.event.pull_request.head.sha }}")),
    (only_the_default_branch, gate_step(0, "with", "ref", value="${{ github.head_ref }}")),
    (only_the_default_branch, gate_step(0, "with", "ref", value="refs/pull/1/merge")),
    (only_the_default_branch, gate_step(0, "with", "repository", value="someone/else")),
    (only_the_default_branch, gate_step(0, "with", "allow-unsafe-pr-checkout", value="true")),
    (only_the_default_branch, lambda document: document["jobs"]["gate"]["steps"][0]["with"].pop("ref")),
    (only_the_default_branch, lambda document: document["jobs"]["gate"]["steps"].pop(0)),
    (only_the_default_branch, gate_step(2, "env", "TITLE", value="${{ github.event.pull_request.title }}")),
    (only_duban, gate_step(2, "run", value="make check")),
    (only_duban, gate_step(2, "run", value=".venv/bin/duban gate --all-open && curl example.invalid")),
    (only_duban, gate_step(2, "run", value=".venv/bin/duban gate $(cat title)")),
    (only_duban, gate_step(2, "run", value=".venv/bin/duban publish --all")),
    (nothing_kept_from_elsewhere, gate_step(1, "with", "cache", value="pip")),
    (nothing_kept_from_elsewhere, gate_step(1, "uses", value="actions/cache@" + "0" * 40)),
    (nothing_kept_from_elsewhere, gate_step(2, "run", value="pip install requests")),
    (no_credentials_kept, gate_step(0, "with", "persist-credentials", value="true")),
    (no_credentials_kept, lambda document: document["jobs"]["gate"]["steps"][0]["with"].pop("persist-credentials")),
    (failures_seen, gate_step(2, "run", value=".venv/bin/duban check" + SHOWN)),
]


@pytest.mark.parametrize("number", range(len(SLIPS)))
def test_each_check_can_fail(number: int) -> None:
    check, slip = SLIPS[number]
    document = deepcopy(WORKFLOWS["gate.yml"])
    assert list(check(document)) == []
    slip(document)
    assert list(check(document)) != []


def test_the_checks_of_the_action_can_fail() -> None:
    for slip in ("curl example.invalid", "python3 -m venv .venv; true", ".venv/bin/python -m pip install $WHAT"):
        document = deepcopy(ACTION)
        document["runs"]["steps"][0]["run"] = slip
        assert list(only_set_up(document)) != []
    document = deepcopy(ACTION)
    document["runs"]["steps"][1]["run"] = ".venv/bin/python -m pip install -r requirements-run.lock"
    assert list(nothing_kept_from_elsewhere(document)) != []
    del document["runs"]["steps"][1]["shell"]
    assert list(only_set_up(document)) != []


def test_the_checks_of_what_asks_can_fail() -> None:
    for number, key, slip in (
        (-1, "run", ASKS + " || true"),
        (-1, "run", ".venv/bin/duban check"),
        (-1, "working-directory", "tests"),
        (-2, "run", ".venv/bin/python -m pip install --require-hashes --only-binary=:all: -r requirements.lock"),
        (-2, "run", "curl example.invalid"),
    ):
        document = deepcopy(WORKFLOWS["vulnerabilities.yml"])
        document["jobs"]["ask"]["steps"][number][key] = slip
        assert list(only_asks(document)) != [], slip


def rights(name: str) -> dict[str, dict[str, str]]:
    return {job: body["permissions"] for job, body in WORKFLOWS[name]["jobs"].items()}


def test_the_rights_are_these_and_no_others() -> None:
    reads = {"contents": "read"}
    assert {name: rights(name) for name in WORKFLOWS} == {
        "validate.yml": {"validate": reads},
        "check.yml": {"check": reads},
        "review-signal.yml": {"signal": {}},
        "gate.yml": {"gate": {**reads, "pull-requests": "read", "statuses": "write"}},
        "record.yml": {"record": {**reads, "pull-requests": "read"}},
        "daily.yml": {"daily": reads},
        "vulnerabilities.yml": {"ask": reads},
        "publish.yml": {"build": reads, "deploy": {"pages": "write", "id-token": "write"}},
    }


def test_exactly_one_place_posts_the_status() -> None:
    able = [(name, job) for name in WORKFLOWS for job, given in rights(name).items() if "statuses" in given]
    posting = [name for name, document in WORKFLOWS.items() if "gate --all-open" in str(document)]
    assert able == [("gate.yml", "gate")]
    assert posting == ["gate.yml"]
    names = {job.get("name", key) for document in WORKFLOWS.values() for key, job in document["jobs"].items()}
    assert CONTEXT not in names


def test_secrets_are_only_where_receipts_are_signed() -> None:
    secret = [name for name, document in WORKFLOWS.items() if "secrets." in str(document)]
    assert secret == ["record.yml"]
    job = WORKFLOWS["record.yml"]["jobs"]["record"]
    assert job["environment"] == "evidence"
    assert set(re.findall(r"secrets\.(\w+)", str(job))) == {"DUBAN_EVIDENCE_DEPLOY_KEY", "DUBAN_RECORDER_KEY"}
    assert "secrets" not in str(ACTION)


def test_a_pending_run_is_never_lost_where_it_matters() -> None:
    for name in (*TRUSTED, "review-signal.yml"):
        assert WORKFLOWS[name]["concurrency"]["cancel-in-progress"] == "false"
    # One group for all pull requests: the run that waits does the work of every run that it takes the place of.
    assert WORKFLOWS["gate.yml"]["concurrency"]["group"] == "gate"
    assert "--all-open" in steps(WORKFLOWS["gate.yml"])[-1]["run"]


def test_what_wakes_a_workflow_is_there() -> None:
    named = {document["name"] for document in WORKFLOWS.values()}
    assert {f"{name}.yml" for name in named} == set(WORKFLOWS)
    waiting = [document["on"].get("workflow_run", {}).get("workflows", []) for document in WORKFLOWS.values()]
    assert {name for one in waiting for name in one} == {"review-signal", "record", "daily"}
    assert set(WORKFLOWS["gate.yml"]["on"]["pull_request_target"]["types"]) == {
        "opened",
        "synchronize",
        "reopened",
        "edited",
        "ready_for_review",
    }
    assert WORKFLOWS["review-signal.yml"]["on"]["pull_request_review"]["types"] == ["submitted", "edited", "dismissed"]


def test_a_change_of_the_record_alone_needs_only_the_quick_check() -> None:
    events = WORKFLOWS["check.yml"]["on"]
    assert events["pull_request"]["paths-ignore"] == events["push"]["paths-ignore"]
    assert set(events["push"]["paths-ignore"]) == {*(f"{folder}**" for folder in RECORDS), "scans/**", "registry/**"}
    assert "paths" not in str(WORKFLOWS["validate.yml"]["on"])
    assert any('duban check --base "$BASE" --new ' in step.get("run", "") for step in steps(WORKFLOWS["validate.yml"]))


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yml")), ids=lambda path: path.stem)
def test_a_workflow_says_who_may_trust_it_and_names_the_version_of_every_pin(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    head = lines[: lines.index(next(line for line in lines if not line.startswith("#")))]
    assert any(line.startswith("# Who may trust it: ") for line in head)
    assert [
        line for line in lines if re.search(r"\buses:", line) and OWN_ACTION not in line and not VERSION.search(line)
    ] == []
    ignored = [line for line in lines if "ignore[" in line]
    assert [line for line in ignored if not re.search(r"ignore\[[a-z-]+\] \w.{20,}", line)] == []


def credential(host: str) -> subprocess.CompletedProcess[str]:
    """What git gets to know of a host by the settings of the gate's last step."""
    given = {name: str(value) for name, value in steps(WORKFLOWS["gate.yml"])[-1]["env"].items()}
    assert "github.token" in given["GITHUB_TOKEN"]
    values = {name: value.replace("${{ github.server_url }}", "https://github.com") for name, value in given.items()}
    quiet = {"PATH": "/usr/bin:/bin", "GIT_TERMINAL_PROMPT": "0", "GIT_CONFIG_NOSYSTEM": "1", "HOME": "/nonexistent"}
    return subprocess.run(
        ["git", "credential", "fill"],
        input=f"protocol=https\nhost={host}\n\n",
        env={**quiet, **values, "GITHUB_TOKEN": "a-token"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_gate_gives_its_token_to_its_own_server_and_to_no_other() -> None:
    assert "password=a-token" in credential("github.com").stdout.splitlines()
    other = credential("example.invalid")
    assert other.returncode != 0
    assert "a-token" not in other.stdout + other.stderr


def test_the_summary_shows_text_as_it_is_written_and_keeps_the_failure(tmp_path: Path) -> None:
    summary = tmp_path / "summary"
    script = f"(printf '# a\\n<b>\\n'; exit 1){SHOWN}"
    shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    done = subprocess.run(shell, env={"PATH": "/usr/bin:/bin", "GITHUB_STEP_SUMMARY": str(summary)}, check=False)
    assert done.returncode == 1
    assert summary.read_text(encoding="utf-8") == "    # a\n    <b>\n"


def example(name: str) -> Document:
    return parsed(ROOT / "docs/ci" / name)


def test_the_example_for_forgejo_keeps_its_promises() -> None:
    document = example("forgejo.yml")
    assert list(no_rights_on_top(document)) == []
    assert list(no_expression_in_scripts(document)) == []
    assert list(bounded(document)) == []
    assert all("uses" not in step for step in steps(document))
    assert "DUBAN_RECORDER_KEY" not in str(document)
    gate = document["jobs"]["gate"]
    assert "secrets." not in str(document["jobs"]["validate"])
    assert "pull_request" in gate["if"]
    assert "refs/pull" not in str(gate)
    assert gate["steps"][-1]["run"] == ".venv/bin/duban gate --all-open"


def test_the_example_for_gitlab_keeps_its_promises() -> None:
    document = example("gitlab-ci.yml")
    (rule,) = document["workflow"]["rules"]
    assert rule["if"].startswith("$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH && ")
    assert "merge_request" not in str(document)
    scripts = [line for job in ("gate", "record", "daily") for line in document[job]["script"]]
    assert [line for line in scripts if line.startswith(".venv/bin/duban ")] == [
        ".venv/bin/duban gate --all-open",
        '.venv/bin/duban record --remote origin --key "$DUBAN_RECORDER_KEY_FILE"',
        ".venv/bin/duban audit --full",
        ".venv/bin/duban check",
        ".venv/bin/duban status",
    ]
    assert document["gate"]["resource_group"] != document["record"]["resource_group"]
