"""``duban assess``: each unit's score of a year, and for every point lost the entry that cost it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from duban.assess import Score, assess, weights
from duban.cli.context import CLEAN, Context, Parser, UsageError, print_json
from duban.cli.table import on_one_line, print_table
from duban.language import Language
from duban.model import Ledger
from duban.repository import write_whole


def arguments(parser: Parser, text: Language) -> None:
    parser.add_argument("--year", type=int, metavar="YEAR", help=text("assess.help.year"))
    parser.add_argument("--as-of", metavar="DATE", help=text("cli.help.as_of"))
    parser.add_argument("--unit", metavar="ID", help=text("assess.help.unit"))
    parser.add_argument("--out", metavar="FILE", help=text("assess.help.out"))
    parser.add_argument("--format", choices=("text", "json"), default="text", help=text("cli.help.format"))


def run(context: Context, options: argparse.Namespace) -> int:
    day = context.day(options.as_of)
    year = options.year or int(day[:4])
    if year > int(day[:4]):
        raise UsageError(context.text("assess.future", year=year, day=day))
    day = min(day, f"{year}-12-31") if year < int(day[:4]) and not options.as_of else day
    ledger = context.ledger(day)
    registry = ledger.registry
    if options.unit and options.unit not in registry.units:
        raise UsageError(context.text("cli.no_such_unit", unit=options.unit))
    calendar = context.calendar(ledger)
    found = assess(ledger.items.values(), registry.policy, year, day, calendar)
    shown = [one for one in found if not options.unit or one.unit == options.unit]
    if options.out:
        _write(Path(options.out), found, ledger, day, context.text)
    if options.format == "json":
        rules = {name: float(value) for name, value in weights(registry.policy).items()}
        print_json({"year": year, "as_of": day, "weights": rules, "units": [_told(one, ledger) for one in shown]})
    elif options.unit:
        _print_points(shown, ledger, context.text)
    else:
        _print_scores(shown, ledger, context.text)
    return CLEAN


def _write(out: Path, found: list[Score], ledger: Ledger, day: str, text: Language) -> None:
    from duban.publish.assessment_page import workbook

    if out.suffix.lower() != ".xlsx":
        raise UsageError(text("assess.ending", file=str(out)))
    try:
        write_whole(out, workbook(found, ledger, day, text))
    except OSError as error:
        raise UsageError(text("export.cannot_write", file=str(out), problem=error.strerror)) from error


def _told(one: Score, ledger: Ledger) -> dict[str, Any]:
    return {
        "unit": one.unit,
        "unit_name": ledger.registry.unit_name(one.unit),
        "base": float(one.base),
        "lost": float(one.lost),
        "total": float(one.total),
        "led": one.led,
        "joined": one.joined,
        "rank": one.rank or None,
        "tied": one.tied,
        "points": [
            {
                "rule": point.rule,
                "item": point.item,
                "entry": point.entry,
                "on": point.on,
                "name": point.name or None,
                "share": float(point.share),
                "points": float(point.points),
                "waived": point.waived,
            }
            for point in one.points
        ],
    }


def _print_scores(found: Sequence[Score], ledger: Ledger, text: Language) -> None:
    headings = [text(f"assess.head.{name}") for name in ("rank", "unit", "total", "lost", "led", "joined", "remark")]
    cells = [
        [
            str(one.rank or "—"),
            ledger.registry.unit_name(one.unit),
            str(one.total),
            str(one.lost) if one.lost else "",
            str(one.led),
            str(one.joined),
            text("assess.head.tied") if one.tied else "" if one.rank else text("assess.head.few"),
        ]
        for one in found
    ]
    print_table(headings, cells, ["overdue" if one.lost else "" for one in found])


def _print_points(found: Sequence[Score], ledger: Ledger, text: Language) -> None:
    from duban.publish.assessment_page import entry_name

    headings = [text(f"assess.head.{name}") for name in ("points", "rule", "item", "entry", "on", "title")]
    cells = []
    for point in (point for one in found for point in one.points):
        record = ledger.items[point.item].record
        entry = entry_name(record, point.entry, text)
        rule = text(f"assess.rule.{point.rule}")
        cells.append([str(point.points), rule, point.item, entry, point.on, on_one_line(record["title"])])
    print_table(headings, cells)
