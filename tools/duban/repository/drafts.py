"""A drafted change of one file ↔ a branch of its own below ``draft/``, one commit ahead of what it was drafted from."""

from __future__ import annotations

import tempfile
from pathlib import Path

from duban.repository.command import git, line

_REFS = "refs/heads/draft/"
_NOBODY = "0" * 40
_SUBJECT = "Draft: "


class Drafts:
    """The branches of drafts in one repository. A draft that somebody went on with is theirs, and is left alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def known(self) -> dict[str, bool]:
        """Each draft by name, and whether nobody has gone on with it."""
        listed = git(self._folder, "for-each-ref", "--format=%(refname) %(contents:subject)", _REFS)
        found = {}
        for row in listed.decode("utf-8", "replace").splitlines():
            ref, _, subject = row.partition(" ")
            name = ref.removeprefix(_REFS)
            found[name] = subject == f"{_SUBJECT}{name}"
        return found

    def write(self, name: str, base: str, path: str, content: bytes, day: str) -> str:
        """Make the branch ``draft/NAME`` with that content in that file on top of ``base``; its commit.

        GitError where the branch is there already: a draft is never written over.
        """
        blob = line(self._folder, "hash-object", "-w", "--stdin", given=content)
        with tempfile.TemporaryDirectory(prefix="duban-draft-") as folder:
            index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
            git(self._folder, "read-tree", base, more=index)
            git(self._folder, "update-index", "--cacheinfo", f"100644,{blob},{path}", more=index)
            tree = git(self._folder, "write-tree", more=index).decode().strip()
        at = f"{day}T08:00:00+08:00"
        who = {
            f"GIT_{role}_{part}": value
            for role in ("AUTHOR", "COMMITTER")
            for part, value in (("NAME", "duban"), ("EMAIL", "duban@localhost"), ("DATE", at))
        }
        message = f"{_SUBJECT}{name}\n".encode()
        made = git(self._folder, "commit-tree", tree, "-p", base, given=message, more=who).decode().strip()
        git(self._folder, "update-ref", f"{_REFS}{name}", made, _NOBODY)
        return made

    def drop(self, name: str) -> None:
        """Remove the branch of a draft that was overtaken."""
        git(self._folder, "update-ref", "-d", f"{_REFS}{name}")
