"""A ledger's files → its acts: each entry, and what came later to one, with its signers and the file after it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from duban.filing import identity_at, is_record, kind_at
from duban.finding import Pointer
from duban.model import Data, Tree, text_pointer
from duban.parse import parse
from duban.schema import Field, Schemas
from duban.seat import SIGNED
from duban.writing import file_text


@dataclass(frozen=True, slots=True)
class Hand:
    """Who signed, and on which ISO day."""

    person: str
    on: str


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that was laid before its signers: the file as it stood afterwards. Days are ISO days.

    It was written on ``day`` and stood complete on ``done``, when the last of its signers had
    signed; ``name`` is what people call it.
    """

    identity: str
    path: str
    entry: str
    name: str
    day: str
    done: str
    hands: tuple[Hand, ...]
    content: bytes


@dataclass(frozen=True, slots=True)
class _Atom:
    """A part of an item's data that came on its own: what it is, where, when, and whose hands it needed."""

    pointers: tuple[Pointer, ...]
    day: str
    hands: tuple[Hand, ...]

    @property
    def pointer(self) -> Pointer:
        return self.pointers[0]


def acts(tree: Tree, day: str) -> list[Act]:
    """Every act up to an ISO day, in the order in which they were done.

    What came later to an entry without a signature of its own was signed by whoever signed the entry.
    """
    schemas = Schemas.of(tree)
    found: list[Act] = []
    for path in sorted(tree):
        if is_record(path):
            root = schemas.field(kind_at(path))
            found += (_report if root.entry else _file)(path, tree[path], root)
    return sorted((act for act in found if act.done <= day), key=lambda act: (act.done, act.day))


def _report(path: str, content: bytes, root: Field) -> Iterator[Act]:
    data, _ = parse(path, content)
    hands = tuple(Hand(one["by"], one["on"]) for one in data[SIGNED])
    days = sorted([data[root.dated_by], *(hand.on for hand in hands)])
    yield Act(data["id"], path, "", root.label("zh"), days[0], days[-1], hands, content)


def _file(path: str, content: bytes, root: Field) -> Iterator[Act]:
    data, _ = parse(path, content)
    atoms = _in_order(list(_atoms(data, root, (), "", ())))
    there: set[Pointer] = set()
    everything = {pointer for atom in atoms for pointer in atom.pointers}
    done = ""
    for number, atom in enumerate(atoms):
        there.update(atom.pointers)
        done = max(done, atom.day, *(hand.on for hand in atom.hands))
        text = content if number == len(atoms) - 1 else file_text(_part(data, (), everything, there), root).encode()
        here = root.at(atom.pointer)
        name = here.label("zh") if here else ""
        yield Act(identity_at(path), path, text_pointer(atom.pointer), name, atom.day, done, atom.hands, text)


def _atoms(node: Any, here: Field, pointer: Pointer, day: str, signers: tuple[str, ...]) -> Iterator[_Atom]:
    """The parts that came on their own, a parent before what came to it."""
    if here.items is not None and isinstance(node, list):
        for index, value in enumerate(node):
            yield from _atoms(value, here.items, (*pointer, index), day, signers)
        return
    if not isinstance(node, dict):
        return
    if here.entry:
        day = node.get(here.dated_by, day)
        hands = tuple(Hand(one["by"], one["on"]) for one in node[SIGNED])
        signers = tuple(hand.person for hand in hands)
        hands += tuple(_countersigns(node, here))
        yield _Atom((pointer,), min(day, *(hand.on for hand in hands)), hands)
    later: dict[str, list[Pointer]] = {}
    for name, child in here.properties.items():
        if name in node and name != SIGNED:
            came = _came(node, name, child)
            if child.schema.get("x-later") and came > day:
                later.setdefault(came, []).append((*pointer, name))
            else:
                yield from _atoms(node[name], child, (*pointer, name), day, signers)
    for came, pointers in later.items():
        yield _Atom(tuple(pointers), came, tuple(Hand(person, came) for person in signers))


def _countersigns(node: Data, here: Field) -> Iterator[Hand]:
    for name, child in here.properties.items():
        if child.items is not None and child.items.signs_as:
            yield from (Hand(one["by"], one["on"]) for one in node.get(name, ()))


def _came(node: Data, name: str, child: Field) -> str:
    """The day on which a later fact came: its own or its latest part's, else that of a dated fact beside it; or ""."""
    value = node[name]
    if child.is_date and not child.is_due:
        return str(value)
    if isinstance(value, dict):
        return max((value[key] for key, one in child.properties.items() if one.is_date and key in value), default="")
    return str(node.get("done_on", ""))


def _in_order(atoms: list[_Atom]) -> list[_Atom]:
    """By day; never a part before what it belongs to, nor one line of a list before the one above it."""
    days: dict[Pointer, str] = {}
    placed: list[tuple[str, int, _Atom]] = []
    for number, atom in enumerate(atoms):
        done = max(atom.day, *(hand.on for hand in atom.hands)) if atom.hands else atom.day
        above = [days[atom.pointer[:length]] for length in range(len(atom.pointer)) if atom.pointer[:length] in days]
        last = atom.pointer[-1] if atom.pointer else ""
        before = days.get((*atom.pointer[:-1], last - 1), "") if isinstance(last, int) else ""
        done = max([done, *above, before])
        days.update(dict.fromkeys(atom.pointers, done))
        placed.append((done, number, atom))
    return [atom for _, _, atom in sorted(placed, key=lambda one: one[:2])]


def _part(node: Any, pointer: Pointer, everything: set[Pointer], there: set[Pointer]) -> Any:
    """The data without the parts that had not come yet."""
    if isinstance(node, dict):
        kept = {}
        for key, value in node.items():
            inner = (*pointer, key)
            if inner in everything and inner not in there:
                continue
            part = _part(value, inner, everything, there)
            if part is not None:
                kept[key] = part
        return kept
    if isinstance(node, list):
        inside = [(index, value) for index, value in enumerate(node)]
        kept_list = [
            _part(value, (*pointer, index), everything, there)
            for index, value in inside
            if (*pointer, index) not in everything or (*pointer, index) in there
        ]
        return kept_list if kept_list or not node else None
    return node
