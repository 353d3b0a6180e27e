"""The machine's locale → Chinese in arguments, names of files and output, whatever it is."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper

_SAMPLE = "督办"


def speak_chinese() -> None:
    """Start again in UTF-8 where the locale knows no Chinese; nothing that can't be written ends a command."""
    if not _knows_chinese(sys.getfilesystemencoding()):
        os.environ["PYTHONUTF8"] = "1"
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])  # noqa: S606 - ourselves
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _knows_chinese(encoding: str) -> bool:
    try:
        _SAMPLE.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
