"""A forge's parsed JSON → its fields, each of the type it must have, or a ForgeError that names the field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from duban.forge import ForgeError
from duban.moment import instant
from duban.pull import Account

GHOST = Account(0, "ghost", human=False)
"""Whose account is gone: its number is nobody's."""
REPOSITORY = re.compile(r"(?:(?!\.{1,2}/)[\w.-]+/)+(?!\.{1,2}\Z)[\w.-]+", re.ASCII)
"""``owner/name``, or deeper in groups; never a way out of the path that it is put into."""
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_KINDS = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "null"}
_HALF = re.compile("[\ud800-\udfff]")
_LARGEST = 2**63
Choice = TypeVar("Choice")


class Answer:
    """A value in a forge's answer that knows its place there. Everybody who can open a pull request shapes some."""

    __slots__ = ("_value", "place")

    def __init__(self, value: object, place: str) -> None:
        self._value = value
        self.place = place

    def __getitem__(self, name: str) -> Answer:
        """A field that must be there and not null."""
        found = self.option(name)
        if found is None:
            raise ForgeError(f"{self.place}.{name} is missing")
        return found

    def option(self, name: str) -> Answer | None:
        """A field that may be missing or null, both of which are None."""
        if not isinstance(self._value, dict):
            raise self.unlike("an object")
        value = self._value.get(name)
        return None if value is None else Answer(value, f"{self.place}.{name}")

    def items(self) -> Iterator[Answer]:
        """The members of a list."""
        if not isinstance(self._value, list | tuple):
            raise self.unlike("a list")
        for index, value in enumerate(self._value):
            yield Answer(value, f"{self.place}[{index}]")

    def text(self) -> str:
        """A text that can be written down: no half of a surrogate pair, as JSON allows."""
        if not isinstance(self._value, str) or _HALF.search(self._value):
            raise self.unlike("a text")
        return self._value

    def number(self) -> int:
        """A whole number of at most 64 bits."""
        if type(self._value) is not int or not -_LARGEST <= self._value < _LARGEST:
            raise self.unlike("a whole number")
        return self._value

    def flag(self) -> bool:
        """True or false."""
        if not isinstance(self._value, bool):
            raise self.unlike("true or false")
        return self._value

    def moment(self) -> str:
        """An instant in the spelling that sorts."""
        try:
            return instant(self.text())
        except (ValueError, OverflowError):
            raise self.unlike("an instant with offset") from None

    def commit(self) -> str:
        """A full commit id."""
        return self._matching(_COMMIT, "a full commit id")

    def repository(self) -> str:
        """A repository's ``owner/name``."""
        return self._matching(REPOSITORY, "a repository's owner/name")

    def choice(self, meanings: Mapping[str, Choice]) -> Choice:
        """What one of some words means."""
        word = self.text()
        if word not in meanings:
            raise self.unlike("one of " + ", ".join(meanings))
        return meanings[word]

    def unlike(self, wanted: str) -> ForgeError:
        """The error that this is something else. It says of what kind, never what: that may be anything."""
        kind = _KINDS.get(type(self._value), "a number")
        return ForgeError(f"{self.place} is not {wanted}" + (f" but {kind}" if kind != wanted else ""))

    def _matching(self, pattern: re.Pattern[str], wanted: str) -> str:
        text = self.text()
        if not pattern.fullmatch(text):
            raise self.unlike(wanted)
        return text


def once_each(accounts: Iterable[Account]) -> tuple[Account, ...]:
    """Every account once, in order of first mention."""
    return tuple({account.id: account for account in accounts}.values())
