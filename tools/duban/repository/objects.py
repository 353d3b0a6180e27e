"""Git's objects by their ids: blobs, trees and commits through one process, trees made by another, what differs."""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from duban.paths import Differing
from duban.repository.command import surroundings
from duban.repository.error import ContentError, GitError, RevisionError

FOLDER = "40000"
"""Git's mode of a tree within a tree."""
_NO_MODE = "000000"
_READ = ("cat-file", "--batch")
_MAKE = ("mktree", "-z", "--batch", "--missing")
_LARGEST = 64 << 20


class Entry(NamedTuple):
    """A name in a tree: git's mode (without leading zeros) and the id."""

    mode: str
    id: str


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit: its tree, its parents, its committer's seconds since 1970, its headers and message as bytes."""

    id: str
    tree: str
    parents: tuple[str, ...]
    seconds: int
    content: bytes


class Objects:
    """The objects of one repository: one ``git cat-file`` reads them, one ``git mktree`` makes trees when asked.

    Both end with the ``with`` block.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process = self._started(_READ)
        self._making: subprocess.Popen[bytes] | None = None
        self._ending = ExitStack()
        self.tree = lru_cache(maxsize=4096)(self._tree)

    def _started(self, words: Sequence[str], more: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        command = ["git", "-C", os.fspath(self.folder), "-c", "safe.directory=*", *words]
        return subprocess.Popen(  # noqa: S603 - fixed words and a folder
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=surroundings(more),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _end(self._process)
        if self._making:
            _end(self._making)
        self._ending.close()

    def aside(self) -> Path:
        """A folder that ends with the ``with`` block: what git writes below its ``objects`` is read from now on."""
        folder = Path(self._ending.enter_context(tempfile.TemporaryDirectory(prefix="duban-")))
        (folder / "objects").mkdir()
        _end(self._process)
        self._process = self._started(_READ, {"GIT_ALTERNATE_OBJECT_DIRECTORIES": os.fspath(folder / "objects")})
        return folder

    def read(self, name: str) -> tuple[str, str, bytes]:
        """The id, kind and content of an object by id or by a revision.

        Raises RevisionError where there is none, ContentError for one that is damaged or absurdly large.
        """
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None or "\n" in name:
            raise RevisionError(name)
        try:
            stdin.write(name.encode("utf-8", "surrogateescape") + b"\n")
            stdin.flush()
            head = stdout.readline().decode("utf-8", "replace").split()
        except (BrokenPipeError, ValueError) as error:
            raise GitError("git cat-file ended") from error
        if len(head) != 3 or not head[2].isdigit():
            raise RevisionError(name)
        identity, kind, size = head[0], head[1], int(head[2])
        if size > _LARGEST:
            for start in range(0, size, _LARGEST):
                stdout.read(min(_LARGEST, size - start))
            stdout.read(1)
            raise ContentError(f"{identity}: {size} bytes")
        content = stdout.read(size)
        stdout.read(1)
        # Git itself believes the name under which an object lies in the repository's folder.
        digest = hashlib.sha1(usedforsecurity=False) if len(identity) == 40 else hashlib.sha256()
        digest.update(f"{kind} {size}\0".encode())
        digest.update(content)
        if digest.hexdigest() != identity:
            raise ContentError(f"{identity}: not its content")
        return identity, kind, content

    def blob(self, identity: str) -> bytes:
        """A file's content; for one that is damaged or absurdly large a text that no file could hold in its place."""
        try:
            _, kind, content = self.read(identity)
        except ContentError as error:
            return f"\0{error}".encode()
        if kind != "blob":
            raise RevisionError(identity)
        return content

    def commit(self, name: str) -> Commit:
        """A commit by id or by a revision."""
        identity, kind, content = self.read(f"{name}^{{commit}}")
        if kind != "commit":
            raise RevisionError(name)
        head = content.partition(b"\n\n")[0].decode("utf-8", "replace").split("\n")
        tree = head[0].removeprefix("tree ")
        parents = tuple(line[7:] for line in takewhile(lambda line: line.startswith("parent "), head[1:]))
        committed = next((line for line in head if line.startswith("committer ")), "").split(" ")[-2:-1]
        seconds = int(committed[0]) if committed and committed[0].isdecimal() else 0
        return Commit(identity, tree, parents, seconds, content)

    def leads(self, since: str, listed: Sequence[str], tip: str) -> None:
        """Raises RevisionError unless the first commit of a list follows ``since``, or nothing was to be listed."""
        first = self.commit(listed[0] if listed else tip)
        if (first.parents[:1] if listed else (first.id,)) != (since,):
            raise RevisionError(since)

    def _tree(self, identity: str) -> Mapping[str, Entry]:
        """The names in a tree; bytes that are no UTF-8 stand as surrogates. An empty id is an empty tree."""
        if not identity:
            return {}
        _, kind, content = self.read(f"{identity}^{{tree}}")
        if kind != "tree":
            raise RevisionError(identity)
        width = 20 if len(identity) == 40 else 32
        found: dict[str, Entry] = {}
        place = 0
        while place < len(content):
            space = content.find(b" ", place)
            end = content.find(b"\0", space)
            if space < 0 or end < 0:
                raise RevisionError(f"{identity}: no tree")
            name = content[space + 1 : end].decode("utf-8", "surrogateescape")
            if name in found or "/" in name:
                raise RevisionError(f"{identity}: {name!r}")
            found[name] = Entry(content[place:space].decode(), content[end + 1 : end + 1 + width].hex())
            place = end + 1 + width
        return found

    def make_tree(self, entries: Mapping[str, Entry]) -> str:
        """Write a tree; its id. Raises GitError where git can't."""
        self._making = self._making or self._started(_MAKE)
        stdin, stdout = self._making.stdin, self._making.stdout
        rows = [
            f"{one.mode.zfill(6)} {'tree' if one.mode == FOLDER else 'blob'} {one.id}\t{name}\0"
            for name, one in entries.items()
        ]
        if stdin and stdout:
            with suppress(BrokenPipeError):
                # An empty row ends a tree.
                stdin.write("".join([*rows, "\0"]).encode("utf-8", "surrogateescape"))
                stdin.flush()
                if made := stdout.readline().decode().strip():
                    return made
        raise GitError("git mktree ended")

    def at(self, tree: str, path: str) -> Entry | None:
        """What stands at a path below a tree, if anything does."""
        here = Entry(FOLDER, tree)
        for name in path.split("/"):
            if here.mode != FOLDER:
                return None
            found = self.tree(here.id).get(name)
            if found is None:
                return None
            here = found
        return here

    def below(self, tree: str, folder: str) -> Iterator[tuple[str, Entry]]:
        """Every file below a folder of a tree, by path; none where there is no such folder."""
        found = self.at(tree, folder)
        if found is not None and found.mode == FOLDER:
            yield from self._files(found.id, folder)

    def _files(self, tree: str, folder: str) -> Iterator[tuple[str, Entry]]:
        # Folders may lie deeper than Python can call itself.
        waiting = [(folder, Entry(FOLDER, tree))]
        while waiting:
            path, entry = waiting.pop()
            if entry.mode == FOLDER:
                inner = [(f"{path}/{name}" if path else name, one) for name, one in self.tree(entry.id).items()]
                waiting += reversed(inner)
            else:
                yield path, entry

    def differing(self, before: str, after: str) -> Iterator[Differing]:
        """The files that are not the same below two trees ("" for none)."""
        waiting = [("", before, after)]
        while waiting:
            folder, *trees = waiting.pop()
            olds, news = (self.tree(one) for one in trees)
            for name in sorted({*olds, *news}):
                old, new = olds.get(name), news.get(name)
                if old == new:
                    continue
                path = f"{folder}/{name}" if folder else name
                old_folder = old.id if old and old.mode == FOLDER else ""
                new_folder = new.id if new and new.mode == FOLDER else ""
                if old_folder or new_folder:
                    waiting.append((path, old_folder, new_folder))
                old_file, new_file = (one if one and one.mode != FOLDER else None for one in (old, new))
                if old_file or new_file:
                    zeros = "0" * len(next(one for one in (old_file, new_file) if one).id)
                    yield Differing(
                        path,
                        old_file.mode if old_file else _NO_MODE,
                        new_file.mode if new_file else _NO_MODE,
                        old_file.id if old_file else zeros,
                        new_file.id if new_file else zeros,
                    )

    def siblings(self, tree: str, differing: Iterable[Differing]) -> dict[str, Sequence[str]]:
        """The names in each folder on the way to files that are there now."""
        found: dict[str, Sequence[str]] = {}
        for one in differing:
            folder, rest = "", one.path
            while rest and one.stays:
                if folder not in found:
                    here = self.at(tree, folder) if folder else Entry(FOLDER, tree)
                    found[folder] = tuple(self.tree(here.id)) if here and here.mode == FOLDER else ()
                name, _, rest = rest.partition("/")
                folder = f"{folder}/{name}" if folder else name
        return found


class Partial(Mapping[str, bytes]):
    """Some files of a tree, each read when it is first asked for; others it finds, though it does not list them."""

    def __init__(self, objects: Objects, tree: str, listed: Mapping[str, str]) -> None:
        self._objects, self._tree, self._listed = objects, tree, listed
        self._contents: dict[str, bytes] = {}

    def __getitem__(self, path: str) -> bytes:
        if path not in self._contents:
            identity = self._listed.get(path) or self._found(path)
            if not identity:
                raise KeyError(path)
            self._contents[path] = self._objects.blob(identity)
        return self._contents[path]

    def __contains__(self, path: object) -> bool:
        return path in self._listed or (isinstance(path, str) and bool(self._found(path)))

    def __iter__(self) -> Iterator[str]:
        return iter(self._listed)

    def __len__(self) -> int:
        return len(self._listed)

    def _found(self, path: str) -> str:
        entry = self._objects.at(self._tree, path)
        return entry.id if entry and entry.mode in ("100644", "100755") else ""


def _end(process: subprocess.Popen[bytes]) -> None:
    for stream in (process.stdin, process.stdout):
        if stream:
            stream.close()
    process.wait()
