"""Files that are made and the folder they belong in → written, or compared with what is there."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from difflib import unified_diff
from pathlib import Path

from duban.cli.context import CLEAN, FINDINGS
from duban.cli.table import on_one_line
from duban.language import Language
from duban.repository.whole import write_whole


def kept(folder: Path, made: Mapping[str, bytes], text: Language, *, write: bool) -> int:
    """Write what is not there as it is made, by its path below the folder, or tell of it; the exit code."""
    found = {path: _content(folder / path) for path in made}
    drifted = [path for path in made if found[path] != made[path]]
    for path in drifted:
        if write:
            write_whole(folder / path, made[path])
            sys.stdout.write(f"{path}\n")
        else:
            said = "settings.differs" if found[path] is not None else "settings.missing"
            sys.stdout.write(text(said, file=path) + "\n")
            _print_difference(path, found[path] or b"", made[path])
    if not drifted:
        sys.stdout.write(text("settings.same", count=len(made)) + "\n")
    return FINDINGS if drifted and not write else CLEAN


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _print_difference(path: str, found: bytes, wanted: bytes) -> None:
    before, after = (content.decode("utf-8", "replace").splitlines() for content in (found, wanted))
    for line in unified_diff(before, after, f"a/{path}", f"b/{path}", lineterm="", n=1):
        sys.stdout.write(on_one_line(line) + "\n")
