"""An edition → how the public takes part: how to send a lead, what becomes of it, what is refused, how to follow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from duban.model import STEPS
from duban.publish.edition import Edition, public_part
from duban.publish.page import Page
from duban.publish.shown import Shower

# What a lead should say, what is not accepted and where that belongs, and how an item is followed.
_SAYS = ("matter", "place", "since", "unit", "wish")
_REFUSED = ("classified", "personal", "discipline", "lawsuit", "urgent")
_FOLLOW = ("page", "feed", "calendar", "ledger")


def site_pages(edition: Edition) -> Iterator[Page]:
    """The page of the public edition; inside, staff know the office."""
    if edition.public:
        yield Page("participate.html", edition.text("participate.title"), "participate.html", _context(edition))


def _context(edition: Edition) -> dict[str, object]:
    text, policy = edition.text, edition.ledger.registry.policy
    field = edition.schemas.field("policy").properties.get("public")
    contact: Mapping[str, Any] = public_part(policy.get("public", {}), field) if field else {}
    shower = Shower(edition, int(edition.day[:4]), root="")
    days = {**policy["deadline_days"], "result": policy["result_report_days"]}
    return {
        "contact": contact,
        "note": _in_language(contact, "lead_note", edition),
        "address": _in_language(contact, "address", edition),
        "says": [text(f"participate.say.{one}") for one in _SAYS],
        "steps": [
            (shower.label(edition.item_field.properties[step]).text, text(f"participate.step.{step}", **days))
            for step in STEPS
        ],
        "refused": [(text(f"participate.not.{one}"), text(f"participate.not.{one}.help")) for one in _REFUSED],
        "follow": [(text(f"participate.follow.{one}"), text(f"participate.follow.{one}.help")) for one in _FOLLOW],
    }


def _in_language(contact: Mapping[str, Any], name: str, edition: Edition) -> str:
    """A text of the policy in the reader's language where it has one."""
    translated = contact.get(f"{name}_en") if edition.text.code == "en" else None
    return str(translated or contact.get(name, ""))
