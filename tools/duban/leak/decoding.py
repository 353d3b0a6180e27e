"""A file's name and bytes → every text in it, unpacked and decoded, however it was written down."""

from __future__ import annotations

import base64
import binascii
import bz2
import contextlib
import gzip
import html
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator

_DEEPEST = 8
_CLOSED = {b"\x28\xb5\x2f\xfd": "Zstandard", b"7z\xbc\xaf\x27\x1c": "7z", b"Rar!\x1a\x07": "RAR", b"%PDF": "PDF"}
"""What begins so can be made from records, and not be read here."""
_TAG = re.compile(r"<[^<>]*>")
_BREAK_ESCAPE = re.compile(r"\\[nrtN]")
_SCRIPT_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\u\{([0-9a-fA-F]{1,6})\}|\\x([0-9a-fA-F]{2})")
_STYLE_ESCAPE = re.compile(r"\\([0-9a-fA-F]{4,6})[ \t\n]?")
_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_DATA = re.compile(r"data:[^,\"'<>()\s]{0,200};base64,([A-Za-z0-9+/=_%\s-]+)")
_PAIR = re.compile(r"(\S)(\S) (?=\2)")
"""Two characters where the second begins the next word: a search record is cut into such pairs."""
_ZLIB = 0x78
_STRETCH, _OVERLAP = 1 << 16, 1 << 15
_WRITTEN = 16
"""How many characters one may take as it is written: nine in an address, more with tags between."""
_END_OF_ZIP, _LONGEST_END_OF_ZIP = b"PK\x05\x06", 1 << 16


class ClosedFileError(Exception):
    """A file that cannot be opened, so that nobody can vouch for it; the message says what it is."""


def texts_of(name: str, content: bytes, depth: int = 0) -> Iterator[str]:
    """Every text of a file: of all that is packed in it, and each in every way it may have been meant.

    Raises ClosedFileError for what cannot be unpacked.
    """
    if depth > _DEEPEST:
        raise ClosedFileError("too deep")
    packed = _unpacked(name, content)
    if packed is not None:
        for inner_name, inner in packed:
            yield inner_name
            yield from texts_of(inner_name, inner, depth + 1)
        return
    text = _text(content)
    if text is None:
        yield from _binary_texts(content)
        return
    yield text
    for found in _DATA.findall(text):
        with_padding = _unquoted(found).translate(str.maketrans("-_", "+/", " \t\r\n="))
        try:
            inner = base64.b64decode(with_padding + "=" * (-len(with_padding) % 4))
        except (binascii.Error, ValueError):
            continue
        yield from texts_of(name, inner, depth + 1)


def stretches(text: str, longest: int) -> Iterator[str]:
    """A text in pieces that overlap, so that between them they hold every value of ``longest`` characters whole.

    It may be written in sixteen times as many, and in 32,768 however short it is. What is made of a piece
    takes the same memory however large the text is.
    """
    start, size = 0, _STRETCH + max(_OVERLAP, _WRITTEN * longest)
    yield text[:size]
    while start + size < len(text):
        start += _STRETCH
        yield text[start : start + size]


def meanings(text: str) -> Iterator[str]:
    """A text as it stands and as programs read it: escapes and entities decoded, tags left out, pairs joined."""
    yield text
    plain = _decoded(text)
    if plain != text:
        yield plain
    joined = _PAIR.sub(r"\1", plain)
    if joined != plain:
        yield joined
    if "<" in plain:
        yield _decoded(_TAG.sub("", plain))
        if plain != text:
            yield _decoded(_TAG.sub("", text))


def _unpacked(name: str, content: bytes) -> list[tuple[str, bytes]] | None:
    """The files that a packed one holds, None for one that is not packed."""
    for magic, kind in _CLOSED.items():
        if content.startswith(magic):
            raise ClosedFileError(kind)
    if name.endswith(".br"):
        raise ClosedFileError("Brotli")
    stem = name.rpartition(".")[0] or name
    try:
        if content.startswith(b"\x1f\x8b"):
            return [(stem, gzip.decompress(content)), *_gzip_head(content)]
        if content.startswith(b"BZh"):
            return [(stem, bz2.decompress(content))]
        if content.startswith(b"\xfd7zXZ\x00"):
            return [(stem, lzma.decompress(content))]
        if content.startswith(b"PK\x03\x04") or _END_OF_ZIP in content[-_LONGEST_END_OF_ZIP:]:
            return _zipped(content)
    except (
        OSError,
        EOFError,
        zlib.error,
        lzma.LZMAError,
        zipfile.BadZipFile,
        RuntimeError,
        ValueError,
        NotImplementedError,
    ) as error:
        raise ClosedFileError(type(error).__name__) from error
    return None


def _gzip_head(content: bytes) -> list[tuple[str, bytes]]:
    """What a gzip file's head may hold: a name, a comment, anything else."""
    return [("", content[10:512])] if content[3] & 0x1C else []


def _zipped(content: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        found = [(one.filename, archive.read(one)) for one in archive.infolist()]
        notes = [archive.comment, *(note for one in archive.infolist() for note in (one.comment, one.extra))]
        return [*found, *(("", note) for note in notes if note)]


def _text(content: bytes) -> str | None:
    """What a text file says; None for anything else."""
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig")):
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    if b"\x00" in content:
        return None
    if b"BEGIN:VCALENDAR" in content:
        # A calendar breaks its lines by bytes, within a character where it likes.
        content = re.sub(rb"\r?\n[ \t]", b"", content)
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def _binary_texts(content: bytes) -> Iterator[str]:
    """The texts that pictures and other files carry: in UTF-8 and UTF-16, packed or not."""
    yield content.decode("utf-8", "ignore")
    yield content.decode("gb18030", "ignore")
    for start in (0, 1):
        for encoding in ("utf-16-le", "utf-16-be"):
            yield content[start:].decode(encoding, "ignore")
    for note in _png_notes(content):
        yield note.decode("utf-8", "ignore")
        yield note.decode("latin-1")


def _png_notes(content: bytes) -> Iterator[bytes]:
    """The texts of a PNG picture (tEXt, zTXt, iTXt), as they stand and unpacked."""
    if not content.startswith(b"\x89PNG"):
        return
    at = 8
    while at + 12 <= len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        kind, data = content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        if kind in (b"tEXt", b"zTXt", b"iTXt"):
            yield data
            for place in (place for place in range(len(data)) if data[place] == _ZLIB):
                with contextlib.suppress(zlib.error):
                    yield zlib.decompressobj().decompress(data[place:])
        at += 12 + length


def _decoded(text: str) -> str:
    """Escapes of scripts, styles, addresses and marked-up text undone, one within another."""
    for _ in range(_DEEPEST):
        before = text
        if "\\" in text:
            text = _BREAK_ESCAPE.sub(" ", text)
            text = _SCRIPT_ESCAPE.sub(lambda match: chr(int(match[1] or match[2] or match[3], 16) % 0x110000), text)
            text = _STYLE_ESCAPE.sub(lambda match: chr(int(match[1], 16) % 0x110000), text)
            text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        if "&" in text:
            text = html.unescape(text)
        if "%" in text:
            text = _unquoted(text)
        if text == before:
            break
    return text


def _unquoted(text: str) -> str:
    """A text with the signs of addresses decoded."""
    return _PERCENT.sub(lambda match: bytes.fromhex(match[0].replace("%", "")).decode("utf-8", "replace"), text)
