"""Runs ``record`` in children of its own, which may be killed: one line of JSON asks for each, how it ended answers.

The children are forked from a process that does nothing else, so that each starts at once.
"""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

from duban.memory import Memory
from duban.pull import Pull
from duban.recorder import record
from signing import City


def soon_after(pull: Pull) -> str:
    """An instant that is the same whenever a merge is recorded: so are its receipt, and its commit."""
    return pull.merged_at.replace(":00.000Z", ":30.000Z")


def programs_started(run: Callable[[], object]) -> int:
    """How many programs something starts."""
    started = subprocess.Popen.__init__
    count = 0

    def start(self: Any, *arguments: Any, **options: Any) -> None:
        nonlocal count
        count += 1
        started(self, *arguments, **options)

    with patch.object(subprocess.Popen, "__init__", start):
        run()
    return count


def kill_at(call: int, pause: float) -> None:
    """Kill all of this process group at the nth program that is started, once it has run for a moment."""
    started = subprocess.Popen.__init__
    left = [call]

    def start(self: Any, *arguments: Any, **options: Any) -> None:
        left[0] -= 1
        if left[0] or pause:
            started(self, *arguments, **options)
        if not left[0]:
            time.sleep(pause)
            os.killpg(0, signal.SIGKILL)

    subprocess.Popen.__init__ = start  # type: ignore[method-assign]


def record_all(city: City) -> int:
    memory = Memory(city.folder / ".git" / "nothing")
    return record(city.folder, city.forge, city.key, soon_after, memory).written


def child(asked: dict[str, Any]) -> None:
    with Path(asked["city"]).open("rb") as stream:
        city: City = pickle.load(stream)  # noqa: S301 - written by the test
    city.folder = Path(asked["folder"])
    if asked["call"]:
        kill_at(asked["call"], asked["pause"])
    record_all(city)


def main() -> None:
    for line in sys.stdin:
        asked = json.loads(line)
        pid = os.fork()
        # On both sides, for either may be first: the group is what is killed, with the programs it has started.
        os.setpgid(pid, pid)
        if not pid:
            try:
                child(asked)
            except BaseException:
                os._exit(1)
            os._exit(0)
        if asked["delay"]:
            time.sleep(asked["delay"])
            os.killpg(pid, signal.SIGKILL)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
