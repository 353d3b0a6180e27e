"""The pages of an edition as values: where each goes, its title, its template and what fills it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Page:
    """One page. ``path`` is below the edition's root (``items/2019-0051.html``).

    ``key`` tells whether the page must be written again: it changes whenever the content would.
    "" means that nobody knows without rendering it. ``group`` names the part of the navigation that
    the page shares with others. ``wasm`` says that the page's scripts compile WebAssembly, which its
    content policy forbids otherwise. A context that is a function is called only when the page is
    rendered.
    """

    path: str
    title: str
    template: str
    context: Mapping[str, Any] | Callable[[], Mapping[str, Any]] = field(default_factory=dict)
    key: str = ""
    group: str = ""
    wasm: bool = False

    @property
    def depth(self) -> int:
        """How many folders lie between the page and the edition's root."""
        return self.path.count("/")


def key_of(*values: object) -> str:
    """The key of a page that takes nothing from items but what is in these values."""
    return hashlib.blake2b(orjson.dumps(values, default=tuple), digest_size=16).hexdigest()
