"""What every test in a browser needs: Chromium as it is started, a silent server, a watched page, PDF pages counted."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from site_fixtures import built_browser

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
)
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
# What Chromium says of a request that the reader left behind by going on.
LEFT = "net::ERR_ABORTED"
ONLY_FORMS = """() => {
  for (const one of document.querySelectorAll("body *")) {
    if (!one.closest(".sheet-fold") && !one.querySelector(".sheet-fold")) {
      one.style.setProperty("display", "none", "important");
    }
  }
}"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def chromium() -> str | None:
    """The Chromium of this machine, None for Playwright's own."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@contextmanager
def served(folders: Mapping[str, Path]) -> Iterator[dict[str, str]]:
    """The addresses of some folders, each served by its name."""
    servers = {
        name: ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
        for name, folder in folders.items()
    }
    for server in servers.values():
        threading.Thread(target=server.serve_forever, daemon=True).start()
    yield {name: f"http://127.0.0.1:{server.server_port}/" for name, server in servers.items()}
    for server in servers.values():
        server.shutdown()
        server.server_close()


class Watched:
    """A page and everything that went wrong on it."""

    def __init__(self, context: BrowserContext, base: str, *, scripted: bool = True, known: str = "") -> None:
        self.base = base
        self.scripted = scripted
        self.known = known
        self.wrong: list[str] = []
        self.page = context.new_page()
        self.page.on(
            "console", lambda one: self.note("console", one.text) if one.type in ("error", "warning") else None
        )
        self.page.on("pageerror", lambda one: self.note("page error", one.message))
        self.page.on("requestfailed", lambda one: None if one.failure == LEFT else self.note("failed", one.url))
        self.page.on(
            "request", lambda one: None if one.url.startswith((base, "data:")) else self.note("outside", one.url)
        )
        self.page.on("response", lambda one: self.note(str(one.status), one.url) if one.status >= 400 else None)
        self.page.on("dialog", lambda one: (self.note("dialog", one.message), one.dismiss())[1])

    def note(self, kind: str, what: str) -> None:
        line = f"{kind}: {what}"
        if not self.known or not re.search(self.known, line):
            self.wrong.append(line)

    def open(self, path: str) -> Page:
        """Go to a page and wait until its scripts have run and, on the ledger, its table stands."""
        self.page.goto(self.base + path, wait_until="load")
        if "ledger.html" in path and built_browser() and self.scripted:
            expect(self.page.locator("#ledger-filters")).to_be_visible()
        return self.page

    def overflow(self) -> int:
        """By how many pixels the page is wider than the window."""
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        return int(self.page.evaluate(wide))


@contextmanager
def watching(browser: Browser, addresses: Mapping[str, str]) -> Iterator[Callable[..., Watched]]:
    """Opens watched pages of editions; nothing may have gone wrong at the end.

    ``known`` is a pattern of what is meant to go wrong, "" for nothing. ``instant`` is the time by the
    reader's clock, "" for the machine's own.
    """
    watched: list[Watched] = []

    def start(name: str = "internal", path: str = "", instant: str = "", known: str = "", **options: Any) -> Watched:
        context = browser.new_context(**{"viewport": DESKTOP, "color_scheme": "light", "locale": "zh-CN", **options})
        context.set_default_timeout(10_000)
        one = Watched(context, addresses[name], scripted=options.get("java_script_enabled", True), known=known)
        watched.append(one)
        if instant:
            one.page.clock.set_fixed_time(instant)
        if path:
            one.open(path)
        return one

    yield start
    for one in watched:
        one.page.context.close()
    wrong = [line for one in watched for line in one.wrong]
    assert not wrong, wrong


@contextmanager
def opened_browser() -> Iterator[Browser]:
    """A Chromium; the test is skipped where there is none. There can be one at a time in a process."""
    with sync_playwright() as playwright:
        try:
            opened = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        except PlaywrightError as error:
            pytest.skip(f"no Chromium: {error.message.splitlines()[0]}")
        yield opened
        opened.close()


def pdf_pages(file: Path) -> list[tuple[float, float]]:
    """The width and height in points of every page of a PDF."""
    if shutil.which("pdfinfo"):
        done = subprocess.run(["pdfinfo", "-l", "999", str(file)], check=True, capture_output=True, encoding="utf-8")
        found = re.findall(r"Page +\d+ size: +([\d.]+) x ([\d.]+)", done.stdout)
    else:
        pages = re.split(rb"/Type\s*/Page\b", file.read_bytes())[1:]
        found = [re.findall(rb"/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)", one)[0] for one in pages]
    return [(float(width), float(height)) for width, height in found]
