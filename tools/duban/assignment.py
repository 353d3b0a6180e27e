"""An item's record → who is on it and in which part."""

from __future__ import annotations

from typing import Literal, get_args

from duban.record import ItemRecord

Part = Literal["supervisor", "contact", "convener", "verifier", "participant"]
PARTS: tuple[Part, ...] = get_args(Part)


def assigned(record: ItemRecord) -> dict[str, tuple[Part, ...]]:
    """The people who are on an item by id, each with their parts in the order of ``PARTS``.

    Supervisors are those of the method, contacts those of any form, conveners those of coordination
    notices, verifiers those of close-outs, participants those of the public who have not withdrawn their consent.
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
    for participant in record.get("participants", ()):
        if "person" in participant and "withdrawn" not in participant:
            add(participant["person"], "participant")
    return {person: tuple(part for part in PARTS if part in found) for person, found in parts.items()}
