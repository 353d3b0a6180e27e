"""A YAML syntax error and the text around it → the slip of the keyboard that most likely caused it."""

from __future__ import annotations

import re

import yaml

from duban.finding import Finding

_WIDE_COLON = re.compile(r"^\s*(?:- )?\s*(?:[A-Za-z_]+|[\u4e00-\u9fff]{2,8})(：)")
_NO_SPACE = re.compile(r"^\s*(?:- )?\s*([a-z_]+):(?=[^\s:/])")

_OPENED = ("quoted scalar", "flow mapping", "flow sequence")
"""What libyaml was reading when the end never came: the slip is where it began."""


def explain_syntax_error(path: str, text: str, error: yaml.MarkedYAMLError) -> Finding:
    """The finding for what libyaml could not read, at the line that is really wrong."""
    never_closed = (error.context or "").endswith(_OPENED)
    mark = error.context_mark if never_closed else error.problem_mark or error.context_mark
    line = mark.line if mark else 0
    lines = text.split("\n")
    # libyaml reports where it gave up, which is often the line after the slip.
    for number in range(min(line, len(lines) - 1), max(line - 3, -1), -1):
        if never_closed:
            break
        if match := _WIDE_COLON.match(lines[number]):
            return Finding(path, number + 1, match.start(1) + 1, "D007", {"line_text": lines[number].strip()})
        if match := _NO_SPACE.match(lines[number]):
            return Finding(path, number + 1, match.end(), "D008", {"key": match[1]})
    if error.context == "while scanning a simple key" and error.context_mark:
        mark = error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    if line >= len(lines):  # libyaml ends a last line that has no end of its own
        line, column = len(lines) - 1, len(lines[-1])
    return Finding(path, line + 1, column + 1, "D006", {"problem": _problem(error)})


def slip_in_text(value: str) -> str | None:
    """The code of the slip that turned ``key: value`` into one text.

    A full-width colon, or a colon with no space after it, makes YAML read both as one.
    """
    if re.match(r"[A-Za-z_]+：", value):
        return "D007"
    if re.match(r"[a-z_]+:\S", value):
        return "D008"
    return None


def _problem(error: yaml.MarkedYAMLError) -> str:
    return error.problem or error.context or ""
