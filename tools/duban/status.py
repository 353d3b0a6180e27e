"""A ledger and a day → each item's step, light, days left and next action, from dates alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from duban.calendar import WorkCalendar
from duban.deadline import closing, current_deadline, ending, finished_on, original_deadline
from duban.model import STEPS, Data, Item, ItemRecord, Ledger
from duban.obligation import Obligation, obligations

Light = Literal[
    "on_track", "due_soon", "overdue", "done_on_time", "done_late", "not_filed", "withdrawn", "superseded", "broken"
]
LIGHTS: tuple[Light, ...] = (
    "on_track",
    "due_soon",
    "overdue",
    "done_on_time",
    "done_late",
    "not_filed",
    "withdrawn",
    "superseded",
    "broken",
)
OPEN_LIGHTS: frozenset[Light] = frozenset({"on_track", "due_soon", "overdue"})


@dataclass(frozen=True, slots=True)
class Next:
    """What is expected next: an obligation's kind or the next step's, who owes it, by when ("" if unset)."""

    kind: str
    who: str
    due: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    """Where an item stands. Days are ISO days, ``workdays_left`` counts working days, negative when past."""

    id: str
    title: str
    step: str
    light: Light
    due: str = ""
    original_due: str = ""
    finished_on: str = ""
    workdays_left: int | None = None
    lead_unit: str = ""
    next: Next | None = None
    obligations: tuple[Obligation, ...] = ()


def status(item: Item, day: str, policy: Data, calendar: WorkCalendar) -> Status:
    """The status of one item on an ISO day; its record must be the one of that day."""
    record = item.record
    owed = obligations(record, policy, calendar)
    due = current_deadline(record) if "task_notice" in record else ""
    done = finished_on(record)
    is_open = not done and ending(record) is None
    left = calendar.workdays_between(day, due) if due and is_open else None
    return Status(
        id=item.id,
        title=record["title"],
        step=step(record),
        light=_light(record, owed, day, due, left, policy),
        due=due,
        original_due=original_deadline(record) if due else "",
        finished_on=done,
        workdays_left=left,
        lead_unit=item.lead_unit,
        next=_next(record, owed, day, policy),
        obligations=tuple(owed),
    )


def statuses(ledger: Ledger, day: str, calendar: WorkCalendar) -> dict[str, Status]:
    """The status of every item by id, broken ones too, in order of id."""
    policy = ledger.registry.policy
    found = {item.id: status(item, day, policy, calendar) for item in ledger.items.values()}
    for broken in ledger.broken:
        found[broken.id] = Status(broken.id, broken.title, "", "broken")
    return dict(sorted(found.items()))


def step(record: ItemRecord) -> str:
    """The last of the seven steps that the item has reached.

    The notice belongs to step 4; the report on the outcome, or a closing that was granted, to
    step 5.
    """
    reached = {name for name in STEPS if name in record}
    if "task_notice" in record:
        reached.add("method")
    if closing(record):
        reached.add("report")
    return next(name for name in reversed(STEPS) if name in reached)


def _light(record: ItemRecord, owed: Iterable[Obligation], day: str, due: str, left: int | None, policy: Data) -> Light:
    end = ending(record)
    if end:
        return end[0]  # type: ignore[return-value]
    done = finished_on(record)
    if done:
        return "done_on_time" if done <= due else "done_late"
    if not due:
        return "on_track"
    if day > due:
        return "overdue"
    behind = any(one.kind == "milestone" and one.state(day) == "overdue" for one in owed)
    if behind or (left is not None and left <= policy["lights"]["due_soon_workdays"]):
        return "due_soon"
    return "on_track"


def _next(record: ItemRecord, owed: Iterable[Obligation], day: str, policy: Data) -> Next | None:
    if ending(record) or "archive" in record:
        pending = [one for one in owed if one.kind == "look_back" and one.state(day) in ("open", "overdue")]
        return Next(pending[0].kind, pending[0].owner, pending[0].due) if pending and not ending(record) else None
    for one in owed:
        if one.state(day) in ("open", "overdue"):
            return Next(one.kind, one.owner, one.due, one.name)
    if "task_notice" not in record and "method" in record:
        return Next("task_notice", policy["office"])
    following = STEPS[STEPS.index(step(record)) + 1]
    return Next(following, policy["office"])
