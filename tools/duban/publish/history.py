"""An item's proofs, or without an audit the days that its entries claim → how it came into the ledger, step by step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter

from markupsafe import Markup

from duban.proof import Proof
from duban.publish import fragments
from duban.publish.edition import Edition, once
from duban.publish.entry_name import called
from duban.publish.fragments import escaped
from duban.publish.life import Found, anchor_of
from duban.publish.shown import Shower
from duban.publish.standing import by_item

_DAY = attrgetter("on")


def history(item: str, events: Sequence[Found], edition: Edition, shower: Shower) -> Markup:
    """The rows of a table: the day, the entries, with an audit also who signed them and how that is proven.

    With an audit a row is a merge, in the order of merging; without one it is a day as the entries
    themselves claim it, which in public the timeline has told already. ``events`` are the item's
    entries, oldest first.
    """
    if edition.examination.held:
        rows = _merges(by_item(edition).get(item, ()), events, edition, shower)
    else:
        rows = iter(()) if edition.public else _claims(events, edition, shower)
    return Markup("".join(rows))  # noqa: S704 - made of escaped parts


def _merges(proofs: Iterable[Proof], events: Iterable[Found], edition: Edition, shower: Shower) -> Iterator[str]:
    signatures = shower.signatures
    signer_head, proof_head = (escaped(shower.text(f"history.{name}")) for name in ("signers", "proof"))
    stand = {one.place.pointer: anchor_of(one.place, papers=not edition.public) for one in events}
    for (entered_at, *_), group in groupby(sorted(proofs, key=_in_order), key=_in_order):
        merged = list(group)
        links = [_link(one, stand, edition, shower) for one in merged]
        cells: list[tuple[str, str]] = [(proof_head, signatures.mark_of(merged[0]))]
        if not edition.public:
            signed = dict.fromkeys([(one.person, one.at) for proof in merged for one in proof.signers])
            signers = [f"{signatures.position(person)} {signatures.day_of(at)}" for person, at in signed]
            cells.insert(0, (signer_head, _listed(signers, shower)))
        day = shower.day(signatures.day_of(entered_at) if entered_at else "")
        yield fragments.entered(day, _listed(links, shower), *cells)


def _in_order(proof: Proof) -> tuple[str, int, str]:
    """When what an audit tells of was merged; the public is told the day of the approval alone."""
    return proof.merged_at or max((one.at for one in proof.signers), default=""), proof.pull, proof.state


def _link(proof: Proof, stand: dict[str, str], edition: Edition, shower: Shower) -> str:
    """The entry by its name; a link where the page has it."""
    name, entry = called(proof.item, proof.entry, edition, shower)
    anchor = stand.get(entry, "")
    return fragments.link(f"#{anchor}", name) if anchor else escaped(name)


def _claims(events: Sequence[Found], edition: Edition, shower: Shower) -> Iterator[str]:
    comma, links = escaped(shower.text("shown.comma")), _links(edition)
    for on, group in groupby(events, key=_DAY):
        entries = [links.get(one.place.pointer) or _claim(one, links, edition, shower) for one in group]
        yield fragments.entered(shower.day(on), comma.join(entries))


def _claim(one: Found, links: dict[str, str], edition: Edition, shower: Shower) -> str:
    pointer = one.place.pointer
    name = called(one.place.item, pointer, edition, shower).name
    links[pointer] = fragments.link(f"#{anchor_of(one.place, papers=True)}", name)
    return links[pointer]


@once
def _links(_edition: Edition) -> dict[str, str]:
    """Links to entries by their pointers, written once: most items have theirs in the same places."""
    return {}


def _listed(parts: Iterable[str], shower: Shower) -> str:
    return escaped(shower.text("shown.comma")).join(parts)
