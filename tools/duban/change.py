"""A tree before and a tree after → the entries that were added, and what is not add-only."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any, NamedTuple

import orjson

from duban.filing import identity_at, is_record, kind_at
from duban.finding import Finding, Pointer, Problem
from duban.load import place
from duban.model import Data, Tree, text_pointer
from duban.parse import parse
from duban.part import SCANS
from duban.paths import shown
from duban.schema import Field, SchemaError, Schemas
from duban.violation import problems

_HEAD = "intake"
"""The entry that an item's head belongs to: it is signed for when the item is registered."""


@dataclass(frozen=True, slots=True)
class Added:
    """An entry that the change brings, or what it adds to one: its item, its place in the file after, its kind.

    A report is an entry as a whole: ``item`` is its id (``2019/087``) and ``entry`` is "". Of a
    year's assessment ``item`` is the year. ``path`` is the file, for a place may give no id of its own.
    """

    item: str
    entry: str
    kind: str
    path: str


@dataclass(frozen=True, slots=True)
class Change:
    """What lies between two trees, and why it may not stand (findings on the tree after).

    ``touched`` names what was signed before and is no longer as it was: item and pointer ("" for
    the whole). ``unreadable`` tells what is wrong in files that could not be read before either:
    nobody can sign what cannot be read.
    """

    added: tuple[Added, ...] = ()
    findings: tuple[Finding, ...] = ()
    touched: tuple[tuple[str, str], ...] = ()
    unreadable: tuple[Finding, ...] = ()


def change(before: Tree, after: Tree, schemas: Schemas | None = None) -> Change:
    """Compare data, not text: indenting anew or moving a comment is no change.

    Only what was readable before is protected; a file that was broken may be mended. The trees may
    leave out files that are the same in both, but not the schemas, unless those of ``after`` are given.
    """
    try:
        comparison = _Comparison(schemas or Schemas.of(after))
        comparison.run(before, after)
    except SchemaError as error:
        return Change((), (Finding(shown(error.path), 1, 1, "D809", {"problem": error.problem}),))
    return Change(
        tuple(comparison.added),
        tuple(comparison.findings),
        tuple(dict.fromkeys(comparison.touched)),
        tuple(comparison.unreadable),
    )


def digest_of(data: Any) -> str:
    """SHA-256 of data however it is spelled: its JSON with keys in order."""
    return hashlib.sha256(orjson.dumps(data, option=orjson.OPT_SORT_KEYS)).hexdigest()


def identity_of(path: str) -> str:
    """The id that a file's place gives it, as it can be written anywhere."""
    return identity_at(shown(path))


class _Comparison:
    """One comparison under way: what it has found so far."""

    def __init__(self, schemas: Schemas) -> None:
        self.schemas = schemas
        self.added: list[Added] = []
        self.findings: list[Finding] = []
        self.touched: list[tuple[str, str]] = []
        self.unreadable: list[Finding] = []

    def run(self, before: Tree, after: Tree) -> None:
        files = {path for path in (*before, *after) if is_record(path)}
        standing = {identity_of(path): path for path in after if path in files}
        for path in sorted(files):
            if path not in after:
                self._gone(path, standing)
            elif path not in before or before[path] != after[path]:
                self._file(path, before.get(path), after[path])
        for path in sorted(path for path in before if path.startswith(SCANS)):
            if path not in after or before[path] != after[path]:
                self.findings.append(Finding(shown(path), 1, 1, "D907", {"file": shown(path)}))

    def _gone(self, path: str, standing: Mapping[str, str]) -> None:
        identity = identity_of(path)
        self.touched.append((identity, ""))
        if identity in standing:
            self.findings.append(Finding(shown(standing[identity]), 1, 1, "D904", {"old_path": shown(path)}))
        else:
            self.findings.append(Finding(shown(path), 1, 1, "D902", {"id": identity}))

    def _file(self, path: str, before: bytes | None, after: bytes) -> None:
        name = kind_at(path)
        root, identity, given, path = self.schemas.field(name), identity_of(path), path, shown(path)
        old = parse(path, before)[0] if before is not None else None
        new, slips = parse(path, after)
        if new is not None and (misfits := problems(self.schemas, name, new)):
            slips = place(path, after, misfits)
        if slips:
            if old is not None and not problems(self.schemas, name, old):
                self.touched.append((identity, ""))
                self.findings.append(Finding(path, 1, 1, "D906", {"id": identity}))
            else:
                self.unreadable += slips
            return
        if old is None:
            brought = [*_entries(new, root, ())] or [((), root.head)]
        else:
            broken = list(_compare(old, new, root, (), in_entry=False))
            self.findings += place(path, after, (one.problem for one in broken))
            touched = (_signed_with(pointer, root) for one in broken for pointer in one.pointers)
            self.touched += [(identity, text_pointer(pointer)) for pointer in touched]
            brought = [*_added(old, new, root, (), root.head)]
            self.findings += place(path, after, _closed(old, brought, root))
        self.added += [Added(identity, text_pointer(pointer), kind, given) for pointer, kind in brought]


class _Broken(NamedTuple):
    """What is not add-only: the problem, at a place that is still there, and what is no longer as it was."""

    problem: Problem
    pointers: Sequence[Pointer]


def _signed_with(pointer: Pointer, root: Field) -> Pointer:
    """The pointer itself within an entry; what belongs to the head was signed with the first entry."""
    here = root.at(pointer[:1])
    listed = here.items if here is not None and here.items is not None else here
    if root.entry or (listed is not None and listed.entry):
        return pointer
    return (_HEAD,) if _HEAD in root.properties else ()


def _closed(old: Data, brought: Iterable[tuple[Pointer, str]], root: Field) -> Iterator[Problem]:
    """D908: what is added beside an entry that had closed the file before."""
    closing = [name for name, child in root.properties.items() if child.closes and name in old]
    for pointer, _ in brought if closing else ():
        if not pointer or pointer[0] not in closing:
            here = root.at(pointer)
            details = {"entry": here.labels if here else "", "closed": root.properties[closing[0]].labels}
            yield Problem("D908", pointer, details, at_key=True)


def _compare(old: Any, new: Any, here: Field | None, pointer: Pointer, in_entry: bool) -> Iterator[_Broken]:
    """What of the old is gone or changed, and what was added where only signing anew could add it."""
    if here is None:
        if digest_of(old) != digest_of(new):
            yield _Broken(Problem("D901", pointer, {"entry": str(pointer[-1])}), [pointer])
        return
    in_entry = in_entry or bool(here.entry)
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _kept(old, new, here, pointer, in_entry)
        brought: list[tuple[str | int, Field]] = [(key, here.properties[key]) for key in new if key not in old]
    elif isinstance(old, list) and isinstance(new, list) and here.items is not None:
        if gone := [(*pointer, index) for index in range(len(new), len(old))]:
            yield _Broken(Problem("D903", pointer, {"entry": here.labels}, at_key=True), gone)
        for index in range(min(len(old), len(new))):
            yield from _compare(old[index], new[index], here.items, (*pointer, index), in_entry)
        brought = [(index, here) for index in range(len(old), len(new))]
    else:
        if old != new or type(old) is not type(new):
            yield _Broken(Problem("D901", pointer, {"entry": here.labels}), [pointer])
        return
    for part, child in brought:
        if in_entry and not child.may_come_later:
            problem = Problem("D905", (*pointer, part), {"entry": child.labels}, at_key=True)
            yield _Broken(problem, [(*pointer, part)])


def _kept(old: Any, new: Any, here: Field, pointer: Pointer, in_entry: bool) -> Iterator[_Broken]:
    """The same of every property that was there."""
    for key, value in old.items():
        child = here.properties.get(key)
        if key in new:
            yield from _compare(value, new[key], child, (*pointer, key), in_entry)
        else:
            problem = Problem("D903", pointer, {"entry": child.labels if child else str(key)}, at_key=True)
            yield _Broken(problem, [(*pointer, key)])


def _entries(node: Any, here: Field, pointer: Pointer) -> Iterator[tuple[Pointer, str]]:
    if isinstance(node, dict):
        if here.entry:
            yield pointer, here.entry
        for key, value in node.items():
            child = here.properties.get(key)
            if child is not None:
                yield from _entries(value, child, (*pointer, key))
    elif isinstance(node, list) and here.items is not None:
        for index, value in enumerate(node):
            yield from _entries(value, here.items, (*pointer, index))


def _added(old: Any, new: Any, here: Field, pointer: Pointer, kind: str) -> Iterator[tuple[Pointer, str]]:
    """New entries, and what came later to an entry that stood: a signature, a result, a day of finish.

    The latter has the kind of the entry it belongs to, so that nothing is added without a signer.
    """
    kind = here.entry or kind
    pairs: Iterable[tuple[str | int, Any, Field]] = ()
    if isinstance(old, dict) and isinstance(new, dict):
        pairs = ((key, value, here.properties[key]) for key, value in new.items() if key in here.properties)
    elif isinstance(old, list) and isinstance(new, list) and here.items is not None:
        pairs = zip(range(len(new)), new, repeat(here.items))
    for part, value, child in pairs:
        if part in old if isinstance(part, str) else part < len(old):
            yield from _added(old[part], value, child, (*pointer, part), kind)
        else:
            yield from list(_entries(value, child, (*pointer, part))) or [((*pointer, part), kind)]
