"""The readings of one folder's files ↔ two files of a cache: judgements read whole, data read one by one.

The data file only grows: a line for each file that was read, found by its place. Most of a ledger's
data is asked for by nothing but its own page, and never all of it has to be in memory at once.
"""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson

from duban.model import Data, Tree
from duban.parse import parse
from duban.program import program_digest
from duban.repository import append_to, write_whole

_WASTE = 1 << 20
"""Bytes of lines that nothing points at any more which are not worth the work of writing the others again."""


class Shard:
    """Judgements by path, each with the place of its data; what was put is kept until ``flush``."""

    def __init__(self, stem: Path) -> None:
        self._judgements_file = stem.with_suffix(".judgements.json")
        self._data_file = stem.with_suffix(".data.jsonl")
        self._fresh: dict[str, bytes] = {}
        self._opened: int | None = None
        self.changed = False

    @cached_property
    def judgements(self) -> dict[str, list[Any]]:
        return _load(self._judgements_file)

    def put(self, path: str, judgement: list[Any], digest: str, packed: bytes) -> None:
        """Take in a judgement, and the data it was made of as JSON."""
        self.judgements[path] = [*judgement, 0, 0]
        self._fresh[path] = b'["%s",%s]\n' % (digest.encode(), packed)
        self.changed = True

    def data_of(self, path: str, digest: str, start: int, length: int, tree: Tree) -> Data:
        """The data of a file that was judged valid; read anew where the shard has lost it."""
        row = self._line(path, start, length)
        if isinstance(row, list) and len(row) == 2 and row[0] == digest and isinstance(row[1], dict):
            return row[1]
        data, _ = parse(path, tree[path])
        return data  # type: ignore[no-any-return]

    def flush(self) -> None:
        """Write what was put: first the data, then the judgements that point at it."""
        if self._fresh:
            self._write_data()
        if self.changed:
            write_whole(self._judgements_file, orjson.dumps({"program": program_digest(), "rows": self.judgements}))
        self._fresh.clear()
        self.changed = False
        # Readings hold what they need of them; three kilobytes an item are not kept for nothing.
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
        live = sum(length for *_, length in kept.values() if isinstance(length, int))
        size = self._data_file.stat().st_size if self._data_file.is_file() and kept else 0
        if size > 2 * live + _WASTE or not kept:
            self._rewrite(kept)
        else:
            self._place(append_to(self._data_file, b"".join(self._fresh.values())), self._fresh)

    def _rewrite(self, kept: dict[str, list[Any]]) -> None:
        lines = {path: os.pread(self._descriptor, row[-1], row[-2]) for path, row in kept.items()}
        lines |= self._fresh
        write_whole(self._data_file, b"".join(lines.values()))
        self._place(0, lines)
        if self._opened is not None:
            os.close(self._opened)
            self._opened = None

    def _place(self, start: int, lines: dict[str, bytes]) -> None:
        for path, line in lines.items():
            self.judgements[path][-2:] = [start, len(line)]
            start += len(line)


def _load(file: Path) -> dict[str, list[Any]]:
    try:
        content = orjson.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    if not isinstance(content, dict) or content.get("program") != program_digest():
        return {}
    rows = content.get("rows")
    return rows if isinstance(rows, dict) else {}
