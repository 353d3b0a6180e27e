"""What was typed so far on a command line → the ids, entries and fields that it may become, for bash, zsh and fish."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from duban.filing import identity_at, is_in_place
from duban.model import Tree, text_pointer
from duban.numbering import path_of
from duban.openings import openings
from duban.parse import parse
from duban.repository import tree_of
from duban.repository.error import LedgerError
from duban.rules.amendments import effective
from duban.schema import Schemas


def complete_ids(prefix: str, parsed_args: argparse.Namespace, **_: Any) -> list[str]:
    """The ids of items that begin so."""
    return [identity for identity in _ids(_tree(parsed_args)) if identity.startswith(prefix)]


def complete_entries(prefix: str, parsed_args: argparse.Namespace, **_: Any) -> list[str]:
    """Of ``add``: the ids, and the entries that the item named may be given; of no item, every kind of entry."""
    tree = _tree(parsed_args)
    words: Sequence[str] = getattr(parsed_args, "words", None) or ()
    identity = next((word for word in words if path_of(word) in tree), "")
    names = [] if any(word in tree or word == identity for word in words[1:]) else _entries(tree, identity)
    found = [*names, *([] if identity else _ids(tree))]
    return [one for one in dict.fromkeys(found) if one.startswith(prefix)]


def complete_fields(prefix: str, parsed_args: argparse.Namespace, **_: Any) -> list[str]:
    """Of ``amend``: the fields that the item has."""
    record = _record(_tree(parsed_args), parsed_args.item)
    return [one for one in _fields(record, ()) if one.startswith(prefix)]


def _tree(options: argparse.Namespace) -> Tree:
    try:
        return tree_of(Path(getattr(options, "folder", ".")))
    except LedgerError:
        return {}


def _ids(tree: Tree) -> Iterator[str]:
    return (identity_at(path) for path in tree if path.startswith("items/") and is_in_place(path))


def _record(tree: Tree, identity: str) -> dict[str, Any]:
    """An item as it stands; empty where it cannot be read."""
    content = tree.get(path_of(identity))
    data, _ = parse("", content) if content is not None else (None, [])
    return effective(data) if isinstance(data, dict) else {}


def _entries(tree: Tree, identity: str) -> list[str]:
    root = Schemas.of(tree).field("item")
    record = _record(tree, identity) if identity else {}
    if record:
        return [one.field.entry or one.name for one in openings(record, root)]
    return [
        entry for name, child in root.properties.items() if (entry := (child.items or child).entry) and name != "intake"
    ]


def _fields(node: Any, pointer: tuple[str | int, ...]) -> Iterator[str]:
    children: Any = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    if pointer and not isinstance(node, dict):
        yield text_pointer(pointer)
    for key, value in children:
        if key not in ("signed", "amendments", "id", "secrecy"):
            yield from _fields(value, (*pointer, key))
