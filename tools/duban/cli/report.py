"""``duban report``: a report of a period drafted from the ledger; a report or a form as an official document."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from duban.cli.context import CLEAN, Context, Parser, UsageError, refused
from duban.language import Language
from duban.load import Readings, place
from duban.model import Item, Ledger
from duban.numbering import next_report, report_path
from duban.period import Account, Period, account
from duban.reader import Reader
from duban.report_draft import Direction, Draft, titles_of
from duban.repository.whole import create_whole, write_whole
from duban.schema import Schemas
from duban.status import statuses
from duban.writing import file_text

if TYPE_CHECKING:
    from duban.publish.edition import Edition

_SIGNED_AS = "special_report"
_LEADERS = (("group_leader", "group_deputy"), ("leader",))


def arguments(parser: Parser, text: Language) -> None:
    parser.add_argument("paper", nargs="?", metavar="ID", help=text("report.help.paper"))
    parser.add_argument("--period", metavar="PERIOD", help=text("report.help.period"))
    parser.add_argument("--bulletin", action="store_true", help=text("report.help.bulletin"))
    parser.add_argument("--campaign", metavar="ID", help=text("report.help.campaign"))
    parser.add_argument("--to", action="append", metavar="NAME", help=text("report.help.to"))
    parser.add_argument("--as-of", metavar="DATE", help=text("cli.help.as_of"))
    parser.add_argument("--print", dest="shown", action="store_true", help=text("report.help.print"))
    parser.add_argument("--out", metavar="FILE", help=text("report.help.out"))


def run(context: Context, options: argparse.Namespace) -> int:
    if bool(options.paper) == bool(options.period):
        raise UsageError(context.text("report.which"))
    day = context.day(options.as_of)
    tree = context.tree()
    readings = context.readings(tree)
    if readings.schemas is None or not readings.registry.policy:
        raise UsageError(context.text("cli.registry_broken"))
    if options.paper:
        if not options.out:
            raise UsageError(context.text("report.no_out"))
        return _print(context, readings, day, options.paper, Path(options.out))
    return _draft(context, readings, readings.schemas, day, options)


def _draft(context: Context, readings: Readings, schemas: Schemas, day: str, options: argparse.Namespace) -> int:
    text = context.text
    try:
        whole = Period.named(options.period)
    except ValueError as error:
        raise UsageError(text("report.no_period", value=options.period)) from error
    if whole.start > day:
        raise UsageError(text("report.future", value=options.period, day=day))
    period = whole.until(day)
    ledger, earlier = readings.ledger(period.end), readings.ledger(period.before.end)
    calendar, registry = context.calendar(ledger), ledger.registry
    campaign = options.campaign or ""
    if campaign and campaign not in registry.campaigns:
        raise UsageError(
            text("report.no_campaign", campaign=campaign, known=text("shown.comma").join(registry.campaigns))
        )

    def of_campaign(item: Item) -> bool:
        return item.record.get("campaign") == campaign

    made = account(period, ledger, earlier, calendar, of_campaign if campaign else None)
    direction: Direction = "bulletin" if options.bulletin else "special"
    identity = next_report(readings.ledger("9999-12-31").reports, day[:4], bulletin=options.bulletin)
    to = options.to or _readers(ledger, day, direction, made)
    draft = Draft(made, registry, context.words(ledger), titles_of(statuses(ledger, period.end, calendar).values()))
    record = draft.record(identity, direction, day, to, _signature(ledger, day, text), campaign)
    path = report_path(identity)
    content = file_text(dict(record), schemas.field("report")).encode()
    reading = Reader(schemas, readings.tree).report(path, content)
    problems = [problem for problem in reading.problems if problem.holds_on(day)]
    if problems or reading.syntax:
        return refused([*reading.syntax, *place(path, content, problems)], text)
    if options.shown:
        sys.stdout.write(content.decode())
        return CLEAN
    try:
        create_whole(context.folder / path, content)
    except FileExistsError as error:
        raise UsageError(text("new.exists", path=path)) from error
    sys.stdout.write(f"{path}\n")
    return CLEAN


def _readers(ledger: Ledger, day: str, direction: Direction, made: Account) -> list[str]:
    """Whom a report goes up to; a bulletin goes down to the units that are asked for something in it."""
    registry = ledger.registry
    if direction == "bulletin" and made.asked:
        return [registry.unit_name(unit) for unit in made.asked]
    for roles in _LEADERS:
        found = [one.position for one in registry.people.values() if any(one.holds(role, day) for role in roles)]
        if found:
            return found
    return [registry.unit_name(registry.policy["office"])]


def _signature(ledger: Ledger, day: str, text: Language) -> dict[str, str]:
    """Who is to sign a report by the policy: the first who holds the role."""
    role = ledger.registry.policy["signatures"][_SIGNED_AS][0].partition("@")[0]
    person = ledger.registry.holder(role, day)
    if not person:
        raise UsageError(text("report.nobody_signs", role=role))
    return {"role": role, "by": person, "on": day}


def _print(context: Context, readings: Readings, day: str, paper: str, out: Path) -> int:
    from duban.documents.docx_paper import STAND_INS
    from duban.language import language
    from duban.office import NoOfficeError, pdf
    from duban.publish.edition import edition
    from duban.repository import today

    if readings.schemas is None:
        raise UsageError(context.text("cli.registry_broken"))
    made = edition(
        "internal", language("zh"), readings.ledger(day), readings.schemas, day, today(), pinned=True, digests={}
    )
    content = _document(context, made, paper)
    if out.suffix.lower() == ".pdf":
        try:
            content = pdf(content, "docx", STAND_INS)
        except NoOfficeError as error:
            raise UsageError(context.text("report.no_pdf", problem=str(error))) from error
    elif out.suffix.lower() != ".docx":
        raise UsageError(context.text("report.ending", file=str(out)))
    write_whole(out, content)
    return CLEAN


def _document(context: Context, made: Edition, paper: str) -> bytes:
    from duban.publish.official_files import form_document, report_document
    from duban.publish.place import Place

    if paper in made.ledger.reports:
        return report_document(made, made.ledger.reports[paper])
    item, slash, entry = paper.partition("/")
    if item in made.ledger.items and slash:
        try:
            return form_document(made, Place(item, f"/{entry}"))
        except KeyError:
            pass
    raise UsageError(context.text("report.no_paper", paper=paper))
