"""What ended a command → what a person is told of it and what to do about it, or nothing where it is our own bug."""

from __future__ import annotations

import errno
import os

from duban.cli.context import UsageError
from duban.cli.table import on_one_line
from duban.language import Language
from duban.repository.error import (
    ChangedError,
    ContentError,
    GenesisError,
    GitError,
    LedgerError,
    RevisionError,
    ShallowError,
    SigningKeyError,
)

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_FORBIDDEN = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


def told(error: Exception, text: Language) -> str | None:
    """What a person is told, None for a bug. Files of ours are written whole or not at all: running again is safe."""
    # What git and the system say may hold a name that somebody made up.
    problem = on_one_line(str(error))
    match error:
        case UsageError():
            return str(error)
        case LedgerError():
            return text("cli.no_ledger", folder=problem)
        case ContentError():
            return text("cli.damaged", problem=problem)
        case ShallowError():
            return text("audit.shallow")
        case GenesisError():
            return text("audit.no_genesis")
        case SigningKeyError():
            return text("record.bad_key", problem=problem)
        case RevisionError():
            return text("cli.no_revision", problem=problem)
        case ChangedError():
            return text("cli.changed", path=problem)
        case GitError():
            return text("cli.git", problem=problem)
        case OSError() if error.errno is not None:  # the system's, none that a library made up
            return _refused(error, text)
    return None


def _refused(error: OSError, text: Language) -> str:
    advice = "full" if error.errno in _FULL else "forbidden" if error.errno in _FORBIDDEN else "other"
    # Where a file was to be moved to is what was asked for; what it was written in is our own affair.
    named = error.filename2 or error.filename
    problem = error.strerror or str(error)
    if isinstance(named, str | bytes | os.PathLike):
        problem = f"{os.fsdecode(named)}: {problem}"
    return text("cli.fault", problem=on_one_line(problem), advice=text(f"cli.fault.{advice}"))
