"""A file's bytes and a new entry of a list → the file with the entry's lines added and every other byte as it was."""

from __future__ import annotations

import re
from typing import Any

from duban.model import Data
from duban.parse import parse
from duban.schema import Field
from duban.writing import entry_lines

_KEY = re.compile(r"([A-Za-z_][A-Za-z0-9_]*):(?:\s|$)")
_DASH = re.compile(r"( *)- ")


class NoPlaceError(Exception):
    """The list is not written a line an entry, so that nothing can be added without touching what is signed."""


def with_entry(content: bytes, name: str, entry: Data, root: Field) -> bytes:
    """``content`` with ``entry`` at the end of its top-level list ``name``, or with that list where it has none.

    NoPlaceError where the list stands on one line, or the file is no such mapping at all.
    """
    before, _ = parse(name, content)
    if not isinstance(before, dict):
        raise NoPlaceError(name)
    lines = content.decode().splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    starts = {match[1]: number for number, line in enumerate(lines) if (match := _KEY.match(line))}
    if name in before and name not in starts:
        raise NoPlaceError(name)
    if name in before:
        at, indent = _end_of(lines, starts[name]), _indent(lines, starts[name])
        added = entry_lines(name, entry, root, indent)
    else:
        at = _place(lines, starts, name, root)
        added = [f"{name}:", *entry_lines(name, entry, root, "  ")]
    made = "".join([*lines[:at], *(f"{line}\n" for line in added), *lines[at:]]).encode()
    after, problems = parse(name, made)
    if problems or after != {**before, name: [*before.get(name, ()), entry]}:
        raise NoPlaceError(name)
    return made


def _place(lines: list[str], starts: dict[str, int], name: str, root: Field) -> int:
    """Before the first property that follows in the schema; at the end where none does."""
    order = [*root.properties]
    later = [number for key, number in starts.items() if key in order and order.index(key) > order.index(name)]
    if not later:
        return len(lines)
    at = min(later)
    # A note above a property belongs to it.
    while at and lines[at - 1].lstrip().startswith("#"):
        at -= 1
    return at


def _end_of(lines: list[str], start: int) -> int:
    """The line after a property's last one that is no blank and no note of the next property."""
    at = start + 1
    while at < len(lines) and (not lines[at].strip() or lines[at][0] in " -#\t"):
        at += 1
    while at > start + 1 and (not lines[at - 1].strip() or lines[at - 1][0] == "#"):
        at -= 1
    return at


def _indent(lines: list[str], start: int) -> str:
    """How far the dashes of a list are moved in."""
    for line in lines[start + 1 :]:
        if line.strip() and not line.lstrip().startswith("#"):
            found: Any = _DASH.match(line)
            if found:
                return str(found[1])
            break
    raise NoPlaceError(lines[start].strip())
