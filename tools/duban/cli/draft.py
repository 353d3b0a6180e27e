"""``duban draft``: the notices that the policy calls for, each as a branch or pull request for a person to finish."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import Any

from duban.auditor import opened
from duban.cli.asking import forge_arguments, forge_writer, signing
from duban.cli.context import CLEAN, FINDINGS, Context, Parser, UsageError, print_json
from duban.cli.table import on_one_line, print_table
from duban.forge import ForgeError
from duban.language import Language
from duban.model import Ledger
from duban.notice_draft import Drafter, Proposal
from duban.proposer import BAD, Forum, Proposer, Result
from duban.publish.draft_words import kind_words
from duban.renumberer import numbers_on_branches
from duban.repository import commit_of
from duban.repository.drafts import BASE, Drafts
from duban.repository.error import GitError
from duban.schema import Schemas
from duban.status import statuses
from duban.told import draft_told


def arguments(parser: Parser, text: Language) -> None:
    parser.add_argument("--as-of", metavar="DATE", help=text("cli.help.as_of"))
    parser.add_argument("--branches", action="store_true", help=text("draft.help.branches"))
    parser.add_argument("--pulls", action="store_true", help=text("draft.help.pulls"))
    parser.add_argument("--remote", metavar="NAME", default="origin", help=text("draft.help.remote"))
    forge_arguments(parser, text)
    parser.add_argument("--format", choices=("text", "json"), default="text", help=text("cli.help.format"))


def run(context: Context, options: argparse.Namespace) -> int:
    if options.branches and options.pulls:
        raise UsageError(context.text("draft.one_way"))
    day = context.day(options.as_of)
    try:
        found, ledger, results = _drafted(context, options, day)
    except GitError as error:
        raise UsageError(context.text("draft.no_git", problem=on_one_line(str(error)))) from error
    except ForgeError as error:
        raise UsageError(context.text("draft.forge", problem=on_one_line(str(error)))) from error
    known = {one.key: one for one in found}
    if options.format == "json":
        print_json({"as_of": day, "drafts": [_told(one, known.get(one.key)) for one in results]})
    else:
        _print(results, known, ledger, context.text)
    return FINDINGS if any(one.outcome in BAD for one in results) else CLEAN


def _drafted(context: Context, options: argparse.Namespace, day: str) -> tuple[list[Proposal], Ledger, list[Result]]:
    writer = forge_writer(context, options) if options.pulls else None
    drafts = Drafts(context.folder, options.remote if writer else "")
    branch = ""
    if writer:
        branch = signing(context)["branch"]
        drafts.fetch(branch)
    revision = BASE if writer else "HEAD" if options.branches else None
    tree = context.tree_standing(revision) if revision else context.tree()
    readings = context.readings(tree)
    ledger = readings.ledger(day, unsettled=True)
    calendar, words = context.calendar(ledger), context.words(ledger)
    given = readings.form_numbers()
    if revision:
        # A draft of an earlier day that still stands has its number already.
        with opened(context.folder) as (history, _):
            given |= numbers_on_branches(history, commit_of(context.folder, revision), drafts.refs)
    drafter = Drafter(ledger, Schemas.of(tree).field("item"), day, calendar, words, given)
    found = [*drafter.proposals(statuses(ledger, day, calendar))]
    if revision is None:
        return found, ledger, [Result(one.key, "called_for") for one in found]
    proposer = Proposer(drafts, tree, commit_of(context.folder, revision), day)
    results = proposer.pulls(found, Forum(writer, branch, ledger, words)) if writer else proposer.branches(found)
    return found, ledger, [*results]


def _told(one: Result, proposal: Proposal | None) -> dict[str, Any]:
    about = draft_told(proposal) if proposal else {"key": one.key}
    return {**about, "outcome": one.outcome, "pull": one.pull or None, "problem": one.problem or None}


def _print(results: Iterable[Result], known: dict[str, Proposal], ledger: Ledger, text: Language) -> None:
    cells = []
    for result in results:
        one = known.get(result.key)
        told = [result.key, "", "", "", ""]
        if one:
            unit, title = ledger.registry.unit_name(one.unit), ledger.items[one.item].record["title"]
            told = [one.item, kind_words(one, text), text(f"draft.why.{one.why}"), unit, on_one_line(title)]
        outcome = text(f"draft.outcome.{result.outcome}")
        pull = f"#{result.pull}" if result.pull else ""
        cells.append([*told, pull, on_one_line(f"{outcome} {result.problem}".strip())])
    if not cells:
        print_table([text("draft.none")], [])
        return
    names = ["item", "kind", "why", "unit", "title", "pull", "outcome"]
    if not any(row[-2] for row in cells):
        for row in (names, *cells):
            del row[-2]
    print_table([text(f"draft.column.{name}") for name in names], cells)
