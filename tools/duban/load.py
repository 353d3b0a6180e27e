"""A tree of files → the Ledger, and every problem in it with the days on which it holds."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

from duban import registry as registry_files
from duban.finding import Finding, Problem
from duban.model import Broken, Data, Item, ItemRecord, Ledger, Registry, ReportRecord, Tree
from duban.parse import locate, parse
from duban.rules import across, amendments, closing, forms, life, privacy, references
from duban.rules.across import Facts
from duban.rules.case import Case, Rule
from duban.schema import Field, SchemaError, Schemas
from duban.survey import Surveyor
from duban.timeline import Timeline
from duban.violation import problems, text_problems

ITEM_RULES: tuple[Rule, ...] = (
    life.names,
    life.steps,
    life.drafter,
    life.proposal_kept,
    life.order_of_dates,
    life.not_in_the_future,
    life.nothing_after_the_end,
    life.one_end,
    references.registry_references,
    references.signers,
    references.supervisors,
    forms.numbers,
    forms.milestones,
    forms.tracking_in_turn,
    forms.units_named_once,
    closing.extensions,
    closing.tracked_deadline,
    closing.standards_answered,
    closing.closing_earned,
    closing.cause_of_red,
    closing.secrecy_review,
    privacy.text_is_clean,
)

_ITEM_PATH = re.compile(r"items/\d{4}/\d{4}-\d{4,6}\.yml\Z")
_REPORT_PATH = re.compile(r"reports/\d{4}/[A-Z]?\d{3}\.yml\Z")
_EXPECTED = {"items/": "items/2019/2019-0001.yml", "reports/": "reports/2019/001.yml"}


@dataclass(frozen=True, slots=True)
class Reading:
    """One file read: its problems, its facts for the other files, and its data where it is valid.

    ``data`` is a function because a store keeps data apart: judging an unchanged file never
    needs it. It is None for a file that is broken.
    """

    facts: Facts
    data: Callable[[], Data] | None = None
    problems: tuple[Problem, ...] = ()
    syntax: tuple[Finding, ...] = ()

    @property
    def valid(self) -> bool:
        """Whether the file fits its schema."""
        return self.data is not None


class Store(Protocol):
    """Readings kept by content, so that an unchanged file is not read twice."""

    def get(self, path: str, key: str) -> Reading | None: ...

    def put(self, path: str, key: str, reading: Reading) -> None: ...


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
            if problem.since <= day and (not problem.until or day < problem.until):
                placed.setdefault(path, []).append(problem)
        for path, listed in placed.items():
            found += place(path, self.tree[path], listed)
        for reading in (*self.items.values(), *self.reports.values()):
            found += reading.syntax
        return sorted(found, key=lambda finding: (finding.path, finding.line, finding.column, finding.code))

    def ledger(self, day: str) -> Ledger:
        """The ledger as its entries' own dates tell it on an ISO day; findings are of that day too."""
        items, broken = {}, []
        timeline = Timeline(self.schemas.field("item")) if self.schemas else None
        for path, reading in self.items.items():
            if reading.data is None:
                broken.append(Broken(path, reading.facts.id, reading.facts.title))
                continue
            data: Data | None = reading.data()
            if data is not None and reading.facts.latest > day and timeline is not None:
                data = timeline.until(data, day)
            if data is not None:
                record = cast(ItemRecord, amendments.effective(data))
                items[record["id"]] = Item(path, record)
        issued = (cast(ReportRecord, reading.data()) for reading in self.reports.values() if reading.data)
        reports = {report["id"]: report for report in issued if report["issued_on"] <= day}
        return Ledger(items, tuple(broken), reports, self.registry, tuple(self.findings(day)))

    def _all_problems(self) -> Iterator[tuple[str, Problem]]:
        yield from self.registry_problems
        for path, reading in (*self.items.items(), *self.reports.items()):
            for problem in reading.problems:
                yield path, problem
        facts = {path: reading.facts for path, reading in self.items.items() if reading.facts.id}
        report_facts = {path: reading.facts for path, reading in self.reports.items() if reading.facts.id}
        yield from across.numbers_used_once(facts)
        yield from across.references_met(
            {**facts, **report_facts},
            [fact.id for fact in facts.values()],
            [fact.id for fact in report_facts.values()],
        )
        similarity = self.registry.policy.get("duplicate", {}).get("title_similarity", 100)
        yield from across.double_supervision(facts, similarity)


def read(tree: Tree, store: Store | None = None, progress: Callable[[int, int], None] | None = None) -> Readings:
    """Read every file of a tree once. Never raises for bad input: what is wrong is a finding."""
    try:
        return _read(tree, store, progress)
    except SchemaError as error:
        finding = Finding(error.path, 1, 1, "D809", {"problem": error.problem})
        return Readings(tree, registry_files.build({}), {}, {}, syntax=(finding,))


def _read(tree: Tree, store: Store | None, progress: Callable[[int, int], None] | None) -> Readings:
    schemas = Schemas.of(tree)
    reader = Reader(schemas, tree)
    items: dict[str, Reading] = {}
    reports: dict[str, Reading] = {}
    misplaced: list[Finding] = []
    paths = sorted(path for path in tree if path.startswith(("items/", "reports/")))
    for count, path in enumerate(paths):
        if progress is not None and count % 100 == 0:
            progress(count, len(paths))
        if _ITEM_PATH.match(path):
            items[path] = _stored(path, tree[path], reader.key, reader.item, store)
        elif _REPORT_PATH.match(path):
            reports[path] = _stored(path, tree[path], reader.key, reader.report, store)
        else:
            expected = next(example for folder, example in _EXPECTED.items() if path.startswith(folder))
            misplaced.append(Finding(path, 1, 1, "D015", {"expected": expected}))
    return Readings(
        tree,
        reader.registry,
        items,
        reports,
        tuple(reader.registry_problems),
        (*reader.registry_syntax, *misplaced),
        schemas,
    )


def place(path: str, content: bytes, listed: Iterable[Problem]) -> list[Finding]:
    """Problems of one file with their lines and columns; a missing place falls back to its parent's."""
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
        findings.append(Finding(path, line, column, problem.code, problem.details, problem.since, problem.until))
    return findings


class Reader:
    """Reads the files of one tree by its schemas and registry; ``key`` names those for a store."""

    def __init__(self, schemas: Schemas, tree: Tree) -> None:
        self.schemas = schemas
        self.registry_syntax: list[Finding] = []
        self.registry_problems: list[tuple[str, Problem]] = []
        self.complete = False
        self.registry = self._read_registry(tree)
        digest = hashlib.blake2b(digest_size=16)
        for path in sorted(tree):
            if path.startswith(("schemas/", "registry/")):
                digest.update(path.encode() + b"\0" + hashlib.blake2b(tree[path]).digest())
        self.key = digest.hexdigest()
        self._item_field: Field = schemas.field("item")
        self._surveyors: dict[str, Surveyor] = {}

    def item(self, path: str, content: bytes) -> Reading:
        """One item file, judged by every rule that needs no other item."""
        identity = path.rpartition("/")[2].removesuffix(".yml")
        data, syntax = parse(path, content)
        if data is None:
            return Reading(Facts(identity, ""), None, (), tuple(syntax))
        found = problems(self.schemas, "item", data)
        if found:
            found = references.suggested(found, self.registry, int(identity[:4]))
            found += text_problems(self._item_field, data)
            title = data.get("title")
            return Reading(Facts(identity, title if isinstance(title, str) else ""), None, tuple(found))
        found = [*text_problems(self._item_field, data), *amendments.amendments_fit(data)]
        record = cast(ItemRecord, amendments.effective(data))
        survey = self._surveyor("item").survey(cast(Data, record))
        case = Case(path, record, survey, self._item_field, self.registry)
        if self.complete:
            for rule in ITEM_RULES:
                found += rule(case)
        return Reading(across.facts_of(record, Item(path, record).lead_unit, survey), lambda: data, tuple(found))

    def report(self, path: str, content: bytes) -> Reading:
        """One report file: shape, place, references and privacy."""
        identity = path.removeprefix("reports/").removesuffix(".yml")
        data, syntax = parse(path, content)
        if data is None:
            return Reading(Facts(identity, ""), None, (), tuple(syntax))
        root = self.schemas.field("report")
        found = problems(self.schemas, "report", data)
        if found:
            found = references.suggested(found, self.registry, int(identity[:4]))
            return Reading(Facts(identity, ""), None, (*found, *text_problems(root, data)))
        found = [*text_problems(root, data)]
        if data["id"] != identity:
            found.append(Problem("D806", ("id",), {"id": data["id"], "expected": identity}))
        survey = self._surveyor("report").survey(data)
        if self.complete:
            found += references.references(survey, root, self.registry, int(data["id"][:4]))
        found += privacy.privacy(survey.texts)
        day, pointer = life.latest(survey.facts)
        label = root.at(pointer)
        found.append(Problem("D306", pointer, {"label": label.labels if label else "", "day": day}, until=day))
        facts = Facts(identity, data["title"], items=across.references_to("item", survey))
        return Reading(facts, lambda: data, tuple(found))

    def _surveyor(self, name: str) -> Surveyor:
        if name not in self._surveyors:
            self._surveyors[name] = Surveyor(self.schemas.field(name))
        return self._surveyors[name]

    def _read_registry(self, tree: Tree) -> Registry:
        files: dict[str, Data] = {}
        plans = {path: "plan" for path in sorted(tree) if path.startswith(registry_files.PLANS)}
        for path, name in {**registry_files.FILES, **plans}.items():
            if path not in tree:
                self.registry_syntax.append(Finding(path, 1, 1, "D805", {"file": path}))
                continue
            data, syntax = parse(path, tree[path])
            self.registry_syntax += syntax
            if data is None:
                continue
            found = problems(self.schemas, name, data)
            if not found:
                files[path] = data
                found = [*text_problems(self.schemas.field(name), data), *registry_files.file_problems(path, data)]
            self.registry_problems += [(path, problem) for problem in found]
        # With a part of the registry missing every reference would be wrong: mend that first.
        self.complete = all(path in files for path in (*registry_files.FILES, *plans))
        registry = registry_files.build(files)
        if not self.complete:
            return registry
        self.registry_problems += registry_files.cross_problems(registry)
        for path, name in {**registry_files.FILES, **plans}.items():
            if path in files:
                root = self.schemas.field(name)
                survey = Surveyor(root).survey(files[path])
                year = files[path].get("year", 0)
                self.registry_problems += [
                    (path, problem) for problem in references.references(survey, root, registry, year)
                ]
        return registry


def _stored(
    path: str, content: bytes, namespace: str, read_file: Callable[[str, bytes], Reading], store: Store | None
) -> Reading:
    if store is None:
        return read_file(path, content)
    key = namespace + hashlib.blake2b(content, digest_size=16).hexdigest()
    reading = store.get(path, key)
    if reading is None:
        reading = read_file(path, content)
        store.put(path, key, reading)
    return reading

