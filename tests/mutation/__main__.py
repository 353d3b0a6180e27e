"""``make mutants``: every module that decides, changed in one spot at a time, against the tests; the score is printed.

Ends with 1 where a mutant survives that ``survivors.json`` does not tell of why it changes no verdict.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from mutation import FOUND_OUT

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TOOLS = ROOT / "tools"
OUT = ROOT / "build/mutation"


class Group(NamedTuple):
    """Modules that give one kind of verdict, and the tests that must notice when it changes."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]


GROUPS: Mapping[str, Group] = {
    "rules": Group(
        ("rules/*.py",),
        ("cases", "personal", "adding", "assessment", "inspection", "participants", "load", "shipped_ledger"),
    ),
    "gate": Group(
        ("change.py", "gate.py", "schema_change.py", "signoff.py"),
        (
            *("gate", "signoff", "change", "schema_change", "cases", "who_signs", "threats_pulls", "threats_reviews"),
            *("paper", "signing_code", "numbers", "successor"),
        ),
    ),
    "audit": Group(
        ("audit.py", "chain.py"),
        ("audit", "paper", "threats_history", "threats_receipts", "record", "audit_page", "expunge"),
    ),
    "edition": Group(("publish/edition.py",), ("edition", "leak", "openness", "participants", "downloads", "api")),
}


def judged(name: str, jobs: int, most: int, only: Iterable[str], *, again: bool) -> int:
    """Judge the mutants of a group, or of some of its modules, in this process, and keep what became of them.

    ``again`` are those alone that survived the last time, with nothing to tell why, or timed out, and those that
    came since.
    """
    from mutation.judging import Judge
    from mutation.mutants import mutants

    group, wanted = GROUPS[name], frozenset(only)
    files = sorted(file for one in group.modules for file in (TOOLS / "duban").glob(one) if file.stem != "__init__")
    chosen = [one for file in files if not wanted or file.stem in wanted for one in mutants(file)]
    kept = OUT / f"{name}.json"
    before = json.loads(kept.read_text("utf-8")) if kept.is_file() and (again or wanted) else []
    left = {tuple(key) for *key, _, fate, _ in before if fate != "killed"} - explained()
    settled = {tuple(row[:5]) for row in before} - left
    there = {one.key for one in chosen}
    if again:
        chosen = [one for one in chosen if one.key not in settled]
    judge = Judge(chosen, TOOLS, jobs, most, explained())
    tests = [str(ROOT / f"tests/test_{test}.py") for test in group.tests]
    code = pytest.main(["-q", "-s", "-n0", "-p", "no:cacheprovider", "--rootdir", str(ROOT), *tests], plugins=[judge])
    rows = [[*one.mutant.key, one.mutant.line, one.fate, one.by] for one in judge.results]
    if not code:
        stems = {file.stem for file in files if not wanted or file.stem in wanted}
        judged_now = {one.key for one in chosen}
        others = [row for row in before if row[0] not in stems]
        rows += others + [row for row in before if again and tuple(row[:5]) in there - judged_now]
        OUT.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(sorted(rows), ensure_ascii=False, indent=0), encoding="utf-8")
    return int(code)


def explained() -> frozenset[tuple[str, ...]]:
    """The mutants that are known to change no verdict."""
    reasons = json.loads((HERE / "survivors.json").read_text("utf-8"))
    return frozenset(tuple(key) for reason in reasons for key in reason["mutants"])


def told(names: Iterable[str]) -> int:
    """Print the score of each module and of all, and what survives without a reason known; 1 where something does."""
    known = explained()
    counted: dict[str, Counter[str]] = {}
    left = []
    for name in names:
        for *key, line, fate, by in json.loads((OUT / f"{name}.json").read_text("utf-8")):
            reasoned = fate != "killed" and tuple(key) in known
            counted.setdefault(key[0], Counter())["explained" if reasoned else fate] += 1
            if fate not in FOUND_OUT and not reasoned:
                left.append(f"{key[0]}.py:{line} {key[1]}: {key[3]} → {key[4]}" + (f" ({by})" if by else ""))
    for module, fates in counted.items():
        sys.stdout.write(
            f"{module}: {fates.total()} mutants, {', '.join(f'{n} {fate}' for fate, n in fates.items())}\n"
        )
    total = sum(fates.total() for fates in counted.values())
    found = sum(fates[fate] for fates in counted.values() for fate in FOUND_OUT)
    sys.stdout.write("".join(f"{one}\n" for one in left))
    sys.stdout.write(
        f"{found} of {total} mutants found out ({found / total:.1%}), {total - found - len(left)} explained,"
        f" {len(left)} survive\n"
    )
    return 1 if left else 0


def main() -> int:
    """Judge all groups, each in a process of its own, or one. 0 where no mutant survives unexplained."""
    parser = argparse.ArgumentParser(prog="mutation", description=__doc__)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--group", choices=GROUPS, help="this one alone, in this process")
    parser.add_argument("--only", action="append", default=[], metavar="MODULE", help="of the group, this module alone")
    parser.add_argument(
        "--most", type=int, default=sys.maxsize, help="no more tests than that for a mutant: a first look"
    )
    parser.add_argument("--again", action="store_true", help="of the group, only what survived the last time or is new")
    options = parser.parse_args()
    if options.group:
        return judged(options.group, options.jobs, options.most, options.only, again=options.again) or told(
            [options.group]
        )
    for name in GROUPS:
        command = [sys.executable, "-m", "mutation", "--group", name, "--jobs", str(options.jobs)]
        subprocess.run([*command, "--most", str(options.most)], check=False, cwd=HERE.parent)
    return told(GROUPS)


if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parent))
    sys.exit(main())
