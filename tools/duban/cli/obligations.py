"""``duban obligations``: what is owed, by whom, by when, and how it stands."""

from __future__ import annotations

import argparse

from duban.cli.context import CLEAN, Context, Parser, UsageError, print_json
from duban.cli.table import on_one_line, print_table
from duban.language import Language
from duban.obligation import ledger_obligations
from duban.told import obligation_told


def arguments(parser: Parser, text: Language) -> None:
    parser.add_argument("--as-of", metavar="DATE", help=text("cli.help.as_of"))
    parser.add_argument("--unit", metavar="ID", help=text("obligations.help.unit"))
    parser.add_argument("--open", action="store_true", help=text("obligations.help.open"))
    parser.add_argument("--format", choices=("text", "json"), default="text", help=text("cli.help.format"))


def run(context: Context, options: argparse.Namespace) -> int:
    day = context.day(options.as_of)
    ledger = context.ledger(day)
    if options.unit and options.unit not in ledger.registry.units:
        raise UsageError(context.text("cli.no_such_unit", unit=options.unit))
    owed = [
        one
        for listed in ledger_obligations(ledger, context.calendar(ledger)).values()
        for one in listed
        if (not options.unit or one.owner == options.unit)
        and (not options.open or one.state(day) in ("open", "overdue"))
    ]
    owed.sort(key=lambda one: (one.due, one.item, one.kind))
    text = context.text
    if options.format == "json":
        print_json({"as_of": day, "obligations": [obligation_told(one, day) for one in owed]})
        return CLEAN
    headings = [text(f"obligations.column.{name}") for name in ("due", "state", "kind", "owner", "item", "name")]
    cells = [
        [
            one.due,
            text(f"state.{one.state(day)}"),
            text(f"obligation.{one.kind}"),
            ledger.registry.unit_name(one.owner),
            one.item,
            on_one_line(one.name),
        ]
        for one in owed
    ]
    print_table(headings, cells, [one.state(day) for one in owed])
    return CLEAN
