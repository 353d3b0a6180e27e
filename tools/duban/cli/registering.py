"""What is known of a new item, and whoever is there to answer → its file, numbered by the year of its intake."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from duban.cli.entering import Desk, Draft
from duban.cli.given import put_given
from duban.model import Data
from duban.numbering import next_id, path_of
from duban.record import UNCLASSIFIED
from duban.writing import file_text

_INTAKE = "intake"
_NOT_ASKED = frozenset({"id", "secrecy", "related", "follows", "reopened_from", "sample", "transcribed"})
"""Of the head: what is counted, declared by the office as a whole, or written by whoever links items."""


def register(
    desk: Desk, known: Data, settings: Sequence[str], owed: Collection[str] = (), *, told: bool = True
) -> tuple[int, str]:
    """Fill in and write a new item: the command's exit code, and the item's id.

    ``known`` is what its record has already, ``settings`` what was given as ``FIELD=VALUE``; ``owed`` and
    ``told`` as in ``Desk.enter``.
    """
    made: list[str] = []

    def drafted(earlier: Any) -> Draft:
        data = _filled(desk, known, settings, earlier)
        made[:] = [data["id"]]
        return Draft(data, path_of(data["id"]), file_text(data, desk.root).encode())

    return desk.enter(drafted, owed, told=told), made[0]


def _filled(desk: Desk, known: Data, settings: Sequence[str], earlier: Any) -> Data:
    """The head, then the intake, then the next free number of the year it was received in."""
    given: Data = {"secrecy": UNCLASSIFIED, **known}
    put_given(given, settings, desk.root, desk.registry, desk.context.day(), desk.context.text)
    intake = given.pop(_INTAKE, {})
    head = desk.filling({}, _NOT_ASKED, earlier).filled((), desk.root, given)
    began = earlier[_INTAKE] if earlier else None
    field = desk.root.properties[_INTAKE]
    head[_INTAKE] = desk.filling(head, earlier=began).filled((_INTAKE,), field, intake)
    taken = (reading.facts.id for reading in desk.readings.items.values())
    return {"id": next_id(taken, str(head[_INTAKE]["received_on"])[:4]), **head}
