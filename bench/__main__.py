"""``python -m bench [N] [PART...]``: a synthetic ledger of N items (10,000 without N) → a table of ratios.

Parts are reading, daily, site, page, search, growth, load and signing; all without any but load, which takes an hour.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from bench import daily, growth, ledger_page, load, reading, search, signing, site
from bench.measure import Row, begin, show

ROOT = Path(__file__).resolve().parent.parent


PARTS: dict[str, Callable[[Path, Path, int], list[Row]]] = {
    "reading": reading.rows,
    "daily": lambda work, ledger, _: daily.rows(work, ledger),
    "site": lambda work, ledger, _: site.rows(work, ledger),
    "page": lambda work, ledger, _: ledger_page.rows(work, site.built(work, ledger), ROOT),
    "search": search.rows,
    "growth": lambda work, ledger, _: growth.rows(work, ledger, ROOT),
    "load": lambda work, ledger, _: load.rows(work, ledger, ROOT),
    "signing": lambda work, ledger, _: signing.rows(work, ledger, ROOT),
}


def main(count: int, parts: Iterable[str]) -> None:
    """Measure the parts on one ledger and print them."""
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
        begin(count)
        for part in parts:
            show(PARTS[part](work, ledger, count))


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:] if argument.isdigit()]
    main(
        numbers[0] if numbers else 10_000,
        [one for one in sys.argv[1:] if one in PARTS] or [one for one in PARTS if one != "load"],
    )
