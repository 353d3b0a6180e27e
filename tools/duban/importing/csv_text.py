"""The bytes of a CSV file → its one sheet: UTF-8, UTF-16 or GBK, whatever parts its cells."""

from __future__ import annotations

import codecs
import csv
import io

from duban.documents.csv_file import FORMULA
from duban.documents.sheet_name import sheet_names
from duban.importing.grid import Book, Cell, Grid, Place
from duban.importing.plain_text import plain
from duban.importing.refusal import RefusedError
from duban.importing.workbook_file import MOST_CELLS

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_PARTED_BY = (",", "\t", ";", "，", "|")
_LOOKED_AT = 40


def read_csv(content: bytes, name: str) -> Book:
    """The sheet, called as the file is. Raises RefusedError for what is no text or no table."""
    text = decoded(content)
    cells: dict[Place, Cell] = {}
    try:
        for row, line in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=_parted_by(text)), 1):
            for column, value in enumerate(line, 1):
                said = plain(_unguarded(value))
                if said:
                    cells[row, column] = Cell(said)
            if len(cells) > MOST_CELLS:
                raise RefusedError("import.refused.too_many_cells", limit=MOST_CELLS)
    except csv.Error as error:
        raise RefusedError("import.refused.broken", problem=str(error)) from error
    return Book((Grid(next(sheet_names([plain(name)])), cells),))


def decoded(content: bytes) -> str:
    """The text in the encoding it is marked with, else UTF-8 where it is that, else GB 18030 (and so GBK)."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _strict(content, encoding)
    if b"\x00" in content[:4096]:
        # UTF-16 without a mark: signs and line ends have their zero in the first octet of two, or in the second.
        big = content[:4096:2].count(0) > content[1:4096:2].count(0)
        return _strict(content, "utf-16-be" if big else "utf-16-le")
    try:
        return content.decode()
    except UnicodeDecodeError:
        return _strict(content, "gb18030")


def _strict(content: bytes, encoding: str) -> str:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise RefusedError("import.refused.encoding") from error
    if "\x00" in text:
        raise RefusedError("import.refused.encoding")
    return text


def _parted_by(text: str) -> str:
    """The sign that parts most lines into most cells."""
    lines = text.splitlines()[:_LOOKED_AT]
    return max(_PARTED_BY, key=lambda sign: sum(min(line.count(sign), 50) for line in lines))


def _unguarded(value: str) -> str:
    """A cell without the apostrophe that keeps it from being a formula, as the ledger's own export writes it."""
    return value[1:] if value.startswith("'") and FORMULA.match(value[1:]) else value
