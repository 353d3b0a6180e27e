"""The life of one item: its name, its seven steps in order, and dates that do not run backwards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from operator import itemgetter
from typing import Any

from duban.deadline import closing, ending
from duban.finding import Pointer, Problem
from duban.model import ENDS
from duban.rules.case import Case

_PATH = re.compile(r"items/(?P<folder>[^/]+)/(?P<name>[^/]+)\.ya?ml\Z")
_WITHDRAWAL = "participant_withdrawal"
NEEDS = (
    ("approval", "proposal"),
    ("method", "approval"),
    ("task_notice", "method"),
    ("progress", "task_notice"),
    ("tracking_notices", "task_notice"),
    ("coordination_notices", "task_notice"),
    ("extensions", "task_notice"),
    ("visits", "approval"),
    ("measures", "task_notice"),
    ("report", "task_notice"),
    ("closure_notices", "task_notice"),
    ("feedback", "report"),
    ("archive", "feedback"),
    ("look_backs", "closure_notices"),
    ("reopening", "closure_notices"),
    ("withdrawn", "approval"),
)
"""What stands in an item only beside something earlier."""
PAST_RECEIPT = ("report", "closure_notices", "feedback", "archive")
"""What stands in an item only once its task notice was signed for."""
AFTER_THE_END = ("amendments", "look_backs")
"""What may still come to an item that was not filed, withdrawn or superseded."""


def names(case: Case) -> Iterator[Problem]:
    """D301–D303: the id, the file's name and folder, and the year of intake agree."""
    identity = case.record["id"]
    match = _PATH.match(case.path)
    if match:
        if match["name"] != identity:
            yield Problem("D301", ("id",), {"id": identity, "expected": match["name"]})
        elif match["folder"] != identity[:4]:
            yield Problem("D302", ("id",), {"folder": match["folder"], "expected": identity[:4]})
    received = case.record["intake"]["received_on"]
    if received[:4] != identity[:4]:
        yield Problem("D303", ("intake", "received_on"), {"year": identity[:4], "day": received})


def steps(case: Case) -> Iterator[Problem]:
    """D304, D307: no step before the one it stands on, and nothing past step 4 unacknowledged."""
    record: dict[str, Any] = case.record  # type: ignore[assignment]
    for later, earlier in NEEDS:
        if later in record and earlier not in record:
            yield Problem(
                "D304", (later,), {"later": case.label((later,)), "missing": case.label((earlier,))}, at_key=True
            )
    notice = record.get("task_notice")
    if notice and "ack" not in notice:
        for later in PAST_RECEIPT:
            if later in record:
                yield Problem("D307", (later,), {"later": case.label((later,))}, at_key=True)
                break
    if "feedback" in record and "report" in record and closing(case.record) is None:
        yield Problem(
            "D304",
            ("feedback",),
            {"later": case.label(("feedback",)), "missing": case.label(("closure_notices",))},
            at_key=True,
        )


def drafter(case: Case) -> Iterator[Problem]:
    """D308: who drafted the proposal does not approve it."""
    proposal, approval = case.record.get("proposal"), case.record.get("approval")
    if proposal and approval and proposal["drafted_by"] == approval["approved_by"]:
        yield Problem("D308", ("approval", "approved_by"), {"person": case.registry.position(approval["approved_by"])})


def proposal_kept(case: Case) -> Iterator[Problem]:
    """D309: the notice names the lead unit that was proposed and approved."""
    proposal, notice = case.record.get("proposal"), case.record.get("task_notice")
    if proposal and notice and proposal["lead_unit"] != notice["lead_unit"]:
        yield Problem(
            "D309",
            ("task_notice", "lead_unit"),
            {
                "label": case.label(("task_notice", "lead_unit")),
                "notice_value": case.registry.unit_name(notice["lead_unit"]),
                "proposal_value": case.registry.unit_name(proposal["lead_unit"]),
            },
        )


def order_of_dates(case: Case) -> Iterator[Problem]:
    """D305: dates follow the order of the item's life."""
    for earlier, later in _chains(case.record):
        earlier_pointer, earlier_day = earlier
        pointer, day = later
        if day < earlier_day:
            yield Problem(
                "D305",
                pointer,
                {
                    "label": case.label(pointer),
                    "day": day,
                    "earlier_label": case.label(earlier_pointer),
                    "earlier_day": earlier_day,
                },
            )


def not_in_the_future(case: Case) -> Iterator[Problem]:
    """D306: nothing is recorded before it happened; names the latest date of the file."""
    facts = case.survey.facts
    if facts:
        day, pointer = latest(facts)
        yield Problem("D306", pointer, {"label": case.label(pointer), "day": day}, until=day)


def nothing_after_the_end(case: Case) -> Iterator[Problem]:
    """D310: an item that was not filed, withdrawn or superseded takes no entries dated later.

    Consent may be withdrawn at any time.
    """
    end = ending(case.record)
    if end is None:
        return
    kind, entry = end
    for other in case.survey.entries:
        allowed = other.pointer[0] in (kind, *AFTER_THE_END) or other.field.entry == _WITHDRAWAL
        if other.day > entry["on"] and not allowed:
            yield Problem(
                "D310",
                other.pointer,
                {"end": case.label((kind,)), "day": entry["on"], "label": other.field.labels},
                at_key=True,
            )


def one_end(case: Case) -> Iterator[Problem]:
    """D313: an item ends once; what was closed, not filed, withdrawn or superseded does not end again."""
    ends = [kind for kind in ENDS if kind in case.record]
    if closing(case.record) is None:
        ends = ends[1:]
    for kind in ends:
        yield Problem("D313", (kind,), at_key=True)


def latest(facts: list[tuple[str, Pointer]]) -> tuple[str, Pointer]:
    """The latest fact, the first of them in the file."""
    return max(facts, key=itemgetter(0))


_Dated = tuple[Pointer, str]


def _chains(record: Any) -> Iterator[tuple[_Dated, _Dated]]:
    main = [
        _dated(record, "intake", "received_on"),
        _dated(record, "proposal", "drafted_on"),
        _dated(record, "approval", "approved_on"),
        _dated(record, "method", "confirmed_on"),
        _dated(record, "task_notice", "issued_on"),
        _dated(record, "task_notice", "ack", "on"),
        _dated(record, "report", "on"),
        _granted(record),
        _dated(record, "feedback", "on"),
        _dated(record, "archive", "on"),
    ]
    yield from _rising(main)
    for index in range(len(record["intake"]["sources"])):
        yield from _rising([_dated(record, "intake", "sources", index, "sent_on"), main[0]])
    yield from _rising([main[0], _dated(record, "transcribed", "finished_on"), _dated(record, "transcribed", "on")])
    yield from _rising([main[0], _dated(record, "transcribed", "deadline")])
    notice = main[4]
    yield from _rising([notice, _dated(record, "task_notice", "deadline")])
    for name, dated_by in (
        ("progress", "on"),
        ("tracking_notices", "issued_on"),
        ("coordination_notices", "issued_on"),
        ("extensions", "applied_on"),
        ("measures", "on"),
        ("closure_notices", "issued_on"),
    ):
        yield from _rising([notice, *(_dated(record, name, i, dated_by) for i in range(len(record.get(name, ()))))])
    for i in range(len(record.get("participants", ()))):
        withdrawn = _dated(record, "participants", i, "withdrawn", "on")
        yield from _rising([_dated(record, "participants", i, "consent", "on"), withdrawn])
    visits = range(len(record.get("visits", ())))
    yield from _rising([main[2], *(_dated(record, "visits", i, "on") for i in visits)])
    for i in range(len(record.get("tracking_notices", ()))):
        issued = _dated(record, "tracking_notices", i, "issued_on")
        yield from _rising([issued, _dated(record, "tracking_notices", i, "reply_by")])
        yield from _rising([issued, _dated(record, "tracking_notices", i, "reply", "on")])
    for i, coordination in enumerate(record.get("coordination_notices", ())):
        issued = _dated(record, "coordination_notices", i, "issued_on")
        for part in (("recheck_on",), ("decision", "on"), ("recheck", "on")):
            yield from _rising([issued, _dated(record, "coordination_notices", i, *part)])
        for j in range(len(coordination["subtasks"])):
            for part in (("due",), ("done_on",)):
                yield from _rising([issued, _dated(record, "coordination_notices", i, "subtasks", j, *part)])
    for i in range(len(record.get("extensions", ()))):
        yield from _rising(
            [_dated(record, "extensions", i, "applied_on"), _dated(record, "extensions", i, "decision", "on")]
        )
    for i in range(len(record.get("closure_notices", ()))):
        here = ("closure_notices", i)
        yield from _rising(
            [
                _dated(record, *here, "applied_on"),
                _dated(record, *here, "issued_on"),
                _dated(record, *here, "verification", "on"),
                _dated(record, *here, "decision", "on"),
            ]
        )
        yield from _rising([notice, _dated(record, *here, "finished_on"), _dated(record, *here, "decision", "on")])
        yield from _rising([_dated(record, *here, "publicity", "from"), _dated(record, *here, "publicity", "to")])
    looks = range(len(record.get("look_backs", ())))
    yield from _rising([_granted(record), *(_dated(record, "look_backs", i, "on") for i in looks)])
    for name in ("not_filed", "withdrawn", "superseded"):
        yield from _rising([main[0], _dated(record, name, "on")])


def _rising(chain: list[_Dated | None]) -> Iterator[tuple[_Dated, _Dated]]:
    before: _Dated | None = None
    for dated in chain:
        if dated is None:
            continue
        if before is not None:
            yield before, dated
        before = dated


def _dated(record: Any, *pointer: str | int) -> _Dated | None:
    here = record
    for part in pointer:
        if isinstance(part, str) and part not in here:
            return None
        here = here[part]
    return pointer, here


def _granted(record: Any) -> _Dated | None:
    granted = closing(record)
    if granted is None:
        return None
    return _dated(record, "closure_notices", record["closure_notices"].index(granted), "decision", "on")
