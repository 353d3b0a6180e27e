"""The files that lie beside the pages of an edition, as values: where each goes and what makes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DataFile:
    """One file that is no page: data that a page loads, a feed, a calendar, a download.

    ``path`` is below the root of the edition in its language, of a shared file below that of the
    whole site. ``make`` gives the bytes. ``key`` changes whenever they would, as far as items and
    reports go: registry, schemas, day, language and program are the build's own business. "" means
    that nobody knows without making them.
    """

    path: str
    make: Callable[[], bytes]
    key: str = ""
