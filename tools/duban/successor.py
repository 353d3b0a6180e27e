"""A closed item's record → the new item that takes it up again or follows a leader's new instruction, as a draft.

What the office knows already is not asked for twice; what it must still say is left out.
"""

from __future__ import annotations

from typing import NamedTuple

from duban.deadline import closing, to_reopen
from duban.language import Language
from duban.model import Data, Registry
from duban.record import INSTRUCTION, LEAD, MESSAGE, UNCLASSIFIED, ItemRecord, Source

_HEAD = ("title", "openness", "openness_reason", "urgency", "importance", "category", "campaign", "plan_refs")
_SIGNER = "director"


class Successor(NamedTuple):
    """The new item's head and intake, and ``owed``: what the item before still lacks, but for the new id."""

    data: Data
    owed: Data


def successor(record: ItemRecord, registry: Registry, day: str, text: Language) -> Successor | None:
    """What follows from an item as of an ISO day; None where nothing calls for a new one, or one is named already."""
    feedback = record.get("feedback")
    head: Data = {name: record[name] for name in _HEAD if name in record}  # type: ignore[literal-required]
    if day[:4] != record["id"][:4]:
        head.pop("plan_refs", None)
    if feedback and "new_instruction" in feedback and "new_item" not in feedback:
        source = {"type": INSTRUCTION, "leader": feedback["to"][0], "text": feedback["new_instruction"]}
        summary = text("new.after_instruction", id=record["id"], title=record["title"])
        return Successor(_draft(head, {"follows": record["id"]}, source, summary), {"feedback": {"new_item": ""}})
    notice = closing(record)
    if notice is None or not to_reopen(record) or "reopening" in record:
        return None
    rating = notice["satisfaction"]
    said = text("new.after_rating", id=record["id"], title=record["title"], source=rating["source"], on=rating["on"])
    signed = [{"role": _SIGNER, "by": registry.holder(_SIGNER, day), "on": day}]
    reopening = {"on": day, "new_item": "", "reason": said, "signed": signed}
    came = {"type": _came_from(record["intake"]["sources"]), "text": said}
    return Successor(_draft(head, {"reopened_from": record["id"]}, came, said), {"reopening": reopening})


def _draft(head: Data, link: Data, source: Data, summary: str) -> Data:
    return {**head, **link, "secrecy": UNCLASSIFIED, "intake": {"sources": [source], "summary": summary}}


def _came_from(sources: list[Source]) -> str:
    """How people's word came the first time, and so again: as a message, else as a lead."""
    return MESSAGE if any(source["type"] == MESSAGE for source in sources) else LEAD
