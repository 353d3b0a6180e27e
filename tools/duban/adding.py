"""A file's bytes, a place that is not there yet and what belongs there → the file with only lines or signs added."""

from __future__ import annotations

import copy
from typing import Any

import yaml

from duban.finding import Pointer
from duban.model import Data
from duban.parse import parse
from duban.schema import Field
from duban.writing import flow, key_lines, member_lines


class NoPlaceError(Exception):
    """Nothing can be added there without touching what stands: it is there already, or written in a way too odd."""


def with_entry(content: bytes, name: str, entry: Data, root: Field) -> bytes:
    """``content`` with ``entry`` at the end of its top-level list ``name``, or with that list where it has none."""
    before, _ = parse(name, content)
    if not isinstance(before, dict) or not isinstance(before.get(name, []), list):
        raise NoPlaceError(name)
    return with_part(content, (name, len(before.get(name, ()))), entry, root)


def with_part(content: bytes, pointer: Pointer, value: Any, root: Field) -> bytes:
    """``content`` with ``value`` at a pointer where nothing stands; every byte that stands is kept, in its order.

    A key goes to its place in the schema's order, a member to the end of its list; containers that are not
    there come with it. Reading the result gives the data with the value, else NoPlaceError is raised.
    """
    before, problems = parse("", content)
    if problems or not isinstance(before, dict):
        raise NoPlaceError(pointer)
    text = content.decode()
    text += "" if text.endswith("\n") else "\n"
    node: Any = yaml.compose(text, Loader=yaml.CBaseLoader)
    depth, node = _deepest(node, pointer)
    part, *rest = pointer[depth:] or [""]
    if part == "":
        raise NoPlaceError(pointer)
    for inner in reversed(rest):
        value = [value] if inner == 0 else {inner: value}
    here = root.at(pointer[:depth])
    if here is None or root.at(pointer) is None or isinstance(node, yaml.ScalarNode):
        raise NoPlaceError(pointer)
    expected = _set(before, pointer[: depth + 1], value)
    if node.flow_style:
        made = _in_flow(text, node, part, value)
    elif isinstance(node, yaml.MappingNode):
        made = _in_mapping(text, node, str(part), value, here)
    else:
        name = next((str(one) for one in reversed(pointer[:depth]) if isinstance(one, str)), "")
        made = _in_sequence(text, node, name, value, here)
    after, problems = parse("", made.encode())
    if problems or after != expected:
        raise NoPlaceError(pointer)
    return made.encode()


def _deepest(node: Any, pointer: Pointer) -> tuple[int, Any]:
    """How much of a pointer is there, and the node that it leads to."""
    for depth, part in enumerate(pointer):
        if isinstance(node, yaml.MappingNode):
            found = next((value for key, value in node.value if key.value == part), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            found = node.value[part]
        else:
            found = None
        if found is None:
            return depth, node
        node = found
    return len(pointer), node


def _set(data: Any, pointer: Pointer, value: Any) -> Any:
    """A copy of the data with the value at a pointer whose container is there."""
    whole = here = copy.deepcopy(data)
    for part in pointer[:-1]:
        here = here[part]
    last = pointer[-1]
    if isinstance(here, dict):
        here[last] = value
    elif last == len(here):
        here.append(value)
    else:
        raise NoPlaceError(pointer)
    return whole


def _in_flow(text: str, node: Any, part: str | int, value: Any) -> str:
    """Before the closing bracket of what stands on one line."""
    end = node.end_mark.index - 1
    said = flow(value) if isinstance(node, yaml.SequenceNode) else f"{part}: {flow(value)}"
    at = len(text[:end].rstrip())
    comma = ", " if node.value and text[at - 1] != "," else " " if node.value else ""
    return f"{text[:at]}{comma}{said}{text[at:]}"


def _in_mapping(text: str, node: Any, part: str, value: Any, here: Field) -> str:
    """A line or more right after the property before it; notes above the one that follows stay with that."""
    lines = text.splitlines(keepends=True)
    order = [*here.properties]
    if part not in order:
        raise NoPlaceError(part)
    later = [key.value in order and order.index(key.value) > order.index(part) for key, _ in node.value]
    earlier = later.index(True) if True in later else len(later)
    # Where a list's dash stands before the first key, nothing can go before it.
    at_top = earlier == 0 and node.start_mark.column == 0
    at = node.start_mark.line if at_top else _last_line(node.value[max(earlier, 1) - 1][1], lines) + 1
    indent = " " * node.start_mark.column
    return _inserted(lines, at, key_lines(part, value, here.properties[part], indent))


def _in_sequence(text: str, node: Any, name: str, value: Any, here: Field) -> str:
    """A dash more, as far moved in as the others."""
    lines = text.splitlines(keepends=True)
    indent = " " * node.start_mark.column
    return _inserted(lines, _last_line(node, lines) + 1, member_lines(name, value, here, indent))


def _last_line(node: Any, lines: list[str]) -> int:
    """The last line that a node stands on, counted from 0; what libyaml counts with it, notes and blanks, is not."""
    if isinstance(node, yaml.ScalarNode):
        line = node.end_mark.line
        if node.style in ("|", ">"):
            line -= node.end_mark.column == 0
            while line > node.start_mark.line and not lines[min(line, len(lines) - 1)].strip():
                line -= 1
        return int(line)
    if node.flow_style or not node.value:
        return int(node.end_mark.line)
    last = node.value[-1]
    return _last_line(last[1] if isinstance(node, yaml.MappingNode) else last, lines)


def _inserted(lines: list[str], at: int, added: list[str]) -> str:
    return "".join([*lines[:at], *(f"{line}\n" for line in added), *lines[at:]])
