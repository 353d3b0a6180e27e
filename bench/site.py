"""The internal site of a large ledger, whole and after 20 changes, beside MkDocs and Hugo on the same pages."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from bench import hugo, native
from bench.measure import Row, best_of, run
from bench.reading import duban

_CHANGED = 20
_OUT = "site"


def rows(work: Path, ledger: Path) -> list[Row]:
    """Whole commands, start of Python included; all without a search index.

    MkDocs and Hugo are given the pages; they read and check no ledger. So ours is measured with the
    ledger checked just before, as ``make serve`` does, and once with nothing read. They get the
    pages' own HTML, which neither has to render, and once sources simplified to Markdown.
    """
    out = work / _OUT
    site = _command(work, ledger)

    def emptied() -> None:
        _put_aside(out)
        out.with_name(f".{out.name}.manifest.json").unlink(missing_ok=True)

    def unread() -> None:
        emptied()
        shutil.rmtree(work / "cache", ignore_errors=True)

    unread_full = best_of(1, lambda: duban(work, *site), before=unread)
    full = best_of(3, lambda: duban(work, *site), before=emptied)
    hugo_html = _hugo(work / "hugo-html", out, markdown=False)
    hugo_markdown = _hugo(work / "hugo-markdown", out, markdown=True)
    markdown = _mkdocs(work / "markdown", out, markdown=True)
    html = _mkdocs(work / "html", out, markdown=False)
    empty = _empty_mkdocs(work / "empty")
    rebuild = best_of(5, lambda: duban(work, *site), before=lambda: _change(ledger))
    whole, as_markdown = "internal site, into an empty folder", "on the same, simplified to Markdown"
    again = f"internal site, after {_CHANGED} changed items"
    return [
        Row(whole, full, "MkDocs and Material on the same pages, out of the navigation, no search", html, 15),
        Row(whole, full, f"MkDocs and Material {as_markdown}", markdown),
        Row(whole, full, "Hugo on the same pages", hugo_html, 1),
        Row(whole, full, f"Hugo {as_markdown}", hugo_markdown, 1),
        Row("internal site, nothing read before", unread_full, "MkDocs and Material on the same pages", html),
        Row(again, rebuild, "MkDocs and Material on all pages", html),
        Row(again, rebuild, "one and a half empty MkDocs builds and half a second", 1.5 * empty + 0.5, 1),
    ]


def built(work: Path, ledger: Path) -> Path:
    """The folder of the internal site, built where that has not happened yet."""
    if not (work / _OUT).is_dir():
        duban(work, *_command(work, ledger))
    return work / _OUT


def _command(work: Path, ledger: Path) -> tuple[str, ...]:
    options = ("--edition", "internal", "--language", "zh", "--no-search", "--out", str(work / _OUT))
    return ("-C", str(ledger), "site", *options)


def _put_aside(folder: Path) -> None:
    """Make room for a new folder; nothing is deleted, for a file system may still be busy with that much later."""
    if folder.is_dir():
        folder.rename(tempfile.mkdtemp(prefix="old-", dir=folder.parent))


def _change(ledger: Path) -> None:
    """Another word in the title of items spread over the ledger."""
    items = sorted(ledger.glob("items/*/*.yml"))
    for path in items[:: max(1, len(items) // _CHANGED)][:_CHANGED]:
        lines = path.read_text(encoding="utf-8").split("\n")
        lines[1] += "补"
        path.write_text("\n".join(lines), encoding="utf-8")


def _mkdocs(project: Path, site: Path, *, markdown: bool) -> float:
    native.write_sources(project, site, markdown=markdown)
    seconds = _built(project)
    shutil.rmtree(project)
    return seconds


def _empty_mkdocs(project: Path) -> float:
    native.write_project(project)
    return min(_built(project) for _ in range(3))


def _built(project: Path) -> float:
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    command = (sys.executable, "-m", "mkdocs", "build", "-q", "-f", str(project / "mkdocs.yml"))
    return best_of(1, lambda: run(*command, environment=environment))


def _hugo(project: Path, site: Path, *, markdown: bool) -> float:
    hugo.write_sources(project, site, markdown=markdown)
    made = project / "public"
    seconds = best_of(
        2,
        lambda: run(hugo.program(), "--quiet", "--source", str(project)),
        before=lambda: _put_aside(made),
    )
    if len(list((made / "items").iterdir())) != len(list((site / "items").iterdir())):
        raise ValueError("Hugo did not make every page")
    shutil.rmtree(project)
    return seconds
