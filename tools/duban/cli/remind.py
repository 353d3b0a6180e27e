"""``duban remind``: everybody is told what has come near or is overdue, once, on their own channels."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from duban.cli.asking import forge_arguments, forge_writer
from duban.cli.context import CLEAN, FINDINGS, Context, Parser, UsageError, print_json
from duban.cli.table import on_one_line, print_table
from duban.forge import ForgeError, Writer
from duban.language import Language
from duban.load import Readings
from duban.model import Ledger, Registry
from duban.notify import BAD, Channels, Delivery, Issues, Journal, JournalError, deliver
from duban.reminder import Line, Reminder, Told, reminders, told_by, workday_before
from duban.repository import site_address
from duban.status import statuses
from duban.store import state_folder
from duban.told import obligation_told


def arguments(parser: Parser, text: Language) -> None:
    parser.add_argument("--as-of", metavar="DATE", help=text("cli.help.as_of"))
    parser.add_argument("--dry-run", action="store_true", help=text("remind.help.dry_run"))
    parser.add_argument("--to", metavar="ID", help=text("remind.help.to"))
    parser.add_argument("--last-run", metavar="DATE", help=text("remind.help.last_run"))
    parser.add_argument("--state", metavar="FILE", help=text("remind.help.state"))
    forge_arguments(parser, text)
    parser.add_argument("--format", choices=("text", "json"), default="text", help=text("cli.help.format"))


def run(context: Context, options: argparse.Namespace) -> int:
    day = context.day(options.as_of)
    readings = context.readings(context.tree())
    given, ledger = _given(context, readings, day)
    registry = ledger.registry
    if options.to:
        if options.to not in registry.people:
            raise UsageError(context.text("remind.no_such_person", person=options.to))
        given = {person: one for person, one in given.items() if person == options.to}
    journal = Journal(Path(options.state) if options.state else state_folder(context.folder) / "reminders.jsonl")

    def before() -> Mapping[str, Told]:
        """Without a journal, what the last run told: it can be found out again from the dates."""
        calendar = context.calendar(readings.ledger(day))
        last = context.day(options.last_run) if options.last_run else day
        known = last if options.last_run and calendar.is_workday(last) else workday_before(last, calendar)
        return told_by(_given(context, readings, known)[0])

    def writer() -> Writer:
        try:
            return forge_writer(context, options)
        except UsageError as error:
            raise ForgeError(str(error)) from error

    words = context.words(ledger)
    channels = Channels(os.environ, Issues(writer, registry, words))
    try:
        with journal.opened(before, read_only=options.dry_run):
            done = [
                *deliver(
                    given,
                    registry,
                    journal,
                    channels,
                    words,
                    site_address(context.folder),
                    rehearsal=options.dry_run,
                )
            ]
    except JournalError as error:
        raise UsageError(context.text("remind.no_journal", problem=str(error))) from error
    if options.format == "json":
        print_json({"as_of": day, "deliveries": [_told(one) for one in done]})
    else:
        _print(done, registry, context.text, whole=options.dry_run)
    return FINDINGS if any(one.outcome in BAD for one in done) else CLEAN


def _given(context: Context, readings: Readings, day: str) -> tuple[dict[str, Reminder], Ledger]:
    ledger = readings.ledger(day, unsettled=True)
    calendar = context.calendar(ledger)
    return reminders(ledger, statuses(ledger, day, calendar), day, calendar), ledger


def _told(one: Delivery) -> dict[str, Any]:
    return {
        "person": one.reminder.person,
        "channel": one.channel or None,
        "outcome": one.outcome,
        "problem": one.problem or None,
        "subject": one.message.subject if one.message else None,
        "lines": [_line_told(line, one.reminder.day) for line in one.reminder.lines],
        "digest": [_line_told(line, one.reminder.day) for line in one.reminder.digest],
    }


def _line_told(line: Line, day: str) -> dict[str, Any]:
    return {**obligation_told(line.obligation, day), "workdays_left": line.left}


def _print(done: Sequence[Delivery], registry: Registry, text: Language, *, whole: bool) -> None:
    if not done:
        sys.stdout.write(text("remind.nobody") + "\n")
        return
    headings = [text(f"remind.column.{name}") for name in ("person", "channel", "lines", "digest", "outcome")]
    cells = [
        [
            registry.position(one.reminder.person),
            one.channel,
            str(len(one.reminder.lines)),
            str(len(one.reminder.digest)),
            on_one_line(text(f"remind.outcome.{one.outcome}") + (f" {one.problem}" if one.problem else "")),
        ]
        for one in done
    ]
    print_table(headings, cells, ["overdue" if one.outcome in BAD else "met" for one in done])
    for one in done if whole else ():
        if one.message:
            title = f"{one.channel} → {registry.position(one.reminder.person)}"
            lines = [f"── {title} ──", one.message.subject, "", *one.message.body.splitlines()]
            sys.stdout.write("\n" + "\n".join(map(on_one_line, lines)) + "\n")
