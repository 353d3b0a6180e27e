"""``duban site``: the internal or the public edition as files that any web server can serve."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from duban.cli.context import CLEAN, FINDINGS, Context, Parser, UsageError
from duban.language import Language
from duban.repository.error import BusyError

if TYPE_CHECKING:
    from duban.leak_test import LeakTest


def arguments(parser: Parser, text: Language) -> None:
    parser.add_argument("--edition", choices=("internal", "public"), default="internal", help=text("site.help.edition"))
    parser.add_argument("--out", metavar="DIR", help=text("site.help.out"))
    parser.add_argument("--as-of", metavar="DATE", help=text("cli.help.as_of"))
    parser.add_argument("--language", action="append", choices=("zh", "en"), help=text("site.help.language"))
    parser.add_argument("--no-search", action="store_true", help=text("site.help.no_search"))


def run(context: Context, options: argparse.Namespace) -> int:
    from mkdocs.exceptions import MkDocsException

    from duban import site

    day = context.day(options.as_of)
    out = Path(options.out) if options.out else context.folder / "build" / "site" / options.edition
    if not (context.folder / site.CONFIGURATIONS[options.edition]).is_file():
        raise UsageError(context.text("site.no_configuration", file=site.CONFIGURATIONS[options.edition]))
    readings = context.readings(context.tree())
    if readings.schemas is None or not readings.registry.policy:
        raise UsageError(context.text("cli.registry_broken"))
    # Material prints a notice about the generator's future at every start; the decision record has it.
    logging.getLogger("mkdocs").setLevel(logging.WARNING)
    try:
        built = site.build(
            context.folder,
            options.edition,
            out.resolve(),
            day,
            readings,
            options.language or (),
            searchable=not options.no_search,
        )
    except BusyError as error:
        raise UsageError(context.text("site.busy", out=options.out or out)) from error
    except MkDocsException as error:
        raise UsageError(context.text("site.generator", problem=str(error))) from error
    if built.tested is not None:
        _tell_test(built.tested, context.text)
    if built.leaks:
        return FINDINGS
    sys.stderr.write(context.text("site.built", files=built.files, written=built.written) + "\n")
    sys.stdout.write(f"{options.out or out}\n")
    return FINDINGS if any(not reading.valid for reading in readings.items.values()) else CLEAN


def _tell_test(tested: LeakTest, text: Language) -> None:
    """The leak test on standard error: what it looked for in how much, and what it found."""
    from duban.leak_test import told

    size = f"{tested.size / 1e6:.1f}"
    sys.stderr.write(
        text("leak.tested", values=tested.values, short=tested.short, files=tested.files, size=size) + "\n"
    )
    if tested.findings:
        for line in told(tested, text):
            sys.stderr.write(line + "\n")
        sys.stderr.write(text("leak.found", count=len(tested.findings)) + "\n")
