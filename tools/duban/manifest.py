"""What stands in an output folder, and for which key each file was written → what need not be written again."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Container
from pathlib import Path

import orjson

from duban.repository import names_below
from duban.repository.whole import write_whole

_LONGEST = 48
"""Characters of a name that fit into another one, whatever they are."""


class Manifest:
    """The files of a site. It is kept beside the output folder, so that a build writes only what changed.

    While a build writes there is none: one that is cut short is made anew as a whole. A site has three
    files for each item, so that what a build has said of a file is kept as it will be written.
    """

    def __init__(self, out: Path, *, trusted: bool = True, record: Path | None = None) -> None:
        """Take in what stands in ``out``; ``record`` is where the manifest itself is kept, if not beside it."""
        self._out = os.path.join(out, "")  # noqa: PTH118 - names are cut from many paths
        self._file = record or out.parent / f".{out.name}.manifest.json"
        known = _read(self._file) if trusted else {}
        self._left = {name: known.get(name, "") for name in names_below(out)}
        self._record = bytearray()
        self._folder = ""
        self.files = 0
        """How many files the site has."""
        self.written = 0
        """How many of them had to be written."""

    def is_current(self, file: Path | str, key: str) -> bool:
        """Whether the file was written for that key; then it stays."""
        name, digest = str(file)[len(self._out) :], _digest(key.encode())
        if self._left.get(name) != digest:
            return False
        self._keep(name, digest)
        return True

    def write(self, file: Path | str, content: bytes) -> None:
        """Write a file unless its content is there already."""
        key = _digest(content)
        if not self.is_current(file, key):
            self.take(file, key)
            put(Path(file), content)

    def take(self, file: Path | str, key: str) -> None:
        """Take in a file that is about to be ``put`` for that key; the folder for it is made."""
        if not self.written:
            self._file.unlink(missing_ok=True)
        self._keep(str(file)[len(self._out) :], _digest(key.encode()))
        folder = os.path.dirname(file)  # noqa: PTH120 - many paths
        if folder != self._folder:
            os.makedirs(folder, exist_ok=True)  # noqa: PTH103
            self._folder = folder
        self.written += 1

    def _keep(self, name: str, digest: str) -> None:
        self._left.pop(name, None)
        self._record += orjson.dumps({name: digest})[1:-1] + b","
        self.files += 1

    def copy(self, source: Path, target: Path, without: Container[str] = ()) -> None:
        """Bring over the files below a folder but some by name, and the hidden ones, notes of whoever made it."""
        for name in names_below(source):
            if name not in without and not name.rpartition("/")[2].startswith("."):
                self.write(target / name, (source / name).read_bytes())

    def finish(self) -> None:
        """Remove what no longer belongs to the site, then remember what stands."""
        for name in sorted(self._left):
            Path(self._out, name).unlink()
        write_whole(self._file, b"{" + self._record.rstrip(b",") + b"}")


def put(file: Path, content: bytes) -> None:
    """Put content in the place of a file, whole and never into it: in a draft it may be the very file that is served.

    One whose bytes are there already is left alone: a program that asks for it again hears so.
    """
    try:
        if file.read_bytes() == content:
            return
    except FileNotFoundError:
        pass
    # What a kill leaves of it is no part of the site: the next build removes it.
    unfinished = f"{file.parent}/.{file.name[:_LONGEST]}.{os.getpid()}"
    try:
        with open(unfinished, "wb") as stream:  # noqa: PTH123 - many paths
            stream.write(content)
        os.replace(unfinished, file)  # noqa: PTH105 - many paths
    except OSError:
        Path(unfinished).unlink(missing_ok=True)
        raise


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def _read(file: Path) -> dict[str, str]:
    try:
        found = orjson.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
