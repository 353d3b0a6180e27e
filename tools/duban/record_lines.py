"""A record's data → lines of a table that hold all of it: where in the record, and what stands there as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from duban.finding import Pointer
from duban.model import Data, text_pointer

HEADS: tuple[tuple[str, str], ...] = (("编号", "Id"), ("位置", "Place"), ("内容", "Content (JSON)"))
"""What the columns are called, in Chinese and English; an import knows a whole record by them."""
_LONGEST = 30_000
"""Characters: a cell of a spreadsheet holds 32,767."""


def record_lines(data: Data) -> Iterator[tuple[str, str, str]]:
    """The lines of one item: its id, a pointer (``/intake``) and the JSON of what stands there; parted where long."""
    for pointer, content in _parts(data, ()):
        yield str(data["id"]), text_pointer(pointer), content


def _parts(value: Any, pointer: Pointer) -> Iterator[tuple[Pointer, str]]:
    content = orjson.dumps(value).decode()
    if pointer and (len(content) <= _LONGEST or not isinstance(value, dict | list)):
        yield pointer, content
        return
    inner = value.items() if isinstance(value, Mapping) else enumerate(value)
    for key, one in inner:
        yield from _parts(one, (*pointer, key))
