"""What goes on from an item that was closed: taken up again once, or anew by a leader's instruction."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from duban.deadline import to_reopen
from duban.finding import Problem
from duban.rules.case import Case


def reopened_once(case: Case) -> Iterator[Problem]:
    """D314, D316: only what people were not satisfied with is taken up again, once, and no sooner than they said so."""
    reopening = case.record.get("reopening")
    if reopening is None:
        return
    since = to_reopen(case.record)
    if not since:
        yield Problem("D314", ("reopening",), at_key=True)
    elif reopening["on"] < since:
        yield Problem("D316", ("reopening", "on"), {"day": reopening["on"], "since": since})


def instruction_registered(case: Case) -> Iterator[Problem]:
    """D315: a leader's new instruction on the feedback takes a new item by the day after (当日研究: 山西“13710”)."""
    feedback = case.record.get("feedback")
    if feedback and "new_instruction" in feedback and "new_item" not in feedback:
        since = (date.fromisoformat(feedback["on"]) + timedelta(days=1)).isoformat()
        yield Problem("D315", ("feedback", "new_instruction"), at_key=True, since=since)


def reopened_deadline(case: Case) -> Iterator[Problem]:
    """D516: what is taken up again is to be done within the policy's days from its intake."""
    rules, notice = case.registry.policy.get("reopen"), case.record.get("task_notice")
    if rules is None or notice is None or "reopened_from" not in case.record:
        return
    received = date.fromisoformat(case.record["intake"]["received_on"])
    latest = (received + timedelta(days=rules["deadline_days"])).isoformat()
    if notice["deadline"] > latest:
        details = {"deadline": notice["deadline"], "latest": latest, "days": str(rules["deadline_days"])}
        yield Problem("D516", ("task_notice", "deadline"), details)
