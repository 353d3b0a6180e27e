"""Items, their statuses and a span of days → what supervision asks of each unit, and what could be asked at once.

Less burden on the grass roots (基层减负): the same office should not come twice in a week, nor ask
for the same paper twice (reference: domain.md §b, ``burden``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Literal, NamedTuple, get_args

from duban.deadline import closing
from duban.form_record import CoordinationNotice
from duban.model import Item
from duban.record import ItemRecord
from duban.status import Status

DemandKind = Literal["visit", "inspection", "recheck", "look_back", "tracking_notice", "coordination_notice", "report"]
DEMAND_KINDS: tuple[DemandKind, ...] = get_args(DemandKind)
INSPECTIONS: frozenset[DemandKind] = frozenset({"visit", "inspection", "recheck", "look_back"})
Merge = Literal["inspections", "papers", "collect"]
PERIODIC = "定期"


class Demand(NamedTuple):
    """One thing that takes a unit's time on an ISO day: someone comes, or something must be written.

    A notice counts on the day it was issued, a periodic report on the day it is due, a re-check or
    look-back that is still to come on the day it is planned for (``planned``), an inspection of the
    year's plan once in each week. ``entry`` is where it stands in its item (``/visits/2``), "" where it
    has no entry of its own. ``people`` are those who ask. ``item`` is "" for an ``inspection``, which
    is then named by its id.
    """

    unit: str
    kind: DemandKind
    on: str
    item: str
    entry: str = ""
    people: tuple[str, ...] = ()
    planned: bool = False
    inspection: str = ""

    @property
    def asker(self) -> str:
        """What asks: an item or an inspection, by its id."""
        return self.item or f"inspection {self.inspection}"


@dataclass(frozen=True, slots=True)
class Load:
    """What one unit was asked: by kind this month and the month before, and how much it has yet to answer."""

    unit: str
    current: Mapping[DemandKind, int]
    previous: Mapping[DemandKind, int]
    unanswered: int

    @property
    def total(self) -> int:
        return sum(self.current.values())

    @property
    def before(self) -> int:
        return sum(self.previous.values())


@dataclass(frozen=True, slots=True)
class Conflict:
    """One unit asked by several, items or inspections or teams, in the week from Monday ``week`` on; what to merge."""

    unit: str
    week: str
    demands: tuple[Demand, ...]
    merges: tuple[Merge, ...]

    @property
    def askers(self) -> int:
        """How many items and inspections ask."""
        return len({one.asker for one in self.demands})


def demands(items: Iterable[Item], states: Mapping[str, Status], first: str, last: str, day: str) -> Iterator[Demand]:
    """What is asked of units from ``first`` to ``last``, both ISO days included, as known on ``day``.

    A visit is known once it was made, never before: one that was dated ahead would warn those whom it
    is to find unprepared (四不两直). What is planned in the record may lie after ``day``.
    """
    known = min(last, day)
    for item in items:
        record = item.record
        yield from _made(item, first, known)
        if "coordination_notices" in record:
            yield from _rechecks_to_come(record, max(first, day), last)
        look_back = _look_back_to_come(record)
        if look_back and max(first, day) <= look_back <= last:
            yield Demand(item.lead_unit, "look_back", look_back, item.id, planned=True)
        notice = record.get("task_notice")
        if notice and notice["feedback_mode"] == PERIODIC:
            state = states[item.id]
            if not state.finished_on or state.finished_on >= first:
                for one in state.obligations:
                    if one.kind == "progress" and first <= one.due <= last:
                        yield Demand(one.owner, "report", one.due, item.id, "", (notice["contact"],))


def loads(found: Iterable[Demand], states: Mapping[str, Status], day: str) -> list[Load]:
    """The units that were asked anything in the month of ``day`` up to that day or in the month before.

    Those that have something to answer are among them. Most burdened first.
    """
    months = day[:7], month_before(day[:7])
    counts: dict[str, tuple[Counter[DemandKind], Counter[DemandKind]]] = {}
    for one in found:
        if one.on <= day and one.on[:7] in months:
            counts.setdefault(one.unit, (Counter(), Counter()))[one.on[:7] != day[:7]][one.kind] += 1
    waiting = unanswered(states.values(), day)
    listed = [
        Load(unit, *counts.get(unit, (Counter(), Counter())), waiting[unit])
        for unit in sorted({*counts, *(unit for unit, count in waiting.items() if count)})
    ]
    return sorted(listed, key=lambda load: (-load.total, -load.before, -load.unanswered, load.unit))


def unanswered(states: Iterable[Status], day: str) -> Counter[str]:
    """What each unit has been asked in writing and not answered by ``day``: replies, subtasks, reports past due."""
    return Counter(
        one.owner
        for state in states
        for one in state.pending
        if one.kind in ("reply", "subtask") or (one.kind == "progress" and one.due <= day)
    )


def conflicts(found: Iterable[Demand]) -> list[Conflict]:
    """The units that several items or inspections, or teams without a person in common, ask in one week.

    By week, most askers first.
    """
    groups: dict[tuple[str, str], list[Demand]] = {}
    for one in found:
        groups.setdefault((monday(one.on), one.unit), []).append(one)
    listed = []
    for (week, unit), group in groups.items():
        merges = tuple(_merges(group))
        if merges:
            ordered = sorted(group, key=lambda one: (one.on, one.asker, DEMAND_KINDS.index(one.kind), one.entry))
            listed.append(Conflict(unit, week, tuple(ordered), merges))
    return sorted(listed, key=lambda one: (one.week, -one.askers, -len(one.demands), one.unit))


@cache
def monday(day: str) -> str:
    """The Monday of an ISO day's week."""
    when = date.fromisoformat(day)
    return (when - timedelta(days=when.weekday())).isoformat()


def month_before(month: str) -> str:
    """``2018-12`` for ``2019-01``."""
    return (date.fromisoformat(f"{month}-01") - timedelta(days=1)).isoformat()[:7]


def _made(item: Item, first: str, known: str) -> Iterator[Demand]:
    """What happened between two ISO days."""
    record, lead = item.record, item.lead_unit
    for index, visit in enumerate(record.get("visits", ())):
        if first <= visit["on"] <= known:
            yield Demand(lead, "visit", visit["on"], item.id, f"/visits/{index}", tuple(visit["visitors"]))
    for index, tracking in enumerate(record.get("tracking_notices", ())):
        on = tracking["issued_on"]
        if first <= on <= known:
            entry, people = f"/tracking_notices/{index}", (tracking["contact"],)
            yield Demand(tracking["to_unit"], "tracking_notice", on, item.id, entry, people)
    for index, coordination in enumerate(record.get("coordination_notices", ())):
        entry, on, recheck = f"/coordination_notices/{index}", coordination["issued_on"], coordination.get("recheck")
        for unit in _asked(coordination):
            if first <= on <= known:
                yield Demand(unit, "coordination_notice", on, item.id, entry, (coordination["contact"],))
            if recheck and first <= recheck["on"] <= known:
                yield Demand(unit, "recheck", recheck["on"], item.id, entry, (recheck["by"],))
    for index, check in enumerate(record.get("look_backs", ())):
        if first <= check["on"] <= known:
            yield Demand(lead, "look_back", check["on"], item.id, f"/look_backs/{index}", (check["by"],))


def _rechecks_to_come(record: ItemRecord, first: str, last: str) -> Iterator[Demand]:
    for index, coordination in enumerate(record["coordination_notices"]):
        on = coordination["recheck_on"]
        if "recheck" not in coordination and first <= on <= last:
            entry, people = f"/coordination_notices/{index}", (coordination["contact"],)
            for unit in _asked(coordination):
                yield Demand(unit, "recheck", on, record["id"], entry, people, planned=True)


def _look_back_to_come(record: ItemRecord) -> str:
    """The day that a look-back is planned for, "" where none is or one was made."""
    if "look_backs" in record or "closure_notices" not in record:
        return ""
    closed = closing(record)
    return closed.get("look_back_by", "") if closed else ""


def _asked(coordination: CoordinationNotice) -> dict[str, None]:
    """The units that a coordination notice gives subtasks, each once."""
    return dict.fromkeys(subtask["unit"] for subtask in coordination["subtasks"])


def _merges(group: Sequence[Demand]) -> Iterator[Merge]:
    inspections = [one for one in group if one.kind in INSPECTIONS]
    papers = [one for one in group if one.kind not in INSPECTIONS]
    coming, writing = {one.asker for one in inspections}, {one.asker for one in papers}
    if len(coming) > 1 or _teams(inspections) > 1:
        yield "inspections"
    if len(writing) > 1:
        yield "papers"
    if coming and writing and len(coming | writing) > 1:
        yield "collect"


def _teams(inspections: Iterable[Demand]) -> int:
    """How many teams came that have no person in common."""
    teams: list[set[str]] = []
    for one in inspections:
        joined = {*one.people}
        apart = []
        for team in teams:
            if team & joined:
                joined |= team
            else:
                apart.append(team)
        teams = [*apart, joined]
    return len(teams)
