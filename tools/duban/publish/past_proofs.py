"""Proofs by the files' own pointers and a ledger as of a day → the proofs of what stood then, by its places then.

On an earlier day the later parts of a list are left out, so that those after them have moved up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from duban.filing import RecordKind
from duban.finding import Pointer
from duban.load import Readings
from duban.model import Data, Ledger, text_pointer
from duban.proof import Proof, Proofs
from duban.reader import Reading
from duban.rules.amendments import pointer_of
from duban.timeline import Timeline

_INDEX = ""
"""Where a part of a list keeps its place in the file; no schema has a property of that name."""


def proofs_on(proofs: Proofs, readings: Readings, ledger: Ledger, day: str) -> Proofs:
    """The proofs of entries that stood in the ledger on an ISO day.

    What an unreadable or missing file once held keeps its proofs: they are told of, not shown.
    """
    if readings.schemas is None:
        return proofs
    known = (one.facts.id for one in readings.reports.values() if one.valid)
    pasts: dict[str, Data] = {report: {} for report in known if report not in ledger.reports}
    dated: tuple[tuple[RecordKind, Mapping[str, Reading]], ...] = (
        ("item", readings.items),
        ("assessment", readings.assessments),
    )
    for kind, read in dated:
        timeline = Timeline(readings.schemas.field(kind)) if read else None
        for reading in read.values():
            if reading.data is not None and timeline is not None and reading.facts.latest > day:
                past = timeline.until(_marked(reading.data()), day)
                pasts[reading.facts.id] = past or {}
    if not pasts:
        return proofs
    found: dict[tuple[str, str], Proof] = {}
    for (item, entry), proof in proofs.items():
        place = _place_then(pasts[item], pointer_of(entry) if entry else ()) if item in pasts else entry
        if place is not None:
            found[item, place] = proof
    return found


def _marked(node: Any) -> Any:
    """The same data; each part of a list that holds properties knows its place in it."""
    if isinstance(node, dict):
        return {name: _marked(value) for name, value in node.items()}
    if isinstance(node, list):
        return [{**_marked(one), _INDEX: index} if isinstance(one, dict) else one for index, one in enumerate(node)]
    return node


def _place_then(past: Data, pointer: Pointer) -> str | None:
    """The pointer into the past data of what stands at a pointer now; None for what was not there yet."""
    if not past:
        return None
    here: Any = past
    then: list[str | int] = []
    for part in pointer:
        step = (part if part in here else None) if isinstance(here, dict) else _found(here, part)
        if step is None:
            return None
        here = here[step]
        then.append(step)
    return text_pointer(tuple(then))


def _found(values: Any, index: str | int) -> int | None:
    """Where a part of a list stands now that others may be gone."""
    if not isinstance(values, list):
        return None
    marks = [one.get(_INDEX) if isinstance(one, dict) else place for place, one in enumerate(values)]
    return marks.index(index) if index in marks else None
