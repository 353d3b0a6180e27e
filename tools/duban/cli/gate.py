"""``duban gate``: whether a pull request is signed as it must be, and who is missing."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from duban.auditor import opened
from duban.cli.asking import asked_forge, forge_arguments, run_address, signing, told
from duban.cli.context import CLEAN, FINDINGS, Context, Parser, UsageError, print_json, printed_finding
from duban.cli.table import on_one_line
from duban.forge import ForgeError
from duban.gate import Judgement
from duban.gatekeeper import Judged, judge, sweep
from duban.language import Language
from duban.model import Registry
from duban.publish.sign_words import lines, seat_sentence, status_words
from duban.pull import StatusState
from duban.signoff import Signed

_FILES = ("base", "head", "pull", "reviews", "pushes")
_STATUS: dict[str, StatusState] = {"pass": "success", "wait": "pending", "refuse": "failure"}


def arguments(parser: Parser, text: Language) -> None:
    for name in ("base", "head"):
        parser.add_argument(f"--{name}", metavar="REV", help=text(f"gate.help.{name}"))
    for name in ("pull", "reviews", "pushes", "commits"):
        parser.add_argument(f"--{name}", metavar="FILE", help=text(f"gate.help.{name}"))
    parser.add_argument("--all-open", action="store_true", help=text("gate.help.all_open"))
    parser.add_argument("--remote", metavar="NAME", default="origin", help=text("gate.help.remote"))
    parser.add_argument("--dry-run", action="store_true", help=text("gate.help.dry_run"))
    forge_arguments(parser, text)
    parser.add_argument("--as-of", metavar="DATE", help=text("cli.help.as_of"))
    parser.add_argument("--format", choices=("text", "json"), default="text", help=text("cli.help.format"))


def run(context: Context, options: argparse.Namespace) -> int:
    day = context.day(options.as_of)
    try:
        if options.all_open:
            return _sweep(context, options, day)
        missing = [f"--{name}" for name in _FILES if not getattr(options, name)]
        if missing:
            raise UsageError(context.text("gate.missing_options", options=" ".join(missing)))
        forge = options.forge or signing(context)["forge"]
        pull, reviews, pushes = told(context, options, forge)
    except ForgeError as error:
        raise UsageError(context.text("gate.forge", problem=on_one_line(str(error)))) from error
    with opened(context.folder) as (history, _):
        judgement, registry = judge(history, options.base, options.head, pull, reviews, pushes, day)
    if options.format == "json":
        print_json(as_json(judgement, registry, context.text))
    else:
        _print(judgement, registry, context.text)
    return CLEAN if judgement.verdict == "pass" else FINDINGS


def as_json(judgement: Judgement, registry: Registry, text: Language) -> dict[str, Any]:
    """A judgement as CONTRACT.md has it."""
    return {
        "verdict": judgement.verdict,
        "changes": [{"item": one.item, "entry": one.entry, "kind": one.kind} for one in judgement.change.added],
        "required": [_seat(one, registry, text) for one in judgement.standing],
        "findings": [printed_finding(one, text) for one in judgement.findings],
        "codes": dict(judgement.codes),
    }


def _seat(one: Signed, registry: Registry, text: Language) -> dict[str, Any]:
    return {
        "item": one.seat.item,
        "entry": one.seat.entry,
        "kind": one.seat.kind,
        "role": one.seat.role,
        "person": one.seat.person or one.by or None,
        "state": one.state,
        "reason": one.reason or None,
        "message": seat_sentence(one, registry, text),
    }


def _sweep(context: Context, options: argparse.Namespace, day: str) -> int:
    forge = asked_forge(context, options)
    found = sweep(context.folder, forge, options.remote, signing(context)["branch"], day)
    failed = any([bool(one.problem) for one in found])
    # What is held back is told before what may pass: two that take the same number are never green at once.
    for one in sorted(found, key=lambda one: one.judgement is not None and one.judgement.verdict == "pass"):
        if one.pull and one.judgement and one.registry and not options.dry_run:
            words = status_words(one.judgement, one.registry, context.text)
            try:
                forge.set_status(one.pull.head, _STATUS[one.judgement.verdict], words, run_address())
            except ForgeError as error:
                failed = True
                sys.stderr.write(_problem(one.number, str(error), context.text))
    if options.format == "text":
        for one in found:
            _print_pull(one, context.text)
    if options.format == "json":
        print_json({"pulls": [_pull(one, context.text) for one in found]})
    return FINDINGS if failed else CLEAN


def _pull(one: Judged, text: Language) -> dict[str, Any]:
    if one.judgement is None or one.registry is None:
        return {"pull": one.number, "problem": one.problem}
    return {"pull": one.number, **as_json(one.judgement, one.registry, text)}


def _print_pull(one: Judged, text: Language) -> None:
    if one.judgement is None or one.registry is None:
        sys.stderr.write(_problem(one.number, one.problem, text))
        return
    title = on_one_line(one.pull.title) if one.pull else ""
    sys.stdout.write(f"#{one.number} {title}\n")
    _print(one.judgement, one.registry, text)


def _print(judgement: Judgement, registry: Registry, text: Language) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines(judgement, registry, text)))


def _problem(number: int, problem: str, text: Language) -> str:
    return text("gate.problem", pull=number, problem=on_one_line(problem)) + "\n"
