"""A git or ssh-keygen command and its input → its output, with nobody's settings in between."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Collection, Mapping
from pathlib import Path

from duban.repository.error import GitError

_PLAIN = (
    "-c",
    "safe.directory=*",
    "-c",
    "core.attributesFile=/dev/null",
    "-c",
    "core.commitGraph=false",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "merge.renames=true",
    "-c",
    "merge.directoryRenames=conflict",
    "-c",
    "log.showSignature=false",
    "-c",
    "i18n.logOutputEncoding=UTF-8",
    "-c",
    "trailer.separators=:",
)
"""Settings that would change what a command answers, at git's own defaults, whatever the repository says."""


def surroundings(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment without anybody's git settings, grafts and replaced objects."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {
        **kept,
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_GRAFT_FILE": os.devnull,
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        **(more or {}),
    }


def git(
    folder: Path,
    *arguments: str,
    given: bytes = b"",
    more: Mapping[str, str] | None = None,
    mine: bool = False,
    fine: Collection[int] = (0,),
) -> bytes:
    """What a git command on a repository prints. Raises GitError with what it said when it fails.

    ``mine`` runs it with the settings of whoever calls: their remotes want their credentials. ``fine`` are the exit
    codes that are no failure.
    """
    command = ["git", "-C", os.fspath(folder), *(() if mine else _PLAIN), *arguments]
    environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0"} if mine else surroundings(more)
    try:
        done = subprocess.run(command, input=given, capture_output=True, env=environment, check=False)  # noqa: S603
    except FileNotFoundError as error:
        raise GitError("git: not installed") from error
    if done.returncode not in fine:
        said = done.stderr.decode("utf-8", "replace").strip()
        raise GitError(f"git {arguments[0]}: {said or done.returncode}")
    return done.stdout


def line(folder: Path, *arguments: str, given: bytes = b"") -> str:
    """The one line that a git command prints."""
    return git(folder, *arguments, given=given).decode("utf-8", "surrogateescape").strip()
