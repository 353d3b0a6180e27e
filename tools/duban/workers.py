"""Files to be read → their readings, by several processes where there are enough of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import orjson

from duban.load import Spread, in_turn
from duban.model import Tree
from duban.processes import in_blocks, over_cores
from duban.reader import Reader, Reading
from duban.store import Packed

_WORTH_IT = 400
_BLOCK = 200
Advance = Callable[[int, int], None]


def spread_over(processes: int | None = None, advance: Advance | None = None) -> Spread:
    """Read by that many processes (all cores for None); ``advance`` is told how far it is."""

    def spread(reader: Reader, tree: Tree, paths: list[str]) -> Iterator[tuple[str, Reading]]:
        source = in_turn(reader, tree, paths)
        if len(paths) >= _WORTH_IT:
            source = _by_processes(reader, tree, paths, processes)
        for count, found in enumerate(source, 1):
            if advance is not None and count % 50 == 0:
                advance(count, len(paths))
            yield found

    return spread


def _by_processes(reader: Reader, tree: Tree, paths: list[str], processes: int | None) -> Iterator[tuple[str, Reading]]:
    def work(block: Sequence[str]) -> list[tuple[str, Reading, bytes]]:
        # A function goes to no other process: what it gives is sent beside the reading, packed.
        return [
            (path, replace(reading, data=None), orjson.dumps(reading.data()) if reading.data else b"")
            for path, reading in in_turn(reader, tree, block)
        ]

    for readings in over_cores(in_blocks(paths, _BLOCK), work, processes):
        for path, reading, data in readings:
            yield path, replace(reading, data=Packed(data)) if data else reading
