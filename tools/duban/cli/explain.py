"""``duban explain``: what a finding means, why the ledger insists, and how to put it right."""

from __future__ import annotations

import argparse
import sys

from duban.cli.context import CLEAN, Context, Parser, UsageError
from duban.cli.table import print_table
from duban.finding import CODES
from duban.language import Language


def arguments(parser: Parser, text: Language) -> None:
    parser.add_argument("code", nargs="?", metavar="CODE", help=text("explain.help.code"))


def run(context: Context, options: argparse.Namespace) -> int:
    text = context.text
    if options.code is None:
        rows = [[code, text(f"severity.{CODES[code].severity}"), text(f"{code}.title")] for code in CODES]
        print_table([text(f"explain.column.{name}") for name in ("code", "severity", "title")], rows)
        return CLEAN
    code = options.code.upper()
    if code not in CODES:
        raise UsageError(text("explain.no_such_code", code=options.code))
    sys.stdout.write(f"{code} {text(f'{code}.title')} ({text(f'severity.{CODES[code].severity}')})\n\n")
    for part in ("message", "why", "fix"):
        sys.stdout.write(f"{text(f'explain.{part}')}\n    {_as_written(text, f'{code}.{part}')}\n\n")
    return CLEAN


def _as_written(text: Language, message: str) -> str:
    """The message with its blanks named rather than filled: ``{label}`` becomes ⟨label⟩."""
    return text(message).replace("{", "⟨").replace("}", "⟩")
