"""An edition and what its record holds → the words for it where no program looks anything up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from duban.publish.edition import Edition
from duban.publish.names import Names
from duban.publish.signature import SIGNED
from duban.schema import Field


class Naming:
    """Says values and signatures in full; plan references are read in the plan of ``year``."""

    def __init__(self, edition: Edition, year: int) -> None:
        self.text = edition.text
        self._names = Names(edition)
        self._year = year

    def value(self, value: Any, field: Field) -> str:
        """One value as text; what a reference leads to stands before its id."""
        if isinstance(value, bool):
            return self.text("shown.yes" if value else "shown.no")
        said = str(value)
        if not field.ref:
            return said
        called = self._names.reference(field.ref, said, self._year)[0]
        return called if said in called else self.text("exit.called", name=called, id=said)

    def signers(self, node: Mapping[str, Any]) -> str:
        """Who signed, as the entry itself says: position, role and day of each; the policy's list of roles is none."""
        said = [
            self.text(
                "exit.signed",
                position=self._names.position(one["by"]),
                role=self._names.role(one["role"]),
                on=one["on"],
            )
            for one in node.get(SIGNED, ())
            if isinstance(one, dict)
        ]
        return self.text("shown.semicolon").join(said)
