"""Files before and after a change → the numbers it takes: ids of new items and reports, numbers of new forms."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from duban.filing import identity_at, is_in_place, kind_at
from duban.finding import Pointer
from duban.model import Tree
from duban.reader import Reader, Reading
from duban.rules.across import Facts

Mentioning = Callable[[Collection[str]], Iterable[str]]
"""Some form numbers → the item files of the main branch in which one of them may stand."""
_NUMBERED = frozenset({"item", "report"})


class Taken(NamedTuple):
    """A number that a change takes: the file and the place in it where it is given. Of a report it is its id."""

    number: str
    path: str
    pointer: Pointer


class Clash(NamedTuple):
    """A number that a change takes though the main branch has it, and what has it there: its id and title."""

    taken: Taken
    other: str
    title: str


def taken(before: Tree, readings: Mapping[str, Reading], reader: Reader) -> tuple[Taken, ...]:
    """What the files that a change touches, as they were ``read`` after it, take that they had not ``before``."""
    found = []
    for path, reading in readings.items():
        if path not in before and is_numbered(path):
            found.append(Taken(identity_at(path), path, ("id",)))
        if reading.facts.numbers:
            had = _numbers(reader.read(path, before[path]).facts) if path in before else frozenset()
            found += [Taken(one, path, tuple(at)) for one, at in reading.facts.numbers if one not in had]
    return tuple(found)


def clashes(takings: Iterable[Taken], before: Tree, mentioning: Mentioning, reader: Reader) -> Iterator[Clash]:
    """The form numbers among those taken that another item of the tree ``before`` has."""
    forms = [one for one in takings if one.pointer != ("id",)]
    if not forms:
        return
    holders: dict[str, tuple[str, Facts]] = {}
    for path in mentioning({one.number for one in forms}):
        facts = reader.read(path, before[path]).facts if is_in_place(path) else Facts("", "")
        for number in _numbers(facts):
            holders.setdefault(number, (path, facts))
    for one in forms:
        path, facts = holders.get(one.number, (one.path, Facts("", "")))
        if path != one.path:
            yield Clash(one, facts.id, facts.title)


def both_added(path: str, before: Tree, reader: Reader) -> Clash:
    """The file of an item or a report that the main branch has come to have under the same number."""
    identity = identity_at(path)
    return Clash(Taken(identity, path, ()), identity, reader.read(path, before[path]).facts.title)


def is_numbered(path: str) -> bool:
    """Whether a file of the record is one that a number was given to: an item or a report, in its place."""
    return is_in_place(path) and kind_at(path) in _NUMBERED


def _numbers(facts: Facts) -> frozenset[str]:
    return frozenset(number for number, _ in facts.numbers)
