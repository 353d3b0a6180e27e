"""What axe-core says of a page, and where the keyboard leads on it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Page

from conftest import ROOT

AXE = ROOT / "site/browser/node_modules/axe-core/axe.min.js"
STANDARD = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
# Rows, list items, sections of one kind are made alike: the first of each stand for the rest.
FIRST_OF_ALIKE = """(most) => {
  for (const one of document.querySelectorAll("article *")) {
    const seen = {};
    for (const child of [...one.children]) {
      const kind = `${child.tagName} ${child.className}`;
      seen[kind] = (seen[kind] ?? 0) + 1;
      if (seen[kind] > most) child.remove();
    }
  }
}"""
RUN = """async (rules) => {
  const options = { resultTypes: ["violations"], ...(rules.length ? { runOnly: rules } : {}) };
  const { violations } = await axe.run(document, options);
  return violations.flatMap((one) => one.nodes.slice(0, 3).map((node) => {
    const why = [...node.any, ...node.all, ...node.none].map((check) => check.message)[0] ?? "";
    return `${one.id}: ${node.target.join(" ")}: ${node.html.slice(0, 120)}: ${why}`;
  }));
}"""
# Everything that the eye needs to know of the element that has the focus.
FOCUSED = """() => {
  const focused = document.activeElement;
  if (!focused || focused === document.body) return null;
  // A control that is drawn by its label has its focus drawn there too.
  const labels = focused.matches("input[type=radio], input[type=checkbox]") ? [...focused.labels] : [];
  const drawn = labels.find((label) => label.offsetParent) ?? focused;
  const box = drawn.getBoundingClientRect();
  // Nothing may hide it wholly; looked at in three places across and two down.
  const across = [0.1, 0.5, 0.9].map((part) => Math.max(box.left, 0) + Math.min(box.width, innerWidth) * part);
  const down = [0.15, 0.85].map((part) => Math.max(box.top, 0) + Math.min(box.height, innerHeight) * part);
  const tops = down.flatMap((y) => across.map((x) => document.elementFromPoint(x, y))).filter(Boolean);
  const style = getComputedStyle(drawn);
  const all = [...document.querySelectorAll("*")];
  return {
    name: `${drawn.tagName.toLowerCase()}${drawn.id && "#" + drawn.id} ${drawn.className}`.trim(),
    text: (drawn.getAttribute("aria-label") ?? drawn.innerText ?? "").trim().slice(0, 40),
    place: all.indexOf(focused),
    seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    uncovered: tops.some((top) => drawn.contains(top)),
    under: tops.length ? `${tops[0].tagName.toLowerCase()} ${tops[0].className}` : "",
    outlined: (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1) || style.boxShadow !== "none",
  };
}"""


class Stop(NamedTuple):
    """An element that the Tab key led to."""

    name: str
    text: str
    place: int
    seen: bool
    uncovered: bool
    under: str
    outlined: bool


@cache
def _source() -> str:
    if not Path(AXE).is_file():
        pytest.skip("axe-core is not installed: make build/browser/.done")
    return AXE.read_text(encoding="utf-8")


def prepare(page: Page, most: int = 3) -> None:
    """Bring axe-core into a page, past its content policy, and leave only the first of what is alike."""
    page.evaluate(FIRST_OF_ALIKE, most)
    page.evaluate(_source())


def violations(page: Page, *rules: str) -> list[str]:
    """What axe-core finds wrong with a prepared page, by tags or by names of rules; at most three of each."""
    found: list[str] = page.evaluate(RUN, list(rules))
    return found


def stops(page: Page, most: int) -> list[Stop]:
    """Where the Tab key leads from where the focus is now, one after another."""
    found = []
    for _ in range(most):
        page.keyboard.press("Tab")
        here: dict[str, Any] | None = page.evaluate(FOCUSED)
        if here is None:
            break
        found.append(Stop(**here))
    return found
