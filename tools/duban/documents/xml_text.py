"""A text → the same as it may stand in XML: escaped, and without the characters that XML 1.0 forbids."""

from __future__ import annotations

import re

from markupsafe import escape

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Neither forbidden nor with a meaning of its own: ! # $ % ( … ; = ? and what comes after.
_PLAIN = re.compile("[\t\n\r !#-%(-;=?-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*\\Z").match


def xml_text(text: str) -> str:
    """A text as it may stand in an element or a quoted attribute (XML 1.0, production 2); most need no change."""
    return text if _PLAIN(text) else str(escape(possible(text)))


def possible(text: str) -> str:
    """A text without the characters that no XML may hold, for whoever escapes the rest."""
    return _FORBIDDEN.sub("", text)
