"""What was sent to whom ↔ a file that only grows, so that a kill at any moment doubles nothing and loses nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from duban.reminder import Reminder, Told
from duban.repository.error import BusyError
from duban.repository.lock import held
from duban.repository.whole import write_all, write_whole

_LARGE = 1 << 20
"""Bytes from which the file is written anew with only what still counts."""


class JournalError(Exception):
    """The journal is used by another run, or can't be read or written; the message says which."""


class Post(NamedTuple):
    """A person and one of their channels: what is told on one is not known to be told on another."""

    person: str
    channel: str


class Journal:
    """Who was told what, on which channel.

    A line is written before a message is sent and one after. A message whose second line is missing
    broke off: nobody knows whether it arrived. It counts as the day's message, so that nobody gets
    two, and what it said is said again in the next one, marked as perhaps known.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._told: dict[Post, dict[str, int | None]] = {}
        self._unsure: dict[Post, dict[str, int | None]] = {}
        self._day: dict[Post, str] = {}
        self._before: Mapping[str, Told] = {}
        self._stream: int | None = None

    @contextmanager
    def opened(self, before: Callable[[], Mapping[str, Told]], *, read_only: bool = False) -> Iterator[Journal]:
        """Read it and hold it against other runs; ``before`` tells what everybody knew where there is none yet."""
        if read_only:
            self._read(before, read_only=True)
            yield self
            return
        with ExitStack() as until:
            with _told():
                until.enter_context(held(self._file.with_suffix(".lock")))
                self._read(before)
                self._stream = os.open(self._file, os.O_WRONLY | os.O_APPEND)
            until.callback(self._close)
            yield self

    def _close(self) -> None:
        stream, self._stream = self._open_stream, None
        with _told():
            try:
                os.fsync(stream)
            finally:
                os.close(stream)

    def told(self, post: Post) -> Told:
        """What was told there: for certain, or before there was a journal."""
        return {**self._before.get(post.person, {}), **self._told.get(post, {})}

    def unsure(self, post: Post) -> Mapping[str, int | None]:
        """What was sent there last without anybody knowing whether it arrived."""
        return self._unsure.get(post, {})

    def has_written(self, post: Post, day: str) -> bool:
        """Whether a message went there on an ISO day, or may have."""
        return self._day.get(post, "") >= day

    @contextmanager
    def sending(self, post: Post, reminder: Reminder) -> Iterator[Callable[[str], None]]:
        """Around the sending of a message; what is handed over is what went wrong, "" for nothing.

        That it begins is on the disk before it does. How it ended goes there with the next line, or at the end.
        """
        with _told():
            self._append({"begin": [*post], "day": reminder.day, "tells": reminder.tells})
            os.fsync(self._open_stream)

        def ended(problem: str) -> None:
            with _told():
                self._append({"end": [*post], "failed": bool(problem)})

        yield ended

    def tidy(self, given: Mapping[str, Reminder]) -> None:
        """Forget, of a journal that grew large, what is not among today's reminders: it is pending no more."""
        if self._file.stat().st_size <= _LARGE:
            return
        alive = {person: one.tells.keys() for person, one in given.items()}
        for post, told in self._told.items():
            self._told[post] = {key: near for key, near in told.items() if key in alive.get(post.person, ())}
        self._before = {
            person: {key: near for key, near in told.items() if key in alive.get(person, ())}
            for person, told in self._before.items()
        }
        self._rewrite()

    def _rewrite(self) -> None:
        write_whole(self._file, b"".join(orjson.dumps(line) + b"\n" for line in self._as_lines()))

    def _append(self, line: dict[str, Any]) -> None:
        write_all(self._open_stream, orjson.dumps(line) + b"\n", os.fstat(self._open_stream).st_size)
        self._take(line)

    @property
    def _open_stream(self) -> int:
        if self._stream is None:
            raise RuntimeError("the journal is not opened")
        return self._stream

    def _read(self, before: Callable[[], Mapping[str, Told]], *, read_only: bool = False) -> None:
        try:
            content = self._file.read_bytes()
        except FileNotFoundError:
            content = b""
        except OSError as error:
            raise JournalError(str(error)) from error
        whole = content[: content.rfind(b"\n") + 1]
        for line in whole.splitlines():
            try:
                self._take(orjson.loads(line))
            except (ValueError, LookupError, TypeError, AttributeError) as error:
                raise JournalError(f"{self._file}: {error}") from error
        if not whole:
            self._before = before()
        if not read_only and (not whole or len(whole) < len(content)):
            self._rewrite()

    def _take(self, line: dict[str, Any]) -> None:
        if "before" in line:
            self._before = line["before"]
            return
        post = Post(*line.get("begin") or line["end"])
        if "begin" in line:
            self._unsure.setdefault(post, {}).update(line["tells"])
            self._day[post] = line["day"]
        else:
            tells = self._unsure.pop(post, {})
            if line["failed"]:
                self._day.pop(post, None)
            else:
                self._told.setdefault(post, {}).update(tells)

    def _as_lines(self) -> Iterator[dict[str, Any]]:
        yield {"before": self._before}
        for post in dict.fromkeys((*self._told, *self._unsure)):
            day = self._day.get(post, "")
            if post in self._told:
                yield {"begin": [*post], "day": day, "tells": self._told[post]}
                yield {"end": [*post], "failed": False}
            if post in self._unsure:
                yield {"begin": [*post], "day": day, "tells": self._unsure[post]}


@contextmanager
def _told() -> Iterator[None]:
    """What goes wrong with the file, as a JournalError; the journal ends as it was before the line that failed."""
    try:
        yield
    except BusyError as error:
        raise JournalError("busy") from error
    except OSError as error:
        raise JournalError(str(error)) from error
