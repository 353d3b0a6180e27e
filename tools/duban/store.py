"""A file's path, rules and content → its reading, kept in the user's cache folder; safe to delete at any time."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import orjson

from duban.model import Data, Tree
from duban.reader import Reading, content_digest
from duban.shard import Kept, Line, Shard


def cache_folder(ledger: Path) -> Path:
    """Where readings of one ledger are kept: below XDG_CACHE_HOME, or ~/.cache."""
    return _folder_of(ledger, os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache"))


def state_folder(ledger: Path) -> Path:
    """Where is kept what can't be made anew from one ledger: below XDG_STATE_HOME, or ~/.local/state."""
    return _folder_of(ledger, os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state"))


def _folder_of(ledger: Path, base: str) -> Path:
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
    """One shard for each folder of the ledger: judgements, and data apart from them.

    A judgement is looked up by path, rules and content; one written by another version, cut short or
    edited is ignored and made anew. ``stamp`` gives a file's mark in the file system, or "" where
    it cannot be relied on: as in git's index, an unchanged mark spares reading the content again.
    """

    def __init__(self, folder: Path, stamp: Callable[[str], str] | None = None) -> None:
        self._folder = folder
        self._stamp = stamp or (lambda _: "")
        self._shards: dict[str, Shard] = {}

    def get(self, path: str, rules: str, tree: Tree) -> Reading | None:
        """The reading kept for that path, those rules and the content it now has, or None."""
        shard = self._shard(path)
        kept = shard.judgements.get(path)
        if kept is None or kept.rules != rules:
            return None
        stamp = self._stamp(path)
        if not (stamp and kept.stamp == stamp):
            if kept.digest != content_digest(tree[path]):
                return None
            if stamp:
                shard.stamp(path, stamp)
        data = Line(shard, path, kept.digest, kept.start, kept.length, tree) if kept.valid else None
        return Reading(kept.packed, data, kept.digest)

    def put(self, path: str, rules: str, reading: Reading) -> None:
        """Keep a reading until ``flush``."""
        data = reading.data
        packed = data.content if isinstance(data, Packed) else orjson.dumps(data() if data else None)
        kept = Kept(rules, self._stamp(path), reading.digest, reading.valid, reading.packed)
        self._shard(path).put(path, kept, packed)

    def flush(self) -> None:
        """Write what was added. A cache that cannot be written is no error."""
        for shard in self._shards.values():
            with contextlib.suppress(OSError):
                shard.flush()

    def _shard(self, path: str) -> Shard:
        name = path.rpartition("/")[0].replace("/", "-")
        shard = self._shards.get(name)
        if shard is None:
            shard = self._shards[name] = Shard(self._folder / name)
        return shard
