"""Text in the plain form that ``writing`` produces → its data, or None where only a full reader can tell.

A shortcut, never an authority: it gives up at the first line that is not of the plainest kind
(two-space steps, one-line values, no comments within a value), and the tests hold it against the
full reader. It is there to make the check of an unread ledger fast.
"""

from __future__ import annotations

import json
import re
from typing import Any

from duban.scalar import certain_value

_NOT_FIRST = frozenset("-?:,[]{}#&*!|>'\"%@` ")
_SURELY_TEXT = re.compile(r"[\u4e00-\u9fffa-eg-mp-su-xzA-EG-MP-SU-XZ]").match
_QUOTED = re.compile(r'"(?:[^"\\]|\\["\\])*"\Z')
# To libyaml, which finds the places of what is read here, a key of more than 1024 characters is none.
_NAME = re.compile(r"[a-z_]{1,100}\Z").match
_IN_FLOW = re.compile(r"[\[\]{}\"'#]|,(?! )")


class _NotPlain(Exception):  # noqa: N818 - no error, only the end of the shortcut
    """The text is not of the plain kind."""


def read_plain(text: str) -> dict[str, Any] | None:
    """The data of a plain text; None for everything else, right or wrong."""
    if not text.endswith("\n") or "\r" in text:
        return None
    try:
        return _read(text)
    except (_NotPlain, ValueError):
        return None


def _read(text: str) -> dict[str, Any]:  # noqa: PLR0912, PLR0915 - one loop over lines, unrolled for speed
    root: dict[str, Any] = {}
    # Open containers by indentation; a key with nothing after it waits for what the next line holds.
    containers: list[tuple[int, Any]] = [(0, root)]
    waiting: tuple[dict[str, Any], str, int] | None = None
    names: set[str] = set()
    lines = text.split("\n")
    lines.pop()
    for line in lines:
        bare = line.lstrip(" ")
        indent = len(line) - len(bare)
        in_list = bare.startswith("- ")
        if in_list:
            bare = bare[2:]
        elif not bare or bare[0] == "#":
            if not bare:
                raise _NotPlain
            continue
        if waiting is not None:
            parent, name, at = waiting
            if indent != at + 2:
                raise _NotPlain
            container: Any = [] if in_list else {}
            parent[name] = container
            containers.append((indent, container))
            waiting = None
        else:
            while containers[-1][0] > indent:
                containers.pop()
            here, container = containers[-1]
            if here != indent:
                raise _NotPlain
        key, separator, value = bare.partition(": ")
        if not separator and bare.endswith(":"):
            key, separator, value = bare[:-1], ":", ""
        if separator and key not in names:
            if _NAME(key):
                names.add(key)
            elif in_list:
                separator = ""
            else:
                raise _NotPlain
        if in_list:
            if type(container) is not list:
                raise _NotPlain
            if not separator:
                if not bare:
                    raise _NotPlain
                container.append(_value(bare))
                continue
            entry: dict[str, Any] = {}
            container.append(entry)
            indent += 2
            containers.append((indent, entry))
            container = entry
        elif not separator or type(container) is not dict or key in container:
            raise _NotPlain
        if value:
            container[key] = _value(value)
        elif separator == ": ":
            raise _NotPlain
        else:
            container[key] = None
            waiting = (container, key, indent)
    if waiting is not None or not root:
        raise _NotPlain
    return root


def _value(text: str) -> Any:
    if _SURELY_TEXT(text) and ": " not in text and " #" not in text and text[-1] not in ": ":
        return text
    first = text[0]
    if first not in _NOT_FIRST:
        if ": " in text or " #" in text or text[-1] in ": ":
            raise _NotPlain
        return certain_value(text)
    if first == "[" and text[-1] == "]":
        return _flow_list(text[1:-1])
    if first == "{" and text[-1] == "}":
        return _flow_map(text[1:-1])
    if first == '"' and _QUOTED.match(text):
        return json.loads(text)
    raise _NotPlain


def _flow_list(inner: str) -> list[Any]:
    if inner[:1] == "{" and inner[-1:] == "}":
        return [_flow_map(one) for one in inner[1:-1].split("}, {")]
    if _IN_FLOW.search(inner) or ":" in inner:
        raise _NotPlain
    return [_flow_word(word) for word in inner.split(", ")]


def _flow_map(inner: str) -> dict[str, Any]:
    if _IN_FLOW.search(inner):
        raise _NotPlain
    found = {}
    pairs = inner.split(", ")
    for pair in pairs:
        key, _, value = pair.partition(": ")
        found[key] = _flow_word(value)
    if len(found) != len(pairs) or inner.count(":") != len(pairs) or not all(map(_NAME, found)):
        raise _NotPlain
    return found


def _flow_word(word: str) -> Any:
    if not word or word[0] in _NOT_FIRST or word[-1] in " ,":
        raise _NotPlain
    return certain_value(word)
