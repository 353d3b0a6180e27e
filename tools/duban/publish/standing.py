"""The proofs of an edition → how each entry stands by its own proof and by what came to it later."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence

from duban.filing import RecordKind, kind_of
from duban.proof import PROOF_STATES, Proof, ProofState
from duban.publish.edition import Edition, once
from duban.publish.place import entry_around


def state_of(proof: Proof | None, later: Sequence[Proof] | None) -> ProofState:
    """How an entry stands: by its own proof, but broken if anything that came to it later is.

    What nothing tells of is only claimed.
    """
    if proof is None:
        return "claimed"
    return "broken" if later and any(one.state == "broken" for one in later) else proof.state


@once
def additions(edition: Edition) -> Mapping[tuple[str, str], Sequence[Proof]]:
    """What was added to entries that stood: its proofs by item and by the pointer of the entry around it."""
    owners: dict[tuple[RecordKind, str], str] = {}
    found: dict[tuple[str, str], list[Proof]] = {}
    for (item, pointer), proof in edition.examination.proofs.items():
        known = kind_of(item), pointer
        owner = owners.get(known)
        if owner is None:
            owner = owners[known] = entry_around(edition.schemas.field(known[0]), pointer)
        if owner != pointer:
            found.setdefault((item, owner), []).append(proof)
    return found


@once
def by_item(edition: Edition) -> Mapping[str, Sequence[Proof]]:
    """The proofs of each item and report."""
    found: dict[str, list[Proof]] = {}
    for proof in edition.examination.proofs.values():
        found.setdefault(proof.item, []).append(proof)
    return found


def key_of_proofs(edition: Edition, item: str) -> str:
    """What a page's key holds of its item's proofs: all that pages tell of them; "" without an audit."""
    if not edition.examination.held:
        return ""
    told = ["audited"]
    for proof in by_item(edition).get(item, ()):
        told += (proof.entry, proof.state, str(proof.pull))
        for signer in proof.signers:
            told += (signer.person, signer.role, signer.at)
    return hashlib.blake2b("\0".join(told).encode(), digest_size=16).hexdigest()


@once
def counts(edition: Edition) -> Mapping[ProofState, int]:
    """How many entries stand in each state; what was added to an entry counts with it."""
    proofs, added = edition.examination.proofs, additions(edition)
    found = Counter(one.state for one in proofs.values())
    for key, later in added.items():
        found.subtract(one.state for one in later)
        if key in proofs:
            found[proofs[key].state] -= 1
            found[state_of(proofs[key], later)] += 1
    return {state: found[state] for state in PROOF_STATES}
