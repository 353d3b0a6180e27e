"""``duban figures``: the figures a report quotes, counted from the entries' own dates."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from duban.cli.context import CLEAN, Context, Parser, UsageError, print_json
from duban.cli.table import print_table
from duban.figures import figures
from duban.language import Language
from duban.model import Ledger
from duban.status import statuses
from duban.trend import span_of, trend


def arguments(parser: Parser, text: Language) -> None:
    parser.add_argument("--as-of", metavar="DATE", help=text("cli.help.as_of"))
    parser.add_argument("--from", dest="start", metavar="DATE", help=text("figures.help.from"))
    parser.add_argument("--by-month", action="store_true", help=text("figures.help.by_month"))
    parser.add_argument("--format", choices=("text", "json"), default="text", help=text("cli.help.format"))


def run(context: Context, options: argparse.Namespace) -> int:
    day = context.day(options.as_of)
    start = context.day(options.start) if options.start else ""
    if start > day:
        raise UsageError(context.text("figures.backwards", start=start, day=day))
    ledger = context.ledger(day)
    if options.by_month:
        return _by_month(context, ledger, day, start, as_json=options.format == "json")
    found = figures(ledger, statuses(ledger, day, context.calendar(ledger)), day, start)
    if options.format == "json":
        print_json(found)
        return CLEAN
    text = context.text
    rows = [[text(f"figure.{name}"), str(value)] for name, value in found.items() if isinstance(value, int)]
    for group, prefix in (("by_light", "light"), ("by_step", "step")):
        rows += [[text(f"{prefix}.{name}"), str(count)] for name, count in found[group].items() if count]
    print_table([text("figures.column.figure"), day if not start else f"{start} – {day}"], rows)
    return CLEAN


def _by_month(context: Context, ledger: Ledger, day: str, start: str, *, as_json: bool) -> int:
    """What came in, was closed and stood overdue in each month, from the entries' own dates."""
    spans = [span_of(item.record) for item in ledger.items.values() if "not_filed" not in item.record]
    months = [one for one in trend(spans, day) if one.end >= start]
    if as_json:
        print_json({"as_of": day, "from": start or None, "months": [asdict(one) for one in months]})
        return CLEAN
    names = ("month", "received", "closed", "overdue")
    print_table(
        [context.text(f"figures.month.{name}") for name in names],
        [[str(getattr(one, name)) for name in names] for one in months],
    )
    return CLEAN
