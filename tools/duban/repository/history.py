"""A repository and two revisions → the steps of its main branch between them, or what merging them gives."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

from duban import registry as registry_files
from duban.audit import Step
from duban.gate import Proposed
from duban.model import Registry
from duban.reader import Reader
from duban.receipt import Merge, Rules
from duban.registry import POLICY
from duban.repository.command import git, line
from duban.repository.error import ContentError, GitError, RevisionError, ShallowError
from duban.repository.objects import Objects, Partial
from duban.schema import SchemaError, Schemas

_ROSTER = "registry/people.yml"
_FILES = frozenset({"100644", "100755"})
"""The modes of what has content of its own."""
_RULES = ("schemas", "registry")
_ASIDE = "[core]\n\trepositoryFormatVersion = 1\n\tbare = false\n[extensions]\n\tobjectFormat = {hashing}\n"
_BOTH_ADDED = {"2", "3"}
"""The stages that git tells of a path which ours and theirs have and what they come from has not."""
_GREP = ("grep", "--name-only", "--null", "--text", "--basic-regexp", "--full-name", "--no-recurse-submodules")
_ESCAPES = (r"\\[uUx]", r"\\[[:space:]]*$")
"""How YAML may spell a character or go on in the next line, so that a number can't be found as it is."""
_MERGE = ("merge-tree", "--stdin", "--no-messages", "--allow-unrelated-histories", "-z")


@dataclass(frozen=True, slots=True)
class Remade:
    """What merging two revisions afresh gives: a tree, and the paths that a person must settle.

    ``both_added`` are those of them that neither side had when they parted.
    """

    tree: str
    conflict: tuple[str, ...] = ()
    both_added: tuple[str, ...] = ()


class History:
    """The history of one repository; objects are read through ``objects``."""

    def __init__(self, folder: Path, objects: Objects) -> None:
        self.folder, self.objects = folder, objects
        self._readers: dict[tuple[str, ...], Reader] = {}
        self._schemas: dict[str, Schemas | None] = {}

    def revision(self, *names: str) -> str:
        """The commit that the first known of several names stands for; RevisionError where none is known."""
        for name in names:
            try:
                return self.objects.commit(name).id
            except RevisionError:
                continue
        raise RevisionError(names[0])

    def whole(self) -> None:
        """Raises ShallowError unless all of history is here, RevisionError where there is no repository."""
        try:
            shallow = line(self.folder, "rev-parse", "--is-shallow-repository")
        except GitError as error:
            raise RevisionError(str(error)) from error
        if shallow != "false":
            raise ShallowError(str(self.folder))

    def first_parents(self, since: str, tip: str) -> list[str]:
        """The commits of the main branch after ``since``, oldest first; RevisionError unless it leads to ``tip``."""
        wanted = (tip, f"^{self.revision(since)}")
        listed = git(self.folder, "rev-list", "--first-parent", "--reverse", *wanted).decode().split()
        self.objects.leads(since, listed, tip)
        return listed

    def up_to(self, tip: str) -> frozenset[str]:
        """The commits of the main branch up to a tip, and the tip."""
        return frozenset(git(self.folder, "rev-list", "--first-parent", tip).decode().split())

    def leads(self, since: str, tip: str) -> bool:
        """Whether a commit lies on the line of first parents that ends in another; "" does not."""
        try:
            return since == tip or bool(self.first_parents(since, self.revision(tip)))
        except ContentError:
            raise
        except RevisionError:
            return False

    def steps(self, since: str, tip: str) -> Iterator[Step]:
        """The same as steps of an audit, every merge made afresh beside it."""
        commits = [self.objects.commit(one) for one in self.first_parents(since, tip)]
        pairs = [(one.parents[0], one.parents[1]) for one in commits if len(one.parents) == 2]
        remade = dict(zip(pairs, self.remade(pairs), strict=True))
        for one in commits:
            before = self.objects.commit(one.parents[0])
            merge, tree = None, ""
            if len(one.parents) == 2:
                head = self.objects.commit(one.parents[1])
                merge = Merge(before.id, one.id, head.id, before.tree, head.tree, one.tree)
                made = remade[before.id, head.id]
                tree = "" if made.conflict else made.tree
            yield Step(
                one.id,
                one.parents,
                self.rules(before.tree),
                partial(self.proposed, before.tree, one.tree),
                partial(self.registry, before.tree),
                merge,
                tree,
            )

    def proposed(self, before: str, after: str, made: Remade | None = None) -> Proposed:
        """What differs between two trees, with the schemas and registries of both; ``made`` tells of conflicts."""
        differing = tuple(self.objects.differing(before, after))
        olds = {one.path: one.old_id for one in differing if one.old_mode in _FILES}
        news = {one.path: one.new_id for one in differing if one.new_mode in _FILES}
        return Proposed(
            Partial(self.objects, before, {**self._rule_files(before), **olds}),
            Partial(self.objects, after, {**self._rule_files(after), **news}),
            differing,
            self.objects.siblings(after, differing),
            partial(self._reader, after),
            made.conflict if made else (),
            self.schemas(after),
            made.both_added if made else (),
            partial(self.mentioning, before),
        )

    def mentioning(self, tree: str, numbers: Collection[str]) -> list[str]:
        """The item files of a tree in which one of some form numbers may stand: as it is, or spelled by escapes."""
        wanted = [word for text in (*sorted(numbers), *_ESCAPES) for word in ("-e", text)]
        said = git(self.folder, *_GREP, *wanted, tree, "--", "items", fine=(0, 1))
        found = said.decode("utf-8", "surrogateescape").split("\0")
        return [path.removeprefix(f"{tree}:") for path in found if path]

    def schemas(self, tree: str) -> Schemas | None:
        """The schemas of a tree, read once; None where they cannot be read."""
        folder = self.objects.at(tree, "schemas")
        key = folder.id if folder else ""
        if key not in self._schemas:
            try:
                self._schemas[key] = Schemas.of(self.rule_files(tree))
            except SchemaError:
                self._schemas[key] = None
        return self._schemas[key]

    def rules(self, tree: str) -> Rules:
        """Which policy and which roster stand in a tree."""
        policy, roster = self.objects.at(tree, POLICY), self.objects.at(tree, _ROSTER)
        return Rules(policy.id if policy else "", roster.id if roster else "")

    def registry(self, tree: str) -> Registry:
        """The registry of a tree; an empty one where it can't be read, by which nobody may sign."""
        reader = self.reader(tree)
        return reader.registry if reader else registry_files.build({})

    def reader(self, tree: str) -> Reader | None:
        """What reads files by the schemas and registry of a tree; None where the schemas can't be used."""
        try:
            return self._reader(tree)
        except SchemaError:
            return None

    def _reader(self, tree: str) -> Reader:
        """The same, made once. Raises SchemaError."""
        key = tuple(entry.id if (entry := self.objects.at(tree, name)) else "" for name in _RULES)
        if key not in self._readers:
            files = self.rule_files(tree)
            self._readers[key] = Reader(self.schemas(tree) or Schemas.of(files), files)
        return self._readers[key]

    def remade(self, pairs: Sequence[tuple[str, str]]) -> list[Remade]:
        """Every pair merged afresh by git, nothing written into the repository: the trees end with ``objects``."""
        if not pairs:
            return []
        given = "".join(f"{one} {other}\n" for one, other in pairs).encode()
        aside = self._aside
        # Attributes are looked for where git is started, whatever it takes for the work tree.
        said = git(Path(aside["GIT_WORK_TREE"]), *_MERGE, given=given, more=aside)
        fields = said.decode("utf-8", "surrogateescape").split("\0")
        found = []
        place = 0
        while place + 1 < len(fields):
            clean, tree = fields[place] == "1", fields[place + 1]
            place += 2
            stages: dict[str, set[str]] = {}
            while place < len(fields) and fields[place]:
                told, _, path = fields[place].partition("\t")
                stages.setdefault(path, set()).add(told.rpartition(" ")[2])
                place += 1
            place += 1
            both = tuple(path for path, of in stages.items() if of == _BOTH_ADDED)
            found.append(Remade(tree, tuple(stages) or (() if clean else ("",)), both))
        if len(found) != len(pairs):
            raise GitError(f"git merge-tree: {len(found)} of {len(pairs)} merges")
        return found

    def merged(self, base: str, head: str) -> Remade:
        """The tree that merging a head into a base gives."""
        return self.remade([(base, head)])[0]

    def fork(self, base: str, tip: str = "HEAD") -> str:
        """Where a tip, or what is checked out, parted from a revision; RevisionError if they have nothing in common."""
        try:
            return line(self.folder, "merge-base", tip, base)
        except GitError as error:
            raise RevisionError(f"{base}: {error}") from error

    def touching(self, tip: str, path: str) -> list[str]:
        """The commits of the main branch up to a tip that touched a file, newest first."""
        return git(self.folder, "rev-list", "--first-parent", tip, "--", path).decode().split()

    def emails(self, base: str, head: str) -> tuple[str, ...]:
        """The addresses of authors, committers and co-authors of the commits that a head brings."""
        form = "%ae%n%ce%n%(trailers:key=Co-authored-by,valueonly,unfold)"
        said = git(self.folder, "log", f"--format={form}", head, f"^{base}").decode("utf-8", "replace")
        lines = (text.strip() for text in said.split("\n"))
        return tuple({text.rpartition("<")[2].rstrip(">"): None for text in lines if text})

    @cached_property
    def _aside(self) -> Mapping[str, str]:
        """A repository beside this one, of its objects alone: none of its settings, attributes and merge drivers."""
        asked = ("--path-format=absolute", "--git-path", "objects", "--show-object-format")
        store, hashing = line(self.folder, "rev-parse", *asked).split("\n")
        aside = self.objects.aside()
        (aside / "HEAD").write_text("ref: refs/heads/main\n", encoding="utf-8")
        (aside / "config").write_text(_ASIDE.format(hashing=hashing), encoding="utf-8")
        # No branch is ever made there: the folder for them is the empty one that it takes for a work tree.
        (aside / "refs").mkdir()
        return {
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": _quoted(store),
            "GIT_DIR": os.fspath(aside),
            "GIT_WORK_TREE": os.fspath(aside / "refs"),
        }

    def rule_files(self, tree: str) -> Partial:
        """The schemas and the registry of a tree."""
        return Partial(self.objects, tree, self._rule_files(tree))

    def _rule_files(self, tree: str) -> dict[str, str]:
        listed = (one for name in _RULES for one in self.objects.below(tree, name))
        return {path: entry.id for path, entry in listed if entry.mode in _FILES}


def _quoted(path: str) -> str:
    """A path as git reads it in a list that colons divide."""
    escaped = path.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
