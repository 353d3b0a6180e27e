"""Moving a deadline and closing an item: what must stand before either counts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from duban.deadline import GRANTED, causes, current_deadline, ending, finished_on
from duban.finding import Problem
from duban.form_record import ClosureNotice
from duban.record import OPEN
from duban.required import extension_level
from duban.rules.case import Case


def extensions(case: Case) -> Iterator[Problem]:
    """D507–D510: asked for in time, from the deadline that stands, to a later day, not too often."""
    notice = case.record.get("task_notice")
    if notice is None:
        return
    stands, count = notice["deadline"], 0
    limit = case.registry.policy["extension"]["max_times"]
    for index, extension in enumerate(case.record.get("extensions", ())):
        if extension["old_deadline"] != stands:
            yield Problem(
                "D508", ("extensions", index, "old_deadline"), {"claimed": extension["old_deadline"], "stands": stands}
            )
        if extension["new_deadline"] <= stands:
            yield Problem(
                "D509",
                ("extensions", index, "new_deadline"),
                {"new_deadline": extension["new_deadline"], "old_deadline": stands},
            )
        decision = extension.get("decision")
        if decision is None or decision["result"] != GRANTED:
            continue
        count += 1
        if extension["applied_on"] > stands:
            yield Problem(
                "D507",
                ("extensions", index, "applied_on"),
                {"applied_on": extension["applied_on"], "deadline": stands},
            )
        if count > limit:
            yield Problem(
                "D510", ("extensions", index, "decision", "result"), {"count": str(count), "limit": str(limit)}
            )
        stands = extension["new_deadline"]


def extension_levels(case: Case) -> Iterator[Problem]:
    """D515: the decision on an important item's extension bears the signature of the level that it must go to."""
    for index, extension in enumerate(case.record.get("extensions", ())):
        decision = extension.get("decision")
        if decision is None:
            continue
        day = max(claim["on"] for claim in decision["signed"])
        level = extension_level(case.registry.policy, case.record, day)
        claimed = {claim["role"] for claim in decision["signed"]}
        for role in (asked.partition("@")[0] for asked in level["signed"]) if level else ():
            if role not in claimed:
                yield Problem("D515", ("extensions", index, "decision", "signed"), {"role": role})


def tracked_deadline(case: Case) -> Iterator[Problem]:
    """D514: a tracking notice names the deadline that stood when it was issued."""
    record = case.record
    notice = record.get("task_notice")
    if notice is None:
        return
    for index, tracking in enumerate(record.get("tracking_notices", ())):
        stands = notice["deadline"]
        for extension in record.get("extensions", ()):
            decision = extension.get("decision")
            if decision and decision["result"] == GRANTED and decision["on"] <= tracking["issued_on"]:
                stands = extension["new_deadline"]
        if tracking["deadline"] != stands:
            yield Problem(
                "D514", ("tracking_notices", index, "deadline"), {"deadline": tracking["deadline"], "stands": stands}
            )


def standards_answered(case: Case) -> Iterator[Problem]:
    """D501, D502: a close-out notice answers every standard of the task notice, and no other."""
    task = case.record.get("task_notice")
    if task is None:
        return
    for index, notice in enumerate(case.record.get("closure_notices", ())):
        answered = {result["standard"] for result in notice["standard_results"]}
        for standard in task["standards"]:
            if standard not in answered:
                yield Problem(
                    "D501", ("closure_notices", index, "standard_results"), {"standard": standard}, at_key=True
                )
        for position, result in enumerate(notice["standard_results"]):
            if result["standard"] not in task["standards"]:
                yield Problem(
                    "D502",
                    ("closure_notices", index, "standard_results", position, "standard"),
                    {"standard": result["standard"]},
                )


def closing_earned(case: Case) -> Iterator[Problem]:
    """D503–D506, D512: a granted close-out is verified from outside the lead unit, and complete."""
    for index, notice in enumerate(case.record.get("closure_notices", ())):
        yield from _verifier(case, index, notice)
        decision = notice.get("decision")
        if decision is None or decision["result"] != GRANTED:
            continue
        for check, passed in notice["checklist"].items():
            if not passed:
                pointer = ("closure_notices", index, "checklist", check)
                yield Problem("D503", pointer, {"check": case.label(pointer)})
        for position, result in enumerate(notice["standard_results"]):
            if not result["met"]:
                yield Problem(
                    "D512",
                    ("closure_notices", index, "standard_results", position, "met"),
                    {"standard": result["standard"]},
                )
        if "verification" not in notice:
            yield Problem("D505", ("closure_notices", index, "decision"), at_key=True)
        if "finished_on" not in notice:
            yield Problem("D506", ("closure_notices", index, "decision"), at_key=True)


def cause_of_red(case: Case) -> Iterator[Problem]:
    """D511: an item that turned red says why; holds from the day after the deadline."""
    record = case.record
    deadline = current_deadline(record) if "task_notice" in record else ""
    if not deadline or causes(record):
        return
    done = finished_on(record)
    end = ending(record)
    if (done and done <= deadline) or (end and end[1]["on"] <= deadline):
        return
    since = (date.fromisoformat(deadline) + timedelta(days=1)).isoformat()
    yield Problem("D511", ("task_notice", "deadline"), {"deadline": deadline}, since=since)


def secrecy_review(case: Case) -> Iterator[Problem]:
    """D513: an item open to the public passed its secrecy review when it was approved."""
    approval = case.record.get("approval")
    if case.record["openness"] == OPEN and approval and "secrecy_review" not in approval:
        yield Problem("D513", ("approval",), at_key=True)


def _verifier(case: Case, index: int, notice: ClosureNotice) -> Iterator[Problem]:
    verification, task = notice.get("verification"), case.record.get("task_notice")
    person = case.registry.people.get(verification["by"]) if verification else None
    if person and task and person.unit == task["lead_unit"]:
        yield Problem(
            "D504",
            ("closure_notices", index, "verification", "by"),
            {"person": person.position, "unit": case.registry.unit_name(person.unit)},
        )
