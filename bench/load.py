"""Ledgers of three sizes → what each command that reads a whole ledger takes in seconds and memory, as a table."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from bench.growth import dressed_ledger
from bench.measure import Row
from bench.reading import measured
from bench.signing import gated

SIZES = (1_000, 10_000, 100_000)
_SITE = ("--language", "zh", "--no-search", "--out")
COMMANDS = {
    "check, nothing known": ("check",),
    "check": ("check",),
    "status": ("status", "--format", "json"),
    "gate, three items touched": (),
    "internal site": ("site", "--edition", "internal", *_SITE),
    "public site": ("site", "--edition", "public", *_SITE),
}
"""What is measured, in this order: the second check, and all after it, find in the cache what the first one read."""


def rows(work: Path, dressed: Path, root: Path) -> list[Row]:
    """Each command once at each size, as a Markdown table; no ratios.

    The memory is that of the largest process. Ledgers are made in the folder that ``DUBAN_LEDGERS`` names, where
    they stay for the next time, or beside the others: a hundred thousand items take some ten minutes.
    """
    found = {size: _measured(work, _ledger(work, dressed, root, size)) for size in SIZES}
    heads = "".join(f" {size:,} |" for size in SIZES)
    sys.stdout.write(f"| |{heads}\n|---|{'--:|' * len(SIZES)}\n")
    for name in COMMANDS:
        cells = "".join(
            f" {seconds:.2f} s, {memory:.0f} MB |" for seconds, memory in (found[one][name] for one in SIZES)
        )
        sys.stdout.write(f"| {name} |{cells}\n")
    return []


def _ledger(work: Path, dressed: Path, root: Path, size: int) -> Path:
    folder = Path(os.environ.get("DUBAN_LEDGERS", work)) / f"load-{size}"
    return folder if folder.is_dir() else dressed_ledger(folder, dressed, root, size)


def _measured(work: Path, ledger: Path) -> dict[str, tuple[float, float]]:
    shutil.rmtree(work / "cache", ignore_errors=True)
    found = {}
    for name, words in COMMANDS.items():
        out = work / "loaded"
        if words:
            found[name] = measured(work, ledger, [*words, str(out)] if words[0] == "site" else words)
        else:
            folder, files = gated(work, ledger)
            found[name] = measured(work, folder, ("gate", "--base", "main", "--head", "change", *files))
            shutil.rmtree(folder)
        shutil.rmtree(out, ignore_errors=True)
        sys.stderr.write(f"{ledger.name}: {name}: {found[name][0]:.2f} s, {found[name][1]:.0f} MB\n")
    return found
