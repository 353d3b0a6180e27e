"""``duban new``: a new item's head and intake, numbered, asked for or given, as a file to be signed."""

from __future__ import annotations

import argparse
import sys

from duban.cli.context import CLEAN, Context, Parser, UsageError
from duban.cli.entering import Desk
from duban.cli.given import set_argument
from duban.cli.registering import register
from duban.language import Language
from duban.numbering import path_of
from duban.schema import Field
from duban.successor import Successor, successor
from duban.writing import file_text

_LINKED_BACK = frozenset({"D215"})
"""The item before names the new one in the same pull request."""


def arguments(parser: Parser, text: Language) -> None:
    set_argument(parser, text)
    parser.add_argument("--after", metavar="ID", default="", help=text("new.help.after"))


def run(context: Context, options: argparse.Namespace) -> int:
    desk = Desk(context)
    before = _after(options.after, desk) if options.after else None
    owed = _LINKED_BACK if before else frozenset[str]()
    code, identity = register(desk, before.data if before else {}, options.given, owed)
    if before and code == CLEAN:
        sys.stderr.write(_owed(before, options.after, identity, desk.root, context.text))
    return code


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
