"""An open item's record and status → what is expected next in plain words: what, of whom, by when, signed by whom."""

from __future__ import annotations

from dataclasses import dataclass

from duban.model import Item
from duban.obligation import MET_BY
from duban.publish.edition import Edition
from duban.publish.fill_in import FillIn, fill_in
from duban.publish.policy_words import roles_in_words
from duban.required import required_roles
from duban.status import Status


@dataclass(frozen=True, slots=True)
class Expected:
    """``what`` is a phrase, ``who`` a unit's name, ``due`` an ISO day or "", ``signers`` the roles in words.

    ``more`` counts what else is pending after it.
    """

    what: str
    who: str
    due: str
    signers: str
    more: int
    fill_in: FillIn


def expected(item: Item, status: Status, edition: Edition) -> Expected | None:
    """What the item waits for; None where nothing is left to do, and in public, where nobody is named for it."""
    coming = status.next
    if coming is None or edition.public:
        return None
    entry = MET_BY.get(coming.kind, coming.kind)
    return Expected(
        what=edition.text(f"next.{coming.kind}", name=coming.name),
        who=edition.unit_name(coming.who),
        due=coming.due,
        signers=_signers(item, entry, edition),
        more=max(len(status.pending) - 1, 0),
        fill_in=fill_in(edition, item, entry),
    )


def _signers(item: Item, entry: str, edition: Edition) -> str:
    roles = required_roles(edition.ledger.registry.policy, entry, item.record, edition.day)
    return edition.text("shown.comma").join(roles_in_words(roles, entry, edition))
