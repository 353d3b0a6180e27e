"""What every test in a browser needs: Chromium as it is started, a server that says nothing, PDF pages counted."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright
from playwright.sync_api import Error as PlaywrightError

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
PHONE = {"width": 390, "height": 844}
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
