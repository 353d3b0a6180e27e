"""The ledger's page in Chromium, from navigation until its rows are filtered and drawn, beside bare pages."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from bench.browsing import chromium, served
from bench.measure import Row

_TIMES = 7
_TENFOLD = 10
_LIMITS = {1: 0.6, _TENFOLD: 1.2}
_FILTER = "light=overdue"
_CODES = ("unit", "category", "campaign", "step", "light")
_OURS = "#ledger-table:not([hidden]) tbody tr[aria-rowindex]"
# The next frame after the rows stand in the page, and what it had to do.
_USABLE = """(wanted) => {
  const look = () => {
    if (!document.querySelector(wanted)) requestAnimationFrame(look);
    else requestAnimationFrame(() => setTimeout(() => { window.usable = performance.now(); }));
  };
  look();
}"""
# Waited for in one call: the pages' content policy lets nothing be compiled later.
_WAIT = """() => new Promise((done) => {
  const look = () => (window.usable ? done(window.usable) : setTimeout(look, 20));
  look();
})"""
_EMPTY = "<!doctype html><title>empty</title><p id=done>empty</p>"
_BARE = """<!doctype html><meta charset="utf-8"><title>bare</title><link rel="stylesheet" href="tabulator.css">
<div id="table"></div><script src="tabulator.js"></script><script>
fetch("rows.json").then((answer) => answer.json()).then((data) => {
  const table = new Tabulator("#table", { data, height: "700px", autoColumns: true });
  table.on("tableBuilt", () => {
    table.setFilter("light", "=", "overdue");
    document.body.id = "done";
  });
});
</script>"""


def rows(work: Path, site: Path, root: Path) -> list[Row]:
    """``site`` is a built internal edition. Its rows as they are and tenfold; none where there is no Chromium."""
    tabulator = root / "site/browser/node_modules/tabulator-tables/dist"
    if not tabulator.is_dir():
        sys.stderr.write("the page is not measured: npm has not brought the yardstick, Tabulator\n")
        return []
    data = json.loads((site / "data/ledger.json").read_bytes())
    count = data["columns"]["title"].count("\n") + 1
    found: list[Row] = []
    with chromium() as browser:
        if browser is None:
            return []
        for times, limit in _LIMITS.items():
            folder = work / f"ledger-page-{times}"
            _write(folder, site, tabulator, _repeated(data, times))
            with served(folder) as address:
                ours = _usable(browser, f"{address}ledger.html#{_FILTER}", _OURS)
                bare = _usable(browser, f"{address}bare.html", "#done .tabulator-row")
                empty = _usable(browser, f"{address}empty.html", "#done")
            what = f"ledger page with {count * times} rows, filtered and usable"
            found += [
                Row(what, ours, "at most", limit, 1),
                Row(what, ours, "a page of nothing but the same rows in Tabulator", bare, 1),
                Row(what, ours, "an empty page", empty),
            ]
    return found


def _write(folder: Path, site: Path, tabulator: Path, data: Any) -> None:
    shutil.copytree(site / "assets", folder / "assets")
    shutil.copy(site / "ledger.html", folder)
    shutil.copy(tabulator / "js/tabulator.min.js", folder / "tabulator.js")
    shutil.copy(tabulator / "css/tabulator_simple.min.css", folder / "tabulator.css")
    (folder / "bare.html").write_text(_BARE, encoding="utf-8")
    (folder / "empty.html").write_text(_EMPTY, encoding="utf-8")
    (folder / "data").mkdir()
    _dump(folder / "data/ledger.json", data)
    _dump(folder / "rows.json", list(_plain(data)))


def _dump(file: Path, value: Any) -> None:
    file.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def _repeated(data: Any, times: int) -> Any:
    """The same rows several times over, each time in other years."""
    columns = data["columns"]
    back = -sum(columns["received"])
    many = {name: values * times for name, values in columns.items() if name not in ("id", "title", "received")}
    many["id"] = [[str(int(year) - 20 * n), serials] for n in range(times) for year, serials in columns["id"]]
    many["title"] = "\n".join([columns["title"]] * times)
    many["received"] = columns["received"] + [back, *columns["received"][1:]] * (times - 1)
    return {**data, "columns": many}


def _plain(data: Any) -> Iterator[dict[str, str]]:
    """The rows as objects of text, as they are usually handed to such a library."""
    columns, names = data["columns"], data["names"]
    ids = [f"{year}-{serial}" for year, serials in columns["id"] for serial in serials.split(" ")]
    received = date.fromisoformat(data["first"])
    for place, (identity, title) in enumerate(zip(ids, columns["title"].split("\n"), strict=True)):
        received += timedelta(days=columns["received"][place])
        due = columns["due"][place]
        codes = {name: columns[name][place] for name in _CODES}
        yield {
            "id": identity,
            "title": title,
            **{name: names[name][code][0] if code >= 0 else "" for name, code in codes.items()},
            "received": received.isoformat(),
            "due": "" if due is None else (received + timedelta(days=due)).isoformat(),
        }


def _usable(browser: Browser, address: str, wanted: str) -> float:
    """Seconds from the start of navigation on, the shortest of several visits by readers who were never there."""
    found = []
    for _ in range(_TIMES):
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        page = context.new_page()
        page.add_init_script(f"({_USABLE})({json.dumps(wanted)})")
        page.goto(address)
        found.append(float(page.evaluate(_WAIT)) / 1000)
        context.close()
    return min(found)
