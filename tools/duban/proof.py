"""What an audit found, commit by commit → who signed each entry, in which pull request, and how that is proven."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

ProofState = Literal["proven", "claimed", "broken", "transcribed"]
PROOF_STATES: tuple[ProofState, ...] = get_args(ProofState)


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signed, in which role, at which instant; ``paper`` is true for a scan that the registrar answers for."""

    person: str
    role: str
    at: str
    paper: bool = False


@dataclass(frozen=True, slots=True)
class Proof:
    """How one entry, or what came later to one, is proven. ``pull`` is 0 and ``commit`` "" where nothing tells."""

    item: str
    entry: str
    kind: str
    state: ProofState
    signers: tuple[Signer, ...] = ()
    pull: int = 0
    commit: str = ""
    merged_at: str = ""


@dataclass(frozen=True, slots=True)
class Touched:
    """A commit that changed or took away what was signed: item and pointer ("" for the whole of it)."""

    item: str
    pointer: str
    commit: str


Proofs = Mapping[tuple[str, str], Proof]
"""The proof of each entry by item and pointer."""


def proofs_of(events: Iterable[Proof | Touched]) -> dict[tuple[str, str], Proof]:
    """Fold what happened, in order, into how each entry stands now: what was touched is broken for good."""
    found: dict[tuple[str, str], Proof] = {}
    entries: dict[str, set[str]] = {}
    for event in events:
        if isinstance(event, Proof):
            # What is added twice was taken away in between, or stands in two files.
            again = (event.item, event.entry) in found
            found[event.item, event.entry] = replace(event, state="broken") if again else event
            entries.setdefault(event.item, set()).add(event.entry)
            continue
        for entry in entries.get(event.item, ()):
            if _within(entry, event.pointer) or _within(event.pointer, entry):
                found[event.item, entry] = replace(found[event.item, entry], state="broken", commit=event.commit)
    return found


def _within(pointer: str, outer: str) -> bool:
    return pointer == outer or pointer.startswith(f"{outer}/")
