"""A file's bytes and new values for some of its scalars → the file with those scalars written anew and nothing else."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any

import yaml

from duban.finding import Pointer
from duban.parse import parse


class NotReplacedError(Exception):
    """A value cannot be replaced without touching what stands around it."""


def with_values(content: bytes, values: Mapping[Pointer, str]) -> bytes:
    """``content`` with other texts at pointers where texts stand; quotes, notes and line ends stay as they are.

    Reading the result gives the data with the values, else NotReplacedError is raised.
    """
    before, problems = parse("", content)
    if problems:
        raise NotReplacedError
    text = content.decode()
    root: Any = yaml.compose(text, Loader=yaml.CBaseLoader)
    places = sorted(((_scalar(root, pointer), new) for pointer, new in values.items()), key=lambda one: _start(one[0]))
    for node, new in reversed(places):
        start, end = node.start_mark.index, node.end_mark.index
        text = text[:start] + _written(text[start:end], node.value, new) + text[end:]
    made = text.encode()
    after, problems = parse("", made)
    if problems or after != _with(before, values):
        raise NotReplacedError
    return made


def _start(node: Any) -> int:
    return int(node.start_mark.index)


def _scalar(root: Any, pointer: Pointer) -> Any:
    node = root
    for part in pointer:
        if isinstance(node, yaml.MappingNode):
            node = next((value for key, value in node.value if key.value == part), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
        else:
            node = None
    if not isinstance(node, yaml.ScalarNode):
        raise NotReplacedError
    return node


def _written(source: str, old: str, new: str) -> str:
    """A scalar's source with another value: in its own quotes, unless it was spelled by escapes."""
    return source.replace(old, new) if source.count(old) == 1 else json.dumps(new, ensure_ascii=False)


def _with(data: Any, values: Mapping[Pointer, str]) -> Any:
    whole = copy.deepcopy(data)
    for (*above, last), new in values.items():
        here = whole
        for part in above:
            here = here[part]
        here[last] = new
    return whole
