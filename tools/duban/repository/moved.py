"""A working folder against a revision → the files of the record that differ; and files moved in it, all or none."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

import orjson

from duban.filing import NAMES, is_record
from duban.model import Tree
from duban.repository.command import git, line
from duban.repository.error import EditedSinceError
from duban.repository.whole import write_whole

_PENDING = "duban-moving.json"


def differing_here(folder: Path, tree: Tree, listed: Collection[str], tip: str) -> set[str]:
    """The files of the record that do not lie in the folder as they stand at the tip, where ``listed`` are."""
    lying = {path for path in tree if is_record(path)}
    options = ("--name-only", "-z", "--no-renames", "--no-ext-diff", "--no-textconv", "--ignore-submodules")
    said = git(folder, "diff", *options, tip, "--", *NAMES).decode("utf-8", "surrogateescape")
    return (set(listed) ^ lying) | ({*said.split("\0")} - {""})


def move(folder: Path, writes: Mapping[str, bytes], removes: Sequence[str]) -> None:
    """Write files and then remove others. What is to be done is written down first, so that a kill loses nothing.

    Whoever comes next calls ``finish_moving``, which does what is left.
    """
    document = {
        "writes": {path: base64.b64encode(content).decode() for path, content in writes.items()},
        "known": {path: _digest(folder / path) for path in (*writes, *removes)},
        "removes": [*removes],
    }
    write_whole(_place(folder), orjson.dumps(document))
    finish_moving(folder)


def finish_moving(folder: Path) -> bool:
    """Do what a move that was killed has left to do; whether there was any.

    Raises EditedSinceError, before anything is touched, where a file is neither as it was nor as it was to be.
    """
    place = _place(folder)
    try:
        document = orjson.loads(place.read_bytes())
    except FileNotFoundError:
        return False
    writes = {path: base64.b64decode(content) for path, content in document["writes"].items()}
    for path in _edited(folder, writes, document["removes"], document["known"]):
        raise EditedSinceError(f"{path} ({place})")
    for path, content in writes.items():
        write_whole(folder / path, content)
    for path in document["removes"]:
        (folder / path).unlink(missing_ok=True)
    place.unlink()
    return True


def _edited(
    folder: Path, writes: Mapping[str, bytes], removes: Sequence[str], known: Mapping[str, str]
) -> Iterator[str]:
    for path, content in writes.items():
        if _digest(folder / path) not in (known[path], hashlib.sha256(content).hexdigest()):
            yield path
    for path in removes:
        if _digest(folder / path) not in (known[path], ""):
            yield path


def _digest(path: Path) -> str:
    """What names a file's content; "" where there is none."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return ""


def _place(folder: Path) -> Path:
    return Path(line(folder, "rev-parse", "--path-format=absolute", "--git-path", _PENDING))
