"""Instants as forges and commits write them → one spelling that sorts, and the day they fall on in China."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))
"""The time that a Chinese office's days are counted in: one zone, no summer time."""
_CLOCKS_APART = timedelta(minutes=10)
"""The forge's clock and the recorder's may differ so much."""
_OFFSET = re.compile(r"([+-]\d\d)(\d\d)\Z")


def instant(text: str) -> str:
    """An ISO 8601 instant with offset in the one spelling ``2019-07-05T02:00:00.000Z``.

    Instants in this spelling compare as texts. Raises ValueError for anything else, also for an
    instant without offset.
    """
    moment = datetime.fromisoformat(_OFFSET.sub(r"\1:\2", text.strip()))
    if moment.tzinfo is None:
        raise ValueError(f"no offset: {text!r}")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def instant_of(seconds: int) -> str:
    """The same of seconds since 1970, as git counts."""
    return instant(datetime.fromtimestamp(seconds, UTC).isoformat())


def clearly_before(moment: str, other: str) -> bool:
    """Whether an instant is before another by more than the clocks of two machines may differ."""
    return datetime.fromisoformat(moment) < datetime.fromisoformat(other) - _CLOCKS_APART


def day_in_china(moment: str) -> str:
    """The ISO day on which an instant falls by China's clock."""
    return datetime.fromisoformat(moment).astimezone(CHINA).date().isoformat()
