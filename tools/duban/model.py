"""The ledger as values: typed views of validated data, with no parsing, no clock and no files."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from duban.finding import Finding, Pointer
from duban.record import AssessmentRecord, ItemRecord, ReportRecord

Tree = Mapping[str, bytes]
Data = dict[str, Any]

STEPS = ("intake", "proposal", "approval", "method", "report", "feedback", "archive")
ENDS = ("not_filed", "withdrawn", "superseded")
TEAMS = ("专业督查员", "特聘督查专员", "督查专家", "社会群众")
"""The teams of supervision, "1+3": professionals, seconded commissioners, experts, the public."""


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


class InspectionApproval(NamedTuple):
    """What an inspection rests on: the annual plan or an approval for itself, its number, by whom, on which ISO day."""

    basis: str
    number: str
    by: str
    on: str


@dataclass(frozen=True, slots=True)
class Inspection:
    """One inspection of the year's plan, from one ISO day to another, both included.

    Where only its month is settled (``by_month``) they are the first and the last of that month.
    ``lead`` is "" and ``units`` are empty where an unannounced one does not name them yet.
    """

    id: str
    title: str
    kind: str
    start: str
    end: str
    by_month: bool = False
    units: tuple[str, ...] = ()
    lead: str = ""
    team: tuple[str, ...] = ()
    materials: tuple[str, ...] = ()
    unannounced: bool = False
    approval: InspectionApproval | None = None
    items: tuple[str, ...] = ()
    sample: bool = False

    @property
    def people(self) -> tuple[str, ...]:
        """Who goes, the lead first, each once."""
        return tuple(dict.fromkeys(one for one in (self.lead, *self.team) if one))

    def may_be_told(self, day: str) -> bool:
        """Whether it may be told of on an ISO day: an unannounced one (四不两直) only once it is over."""
        return not self.unannounced or self.end < day

    def overlaps(self, first: str, last: str) -> bool:
        """Whether any of its days lies between two ISO days, both included."""
        return self.start <= last and first <= self.end


@dataclass(frozen=True, slots=True)
class Registry:
    """Units, people, campaigns, annual plans, the plan of inspections, the policy and the calendar's overrides.

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
    inspections: Mapping[str, Inspection] = field(default_factory=dict)

    def told_on(self, day: str) -> Registry:
        """The registry without the inspections that may not be told of on an ISO day."""
        told = {one.id: one for one in self.inspections.values() if one.may_be_told(day)}
        return self if len(told) == len(self.inspections) else replace(self, inspections=told)

    def unit_name(self, unit: str) -> str:
        """The short name people use; the id itself where the registry lacks it."""
        known = self.units.get(unit)
        return known.short_name if known else unit

    def holders(self, role: str, day: str, units: Collection[str] = ()) -> tuple[str, ...]:
        """Who holds a role on an ISO day, of some units or any, in the roster's order."""
        held = (one for one in self.people.values() if one.holds(role, day))
        return tuple(one.id for one in held if not units or one.unit in units)

    def holder(self, role: str, day: str) -> str:
        """The first in the roster who holds a role on an ISO day; "" where nobody does."""
        return next(iter(self.holders(role, day)), "")

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
        """The lead unit of the task notice, before that the proposed one, before that an older ledger's, else none."""
        notice = self.record.get("task_notice")
        if notice:
            return notice["lead_unit"]
        proposal = self.record.get("proposal")
        return proposal["lead_unit"] if proposal else self.record.get("transcribed", {}).get("lead_unit", "")


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
    findings: Sequence[Finding]
    assessments: Mapping[int, AssessmentRecord] = field(default_factory=dict)
    items_on: Callable[[str], Mapping[str, Item]] = field(default=lambda _: {}, compare=False, repr=False)


def text_pointer(pointer: Pointer) -> str:
    """A pointer as in ``/task_notice/milestones/0/due``."""
    return "".join(f"/{part}" for part in pointer)
