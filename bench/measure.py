"""Callables and commands → seconds, and rows of seconds → a table of ratios."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One line of the table: ours beside the yardstick, in seconds, and the ratio aimed at (0 for none)."""

    what: str
    seconds: float
    yardstick: str
    yardstick_seconds: float
    wanted: float = 0

    @property
    def ratio(self) -> float:
        return self.yardstick_seconds / self.seconds


def best_of(times: int, work: Callable[[], object], before: Callable[[], object] | None = None) -> float:
    """The shortest of several runs, in seconds; ``before`` is run untimed ahead of each."""
    found = []
    for _ in range(times):
        if before is not None:
            before()
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return min(found)


def run(*command: str, environment: dict[str, str] | None = None) -> None:
    """Run a command to its end, quietly; a failure ends the benchmark."""
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)


def begin(count: int) -> None:
    """What is measured, and by what."""
    sys.stdout.write(f"{count} items, Python {sys.version.split()[0]}\n")


def show(rows: Iterable[Row]) -> None:
    """A part of the table, as text, at once: the next may take long or fail."""
    for row in rows:
        aim = f" (aim {row.wanted:.2g}: {'met' if row.ratio >= row.wanted else 'MISSED'})" if row.wanted else ""
        sys.stdout.write(
            f"{row.what}: {row.seconds:.2f} s; {row.yardstick}: {row.yardstick_seconds:.2f} s;"
            f" {_told(row.ratio)}{aim}\n"
        )
    sys.stdout.flush()


def _told(ratio: float) -> str:
    return f"{ratio:.1f} times faster" if ratio >= 1 else f"{1 / ratio:.1f} times as long"
