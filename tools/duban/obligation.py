"""An item's record → its obligations: everything in it with a due date, who owes it, and when it was met."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from typing import Literal, NamedTuple, get_args

from duban.calendar import WorkCalendar
from duban.deadline import closing, current_deadline, ending, finished_on, planned_milestones, to_reopen
from duban.model import Data, Ledger
from duban.record import ItemRecord

Kind = Literal[
    "ack",
    "coordination",
    "milestone",
    "progress",
    "reply",
    "subtask",
    "recheck",
    "extension_decision",
    "deadline",
    "reopening",
    "feedback",
    "look_back",
]
State = Literal["open", "met", "met_late", "overdue"]
KINDS: tuple[Kind, ...] = get_args(Kind)
MET_BY: Mapping[str, str] = {
    "ack": "ack",
    "coordination": "coordination_notice",
    "milestone": "progress",
    "progress": "progress",
    "reply": "reply",
    "subtask": "coordination_notice",
    "recheck": "recheck",
    "extension_decision": "extension_decision",
    "deadline": "closure_notice",
    "reopening": "reopening",
    "feedback": "feedback",
    "look_back": "look_back",
}
"""The kind of entry that meets an obligation, or that the day of its finish is added to."""
_PLACES = {kind: place for place, kind in enumerate(KINDS)}
_AFTER_CLOSING = frozenset({"reopening", "feedback", "look_back"})


class Obligation(NamedTuple):
    """One thing owed. Days are ISO days; ``owner`` is a unit id; ``done_on`` is "" while it is open."""

    item: str
    kind: Kind
    owner: str
    due: str
    done_on: str = ""
    name: str = ""

    def state(self, day: str) -> State:
        """How it stands at the end of an ISO day; never back from overdue as days pass."""
        if self.done_on and self.done_on <= day:
            return "met" if self.done_on <= self.due else "met_late"
        return "open" if day <= self.due else "overdue"

    def is_pending(self, day: str) -> bool:
        """Whether it is still to be done at the end of an ISO day."""
        return not self.done_on or self.done_on > day


def obligations(record: ItemRecord, policy: Data, calendar: WorkCalendar) -> list[Obligation]:
    """What one item gives rise to, in order of due date.

    What is still open when the item ends has no one left to owe it and is left out; closing
    settles milestones that were never reported by themselves.
    """
    finished = finished_on(record)
    found = list(_arising(record, policy, calendar, finished))
    if ending(record):
        found = [one for one in found if one.done_on]
    elif finished:
        found = [one for one in found if one.done_on or one.kind in _AFTER_CLOSING]
    found.sort(key=_order)
    return found


def ledger_obligations(ledger: Ledger, calendar: WorkCalendar) -> dict[str, list[Obligation]]:
    """The obligations of every item, by item id."""
    policy = ledger.registry.policy
    return {identity: obligations(item.record, policy, calendar) for identity, item in ledger.items.items()}


def _order(one: Obligation) -> tuple[str, int, str]:
    return one.due, _PLACES[one.kind], one.name


def _arising(record: ItemRecord, policy: Data, calendar: WorkCalendar, finished: str) -> Iterator[Obligation]:
    notice = record.get("task_notice")
    if notice is None:
        return
    identity, lead, office = record["id"], notice["lead_unit"], policy["office"]
    ack = notice.get("ack")
    yield Obligation(
        identity,
        "ack",
        lead,
        calendar.add_workdays(notice["issued_on"], policy["ack_within_workdays"]),
        ack["on"] if ack else "",
    )
    if ack and ack.get("objection") and "coordination" in policy:
        yield _coordination(record, ack["on"], policy, calendar)
    milestones = planned_milestones(record)
    if milestones:
        done = _milestones_done(record)
        for milestone in milestones:
            name = milestone["name"]
            yield Obligation(identity, "milestone", lead, milestone["due"], done.get(name, finished), name)
    yield from _periodic(record, policy, calendar, finished)
    for tracking in record.get("tracking_notices", ()):
        reply = tracking.get("reply")
        yield Obligation(
            identity,
            "reply",
            tracking["to_unit"],
            tracking["reply_by"],
            reply["on"] if reply else "",
            tracking["form_no"],
        )
    for coordination in record.get("coordination_notices", ()):
        for subtask in coordination["subtasks"]:
            yield Obligation(
                identity, "subtask", subtask["unit"], subtask["due"], subtask.get("done_on", ""), subtask["task"]
            )
        recheck = coordination.get("recheck")
        yield Obligation(
            identity,
            "recheck",
            office,
            coordination["recheck_on"],
            recheck["on"] if recheck else "",
            coordination["form_no"],
        )
    for extension in record.get("extensions", ()):
        due = calendar.add_workdays(extension["applied_on"], policy["extension"]["decide_within_workdays"])
        decision = extension.get("decision")
        yield Obligation(
            identity, "extension_decision", office, due, decision["on"] if decision else "", extension["new_deadline"]
        )
    yield Obligation(identity, "deadline", lead, current_deadline(record), finished)
    yield from after_closing(record, policy)


def after_closing(record: ItemRecord, policy: Data) -> Iterator[Obligation]:
    """What remains once closing is granted: feedback, a look back, and to take it up again where people ask for it."""
    notice, office = closing(record), policy["office"]
    if notice is None:
        return
    dissatisfied, reopening = to_reopen(record), record.get("reopening")
    if dissatisfied and "reopen" in policy:
        due = _days_after(dissatisfied, policy["reopen"]["within_days"])
        yield Obligation(record["id"], "reopening", office, due, reopening["on"] if reopening else "")
    feedback = record.get("feedback")
    due = _days_after(notice["decision"]["on"], policy["result_report_days"])
    yield Obligation(record["id"], "feedback", office, due, feedback["on"] if feedback else "")
    look_back = notice.get("look_back_by") or _days_after(notice["decision"]["on"], policy["look_back_days"])
    checks = record.get("look_backs", ())
    yield Obligation(record["id"], "look_back", office, look_back, checks[0]["on"] if checks else "")


def _coordination(record: ItemRecord, objected: str, policy: Data, calendar: WorkCalendar) -> Obligation:
    """A unit objected on receipt: the office calls those concerned together; the unit's own days run on meanwhile."""
    due = calendar.add_workdays(objected, policy["coordination"]["within_workdays"])
    issued = (notice["issued_on"] for notice in record.get("coordination_notices", ()))
    done = next((day for day in issued if day >= objected), "")
    return Obligation(record["id"], "coordination", policy["office"], due, done)


@cache
def _days_after(day: str, count: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=count)).isoformat()


def _milestones_done(record: ItemRecord) -> dict[str, str]:
    done: dict[str, str] = {}
    replies = [tracking["reply"] for tracking in record.get("tracking_notices", ()) if "reply" in tracking]
    for entry in (*record.get("progress", ()), *replies):
        for milestone in entry.get("milestones_done", ()):
            earlier = done.get(milestone["name"])
            done[milestone["name"]] = min(earlier, milestone["done_on"]) if earlier else milestone["done_on"]
    return done


def _periodic(record: ItemRecord, policy: Data, calendar: WorkCalendar, finished: str) -> Iterator[Obligation]:
    """A report for each period: met by the first one given since the due day before it.

    One report meets one period: what comes late for the last is not early for the next.
    """
    notice = record["task_notice"]
    cycle = notice.get("feedback_cycle")
    if notice["feedback_mode"] != "定期" or cycle is None:
        return
    end = finished or current_deadline(record)
    dues = [calendar.on_or_after(day) for day in _due_days(notice["issued_on"], end, cycle, policy["periodic_due"])]
    given = sorted(entry["on"] for entry in record.get("progress", ()))
    before = notice["issued_on"]
    for due, following in zip(dues, [*dues, "9999-12-31"][1:], strict=True):
        done = next((day for day in given if before < day < following), "")
        if done:
            given.remove(done)
        yield Obligation(record["id"], "progress", notice["lead_unit"], due, done, due)
        before = due


def _due_days(start: str, end: str, cycle: str, policy: Data) -> Iterator[str]:
    day, last = date.fromisoformat(start), date.fromisoformat(end)
    if cycle == "每周":
        day += timedelta(days=(policy["weekly"] - day.isoweekday()) % 7 or 7)
        while day <= last:
            yield day.isoformat()
            day += timedelta(days=7)
        return
    days_of_month = (
        [policy["monthly"]] if cycle == "每月" else sorted({policy["monthly"], (policy["monthly"] + 14) % 28 + 1})
    )
    year, month = day.year, day.month
    while (year, month) <= (last.year, last.month):
        for of_month in days_of_month:
            due = date(year, month, of_month)
            # The month of the notice itself gives no monthly report; a half-monthly one may.
            if day < due <= last and (cycle == "每半月" or (year, month) != (day.year, day.month)):
                yield due.isoformat()
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
