"""Files to be read → their readings, by as many processes as the machine has cores for the work."""

from __future__ import annotations

import gc
import multiprocessing
import os
import traceback
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection, wait

import orjson

from duban.load import Spread, in_turn
from duban.model import Tree
from duban.reader import Reader, Reading
from duban.store import Packed

_WORTH_IT = 400
_BLOCK = 200
Advance = Callable[[int, int], None]


class WorkerError(Exception):
    """A reading process failed; the message is its traceback."""


def spread_over(processes: int, advance: Advance | None = None) -> Spread:
    """Read by that many processes where there is enough to read; ``advance`` is told how far it is."""

    def spread(reader: Reader, tree: Tree, paths: list[str]) -> Iterator[tuple[str, Reading]]:
        alone = processes < 2 or len(paths) < _WORTH_IT or "fork" not in multiprocessing.get_all_start_methods()
        source = in_turn(reader, tree, paths) if alone else _by_processes(reader, tree, paths, processes)
        for count, found in enumerate(source, 1):
            if advance is not None and count % 50 == 0:
                advance(count, len(paths))
            yield found

    return spread


def usable_cores() -> int:
    """Cores that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _by_processes(reader: Reader, tree: Tree, paths: list[str], count: int) -> Iterator[tuple[str, Reading]]:
    context = multiprocessing.get_context("fork")
    blocks = [paths[start : start + _BLOCK] for start in range(0, len(paths), _BLOCK)]
    workers = []
    for number in range(count):
        receiver, sender = context.Pipe(duplex=False)
        worker = context.Process(target=_work, args=(sender, reader, tree, blocks[number::count]), daemon=True)
        worker.start()
        sender.close()
        workers.append((worker, receiver))
    try:
        yield from _received([receiver for _, receiver in workers])
    finally:
        for worker, receiver in workers:
            receiver.close()
            worker.terminate()
            worker.join()


def _received(open_ends: list[Connection]) -> Iterator[tuple[str, Reading]]:
    while open_ends:
        for end in wait(open_ends):
            if not isinstance(end, Connection):
                continue
            try:
                rows = end.recv()
            except EOFError as error:
                raise WorkerError("a reading process ended before its work was done") from error
            if rows is None:
                open_ends.remove(end)
            elif isinstance(rows, str):
                raise WorkerError(rows)
            else:
                for path, row, data in rows:
                    yield path, Reading.from_row(row, Packed(data))


def _work(sender: Connection, reader: Reader, tree: Tree, blocks: list[list[str]]) -> None:
    gc.disable()
    try:
        for block in blocks:
            rows = []
            for path, reading in in_turn(reader, tree, block):
                rows.append((path, reading.as_row(), orjson.dumps(reading.data() if reading.data else None)))
            sender.send(rows)
        sender.send(None)
    except BaseException:
        sender.send(traceback.format_exc())
        raise
