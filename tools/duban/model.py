"""The ledger as values: typed views of validated data, with no parsing, no clock and no files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from duban.finding import Finding, Pointer
from duban.record import AssessmentRecord, ItemRecord, ReportRecord

Tree = Mapping[str, bytes]
Data = dict[str, Any]

STEPS = ("intake", "proposal", "approval", "method", "report", "feedback", "archive")
ENDS = ("not_filed", "withdrawn", "superseded")


@dataclass(frozen=True, slots=True)
class Unit:
    id: str
    name: str
    short_name: str
    kind: str
    name_en: str = ""
    parent: str = ""
    valid_from: str = ""
    valid_to: str = ""
    sample: bool = False

    def valid_on(self, day: str) -> bool:
        return self.valid_from <= day and (not self.valid_to or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Term:
    """A role, or a seat in a team, from one ISO day to another ("" when open)."""

    start: str
    end: str = ""
    role: str = ""

    def covers(self, day: str) -> bool:
        return self.start <= day and (not self.end or day <= self.end)


class Channel(NamedTuple):
    """A way to tell a person something: the channel's name, and the address on it where it has any."""

    name: str
    to: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    position: str
    unit: str
    team: str
    roles: tuple[Term, ...]
    position_en: str = ""
    term: Term | None = None
    sample: bool = False
    accounts: Mapping[str, int] = field(default_factory=dict)
    channels: tuple[Channel, ...] = ()

    def holds(self, role: str, day: str) -> bool:
        """Whether the roster grants this person that role on that ISO day."""
        return any(term.role == role and term.covers(day) for term in self.roles)


@dataclass(frozen=True, slots=True)
class Campaign:
    id: str
    name: str
    lead_unit: str
    goal: str
    start: str
    end: str = ""
    name_en: str = ""
    sample: bool = False


@dataclass(frozen=True, slots=True)
class PlanEntry:
    id: str
    kind: str
    name: str
    lead_unit: str
    target: str
    sample: bool = False


@dataclass(frozen=True, slots=True)
class Registry:
    """Units, people, campaigns, the annual plans, the policy and the calendar's overrides.

    ``plans`` maps (year, entry id), ``causes`` cause codes to their Chinese names, ``overrides`` an
    ISO day to whether people work on it.
    """

    units: Mapping[str, Unit]
    people: Mapping[str, Person]
    campaigns: Mapping[str, Campaign]
    plans: Mapping[tuple[int, str], PlanEntry]
    policy: Data
    causes: Mapping[str, str] = field(default_factory=dict)
    overrides: Mapping[str, bool] = field(default_factory=dict)
    confirmed_years: frozenset[int] = frozenset()

    def unit_name(self, unit: str) -> str:
        """The short name people use; the id itself where the registry lacks it."""
        known = self.units.get(unit)
        return known.short_name if known else unit

    def holder(self, role: str, day: str) -> str:
        """The first in the roster who holds a role on an ISO day; "" where nobody does."""
        return next((one.id for one in self.people.values() if one.holds(role, day)), "")

    def position(self, person: str) -> str:
        """The position shown for a person; the id itself where the roster lacks it."""
        known = self.people.get(person)
        return known.position if known else person


@dataclass(frozen=True, slots=True)
class Item:
    """One valid item: its file and its effective record (amendments applied)."""

    path: str
    record: ItemRecord

    @property
    def id(self) -> str:
        return self.record["id"]

    @property
    def lead_unit(self) -> str:
        """The lead unit of the task notice, before that the proposed one, before that none."""
        notice = self.record.get("task_notice")
        if notice:
            return notice["lead_unit"]
        proposal = self.record.get("proposal")
        return proposal["lead_unit"] if proposal else ""


@dataclass(frozen=True, slots=True)
class Broken:
    """An item file that could not be read or does not fit its schema: listed, never hidden."""

    path: str
    id: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Ledger:
    """Everything that a tree says, with what is wrong in it.

    ``assessments`` are by year; ``items_on`` gives the items as they stood on another ISO day.
    """

    items: Mapping[str, Item]
    broken: tuple[Broken, ...]
    reports: Mapping[str, ReportRecord]
    registry: Registry
    findings: tuple[Finding, ...]
    assessments: Mapping[int, AssessmentRecord] = field(default_factory=dict)
    items_on: Callable[[str], Mapping[str, Item]] = field(default=lambda _: {}, compare=False, repr=False)


def text_pointer(pointer: Pointer) -> str:
    """A pointer as in ``/task_notice/milestones/0/due``."""
    return "".join(f"/{part}" for part in pointer)
