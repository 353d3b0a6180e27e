"""``duban summary``: what a pull request adds, as it will look, who must sign and what comes next, in Markdown."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from duban.auditor import opened
from duban.cli.asking import signing, told
from duban.cli.context import CLEAN, FINDINGS, Context, Parser, UsageError
from duban.cli.table import on_one_line
from duban.forge import ForgeError
from duban.gate import gate
from duban.language import Language
from duban.model import Registry
from duban.publish.pull_summary import summary
from duban.pull import Account, Pull
from duban.repository.whole import append_to
from duban.signoff import Submission, hands_of

_NOBODY = Account(0, "", human=False)


def arguments(parser: Parser, text: Language) -> None:
    parser.add_argument("--base", metavar="REV", required=True, help=text("summary.help.base"))
    parser.add_argument("--head", metavar="REV", help=text("summary.help.head"))
    parser.add_argument("--pull", metavar="FILE", help=text("summary.help.pull"))
    for name in ("reviews", "pushes", "commits"):
        parser.add_argument(f"--{name}", metavar="FILE", help=text(f"gate.help.{name}"))
    parser.add_argument("--as-of", metavar="DATE", help=text("cli.help.as_of"))
    parser.add_argument("--out", metavar="FILE", help=text("summary.help.out"))


def run(context: Context, options: argparse.Namespace) -> int:
    day = context.day(options.as_of)
    try:
        given = told(context, options, signing(context)["forge"]) if options.pull else None
        with opened(context.folder) as (history, _):
            history.whole()
            base = history.revision(options.base)
            head = history.revision(options.head or (given[0].head if given else "HEAD"))
            before = history.objects.commit(base).tree
            made = history.merged(base, head)
            proposed = history.proposed(before, made.tree, made)
            registry = history.registry(before)
            pull, reviews, pushes = given or (_unsent(head, registry), (), ())
            submission = Submission(pull, reviews, pushes, hands_of(pull, pushes, history.emails(base, head)))
            judgement = gate(proposed, submission, registry, head, day)
            written = summary(judgement, proposed, registry, context.text, day)
    except ForgeError as error:
        raise UsageError(context.text("gate.forge", problem=on_one_line(str(error)))) from error
    _write(written, options.out)
    return FINDINGS if judgement.findings else CLEAN


def _unsent(head: str, registry: Registry) -> Pull:
    """The pull request that a revision would make, which nobody has reviewed."""
    rules = registry.policy.get("signing", {})
    return Pull(0, rules.get("repository", ""), rules.get("branch", ""), "", "", head, _NOBODY)


def _write(written: str, out: str | None) -> None:
    """Print it, or append it to a file in one piece."""
    content = written.encode()
    if out is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    append_to(Path(out), content)
