"""A command run on a terminal of its own, by somebody who reads what it says and types."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_CONTROL = re.compile(r"\x1b(?:\[[0-9;?]*[a-zA-Z]|[()][A-Z0-9]|[=>])|\r")
_PATIENCE = 20


class Typist:
    """Waits for words on the screen, then types; ``seen`` is everything that stood there, without control codes."""

    def __init__(self, process: subprocess.Popen[bytes], end: int) -> None:
        self._process, self._end, self._raw, self._read = process, end, b"", 0

    @property
    def seen(self) -> str:
        return _CONTROL.sub("", self._raw.decode("utf-8", "replace"))

    def sees(self, words: str) -> None:
        """Wait until the words stand there, after those that were waited for before."""
        until = time.monotonic() + _PATIENCE
        while (at := self.seen.find(words, self._read)) < 0:
            assert time.monotonic() < until, f"never saw {words!r} in:\n{self.seen[self._read :]}"
            if not self._more():
                raise AssertionError(f"ended without {words!r}:\n{self.seen}")
        self._read = at + len(words)

    def types(self, keys: str = "") -> None:
        """Type and press Enter."""
        os.write(self._end, f"{keys}\r".encode())

    def presses(self, keys: str) -> None:
        """Press keys, and no Enter."""
        os.write(self._end, keys.encode())

    def says(self, question: str, answer: str = "") -> None:
        """Wait for a question and its prompt, then answer it."""
        self.sees(question)
        self.sees(">")
        self.types(answer)

    def ends(self) -> int:
        """Read until the command ends; its exit code."""
        while self._more():
            pass
        return self._process.wait(_PATIENCE)

    def _more(self) -> bool:
        ready, _, _ = select.select([self._end], [], [], _PATIENCE)
        assert ready, f"silent after:\n{self.seen[-2000:]}"
        try:
            found = os.read(self._end, 65536)
        except OSError:  # how Linux tells that nobody holds the other end any more
            return False
        self._raw += found
        return bool(found)


@contextmanager
def at_terminal(folder: Path, *arguments: str) -> Iterator[Typist]:
    """``duban`` run in a folder on a terminal 100 columns wide."""
    end, other = pty.openpty()
    termios.tcsetwinsize(other, (50, 100))
    surroundings = {**os.environ, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "duban.cli", "-C", str(folder), *arguments],
        stdin=other,
        stdout=other,
        stderr=other,
        env=surroundings,
        start_new_session=True,
    )
    os.close(other)
    try:
        yield Typist(process, end)
    finally:
        process.kill()
        process.wait()
        os.close(end)
