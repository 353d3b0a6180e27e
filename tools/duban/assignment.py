"""Items' records → who is on which item and in which part, and who went on how many visits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Literal, get_args

from duban.record import ItemRecord

Part = Literal["supervisor", "contact", "convener", "verifier"]
PARTS: tuple[Part, ...] = get_args(Part)


def assigned(record: ItemRecord) -> dict[str, tuple[Part, ...]]:
    """The people who are on an item by id, each with their parts in the order of ``PARTS``.

    Supervisors are those of the method, contacts those of any form, conveners those of coordination
    notices, verifiers those of close-outs.
    """
    parts: dict[str, set[Part]] = {}

    def add(person: str, part: Part) -> None:
        parts.setdefault(person, set()).add(part)

    method = record.get("method")
    if method:
        for one in method["supervisors"]:
            add(one["person"], "supervisor")
    notice = record.get("task_notice")
    if notice:
        add(notice["contact"], "contact")
    for tracking in record.get("tracking_notices", ()):
        add(tracking["contact"], "contact")
    for coordination in record.get("coordination_notices", ()):
        add(coordination["contact"], "contact")
        add(coordination["convener"], "convener")
    for closure in record.get("closure_notices", ()):
        add(closure["contact"], "contact")
        verification = closure.get("verification")
        if verification:
            add(verification["by"], "verifier")
    return {person: tuple(part for part in PARTS if part in found) for person, found in parts.items()}


def visits_by_person(records: Iterable[ItemRecord], first: str, last: str) -> Counter[str]:
    """How many visits each person went on between two ISO days, both included."""
    return Counter(
        person
        for record in records
        for visit in record.get("visits", ())
        if first <= visit["on"] <= last
        for person in visit["visitors"]
    )
