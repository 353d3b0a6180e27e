"""The packages that are shipped → the table of their licences, in its place on a page."""

from __future__ import annotations

from collections.abc import Iterable

from supply.licences import licence_of
from supply.locks import Package

BEGINS, ENDS = "<!-- licences begin -->\n", "<!-- licences end -->\n"
_HEAD = "| 库 package | 版本 version | 许可 licence | 来自 from |\n|---|---|---|---|\n"
_NAMES = {"pypi": "PyPI", "npm": "npm"}


def written(page: str, packages: Iterable[Package]) -> str:
    """The page with the table as it must be. Raises ValueError where the page has no place for it."""
    before, begins, rest = page.partition(BEGINS)
    _, ends, after = rest.partition(ENDS)
    if not begins or not ends:
        raise ValueError(f"no {BEGINS.strip()} … {ENDS.strip()} on the page")
    return before + begins + _HEAD + "".join(map(_row, packages)) + ends + after


def _row(package: Package) -> str:
    origin = _NAMES[package.registry]
    if package.where:
        origin += f" (`{package.where}`)"
    elif package.optional:
        origin += " (可选 optional)"
    return f"| {package.name} | {package.version} | {licence_of(package) or '?'} | {origin} |\n"
