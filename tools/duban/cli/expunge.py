"""``duban expunge``: takes a text out of files and history, with a signed tombstone; a preview unless told to."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from duban.cli.context import CLEAN, Context, Parser, UsageError
from duban.cli.record import recorder_key
from duban.cli.table import on_one_line
from duban.language import Language, language


def arguments(parser: Parser, text: Language) -> None:
    parser.add_argument("--text", metavar="FILE", required=True, help=text("expunge.help.text"))
    parser.add_argument("--basis", metavar="TEXT", required=True, help=text("expunge.help.basis"))
    parser.add_argument("--by", metavar="ID", required=True, help=text("expunge.help.by"))
    parser.add_argument("--key", metavar="FILE", help=text("record.help.key"))
    parser.add_argument("--write", action="store_true", help=text("expunge.help.write"))


def run(context: Context, options: argparse.Namespace) -> int:
    from duban.expunger import ExpungeError, expunge
    from duban.repository import this_instant

    text = context.text
    registry = context.readings(context.tree()).registry
    if options.by not in registry.people:
        raise UsageError(text("expunge.nobody", id=options.by))
    order = options.basis, options.by
    try:
        with recorder_key(options.key, text) as key:
            found = expunge(
                context.folder,
                _given(options.text, text),
                language(registry.policy.get("language", "zh"))("expunge.instead"),
                order,
                key,
                this_instant(),
                write=options.write,
            )
    except ExpungeError as error:
        raise UsageError(text(f"expunge.{error.reason}", **error.details)) from error
    for item, field in found.tombstone.places:
        sys.stdout.write(on_one_line(f"{item} {field}".strip()) + "\n")
    told = {"commits": found.commits, "files": len(found.paths), "proven": found.proven}
    sys.stderr.write(text("expunge.done" if options.write else "expunge.preview", **told) + "\n")
    if found.others:
        sys.stderr.write(text("expunge.others", refs=" ".join(found.others)) + "\n")
    if options.write:
        sys.stderr.write(text("expunge.next") + "\n")
    return CLEAN


def _given(name: str, text: Language) -> str:
    """The text from a file or, as ``-``, from standard input: never from the command line, which shells remember."""
    try:
        content = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(text("expunge.no_text", file=name)) from error
    return content.strip("\r\n")
