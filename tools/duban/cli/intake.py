"""``duban intake``: a lead that the public opened as an issue becomes an item, and its sender is told where it is."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from duban.auditor import opened
from duban.cli.asking import forge_arguments, forge_writer, leads_repository, signing
from duban.cli.context import CLEAN, FINDINGS, Context, Parser, UsageError, print_json
from duban.cli.entering import Desk
from duban.cli.given import set_argument
from duban.cli.registering import register
from duban.cli.table import on_one_line, print_table
from duban.duplicate import Alike, alike, taken_in
from duban.forge import ForgeError
from duban.forge.issue_document import issue_of
from duban.issue import Issue
from duban.language import Language
from duban.lead import Lead, drafted, is_accepted, lead_of
from duban.model import Ledger
from duban.notify.leads import Answered, answer, from_leads
from duban.numbering import path_of
from duban.repository import public_address


def arguments(parser: Parser, text: Language) -> None:
    parser.add_argument("file", nargs="?", metavar="ISSUE.json", help=text("intake.help.file"))
    parser.add_argument("--issue", type=int, metavar="N", help=text("intake.help.issue"))
    set_argument(parser, text)
    parser.add_argument("--not-a-duplicate", action="store_true", help=text("intake.help.not_a_duplicate"))
    parser.add_argument("--tell", action="store_true", help=text("intake.help.tell"))
    parser.add_argument("--base", metavar="REV", default="", help=text("intake.help.base"))
    parser.add_argument("--dry-run", action="store_true", help=text("intake.help.dry_run"))
    forge_arguments(parser, text)
    parser.add_argument("--format", choices=("text", "json"), default="text", help=text("cli.help.format"))


def run(context: Context, options: argparse.Namespace) -> int:
    if sum((options.tell or options.issue is not None, options.file is not None)) != 1:
        raise UsageError(context.text("intake.one_of"))
    try:
        return _tell(context, options) if options.tell else _take_in(context, options)
    except ForgeError as error:
        raise UsageError(context.text("gate.forge", problem=on_one_line(str(error)))) from error


def _take_in(context: Context, options: argparse.Namespace) -> int:
    issue = (
        forge_writer(context, options, leads_repository(context)).told(options.issue)
        if options.issue
        else _in_file(options.file, context.text)
    )
    desk = Desk(context)
    ledger = desk.readings.ledger("9999-12-31")
    policy, words = ledger.registry.policy, context.words(ledger)
    lead = lead_of(issue, words)
    known = taken_in(lead.ref, ledger.items.values())
    found = [] if known else alike(lead, ledger.items.values(), ledger.registry)
    if options.format == "text":
        _show(lead, found, ledger, context.text)
    identity, may = known, not known and is_accepted(issue, policy)
    if not known and not may:
        labels = "、".join(policy["intake"]["accepted_labels"])
        sys.stderr.write(context.text("intake.not_accepted", labels=labels) + "\n")
    if may and not options.dry_run and _is_new(found, context.text, is_said=options.not_a_duplicate):
        code, number = register(desk, drafted(lead, issue, policy, words), options.given, told=options.format == "text")
        identity = number if code == CLEAN else ""
    if options.format == "json":
        print_json(_told(lead, found, identity, known=bool(known)))
    elif known:
        sys.stdout.write(f"{path_of(identity)}\n")
    if known:
        sys.stderr.write(context.text("intake.known", id=known) + "\n")
    return CLEAN if identity or (options.dry_run and may) else FINDINGS


def _in_file(name: str, text: Language) -> Issue:
    try:
        return issue_of(orjson.loads(Path(name).read_bytes()))
    except (OSError, ValueError) as error:
        raise UsageError(text("gate.no_file", file=name, problem=str(error))) from error


def _is_new(found: list[Alike], text: Language, *, is_said: bool) -> bool:
    """Whether the lead is another matter than those like it: said so, or answered on a terminal."""
    if not found or is_said:
        return True
    if not sys.stdin.isatty():
        sys.stderr.write(text("intake.say_not_a_duplicate") + "\n")
        return False
    sys.stderr.write(text("intake.is_new") + " [y/N] > ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().casefold() in ("y", "yes", "是")


def _show(lead: Lead, found: list[Alike], ledger: Ledger, text: Language) -> None:
    """On standard error: what was read, what was taken out, and the items like it with the reasons."""
    told = [text("intake.read", title=lead.title, on=lead.on)]
    if lead.removed:
        kinds = "、".join(text(f"lead.kind.{kind}") for kind in lead.removed)
        told.append(text("intake.removed", kinds=kinds))
    told += [text("intake.alike", count=len(found))] if found else []
    for one in found:
        title = ledger.items[one.item].record["title"]
        told += [f"  {one.item} {one.score}% {title}", f"    {reasons_words(one, text)}"]
    sys.stderr.write("".join(f"{on_one_line(line)}\n" for line in told))


def reasons_words(one: Alike, text: Language) -> str:
    """Why an item may be the same matter, in a sentence."""
    said = (text(f"intake.why.{reason.why}", words="、".join(reason.words)) for reason in one.reasons)
    return text("list.semicolon").join(said)


def _told(lead: Lead, found: list[Alike], identity: str, *, known: bool) -> dict[str, Any]:
    said = {name: getattr(lead, name) for name in ("field", "place", "since", "facts", "unit", "wish")}
    return {
        "lead": {"ref": lead.ref, "on": lead.on, "title": lead.title, **said, "removed": [*lead.removed]},
        "alike": [
            {
                "item": one.item,
                "score": one.score,
                "reasons": [{"why": reason.why, "words": [*reason.words]} for reason in one.reasons],
            }
            for one in found
        ],
        "item": identity or None,
        "known": known,
    }


def _tell(context: Context, options: argparse.Namespace) -> int:
    address, rules = public_address(context.folder), signing(context)
    if not address:
        raise UsageError(context.text("intake.no_address"))
    base = _merged(context, options.base, rules["branch"])
    ledger = context.readings(context.tree_standing(base)).ledger(context.day())
    repository = leads_repository(context)
    leads = from_leads(ledger.items.values(), repository)
    asked = [one for one in leads if options.issue in (None, one.issue)]
    done = [*answer(asked, address, None if options.dry_run else forge_writer(context, options, repository))]
    if options.format == "json":
        print_json({"base": base, "answers": [{**one._asdict(), "problem": one.problem or None} for one in done]})
    else:
        _print(done, context.text)
    return FINDINGS if any(one.outcome == "failed" for one in done) else CLEAN


def _merged(context: Context, named: str, branch: str) -> str:
    """What is merged: the revision named, else the main branch as last fetched."""
    with opened(context.folder) as (history, _):
        return history.revision(named or f"refs/remotes/origin/{branch}")


def _print(done: Iterable[Answered], text: Language) -> None:
    rows = [
        [one.item, f"#{one.issue}", text(f"intake.outcome.{one.outcome}"), on_one_line(one.problem)] for one in done
    ]
    if not rows:
        sys.stdout.write(text("intake.no_leads") + "\n")
        return
    print_table([text(f"intake.column.{name}") for name in ("item", "issue", "outcome", "problem")], rows)
