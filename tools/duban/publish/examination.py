"""What an audit of a ledger's history found, or why there was none: what an edition knows of its proofs."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

from duban.chain import Verified, Violation
from duban.finding import Pointer
from duban.proof import Proof, Proofs, Signer
from duban.publish.place import entry_around
from duban.rules.amendments import pointer_of
from duban.schema import Field
from duban.tombstone import Tombstone

Absent = Literal["", "no_git", "below", "no_genesis", "shallow", "unreadable"]
ABSENT: tuple[Absent, ...] = get_args(Absent)


@dataclass(frozen=True)
class Examination:
    """How far history was verified: from ``genesis`` to the tip, which was committed on the ISO day ``day``.

    ``absent`` says why there was no audit, "" where there was one; ``problem`` is what git said.
    ``differing`` counts the files of the record that lie otherwise in the folder than at the tip;
    ``expunged`` are the tombstones of what was taken out of history.
    """

    absent: Absent = "no_git"
    problem: str = ""
    genesis: str = ""
    day: str = ""
    differing: int = 0
    verified: Verified = field(default_factory=Verified)
    violations: tuple[Violation, ...] = ()
    proofs: Proofs = field(default_factory=dict)
    expunged: tuple[Tombstone, ...] = ()

    @property
    def held(self) -> bool:
        """Whether there was an audit."""
        return not self.absent

    def in_public(self, items: Container[str], root: Field) -> Examination:
        """What the public may know: how the open entries of these items are proven, where, and when.

        ``root`` is the item's field. What is withheld within an open entry leaves no trace but that
        the entry is broken when it is.
        """
        open_at: dict[str, bool] = {}
        found: dict[tuple[str, str], Proof] = {}
        broken: list[tuple[str, str]] = []
        for (item, entry), proof in self.proofs.items():
            if item not in items:
                continue
            if entry not in open_at:
                open_at[entry] = is_open_at(root, pointer_of(entry))
            if open_at[entry]:
                found[item, entry] = _nameless(proof)
            elif proof.state == "broken":
                broken.append((item, entry_around(root, entry)))
        for key in broken:
            if key in found:
                found[key] = replace(found[key], state="broken")
        return Examination(self.absent, proofs=found)


def is_open_at(root: Field, pointer: Pointer) -> bool:
    """Whether the public sees what stands at a pointer: every property on the way must be open."""
    here: Field | None = root
    for part in pointer:
        here = here.at((part,)) if here else None
        if here is None or (isinstance(part, str) and not here.public):
            return False
    return True


def _nameless(proof: Proof) -> Proof:
    last = max((signer.at for signer in proof.signers), default="")
    return replace(proof, signers=(Signer("", "", last),) if last else (), commit="", merged_at="")
