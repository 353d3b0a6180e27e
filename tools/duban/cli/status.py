"""``duban status``: where each item stands on a day, from dates alone."""

from __future__ import annotations

import argparse

from duban.cli.context import CLEAN, FINDINGS, Context, Parser, UsageError, print_json
from duban.cli.table import on_one_line, print_table
from duban.language import Language
from duban.model import Registry
from duban.repository import day_of
from duban.status import Status, statuses
from duban.told import status_told


def arguments(parser: Parser, text: Language) -> None:
    parser.add_argument("ids", nargs="*", metavar="ID", help=text("status.help.ids"))
    parser.add_argument("--as-of", metavar="DATE", help=text("cli.help.as_of"))
    parser.add_argument("--at", metavar="REV", help=text("status.help.at"))
    parser.add_argument("--format", choices=("text", "json"), default="text", help=text("cli.help.format"))


def run(context: Context, options: argparse.Namespace) -> int:
    asked = options.as_of
    if options.at and asked is None and not context.pinned_day:
        asked = day_of(context.folder, options.at)
    day = context.day(asked)
    ledger = context.ledger(day, options.at)
    states = statuses(ledger, day, context.calendar(ledger))
    unknown = [identity for identity in options.ids if identity not in states]
    if unknown:
        raise UsageError(context.text("cli.no_such_item", ids="、".join(unknown), day=day))
    shown = [states[identity] for identity in options.ids] if options.ids else list(states.values())
    if options.format == "json":
        print_json({"as_of": day, "items": [status_told(state, ledger.registry) for state in shown]})
    else:
        _print_text(shown, ledger.registry, context.text)
    return FINDINGS if any(state.light == "broken" for state in shown) else CLEAN


def _print_text(shown: list[Status], registry: Registry, text: Language) -> None:
    headings = [text(f"status.column.{name}") for name in ("id", "light", "step", "due", "left", "unit", "title")]
    rows = []
    for state in shown:
        due = state.due
        if state.original_due != state.due:
            due = text("status.moved", due=state.due, original=state.original_due)
        rows.append(
            [
                state.id,
                text(f"light.{state.light}"),
                text(f"step.{state.step}") if state.step else "",
                due,
                "" if state.workdays_left is None else str(state.workdays_left),
                registry.unit_name(state.lead_unit) if state.lead_unit else "",
                on_one_line(state.title),
            ]
        )
    print_table(headings, rows, [state.light for state in shown])
