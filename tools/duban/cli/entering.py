"""What was filled in → what the check finds new in the ledger with it, and the file: shown, confirmed and written."""

from __future__ import annotations

import difflib
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from duban.adding import NoPlaceError, with_part
from duban.calendar import WorkCalendar
from duban.cli.context import CLEAN, FINDINGS, Context, UsageError, refused
from duban.finding import Finding, Pointer
from duban.known import Known
from duban.model import Data, Item, Tree
from duban.prefill import Clerk, Filling, Silent
from duban.reader import Reader
from duban.repository.error import ChangedError
from duban.repository.whole import create_whole, replace_whole
from duban.rules.amendments import effective
from duban.schema import Field, Schemas
from duban.status import Status, status

if TYPE_CHECKING:
    from duban.cli.terminal import Terminal

_AROUND = 2
"""So many lines of the file are shown before and after what is new in it."""


class Standing(NamedTuple):
    """An item as it stands: its file, its effective record, and its status on the day, None where it was not there."""

    path: str
    content: bytes
    record: Data
    status: Status | None


class Draft(NamedTuple):
    """What was filled in, and the file with it; ``before`` is the file as it was read, None for a new one."""

    value: Any
    path: str
    content: bytes
    before: bytes | None = None


class Desk:
    """The ledger as whoever fills something in works on it; ``terminal`` is there where somebody can be asked."""

    def __init__(self, context: Context) -> None:
        self.context, self.day = context, context.day()
        self.tree: Tree = context.tree()
        self.readings = context.readings(self.tree)
        if self.readings.schemas is None or not self.readings.registry.policy:
            raise UsageError(context.text("cli.registry_broken"))
        self.schemas: Schemas = self.readings.schemas
        self.registry = self.readings.registry
        self.calendar = WorkCalendar.of(self.registry)
        self.root: Field = self.schemas.field("item")

    @cached_property
    def terminal(self) -> Terminal | None:
        """The terminal, None where there is none."""
        if not sys.stdin.isatty():
            return None
        from duban.cli.terminal import Terminal

        items = {reading.facts.id for reading in self.readings.items.values()}
        return Terminal(self.context.text, self.schemas, self.registry, self.calendar, items)

    def known(self, record: Data) -> Known:
        """What the ledger knows of a record today."""
        return Known(record, self.registry, self.calendar, self.day, self.readings.form_numbers())

    def filling(self, record: Data, skipped: frozenset[str] = frozenset(), earlier: Any = None) -> Filling:
        """A form about a record, filled in by whoever is there."""
        clerk: Clerk = self.terminal or Silent()
        return Filling(self.known(record), clerk, skipped, earlier)

    def role(self, role: str) -> str:
        """What a role is called; its own code where the catalogues lack it."""
        text = self.context.text
        return text(f"role.{role}") if text.has(f"role.{role}") else role

    def standing(self, identity: str) -> Standing:
        """An item of the ledger. Raises UsageError where there is none, or its file is broken."""
        text = self.context.text
        path = next((path for path, one in self.readings.items.items() if one.facts.id == identity), "")
        if not path:
            raise UsageError(text("enter.no_item", id=identity))
        data = self.readings.items[path].data
        if data is None:
            raise UsageError(text("enter.broken", path=path))
        item: Item | None = self.readings.items_on(self.day, {identity}).get(identity)
        known = status(item, self.day, self.registry.policy, self.calendar) if item else None
        return Standing(path, self.tree[path], effective(data()), known)

    def with_parts(self, item: Standing, parts: Mapping[Pointer, Any], value: Any) -> Draft:
        """The item's file with parts added, every other byte as it is. Raises UsageError where there is no place."""
        content = item.content
        try:
            for pointer, part in parts.items():
                content = with_part(content, pointer, part, self.root)
        except NoPlaceError as error:
            raise UsageError(self.context.text("enter.no_place", path=item.path)) from error
        return Draft(value, item.path, content, item.content)

    def findings(self, path: str, content: bytes) -> list[Finding]:
        """What the check finds in the ledger with this file and does not find without it."""
        reading = Reader(self.schemas, self.tree).read(path, content)
        after = replace(
            self.readings, tree=_Overlaid(self.tree, path, content), items={**self.readings.items, path: reading}
        )
        before = Counter(map(_name, self.readings.findings(self.day)))
        return [one for one in after.findings(self.day) if not _was_there(_name(one), before)]

    def enter(self, drafted: Callable[[Any], Draft], owed: Collection[str] = (), *, told: bool = True) -> int:
        """Have something filled in until nothing is wrong with it, or nobody wants to go on; write it once agreed to.

        ``drafted`` gets what was filled in the time before, None the first time; ``owed`` are the codes of what
        another file is to put right in the same pull request. Where the file stands goes to standard output, unless
        somebody else has to be ``told`` there.
        """
        text, earlier = self.context.text, None
        while True:
            draft = drafted(earlier)
            found = [one for one in self.findings(draft.path, draft.content) if one.code not in owed]
            if not any(one.severity == "error" for one in found):
                break
            refused(found, text)
            if self.terminal is None or not self.terminal.agrees(text("enter.again"), default=True):
                return FINDINGS
            earlier = draft.value
        for one in found:
            sys.stderr.write(f"{one.code} {text.message(one)} {text.fix(one)}\n")
        if self.terminal is not None:
            sys.stderr.write("".join(_shown(draft.before or b"", draft.content)))
            if not self.terminal.agrees(text("enter.write", path=draft.path), default=True):
                sys.stderr.write(text("enter.dropped") + "\n")
                return CLEAN
        self._write(draft)
        if told:
            sys.stdout.write(f"{draft.path}\n")
        return CLEAN

    def _write(self, draft: Draft) -> None:
        """Put the file in the place of the one that was read. Raises UsageError where that is no longer as it was."""
        target, text = self.context.folder / draft.path, self.context.text
        try:
            if draft.before is None:
                create_whole(target, draft.content)
            else:
                replace_whole(target, draft.before, draft.content)
        except FileExistsError as error:
            raise UsageError(text("new.exists", path=draft.path)) from error
        except ChangedError as error:
            raise UsageError(text("enter.changed", path=draft.path)) from error


class _Overlaid(Mapping[str, bytes]):
    """A tree with one file otherwise."""

    def __init__(self, tree: Tree, path: str, content: bytes) -> None:
        self._tree, self._path, self._content = tree, path, content

    def __getitem__(self, path: str) -> bytes:
        return self._content if path == self._path else self._tree[path]

    def __iter__(self) -> Iterator[str]:
        return iter({*self._tree, self._path})

    def __len__(self) -> int:
        return len({*self._tree, self._path})


def _name(one: Finding) -> tuple[str, str, str]:
    """A finding wherever in its file it stands: lines move when something is added."""
    return one.path, one.code, str(sorted(one.details.items()))


def _was_there(name: tuple[str, str, str], before: Counter[tuple[str, str, str]]) -> bool:
    before[name] -= 1
    return before[name] >= 0


def _shown(before: bytes, after: bytes) -> Iterator[str]:
    """What is new in a file, with a few lines around."""
    lines = difflib.unified_diff(
        before.decode().splitlines(keepends=True), after.decode().splitlines(keepends=True), n=_AROUND
    )
    for line in lines:
        if not line.startswith(("---", "+++", "@@")):
            yield line if line.endswith("\n") else f"{line}\n"
