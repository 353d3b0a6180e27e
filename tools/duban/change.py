"""A tree before and a tree after → the entries that were added, and what is not add-only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from duban.finding import Finding, Pointer, Problem
from duban.load import place
from duban.model import Tree, text_pointer
from duban.parse import parse
from duban.schema import Field, Schemas

_HEAD = "intake"
"""The kind of entry that an item's head belongs to: it is signed for when the item is registered."""


@dataclass(frozen=True, slots=True)
class Added:
    """An entry that the change brings, or what it adds to one: its item, its place in the file after, its kind."""

    item: str
    entry: str
    kind: str


@dataclass(frozen=True, slots=True)
class Change:
    """What lies between two trees, and why it may not stand (findings on the tree after)."""

    added: tuple[Added, ...]
    findings: tuple[Finding, ...]


def change(before: Tree, after: Tree) -> Change:
    """Compare data, not text: indenting anew or moving a comment is no change.

    Only what was signed and readable before is protected; a file that was broken may be mended.
    """
    schemas = Schemas.of(after)
    root = schemas.field("item")
    added: list[Added] = []
    findings: list[Finding] = []
    moved = {_identity(path): path for path in after if path.startswith("items/")}
    for path in sorted({path for path in (*before, *after) if path.startswith("items/")}):
        identity = _identity(path)
        if path not in after:
            if identity in moved:
                findings.append(Finding(moved[identity], 1, 1, "D904", {"old_path": path}))
            else:
                findings.append(Finding(path, 1, 1, "D902", {"id": identity}))
            continue
        if path in before and before[path] == after[path]:
            continue
        new = _valid(path, after[path], schemas)
        old = _valid(path, before[path], schemas) if path in before else None
        if new is None:
            continue
        if old is None:
            added += (Added(identity, text_pointer(pointer), kind) for pointer, kind in _entries(new, root, ()))
            continue
        findings += place(path, after[path], _compare(old, new, root, (), in_entry=False))
        added += (Added(identity, text_pointer(pointer), kind) for pointer, kind in _added(old, new, root, (), _HEAD))
    return Change(tuple(added), tuple(findings))


def _compare(old: Any, new: Any, here: Field, pointer: Pointer, in_entry: bool) -> Iterator[Problem]:
    """What of the old is gone or changed, and what was added where only signing anew could add it."""
    in_entry = in_entry or bool(here.entry)
    if isinstance(old, dict) and isinstance(new, dict):
        for key, value in old.items():
            if key in new:
                yield from _compare(value, new[key], here.properties[key], (*pointer, key), in_entry)
            else:
                yield Problem("D903", pointer, {"entry": here.properties[key].labels}, at_key=True)
        for key in new:
            if in_entry and key not in old and not here.properties[key].may_come_later:
                yield Problem("D905", (*pointer, key), {"entry": here.properties[key].labels}, at_key=True)
    elif isinstance(old, list) and isinstance(new, list) and here.items is not None:
        if len(new) < len(old):
            yield Problem("D903", pointer, {"entry": here.labels}, at_key=True)
            return
        for index, value in enumerate(old):
            yield from _compare(value, new[index], here.items, (*pointer, index), in_entry)
        if in_entry and not here.may_come_later:
            for index in range(len(old), len(new)):
                yield Problem("D905", (*pointer, index), {"entry": here.labels}, at_key=True)
    elif old != new or type(old) is not type(new):
        yield Problem("D901", pointer, {"entry": here.labels})


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
    pairs: Iterable[tuple[str | int, Any, Field | None]] = ()
    if isinstance(old, dict) and isinstance(new, dict):
        pairs = ((key, value, here.properties.get(key)) for key, value in new.items())
    elif isinstance(old, list) and isinstance(new, list):
        pairs = ((index, value, here.items) for index, value in enumerate(new))
    for part, value, child in pairs:
        if child is None:
            continue
        if part in old if isinstance(part, str) else part < len(old):
            yield from _added(old[part], value, child, (*pointer, part), kind)
        else:
            yield from list(_entries(value, child, (*pointer, part))) or [((*pointer, part), kind)]


def _valid(path: str, content: bytes, schemas: Schemas) -> Any:
    data, _ = parse(path, content)
    return data if data is not None and schemas.validator("item").is_valid(data) else None


def _identity(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".yml")
