"""A file of the archive → the day to which it is kept at the least, after which the archives appraise it."""

from __future__ import annotations

_YEARS = "年"


def kept_until(retention: str, filed_on: str) -> str:
    """The last ISO day of a term such as ``10年`` for what was filed on an ISO day; "" for what is kept for good.

    A term is counted in whole years from 1 January after the year of filing, so that nothing is due early.
    """
    years = retention.removesuffix(_YEARS)
    return f"{int(filed_on[:4]) + int(years):04d}-12-31" if years.isdecimal() else ""
