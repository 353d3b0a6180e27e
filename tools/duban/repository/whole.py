"""A path and content → a file or a folder that stands there whole, or as it was before."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from duban.repository.error import ChangedError

_UNFINISHED = ".duban-new"


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees all of it or the old one, never a part."""
    with _beside(path, content) as temporary:
        temporary.replace(path)


def replace_whole(path: Path, before: bytes, content: bytes) -> None:
    """The same for a file that must still hold what was read. Raises ChangedError where it does not, or is gone."""
    with _beside(path, content) as temporary:
        try:
            found = path.read_bytes()
        except FileNotFoundError as error:
            raise ChangedError(str(path)) from error
        if found != before:
            raise ChangedError(str(path))
        temporary.replace(path)


def create_whole(path: Path, content: bytes) -> None:
    """The same for a file that must not exist yet: FileExistsError rather than overwriting it."""
    with _beside(path, content) as temporary:
        os.link(temporary, path)


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """A folder beside, to be filled; it becomes ``path``, which is empty or not there, whole or not at all.

    FileExistsError where something is there.
    """
    if path.is_symlink() or (path.exists() and not (path.is_dir() and not any(path.iterdir()))):
        raise FileExistsError(str(path))
    stage = path.parent / f".{path.name}{_UNFINISHED}"
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir(parents=True)
    try:
        yield stage
        stage.rename(path)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def remove_files(folder: Path, paths: Iterable[str]) -> None:
    """Remove files of a folder that are there, and the folders that nothing is left in."""
    for path in paths:
        (folder / path).unlink(missing_ok=True)
        for above in (folder / path).parents:
            if above == folder or not above.is_dir() or any(above.iterdir()):
                break
            above.rmdir()


def append_to(path: Path, content: bytes) -> int:
    """Add to the end of a file, all or nothing; where in it the content begins. What was there stays as it was."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab", buffering=0) as stream:
        start = stream.tell()
        write_all(stream.fileno(), content, start)
    return start


def write_all(descriptor: int, content: bytes, start: int) -> None:
    """Write to a file opened to be added to, which is ``start`` long. Where not all fits, OSError, and as it was."""
    left = memoryview(content)
    try:
        while left:
            left = left[os.write(descriptor, left) :]
    except OSError:
        with suppress(OSError):  # what is no file has no length
            os.ftruncate(descriptor, start)
        raise


@contextmanager
def _beside(path: Path, content: bytes) -> Iterator[Path]:
    """The content in a file of its own in the same folder, gone afterwards unless it was moved.

    Only a kill leaves it behind: its name begins with a dot, which no ledger reads, and ends as .gitignore has it.
    """
    name = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=_UNFINISHED)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        Path(name).chmod(0o644)
        yield Path(name)
    except OSError as error:
        # Whoever is told wants to know of the file that was asked for.
        raise OSError(error.errno, error.strerror, os.fspath(path)) from error
    finally:
        if name:
            Path(name).unlink(missing_ok=True)
