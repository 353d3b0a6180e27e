"""The four forms: their numbers, milestones, tracking in turn, and units that are named once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from duban.finding import Pointer, Problem
from duban.form_record import Milestone
from duban.numbering import form_of
from duban.rules.case import Case


def numbers(case: Case) -> Iterator[Problem]:
    """D402, D403: a form's number is of its own series and of the year it was issued in."""
    for kind, pointer, number, day in case.survey.numbers:
        form = form_of(number)
        if form is None:
            continue
        series = case.registry.policy["series"].get(kind, "")
        if form.series != series:
            yield Problem("D402", pointer, {"number": number, "series": series})
        elif day and form.year != day[:4]:
            yield Problem("D403", pointer, {"number": number, "year": day[:4]})


def milestones(case: Case) -> Iterator[Problem]:
    """D406–D408, D411: back-scheduled milestones are there, before the deadline, and named alike."""
    notice = case.record.get("task_notice")
    if notice is None:
        return
    limit = case.registry.policy["milestones_when_over_days"]
    days = (date.fromisoformat(notice["deadline"]) - date.fromisoformat(notice["issued_on"])).days
    if days > limit and "milestones" not in notice:
        yield Problem("D406", ("task_notice", "deadline"), {"days": str(days), "limit": str(limit)})
    planned: list[tuple[Pointer, list[Milestone], str]] = [
        (("task_notice",), notice.get("milestones", []), notice["deadline"])
    ]
    for index, extension in enumerate(case.record.get("extensions", ())):
        planned.append((("extensions", index), extension.get("milestones", []), extension["new_deadline"]))
    seen: set[str] = set()
    for holder, listed, deadline in planned:
        for index, milestone in enumerate(listed):
            here: Pointer = (*holder, "milestones", index)
            name, due = milestone["name"], milestone["due"]
            if due > deadline:
                yield Problem("D407", (*here, "due"), {"name": name, "due": due, "deadline": deadline})
            if name in seen:
                yield Problem("D411", (*here, "name"), {"name": name})
            seen.add(name)
    for pointer, done in _milestones_done(case):
        if done not in seen:
            yield Problem("D408", pointer, {"name": done})


def tracking_in_turn(case: Case) -> Iterator[Problem]:
    """D404, D405: tracking notices count up, each after the reply to the one before."""
    notices = case.record.get("tracking_notices", ())
    for index, notice in enumerate(notices):
        if notice["seq"] != index + 1:
            yield Problem(
                "D404", ("tracking_notices", index, "seq"), {"seq": str(notice["seq"]), "expected": str(index + 1)}
            )
        if index:
            reply = notices[index - 1].get("reply")
            if reply is None or reply["on"] > notice["issued_on"]:
                yield Problem("D405", ("tracking_notices", index, "issued_on"), {"seq": str(index)})


def units_named_once(case: Case) -> Iterator[Problem]:
    """D409, D410: exactly one lead unit, not also a supporting one; subtasks go to units called in."""
    for name in ("transcribed", "proposal", "task_notice"):
        entry = case.record.get(name)
        if entry:
            for index, unit in enumerate(entry.get("co_units", ())):  # type: ignore[attr-defined]
                if unit == entry.get("lead_unit"):  # type: ignore[attr-defined]
                    yield Problem("D410", (name, "co_units", index), {"unit": case.registry.unit_name(unit)})
    for index, coordination in enumerate(case.record.get("coordination_notices", ())):
        for position, subtask in enumerate(coordination["subtasks"]):
            if subtask["unit"] not in coordination["recipients"]:
                yield Problem(
                    "D409",
                    ("coordination_notices", index, "subtasks", position, "unit"),
                    {"unit": case.registry.unit_name(subtask["unit"])},
                )


def _milestones_done(case: Case) -> Iterator[tuple[Pointer, str]]:
    for index, report in enumerate(case.record.get("progress", ())):
        for position, done in enumerate(report.get("milestones_done", ())):
            yield ("progress", index, "milestones_done", position, "name"), done["name"]
    for index, notice in enumerate(case.record.get("tracking_notices", ())):
        reply = notice.get("reply")
        for position, done in enumerate(reply.get("milestones_done", ()) if reply else ()):
            yield ("tracking_notices", index, "reply", "milestones_done", position, "name"), done["name"]
