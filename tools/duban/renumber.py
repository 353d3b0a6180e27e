"""What a branch adds, and the numbers that are taken → the same under numbers of its own, as files to write and remove.

Only what the branch added is touched: an id of a record that is new in it, a form number of an entry that is, and
references to these from its own entries. Whatever else stands in its files stays as it is, byte for byte.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from duban.filing import identity_at, kind_at
from duban.finding import Finding, Pointer
from duban.load import place
from duban.model import Data, Tree
from duban.numbering import FormNumber, form_of, is_bulletin, next_form, next_id, next_report, path_of, report_path
from duban.parse import parse
from duban.replacing import NotReplacedError, with_values
from duban.rules.case import value_at
from duban.schema import Schemas
from duban.survey import Survey, Surveyor
from duban.taken import is_numbered
from duban.violation import problems

Kind = Literal["item", "report", "form"]
_DATED: Mapping[str, Pointer] = {"item": ("intake", "received_on"), "report": ("issued_on",)}
"""The day whose year a record is numbered in."""


class Renumbered(NamedTuple):
    """One number that moves: what it is of, the number before and after, and the file that it stands in afterwards."""

    kind: Kind
    old: str
    new: str
    path: str


class Mention(NamedTuple):
    """A text that speaks of a number that moves; only whoever wrote it knows whether it should follow."""

    path: str
    pointer: Pointer
    number: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What numbers are measured against.

    ``before`` has the files as they stood where the branch parted (only those that it changed); ``numbers`` are the
    ids and form numbers that others have, by which the branch's own must move; ``avoided`` are not to be moved to.
    ``series`` are the policy's, by kind of form; ``scans`` those that the branch added.
    """

    before: Tree
    numbers: Collection[str]
    avoided: Collection[str]
    series: Mapping[str, str]
    scans: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What renumbering does: the numbers that move, files to write whole, files to remove once those are written.

    ``copies`` are scans that move with their item, old path to new. ``findings`` say why nothing can be done.
    """

    renumbered: tuple[Renumbered, ...] = ()
    writes: Mapping[str, bytes] = field(default_factory=dict)
    removes: tuple[str, ...] = ()
    copies: Mapping[str, str] = field(default_factory=dict)
    mentions: tuple[Mention, ...] = ()
    findings: tuple[Finding, ...] = ()
    unknown: tuple[str, ...] = ()


def renumber(files: Tree, standing: Standing, schemas: Schemas, asked: Collection[str] = ()) -> Plan:
    """Move the numbers of a branch's ``files`` that others have, that are of another year than their day, or ``asked``.

    ``files`` are those of the record that the branch added to or added; ``asked`` are numbers or ids among theirs
    that move in any case. Raises NotReplacedError for a file written too oddly.
    """
    drafts = [_Draft(path, content, standing.before, schemas) for path, content in sorted(files.items())]
    if findings := [one for draft in drafts for one in draft.findings]:
        return Plan(findings=tuple(findings))
    own = {number for draft in drafts for number in draft.numbers}
    if unknown := tuple(one for one in asked if one not in own):
        return Plan(unknown=unknown)
    moves = _Moves(standing, frozenset(asked), {*own, *standing.numbers, *standing.avoided})
    for draft in drafts:
        moves.take(draft)
    return moves.plan(drafts)


class _Draft:
    """One file of the branch: what in it the branch added, by where it stands."""

    def __init__(self, path: str, content: bytes, before: Tree, schemas: Schemas) -> None:
        self.path, self.content, self.kind = path, content, kind_at(path)
        self.is_new = path not in before
        self.data: Data
        self.data, found = parse(path, content)
        if self.data is not None and (misfits := problems(schemas, self.kind, self.data)):
            found = place(path, content, misfits)
        self.findings = found
        self.before: Any = None if self.is_new else parse(path, before[path])[0]
        self.survey = Survey() if found else Surveyor(schemas.field(self.kind)).survey(self.data)

    @property
    def identity(self) -> str:
        return identity_at(self.path)

    @property
    def is_numbered(self) -> bool:
        return self.is_new and is_numbered(self.path)

    @property
    def forms(self) -> Iterator[tuple[str, Pointer, str, str]]:
        """The form numbers that the branch gives: series, place, number, day."""
        return (one for one in self.survey.numbers if self.added(one[1]))

    @property
    def numbers(self) -> Iterator[str]:
        if self.is_numbered:
            yield self.identity
        yield from (number for _, _, number, _ in self.forms)

    def added(self, pointer: Pointer) -> bool:
        """Whether what stands at a pointer was not there before."""
        try:
            return bool(value_at(self.before, pointer) != value_at(self.data, pointer))
        except (KeyError, IndexError, TypeError):
            return True


class _Moves:
    """Numbers that move, found one after another so that no two move to the same."""

    def __init__(self, standing: Standing, asked: Collection[str], known: set[str]) -> None:
        self.standing, self.asked, self.known = standing, asked, known
        self.given: set[str] = set()
        self.records: dict[str, str] = {}
        self.forms: dict[tuple[str, Pointer], tuple[str, str]] = {}

    def take(self, draft: _Draft) -> None:
        if draft.is_numbered:
            year = str(value_at(draft.data, _DATED[draft.kind]))[:4]
            if self._moves(draft.identity) or draft.identity[:4] != year:
                bulletin = is_bulletin(draft.identity)
                is_item = draft.kind == "item"
                new = next_id(self.known, year) if is_item else next_report(self.known, year, bulletin=bulletin)
                self.records[draft.identity] = self._known(new)
        for kind, pointer, number, day in draft.forms:
            form = form_of(number)
            if form is None:
                continue
            right = FormNumber(self.standing.series.get(kind, form.series), day[:4] or form.year)
            if self._moves(number) or number in self.given or form != right:
                self.forms[draft.path, pointer] = (number, self._known(next_form(self.known, *right)))
            self.given.add(number)

    def _moves(self, number: str) -> bool:
        return number in self.standing.numbers or number in self.asked

    def _known(self, number: str) -> str:
        self.known.add(number)
        return number

    def plan(self, drafts: list[_Draft]) -> Plan:
        moved: list[Renumbered] = []
        writes: dict[str, bytes] = {}
        copies: dict[str, str] = {}
        mentions: list[Mention] = []
        for draft in drafts:
            path = self._path(draft)
            if path != draft.path:
                kind: Kind = "item" if draft.kind == "item" else "report"
                moved.append(Renumbered(kind, draft.identity, self.records[draft.identity], path))
            moved += [
                Renumbered("form", old, new, path) for (of, _), (old, new) in self.forms.items() if of == draft.path
            ]
            values = self._values(draft)
            scans = [str(value_at(draft.data, pointer)) for pointer in values if pointer[-1] == "file"]
            copies |= {scan: self._renamed(scan) for scan in scans}
            if values:
                writes[path] = _with_values(draft, values)
            mentions += self._mentions(draft, path, values)
        left = [draft.path for draft in drafts if self._path(draft) != draft.path]
        return Plan(tuple(moved), writes, (*left, *copies), copies, tuple(mentions))

    def _path(self, draft: _Draft) -> str:
        """Where a file stands afterwards."""
        new = self.records.get(draft.identity) if draft.is_numbered else None
        if new is None:
            return draft.path
        return path_of(new) if draft.kind == "item" else report_path(new)

    def _values(self, draft: _Draft) -> dict[Pointer, str]:
        """What is written anew in a file, by place."""
        values = {pointer: new for (of, pointer), (_, new) in self.forms.items() if of == draft.path}
        if self._path(draft) != draft.path:
            values["id",] = self.records[draft.identity]
        for kind, pointer, value, _ in draft.survey.references:
            if kind in ("item", "report") and value in self.records and draft.added(pointer):
                values[pointer] = self.records[value]
        for pointer, text in draft.survey.texts:
            if pointer[-2:] == ("paper", "file") and text in self.standing.scans and self._renamed(text) != text:
                values[pointer] = self._renamed(text)
        return values

    def _renamed(self, scan: str) -> str:
        """Where a scan lies that is named after a record that moves."""
        for old, new in self.records.items():
            scan = _alone(old).sub(new, scan)
        return scan

    def _mentions(self, draft: _Draft, path: str, values: Mapping[Pointer, str]) -> Iterator[Mention]:
        moved = sorted({*self.records, *(old for old, _ in self.forms.values())})
        for pointer, text in draft.survey.texts:
            if pointer not in values and draft.added(pointer):
                yield from (Mention(path, pointer, number) for number in moved if _alone(number).search(text))


def _with_values(draft: _Draft, values: Mapping[Pointer, str]) -> bytes:
    try:
        return with_values(draft.content, values)
    except NotReplacedError as error:
        raise NotReplacedError(draft.path) from error


def _alone(number: str) -> re.Pattern[str]:
    """A number where it is not part of a longer one."""
    return re.compile(rf"(?<!\d){re.escape(number)}(?!\d)", re.ASCII)
