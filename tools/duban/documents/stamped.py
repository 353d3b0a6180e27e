"""A packed document → the same one without a time in it, some of its parts in place of others."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

STAMP = (1980, 1, 1, 0, 0, 0)
"""The earliest day that the format knows."""


def stamped(packed: io.BytesIO, instead: Mapping[str, bytes] | None = None) -> bytes:
    """The document's bytes, which tell nothing of when it was packed; ``instead`` are parts by name."""
    made, others = io.BytesIO(), instead or {}
    with zipfile.ZipFile(packed) as before, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            entry = zipfile.ZipInfo(name, STAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            after.writestr(entry, others[name] if name in others else before.read(name))
    return made.getvalue()
