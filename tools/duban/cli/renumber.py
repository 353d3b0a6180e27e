"""``duban renumber``: what this branch added and others have numbered too moves to the next free numbers."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from duban.auditor import opened
from duban.cli.asking import signing
from duban.cli.context import CLEAN, Context, Parser, UsageError, print_json, refused
from duban.cli.table import on_one_line, print_table
from duban.language import Language
from duban.model import text_pointer
from duban.renumber import Plan
from duban.renumberer import renumbering
from duban.replacing import NotReplacedError
from duban.repository.error import EditedSinceError, GitError
from duban.repository.moved import finish_moving, move


def arguments(parser: Parser, text: Language) -> None:
    parser.add_argument("numbers", nargs="*", metavar="NUMBER", help=text("renumber.help.numbers"))
    parser.add_argument("--base", metavar="REV", help=text("renumber.help.base"))
    parser.add_argument("--dry-run", action="store_true", help=text("renumber.help.dry_run"))
    parser.add_argument("--format", choices=("text", "json"), default="text", help=text("cli.help.format"))


def run(context: Context, options: argparse.Namespace) -> int:
    text = context.text
    try:
        if not options.dry_run and finish_moving(context.folder):
            sys.stderr.write(text("renumber.finished") + "\n")
        base = _base(context, options.base)
        here, there = context.readings(context.tree()), context.readings(context.tree_standing(base))
        plan = renumbering(context.folder, here, there, base, options.numbers)
        if plan.unknown:
            raise UsageError(text("renumber.not_added", numbers="、".join(plan.unknown)))
        if plan.findings:
            return refused(plan.findings, text)
        if plan.writes and not options.dry_run:
            scans = {new: (context.folder / old).read_bytes() for old, new in plan.copies.items()}
            move(context.folder, {**plan.writes, **scans}, plan.removes)
    except NotReplacedError as error:
        raise UsageError(text("renumber.odd", file=str(error))) from error
    except EditedSinceError as error:
        raise UsageError(text("renumber.edited_since", files=str(error))) from error
    except GitError as error:
        raise UsageError(text("renumber.no_git", problem=on_one_line(str(error)))) from error
    if options.format == "json":
        print_json(_told(plan, base, dry_run=options.dry_run))
    else:
        _print(plan, text, dry_run=options.dry_run)
    return CLEAN


def _base(context: Context, named: str | None) -> str:
    """The commit to be merged into: the one named, else the policy's branch as last fetched, or as it is here."""
    with opened(context.folder) as (history, _):
        if named:
            return history.revision(named)
        branch = signing(context)["branch"]
        return history.revision(f"refs/remotes/origin/{branch}", f"refs/heads/{branch}")


def _told(plan: Plan, base: str, *, dry_run: bool) -> dict[str, Any]:
    return {
        "base": base,
        "dry_run": dry_run,
        "renumbered": [one._asdict() for one in plan.renumbered],
        "written": sorted([*plan.writes, *plan.copies.values()]),
        "removed": sorted(plan.removes),
        "mentions": [{**one._asdict(), "pointer": text_pointer(one.pointer)} for one in plan.mentions],
    }


def _print(plan: Plan, text: Language, *, dry_run: bool) -> None:
    if not plan.renumbered:
        sys.stdout.write(text("renumber.none") + "\n")
        return
    head = [text(f"renumber.column.{name}") for name in ("kind", "old", "new", "file")]
    print_table(head, [[text(f"renumber.kind.{one.kind}"), one.old, one.new, one.path] for one in plan.renumbered])
    for one in plan.mentions:
        place = f"{one.path} {text_pointer(one.pointer)}"
        sys.stderr.write(text("renumber.mentions", place=on_one_line(place), number=one.number) + "\n")
    sys.stderr.write(text("renumber.would" if dry_run else "renumber.done") + "\n")
