"""What is written about duban is true: the READMEs, the editor's settings, the hook, the decisions, the locks."""

from __future__ import annotations

import fnmatch
import importlib.metadata
import json
import re
import shlex
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import ROOT, Outcome
from duban import __version__
from duban.cli import COMMANDS

READMES = ("README.md", "README.zh.md")
DECISION_PARTS = ("Context", "Choice", "Effect on trust", "Effect on old items")
LOCKS = (
    "requirements.lock",
    "requirements-node.lock",
    "requirements-run.lock",
    "requirements-fuzz.lock",
    "requirements-mutation.lock",
    "requirements-audit.lock",
)
readmes = pytest.mark.parametrize("name", READMES)


@cache
def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def console(name: str) -> list[tuple[list[str], str]]:
    """Every command of the console blocks with the output that follows it."""
    found = []
    for block in re.findall(r"```console\n(.*?)```", text(name), re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append((shlex.split(command), output))
    return found


def blocks(name: str) -> list[str]:
    """The kinds of the fenced blocks of a document, in order."""
    return re.findall(r"^```(\w*)$", text(name), re.MULTILINE)[::2]


def shell_commands(name: str) -> list[str]:
    """The commands of the shell blocks, without their comments."""
    found = re.findall(r"```sh\n(.*?)```", text(name), re.DOTALL)
    return [line.partition("#")[0].strip() for block in found for line in block.splitlines()]


def rows(name: str) -> list[str]:
    """The first cell of every row of the table of commands."""
    return re.findall(r"^\| (`duban .*?) \|", text(name), re.MULTILINE)


def lines_shown(output: str) -> list[str]:
    """The lines of an output without the blanks that end them."""
    return [line.rstrip() for line in output.rstrip("\n").split("\n")]


def targets() -> set[str]:
    """What the Makefile can make."""
    return set(re.findall(r"^([a-z]+):", text("Makefile"), re.MULTILINE))


def versions(lock: str) -> dict[str, str]:
    """Every package of a lock with the text up to the next one."""
    parts = re.split(r"^(?=[A-Za-z0-9])", text(lock), flags=re.MULTILINE)
    return {part.partition("==")[0]: part for part in parts if "==" in part}


@readmes
def test_every_command_shown_gives_what_is_shown(
    name: str, run: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    shown = console(name)
    assert len(shown) >= 2
    for (program, *arguments), output in shown:
        assert program == "duban"
        assert lines_shown(run(*arguments).out) == lines_shown(output), arguments


@readmes
def test_the_table_has_every_command_and_no_other(name: str) -> None:
    assert [row.split()[1].strip("`") for row in rows(name)] == list(COMMANDS)


@readmes
def test_every_command_and_option_named_exists(name: str, run: Callable[..., Outcome]) -> None:
    named = set(re.findall(r"`duban (?:--lang \w+ )?([a-z]+)", text(name))) | {
        next(word for word in arguments[1:] if word in COMMANDS) for arguments, _ in console(name)
    }
    assert named == set(COMMANDS)
    for row in rows(name):
        helped = run(row.split()[1].strip("`"), "--help")
        assert helped.code == 0
        assert [option for option in re.findall(r"--[a-z-]+", row) if option not in helped.out] == [], row


def test_both_readmes_show_the_same_commands() -> None:
    english, chinese = READMES
    assert blocks(english) == blocks(chinese)
    assert rows_of_commands(english) == rows_of_commands(chinese)
    assert shell_commands(english) == shell_commands(chinese)
    shown = [[word for word in arguments if word not in ("--lang", "en")] for arguments, _ in console(english)]
    assert shown == [arguments for arguments, _ in console(chinese)]


def rows_of_commands(name: str) -> list[str]:
    """The commands of the table, what is said between them left out."""
    return [" ".join(re.findall(r"`([^`]+)`", row)) for row in rows(name)]


@pytest.mark.parametrize("name", [*READMES, "CONTRIBUTING.md"])
def test_every_target_named_can_be_made(name: str) -> None:
    named = set(re.findall(r"(?:`|^)make ([a-z]+)", text(name), re.MULTILINE))
    assert {"check", "test"} <= named
    assert named <= targets()


@pytest.mark.parametrize("name", [*READMES, "CONTRIBUTING.md"])
def test_every_file_named_is_there(name: str) -> None:
    linked = re.findall(r"\]\((?!http)([^)#]+)\)", text(name))
    named = re.findall(r"`((?:docs|tools|tests|site|items|reports|assessments|registry|schemas)/[\w./-]*)`", text(name))
    assert named
    assert [path for path in (*linked, *named) if not (ROOT / path).exists()] == []


@readmes
def test_the_numbers_told_of_the_shipped_ledger_are_its_own(name: str, run: Callable[..., Outcome]) -> None:
    document: Any = run("-C", ROOT, "figures", "--format", "json").json
    files = len(list((ROOT / "items").rglob("*.yml")))
    count = re.search(
        r"(\d+) files: (\d+) items, and (\d+)|共 (\d+) 个文件，其中督办事项 (\d+) 项，不予立项 (\d+) 项", text(name)
    )
    assert count is not None
    assert [int(one) for one in count.groups() if one] == [files, document["items"], document["not_filed"]]
    assert document["as_of"] in text(name)


def yaml_schemas() -> dict[str, str]:
    """The editor's schemas, each with its glob."""
    settings = json.loads(text(".vscode/settings.json"))
    return dict(settings["yaml.schemas"])


def matches(path: str, glob: str) -> bool:
    """Whether a glob of the editor covers a path."""
    return fnmatch.fnmatchcase(path, glob.replace("**/", "*"))


def ledger_files() -> list[str]:
    """Every item, report and registry file."""
    folders = ("items", "reports", "assessments", "registry")
    return [
        path.relative_to(ROOT).as_posix() for name in folders for path in (ROOT / name).rglob("*") if path.is_file()
    ]


def test_the_editor_knows_one_schema_for_every_file_of_the_ledger() -> None:
    for path in ledger_files():
        assert sum(matches(path, glob) for glob in yaml_schemas().values()) == 1, path


def test_the_editor_names_schemas_and_files_that_exist() -> None:
    for schema, glob in yaml_schemas().items():
        assert (ROOT / schema).is_file(), schema
        assert any(matches(path, glob) for path in ledger_files()), glob


def test_the_hook_runs_a_command_that_exists(run: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    configuration = yaml.safe_load(text(".pre-commit-config.yaml"))
    hooks = [hook for repository in configuration["repos"] for hook in repository["hooks"]]
    entry_points = {one.name for one in importlib.metadata.entry_points(group="console_scripts")}
    assert hooks
    for hook in hooks:
        program, *arguments = shlex.split(hook["entry"])
        assert program in entry_points
        assert run(*arguments).code == 0
        assert all(re.match(hook["files"], path) for path in ledger_files())


def test_the_changelog_tells_of_what_is_not_released_or_of_this_version() -> None:
    sections = re.findall(r"^## \[?([^\]\n ]+)\]?", text("CHANGELOG.md"), re.MULTILINE)
    assert sections[0] in ("Unreleased", __version__)
    assert re.search(r"^- \S", text("CHANGELOG.md"), re.MULTILINE)


@pytest.mark.parametrize("path", sorted((ROOT / "docs/decisions").glob("*.md")), ids=lambda path: path.stem)
def test_a_decision_has_its_number_and_its_parts(path: Path) -> None:
    record = path.read_text(encoding="utf-8")
    assert record.startswith(f"# {path.name[:4]} ")
    parts = re.findall(r"^\*\*(.+?)\.\*\* \S", record, re.MULTILINE)
    assert [part for part in parts if part in DECISION_PARTS] == list(DECISION_PARTS)


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = sorted(int(path.name[:4]) for path in (ROOT / "docs/decisions").glob("*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_every_dependency_says_why_it_is_there() -> None:
    lists = re.findall(
        r"^(?:\w+) = \[\n(.*?)^\]", text("pyproject.toml").partition("[tool.")[0], re.MULTILINE | re.DOTALL
    )
    lines = [line for one in lists for line in one.splitlines()]
    assert len(lines) > 15
    assert [
        line for line in lines if not re.match(r'^  "[^"]+",\s*# \S.{10,}', line) and "types-PyYAML" not in line
    ] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_locked_with_its_hashes(lock: str) -> None:
    found = versions(lock)
    assert found
    assert [name for name, entry in found.items() if not re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry)] == []
    assert [line for line in text(lock).splitlines() if not re.match(r"^([\w.-]+==| {4}--hash=| +# )", line)] == []


def test_what_runs_in_trusted_jobs_is_locked_as_it_is_tested() -> None:
    run, every = ({head(entry): hashes(entry) for entry in versions(lock).values()} for lock in (LOCKS[2], LOCKS[0]))
    assert run.items() <= every.items()
    needed = re.findall(r'^  "([A-Za-z0-9-]+)', text("pyproject.toml").partition("[project.scripts]")[0], re.MULTILINE)
    assert {name.lower() for name in needed} <= {one.partition("==")[0] for one in run}
    assert not {"pytest", "mypy", "playwright", "hypothesis"} & {one.partition("==")[0] for one in run}


def head(entry: str) -> str:
    """A locked package with its version; the tests want some on more systems than the jobs do."""
    return entry.partition("\\")[0].partition(";")[0].strip()


def hashes(entry: str) -> set[str]:
    return set(re.findall(r"sha256:[0-9a-f]{64}", entry))


def test_every_dependency_of_ours_is_in_the_lock() -> None:
    named = re.findall(r'^  "([A-Za-z0-9-]+)', text("pyproject.toml").partition("[tool.")[0], re.MULTILINE)
    locked = {re.sub(r"[-_.]+", "-", name).lower() for lock in LOCKS for name in versions(lock)}
    assert len(named) > 15
    assert {name.lower() for name in named} <= locked


@pytest.mark.parametrize("lock", [*LOCKS, "site/browser/package-lock.json"])
def test_a_lock_names_no_host(lock: str) -> None:
    assert not re.search(r"https?:|//[\w-]+\.|index-url|\"resolved\"", text(lock))


def test_every_browser_package_is_locked_with_its_hash() -> None:
    packages = json.loads(text("site/browser/package-lock.json"))["packages"]
    wanted = json.loads(text("site/browser/package.json"))
    locked = {path: package for path, package in packages.items() if path}
    assert {
        f"node_modules/{name}" for key in ("dependencies", "devDependencies") for name in wanted.get(key, ())
    } <= locked.keys()
    assert [path for path, package in locked.items() if not package["integrity"].startswith("sha512-")] == []
