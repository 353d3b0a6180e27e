"""``duban record``: a signed receipt on the evidence branch for every merge that has none."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from duban.cli.asking import asked_forge, forge_arguments
from duban.cli.audit import fix, message
from duban.cli.context import CLEAN, FINDINGS, Context, Parser, UsageError, progress_bar
from duban.cli.table import on_one_line
from duban.forge import ForgeError
from duban.language import Language
from duban.memory import Memory
from duban.repository.error import BranchMovedError, GitError
from duban.store import cache_folder

_KEY = "DUBAN_RECORDER_KEY"


def arguments(parser: Parser, text: Language) -> None:
    parser.add_argument("--key", metavar="FILE", help=text("record.help.key"))
    parser.add_argument("--remote", metavar="NAME", help=text("record.help.remote"))
    forge_arguments(parser, text)


def run(context: Context, options: argparse.Namespace) -> int:
    from duban.recorder import fetch_evidence, push_evidence, record
    from duban.repository import this_instant

    text = context.text
    try:
        with recorder_key(options.key, text) as key:
            if options.remote:
                fetch_evidence(context.folder, options.remote)
            with progress_bar(text("record.recording"), shown=True) as advance:
                memory = Memory(cache_folder(context.folder))
                forge = asked_forge(context, options)
                found = record(context.folder, forge, key, lambda _: this_instant(), memory, advance)
            if options.remote and found.tip and not found.broken:
                push_evidence(context.folder, options.remote)
    except BranchMovedError:
        sys.stderr.write(text("record.moved") + "\n")
        return FINDINGS
    except (ForgeError, GitError) as error:
        sys.stderr.write(text("record.stopped", problem=on_one_line(str(error))) + "\n")
        return FINDINGS
    for one in found.broken:
        sys.stdout.write(f"{one.commit[:10]} {one.code} {on_one_line(message(one, text))}\n")
        sys.stdout.write(f"    {text('check.fix')}{on_one_line(fix(one, text))}\n")
    for commit in found.unknown:
        sys.stdout.write(text("record.unknown", commit=commit[:10]) + "\n")
    sys.stdout.write(text("record.refused" if found.broken else "record.done", count=found.written) + "\n")
    return FINDINGS if found.broken else CLEAN


@contextmanager
def recorder_key(file: str | None, text: Language) -> Iterator[Path]:
    """The recorder's private key: a file, or the environment's text in a file for as long as it is needed."""
    if file:
        yield Path(file)
        return
    content = os.environ.get(_KEY, "")
    if not content.strip():
        raise UsageError(text("record.no_key", variable=_KEY))
    with tempfile.TemporaryDirectory(prefix="duban-") as name:
        key = Path(name) / "key"
        descriptor = os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(content.replace("\r\n", "\n").strip() + "\n")
        yield key
