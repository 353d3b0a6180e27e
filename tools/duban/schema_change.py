"""The schema files of a tree before and of a tree after → what stood in them and stands no longer as it was.

Schemas only grow (decisions 0033, 0037): what was signed was written by them, and rules read it by their demands.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from duban.finding import Finding, Pointer, Problem
from duban.load import place
from duban.model import Tree, text_pointer
from duban.paths import shown
from duban.schema import FOLDER, SUFFIX

_FREE = frozenset(
    {
        *("title", "x-title-en", "description", "x-description-en", "x-enum-en", "$comment", "examples"),
        *("x-openness", "x-later", "x-from", "x-with", "x-personal", "x-version"),
    }
)
"""What may come, go and change: words for people, who may see a value, when and from where it may come."""
_NAMED = frozenset({"properties", "$defs"})
"""What holds schemas by names that are free: one more says nothing of what was written without it."""

_CHOICES = "enum"
"""What may have more of it: nobody wrote what was not there to choose."""
_IN_ANY_ORDER = frozenset({_CHOICES, "required", "type"})
"""Lists that demand the same however they are ordered."""


def schema_findings(before: Tree, after: Tree, paths: Iterable[str]) -> Iterator[Finding]:
    """D909: a demand of a schema that is gone or another one, or that is new for a field that stood.

    What cannot be read before or after is nobody's demand: of that D809 tells.
    """
    for path in paths:
        if path.startswith(FOLDER) and path.endswith(SUFFIX) and path in before:
            if path not in after:
                yield Finding(shown(path), 1, 1, "D909", {"place": shown(path)})
            elif before[path] != after[path]:
                old, new = _document(before[path]), _document(after[path])
                if old is not None and new is not None:
                    yield from place(shown(path), after[path], map(_problem, _moved(old, new)))


def _problem(pointer: Pointer) -> Problem:
    return Problem("D909", pointer, {"place": text_pointer(pointer)}, at_key=True)


def _document(content: bytes) -> Mapping[str, Any] | None:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _moved(old: Any, new: Any) -> Iterator[Pointer]:
    """Where two schemas differ in what they demand, from top to bottom; by a stack, for they may be deep."""
    todo: list[tuple[Any, Any, Pointer, bool]] = [(old, new, (), False)]
    while todo:
        old, new, pointer, by_name = todo.pop()
        under = pointer[-1] if pointer else ""
        below: list[tuple[Any, Any, Pointer, bool]] = []
        if isinstance(old, dict) and isinstance(new, dict):
            for key in [*old, *(key for key in new if key not in old)]:
                names = not by_name and key in _NAMED
                if not by_name and key in _FREE:
                    continue
                if key in old and key in new:
                    below.append((old[key], new[key], (*pointer, key), names))
                elif key in old or not (by_name or names):
                    yield (*pointer, key)
        elif isinstance(old, list) and isinstance(new, list) and under in _IN_ANY_ORDER:
            kept, added = all(one in new for one in old), any(one not in old for one in new)
            if not kept or (added and under != _CHOICES):
                yield pointer
        elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
            below = [(one, new[index], (*pointer, index), False) for index, one in enumerate(old)]
        elif old != new or type(old) is not type(new):
            yield pointer
        todo += reversed(below)
