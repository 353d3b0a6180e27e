"""An output folder → a draft of it beside, which takes its place whole or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path


class Draft:
    """A folder to build in while readers are served from another.

    It begins as what stands there, by links to the same files, so that a build writes only what
    changed; whoever writes a file must put it in the place of the old one, not into it.
    """

    def __init__(self, out: Path) -> None:
        self._out = out
        self.folder = out.parent / f".{out.name}.draft"
        self._record = out.parent / f".{out.name}.manifest.json"
        self.record = out.parent / f".{out.name}.draft.manifest.json"
        self._old = out.parent / f".{out.name}.old"
        self.drop()
        # A run that was killed while its draft took the place of what stood there.
        if not out.exists() and self._old.is_dir():
            self._old.rename(out)
        if out.is_dir():
            shutil.copytree(out, self.folder, copy_function=_linked, symlinks=True)
        if self._record.is_file():
            shutil.copy2(self._record, self.record)

    def publish(self) -> None:
        """Put the draft in the place of what stood there.

        No record lies there meanwhile: it would vouch for files of another build.
        """
        shutil.rmtree(self._old, ignore_errors=True)
        self._record.unlink(missing_ok=True)
        with contextlib.suppress(FileNotFoundError):
            self._out.rename(self._old)
        self.folder.rename(self._out)
        self.record.replace(self._record)
        shutil.rmtree(self._old, ignore_errors=True)

    def drop(self) -> None:
        """Leave nothing of the draft; what stands there stays."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.record.unlink(missing_ok=True)


def _linked(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
