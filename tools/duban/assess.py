"""A ledger, a year and a day → each unit's score, and for every point lost the entry that cost it (督考一体)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal, NamedTuple, get_args

from duban.calendar import WorkCalendar
from duban.figures import ACCOUNTABILITY, BULLETIN_MEASURE, INTERVIEW
from duban.model import Data, Item
from duban.obligation import Kind, Obligation, obligations
from duban.record import ItemRecord

Rule = Literal[
    "late",
    "late_ack",
    "late_milestone",
    "late_progress",
    "late_reply",
    "late_subtask",
    "returned",
    "criticised",
    "interviewed",
    "held_accountable",
    "rebounded",
]
RULES: tuple[Rule, ...] = get_args(Rule)
DEFAULTS: Mapping[str, float] = {
    "late_ack": 0,
    "late_milestone": 0,
    "late_progress": 0,
    "late_reply": -1,
    "late_subtask": -1,
    "interviewed": -2,
    "held_accountable": 0,
    "rebounded": 0,
    "co_unit_share": 0,
    "few_items": 3,
}
"""What holds where the policy's ``score`` does not say; where each comes from is told in docs/policy.md."""
_OF_KIND: Mapping[Kind, Rule] = {
    "deadline": "late",
    "ack": "late_ack",
    "milestone": "late_milestone",
    "progress": "late_progress",
    "reply": "late_reply",
    "subtask": "late_subtask",
}
_MEASURES: Mapping[str, Rule] = {
    BULLETIN_MEASURE: "criticised",
    INTERVIEW: "interviewed",
    ACCOUNTABILITY: "held_accountable",
}
_RETURNED, _REBOUNDED = "退回", ("部分反弹", "反弹")


class Point(NamedTuple):
    """What one entry cost one unit. ``on`` is the ISO day that it was owed by, or happened on.

    ``share`` is less than 1 where a unit answers with others for what the lead unit owed. ``waived``
    says that the unit's objection was upheld. ``nth`` tells apart what an entry owes more than once on one day.
    """

    unit: str
    rule: Rule
    item: str
    entry: str
    on: str
    points: Decimal
    name: str = ""
    share: Decimal = Decimal(1)
    waived: bool = False
    nth: int = 1

    @property
    def key(self) -> str:
        """Names the point for objections: unit, rule and entry, the day, and which of several on that day."""
        parts = (self.unit, self.rule, f"{self.item}{self.entry}", self.on)
        return "/".join((*parts, str(self.nth)) if self.nth > 1 else parts)


@dataclass(frozen=True, slots=True)
class Score:
    """One unit's year. ``rank`` is 0 where too few items make a comparison unfair; equal scores share a rank."""

    unit: str
    base: Decimal
    led: int
    joined: int
    points: tuple[Point, ...]
    rank: int = 0
    tied: bool = False

    @property
    def items(self) -> int:
        """How many items the unit had a part in."""
        return self.led + self.joined

    @property
    def lost(self) -> Decimal:
        """Points lost, not above 0."""
        return sum((one.points for one in self.points if not one.waived), Decimal(0))

    @property
    def total(self) -> Decimal:
        """The base less what was lost, not below 0."""
        return max(self.base + self.lost, Decimal(0))


def weights(policy: Data) -> dict[str, Decimal]:
    """The weight of each rule, and the two other numbers, from the policy or by default."""
    given = {**DEFAULTS, **{name: value for name, value in policy["score"].items() if not isinstance(value, bool)}}
    return {name: Decimal(str(value)) for name, value in given.items()}


def assess(
    items: Iterable[Item], policy: Data, year: int, day: str, calendar: WorkCalendar, waived: Container[str] = ()
) -> list[Score]:
    """The score of every unit that led or joined an item in the year, as of an ISO day: ranked ones first.

    What counts is what was owed by a day of the year, or happened in it, up to ``day``; the items are
    those as of that day. ``waived`` holds the keys of points against which an objection was upheld.
    """
    weight, office = weights(policy), policy["office"]
    points: dict[str, list[Point]] = {}
    led: Counter[str] = Counter()
    joined: Counter[str] = Counter()
    for item in items:
        record = item.record
        owed = obligations(record, policy, calendar)
        notice = record.get("task_notice")
        if notice is not None and any(int(one.due[:4]) == year for one in owed):
            led[notice["lead_unit"]] += 1
            joined.update(notice.get("co_units", ()))
        for one in _points(record, owed, year, day, weight):
            if one.points and one.unit != office:
                points.setdefault(one.unit, []).append(one._replace(waived=one.key in waived))
    scores = [
        Score(unit, weight["base"], led[unit], joined[unit], tuple(sorted(points.get(unit, ()), key=_in_order)))
        for unit in {*led, *joined, *points} - {office}
    ]
    return _ranked(scores, int(weight["few_items"]))


def charges(item: Item, policy: Data, year: int, day: str, calendar: WorkCalendar) -> Iterator[Point]:
    """Every point of one item as of an ISO day, those that cost nothing by the policy of today too."""
    return _points(item.record, obligations(item.record, policy, calendar), year, day, weights(policy))


def _in_order(one: Point) -> tuple[int, str, str, str, int]:
    return RULES.index(one.rule), one.item, one.entry, one.on, one.nth


def _points(
    record: ItemRecord, owed: Iterable[Obligation], year: int, day: str, weight: Mapping[str, Decimal]
) -> Iterator[Point]:
    identity = record["id"]
    alike: Counter[tuple[str, Rule, str, str]] = Counter()
    for one in owed:
        rule = _OF_KIND.get(one.kind)
        if rule is None or int(one.due[:4]) != year:
            continue
        entry = _entry(record, one)
        # Counted whether in time or not, so that no point is called otherwise once another is met.
        here = one.owner, rule, entry, one.due
        alike[here] += 1
        if one.state(day) not in ("met_late", "overdue"):
            continue
        yield Point(one.owner, rule, identity, entry, one.due, weight[rule], one.name, nth=alike[here])
        if rule == "late":
            share = weight["co_unit_share"]
            for unit in record["task_notice"].get("co_units", ()):
                yield Point(unit, rule, identity, entry, one.due, weight[rule] * share, share=share)
    for rule, unit, entry, on in _happened(record):
        if int(on[:4]) == year and on <= day:
            yield Point(unit, rule, identity, entry, on, weight[rule])


def _happened(record: ItemRecord) -> Iterator[tuple[Rule, str, str, str]]:
    for index, closure in enumerate(record.get("closure_notices", ())):
        decision = closure.get("decision")
        if decision and decision["result"] == _RETURNED:
            yield "returned", closure["applicant_unit"], f"/closure_notices/{index}", decision["on"]
    for index, measure in enumerate(record.get("measures", ())):
        yield _MEASURES[measure["kind"]], measure["unit"], f"/measures/{index}", measure["on"]
    notice = record.get("task_notice")
    for index, check in enumerate(record.get("look_backs", ())):
        if notice and check["result"] in _REBOUNDED:
            yield "rebounded", notice["lead_unit"], f"/look_backs/{index}", check["on"]


def _entry(record: ItemRecord, one: Obligation) -> str:
    """The entry that an obligation arises from."""
    if one.kind == "reply":
        numbers = [notice["form_no"] for notice in record["tracking_notices"]]
        return f"/tracking_notices/{numbers.index(one.name)}"
    if one.kind == "subtask":
        for index, notice in enumerate(record["coordination_notices"]):
            if any(
                (task["unit"], task["task"], task["due"]) == (one.owner, one.name, one.due)
                for task in notice["subtasks"]
            ):
                return f"/coordination_notices/{index}"
    return "/task_notice"


def _ranked(scores: Iterable[Score], few: int) -> list[Score]:
    """Best first; units with too few items after them, unranked, for one slip weighs too much there."""
    ordered = sorted(scores, key=lambda one: (one.items < few, -one.total, one.unit))
    totals = sorted((one.total for one in ordered if one.items >= few), reverse=True)
    return [
        replace(one, rank=totals.index(one.total) + 1, tied=totals.count(one.total) > 1) if one.items >= few else one
        for one in ordered
    ]
