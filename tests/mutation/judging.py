"""Mutants and the tests → which test first fails for each mutant, and which mutants none fails for."""

from __future__ import annotations

import ast
import importlib
import json
import os
import re
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol
from coverage import Coverage

from mutation import FOUND_OUT
from mutation.mutants import Mutant
from mutation.swapping import UnreachableError, swap

SECONDS = 10.0
"""How long a test may take with a mutant beside twenty times what it takes without: what never ends is found out too.

By the processor's time, so that a busy machine finds nothing out; by the clock ten times as long.
"""
SLOWEST = 8.0
"""Tests that take longer are not asked: a mutant that only they would find counts as surviving."""
SCREENED = 100
"""Tests for a mutant that is explained already: enough to see that the reason still holds for what is near it."""
_QUICK = 0.2
_CODE = re.compile(r"\b[DGAP]\d{3}\b")


@dataclass(slots=True)
class Result:
    """What became of a mutant: ``by`` is the test that failed, or why it could not be tried; "" for a survivor."""

    mutant: Mutant
    fate: str
    by: str = ""
    tests: int = 0


@dataclass
class Judge:
    """A plugin of pytest that runs no test itself: children do, one for each mutant, forked from what is collected."""

    mutants: Sequence[Mutant]
    tools: Path
    jobs: int
    most: int = sys.maxsize
    explained: frozenset[tuple[str, ...]] = frozenset()
    results: list[Result] = field(default_factory=list)
    _killers: dict[tuple[Path, str], list[str]] = field(default_factory=lambda: defaultdict(list))

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {item.nodeid: item for item in session.items}
        seconds, reached = _in_child(lambda: self._surveyed(session))
        failed = [name for name, took in seconds.items() if took < 0]
        if failed:
            raise pytest.UsageError(f"these fail without any mutant: {failed[:5]}")
        running: dict[int, tuple[Mutant, int, int, Path, int]] = {}
        for number, mutant in enumerate(self.mutants, 1):
            lines = reached.get(str(mutant.file), {})
            names = {
                name
                for line in used(mutant)
                for name in lines.get(str(line), ())
                if seconds.get(name, SLOWEST) < SLOWEST
            }
            most = min(self.most, SCREENED) if mutant.key in self.explained else self.most
            chosen = [items[name] for name in self._in_order(mutant, names, seconds)[:most]]
            if not chosen:
                self._tell(Result(mutant, "survived", "no test reaches it"), number)
                continue
            while len(running) >= self.jobs:
                self._ended(running)
            reading, writing = os.pipe()
            folder = Path(tempfile.mkdtemp(prefix="mutant-"))
            child = os.fork()
            if not child:
                os.close(reading)
                _try(mutant, self.tools, {one: seconds[one.nodeid] for one in chosen}, folder, writing)
            os.close(writing)
            running[child] = (mutant, reading, len(chosen), folder, number)
        while running:
            self._ended(running)
        return True

    def _surveyed(self, session: pytest.Session) -> Any:
        """How long each test takes, negative where it fails, and which lines of the mutated files it runs."""
        files = sorted({str(one.file) for one in self.mutants})
        coverage = Coverage(data_file=None, include=files, config_file=False)
        coverage.start()
        seconds = {}
        for item, following in zip(session.items, [*session.items[1:], None], strict=True):
            coverage.switch_context(item.nodeid)
            begun = time.perf_counter()
            passed = _passes(item, following)
            seconds[item.nodeid] = (time.perf_counter() - begun) * (1 if passed else -1)
        coverage.stop()
        data = coverage.get_data()
        return seconds, {
            file: {str(line): one for line, one in data.contexts_by_lineno(file).items()} for file in files
        }

    def _in_order(self, mutant: Mutant, names: Collection[str], seconds: Mapping[str, float]) -> list[str]:
        """What killed a neighbour first, then what is named after a code around the line, then one of each kind."""
        killers = self._killers[mutant.file, mutant.place]
        codes = set(_CODE.findall(mutant.within)) or set(_CODE.findall("\n".join(_around(mutant))))
        rank = {name: place for place, name in enumerate(dict.fromkeys(reversed(killers)))}
        nth: dict[str, int] = {}
        seen: Counter[str] = Counter()
        for name in sorted(names):
            kind = name.partition("-")[0]  # of a case the code it is named after, of others the test itself
            nth[name] = seen[kind]
            seen[kind] += 1
        return sorted(
            names,
            key=lambda name: (
                rank.get(name, len(rank)),
                not any(code in name for code in codes),
                seconds[name] > _QUICK,
                nth[name],
                seconds[name],
            ),
        )

    def _ended(self, running: dict[int, tuple[Mutant, int, int, Path, int]]) -> None:
        child, status = os.wait()
        mutant, reading, tests, folder, number = running.pop(child)
        with os.fdopen(reading) as said:
            told = said.read()
        shutil.rmtree(folder, ignore_errors=True)
        fate, by = json.loads(told) if told else ("timed out" if os.WIFSIGNALED(status) else "killed", "")
        if fate == "killed" and by:
            self._killers[mutant.file, mutant.place].append(by)
        self._tell(Result(mutant, fate, by, tests), number)

    def _tell(self, result: Result, number: int) -> None:
        self.results.append(result)
        if result.fate not in FOUND_OUT:
            one = result.mutant
            sys.stderr.write(
                f"{one.file.name}:{one.line} {one.place}: {one.before} → {one.after} ({result.by or result.tests})\n"
            )
        if number % 50 == 0:
            sys.stderr.write(f"{number} of {len(self.mutants)}\n")


def used(mutant: Mutant) -> Iterator[int]:
    """The lines on which a mutant is run: of a default the function's first, else its own and its statement's first.

    A line of nothing but constants is never run by itself. Outside of functions it is those that use the name.
    """
    text = mutant.file.read_text(encoding="utf-8")
    if mutant.place:
        nodes = [*ast.walk(ast.parse(text))]
        functions = (one for one in nodes if isinstance(one, ast.FunctionDef))
        first = (one.body[ast.get_docstring(one) is not None :] or one.body for one in functions if _heads(one, mutant))
        around = (one for one in nodes if isinstance(one, ast.stmt))
        begun = max(one.lineno for one in around if one.lineno <= mutant.line <= (one.end_lineno or 0))
        yield from {next((body[0].lineno for body in first), mutant.line), begun}
        return
    around = next(one for one in ast.parse(text).body if one.lineno <= mutant.line <= (one.end_lineno or 0))
    names = {one.id for one in ast.walk(around) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
    uses = re.compile(rf"\b(?:{'|'.join(names)})\b") if names else None
    for number, line in enumerate(text.splitlines(), 1):
        if uses and uses.search(line) and not around.lineno <= number <= (around.end_lineno or 0):
            yield number


def _heads(function: ast.FunctionDef, mutant: Mutant) -> bool:
    return function.lineno <= mutant.line < function.body[0].lineno


def _around(mutant: Mutant) -> Iterator[str]:
    """The functions that run a mutant, roughly: from the line back to where each begins."""
    lines = mutant.file.read_text(encoding="utf-8").splitlines()
    for line in used(mutant):
        begins = max((at for at in range(line) if re.match(r"\s*def ", lines[at])), default=0)
        yield "\n".join(lines[begins:line])


def _passes(item: pytest.Item, following: pytest.Item | None) -> bool:
    return not any(report.failed for report in runtestprotocol(item, log=False, nextitem=following))


def _try(mutant: Mutant, tools: Path, tests: Mapping[pytest.Item, float], folder: Path, writing: int) -> None:
    """In a child: swap the code in and run tests, each with its time, until one fails; never comes back."""
    for one in (signal.SIGALRM, signal.SIGPROF):
        signal.signal(one, signal.SIG_DFL)
    _silent(folder)
    items = [*tests]
    items[0].config._tmp_path_factory._basetemp = folder  # type: ignore[attr-defined]
    name = ".".join(mutant.file.relative_to(tools).with_suffix("").parts)
    told = ("survived", "")
    try:
        swap(importlib.import_module(name), mutant.source(), mutant.place)
    except UnreachableError:
        told = ("untried", "stands where nothing can be given anew")
    except Exception as error:
        told = ("killed", "") if mutant.place == "" else ("untried", repr(error))
    else:
        for item, following in zip(items, [*items[1:], None], strict=True):
            limit = SECONDS + 20 * tests[item]
            signal.setitimer(signal.ITIMER_PROF, limit)
            signal.setitimer(signal.ITIMER_REAL, 10 * limit)
            if not _passes(item, following):
                told = ("killed", item.nodeid)
                break
    os.write(writing, json.dumps(told).encode())
    os._exit(0)


def _silent(folder: Path) -> None:
    """Nothing that a mutant says is shown."""
    quiet = os.open(folder / "said", os.O_WRONLY | os.O_CREAT)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)


def _in_child(work: Any) -> Any:
    """What a function gives that must leave nothing in this process."""
    with tempfile.TemporaryDirectory(prefix="survey-") as name:
        told = Path(name) / "told"
        child = os.fork()
        if not child:
            _silent(Path(name))
            told.write_text(json.dumps(work()), encoding="utf-8")
            os._exit(0)
        os.waitpid(child, 0)
        return json.loads(told.read_text(encoding="utf-8"))
