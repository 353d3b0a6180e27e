"""The internal site of a large ledger, whole and after 20 changes, beside MkDocs rendering the same pages itself."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

from bench.measure import Row, best_of, run
from bench.reading import duban

_CHANGED = 20
_ARTICLE = re.compile(r'<article class="md-content__inner md-typeset">(.*?)</article>', re.DOTALL)


def rows(work: Path, ledger: Path) -> list[Row]:
    """Whole commands, start of Python included; both without a search index."""
    out = work / "site"
    site = ("-C", str(ledger), "site", "--edition", "internal", "--language", "zh", "--out", str(out))

    def from_nothing() -> None:
        shutil.rmtree(work / "cache", ignore_errors=True)
        shutil.rmtree(out, ignore_errors=True)

    full = best_of(1, lambda: duban(work, *site), before=from_nothing)
    native = best_of(1, lambda: _native(work), before=lambda: _write_native(work, out))
    rebuild = best_of(3, lambda: duban(work, *site), before=lambda: _change(ledger))
    name = "MkDocs and Material, same pages out of the navigation, no search"
    return [
        Row("internal site, from nothing", full, name, native, 10),
        Row(f"internal site, after {_CHANGED} changed items", rebuild, name, native, 25),
    ]


def _change(ledger: Path) -> None:
    """Another word in the title of items spread over the ledger."""
    items = sorted(ledger.glob("items/*/*.yml"))
    for path in items[:: max(1, len(items) // _CHANGED)][:_CHANGED]:
        lines = path.read_text(encoding="utf-8").split("\n")
        lines[1] += "补"
        path.write_text("\n".join(lines), encoding="utf-8")


def _write_native(work: Path, out: Path) -> None:
    """The content of every item page as a Markdown file that holds the same HTML."""
    docs = work / "native" / "docs"
    for page in sorted((out / "items").glob("*.html")):
        match = _ARTICLE.search(page.read_text(encoding="utf-8"))
        if match is None:
            raise ValueError(f"no article in {page}")
        target = docs / "items" / f"{page.stem}.md"
        target.parent.mkdir(parents=True, exist_ok=True)
        # A blank line would end the HTML block and set Markdown to work on the rest.
        target.write_text(re.sub(r"\n\s*\n", "\n", match[1]).strip() + "\n", encoding="utf-8")
    (docs / "index.md").write_text("# index\n", encoding="utf-8")
    (work / "native" / "mkdocs.yml").write_text(
        "site_name: native\nuse_directory_urls: false\nplugins: []\nnav: [index.md]\n"
        "theme: {name: material, language: zh, font: false, features: [navigation.tabs, navigation.top]}\n",
        encoding="utf-8",
    )


def _native(work: Path) -> None:
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    configuration = str(work / "native" / "mkdocs.yml")
    run(sys.executable, "-m", "mkdocs", "build", "-q", "-f", configuration, environment=environment)
