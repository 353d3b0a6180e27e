"""A ledger and a day → each item's step, light, days left and next action, from dates alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from sys import intern
from typing import Literal, get_args

from duban.calendar import WorkCalendar
from duban.deadline import closing, current_deadline, ending, finished_before, finished_on, original_deadline
from duban.model import STEPS, Data, Item, Ledger
from duban.obligation import Obligation, after_closing, obligations
from duban.record import Ending, ItemRecord

Light = Literal[
    "on_track", "due_soon", "overdue", "done_on_time", "done_late", "not_filed", "withdrawn", "superseded", "broken"
]
LIGHTS: tuple[Light, ...] = get_args(Light)
_STEPS_BACK = tuple(reversed(STEPS))
_AFTER_ARCHIVE = frozenset({"reopening", "look_back"})
Owing = Callable[[str], Sequence[Obligation]]
"""An item's id → all its obligations."""
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
    """Where an item stands. Days are ISO days, ``workdays_left`` counts working days, negative when past.

    ``soon_on`` is the day from which the light is yellow unless it is red, "" where no day changes it;
    as long as nothing more is recorded, ``soon_on`` and ``due`` tell the light of every later day.
    ``pending`` is what is still to be done. ``owed`` are all obligations, or what makes them of the item's id:
    those of an item that is over are rarely asked for, and not kept.
    """

    id: str
    title: str
    step: str
    light: Light
    due: str = ""
    original_due: str = ""
    finished_on: str = ""
    workdays_left: int | None = None
    soon_on: str = ""
    lead_unit: str = ""
    next: Next | None = None
    pending: tuple[Obligation, ...] = ()
    owed: Sequence[Obligation] | Owing = field(default=(), repr=False, compare=False)

    @property
    def obligations(self) -> tuple[Obligation, ...]:
        """Everything in the item with a due date, in order of it."""
        return tuple(self.owed(self.id) if callable(self.owed) else self.owed)


def status(item: Item, day: str, policy: Data, calendar: WorkCalendar, owing: Owing | None = None) -> Status:
    """The status of one item on an ISO day; its record must be the one of that day.

    Of an item that is over the status keeps its record, for what it once owed, unless ``owing`` can tell.
    """
    record = item.record
    # The same days, and an item's id, stand in many places: each is kept once.
    due = intern(current_deadline(record)) if "task_notice" in record or "transcribed" in record else ""
    done, end = intern(finished_on(record)), ending(record)
    left = calendar.workdays_between(day, due) if due and not done and end is None else None
    reached = step(record)
    is_over = end is not None or reached == STEPS[-1]
    owed = [] if is_over else obligations(record, policy, calendar)
    remaining = after_closing(record, policy) if is_over and end is None else owed
    pending = tuple(one for one in remaining if one.is_pending(day))
    soon_on = "" if left is None else _soon_on(due, pending, policy, calendar)
    return Status(
        id=intern(item.id),
        title=record["title"],
        step=reached,
        light=_light(end, done, day, due, soon_on),
        due=due,
        original_due=intern(original_deadline(record)) if due else "",
        finished_on=done,
        workdays_left=left,
        soon_on=intern(soon_on),
        lead_unit=intern(item.lead_unit),
        next=None if end or finished_before(record) else _next(record, reached, pending, day, policy),
        pending=pending,
        owed=owing or (lambda _: obligations(record, policy, calendar)) if is_over else owed,
    )


def statuses(ledger: Ledger, day: str, calendar: WorkCalendar) -> dict[str, Status]:
    """The status of every item by id, broken ones too, in order of id."""
    policy, owing = ledger.registry.policy, owing_in(ledger, calendar)
    found = {item.id: status(item, day, policy, calendar, owing) for item in ledger.items.values()}
    return in_order(found, ledger)


def owing_in(ledger: Ledger, calendar: WorkCalendar) -> Owing:
    """What tells of any item of a ledger all that it owes or once owed, by reading the item again."""
    return lambda identity: obligations(ledger.items[identity].record, ledger.registry.policy, calendar)


def in_order(found: Mapping[str, Status], ledger: Ledger) -> dict[str, Status]:
    """The statuses of a ledger's items together with its broken ones, in order of id."""
    broken = {one.id: Status(one.id, one.title, "", "broken") for one in ledger.broken}
    return dict(sorted({**found, **broken}.items()))


def step(record: ItemRecord) -> str:
    """The last of the seven steps that the item has reached.

    The notice belongs to step 4; the report on the outcome, or a closing that was granted, here
    or in an older ledger, to step 5.
    """
    for name in _STEPS_BACK:
        if (
            name in record
            or (name == "method" and "task_notice" in record)
            or (name == "report" and (closing(record) is not None or finished_before(record)))
        ):
            return name
    raise ValueError("an item has at least its first step")


def _soon_on(due: str, pending: Iterable[Obligation], policy: Data, calendar: WorkCalendar) -> str:
    """The first day on which few working days are left, or that comes after a milestone which was missed."""
    few = calendar.last_workdays(due, policy["lights"]["due_soon_workdays"] + 1)
    missed = min((one.due for one in pending if one.kind == "milestone"), default="")
    return min(few, _day_after(missed)) if missed else few


@cache
def _day_after(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def _light(end: tuple[str, Ending] | None, done: str, day: str, due: str, soon_on: str) -> Light:
    if end:
        return end[0]  # type: ignore[return-value]
    if done:
        # Without a deadline, as an older ledger may have it, nothing is late.
        return "done_on_time" if not due or done <= due else "done_late"
    if not due:
        return "on_track"
    if day > due:
        return "overdue"
    return "due_soon" if day >= soon_on else "on_track"


def _next(record: ItemRecord, reached: str, pending: Iterable[Obligation], day: str, policy: Data) -> Next | None:
    if reached == STEPS[-1]:
        return next((Next(one.kind, one.owner, one.due) for one in pending if one.kind in _AFTER_ARCHIVE), None)
    first = next(iter(pending), None)
    # A look-back that is still to come keeps nobody from archiving.
    to_come = reached == STEPS[-2] and first is not None and first.kind == "look_back" and day <= first.due
    if first is not None and not to_come:
        # A unit that has applied for close-out has done its part: the office verifies on the spot, then decides.
        notices = record.get("closure_notices")
        if first.kind == "deadline" and notices and "decision" not in notices[-1]:
            kind = "closure_decision" if "verification" in notices[-1] else "verification"
            return Next(kind, policy["office"], name=notices[-1].get("form_no", ""))
        return Next(first.kind, first.owner, first.due, first.name)
    if "task_notice" not in record and "method" in record:
        return Next("task_notice", policy["office"])
    return Next(STEPS[STEPS.index(reached) + 1], policy["office"])
