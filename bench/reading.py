"""``duban check`` cold and warm beside yaml.load(CSafeLoader) with jsonschema, on the same files."""

from __future__ import annotations

import os
import re
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import jsonschema
import yaml

from bench.measure import Row, best_of, run
from duban.repository import tree_of
from duban.schema import Schemas

_DATE = "tag:yaml.org,2002:timestamp"
_TRUE_OR_FALSE = re.compile("(?:true|false)$")


def duban(work: Path, *arguments: str) -> None:
    """Run the command as a user would, with a cache of its own."""
    run(sys.executable, "-m", "duban.cli", *arguments, environment=surroundings(work))


def surroundings(work: Path) -> dict[str, str]:
    """The environment that a command runs in: this one, with a cache of its own."""
    return {**os.environ, "XDG_CACHE_HOME": str(work / "cache")}


def measured(work: Path, ledger: Path, words: Sequence[str]) -> tuple[float, float]:
    """Run the command once: seconds, and the megabytes of its largest process; a check may end with 1, for findings.

    Raises ValueError where it ends otherwise.
    """
    command = (sys.executable, "-m", "duban.cli", "-C", str(ledger), *words)
    silent = [(os.POSIX_SPAWN_OPEN, output, os.devnull, os.O_WRONLY, 0) for output in (1, 2)]
    start = time.perf_counter()
    process = os.posix_spawn(sys.executable, command, surroundings(work), file_actions=silent)
    _, status, used = os.wait4(process, 0)
    seconds = time.perf_counter() - start
    if os.waitstatus_to_exitcode(status) not in ((0, 1) if words[0] == "check" else (0,)):
        raise ValueError(f"{ledger.name}: {' '.join(words)} could not be run")
    return seconds, used.ru_maxrss / 1024


def rows(work: Path, ledger: Path, count: int) -> list[Row]:
    """The whole command, start of Python included, against the usual pair of libraries in one process."""
    valid: list[int] = []
    usual = best_of(1, lambda: valid.append(usual_check(ledger)))
    if valid != [count]:
        raise ValueError(f"the yardstick finds {valid} valid items, not {count}")
    check = ("-C", str(ledger), "check")
    cold = best_of(2, lambda: duban(work, *check), before=lambda: shutil.rmtree(work / "cache", ignore_errors=True))
    warm = best_of(5, lambda: duban(work, *check))
    name = "yaml.load(CSafeLoader) + jsonschema"
    return [
        Row("check, cold", cold, name, usual, 5),
        Row("check, warm cache", warm, name, usual, 50),
    ]


def usual_check(ledger: Path) -> int:
    """Read and validate every item the usual way, the validator made once; returns how many are valid."""
    validator = jsonschema.Draft202012Validator(
        Schemas.of(tree_of(ledger)).bundled("item"), format_checker=jsonschema.FormatChecker()
    )
    valid = 0
    for path in sorted(ledger.glob("items/*/*.yml")):
        with path.open(encoding="utf-8") as stream:
            data = yaml.load(stream, Loader=_StringDates)  # noqa: S506 - a CSafeLoader whose dates stay text
        valid += next(validator.iter_errors(data), None) is None
    return valid


class _StringDates(yaml.CSafeLoader):
    """The usual loader, told to leave dates and the key ``on`` as text, as the schemas want them."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {
        first: [
            (tag, _TRUE_OR_FALSE if tag.endswith(":bool") else pattern) for tag, pattern in resolvers if tag != _DATE
        ]
        for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }
