"""``duban assess``: each unit's score of a year, for every point lost the entry that cost it, and the year's freeze."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from duban.assess import Score
from duban.assessed import Assessed, assessed, last_day_of
from duban.cli.context import CLEAN, FINDINGS, Context, Parser, UsageError, print_json
from duban.cli.table import on_one_line, print_table
from duban.language import Language
from duban.model import Data, Ledger
from duban.repository import commit_of, standing_commit
from duban.repository.whole import write_whole
from duban.required import signatures_of
from duban.schema import Schemas
from duban.writing import file_text

_FREEZE = "assessment_freeze"


def arguments(parser: Parser, text: Language) -> None:
    parser.add_argument("--year", type=int, metavar="YEAR", help=text("assess.help.year"))
    parser.add_argument("--as-of", metavar="DATE", help=text("assess.help.as_of"))
    parser.add_argument("--at", metavar="REV", help=text("assess.help.at"))
    parser.add_argument("--unit", metavar="ID", help=text("assess.help.unit"))
    parser.add_argument("--freeze", action="store_true", help=text("assess.help.freeze"))
    parser.add_argument("--out", metavar="FILE", help=text("assess.help.out"))
    parser.add_argument("--format", choices=("text", "json"), default="text", help=text("cli.help.format"))


def run(context: Context, options: argparse.Namespace) -> int:
    today = context.day()
    year = options.year or int((options.as_of or today)[:4])
    # A year is frozen at a commit, never as it happens to lie in the folder.
    revision = options.at or ("HEAD" if options.freeze else None)
    readings = context.readings(context.tree(revision))
    record = readings.assessments_on(today).get(year)
    day = context.day(options.as_of) if options.as_of else last_day_of(year, today, record)
    if year > int(day[:4]):
        raise UsageError(context.text("assess.future", year=year, day=day))
    ledger = readings.ledger(day)
    registry = ledger.registry
    if options.unit and options.unit not in registry.units:
        raise UsageError(context.text("cli.no_such_unit", unit=options.unit))
    calendar = context.calendar(ledger)
    found = assessed(ledger.items.values(), registry.policy, year, day, calendar, record)
    commit = commit_of(context.folder, revision) if revision else standing_commit(context.folder)
    if options.freeze:
        return _print_freeze(found, ledger, readings.schemas, commit, today, context.text)
    if options.out:
        _write(Path(options.out), found, ledger, context.text)
    shown = [one for one in found.scores if not options.unit or one.unit == options.unit]
    if options.format == "json":
        print_json(_document(found, shown, ledger, commit))
        return CLEAN
    if options.unit:
        _print_points(shown, found, ledger, context.text)
    else:
        _print_scores(shown, ledger, context.text)
    _print_standing(found, commit, context.text)
    return CLEAN


def _document(found: Assessed, shown: Sequence[Score], ledger: Ledger, commit: str) -> Data:
    """What was frozen or would be, with the units' names and what is told of the scores beside them."""
    wanted = {one.unit for one in shown}
    units = [
        {"unit": one["unit"], "unit_name": ledger.registry.unit_name(one["unit"]), **one}
        for one in found.document["units"]
        if one["unit"] in wanted
    ]
    objections = [{key: value for key, value in one.items() if key != "signed"} for one in found.objections]
    freeze: Any = found.freeze
    return {
        **found.document,
        "units": units,
        "digest": found.digest,
        "commit": commit or None,
        "objections": objections,
        "freeze": {key: freeze[key] for key in ("on", "as_of", "commit", "digest")} if freeze else None,
        "frozen_as_counted": found.stands if freeze else None,
    }


def _print_standing(found: Assessed, commit: str, text: Language) -> None:
    """By what anybody can count the same scores again, and whether they are those that were frozen."""
    from duban.publish.assessment_page import frozen_words

    at = commit or text("assess.no_commit")
    sys.stdout.write(text("assess.standing", day=found.day, commit=at, digest=found.digest) + "\n")
    if frozen := frozen_words(found, text):
        sys.stdout.write(frozen + "\n")


def _print_freeze(
    found: Assessed, ledger: Ledger, schemas: Schemas | None, commit: str, today: str, text: Language
) -> int:
    """The entry that freezes the year, as it is pasted into the year's file: all of that where there is none yet."""
    if schemas is None or found.freeze is not None:
        raise UsageError(text("assess.already_frozen", year=found.year))
    waiting = [one["unit"] for one in found.objections if "ruling" not in one]
    if waiting:
        names = text("shown.comma").join(ledger.registry.unit_name(unit) for unit in dict.fromkeys(waiting))
        sys.stderr.write(text("assess.not_ruled", units=names) + "\n")
        return FINDINGS
    roles = (asked.partition("@")[0] for asked in signatures_of(ledger.registry.policy)[_FREEZE])
    signed = [{"role": role, "by": ledger.registry.holder(role, today), "on": today} for role in roles]
    freeze = {"on": today, "as_of": found.day, "commit": commit, "digest": found.digest, "signed": signed}
    head = {} if found.record else {"year": found.year}
    sys.stdout.write(file_text({**head, "freeze": freeze}, schemas.field("assessment")))
    sys.stderr.write(text("assess.paste", file=f"assessments/{found.year}.yml") + "\n")
    return CLEAN


def _write(out: Path, found: Assessed, ledger: Ledger, text: Language) -> None:
    from duban.publish.assessment_page import workbook

    if out.suffix.lower() != ".xlsx":
        raise UsageError(text("assess.ending", file=str(out)))
    write_whole(out, workbook(found, ledger, text))


def _print_scores(found: Sequence[Score], ledger: Ledger, text: Language) -> None:
    headings = [text(f"assess.head.{name}") for name in ("rank", "unit", "total", "lost", "led", "joined", "remark")]
    cells = [
        [
            str(one.rank or "—"),
            ledger.registry.unit_name(one.unit),
            str(one.total),
            str(one.lost) if one.lost else "",
            str(one.led),
            str(one.joined),
            text("assess.head.tied") if one.tied else "" if one.rank else text("assess.head.few"),
        ]
        for one in found
    ]
    print_table(headings, cells, ["overdue" if one.lost else "" for one in found])


def _print_points(shown: Sequence[Score], found: Assessed, ledger: Ledger, text: Language) -> None:
    from duban.publish.assessment_page import entry_name, objection_words

    names = ("points", "rule", "item", "entry", "on", "title", "objection", "key")
    headings = [text(f"assess.head.{name}") for name in names]
    cells = []
    for point in (point for one in shown for point in one.points):
        record = ledger.items[point.item].record
        entry = entry_name(record, point.entry, text)
        rule = text(f"assess.rule.{point.rule}")
        row = [str(point.points), rule, point.item, entry, point.on, on_one_line(record["title"])]
        cells.append([*row, objection_words(found.about.get(point.key), point, text), point.key])
    print_table(headings, cells)
