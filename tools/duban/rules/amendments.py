"""Amendments: an item's data as written → its effective record, and amendments that do not fit."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from duban.finding import Pointer, Problem
from duban.model import Data
from duban.rules.case import value_at

_FIXED = frozenset({"id", "secrecy", "amendments"})
# A deadline moves by an extension that was asked for and decided, never by putting a date right.
_DEADLINES = frozenset({"deadline", "old_deadline", "new_deadline", "applied_on"})
_DEADLINE_HOLDERS = frozenset({"task_notice", "extensions"})


def effective(data: Data) -> Data:
    """The record with its fitting amendments applied, in the order they were made."""
    return amended(data)[0]


def amended(data: Data) -> tuple[Data, list[Problem]]:
    """The effective record, and what amendments were not applied because they do not fit.

    D311, D312: the field exists and may be amended, and the old value is the one that stood.
    """
    amendments = data.get("amendments")
    if not amendments:
        return data, []
    record: Data = copy.deepcopy(data)
    found = []
    for index, amendment in enumerate(amendments):
        pointer = pointer_of(amendment["field"])
        misfit = _misfit(record, pointer, amendment)
        if misfit == "D311":
            found.append(Problem("D311", ("amendments", index, "field"), {"field": amendment["field"]}))
        elif misfit == "D312":
            details = {
                "field": amendment["field"],
                "stands": str(value_at(record, pointer)),
                "claimed": str(amendment["old"]),
            }
            cut = {name: text[:80] for name, text in details.items()}
            found.append(Problem("D312", ("amendments", index, "old"), cut))
        else:
            value_at(record, pointer[:-1])[pointer[-1]] = copy.deepcopy(amendment["new"])
    return record, found


def placed(data: Data, found: Iterable[Problem]) -> Iterator[Problem]:
    """Problems of the effective record, those of an amended value at the amendment that gave it."""
    places = {pointer_of(one["field"]): index for index, one in enumerate(data.get("amendments", ()))}
    for problem in found:
        above = (problem.pointer[:length] for length in range(len(problem.pointer), 0, -1))
        index = next((places[pointer] for pointer in above if pointer in places), None)
        if index is None:
            yield problem
        else:
            yield replace(problem, pointer=("amendments", index, "new"), at_key=False)


def pointer_of(text: str) -> Pointer:
    """``/task_notice/milestones/0/due`` as a pointer."""
    return tuple(int(part) if part.isdigit() else part for part in text.strip("/").split("/"))


def _misfit(record: Data, pointer: Pointer, amendment: Data) -> str | None:
    if pointer[0] in _FIXED or "signed" in pointer or _moves_a_deadline(pointer):
        return "D311"
    try:
        value: Any = value_at(record, pointer)
    except (KeyError, IndexError, TypeError):
        return "D311"
    if _holds_signature(value):
        return "D311"
    return None if value == amendment["old"] else "D312"


def _moves_a_deadline(pointer: Pointer) -> bool:
    return pointer[0] in _DEADLINE_HOLDERS and (pointer[-1] in _DEADLINES or pointer[-2:] == ("decision", "result"))


def _holds_signature(value: Any) -> bool:
    if isinstance(value, dict):
        return "signed" in value or any(map(_holds_signature, value.values()))
    return isinstance(value, list) and any(map(_holds_signature, value))
