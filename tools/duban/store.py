"""Readings of unchanged files, kept in the user's cache folder by content; safe to delete at any time."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import orjson

from duban.model import Data, Tree
from duban.parse import parse
from duban.program import program_digest
from duban.reader import Reading, content_digest
from duban.repository import write_whole


def cache_folder(ledger: Path) -> Path:
    """Where readings of one ledger are kept: below XDG_CACHE_HOME, or ~/.cache."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    name = hashlib.blake2b(str(ledger.resolve()).encode(), digest_size=8).hexdigest()
    return Path(base) / "duban" / name


class Packed:
    """Data as JSON bytes, unpacked when it is called for; what a store or another process hands over."""

    __slots__ = ("content",)

    def __init__(self, content: bytes) -> None:
        self.content = content

    def __call__(self) -> Data:
        return orjson.loads(self.content)  # type: ignore[no-any-return]


class FileStore:
    """One pair of JSON files for each folder of the ledger: judgements, and data apart from them.

    A judgement is looked up by path, rules and content; a file written by another version, cut short
    or edited is ignored and made anew. ``stamp`` gives a file's mark in the file system, or "" where
    it cannot be relied on: as in git's index, an unchanged mark spares reading the content again.
    """

    def __init__(self, folder: Path, stamp: Callable[[str], str] | None = None) -> None:
        self._folder = folder
        self._stamp = stamp or (lambda _: "")
        self._shards: dict[str, _Shard] = {}

    def get(self, path: str, rules: str, tree: Tree) -> Reading | None:
        """The reading kept for that path, those rules and the content it now has, or None."""
        shard = self._shard(path)
        try:
            made_by, kept_stamp, judgement = shard.judgements[path]
            reading = Reading.from_row(judgement, partial(shard.data_of, path, judgement[-1], tree))
        except (KeyError, IndexError, TypeError, ValueError):
            return None
        if made_by != rules:
            return None
        stamp = self._stamp(path)
        if not (stamp and kept_stamp == stamp):
            if reading.digest != content_digest(tree[path]):
                return None
            if stamp:
                shard.judgements[path][1], shard.changed = stamp, True
        return reading

    def put(self, path: str, rules: str, reading: Reading) -> None:
        """Keep a reading until ``flush``."""
        data = reading.data
        packed = data.content if isinstance(data, Packed) else orjson.dumps(data() if data else None)
        shard = self._shard(path)
        shard.judgements[path] = [rules, self._stamp(path), reading.as_row()]
        shard.fresh[path] = (reading.digest, packed)
        shard.changed = True

    def flush(self) -> None:
        """Write what was added. A cache that cannot be written is no error."""
        for shard in self._shards.values():
            with contextlib.suppress(OSError):
                shard.flush()

    def _shard(self, path: str) -> _Shard:
        name = path.rpartition("/")[0].replace("/", "-")
        shard = self._shards.get(name)
        if shard is None:
            shard = self._shards[name] = _Shard(self._folder / name)
        return shard


class _Shard:
    def __init__(self, stem: Path) -> None:
        self._judgements_file = stem.with_suffix(".judgements.json")
        self._data_file = stem.with_suffix(".data.json")
        self.fresh: dict[str, tuple[str, bytes]] = {}
        self.changed = False

    @cached_property
    def judgements(self) -> dict[str, list[Any]]:
        return _load(self._judgements_file)

    @cached_property
    def _data(self) -> dict[str, list[Any]]:
        return _load(self._data_file)

    def data_of(self, path: str, digest: str, tree: Tree) -> Data:
        """The data of a file that was judged valid; read anew where the store has lost it."""
        row = self._data.get(path)
        if isinstance(row, list) and len(row) == 2 and row[0] == digest and isinstance(row[1], dict):
            return row[1]
        data, _ = parse(path, tree[path])
        return data  # type: ignore[no-any-return]

    def flush(self) -> None:
        if self.fresh:
            data: dict[str, Any] = dict(self._data)
            for path, (digest, packed) in self.fresh.items():
                data[path] = [digest, orjson.Fragment(packed)]
            _write(self._data_file, data)
        if self.changed:
            _write(self._judgements_file, self.judgements)
        self.fresh.clear()
        self.changed = False


def _load(file: Path) -> dict[str, list[Any]]:
    try:
        content = orjson.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    if not isinstance(content, dict) or content.get("program") != program_digest():
        return {}
    rows = content.get("rows")
    return rows if isinstance(rows, dict) else {}


def _write(file: Path, rows: dict[str, Any]) -> None:
    write_whole(file, orjson.dumps({"program": program_digest(), "rows": rows}))
