"""A forge's refusal → how long to wait before asking again, or that it is no use."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime

_PASSING = frozenset({429, 502, 503, 504})
_LIMITED = frozenset({403, 429})
_AN_AGE = 10.0**9


def wait_asked_for(status: int, headers: Mapping[str, str], now: float) -> float | None:
    """The seconds that an answer asks to wait at a Unix time; 0 if it doesn't say; None if asking again is no use.

    GitHub also says 403 to who asks too much.
    """
    after, spent = headers.get("retry-after", ""), headers.get("x-ratelimit-remaining") == "0"
    if status not in _PASSING and not (status in _LIMITED and (after or spent)):
        return None
    if after:
        return _bounded(_seconds(after, now))
    if status in _LIMITED and spent:
        return _bounded(_number(headers.get("x-ratelimit-reset", "")) - now)
    return 0.0


def _seconds(after: str, now: float) -> float:
    """Retry-After counts seconds or names a date."""
    if after.isdecimal():
        return _number(after)
    try:
        return parsedate_to_datetime(after).timestamp() - now
    except ValueError:
        return 0.0


def _number(text: str) -> float:
    return float(text) if text.isdecimal() else 0.0


def _bounded(seconds: float) -> float:
    return min(max(seconds, 0.0), _AN_AGE)
