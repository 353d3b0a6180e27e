"""Any names → names that a workbook's sheets may bear: short, without forbidden signs, each once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

LONGEST = 31
"""UTF-16 units, as Excel counts them."""
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f\x7f]")
_RESERVED = "history"
_NAMELESS = "—"


def sheet_names(names: Iterable[str], taken: Iterable[str] = ()) -> Iterator[str]:
    """A name for each, in order; none is one of ``taken``. Names that differ by case alone are the same to Excel."""
    used = {_RESERVED, *(name.casefold() for name in taken)}
    for name in names:
        wanted = _FORBIDDEN.sub(" ", name).strip(" '") or _NAMELESS
        made, number = _cut(wanted, LONGEST), 1
        while made.casefold() in used:
            number += 1
            mark = f" ({number})"
            made = f"{_cut(wanted, LONGEST - len(mark))}{mark}"
        used.add(made.casefold())
        yield made


def _cut(name: str, longest: int) -> str:
    while len(name.encode("utf-16-le", "surrogatepass")) > 2 * longest:
        name = name[:-1]
    return name.rstrip(" '") or _NAMELESS
