"""The bytes of a file and its name → the sheets in it, or in plain words why it can't be read."""

from __future__ import annotations

from duban.importing.csv_text import read_csv
from duban.importing.grid import Book
from duban.importing.refusal import RefusedError
from duban.importing.workbook_file import Advance, read_workbook

LARGEST_FILE = 200 << 20
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OTHER = (b"%PDF", b"{\\rtf", b"<html", b"<HTML", b"<!DOC", b"<?xml", b"\x89PNG")


def read_file(content: bytes, stem: str, advance: Advance | None = None) -> Book:
    """What a file holds, by its content and not by what it is called; ``stem`` names the sheet of a CSV.

    Raises RefusedError.
    """
    if len(content) > LARGEST_FILE:
        raise RefusedError("import.refused.too_large", limit=LARGEST_FILE >> 20)
    if content.startswith(_ZIP):
        book = read_workbook(content, advance)
    elif content.startswith(_OLE):
        raise RefusedError("import.refused.password" if _ENCRYPTED in content else "import.refused.old_format")
    elif content.lstrip().startswith(_OTHER) or not content.strip():
        raise RefusedError("import.refused.other_format" if content.strip() else "import.refused.empty")
    else:
        book = read_csv(content, stem)
    if not any(sheet.cells for sheet in book.sheets):
        raise RefusedError("import.refused.empty")
    return book
