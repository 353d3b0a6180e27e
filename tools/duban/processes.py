"""Blocks of work and what is to be done with one → the results, by as many processes as there are cores."""

from __future__ import annotations

import gc
import multiprocessing
import os
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from multiprocessing.sharedctypes import Synchronized

Block = TypeVar("Block")
Block_co = TypeVar("Block_co", covariant=True)
Result = TypeVar("Result")


class Blocks(Protocol[Block_co]):
    """Blocks of work, whose number is known. They may be made while they are gone over, each time the same ones."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Block_co]: ...


class ProcessError(Exception):
    """A process failed; the message is its traceback, or says that it ended too soon."""


def usable_cores() -> int:
    """Cores that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def over_cores(
    blocks: Blocks[Block], work: Callable[[Block], Result], processes: int | None = None
) -> Iterator[Result]:
    """The result of every block, in no particular order.

    Processes are forked, so that ``work`` sees everything this one has read. They start at once and
    work while this one goes on; whoever asks for the results waits for them. Where the system cannot
    fork, or there is one block or one core, the work is done here, when its results are asked for.
    """
    count = min(processes or usable_cores(), len(blocks))
    if count < 2 or "fork" not in multiprocessing.get_all_start_methods():
        return map(work, blocks)
    context = multiprocessing.get_context("fork")
    started, turn = [], context.Value("L", 0)
    for _ in range(count):
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=_serve, args=(sender, work, _in_turn(blocks, turn)), daemon=True)
        process.start()
        sender.close()
        started.append((process, receiver))
    return _results(started)


def _in_turn(blocks: Iterable[Block], turn: Synchronized[int]) -> Iterator[Block]:
    """The blocks that no other process has taken: whoever is done with one takes the next."""
    mine = _next(turn)
    for number, block in enumerate(blocks):
        if number == mine:
            yield block
            mine = _next(turn)


def _next(turn: Synchronized[int]) -> int:
    with turn.get_lock():
        number = turn.value
        turn.value = number + 1
    return number


def _results(started: Sequence[tuple[BaseProcess, Connection]]) -> Iterator[Any]:
    try:
        yield from _received([receiver for _, receiver in started])
    finally:
        for process, receiver in started:
            receiver.close()
            process.terminate()
            process.join()


def _received(open_ends: list[Connection]) -> Iterator[Any]:
    while open_ends:
        for end in wait(open_ends):
            if not isinstance(end, Connection):
                continue
            try:
                kind, result = end.recv()
            except EOFError as error:
                raise ProcessError("a process ended before its work was done") from error
            if kind == "end":
                open_ends.remove(end)
            elif kind == "fault":
                raise result
            elif kind == "error":
                raise ProcessError(result)
            else:
                yield result


def _serve(sender: Connection, work: Callable[[Any], Any], blocks: Iterable[Any]) -> None:
    gc.disable()
    try:
        for block in blocks:
            sender.send(("result", work(block)))
        sender.send(("end", None))
    except OSError as error:
        # A full disk is the same fault wherever it is met.
        sender.send(("fault", error))
    except BaseException:
        sender.send(("error", traceback.format_exc()))
        raise


def in_blocks(values: Sequence[Block], size: int) -> list[Sequence[Block]]:
    """Values cut into blocks of a size, the last one shorter."""
    return [values[start : start + size] for start in range(0, len(values), size)]
