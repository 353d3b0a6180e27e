"""``python -m bench [N]``: a synthetic ledger of N items (10,000 without N) → a table of ratios on standard output."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from bench import reading, signing, site
from bench.measure import Row, show

ROOT = Path(__file__).resolve().parent.parent


def main(count: int) -> None:
    """Measure everything on one ledger and print it."""
    with tempfile.TemporaryDirectory(prefix="duban-bench-") as name:
        work = Path(name)
        ledger = work / "ledger"
        reading.duban(work, "-C", str(ROOT), "synth", str(count), str(ledger))
        configuration = (ledger / "mkdocs.yml").read_text(encoding="utf-8")
        pinned = next(line.strip() for line in configuration.splitlines() if "as_of" in line)
        for file in ("mkdocs.yml", "mkdocs.public.yml"):
            text = (ROOT / file).read_text(encoding="utf-8").replace('as_of: "2019-10-31"', pinned)
            (ledger / file).write_text(text, encoding="utf-8")
        shutil.copytree(ROOT / "site", ledger / "site", ignore=shutil.ignore_patterns("node_modules"))
        if (ROOT / "build/browser").is_dir():
            shutil.copytree(ROOT / "build/browser", ledger / "build/browser")
        rows: list[Row] = [
            *reading.rows(work, ledger, count),
            *site.rows(work, ledger),
            *signing.rows(work, ledger, ROOT),
        ]
    show(count, rows)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
