"""``duban replay``: the ledger's own life as a new git repository, with branches, approvals, merges and receipts."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from duban.cli.context import CLEAN, FINDINGS, Context, Parser, UsageError, progress_bar
from duban.language import Language


def arguments(parser: Parser, text: Language) -> None:
    parser.add_argument("out", metavar="DIR", help=text("replay.help.out"))
    parser.add_argument("--as-of", metavar="DATE", help=text("cli.help.as_of"))


def run(context: Context, options: argparse.Namespace) -> int:
    from duban.replayer import NoOneError, replay

    out = Path(options.out)
    if out.exists():
        raise UsageError(context.text("replay.exists", folder=str(out)))
    day = context.day(options.as_of)
    tree = context.tree()
    readings = context.readings(tree)
    if any(not reading.valid for reading in (*readings.items.values(), *readings.reports.values())):
        raise UsageError(context.text("replay.broken"))
    context.calendar(readings.ledger(day))
    try:
        with progress_bar(context.text("replay.recording"), shown=True) as advance:
            found = replay(context.folder, tree, day, out, advance)
    except NoOneError as error:
        raise UsageError(context.text("replay.no_one", day=error.day)) from error
    receipts = found.recorded.written
    sys.stderr.write(context.text("replay.done", pulls=found.pulls, receipts=receipts) + "\n")
    sys.stdout.write(f"{out}\n")
    return CLEAN if receipts == found.pulls else FINDINGS
