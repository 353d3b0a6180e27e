"""A change, the tree after it and the policy before it → the seats: who must sign what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from duban.change import Added, Change, digest_of
from duban.filing import kind_at
from duban.finding import Finding, Pointer, Problem
from duban.load import place
from duban.model import Data, Tree
from duban.parse import parse
from duban.part import RULES, Part
from duban.paths import shown
from duban.required import required_roles, signatures_of
from duban.rules.amendments import effective, pointer_of
from duban.rules.case import value_at
from duban.schema import Field, Schemas

SIGNED = "signed"
_SCANS_ANSWERED_BY: Sequence[str] = ("registrar",)
"""Who signs for scans that no paper signature of the same change names."""
NO_ONE_NAMED: Sequence[str] = ("director",)
"""Who signs for a change of the rules where an older policy says nothing of it."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A signature on paper: its scan in the ledger, the scan's SHA-256, and the person who answers for it."""

    file: str
    sha256: str
    registrar: str


@dataclass(frozen=True, slots=True)
class Seat:
    """One signature that is needed. ``person`` is who the entry names, "" for anyone who holds the role.

    ``units`` are those the person must belong to (empty: any); ``on`` is the ISO day the entry
    claims; ``digest`` names what is signed. Of a change of the rules ``item`` is "" and ``entry``
    the part of the house.
    """

    item: str
    entry: str
    kind: str
    role: str
    digest: str
    person: str = ""
    units: tuple[str, ...] = ()
    on: str = ""
    paper: Paper | None = None


@dataclass(frozen=True, slots=True)
class Seats:
    """The seats of a change, and why some cannot be told (findings on the tree after)."""

    seats: tuple[Seat, ...]
    findings: tuple[Finding, ...]


def seats(
    change: Change,
    after: Tree,
    parts: Mapping[Part, Sequence[str]],
    policy: Data,
    schemas: Schemas | None = None,
) -> Seats:
    """Who must sign, by the ``signatures`` of the policy that stood before.

    An entry is signed by everyone it names, and must name every role that the policy asks for.
    What comes later to an entry that stands is signed by the same roles, whoever holds them.
    """
    signatures = signatures_of(policy)
    found: list[Seat] = []
    findings: list[Finding] = []
    schemas = schemas or (Schemas.of(after) if change.added else None)
    records: dict[str, Data] = {}
    for added in change.added:
        path = added.path
        if path not in records:
            records[path], _ = parse(path, after[path])
        root = schemas.field(kind_at(path)) if schemas else None
        if root is None:
            continue
        problems: list[Problem] = []
        found += _Seating(added, records[path], root, policy, problems).seats()
        findings += place(shown(path), after[path], problems)
    named = {seat.paper.file for seat in found if seat.paper}
    loose = [path for path in parts.get("scans", ()) if path not in named]
    if loose:
        digest = _digest_of_files(after, loose)
        found += [Seat("", "scans", "scans", role, digest) for role in signatures.get("scans", _SCANS_ANSWERED_BY)]
    for part in RULES:
        if part in parts:
            digest = _digest_of_files(after, parts[part])
            found += [Seat("", part, part, role, digest) for role in signatures.get(part, NO_ONE_NAMED)]
    return Seats(tuple(found), tuple(findings))


def nearest(around: Iterable[Data], name: str) -> tuple[str, ...] | None:
    """The units in the nearest field of a name, of mappings from the inside out; None where none has it."""
    node = next((node for node in around if name in node), None)
    if node is None:
        return None
    return (node[name],) if isinstance(node[name], str) else tuple(node[name])


def _digest_of_files(tree: Tree, paths: Sequence[str]) -> str:
    """Of what files hold, "" for one that is gone; a byte of a path that is no UTF-8 stands as an escape."""
    return digest_of(
        [
            [path.encode("utf-8", "backslashreplace").decode(), digest_of(tree[path].hex()) if path in tree else ""]
            for path in paths
        ]
    )


@dataclass(frozen=True, slots=True)
class _Seating:
    """The seats of one addition."""

    added: Added
    record: Data
    root: Field
    policy: Data
    problems: list[Problem]

    def seats(self) -> Iterator[Seat]:
        pointer = pointer_of(self.added.entry) if self.added.entry else ()
        here, data = self.root.at(pointer), value_at(self.record, pointer)
        if here is None:
            return
        if len(pointer) > 1 and pointer[-2] == SIGNED:
            yield self._claimed(data, pointer)
        elif here.signs_as:
            yield self._countersigned(here, data, pointer)
        elif here.items is not None and here.items.signs_as:
            for index, one in enumerate(data):
                yield self._countersigned(here.items, one, (*pointer, index))
        elif here.entry:
            yield from self._entry(here, data, pointer)
        else:
            for asked in self._asked():
                role, _, field = asked.partition("@")
                yield self._seat(pointer, role, units=self._units(field, pointer))

    def _entry(self, here: Field, data: Data, pointer: Pointer) -> Iterator[Seat]:
        claims = data.get(SIGNED, ())
        for claim in claims:
            yield self._claimed(claim, pointer)
        claimed = {claim["role"] for claim in claims}
        for asked in self._asked():
            role = asked.partition("@")[0]
            if role not in claimed:
                self.problems.append(Problem("G109", pointer, {"entry": here.labels, "role": role}))
        for name, child in here.properties.items():
            if child.items is not None and child.items.signs_as:
                for index, one in enumerate(data.get(name, ())):
                    yield self._countersigned(child.items, one, (*pointer, name, index))

    def _claimed(self, claim: Data, pointer: Pointer) -> Seat:
        """The seat of one line of ``signed``; the policy tells whether its role is tied to a unit."""
        field = next((one.partition("@")[2] for one in self._asked() if one.partition("@")[0] == claim["role"]), "")
        paper = Paper(**claim["paper"]) if "paper" in claim else None
        return self._seat(pointer, claim["role"], claim["by"], self._units(field, pointer), claim["on"], paper)

    def _countersigned(self, here: Field, one: Data, pointer: Pointer) -> Seat:
        role, _, field = here.signs_as.partition("@")
        return self._seat(pointer, role, one["by"], self._units(field, pointer), one["on"])

    def _seat(
        self,
        pointer: Pointer,
        role: str,
        person: str = "",
        units: tuple[str, ...] = (),
        on: str = "",
        paper: Paper | None = None,
    ) -> Seat:
        added = self.added
        return Seat(added.item, added.entry, added.kind, role, self._digest(pointer), person, units, on, paper)

    def _digest(self, pointer: Pointer) -> str:
        """Of the whole entry that a signature stands under, however little of it is new."""
        return digest_of(value_at(self.record, self._around(pointer)))

    def _around(self, pointer: Pointer) -> Pointer:
        """The entry that a pointer leads to or into; the pointer itself where there is none."""
        above = (pointer[:length] for length in range(len(pointer), -1, -1))
        return next((one for one in above if (here := self.root.at(one)) is not None and here.entry), pointer)

    def _asked(self) -> Sequence[str]:
        return required_roles(self.policy, self.added.kind, effective(self.record), self._signed_on())

    def _signed_on(self) -> str:
        """The latest day that a signature of the entry claims; the gate holds such days against the approvals."""
        pointer = pointer_of(self.added.entry) if self.added.entry else ()
        node = value_at(self.record, self._around(pointer))
        return max((claim["on"] for claim in node.get(SIGNED, ())), default="") if isinstance(node, dict) else ""

    def _units(self, name: str, pointer: Pointer) -> tuple[str, ...]:
        """The units that a role is tied to: the nearest field of that name around the entry."""
        if not name:
            return ()
        record = effective(self.record)
        around = (value_at(record, pointer[:length]) for length in range(len(pointer), -1, -1))
        found = nearest((node for node in around if isinstance(node, dict)), name)
        if found is not None:
            return found
        here = self.root.at(pointer)
        self.problems.append(
            Problem("G110", pointer, {"entry": here.labels if here else self.added.kind, "field": name})
        )
        return ()
