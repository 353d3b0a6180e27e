"""Files and modes → commits written object by object, so that a name may be one that no git would let anybody add."""

from __future__ import annotations

import hashlib
import os
import subprocess
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FOLDER, _FILE, _SUBMODULE = "40000", "100644", "160000"
_WHO = b"staff <staff@example.invalid> 1572480000 +0800"


@dataclass(frozen=True)
class RawGit:
    """A repository that is written to without asking git."""

    folder: Path

    @classmethod
    def begin(cls, folder: Path) -> RawGit:
        """A new one, with nothing in it."""
        subprocess.run(["git", "init", "--quiet", "--initial-branch=main", folder], check=True)
        return cls(folder)

    def commit(self, files: Mapping[str, bytes], modes: Mapping[str, str] | None = None, parent: str = "") -> str:
        """One commit of files by path; a path's parts are what stands between slashes, whatever it is. Its id."""
        root: dict[bytes, Any] = {}
        for path, content in files.items():
            *above, name = os.fsencode(path).split(b"/")
            here = root
            for part in above:
                here = here.setdefault(part, {})
            here[name] = ((modes or {}).get(path, _FILE), content)
        parents = f"parent {parent}\n".encode() if parent else b""
        tree = self._tree(root).encode()
        return self._object("commit", b"tree %b\n%bauthor %b\ncommitter %b\n\nEdit\n" % (tree, parents, _WHO, _WHO))

    def _tree(self, here: Mapping[bytes, Any]) -> str:
        rows = []
        for name, one in here.items():
            folder = isinstance(one, dict)
            mode, found = (_FOLDER, self._tree(one)) if folder else (one[0], self._blob(*one))
            rows.append((name + b"/" * folder, b"%b %b\0%b" % (mode.encode(), name, bytes.fromhex(found))))
        return self._object("tree", b"".join([row for _, row in sorted(rows)]))

    def _blob(self, mode: str, content: bytes) -> str:
        return "1" * 40 if mode == _SUBMODULE else self._object("blob", content)

    def _object(self, kind: str, content: bytes) -> str:
        whole = b"%b %d\0%b" % (kind.encode(), len(content), content)
        name = hashlib.sha1(whole, usedforsecurity=False).hexdigest()
        place = self.folder / ".git/objects" / name[:2] / name[2:]
        if not place.exists():
            place.parent.mkdir(exist_ok=True)
            place.write_bytes(zlib.compress(whole, 1))
        return name
