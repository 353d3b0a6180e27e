"""Withheld values → an index of their parts, and a text → the parts that stand in it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from string import ascii_lowercase, digits

from duban.leak.folding import folded, glued, parts
from duban.leak.withheld import Value

_GRAM = 5
_RUN = 5
_MARKED = r"[^\x00-\x20a-z!\"#$%&'()*+,/:;<=>?\[\]^`{|}~]"
_GRAMS = re.compile(rf"(?=({_MARKED}.{{{_GRAM - 1}}}))", re.DOTALL)
_RUNS = re.compile(rf"[a-z]{{{_RUN},}}")
_ORDINARY_WORD = re.compile(r"[a-z]+")
_PIECES = (8, 4, 3)
"""Letters in a row that a run is filed by; the shortest run, of five, still holds one of three whole."""
_FEWEST_SIGNS_OF_A_WORD = 6
_DIGITS = frozenset(digits)
_SIGNS_OF_AN_ID = frozenset(digits + ascii_lowercase + "_-")


def needles(value: Value) -> Iterator[str]:
    """What is looked for of a value; nothing where it is too short or too ordinary to be known again.

    An id that is one plain word (``mayor``) is a word of the language; a telephone number is looked
    for with and without the signs between its digits.
    """
    if value.kind == "text":
        yield from parts(value.text)
        return
    word = glued(folded(value.text))
    if len(word) >= _FEWEST_SIGNS_OF_A_WORD and not _ORDINARY_WORD.fullmatch(word):
        yield word
        bare = re.sub(r"[ +-]", "", word)
        if bare != word and bare.isdigit() and len(bare) > _FEWEST_SIGNS_OF_A_WORD and not _is_id(word):
            yield bare


class Index:
    """Finds which of many needles stand in a text, in time that hardly depends on how many there are.

    Each needle is filed under five of its characters that begin with something other than a plain
    letter, those under which the fewest are filed. One that has none such is filed under pieces of its
    longest run of letters, at most half as long: a text that is cut into pieces of that length, from
    whatever letter on, holds one of them whole. Only those filed under what stands in a text are looked
    for there. ``words`` are those needles that count only where nothing beside makes them another;
    ``longest`` is how many characters the longest needle has.
    """

    def __init__(self, wanted: Iterable[str], words: frozenset[str] = frozenset()) -> None:
        self.words = words
        self.longest = 0
        self._filed: dict[str, list[str]] = {}
        self._pieces: dict[int, re.Pattern[str]] = {}
        self.size = sum([self._file(needle) for needle in dict.fromkeys(wanted)])

    def found(self, text: str) -> set[str]:
        """The needles that stand in a folded text."""
        dense = glued(text)
        places: set[str] = set()
        for pattern in (_GRAMS, *self._pieces.values()):
            places |= self._filed.keys() & pattern.findall(dense)
        found = {needle for place in places for needle in self._filed[place] if needle in dense}
        return {one for one in found if one not in self.words or _stands_alone(one, text) or _stands_alone(one, dense)}

    def _file(self, needle: str) -> bool:
        """File a needle; False for one that has neither such characters nor a run of letters."""
        places = self._places(needle)
        for place in places:
            self._filed.setdefault(place, []).append(needle)
        self.longest = max(self.longest, len(needle))
        return bool(places)

    def _places(self, needle: str) -> Collection[str]:
        grams = _GRAMS.findall(needle)
        if grams:
            return (min(grams, key=lambda gram: len(self._filed.get(gram, ()))),)
        run = max(_RUNS.findall(needle), key=len, default="")
        size = next((size for size in _PIECES if len(run) >= 2 * size - 1), 0)
        if size:
            self._pieces.setdefault(size, re.compile(f"[a-z]{{{size}}}"))
        return {run[start : start + size] for start in range(size)}


def _stands_alone(needle: str, text: str) -> bool:
    """Whether an id is found as it is, and not as a part of a longer one."""
    beside = _DIGITS if _is_id(needle) or needle.isdigit() else _SIGNS_OF_AN_ID
    at = text.find(needle)
    while at >= 0:
        if beside.isdisjoint((*text[max(at - 1, 0) : at], *text[at + len(needle) : at + len(needle) + 1])):
            return True
        at = text.find(needle, at + 1)
    return False


def _is_id(word: str) -> bool:
    return re.fullmatch(r"\d{4}[-/][a-z]?\d{3,6}", word) is not None
