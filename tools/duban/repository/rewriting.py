"""A history and a change of files → the same history with that change in every commit, on no branch yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from duban.repository.command import git, line
from duban.repository.objects import FOLDER, Entry, Objects

_SIGNED = (b"gpgsig ", b"gpgsig-sha256 ", b"mergetag ")
_FILES = ("100644", "100755")


class Rewriting:
    """One rewriting under way. ``moved`` tells what git calls a commit, a root tree or a file now, by its old id."""

    def __init__(self, folder: Path, objects: Objects, changed: Callable[[bytes], bytes]) -> None:
        self._folder, self._objects, self._changed = folder, objects, changed
        self.moved: dict[str, str] = {}
        self.files: dict[tuple[str, str], str] = {}
        """New ids of files that were changed, by path and old id."""
        self._trees: dict[str, str] = {}
        self._blobs: dict[str, str] = {}

    def run(self, tip: str) -> str:
        """Write the history that ends in a commit anew, as far as it must be; the new tip."""
        for one in git(self._folder, "rev-list", "--topo-order", "--reverse", tip).decode().split():
            self._commit(one)
        return self.moved.get(tip, tip)

    def _commit(self, identity: str) -> None:
        commit = self._objects.commit(identity)
        tree = self._tree(commit.tree, "")
        parents = [self.moved.get(one, one) for one in commit.parents]
        if tree != commit.tree:
            self.moved[commit.tree] = tree
        if tree == commit.tree and parents == [*commit.parents]:
            return
        head, blank, message = commit.content.partition(b"\n\n")
        lines = [f"tree {tree}".encode(), *(f"parent {one}".encode() for one in parents)]
        lines += _kept(head.split(b"\n")[1 + len(parents) :])
        given = b"\n".join(lines) + blank + message
        self.moved[identity] = line(self._folder, "hash-object", "-t", "commit", "-w", "--stdin", given=given)

    def _tree(self, identity: str, folder: str) -> str:
        if identity not in self._trees:
            entries = self._objects.tree(identity)
            made = {name: Entry(one.mode, self._entry(one, f"{folder}{name}")) for name, one in entries.items()}
            self._trees[identity] = identity if made == entries else self._objects.make_tree(made)
        return self._trees[identity]

    def _entry(self, one: Entry, path: str) -> str:
        if one.mode == FOLDER:
            return self._tree(one.id, f"{path}/")
        return self._file(one.id, path) if one.mode in _FILES else one.id

    def _file(self, identity: str, path: str) -> str:
        if identity not in self._blobs:
            content = self._objects.blob(identity)
            made = self._changed(content)
            if made != content:
                self.moved[identity] = line(self._folder, "hash-object", "-w", "--stdin", given=made)
            self._blobs[identity] = self.moved.get(identity, identity)
        if self._blobs[identity] != identity:
            self.files[path, identity] = self._blobs[identity]
        return self._blobs[identity]


def refs_with(folder: Path, objects: Iterable[str]) -> list[str]:
    """The refs from which any of some objects can still be reached: branches, tags, what was fetched."""
    wanted = frozenset(objects)
    names = git(folder, "for-each-ref", "--format=%(refname)").decode().split()
    return [name for name in names if wanted & _reached(folder, name)]


def _reached(folder: Path, name: str) -> frozenset[str]:
    said = git(folder, "rev-list", "--objects", "--no-object-names", name)
    return frozenset(said.decode().split())


def _kept(lines: Iterable[bytes]) -> list[bytes]:
    """The headers of a commit after its parents, without signatures, which hold no longer."""
    kept: list[bytes] = []
    dropping = False
    for one in lines:
        dropping = one.startswith(_SIGNED) or (dropping and one.startswith(b" "))
        if not dropping:
            kept.append(one)
    return kept
