"""A tree of files → the Ledger, and every problem in it with the days on which it holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from sys import intern
from typing import Protocol, cast

from duban import registry as registry_files
from duban.finding import Detail, Finding, Pointer, Problem, ordered
from duban.items import Items
from duban.model import Broken, Data, Item, Ledger, Registry, Tree
from duban.reader import Reader, Reading, content_digest
from duban.record import ItemRecord, ReportRecord
from duban.rules import across, amendments
from duban.schema import SchemaError, Schemas
from duban.timeline import Timeline

_ITEM_PATH = re.compile(r"items/\d{4}/\d{4}-\d{4,6}\.yml\Z")
_REPORT_PATH = re.compile(r"reports/\d{4}/[A-Z]?\d{3}\.yml\Z")
_EXPECTED = {"items/": "items/2019/2019-0001.yml", "reports/": "reports/2019/001.yml"}


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
    syntax: tuple[Finding, ...] = ()
    schemas: Schemas | None = field(default=None, compare=False)

    def findings(self, day: str) -> list[Finding]:
        """What is wrong on an ISO day, in reading order."""
        found = [*self.syntax]
        placed: dict[str, list[Problem]] = {}
        for path, problem in self._all_problems():
            if problem.holds_on(day):
                placed.setdefault(path, []).append(problem)
        for path, listed in placed.items():
            found += place(path, self.tree[path], listed)
        for reading in chain(self.items.values(), self.reports.values()):
            if not reading.valid:
                found += reading.syntax
        return ordered(found)

    def digests(self) -> dict[str, str]:
        """What names the content of every file, by path."""
        known = {path: reading.digest for path, reading in chain(self.items.items(), self.reports.items())}
        return {path: known.get(path) or content_digest(self.tree[path]) for path in self.tree}

    def latest(self) -> dict[str, str]:
        """The last day that each readable item file tells of, by path."""
        return {path: intern(reading.facts.latest) for path, reading in self.items.items() if reading.valid}

    def ledger(self, day: str) -> Ledger:
        """The ledger as its entries' own dates tell it on an ISO day; findings are of that day too."""
        timeline = Timeline(self.schemas.field("item")) if self.schemas else None

        def then(reading: Reading) -> Data | None:
            data = reading.data() if reading.data else None
            is_later = data is not None and reading.facts.latest > day
            return timeline.until(data, day) if data is not None and is_later and timeline is not None else data

        def item(path: str) -> Item:
            return Item(path, cast(ItemRecord, amendments.effective(cast(Data, then(self.items[path])))))

        present, broken = {}, []
        for path, reading in self.items.items():
            facts = reading.facts
            if not reading.valid:
                broken.append(Broken(path, facts.id, facts.title))
            elif facts.latest <= day or then(reading) is not None:
                present[intern(facts.id)] = path
        items = Items(present, item)
        issued = (cast(ReportRecord, reading.data()) for reading in self.reports.values() if reading.data)
        reports = {report["id"]: report for report in issued if report["issued_on"] <= day}
        return Ledger(items, tuple(broken), reports, self.registry, tuple(self.findings(day)))

    def _all_problems(self) -> Iterator[tuple[str, Problem]]:
        yield from self.registry_problems
        comparison = across.Comparison(self.registry.policy.get("duplicate", {}).get("title_similarity", 100))
        for path, reading in chain(self.items.items(), self.reports.items()):
            judgement = reading.judgement
            for problem in judgement.problems:
                yield path, problem
            if judgement.facts.id:
                comparison.add(path, judgement.facts)
        yield from comparison.problems(self._label)

    def _label(self, path: str, pointer: Pointer) -> Detail:
        """What people call the field at a pointer into an item or a report."""
        name = "item" if path.startswith("items/") else "report"
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
        finding = Finding(error.path, 1, 1, "D809", {"problem": error.problem})
        return Readings(tree, registry_files.build({}), {}, {}, syntax=(finding,))


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
    """The item and report files among paths, in order, and those that lie where none belongs (D015)."""
    found: list[str] = []
    misplaced: list[Finding] = []
    for path in sorted(path for path in paths if path.startswith(("items/", "reports/"))):
        if _ITEM_PATH.match(path) or _REPORT_PATH.match(path):
            found.append(path)
        else:
            expected = next(example for folder, example in _EXPECTED.items() if path.startswith(folder))
            misplaced.append(Finding(path, 1, 1, "D015", {"expected": expected}))
    return found, misplaced


def collected(tree: Tree, reader: Reader, found: Mapping[str, Reading], misplaced: Iterable[Finding] = ()) -> Readings:
    """Files that were read one by one, together with what their reader found in the registry."""
    return Readings(
        tree,
        reader.registry,
        {path: reading for path, reading in found.items() if path.startswith("items/")},
        {path: reading for path, reading in found.items() if path.startswith("reports/")},
        tuple(reader.registry_problems),
        (*reader.registry_syntax, *misplaced),
        reader.schemas,
    )


def place(path: str, content: bytes, listed: Iterable[Problem]) -> list[Finding]:
    """Problems of one file with their lines and columns; a missing place falls back to its parent's."""
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
