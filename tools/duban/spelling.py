"""A Chinese name → the letters that its signs begin with as they are spoken; typed letters → whether they fit."""

from __future__ import annotations

import os
from functools import cache
from types import ModuleType

Spelling = tuple[str, ...]
"""The letters that the readings of each sign begin with, in the order of the dictionary: 局长 is ``("j", "zc")``."""


_READ: dict[str, list[list[str]]] = {"协调": [["xié"], ["tiáo"]], "重办": [["chóng"], ["bàn"]]}
"""Words of the forms with a sign that by itself is mostly read otherwise."""


@cache
def spelling(name: str) -> Spelling:
    """The spelling of a name, in small letters; what is not Chinese stands as it is."""
    pypinyin = _pypinyin()
    first = pypinyin.Style.FIRST_LETTER
    readings = (pypinyin.pinyin(sign, style=first, heteronym=True)[0] for sign in name)
    return tuple("".join(dict.fromkeys("".join(letters).lower())) for letters in readings)


def initials(name: str) -> str:
    """The first letters of a name as it is read: ``smzj`` for 市民政局."""
    pypinyin = _pypinyin()
    return "".join(sign[0] for sign in pypinyin.lazy_pinyin(name, style=pypinyin.Style.FIRST_LETTER)).lower()


def spells(typed: str, name: str) -> bool:
    """Whether the typed letters, one for each sign, are the name."""
    return len(typed) == len(spelling(name)) and begins(typed, name)


def begins(typed: str, name: str) -> bool:
    """Whether the typed letters are those of the first signs of the name."""
    return _fits(typed.lower(), spelling(name))


def within(typed: str, name: str) -> bool:
    """Whether the typed letters are those of signs that stand together in the name."""
    letters, typed = spelling(name), typed.lower()
    return any(_fits(typed, letters[start:]) for start in range(len(letters)))


def _fits(typed: str, letters: Spelling) -> bool:
    return len(typed) <= len(letters) and all(one in sign for one, sign in zip(typed, letters, strict=False))


@cache
def _pypinyin() -> ModuleType:
    # Its own phrases cost fifty megabytes in every process: a sign is found by any of its readings instead.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    import pypinyin

    pypinyin.load_phrases_dict(_READ)
    return pypinyin
