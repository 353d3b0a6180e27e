"""An edition → the page of its audit: how far history was verified, every violation, how the entries stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from heapq import nlargest

from markupsafe import Markup

from duban.chain import Violation
from duban.finding import Finding
from duban.moment import day_in_china
from duban.proof import PROOF_STATES, Proof, ProofState
from duban.publish.edition import Edition
from duban.publish.entry_name import address_of, called, page_of, title_of
from duban.publish.forge_pages import commit_page
from duban.publish.page import Page
from duban.publish.shown import Shower
from duban.publish.signature import proof_words
from duban.publish.standing import counts
from duban.tombstone import Tombstone

MOST_LISTED = 100
NEWEST = 20
_SHORT = 10


@dataclass(frozen=True, slots=True)
class Named:
    """A commit: its id, the short one that people compare, and where the forge shows it ("" if nobody knows)."""

    id: str
    short: str
    address: str


@dataclass(frozen=True, slots=True)
class Told:
    """One violation in the reader's language; ``page`` is that of the item it is about, "" for none."""

    commit: Named
    code: str
    message: str
    fix: str
    item: str
    page: str


@dataclass(frozen=True, slots=True)
class StateRow:
    """How many entries stand in a state, and what that means."""

    state: ProofState
    word: str
    help: str
    count: int


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry: what it is called, its page ("" where the edition has none), who signed, and how it is proven."""

    item: str
    title: str
    name: str
    page: str
    signers: str
    on: str
    mark: Markup


@dataclass(frozen=True, slots=True)
class Removal:
    """Where something was taken out: a field of an item, with its page, or a file that is no record."""

    item: str
    name: str
    page: str


@dataclass(frozen=True, slots=True)
class Expunged:
    """One tombstone: when, on what basis and whose order, and where something was taken out."""

    number: int
    on: str
    basis: str
    by: str
    places: tuple[Removal, ...]


def site_pages(edition: Edition) -> Iterator[Page]:
    """The audit; inside only."""
    if edition.public:
        return
    examination = edition.examination
    context: dict[str, object] = {"examination": examination, "most": MOST_LISTED}
    if examination.held:
        shower = Shower(edition, int(edition.day[:4]), root="")
        verified, proofs = examination.verified, examination.proofs.values()
        proven = nlargest(NEWEST, (one for one in proofs if one.state == "proven"), key=_newest_last)
        context |= {
            "tip": _named(verified.tip, edition),
            "genesis": _named(examination.genesis, edition),
            "evidence": _named(verified.evidence, edition) if verified.evidence else None,
            "violations": [_told(one, edition) for one in examination.violations],
            "expunged": [_expunged(one, edition, shower) for one in examination.expunged],
            "states": [_state(one, edition) for one in PROOF_STATES],
            "broken": _rows("broken", edition, shower),
            "claimed": _rows("claimed", edition, shower),
            "newest": [_row(one, edition, shower) for one in proven],
        }
    yield Page("audit.html", edition.text("audit_page.title"), "audit.html", context, group="checks")


def _newest_last(proof: Proof) -> tuple[str, int, str, str]:
    return proof.merged_at, proof.pull, proof.item, proof.entry


def _named(commit: str, edition: Edition) -> Named:
    return Named(commit, commit[:_SHORT], commit_page(edition, commit))


def _told(violation: Violation, edition: Edition) -> Told:
    text, code = edition.text, violation.code
    finding = Finding(violation.commit, 1, 1, code, violation.details)
    item = str(violation.details.get("item", ""))
    commit = _named(violation.commit, edition)
    return Told(commit, code, text.message(finding), text.fix(finding), item, page_of(item, edition))


def _expunged(tombstone: Tombstone, edition: Edition, shower: Shower) -> Expunged:
    return Expunged(
        tombstone.number,
        day_in_china(tombstone.recorded_at),
        tombstone.basis,
        shower.names.position(tombstone.by),
        tuple(_removal(item, field, edition, shower) for item, field in tombstone.places),
    )


def _removal(item: str, field: str, edition: Edition, shower: Shower) -> Removal:
    if not field:
        return Removal("", item, "")
    named = called(item, field, edition, shower)
    return Removal(item, named.name, address_of(item, named.entry, edition))


def _state(state: ProofState, edition: Edition) -> StateRow:
    text = edition.text
    return StateRow(state, proof_words(edition)[state], text(f"proof.{state}.help"), counts(edition)[state])


def _rows(state: ProofState, edition: Edition, shower: Shower) -> list[EntryRow]:
    """The entries of a state, what is newest first."""
    found: Iterable[Proof] = (one for one in edition.examination.proofs.values() if one.state == state)
    return [_row(one, edition, shower) for one in sorted(found, key=_newest_last, reverse=True)]


def _row(proof: Proof, edition: Edition, shower: Shower) -> EntryRow:
    comma = edition.text("shown.comma")
    named = called(proof.item, proof.entry, edition, shower)
    return EntryRow(
        item=proof.item,
        title=title_of(proof.item, edition),
        name=named.name,
        page=address_of(proof.item, named.entry, edition),
        signers=comma.join(dict.fromkeys(shower.names.position(one.person) for one in proof.signers)),
        on=day_in_china(proof.merged_at) if proof.merged_at else "",
        mark=shower.signatures.mark_of(proof),
    )
