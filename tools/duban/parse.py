"""Bytes of one YAML file → plain data, or findings that say what a clerk must mend and where.

PyYAML's event stream is the one authority on YAML (``events``); a file of the plainest kind is read
by a shortcut that agrees with it (``plain``).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Any

from duban.character import UNWANTED
from duban.finding import Finding
from duban.plain import read_plain

SIZE_LIMIT = 512 * 1024

_WIDE_INDENTATION = re.compile(r"^[ -]*([\u00a0\u3000])[ \u00a0\u3000-]*[A-Za-z_]+:", re.MULTILINE)


def parse(path: str, content: bytes) -> tuple[Any, list[Finding]]:
    """The data of a file and its findings; the data is None when any finding is there."""
    text, findings = _decode(path, content)
    if text is None:
        return None, findings
    plain = read_plain(text)
    if plain is not None:
        return plain, []
    # PyYAML takes longer to load than a plain file to read.
    from duban.events import read_events

    return read_events(path, text)


def _decode(path: str, content: bytes) -> tuple[str | None, list[Finding]]:
    if len(content) > SIZE_LIMIT:
        details = {"size": str(len(content) // 1024), "limit": str(SIZE_LIMIT // 1024)}
        return None, [Finding(path, 1, 1, "D005", details)]
    if content[:3] == b"\xef\xbb\xbf" or content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return None, [Finding(path, 1, 1, "D002")]
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = before.count(b"\n") + 1
        column = len(before.rpartition(b"\n")[2].decode(errors="replace")) + 1
        try:
            content.decode("gb18030")
            encoding = "GBK/GB18030"
        except UnicodeDecodeError:
            encoding = "?"
        return None, [Finding(path, line, column, "D001", {"encoding": encoding})]
    unwanted = [match.start() for match in UNWANTED.finditer(text)]
    if "\u3000" in text or "\u00a0" in text:  # legitimate in a text, a slip before a key
        unwanted += [match.start(1) for match in _WIDE_INDENTATION.finditer(text)]
    starts = [0, *(match.end() for match in re.finditer("\n", text))] if unwanted else []
    findings = [
        Finding(path, *_position(starts, offset), "D004")
        if text[offset] == "\t"
        else Finding(path, *_position(starts, offset), "D003", {"character": f"U+{ord(text[offset]):04X}"})
        for offset in sorted(unwanted)
    ]
    return (None, findings) if findings else (text, [])


def _position(starts: list[int], offset: int) -> tuple[int, int]:
    line = bisect_right(starts, offset)
    return line, offset - starts[line - 1] + 1
