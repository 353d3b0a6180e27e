"""Lines of cells → a CSV file that spreadsheet programs open as it is: marked as UTF-8, and no cell a formula."""

from __future__ import annotations

import re
from collections.abc import Iterable

# The rule of site/browser/csv.js, which a test holds this against: what begins like a formula is no
# formula behind an apostrophe; a whole negative number is one.
FORMULA = re.compile(r"[=+@\t\r]|-(?![0-9]+\Z)")
_QUOTED = re.compile(r'[",\r\n]')


def csv_file(lines: Iterable[Iterable[object]]) -> bytes:
    """The file: UTF-8, CRLF after every line (RFC 4180). A cell that is None is empty."""
    return b"\xef\xbb\xbf" + b"".join([f"{','.join([_cell(value) for value in line])}\r\n".encode() for line in lines])


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    if FORMULA.match(text):
        text = f"'{text}"
    if _QUOTED.search(text):
        doubled = text.replace('"', '""')
        return f'"{doubled}"'
    return text
