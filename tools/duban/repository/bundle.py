"""A repository and the tips of some branches → all of their history in one file that ``git clone`` reads."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from duban.repository.command import surroundings
from duban.repository.error import GitError

# One thread and nothing taken over from how objects happen to be packed: the same history gives the same bytes.
_PACK = (
    "-c", "pack.threads=1", "-c", "safe.directory=*", "-c", "core.commitGraph=false", "-c", "pack.useBitmaps=false",
    "pack-objects", "--revs", "--stdout", "--quiet", "--no-reuse-delta", "--no-reuse-object", "--delta-base-offset",
)  # fmt: skip


def write_bundle(folder: Path, tips: Mapping[str, str], out: Path) -> None:
    """Write a bundle (gitformat-bundle) of branches by their names and tips. Raises GitError."""
    out.parent.mkdir(parents=True, exist_ok=True)
    length = len(next(iter(tips.values())))
    kind = "# v2 git bundle\n" if length == 40 else "# v3 git bundle\n@object-format=sha256\n"
    refs = "".join(f"{tip} refs/heads/{name}\n" for name, tip in tips.items())
    with out.open("wb") as stream:
        stream.write(f"{kind}{refs}\n".encode())
        stream.flush()
        done = subprocess.run(  # noqa: S603 - fixed words, a folder and ids
            ["git", "-C", os.fspath(folder), *_PACK],  # noqa: S607
            input="".join(f"{tip}\n" for tip in tips.values()).encode(),
            stdout=stream,
            stderr=subprocess.PIPE,
            env=surroundings(),
            check=False,
        )
    if done.returncode:
        raise GitError(f"git pack-objects: {done.stderr.decode('utf-8', 'replace').strip()}")
