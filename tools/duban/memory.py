"""How far the audit of one ledger was clean, and the proofs up to there, kept in the user's cache; safe to delete."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson

from duban.audit import Audit
from duban.chain import Verified
from duban.program import program_digest
from duban.proof import Proof, Signer
from duban.repository.whole import write_whole


class Memory:
    """What one machine remembers of one ledger; another program or another genesis forgets it.

    Proofs are appended, so that keeping one more merge costs nothing more in a long history; the
    state that names their length is written last, and whole.
    """

    def __init__(self, folder: Path) -> None:
        self._state, self._proofs = folder / "audit.json", folder / "proofs.jsonl"

    def known(self, genesis: str) -> Verified:
        """How far history is known to be clean; an empty Verified where nothing is known."""
        state = self._read(genesis)
        return Verified(**state["verified"]) if state else Verified()

    def seen(self) -> Verified:
        """The tips that were last found clean, by whatever program and from whatever genesis on."""
        try:
            return Verified(**orjson.loads(self._state.read_bytes())["verified"])
        except (OSError, ValueError, KeyError, TypeError):
            return Verified()

    def keep(self, genesis: str, found: Audit, *, afresh: bool) -> None:
        """Remember a clean audit, as what follows the one known or instead of it.

        Where nothing can be written, nothing is remembered: the next audit does the work again.
        """
        with contextlib.suppress(OSError):
            self._keep(genesis, found, afresh=afresh)

    def _keep(self, genesis: str, found: Audit, *, afresh: bool) -> None:
        state: dict[str, Any] = {} if afresh else self._read(genesis)
        length = int(state["length"]) if state else 0
        lines = b"".join(orjson.dumps(asdict(one)) + b"\n" for one in found.events if isinstance(one, Proof))
        self._proofs.parent.mkdir(parents=True, exist_ok=True)
        with self._proofs.open("ab") as stream:
            stream.truncate(length)
            stream.write(lines)
            stream.flush()
            os.fsync(stream.fileno())
        state = {
            "program": program_digest(),
            "genesis": genesis,
            "verified": asdict(found.verified),
            "length": length + len(lines),
        }
        write_whole(self._state, orjson.dumps(state))

    def length(self, genesis: str) -> int:
        """How far the proofs go that belong to what is known."""
        state = self._read(genesis)
        return int(state["length"]) if state else 0

    def proofs(self, length: int) -> Iterator[Proof]:
        """The proofs up to a length; what was kept after it is left out."""
        try:
            with self._proofs.open("rb") as stream:
                content = stream.read(length)
        except OSError:
            return
        for line in content.splitlines():
            row = orjson.loads(line)
            yield Proof(**{**row, "signers": tuple(Signer(**one) for one in row["signers"])})

    def _read(self, genesis: str) -> dict[str, Any]:
        try:
            state = orjson.loads(self._state.read_bytes())
            fits = state["program"] == program_digest() and state["genesis"] == genesis
            fits = fits and self._proofs.stat().st_size >= state["length"]
            found: dict[str, Any] = state
            return found if fits and Verified(**state["verified"]) else {}
        except (OSError, ValueError, KeyError, TypeError):
            return {}
