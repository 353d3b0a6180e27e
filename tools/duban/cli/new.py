"""``duban new``: a new item's head and intake, numbered, asked for or given, as a file to be signed."""

from __future__ import annotations

import argparse
import sys

from duban.cli.context import CLEAN, FINDINGS, Context, Parser, UsageError
from duban.cli.registering import fill, given_fields, register
from duban.language import Language
from duban.model import Data, Tree
from duban.numbering import path_of
from duban.schema import Field, Schemas
from duban.successor import Successor, successor
from duban.writing import file_text


def arguments(parser: Parser, text: Language) -> None:
    given_fields(parser, text)
    parser.add_argument("--after", metavar="ID", default="", help=text("new.help.after"))


def run(context: Context, options: argparse.Namespace) -> int:
    tree = context.tree()
    schemas = Schemas.of(tree)
    root = schemas.field("item")
    before = _after(options.after, tree, context) if options.after else None
    data: Data = before.data if before else {"secrecy": "非涉密"}
    fill(data, options.given, root, context)
    identity = register(data, tree, schemas, context)
    if not identity:
        return FINDINGS
    sys.stdout.write(f"{path_of(identity)}\n")
    if before:
        sys.stderr.write(_owed(before, options.after, identity, root, context.text))
    return CLEAN


def _after(identity: str, tree: Tree, context: Context) -> Successor:
    """What follows from an item of the ledger; UsageError where nothing does."""
    ledger = context.readings(tree).ledger(context.day())
    item = ledger.items.get(identity)
    found = successor(item.record, ledger.registry, context.day(), context.words(ledger)) if item else None
    if found is None:
        raise UsageError(context.text("new.nothing_follows", id=identity))
    return found


def _owed(found: Successor, before: str, identity: str, root: Field, text: Language) -> str:
    """What the item before has to be given, as it stands in its file."""
    owed = {name: {**entry, "new_item": identity} for name, entry in found.owed.items()}
    return f"{text('new.add_to', path=path_of(before))}\n{file_text(owed, root)}"
