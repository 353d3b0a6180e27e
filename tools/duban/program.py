"""This program's own code and texts → a digest, which names it in whatever is kept between runs."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from duban import __version__

_KINDS = frozenset({".py", ".mo"})


@cache
def program_digest() -> str:
    """Changes with every change of a rule, a page or a text, released or not."""
    digest = hashlib.blake2b(__version__.encode(), digest_size=16)
    folder = Path(__file__).parent
    for path in sorted(folder.rglob("*")):
        if path.suffix in _KINDS:
            digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
