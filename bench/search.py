"""The search index and queries in a real Chromium, beside Material's built-in search on the first of the same pages."""

from __future__ import annotations

import os
import shutil
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from bench.browsing import Quiet, chromium, served
from bench.measure import Row, best_of, run
from bench.native import write_sources
from bench.reading import duban
from duban.language import language
from duban.load import Readings, read
from duban.manifest import Manifest
from duban.output import Prepared, prepared
from duban.publish.examination import Examination
from duban.repository import pinned_day, tree_of
from duban.search_index import write_search

# Material's own index of 10,000 pages is 90 MB and takes a browser 20 seconds; on these it is 9 MB.
_PAGES = 1000
_KB = 1000


def rows(work: Path, ledger: Path, count: int) -> list[Row]:
    """The index of all years, and of one after a change; a first and a second query."""
    os.environ["XDG_CACHE_HOME"] = str(work / "cache")
    shutil.rmtree(work / "cache", ignore_errors=True)
    readings = read(tree_of(ledger))
    out = work / "index"
    whole = best_of(1, partial(_index, ledger, _edition(ledger, readings), out))
    same = best_of(3, partial(_index, ledger, _edition(ledger, readings), out))
    site = work / "searched"
    duban(work, "-C", str(ledger), "site", "--language", "zh", "--out", str(site))
    native = work / "native"
    plain, searched = (_native(native, site, search=search) for search in (False, True))
    titles = [item.record["title"] for item in readings.ledger(pinned_day(ledger) or "").items.values()]
    # How titles begin: from within a run of Chinese Material's search finds nothing.
    queries = [titles[0][:4], titles[min(count, _PAGES) // 2][:4]]
    size, files = _size(site / "search")
    theirs = (native / "site/search/search_index.json").stat().st_size
    sys.stdout.write(
        f"search index: {size / 1e6:.1f} MB in {files} files for {count} items;"
        f" Material's: {theirs / 1e6:.1f} MB in one file for {min(count, _PAGES)}\n"
    )
    changed = _changed(ledger, out)
    name = f"MkDocs' own index of {min(count, _PAGES)} pages"
    found = [
        Row(f"search index, {count} items", whole, name, searched - plain),
        Row("search index, one item changed", changed, f"all {count}", whole),
        Row("search index, nothing changed", same, f"all {count}", whole),
    ]
    return [*found, *_queries(site, native / "site", queries, count)]


def _edition(ledger: Path, readings: Readings) -> Prepared:
    return prepared(ledger, "internal", language("zh"), pinned_day(ledger) or "", readings, Examination(), ["zh"])


def _index(ledger: Path, made: Prepared, out: Path) -> None:
    out.mkdir(exist_ok=True)
    manifest = Manifest(out)
    if not write_search([made], ledger, manifest, out):
        raise ValueError("no search index could be made")
    manifest.finish()


def _changed(ledger: Path, out: Path) -> float:
    """Another word in the title of one item, and back again."""
    path = sorted(ledger.glob("items/*/*.yml"))[-1]
    before = path.read_bytes()
    lines = before.decode().split("\n")
    lines[1] += "补"
    path.write_text("\n".join(lines), encoding="utf-8")
    made = _edition(ledger, read(tree_of(ledger)))
    seconds = best_of(1, partial(_index, ledger, made, out))
    path.write_bytes(before)
    return seconds


def _native(project: Path, site: Path, *, search: bool) -> float:
    """The same pages, the first of them, by MkDocs and Material; the seconds of the build."""
    shutil.rmtree(project, ignore_errors=True)
    few = project / "few" / "items"
    few.mkdir(parents=True)
    for page in sorted((site / "items").glob("*.html"))[:_PAGES]:
        shutil.copy(page, few / page.name)
    write_sources(project, few.parent, markdown=False)
    configuration = project / "mkdocs.yml"
    if search:
        text = configuration.read_text(encoding="utf-8").replace("plugins: []", "plugins: [search]")
        configuration.write_text(text, encoding="utf-8")
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    return best_of(
        1, lambda: run(sys.executable, "-m", "mkdocs", "build", "-q", "-f", str(configuration), environment=environment)
    )


def _size(folder: Path) -> tuple[int, int]:
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    return sum(sizes), len(sizes)


class _Counting(Quiet):
    """Serves a folder and adds up the bytes of what a search loads."""

    sent = 0

    def copyfile(self, source: Any, outputfile: Any) -> None:
        content = source.read()
        if "/search" in self.path and not self.path.partition("?")[0].endswith(".html"):
            _Counting.sent += len(content)
        outputfile.write(content)


def _queries(site: Path, native: Path, queries: list[str], count: int) -> list[Row]:
    with chromium() as browser:
        if browser is None:
            return []
        ours = _asked(browser, site, "search.html", "#search-query", "#search-results > li", queries)
        theirs = _asked(browser, native, "index.html", ".md-search__input", ".md-search-result__item", queries)
    found = []
    for which, (seconds, sent), (seconds_there, sent_there) in zip(("first", "second"), ours, theirs, strict=True):
        sys.stdout.write(
            f"the {which} query fetches {sent / _KB:.0f} KB of {count} items; Material's {sent_there / _KB:.0f} KB\n"
        )
        name = f"Material's search of {min(count, _PAGES)}"
        found.append(Row(f"{which} query of {count} items, until a result stands", seconds, name, seconds_there))
    return found


def _asked(
    browser: Browser, folder: Path, path: str, box: str, result: str, queries: list[str]
) -> list[tuple[float, int]]:
    """The seconds until a result stands and the bytes fetched for it, for one query after the other on one page."""
    answers = []
    with served(folder, _Counting) as address:
        page = browser.new_page()
        page.set_default_timeout(60_000)
        start = time.perf_counter()
        _Counting.sent = 0
        page.goto(address + path)
        for query in queries:
            page.evaluate("(found) => document.querySelectorAll(found).forEach((one) => one.remove())", result)
            page.click(box)
            page.fill(box, query)
            page.keyboard.press("Shift")  # Material listens for keys
            page.wait_for_selector(result, state="attached")
            seconds = time.perf_counter() - start
            page.wait_for_load_state("networkidle")
            answers.append((seconds, _Counting.sent))
            start, _Counting.sent = time.perf_counter(), 0
        page.close()
    return answers
