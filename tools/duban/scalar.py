"""An unquoted YAML scalar → what it means to every reader, or the mark that readers differ on it."""

from __future__ import annotations

import re
from typing import Any

_DAY = re.compile(r"\d{4}-\d\d-\d\d\Z").match
_INT = re.compile(r"-?(?:0|[1-9]\d{0,15})\Z", re.ASCII)
_FLOAT = re.compile(r"-?(?:0|[1-9]\d*)\.\d+\Z", re.ASCII)
_AMBIGUOUS = re.compile(
    r"[-+]?(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][-+]?\d+)?\Z|[-+]?0(?:x[0-9a-fA-F_]+|o[0-7_]+|b[01_]+)\Z"
    r"|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?\Z"
    r"|(?:yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF|True|TRUE|False|FALSE|Null|NULL|y|Y|n|N)\Z"
    r"|[-+]?\.(?:inf|Inf|INF)\Z|\.(?:nan|NaN|NAN)\Z|=\Z",
    re.ASCII,
)
_CONSTANTS: dict[str, Any] = {"true": True, "false": False, "null": None, "~": None, "": None}
_NOT_PLAIN_TEXT = frozenset("0123456789-+.~=tfnTFNyYoO")


class Ambiguous(str):
    """Text that another YAML reader would take for a number, a boolean or a time."""

    __slots__ = ()


def plain_value(text: str) -> Any:
    """What an unquoted scalar means: text, a number, true, false or nothing."""
    if not text or text[0] in _NOT_PLAIN_TEXT:
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if _INT.match(text):
            return int(text)
        if _FLOAT.match(text):
            return float(text)
        if _AMBIGUOUS.match(text):
            return Ambiguous(text)
    return text


def certain_value(text: str) -> Any:
    """The same, for a reader that wants nothing to do with the rest: ValueError where readers differ."""
    if text and text[0] not in _NOT_PLAIN_TEXT:
        return text
    if _DAY(text):
        return text
    value = plain_value(text)
    if type(value) is Ambiguous:
        raise ValueError(text)
    return value
