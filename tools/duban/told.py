"""Statuses and obligations → the JSON in which scripts get them, from a command or from the site."""

from __future__ import annotations

from typing import Any

from duban.model import Registry
from duban.notice_draft import Proposal
from duban.obligation import Obligation
from duban.status import Status


def status_told(state: Status, registry: Registry) -> dict[str, Any]:
    """Where an item stands, names beside the ids; what is not there is None."""
    following = state.next
    return {
        "id": state.id,
        "title": state.title,
        "step": state.step or None,
        "light": state.light,
        "due": state.due or None,
        "original_due": state.original_due or None,
        "finished_on": state.finished_on or None,
        "workdays_left": state.workdays_left,
        "lead_unit": state.lead_unit or None,
        "lead_unit_name": registry.unit_name(state.lead_unit) if state.lead_unit else None,
        "next": {
            "kind": following.kind,
            "who": following.who,
            "who_name": registry.unit_name(following.who),
            "due": following.due or None,
            "name": following.name or None,
        }
        if following
        else None,
    }


def obligation_told(one: Obligation, day: str) -> dict[str, Any]:
    """One thing owed, as it stands at the end of an ISO day; what is not there is None."""
    return {
        "item": one.item,
        "kind": one.kind,
        "name": one.name or None,
        "owner": one.owner,
        "due": one.due,
        "done_on": one.done_on or None,
        "state": one.state(day),
    }


def draft_told(one: Proposal) -> dict[str, Any]:
    """A draft: what it is for, the rule that calls for it, and the entry filled in."""
    return {"key": one.key, "item": one.item, "kind": one.kind, "why": one.why, "unit": one.unit, "entry": one.entry}
