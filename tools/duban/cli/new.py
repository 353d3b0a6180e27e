"""``duban new``: a new item's head and intake, numbered, asked for or given, as a file to be signed."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from duban.cli.context import CLEAN, Context, Parser, UsageError
from duban.cli.entering import Desk, Draft
from duban.cli.given import put_given, set_argument
from duban.language import Language
from duban.model import Data
from duban.numbering import next_id, path_of
from duban.schema import Field
from duban.successor import Successor, successor
from duban.writing import file_text

_INTAKE = "intake"
_NOT_ASKED = frozenset({"id", "secrecy", "related", "follows", "reopened_from", "sample"})
"""Of the head: what is counted, declared by the office as a whole, or written by whoever links items."""

_LINKED_BACK = frozenset({"D215"})
"""The item before names the new one in the same pull request."""


def arguments(parser: Parser, text: Language) -> None:
    set_argument(parser, text)
    parser.add_argument("--after", metavar="ID", default="", help=text("new.help.after"))


def run(context: Context, options: argparse.Namespace) -> int:
    desk = Desk(context)
    before = _after(options.after, desk) if options.after else None
    made: list[str] = []

    def drafted(earlier: Any) -> Draft:
        data = _filled(desk, before.data if before else {}, options.given, earlier)
        made[:] = [data["id"]]
        return Draft(data, path_of(data["id"]), file_text(data, desk.root).encode())

    code = desk.enter(drafted, _LINKED_BACK if before else ())
    if before and code == CLEAN:
        sys.stderr.write(_owed(before, options.after, made[0], desk.root, context.text))
    return code


def _filled(desk: Desk, known: Data, settings: Sequence[str], earlier: Any) -> Data:
    """The head, then the intake, then the next free number of the year it was received in."""
    given: Data = {"secrecy": "非涉密", **known}
    put_given(given, settings, desk.root, desk.known({}), desk.context.text)
    intake = given.pop(_INTAKE, {})
    head = desk.filling({}, _NOT_ASKED, earlier).filled((), desk.root, given)
    began = earlier[_INTAKE] if earlier else None
    field = desk.root.properties[_INTAKE]
    head[_INTAKE] = desk.filling(head, earlier=began).filled((_INTAKE,), field, intake)
    taken = (reading.facts.id for reading in desk.readings.items.values())
    return {"id": next_id(taken, str(head[_INTAKE]["received_on"])[:4]), **head}


def _after(identity: str, desk: Desk) -> Successor:
    """What follows from an item of the ledger; UsageError where nothing does."""
    ledger, text = desk.readings.ledger(desk.day), desk.context.text
    item = ledger.items.get(identity)
    found = successor(item.record, ledger.registry, desk.day, desk.context.words(ledger)) if item else None
    if found is None:
        raise UsageError(text("new.nothing_follows", id=identity))
    return found


def _owed(found: Successor, before: str, identity: str, root: Field, text: Language) -> str:
    """What the item before has to be given, as it stands in its file."""
    owed = {name: {**entry, "new_item": identity} for name, entry in found.owed.items()}
    return f"{text('new.add_to', path=path_of(before))}\n{file_text(owed, root)}"
