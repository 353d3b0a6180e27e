"""The readings of one folder's files ↔ two files of a cache: judgements read whole, data read one by one.

The data file only grows: a line for each file that was read, found by its place. Most of a ledger's
data is asked for by nothing but its own page, and never all of it has to be in memory at once.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from sys import intern
from typing import Any, NamedTuple

import orjson

from duban.model import Data, Tree
from duban.parse import parse
from duban.program import program_digest
from duban.reader import Judgement, content_digest
from duban.repository.error import ChangedError
from duban.repository.whole import append_to, write_whole

_WASTE = 1 << 20
"""Bytes of lines that nothing points at any more which are not worth the work of writing the others again."""


class Kept(NamedTuple):
    """A judgement, what it was made by and of, and where the line of its data begins and how long it is."""

    rules: str
    stamp: str
    digest: str
    valid: bool
    packed: bytes
    start: int = 0
    length: int = 0


class Shard:
    """Judgements by path, each with the place of its data; what was put is kept until ``flush``."""

    def __init__(self, stem: Path) -> None:
        self._judgements_file = stem.with_suffix(".judgements.json")
        self._data_file = stem.with_suffix(".data.jsonl")
        self._fresh: dict[str, bytes] = {}
        self._opened: int | None = None
        self.changed = False

    @cached_property
    def judgements(self) -> dict[str, Kept]:
        return _load(self._judgements_file)

    def put(self, path: str, kept: Kept, packed: bytes) -> None:
        """Take in a judgement, and the data it was made of as JSON."""
        self.judgements[path] = kept
        self._fresh[path] = b'["%s",%s]\n' % (kept.digest.encode(), packed)
        self.changed = True

    def stamp(self, path: str, stamp: str) -> None:
        """Take in the mark that an unchanged file has now."""
        self.judgements[path] = self.judgements[path]._replace(stamp=stamp)
        self.changed = True

    def data_of(self, path: str, digest: str, start: int, length: int, tree: Tree) -> Data:
        """The data of a file that was judged valid; read anew where the shard has lost it.

        Raises ChangedError where the file is no longer the one that was judged.
        """
        row = self._line(path, start, length)
        if isinstance(row, list) and len(row) == 2 and row[0] == digest and isinstance(row[1], dict):
            return row[1]
        content = tree[path]
        if content_digest(content) != digest:
            raise ChangedError(path)
        data, _ = parse(path, content)
        return data  # type: ignore[no-any-return]

    def flush(self) -> None:
        """Write what was put: first the data, then the judgements that point at it."""
        if self._fresh:
            self._write_data()
        if self.changed:
            rows = {
                path: (*kept[:4], orjson.Fragment(kept.packed), *kept[5:]) for path, kept in self.judgements.items()
            }
            write_whole(self._judgements_file, orjson.dumps({"program": program_digest(), "rows": rows}))
        self._fresh.clear()
        self.changed = False
        # Readings hold what they need of them; places and marks are not kept for nothing.
        self.__dict__.pop("judgements", None)

    def _line(self, path: str, start: int, length: int) -> Any:
        try:
            return orjson.loads(self._fresh.get(path) or os.pread(self._descriptor, length, start))
        except (OSError, ValueError, TypeError, OverflowError):
            return None

    @property
    def _descriptor(self) -> int:
        if self._opened is None:
            self._opened = os.open(self._data_file, os.O_RDONLY)
        return self._opened

    def _write_data(self) -> None:
        kept = {path: row for path, row in self.judgements.items() if path not in self._fresh}
        live = sum(one.length for one in kept.values())
        size = self._data_file.stat().st_size if self._data_file.is_file() and kept else 0
        if size > 2 * live + _WASTE or not kept:
            self._rewrite(kept)
        else:
            self._place(append_to(self._data_file, b"".join(self._fresh.values())), self._fresh)

    def _rewrite(self, kept: dict[str, Kept]) -> None:
        lines = {path: os.pread(self._descriptor, row.length, row.start) for path, row in kept.items()}
        lines |= self._fresh
        write_whole(self._data_file, b"".join(lines.values()))
        self._place(0, lines)
        if self._opened is not None:
            os.close(self._opened)
            self._opened = None

    def _place(self, start: int, lines: dict[str, bytes]) -> None:
        for path, line in lines.items():
            self.judgements[path] = self.judgements[path]._replace(start=start, length=len(line))
            start += len(line)


@dataclass(frozen=True, slots=True)
class Line:
    """Where the data of a file are kept; called, it gives them."""

    shard: Shard
    path: str
    digest: str
    start: int
    length: int
    tree: Tree

    def __call__(self) -> Data:
        return self.shard.data_of(self.path, self.digest, self.start, self.length, self.tree)


def _load(file: Path) -> dict[str, Kept]:
    try:
        content = orjson.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    if not isinstance(content, dict) or content.get("program") != program_digest():
        return {}
    rows = content.get("rows")
    found = {}
    for path, row in rows.items() if isinstance(rows, dict) else ():
        try:
            rules, stamp, digest, valid, judgement, start, length = row
            packed = Judgement.of_row(judgement).packed()
            found[path] = Kept(intern(rules), stamp, digest, bool(valid), packed, int(start), int(length))
        except (TypeError, ValueError):
            continue
    return found
