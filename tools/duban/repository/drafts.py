"""A drafted change of one file ↔ a branch of its own below ``draft/``, here or in a remote, one commit long."""

from __future__ import annotations

import tempfile
from pathlib import Path

from duban.repository.command import git, line

BRANCHES = "draft/"
"""What the names of their branches begin with."""
BASE = "refs/duban/base"
"""Where the main branch of the remote stood when it was fetched last."""
_HERE = f"refs/heads/{BRANCHES}"
_THERE = f"refs/duban/{BRANCHES}"
_NOBODY = "0" * 40
_SUBJECT = "Draft: "


class Drafts:
    """The branches of drafts in one repository, or in its remote where one is named.

    A draft that somebody went on with is theirs, and is left alone. All raises GitError.
    """

    def __init__(self, folder: Path, remote: str = "") -> None:
        self._folder, self._remote = folder, remote
        self._refs = _THERE if remote else _HERE

    @property
    def refs(self) -> str:
        """Below which their branches stand here."""
        return self._refs.rstrip("/")

    def fetch(self, branch: str) -> None:
        """Fetch the remote's main branch, as ``BASE``, and its drafts."""
        wanted = (f"+refs/heads/{branch}:{BASE}", f"+{_HERE}*:{_THERE}*")
        quietly = ("--quiet", "--prune", "--no-tags", "--no-recurse-submodules")
        git(self._folder, "fetch", *quietly, self._remote, *wanted, mine=True)

    def known(self) -> dict[str, bool]:
        """Each draft by name, and whether nobody has gone on with it."""
        listed = git(self._folder, "for-each-ref", "--format=%(refname) %(contents:subject)", self._refs)
        found = {}
        for row in listed.decode("utf-8", "replace").splitlines():
            ref, _, subject = row.partition(" ")
            name = ref.removeprefix(self._refs)
            found[name] = subject == f"{_SUBJECT}{name}"
        return found

    def write(self, name: str, base: str, path: str, content: bytes, day: str) -> str:
        """Make the branch ``draft/NAME`` with that content in that file on top of ``base``; its commit.

        A draft is never written over: GitError where the branch is there already.
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
            for part, value in (("NAME", "duban"), ("EMAIL", "drafts@duban.invalid"), ("DATE", at))
        }
        message = f"{_SUBJECT}{name}\n".encode()
        made = git(self._folder, "commit-tree", tree, "-p", base, given=message, more=who).decode().strip()
        git(self._folder, "update-ref", f"{self._refs}{name}", made, _NOBODY)
        if self._remote:
            self._push(f"{self._refs}{name}:{_HERE}{name}")
        return made

    def drop(self, name: str) -> None:
        """Remove the branch of a draft that was overtaken, from where it was known to stand and from nowhere else."""
        ref = f"{self._refs}{name}"
        if self._remote:
            tip = line(self._folder, "rev-parse", ref)
            self._push(f"--force-with-lease={_HERE}{name}:{tip}", f":{_HERE}{name}")
        git(self._folder, "update-ref", "-d", ref)

    def _push(self, *arguments: str) -> None:
        *options, what = arguments
        git(self._folder, "push", "--quiet", "--no-verify", *options, self._remote, what, mine=True)
