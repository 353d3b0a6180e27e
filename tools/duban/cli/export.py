"""``duban export``: the whole ledger in one file, the same bytes as the internal site has for download.

A workbook may have a sheet for each unit besides, which the site has not; or, as a CSV may, every item whole,
so that ``duban import`` gives it back as it is. With ``--all`` it is a folder of plain files that needs no duban.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import cast, get_args

from duban.cli.context import CLEAN, FINDINGS, Context, Parser, UsageError
from duban.documents.csv_file import csv_file
from duban.language import Language, language
from duban.load import Readings
from duban.publish.edition import Edition
from duban.publish.ledger_files import MADE, Format
from duban.publish.ledger_workbook import record_workbook, units_workbook
from duban.record_lines import HEADS, record_lines

_WITH_SHEETS = {"units": ("xlsx",), "record": ("xlsx", "csv")}


def arguments(parser: Parser, text: Language) -> None:
    parser.add_argument("--format", choices=get_args(Format), help=text("export.help.format"))
    parser.add_argument("--sheets", choices=("units", "record"), help=text("export.help.sheets"))
    parser.add_argument("--out", metavar="FILE", help=text("export.help.out"))
    parser.add_argument("--all", metavar="DIR", help=text("export.help.all"))
    parser.add_argument("--as-of", metavar="DATE", help=text("cli.help.as_of"))


def run(context: Context, options: argparse.Namespace) -> int:
    from duban.publish.edition import edition
    from duban.repository import today
    from duban.repository.whole import write_whole

    day, out = context.day(options.as_of), options.out
    if options.all:
        return _everything(context, options, day)
    form = options.format or _form_of(out or "")
    if options.sheets and form not in _WITH_SHEETS[options.sheets]:
        raise UsageError(context.text("export.sheets_of_xlsx"))
    if form == "xlsx" and not out and sys.stdout.isatty():
        raise UsageError(context.text("export.terminal"))
    readings = context.readings(context.tree())
    if readings.schemas is None or not readings.registry.policy:
        raise UsageError(context.text("cli.registry_broken"))
    made = edition(
        "internal", language("zh"), readings.ledger(day), readings.schemas, day, today(), pinned=True, digests={}
    )
    content = _content(made, form, options.sheets, readings)
    if out:
        write_whole(Path(out), content)
    else:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    return FINDINGS if any(not reading.valid for reading in readings.items.values()) else CLEAN


def _everything(context: Context, options: argparse.Namespace, day: str) -> int:
    """The exit: all of the ledger and its proofs as plain files in a new folder."""
    from duban.exporter import export_all

    if options.format or options.sheets or options.out:
        raise UsageError(context.text("export.all_alone"))
    readings = context.readings(context.tree())
    if readings.schemas is None or not readings.registry.policy:
        raise UsageError(context.text("cli.registry_broken"))
    try:
        count = export_all(context.folder, readings, day, Path(options.all).absolute())
    except FileExistsError as error:
        raise UsageError(context.text("export.exists", folder=options.all)) from error
    sys.stderr.write(context.text("export.all_done", files=count) + "\n")
    sys.stdout.write(f"{options.all}\n")
    return FINDINGS if any(not reading.valid for _, reading in readings.records) else CLEAN


def _content(made: Edition, form: Format, sheets: str | None, readings: Readings) -> bytes:
    if sheets == "units":
        return units_workbook(made)
    if sheets == "record":
        lines = [line for one in readings.items.values() if one.data for line in record_lines(one.data())]
        heads = [" ".join(names) for names in HEADS]
        return csv_file([heads, *lines]) if form == "csv" else record_workbook(made, lines)
    return MADE[form][1](made)


def _form_of(out: str) -> Format:
    """The format that a file's name asks for; CSV where it asks for none."""
    ending = Path(out).suffix.removeprefix(".").lower()
    return cast(Format, ending) if ending in MADE else "csv"
