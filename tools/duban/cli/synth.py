"""``duban synth``: a large ledger of valid, varied items for benchmarks, the same bytes for the same seed."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from duban.cli.context import CLEAN, Context, Parser, UsageError, progress_bar
from duban.language import Language
from duban.repository.whole import whole_folder, write_whole
from duban.synth import synthesise


def arguments(parser: Parser, text: Language) -> None:
    parser.add_argument("count", type=int, metavar="N", help=text("synth.help.count"))
    parser.add_argument("directory", metavar="DIR", help=text("synth.help.directory"))
    parser.add_argument("--seed", type=int, default=1, help=text("synth.help.seed"))


def run(context: Context, options: argparse.Namespace) -> int:
    directory = Path(options.directory)
    if options.count < 1:
        raise UsageError(context.text("synth.too_few"))
    if directory.exists() and any(directory.iterdir()):
        raise UsageError(context.text("synth.not_empty", directory=str(directory)))
    with (
        progress_bar(context.text("synth.writing"), shown=options.count > 1000) as advance,
        whole_folder(directory) as stage,
    ):
        for done, (path, content) in enumerate(synthesise(context.tree(), options.count, options.seed)):
            write_whole(stage / path, content)
            if advance and done % 100 == 0:
                advance(done, options.count)
    sys.stdout.write(f"{directory}\n")
    return CLEAN
