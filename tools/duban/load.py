"""A tree of files → the Ledger, and every problem in it with the days on which it holds."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from sys import intern
from typing import Protocol, cast

from duban import registry as registry_files
from duban.filing import EXAMPLES, FOLDERS, RecordKind, is_in_place, is_record, kind_at
from duban.finding import Detail, Finding, Pointer, Problem, ordered
from duban.items import Items
from duban.later import Later
from duban.model import Broken, Data, Item, Ledger, Registry, Tree
from duban.paths import shown
from duban.reader import Reader, Reading, content_digest
from duban.record import AssessmentRecord, ItemRecord, ReportRecord
from duban.rules import across, amendments
from duban.rules.across import Facts
from duban.schema import VERSIONS, SchemaError, Schemas, UnknownVersionError
from duban.timeline import Timeline


class Store(Protocol):
    """Readings kept by content, so that an unchanged file is not read twice.

    ``rules`` names the schemas and the registry that a reading was made by.
    """

    def get(self, path: str, rules: str, tree: Tree) -> Reading | None: ...

    def put(self, path: str, rules: str, reading: Reading) -> None: ...


Spread = Callable[[Reader, Tree, list[str]], Iterable[tuple[str, Reading]]]
"""How the files that no store knows are read: one after another, or by several processes."""


@dataclass(frozen=True)
class Readings:
    """All files of a tree, read: what ``findings`` judges and ``ledger`` is made of."""

    tree: Tree
    registry: Registry
    items: Mapping[str, Reading]
    reports: Mapping[str, Reading]
    registry_problems: tuple[tuple[str, Problem], ...] = ()
    registry_facts: Mapping[str, Facts] = field(default_factory=dict)
    syntax: tuple[Finding, ...] = ()
    schemas: Schemas | None = field(default=None, compare=False)
    assessments: Mapping[str, Reading] = field(default_factory=dict)

    @property
    def records(self) -> Iterator[tuple[str, Reading]]:
        """Every file of the record, by path."""
        return chain(self.items.items(), self.reports.items(), self.assessments.items())

    def findings(self, day: str, *, ahead: bool = True) -> list[Finding]:
        """What is wrong on an ISO day, in reading order; without ``ahead`` nothing about what must not be announced.

        That is visits in items that lie ahead, and the plan of inspections while it has any that may
        not be told of. Whoever has the files at hand may know; a page of findings would announce them.
        """
        found = [*self.syntax]
        placed: dict[str, list[Problem]] = {}
        for path, problem in self._all_problems():
            if problem.holds_on(day) and (ahead or not self._would_announce(path, problem, day)):
                placed.setdefault(path, []).append(problem)
        for path, listed in placed.items():
            found += place(shown(path), self.tree[path], listed)
        for _, reading in self.records:
            if not reading.valid:
                found += reading.syntax
        return ordered(found)

    def digests(self) -> dict[str, str]:
        """What names the content of every file, by path."""
        known = {path: reading.digest for path, reading in self.records}
        return {path: known.get(path) or content_digest(self.tree[path]) for path in self.tree}

    def form_numbers(self) -> set[str]:
        """Every form number that is taken, whatever day it was given on."""
        return {number for reading in self.items.values() for number, _ in reading.facts.numbers}

    def latest(self) -> dict[str, str]:
        """The last day that each readable item file tells of, by path."""
        return {path: intern(reading.facts.latest) for path, reading in self.items.items() if reading.valid}

    def ledger(self, day: str, *, ahead: bool = False, unsettled: bool = False) -> Ledger:
        """The ledger as its entries' own dates tell it on an ISO day; findings are of that day too.

        With ``unsettled`` it has those items alone in which something may be pending on the day, and a few more:
        of a large ledger nearly everything is settled, and whoever asks for what is pending need not read it.
        Only with ``ahead`` it holds what must not be told of before it took place: unannounced inspections of
        the plan, and what is wrong with visits that lie ahead.
        """
        broken = [
            Broken(path, reading.facts.id, reading.facts.title)
            for path, reading in self.items.items()
            if not reading.valid
        ]
        issued = (cast(ReportRecord, reading.data()) for reading in self.reports.values() if reading.data)
        reports = {report["id"]: report for report in issued if report["issued_on"] <= day}
        return Ledger(
            self._items(day, lambda facts: not (unsettled and facts.settled and facts.latest <= day)),
            tuple(broken),
            reports,
            self.registry if ahead else self.registry.told_on(day),
            Later(lambda: self.findings(day, ahead=ahead)),
            self.assessments_on(day),
            self.items_on,
        )

    def items_on(self, day: str, among: Container[str] | None = None) -> Items[str]:
        """The items that were there on an ISO day, as their entries' own dates tell; of some ids, or all."""
        return self._items(day, lambda facts: among is None or facts.id in among)

    def _items(self, day: str, wanted: Callable[[Facts], bool]) -> Items[str]:
        """One pass over the facts of all; an item is read when it is asked for."""
        timeline = Timeline(self.schemas.field("item")) if self.schemas else None

        def then(reading: Reading) -> Data | None:
            data = reading.data() if reading.data else None
            is_later = data is not None and reading.facts.latest > day
            return timeline.until(data, day) if data is not None and is_later and timeline is not None else data

        def item(path: str) -> Item:
            return Item(path, cast(ItemRecord, amendments.effective(cast(Data, then(self.items[path])))))

        present = {}
        for path, reading in self.items.items():
            facts = reading.facts
            if reading.valid and wanted(facts) and (facts.latest <= day or then(reading) is not None):
                present[intern(facts.id)] = path
        return Items(present, item)

    def assessments_on(self, day: str) -> dict[int, AssessmentRecord]:
        """The years' assessments by year, without the entries that came after an ISO day."""
        valid = [reading.data() for reading in self.assessments.values() if reading.data]
        if not valid or self.schemas is None:
            return {}
        timeline = Timeline(self.schemas.field("assessment"))
        return {data["year"]: cast(AssessmentRecord, timeline.until(data, day)) for data in valid}

    def _would_announce(self, path: str, problem: Problem, day: str) -> bool:
        if path == registry_files.INSPECTIONS:
            return not all(one.may_be_told(day) for one in self.registry.inspections.values())
        reading = self.items.get(path)
        if problem.pointer[:1] != ("visits",) or reading is None or reading.data is None:
            return False
        return any(visit["on"] > day for visit in reading.data()["visits"])

    def _all_problems(self) -> Iterator[tuple[str, Problem]]:
        yield from self.registry_problems
        comparison = across.Comparison(self.registry.policy.get("duplicate", {}).get("title_similarity", 100))
        for path, reading in self.records:
            judgement = reading.judgement
            for problem in judgement.problems:
                yield path, problem
            if judgement.facts.id:
                comparison.add(path, judgement.facts)
        for path, facts in self.registry_facts.items():
            comparison.add(path, facts)
        yield from comparison.problems(self._label)

    def _label(self, path: str, pointer: Pointer) -> Detail:
        """What people call the field at a pointer into a record, or into the plan of inspections."""
        name = kind_at(path) if is_record(path) else "inspections"
        here = self.schemas.field(name).at(pointer) if self.schemas else None
        return here.labels if here else str(pointer[-1])


def in_turn(reader: Reader, tree: Tree, paths: Sequence[str]) -> Iterator[tuple[str, Reading]]:
    """Read files one after another."""
    for path in paths:
        yield path, reader.read(path, tree[path])


def read(tree: Tree, store: Store | None = None, spread: Spread = in_turn) -> Readings:
    """Read every file of a tree once. Never raises for bad input: what is wrong is a finding."""
    try:
        return _read(tree, store, spread)
    except SchemaError as error:
        finding = _unusable(error)
        return Readings(tree, registry_files.build({}), {}, {}, syntax=(finding,))


def _unusable(error: SchemaError) -> Finding:
    if isinstance(error, UnknownVersionError):
        return Finding(error.path, 1, 1, "D826", {"version": error.version, "known": VERSIONS[-1]})
    return Finding(shown(error.path), 1, 1, "D809", {"problem": error.problem})


def _read(tree: Tree, store: Store | None, spread: Spread) -> Readings:
    schemas = Schemas.of(tree)
    reader = Reader(schemas, tree)
    paths, misplaced = in_place(tree)
    found = {path: store.get(path, reader.key, tree) if store else None for path in paths}
    for path, reading in spread(reader, tree, [path for path, reading in found.items() if reading is None]):
        found[path] = reading
        if store:
            store.put(path, reader.key, reading)
    return collected(tree, reader, {path: reading for path, reading in found.items() if reading}, misplaced)


def in_place(paths: Iterable[str]) -> tuple[list[str], list[Finding]]:
    """The files of the record among paths, in order, and those that lie where none belongs (D015)."""
    found: list[str] = []
    misplaced: list[Finding] = []
    for path in sorted(path for path in paths if is_record(path)):
        if is_in_place(path):
            found.append(path)
        else:
            expected = next(example for folder, example in EXAMPLES.items() if path.startswith(folder))
            misplaced.append(Finding(shown(path), 1, 1, "D015", {"expected": expected}))
    return found, misplaced


def collected(tree: Tree, reader: Reader, found: Mapping[str, Reading], misplaced: Iterable[Finding] = ()) -> Readings:
    """Files that were read one by one, together with what their reader found in the registry."""
    by_kind: dict[RecordKind, dict[str, Reading]] = {kind: {} for kind in FOLDERS.values()}
    for path, reading in found.items():
        by_kind[kind_at(path)][path] = reading
    return Readings(
        tree,
        reader.registry,
        by_kind["item"],
        by_kind["report"],
        tuple(reader.registry_problems),
        reader.registry_facts,
        (*reader.registry_syntax, *misplaced),
        reader.schemas,
        by_kind["assessment"],
    )


def place(path: str, content: bytes, listed: Iterable[Problem]) -> list[Finding]:
    """Problems of one file with their lines and columns; a missing place falls back to its parent's."""
    listed = tuple(listed)
    if not listed:
        return []
    from duban.events import locate

    try:
        places = locate(content)
    except ValueError:
        places = {}
    findings = []
    for problem in listed:
        pointer = problem.pointer
        while pointer and pointer not in places:
            pointer = pointer[:-1]
        spot = places.get(pointer)
        line, column = (1, 1) if spot is None else (spot.line, spot.column)
        if spot is not None and (problem.at_key or pointer != problem.pointer):
            line, column = spot.key_line, spot.key_column
        findings.append(Finding(path, line, column, problem.code, problem.details))
    return findings
