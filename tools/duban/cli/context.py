"""What every command works with: the ledger's folder, the reader's language, the day, and the printer."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn

import orjson

from duban import repository
from duban.calendar import WorkCalendar
from duban.finding import Finding
from duban.language import LANGUAGES, Language, language
from duban.load import Readings, read
from duban.model import Ledger, Tree
from duban.parse import parse
from duban.store import FileStore, cache_folder

CLEAN, FINDINGS, WRONG_USAGE, OUR_BUG = 0, 1, 2, 3
_LONG_WORK = 500


class UsageError(Exception):
    """The command was called in a way that cannot be carried out; the message says why."""


class Parser(argparse.ArgumentParser):
    """argparse in the reader's language, with examples kept as they are written."""

    def __init__(self, *args: Any, text: Language | None = None, **kwargs: Any) -> None:
        self.text = text or language("zh")
        kwargs.update(formatter_class=argparse.RawDescriptionHelpFormatter, add_help=False, allow_abbrev=False)
        super().__init__(*args, **kwargs)
        self.add_argument("-h", "--help", action="help", help=self.text("cli.help.help"))
        self._optionals.title = self.text("cli.options")
        self._positionals.title = self.text("cli.arguments")

    def error(self, message: str) -> NoReturn:
        usage = self.format_usage().replace("usage:", self.text("cli.usage"), 1)
        raise UsageError(f"{message}\n{usage.rstrip()}")

    def format_help(self) -> str:
        return super().format_help().replace("usage:", self.text("cli.usage"), 1)


@dataclass
class Context:
    """One run of a command on the ledger in ``folder``, speaking to one reader."""

    folder: Path
    text: Language

    @cached_property
    def pinned_day(self) -> str:
        """The day the ledger is pinned to, or ""."""
        return repository.pinned_day(self.folder)

    def day(self, asked: str | None = None) -> str:
        """The ISO day to judge by: the one asked for, the ledger's pinned one, or today."""
        day = asked if asked is not None else self.pinned_day or repository.today()
        if not repository.is_day(day):
            raise UsageError(self.text("cli.not_a_day", value=day))
        return day

    def tree(self, revision: str | None = None) -> Tree:
        """The ledger's files now, or at a revision."""
        return repository.tree_at(self.folder, revision) if revision else repository.tree_of(self.folder)

    def tree_standing(self, revision: str) -> Tree:
        """The ledger's files at a revision; those in the folder where they are the same, for they need no reading."""
        if repository.standing_commit(self.folder) == repository.commit_of(self.folder, revision):
            return self.tree()
        return self.tree(revision)

    def readings(self, tree: Tree) -> Readings:
        """The files read, by the store where they are unchanged, with a bar on a terminal."""
        from duban.workers import spread_over

        stamp = tree.stamp if isinstance(tree, repository.FolderTree) else None
        store = FileStore(cache_folder(self.folder), stamp)
        items = sum(path.startswith("items/") for path in tree)
        with progress_bar(self.text("cli.reading"), shown=items > _LONG_WORK) as advance:
            readings = read(tree, store, spread_over(advance=advance))
        store.flush()
        return readings

    def ledger(self, day: str, revision: str | None = None) -> Ledger:
        """The ledger as it stood on a day, now or as known at a revision."""
        return self.readings(self.tree(revision)).ledger(day)

    def words(self, ledger: Ledger) -> Language:
        """The ledger's own language: records and messages speak it, whoever calls."""
        return language(ledger.registry.policy.get("language", "zh"))

    def calendar(self, ledger: Ledger) -> WorkCalendar:
        """The ledger's working days."""
        if not ledger.registry.policy:
            raise UsageError(self.text("cli.registry_broken"))
        return WorkCalendar.of(ledger.registry)


def chosen_language(arguments: Sequence[str]) -> str:
    """``zh`` or ``en``: asked for by --lang, else the policy's, else ``zh``."""
    folder = "."
    for flag, value in pairwise(arguments):
        if flag == "--lang" and value in LANGUAGES:
            return value
        if flag == "-C":
            folder = value
    for argument in arguments:
        if argument.removeprefix("--lang=") in LANGUAGES:
            return argument.removeprefix("--lang=")
    try:
        policy, _ = parse("policy", (Path(folder) / "registry" / "policy.yml").read_bytes())
    except OSError:
        return "zh"
    asked = policy.get("language") if isinstance(policy, dict) else None
    return asked if asked in LANGUAGES else "zh"


def print_json(document: Any) -> None:
    """One JSON document on standard output and nothing else."""
    sys.stdout.buffer.write(orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n")
    sys.stdout.buffer.flush()


def printed_finding(finding: Finding, text: Language) -> dict[str, Any]:
    """A finding as CONTRACT.md has it."""
    return {
        "path": finding.path,
        "line": finding.line,
        "column": finding.column,
        "code": finding.code,
        "severity": finding.severity,
        "message": text.message(finding),
        "fix": text.fix(finding),
    }


def refused(findings: Iterable[Finding], text: Language) -> int:
    """Tell on standard error what is wrong with a file that was to be written, and that it was not; the exit code."""
    for finding in findings:
        sys.stderr.write(f"{finding.code} {text.message(finding)} {text.fix(finding)}\n")
    sys.stderr.write(text("new.not_written") + "\n")
    return FINDINGS


@contextmanager
def progress_bar(label: str, *, shown: bool) -> Iterator[Callable[[int, int], None] | None]:
    """A bar on standard error while long work goes on; nothing where no one is looking."""
    if not (shown and sys.stderr.isatty()):
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True, auto_refresh=False) as bar:
        task = bar.add_task(label)
        yield lambda done, total: bar.update(task, completed=done, total=total, refresh=True)
