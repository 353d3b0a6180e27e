"""The internal site of a small and of a very large ledger → the time of a page and the memory of a process in each."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

from bench.measure import Row
from bench.reading import duban, measured

SIZES = (1_000, 50_000)
_MOST_MEMORY = 300
_PINNED = re.compile(r"as_of: \S+")


def rows(work: Path, dressed: Path, root: Path) -> list[Row]:
    """Whole commands into an empty folder, the ledger read just before.

    ``dressed`` is a ledger with all a site needs, ``root`` the shipped one, which synthetic ones are
    made from. The memory is that of the largest process, as the system counts it.
    """
    found = {}
    for count in SIZES:
        ledger = dressed_ledger(work / f"ledger-{count}", dressed, root, count)
        # Two of fifty thousand made-up items may resemble each other, which a check would end with 1 for.
        duban(work, "-C", str(ledger), "figures")
        seconds, memory = _built(work, ledger)
        found[count] = seconds / count
        met = "met" if memory < _MOST_MEMORY else "MISSED"
        sys.stdout.write(
            f"internal site of {count} items: {seconds:.1f} s, {1000 * seconds / count:.2f} ms a page,"
            f" {memory:.0f} MB at most (aim {_MOST_MEMORY}: {met})\n"
        )
        shutil.rmtree(ledger)
    small, large = SIZES
    what, yardstick = f"a page among {large}", f"a page among {small}"
    return [Row(what, found[large], yardstick, found[small], 1)]


def dressed_ledger(folder: Path, dressed: Path, root: Path, count: int) -> Path:
    """A synthetic ledger in a new folder, with what a site needs as ``dressed`` has it."""
    duban(folder.parent, "-C", str(root), "synth", str(count), str(folder))
    pinned = _PINNED.search((folder / "mkdocs.yml").read_text(encoding="utf-8"))
    if pinned is None:
        raise ValueError("a synthetic ledger is pinned to a day")
    for name in ("mkdocs.yml", "mkdocs.public.yml"):
        text = (dressed / name).read_text(encoding="utf-8")
        (folder / name).write_text(_PINNED.sub(pinned[0], text), encoding="utf-8")
    for part in ("site", "build/browser"):
        if (dressed / part).is_dir():
            shutil.copytree(dressed / part, folder / part)
    return folder


def _built(work: Path, ledger: Path) -> tuple[float, float]:
    """Build once and throw the site away; the seconds, and the megabytes of the largest process."""
    out = work / "grown"
    found = measured(
        work, ledger, ("site", "--edition", "internal", "--language", "zh", "--no-search", "--out", str(out))
    )
    shutil.rmtree(out)
    return found
