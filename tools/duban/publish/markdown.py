"""Plain text, however hostile → GitHub-flavoured Markdown that shows that text and does nothing else."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

_PIECES = re.compile(
    r"""
      (?P<line>\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])
    | (?P<apart>[@\#$]|:(?=[\w+/-])|(?<=www)\.|(?<=\bGH)-(?=\d))
    | (?P<digest>(?<!\w)[0-9a-f]{7,40}(?!\w))
    | (?P<sign>[\\`*_{}\[\]<>|~&^])
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_FIRST = re.compile(r"( *\d+(?=[.)])| *(?=[-+=]))(.)")
_LINES = frozenset("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")
_LABEL = 8
_CHUNK = 6
"""A forge links what could be the beginning of a commit's id, from seven digits on."""


class Marked(str):
    """Text that is Markdown already and holds nothing that anybody wrote unescaped."""

    __slots__ = ()


def marked(text: str) -> Marked:
    """A text as it may stand in a paragraph, a heading or a cell: one line, every sign of it only itself.

    Signs of Markdown and HTML become entities. What a forge makes links of after reading the
    Markdown (mentions, numbers, commits, addresses, emoji, formulas) is taken apart by elements
    that show nothing, so that the text can still be copied as it was. Line ends become breaks.
    """
    if isinstance(text, Marked):
        return text
    shown = _PIECES.sub(_piece, "".join(map(_visible, text)))
    first = _FIRST.match(shown)
    return Marked(f"{first[1]}&#{ord(first[2])};{shown[first.end() :]}" if first else shown)


def joined(parts: Iterable[str], between: str = "") -> Marked:
    """Texts one after the other; what stands between them is not escaped."""
    return Marked(between.join(map(marked, parts)))


def bold(text: str) -> Marked:
    """Text set off; an element, for stars beside Chinese punctuation are not always taken as such."""
    return Marked(f"<b>{marked(text)}</b>")


def unbroken(label: str) -> Marked:
    """A short label that stays on one line: Chinese would break anywhere. Not for what people copy."""
    if isinstance(label, Marked) or label.isascii() or len(label) > _LABEL:
        return marked(label)
    return joined(label.replace(" ", "\u00a0"), "\u2060")


def code(digits: str) -> Marked:
    """Digits and letters to be copied. Raises ValueError for anything else."""
    if not digits.isalnum() or not digits.isascii():
        raise ValueError("not only digits and letters")
    return Marked(f"`{digits}`")


def broken(parts: Iterable[str]) -> Marked:
    """Texts one under the other within a cell."""
    return joined(parts, "<br>")


def heading(level: int, text: str) -> str:
    """A heading and the empty line after it."""
    return f"{'#' * level} {_within(text)}\n\n"


def paragraph(*parts: str) -> str:
    """A paragraph and the empty line after it."""
    return f"{_within(joined(parts))}\n\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table and the empty line after it."""
    lines = [[unbroken(cell) for cell in head], *rows]
    written = [f"| {' | '.join(_within(cell) for cell in line)} |\n" for line in lines]
    return "".join([written[0], f"|{' :-- |' * len(head)}\n", *written[1:], "\n"])


def quoted(markdown: str) -> str:
    """Blocks set off from what stands around them."""
    return "".join(f"> {line}".rstrip() + "\n" for line in markdown.rstrip("\n").split("\n")) + "\n"


def _within(text: str) -> str:
    """A text without the blanks around it, behind which Markdown would look for lists; others it takes for text."""
    return marked(text).strip(" ")


def _piece(found: re.Match[str]) -> str:
    piece = found[0]
    match found.lastgroup:
        case "line":
            return "<br>"
        case "apart":
            return f"<span>{piece}</span>"
        case "digest":
            if piece.isdigit():
                return piece
            chunks = (piece[place : place + _CHUNK] for place in range(0, len(piece), _CHUNK))
            return "".join(f"<span>{chunk}</span>" for chunk in chunks)
    return f"&#{ord(piece)};"


def _visible(character: str) -> str:
    """The character, or a blank for what is no sign at all: controls, signs of direction, halves of pairs."""
    if character.isprintable() or character in _LINES or unicodedata.category(character) == "Zs":
        return character
    return " "
