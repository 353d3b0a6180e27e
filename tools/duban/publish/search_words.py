"""A text of the record → the words that it is found by: Chinese in overlapping pairs of characters.

No dictionary takes part. The one that cuts the records and the one that a browser cuts queries with
disagree, and what they disagree on is not found. Pairs are the same on both sides, so every run of
characters that stands in a record finds it. ``site/browser/search_words.js`` does the same to queries.
"""

from __future__ import annotations

import re
from itertools import pairwise

_HAN = "々〇〻\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_MARK = (
    r"·\u2010-\u2027\u2030-\u205e\u3001-\u3004\u3008-\u303a\u303c-\u303f"
    r"\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
)
_WORD = re.compile(rf"([{_HAN}]+)([{_MARK}]*)|([^\s{_HAN}{_MARK}]+[{_MARK}]*|[{_MARK}]+)")
_PAIR, _WIDE = re.compile(f"[{_HAN}]{{2}}"), re.compile(f"[{_HAN}{_MARK}]")
# The indexing program takes a word that begins so for an order of its own.
_ORDER, _JOINER = "_", "\u2060"


def search_words(text: str) -> str:
    """The words of a text, blanks between them, each where its first character stood.

    A run of Chinese gives each character with the one after it, and the last alone: the first
    characters of its words are the run. Punctuation stays at the end of the word before it.
    """
    found: list[str] = []
    for run, marks, other in _WORD.findall(text):
        if run:
            found += map("".join, pairwise(run))
            found.append(run[-1] + marks)
        else:
            found.append(_JOINER + other if other[0] == _ORDER else other)
    return " ".join(found)


def worded_text(words: str) -> str:
    """The text that words were made of, without the blanks that stood beside Chinese or its punctuation."""
    shown = ""
    for word in words.split(" "):
        apart = shown and not _WIDE.match(word) and not _WIDE.match(shown[-1])
        shown += " " * bool(apart) + (word[0] if _PAIR.fullmatch(word) else word.removeprefix(_JOINER))
    return shown


def exact_word(name: str) -> str:
    """The one word by which an id, a document number or a name is found as a whole, "" for none.

    Case, blanks, brackets and dashes don't count: 晋督任〔2019〕9号 is also found as 晋督任(2019)9号.
    A word of the text is never mistaken for it, since none goes on from ``is`` to Chinese or to a number.
    """
    bare = "".join([sign for sign in name.lower() if sign.isalnum()])
    return f"is{bare}" if bare else ""
