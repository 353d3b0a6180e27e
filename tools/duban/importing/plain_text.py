"""A text as a spreadsheet holds it → the same without what cannot be seen and no file of the ledger may hold."""

from __future__ import annotations

import re
import unicodedata

_SUSPECT = re.compile(r"[^\x20-\x7e\u3000-\u303f\u4e00-\u9fff\uff01-\uff5e]")
_INVISIBLE = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})


def plain(text: str) -> str:
    """The text without invisible characters and blanks around it; lines end as everywhere in the ledger."""
    if _SUSPECT.search(text):
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").replace("\xa0", " ")
        text = "".join(one for one in text if one == "\n" or unicodedata.category(one) not in _INVISIBLE)
        if "\n" in text:
            text = "\n".join(line.strip() for line in text.split("\n"))
    return text.strip()


def on_one_line(text: str) -> str:
    """The same with its lines one after another, as a title has them; Latin letters keep apart."""
    return re.sub(r"(?<=[!-~])\n|\n(?=[!-~])", " ", text).replace("\n", "")


def folded(text: str) -> str:
    """A text for comparing: full width as half width, no blanks, no case."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()
