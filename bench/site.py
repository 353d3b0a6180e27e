"""The internal site of a large ledger, whole and after 20 changes, beside MkDocs rendering the same pages itself."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from bench.measure import Row, best_of, run
from bench.native import write_sources
from bench.reading import duban

_CHANGED = 20


def rows(work: Path, ledger: Path) -> list[Row]:
    """Whole commands, start of Python included; both without a search index.

    The native build is given its pages; it reads and checks no ledger. So ours is measured with the
    ledger checked just before, as ``make serve`` does, and once with nothing read.
    """
    out = work / "site"
    site = ("-C", str(ledger), "site", "--edition", "internal", "--language", "zh", "--out", str(out))

    def emptied() -> None:
        shutil.rmtree(out, ignore_errors=True)
        out.with_name(f".{out.name}.manifest.json").unlink(missing_ok=True)

    def unread() -> None:
        emptied()
        shutil.rmtree(work / "cache", ignore_errors=True)

    unread_full = best_of(1, lambda: duban(work, *site), before=unread)
    full = best_of(2, lambda: duban(work, *site), before=emptied)
    markdown = _native(work / "markdown", out, markdown=True)
    html = _native(work / "html", out, markdown=False)
    rebuild = best_of(3, lambda: duban(work, *site), before=lambda: _change(ledger))
    as_html = "MkDocs and Material on the same pages, out of the navigation, no search"
    as_markdown = "the same, sources simplified to Markdown"
    again = f"internal site, after {_CHANGED} changed items"
    return [
        Row("internal site, into an empty folder", full, as_html, html, 10),
        Row("internal site, into an empty folder", full, as_markdown, markdown),
        Row("internal site, nothing read before", unread_full, as_html, html),
        Row(again, rebuild, as_html, html, 25),
        Row(again, rebuild, as_markdown, markdown),
    ]


def _change(ledger: Path) -> None:
    """Another word in the title of items spread over the ledger."""
    items = sorted(ledger.glob("items/*/*.yml"))
    for path in items[:: max(1, len(items) // _CHANGED)][:_CHANGED]:
        lines = path.read_text(encoding="utf-8").split("\n")
        lines[1] += "补"
        path.write_text("\n".join(lines), encoding="utf-8")


def _native(project: Path, site: Path, *, markdown: bool) -> float:
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    command = (sys.executable, "-m", "mkdocs", "build", "-q", "-f", str(project / "mkdocs.yml"))
    write_sources(project, site, markdown=markdown)
    seconds = best_of(1, lambda: run(*command, environment=environment))
    shutil.rmtree(project)
    return seconds
