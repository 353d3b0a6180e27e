"""Readings of unchanged files, kept in the user's cache folder by content; safe to delete at any time."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson

from duban import __version__
from duban.finding import Finding, Problem
from duban.load import Reading
from duban.model import Data
from duban.rules.across import Facts


def cache_folder(ledger: Path) -> Path:
    """Where readings of one ledger are kept: below XDG_CACHE_HOME, or ~/.cache."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    name = hashlib.blake2b(str(ledger.resolve()).encode(), digest_size=8).hexdigest()
    return Path(base) / "duban" / name


class FileStore:
    """One pair of JSON files for each folder of the ledger: judgements, and data apart from them.

    A judgement is looked up by path and content key; a file written by another version, cut short
    or edited is ignored and made anew.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._shards: dict[str, _Shard] = {}

    def get(self, path: str, key: str) -> Reading | None:
        """The reading kept for that content, or None."""
        return self._shard(path).get(path, key)

    def put(self, path: str, key: str, reading: Reading) -> None:
        """Keep a reading until ``flush``."""
        self._shard(path).put(path, key, reading)

    def flush(self) -> None:
        """Write what was added. A cache that cannot be written is no error."""
        for shard in self._shards.values():
            with contextlib.suppress(OSError):
                shard.flush()

    def _shard(self, path: str) -> _Shard:
        name = path.rpartition("/")[0].replace("/", "-")
        if name not in self._shards:
            self._shards[name] = _Shard(self._folder / name)
        return self._shards[name]


class _Shard:
    def __init__(self, stem: Path) -> None:
        self._judgements_file = stem.with_suffix(".judgements.json")
        self._data_file = stem.with_suffix(".data.json")
        self._fresh: dict[str, tuple[str, Reading]] = {}

    @cached_property
    def _judgements(self) -> dict[str, list[Any]]:
        return _load(self._judgements_file)

    @cached_property
    def _data(self) -> dict[str, list[Any]]:
        return _load(self._data_file)

    def get(self, path: str, key: str) -> Reading | None:
        row = self._judgements.get(path)
        if row is None or row[0] != key:
            return None
        _, facts, problems, syntax, valid = row
        return Reading(
            Facts(*facts),
            (lambda: self._stored_data(path, key)) if valid else None,
            tuple([Problem(code, tuple(pointer), *rest) for code, pointer, *rest in problems]),
            tuple([Finding(*finding) for finding in syntax]),
        )

    def put(self, path: str, key: str, reading: Reading) -> None:
        self._fresh[path] = (key, reading)

    def flush(self) -> None:
        if not self._fresh:
            return
        judgements, data = self._judgements, self._data
        for path, (key, reading) in self._fresh.items():
            judgements[path] = [
                key,
                reading.facts.as_row(),
                [[p.code, p.pointer, p.details, p.at_key, p.since, p.until] for p in reading.problems],
                [[f.path, f.line, f.column, f.code, f.details, f.since, f.until] for f in reading.syntax],
                reading.valid,
            ]
            data[path] = [key, reading.data() if reading.data else None]
        _write(self._data_file, data)
        _write(self._judgements_file, judgements)
        self._fresh.clear()

    def _stored_data(self, path: str, key: str) -> Data:
        row = self._data.get(path)
        if row is None or row[0] != key:
            raise StaleStoreError(str(self._data_file))
        return row[1]  # type: ignore[no-any-return]


class StaleStoreError(Exception):
    """The data kept beside a judgement is not of the same content: another run is writing it."""


def _load(file: Path) -> dict[str, list[Any]]:
    try:
        content = orjson.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    if not isinstance(content, dict) or content.get("version") != __version__:
        return {}
    rows = content.get("rows")
    return rows if isinstance(rows, dict) else {}


def _write(file: Path, rows: dict[str, list[Any]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=file.name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(orjson.dumps({"version": __version__, "rows": rows}))
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
