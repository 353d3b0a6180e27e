"""A file and what is to be done → done while no other run of ours does the same; a run that is killed lets go."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from duban.repository.error import BusyError


@contextmanager
def held(file: Path) -> Iterator[None]:
    """Hold a file, which is made and stays, against other runs. Raises BusyError where one holds it already."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BusyError(str(file)) from error
        yield
    finally:
        os.close(descriptor)
