"""The theme's page rendered once with blanks → a shell that any number of pages are filled into.

Rendering the theme costs milliseconds a page, filling a shell microseconds. The build compares a
sample filled this way with the same sample rendered by the theme, and refuses to go on if they differ.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import escape

BLANKS: Mapping[str, str] = {
    "title": "DUBANxTITLExBLANK",
    # The theme puts a heading of its own over content that has none; every page here has one.
    "content": "<h1>DUBANxCONTENTxBLANK</h1>",
    "name": "DUBANxNAMExBLANK",
}
SAMPLE: Mapping[str, str] = {
    "title": "《样例》 <a href=\"x\">&amp; 'sample' {{ 1 }} %s $1 \\1",
    "content": (
        '<h1 id="sample">《样例》</h1>\n<script>"{{ 1 }}"</script><style>p { color: red }</style>'
        "<p title='&amp;'>&lt;head&gt; &#39; %s $1 \\1</p>\n\n"
    ),
    "name": "2019-0051",
}
"""A page with all that a theme could take amiss."""
_BLANK = re.compile("|".join(BLANKS.values()))
_KEYS = {blank: key for key, blank in BLANKS.items()}


@dataclass(frozen=True, slots=True)
class Shell:
    """The pieces of the theme's page between its blanks; ``slots`` names the blank after each piece."""

    pieces: tuple[str, ...]
    slots: tuple[str, ...]

    @classmethod
    def of(cls, html: str) -> Shell:
        """Cut a page that was rendered with the blanks of ``BLANKS`` in place of its own parts."""
        slots = tuple(_KEYS[blank] for blank in _BLANK.findall(html))
        if slots.count("content") != 1:
            raise ValueError("the theme's page has no place for content, or several")
        return cls(tuple(_BLANK.split(html)), slots)

    def fill(self, *, title: str, content: str, name: str) -> str:
        """The whole page. ``title`` is text and is escaped, ``content`` is HTML, ``name`` the file's own."""
        values = {"title": str(escape(title)), "content": content, "name": str(escape(name))}
        parts = [self.pieces[0]]
        for slot, piece in zip(self.slots, self.pieces[1:], strict=True):
            parts += (values[slot], piece)
        return "".join(parts)
