"""Where an item taken over from an older ledger says that its values come from."""

from __future__ import annotations

from collections.abc import Iterator

from duban.finding import Problem
from duban.rules.amendments import pointer_of
from duban.rules.case import Case, value_at


def cells_lead_to_values(case: Case) -> Iterator[Problem]:
    """D321: every source cell names a value that stands in the item."""
    transcribed = case.record.get("transcribed")
    for index, cell in enumerate(transcribed["cells"] if transcribed else ()):
        try:
            value_at(case.record, pointer_of(cell["field"]))
        except (KeyError, IndexError):
            yield Problem(
                "D321", ("transcribed", "cells", index, "field"), {"field": cell["field"], "cell": cell["cell"]}
            )
