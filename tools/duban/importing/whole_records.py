"""Lines that hold whole records, as an export with ``--sheets record`` has them → the records, nothing lost."""

from __future__ import annotations

from typing import Any, NamedTuple

import orjson

from duban.importing.grid import Grid, Place
from duban.importing.table import Table, head_key
from duban.model import Data
from duban.record_lines import HEADS
from duban.rules.amendments import pointer_of
from duban.rules.case import put_at

_KEYS = tuple(head_key("".join(heads)) for heads in HEADS)
KNOWN = frozenset(_KEYS)
_MOST_MEMBERS = 10_000


class Whole(NamedTuple):
    """One record with the cells it was read from; ``broken`` are those that say nothing that can be read."""

    id: str
    data: Data
    rows: tuple[int, int]
    used: list[Place]
    broken: list[Place]


def holds_records(table: Table) -> bool:
    """Whether a table is one of whole records."""
    return tuple(head_key(head.name) for head in table.heads) == _KEYS


def whole_records(table: Table, grid: Grid) -> list[Whole]:
    """The records of a table, in the order in which they begin."""
    found: dict[str, Whole] = {}
    columns = [head.column for head in table.heads]
    for row in table.rows:
        places = [(row, column) for column in columns if (row, column) in grid.cells]
        identity = grid.cells[row, columns[0]].text if (row, columns[0]) in grid.cells else ""
        whole = found.get(identity) or Whole(identity, {}, (row, row), [], [])
        found[identity] = whole._replace(rows=(whole.rows[0], row))
        is_read = len(places) == len(columns) and _put(whole.data, *(grid.cells[place].text for place in places[1:]))
        (whole.used if is_read else whole.broken).extend(places)
    return [*found.values()]


def _put(data: Data, pointer: str, content: str) -> bool:
    try:
        value: Any = orjson.loads(content)
        place = pointer_of(pointer)
        if any(isinstance(part, int) and part > _MOST_MEMBERS for part in place):
            return False
        put_at(data, place, value)
    except (ValueError, TypeError, AttributeError, IndexError):
        return False
    return True
