"""Two texts in Chinese → how much alike they are, and the words that they share; no dictionary, the same every time."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator, Mapping
from itertools import pairwise
from math import log

Pieces = frozenset[str]
"""The two-character pieces of a text: in Chinese much what words are to other languages."""
_SHORTEST = 2


def pieces(text: str) -> Pieces:
    """Every two characters that stand together."""
    return frozenset(map("".join, pairwise(text)))


def word_pieces(text: str) -> Pieces:
    """The same without those that hold a mark, a blank or a number: in a long text these mean nothing."""
    return frozenset(one for one in pieces(unicodedata.normalize("NFKC", text).casefold()) if one.isalpha())


def likeness(one: Pieces, other: Pieces) -> float:
    """The percentage of pieces that two texts share (Sørensen–Dice); of two empty ones none."""
    total = len(one) + len(other)
    return 200 * len(one & other) / total if total else 0.0


def rarity(counts: Mapping[str, int], texts: int) -> dict[str, float]:
    """How much each piece tells: the fewer of so many texts have it, the more (inverse document frequency)."""
    return {piece: log(1 + texts / count) for piece, count in counts.items() if count}


def covered(wanted: Pieces, there: Pieces, weights: Mapping[str, float], unknown: float) -> float:
    """The percentage of what a text tells that another has too; ``unknown`` is what a piece tells that none has."""
    total = sum(weights.get(piece, unknown) for piece in sorted(wanted))
    return 100 * sum(weights.get(piece, unknown) for piece in sorted(wanted & there)) / total if total else 0.0


def shared_words(text: str, other: str) -> list[str]:
    """The longest runs of letters of a text that stand in another too, longest first, none within another."""
    found: dict[str, None] = {}
    for start in _starts(text):
        end = start + _SHORTEST
        while end <= len(text) and text[start:end].isalpha() and text[start:end] in other:
            end += 1
        if (word := text[start : end - 1]) and len(word) >= _SHORTEST:
            found.setdefault(word)
    ordered = sorted(found, key=len, reverse=True)
    return [word for index, word in enumerate(ordered) if not _within(word, ordered[:index])]


def _starts(text: str) -> Iterator[int]:
    return (index for index, sign in enumerate(text) if sign.isalpha())


def _within(word: str, longer: Collection[str]) -> bool:
    return any(word in one for one in longer)
