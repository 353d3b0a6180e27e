"""One file of a ledger, its schemas and registry → a Reading: data, facts, and every problem within it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, cast

import orjson

from duban import registry as registry_files
from duban.filing import identity_at, kind_at
from duban.finding import Finding, Problem
from duban.model import Data, Item, Registry, Tree
from duban.parse import parse
from duban.paths import shown
from duban.record import AssessmentRecord, ItemRecord
from duban.rules import (
    across,
    amendments,
    assessments,
    closing,
    following,
    forms,
    inspections,
    life,
    participants,
    privacy,
    references,
    transcription,
)
from duban.rules.across import Facts
from duban.rules.case import Case
from duban.schema import Field, Schemas
from duban.survey import Survey, Surveyor
from duban.violation import placeholders, problems

ITEM_RULES: tuple[Callable[[Case], Iterator[Problem]], ...] = (
    life.names,
    life.steps,
    life.drafter,
    life.proposal_kept,
    life.order_of_dates,
    life.not_in_the_future,
    life.nothing_after_the_end,
    life.one_end,
    references.registry_references,
    references.campaign_of_the_time,
    references.signers,
    references.supervisors,
    participants.consent,
    transcription.cells_lead_to_values,
    participants.of_the_roster,
    inspections.visits_have_a_basis,
    forms.numbers,
    forms.milestones,
    forms.tracking_in_turn,
    forms.units_named_once,
    following.reopened_once,
    following.instruction_registered,
    following.reopened_deadline,
    closing.extensions,
    closing.extension_levels,
    closing.tracked_deadline,
    closing.standards_answered,
    closing.closing_earned,
    closing.cause_of_red,
    closing.secrecy_review,
    privacy.text_is_clean,
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was found in one file: its facts for the other files, its problems, and what is no YAML in it."""

    facts: Facts
    problems: tuple[Problem, ...] = ()
    syntax: tuple[Finding, ...] = ()

    def packed(self) -> bytes:
        """As JSON, for a store or another process."""
        row = [
            self.facts.as_row(),
            [[one.code, one.pointer, one.details, one.at_key, one.since, one.until] for one in self.problems],
            [[one.path, one.line, one.column, one.code, one.details] for one in self.syntax],
        ]
        # A copy: what orjson returns keeps the four kilobytes of room that it was written in.
        return bytes(memoryview(orjson.dumps(row)))

    @classmethod
    def unpacked(cls, content: bytes) -> Judgement:
        """What ``packed`` made. Raises ValueError or TypeError for anything else."""
        return cls.of_row(orjson.loads(content))

    @classmethod
    def of_row(cls, row: Any) -> Judgement:
        """The same from the JSON as it was read."""
        facts, found, syntax = row
        return cls(
            Facts(*facts),
            tuple([Problem(code, tuple(pointer), *rest) for code, pointer, *rest in found]),
            tuple([Finding(*finding) for finding in syntax]),
        )


@dataclass(frozen=True, slots=True)
class Reading:
    """One file read: what was found in it, and its data where it is valid.

    ``digest`` names the content of the file. ``data`` is a function because a store keeps data
    apart: judging an unchanged file never needs it. It is None for a file that is broken. What was
    found is ``packed`` until it is asked for: as values it takes five times as much.
    """

    packed: bytes
    data: Callable[[], Data] | None = None
    digest: str = ""

    @property
    def judgement(self) -> Judgement:
        return Judgement.unpacked(self.packed)

    @property
    def facts(self) -> Facts:
        """By themselves: whoever goes over a whole ledger for facts need not make its problems anew."""
        return Facts(*orjson.loads(self.packed)[0])

    @property
    def problems(self) -> tuple[Problem, ...]:
        return self.judgement.problems

    @property
    def syntax(self) -> tuple[Finding, ...]:
        return self.judgement.syntax

    @property
    def valid(self) -> bool:
        """Whether the file fits its schema."""
        return self.data is not None


def _reading(
    facts: Facts,
    data: Data | None,
    problems: Iterable[Problem] = (),
    syntax: Iterable[Finding] = (),
) -> Reading:
    packed = Judgement(facts, tuple(problems), tuple(syntax)).packed()
    return Reading(packed, None if data is None else lambda: data)


def content_digest(content: bytes) -> str:
    """Names a file's content."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def _not_in_the_future(survey: Survey, root: Field) -> Iterator[Problem]:
    """D306: nothing is recorded before it happened; names the latest date of the file."""
    if survey.facts:
        day, pointer = life.latest(survey.facts)
        label = root.at(pointer)
        yield Problem("D306", pointer, {"label": label.labels if label else "", "day": day}, until=day)


class Reader:
    """Reads the files of one tree by its schemas and registry; ``key`` names those for a store."""

    def __init__(self, schemas: Schemas, tree: Tree) -> None:
        self.schemas = schemas
        self.registry_syntax: list[Finding] = []
        self.registry_problems: list[tuple[str, Problem]] = []
        self.registry_facts: dict[str, Facts] = {}
        self.complete = False
        self.registry = self._read_registry(tree)
        digest = hashlib.blake2b(digest_size=16)
        for path in sorted(tree):
            if path.startswith(("schemas/", "registry/")):
                digest.update(path.encode("utf-8", "surrogateescape") + b"\0" + hashlib.blake2b(tree[path]).digest())
        self.key = digest.hexdigest()
        self._item_field: Field = schemas.field("item")
        self._surveyors: dict[str, Surveyor] = {}

    def read(self, path: str, content: bytes) -> Reading:
        """One file of the record, by where it stands."""
        read = {"item": self.item, "report": self.report, "assessment": self.assessment}[kind_at(path)]
        reading = read(path, content)
        return replace(reading, digest=content_digest(content))

    def item(self, path: str, content: bytes) -> Reading:
        """One item file, judged by every rule that needs no other item."""
        identity = path.rpartition("/")[2].removesuffix(".yml")
        data, syntax = parse(path, content)
        if data is None:
            return _reading(Facts(identity, ""), None, syntax=syntax)
        found = problems(self.schemas, "item", data)
        if found:
            found = references.suggested(found, self.registry, int(identity[:4]))
            title = data.get("title")
            return _reading(Facts(identity, title if isinstance(title, str) else ""), None, found)
        effective, found = amendments.amended(data)
        record = cast(ItemRecord, effective)
        misfits = problems(self.schemas, "item", record) if "amendments" in data else []
        if misfits:
            misfits = references.suggested(misfits, self.registry, int(identity[:4]))
            found += amendments.placed(data, misfits)
            return _reading(Facts(identity, data["title"]), None, found)
        survey = self._surveyor("item").survey(cast(Data, record))
        found += placeholders(self._item_field, survey.texts)
        case = Case(path, record, survey, self._item_field, self.registry)
        if self.complete:
            found += amendments.placed(data, chain.from_iterable(rule(case) for rule in ITEM_RULES))
        return _reading(across.facts_of(record, Item(path, record).lead_unit, survey), data, found)

    def report(self, path: str, content: bytes) -> Reading:
        """One report file: shape, place, references and privacy."""
        identity = path.removeprefix("reports/").removesuffix(".yml")
        data, syntax = parse(path, content)
        if data is None:
            return _reading(Facts(identity, ""), None, syntax=syntax)
        root = self.schemas.field("report")
        found = problems(self.schemas, "report", data)
        if found:
            found = references.suggested(found, self.registry, int(identity[:4]))
            return _reading(Facts(identity, ""), None, found)
        if data["id"] != identity:
            found.append(Problem("D806", ("id",), {"id": data["id"], "expected": identity}))
        survey = self._surveyor("report").survey(data)
        if self.complete:
            found += references.references(survey, root, self.registry, int(data["id"][:4]))
        found += privacy.privacy(survey.texts)
        found += _not_in_the_future(survey, root)
        facts = Facts(identity, data["title"], items=across.references_to("item", survey))
        return _reading(facts, data, found)

    def assessment(self, path: str, content: bytes) -> Reading:
        """One year's assessment: shape, place, signers, references and privacy, and what its entries demand of another.

        Whether its points and its digest are those of the ledger takes the whole ledger (``assessed``).
        """
        identity = identity_at(path)
        root = self.schemas.field("assessment")
        data, syntax = parse(path, content)
        if data is None:
            return _reading(Facts(identity, ""), None, syntax=syntax)
        found = problems(self.schemas, "assessment", data)
        if found:
            return _reading(Facts(identity, ""), None, references.suggested(found, self.registry, int(identity)))
        survey = self._surveyor("assessment").survey(data)
        found += placeholders(root, survey.texts)
        if self.complete:
            found += references.references(survey, root, self.registry, int(identity))
            found += references.entitled(survey, self.registry)
            found += assessments.problems_of(
                assessments.YearCase(path, cast(AssessmentRecord, data), root, self.registry)
            )
        found += privacy.privacy(survey.texts)
        found += _not_in_the_future(survey, root)
        latest = life.latest(survey.facts)[0] if survey.facts else ""
        return _reading(Facts(identity, "", latest), data, found)

    def _surveyor(self, name: str) -> Surveyor:
        if name not in self._surveyors:
            self._surveyors[name] = Surveyor(self.schemas.root(name))
        return self._surveyors[name]

    def _read_registry(self, tree: Tree) -> Registry:
        files: dict[str, Data] = {}
        names = registry_files.schema_names(tree)
        for path, name in names.items():
            if path not in tree:
                self.registry_syntax.append(Finding(path, 1, 1, "D805", {"file": path}))
                continue
            data, syntax = parse(shown(path), tree[path])
            self.registry_syntax += syntax
            if data is None:
                continue
            found = problems(self.schemas, name, data)
            if not found:
                files[path] = data
                found = [*registry_files.file_problems(path, data)]
            self.registry_problems += [(path, problem) for problem in found]
        # With a part of the registry missing every reference would be wrong: mend that first.
        self.complete = names.keys() <= files.keys()
        registry = registry_files.build(files)
        if not self.complete:
            return registry
        self.registry_problems += registry_files.cross_problems(registry)
        for path, name in names.items():
            root = self.schemas.root(name)
            survey = Surveyor(root).survey(files[path])
            year = files[path].get("year", 0)
            self.registry_problems += [
                (path, problem) for problem in references.references(survey, root, registry, year)
            ]
            self.registry_problems += [(path, problem) for problem in privacy.privacy(survey.texts)]
            if named := across.references_to("item", survey):
                self.registry_facts[path] = Facts("", "", items=named)
        planned = files.get(registry_files.INSPECTIONS, {}).get("inspections", ())
        inspected = [registry_files.inspection(row) for row in planned]
        self.registry_problems += [
            (registry_files.INSPECTIONS, problem) for problem in inspections.problems_of(inspected, registry)
        ]
        return registry
