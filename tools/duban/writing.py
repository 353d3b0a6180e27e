"""Data and its schema's fields → the text of a YAML file, always the same bytes for the same data.

Keys stand in the schema's order; what reads well on one line (signatures, milestones, short lists of
ids) is written on one line. Keys are the schema's and never need quotes. Reading the text gives the
data back.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from duban.model import Data
from duban.scalar import Ambiguous, plain_value
from duban.schema import Field

_ONE_LINE = frozenset(
    {"signed", "milestones", "milestones_done", "supervisors", "attachments", "countersigns", "days", "cells"}
)
_NOT_FIRST = frozenset("-?:,[]{}#&*!|>'\"%@` \t=")
_SHORT = 100


def file_text(data: Data, root: Field) -> str:
    """The whole text of one file."""
    return "".join(f"{line}\n" for line in _mapping(data, root, ""))


def key_lines(name: str, value: Any, here: Field, indent: str) -> list[str]:
    """The lines of a key with its value in a mapping that is moved in by ``indent``."""
    return [*_value(name, value, here, indent)]


def member_lines(name: str, value: Any, here: Field, indent: str) -> list[str]:
    """The lines of one more member of the list ``name``, its dash moved in by ``indent``."""
    return [*_sequence(name, [value], here.items or here, indent)]


def flow(value: Any) -> str:
    """A value on one line, as it may stand within another that stands on one."""
    return _inner(value)


def scalar(value: Any, *, in_flow: bool = False) -> str:
    """One value: plain where every reader of YAML agrees on it, quoted otherwise."""
    if not isinstance(value, str):
        return json.dumps(value)
    return value if _is_plain(value, in_flow) else json.dumps(value, ensure_ascii=False)


def _mapping(data: Data, here: Field, indent: str) -> Iterator[str]:
    known = [name for name in here.properties if name in data]
    for name in [*known, *(name for name in data if name not in here.properties)]:
        child = here.properties.get(name, here)
        yield from _value(name, data[name], child, indent)


def _value(name: str, value: Any, here: Field, indent: str) -> Iterator[str]:
    if isinstance(value, dict) and value:
        if name in _ONE_LINE:
            yield f"{indent}{name}: {_flow(value)}"
        else:
            yield f"{indent}{name}:"
            yield from _mapping(value, here, indent + "  ")
    elif isinstance(value, list) and value:
        if _fits_on_one_line(value, name):
            yield f"{indent}{name}: {_flow(value)}"
        else:
            yield f"{indent}{name}:"
            yield from _sequence(name, value, here.items or here, indent + "  ")
    elif isinstance(value, str) and _fits_a_block(value):
        yield f"{indent}{name}: {'|' if value.endswith(chr(10)) else '|-'}"
        yield from (f"{indent}  {line}" if line else "" for line in value.removesuffix("\n").split("\n"))
    else:
        yield f"{indent}{name}: {_flow(value)}"


def _sequence(name: str, values: list[Any], here: Field, indent: str) -> Iterator[str]:
    for value in values:
        if isinstance(value, dict) and value and name not in _ONE_LINE:
            lines = list(_mapping(value, here, indent + "  "))
            yield f"{indent}- {lines[0].lstrip()}"
            yield from lines[1:]
        else:
            yield f"{indent}- {_flow(value)}"


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        inner = ", ".join(f"{key}: {_inner(one)}" for key, one in value.items())
        return "{" + inner + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_inner(one) for one in value) + "]"
    return scalar(value)


def _inner(value: Any) -> str:
    return _flow(value) if isinstance(value, dict | list) else scalar(value, in_flow=True)


def _fits_on_one_line(values: list[Any], name: str) -> bool:
    if name == "signed":
        return (
            not any(isinstance(value, dict) and "paper" in value for value in values) and len(_flow(values)) <= _SHORT
        )
    plain = all(isinstance(value, int | float) or (isinstance(value, str) and value.isascii()) for value in values)
    return plain and len(_flow(values)) <= _SHORT


def _is_plain(text: str, in_flow: bool) -> bool:
    if not text or text[0] in _NOT_FIRST or text[-1] in " :" or "\n" in text:
        return False
    if ": " in text or " #" in text or text.startswith(("---", "...")):
        return False
    if in_flow and any(mark in text for mark in ",[]{}:"):
        return False
    value = plain_value(text)
    return isinstance(value, str) and not isinstance(value, Ambiguous) and text.isprintable()


def _fits_a_block(text: str) -> bool:
    lines = text.removesuffix("\n").split("\n")
    return (
        len(lines) > 1
        and not text.endswith("\n\n")
        and bool(lines[0])
        and not lines[0].startswith(" ")
        and all(line.isprintable() and line == line.rstrip() for line in lines)
    )
