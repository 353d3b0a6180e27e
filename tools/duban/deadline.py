"""An item's record → its deadline as first set, and as granted extensions have moved it; when it was finished."""

from __future__ import annotations

from duban.form_record import ClosureNotice, Milestone, TrackingNotice
from duban.model import ENDS
from duban.record import Ending, Extension, ItemRecord

GRANTED = "同意"
_DISSATISFIED = "不满意"


def original_deadline(record: ItemRecord) -> str:
    """The deadline of the task notice, before that of an older ledger, before that the proposed one; "" before all."""
    notice = record.get("task_notice")
    if notice:
        return notice["deadline"]
    if deadline := record.get("transcribed", {}).get("deadline", ""):
        return deadline
    proposal = record.get("proposal")
    return proposal["deadline"] if proposal else ""


def granted(extension: Extension) -> bool:
    """Whether an extension was granted, having been asked for no later than the deadline.

    A late application counts as overdue (reference: creditsailing.com on 延期; domain.md §b), so
    it never moves the deadline.
    """
    decision = extension.get("decision")
    return bool(decision and decision["result"] == GRANTED and extension["applied_on"] <= extension["old_deadline"])


def asked_in_vain(record: ItemRecord) -> tuple[str, ...]:
    """The days that extensions asked for and did not get: refused, or asked for too late."""
    return tuple(one["new_deadline"] for one in record.get("extensions", ()) if "decision" in one and not granted(one))


def current_deadline(record: ItemRecord) -> str:
    """The deadline as it stands: that of the last extension granted in time."""
    deadline = original_deadline(record)
    for extension in record.get("extensions", ()):
        if granted(extension):
            deadline = extension["new_deadline"]
    return deadline


def planned_milestones(record: ItemRecord) -> list[Milestone]:
    """The milestones of the task notice, and those that granted extensions scheduled anew."""
    notice = record.get("task_notice")
    planned = list(notice.get("milestones", ())) if notice else []
    for extension in record.get("extensions", ()):
        if granted(extension):
            planned += extension.get("milestones", ())
    return planned


def closing(record: ItemRecord) -> ClosureNotice | None:
    """The close-out notice that was granted, if one was."""
    for notice in record.get("closure_notices", ()):
        decision = notice.get("decision")
        if decision and decision["result"] == GRANTED:
            return notice
    return None


def waits_for_decision(record: ItemRecord) -> bool:
    """Whether the unit applied for closing, or in time for more time, and the office has yet to decide.

    Lights take no notice of it; but nobody is reminded, or asked in writing, to do what they say is done.
    """
    closings, extensions = record.get("closure_notices", ()), record.get("extensions", ())
    asked = [one for one in extensions if "decision" not in one and one["applied_on"] <= one["old_deadline"]]
    return bool(asked) or any("decision" not in one for one in closings)


def to_reopen(record: ItemRecord) -> str:
    """The ISO day since when a closed item has to be taken up again; "" where nothing asks for it.

    The people concerned are not satisfied with what was closed, and said so for the first time: an item
    that was returned for that already, or is itself taken up again, is not: the second rating stands
    (不满意→重办，以第二次评价为准: 广州12345; domain.md §a).
    """
    notice = closing(record)
    if notice is None or "reopened_from" in record:
        return ""
    said = [one["satisfaction"] for one in record["closure_notices"] if _is_dissatisfied(one)]
    if len(said) != 1 or not _is_dissatisfied(notice):
        return ""
    return max(said[0]["on"], notice["decision"]["on"])


def _is_dissatisfied(notice: ClosureNotice) -> bool:
    return "satisfaction" in notice and notice["satisfaction"]["rating"] == _DISSATISFIED


def is_settled(record: ItemRecord) -> bool:
    """Whether nothing can fall due any more: ended, or closed, told, looked back at, and taken up again if it must be.

    What is owed after a closing is ``obligation.after_closing``'s; whatever is added there is waited for here.
    """
    if ending(record) or finished_before(record):
        return True
    done = closing(record) is not None and "feedback" in record and "look_backs" in record
    return done and ("reopening" in record or not to_reopen(record))


def finished_on(record: ItemRecord) -> str:
    """The day the matter was really finished, known once closing is granted or an older ledger says so; "" before."""
    notice = closing(record)
    if notice is None:
        return finished_before(record)
    return notice.get("finished_on") or notice["applied_on"]


def finished_before(record: ItemRecord) -> str:
    """The day a matter was finished by the older ledger it was taken from; "" where it goes on, by a task notice too.

    It was closed by the rules of its time: nothing of it is owed here (decision 0026).
    """
    return "" if "task_notice" in record else record.get("transcribed", {}).get("finished_on", "")


def ending(record: ItemRecord) -> tuple[str, Ending] | None:
    """How the item ended otherwise than by closing: the kind of end and its entry."""
    for kind in ENDS:
        if kind in record:
            return kind, record[kind]  # type: ignore[literal-required]
    return None


def _reply_cause(notice: TrackingNotice) -> str:
    reply = notice.get("reply")
    return reply.get("cause", "") if reply else ""


def last_said(record: ItemRecord) -> tuple[str, str]:
    """The day and the text of the last progress that was reported, in a report or a reply; "" twice for none."""
    said = [(entry["on"], entry["progress"]) for entry in record.get("progress", ())]
    for notice in record.get("tracking_notices", ()):
        reply = notice.get("reply")
        if reply:
            said.append((reply["on"], reply["progress"]))
    return max(said, default=("", ""))


def causes(record: ItemRecord) -> list[str]:
    """The cause codes given anywhere in the record, in the order of its life."""
    given = [entry.get("cause", "") for entry in record.get("progress", ())]
    for notice in record.get("tracking_notices", ()):
        given += [notice.get("cause", ""), _reply_cause(notice)]
    given += [extension.get("cause", "") for extension in record.get("extensions", ())]
    given += [measure.get("cause", "") for measure in record.get("measures", ())]
    return [cause for cause in given if cause]
