"""A text → the form it is compared in, and the parts of it that are looked for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

SHORTEST = 5
"""The fewest characters that tell a value of other than ASCII text apart."""
SHORTEST_ASCII = 8
"""The same for ASCII text, whose characters tell less."""
SHORTEST_CLAUSE = 10
"""The fewest characters of a part that is looked for by itself: an excerpt that was cut off still holds one."""

_UNSEEN = re.compile(
    "[\\\\\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]+"
)
_WIDE_SIGNS = tuple(zip("，：；（）？！　\x00", ",:;()?!  ", strict=True))
_CLAUSE_END = re.compile(r"[。,;!?<>\n\r]+|\.(?=[\s.])")
_LETTER = re.compile(r"[^\W\d_]")


def folded(text: str) -> str:
    """Letters of one width and case, without characters that nobody sees and without backslashes; blanks stay."""
    if not text.isascii():
        # Most Chinese text needs nothing but its signs narrowed: finding that out is several times faster.
        for wide, narrow in _WIDE_SIGNS:
            text = text.replace(wide, narrow)
        if not unicodedata.is_normalized("NFKC", text):
            text = unicodedata.normalize("NFKC", text)
    return _UNSEEN.sub("", text.casefold())


def glued(text: str) -> str:
    """A folded text without its blanks: lines may be broken anywhere in Chinese."""
    return "".join(text.split())


def is_telling(needle: str) -> bool:
    """Whether a folded and glued text is long enough to be known again, and more than digits and signs."""
    fewest = SHORTEST_ASCII if needle.isascii() else SHORTEST
    return len(needle) >= fewest and _LETTER.search(needle) is not None


def parts(text: str) -> Iterator[str]:
    """What is looked for of a text, folded and glued: its longer clauses, or the whole where it has none.

    Nothing for a text that is too short to be known again.
    """
    said = folded(text)
    whole = glued(said)
    if not is_telling(whole):
        return
    if len(whole) < 2 * SHORTEST_CLAUSE:
        yield whole
        return
    clauses = [glued(clause) for clause in _CLAUSE_END.split(said)]
    yield from [one for one in clauses if len(one) >= SHORTEST_CLAUSE and is_telling(one)] or (whole,)
