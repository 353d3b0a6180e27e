"""``python recorder_to_kill.py FILE``: records what a pickled city still lacks, and is killed on the way.

The file holds the city, after how many commands the kill comes (0 for none), whether before or
after that command, and after how many seconds at the latest.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any


def die() -> None:
    """The whole group at once, git and ssh-keygen with it, as when a machine loses its power."""
    os.killpg(os.getpgrp(), signal.SIGKILL)


def main(file: Path) -> None:
    city, commands, before, seconds = pickle.loads(file.read_bytes())  # noqa: S301 - written by the test itself
    left = commands
    run = subprocess.run

    def counted(*arguments: Any, **options: Any) -> Any:
        nonlocal left
        left -= 1
        if left == 0 and before:
            die()
        done = run(*arguments, **options)
        if left == 0:
            die()
        return done

    subprocess.run = counted  # type: ignore[assignment]
    if seconds:
        timer = threading.Timer(seconds, die)
        timer.daemon = True
        timer.start()
    city.record()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
