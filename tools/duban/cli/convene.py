"""``duban convene``: the team proposed for an inspection of some units, and why each is on it or not."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from typing import Any

from duban import repository
from duban.cli.context import CLEAN, FINDINGS, Context, Parser, UsageError, print_json
from duban.cli.table import print_table
from duban.convening import Convening, LeftOut, Makeup, Wish, convene, duties
from duban.language import Language
from duban.model import TEAMS, Registry
from duban.publish.sign_words import role_words
from duban.status import statuses


def arguments(parser: Parser, text: Language) -> None:
    parser.add_argument("units", nargs="+", metavar="UNIT", help=text("convene.help.units"))
    parser.add_argument("--from", dest="start", required=True, metavar="DATE", help=text("convene.help.from"))
    parser.add_argument("--to", dest="end", metavar="DATE", help=text("convene.help.to"))
    parser.add_argument("--size", type=int, metavar="N", help=text("convene.help.size"))
    parser.add_argument("--without", action="append", default=[], metavar="PERSON", help=text("convene.help.without"))
    parser.add_argument("--unannounced", action="store_true", help=text("convene.help.unannounced"))
    parser.add_argument("--as-of", metavar="DATE", help=text("cli.help.as_of"))
    parser.add_argument("--format", choices=("text", "json"), default="text", help=text("cli.help.format"))


def run(context: Context, options: argparse.Namespace) -> int:
    day = context.day(options.as_of)
    ledger = context.readings(context.tree()).ledger(day, ahead=options.unannounced)
    registry = ledger.registry
    wish = _wish(options, registry, context.text)
    makeup = Makeup.of(registry.policy)
    if options.size is not None:
        if options.size < 1:
            raise UsageError(context.text("convene.no_size"))
        makeup = replace(makeup, size=options.size)
    states = statuses(ledger, day, context.calendar(ledger))
    planned = registry.inspections.values()
    found = convene(registry, planned, duties(ledger, states.values(), planned, day), wish, makeup)
    if options.format == "json":
        print_json({"as_of": day, **_told(found, wish)})
    else:
        _print(found, registry, context.text)
    return FINDINGS if found.missing else CLEAN


def _wish(options: argparse.Namespace, registry: Registry, text: Language) -> Wish:
    for unit in options.units:
        if unit not in registry.units:
            raise UsageError(text("cli.no_such_unit", unit=unit))
    for person in options.without:
        if person not in registry.people:
            raise UsageError(text("convene.no_such_person", person=person))
    end = options.end or options.start
    for day in (options.start, end):
        if not repository.is_day(day):
            raise UsageError(text("cli.not_a_day", value=day))
    if end < options.start:
        raise UsageError(text("convene.reversed", start=options.start, end=end))
    return Wish(tuple(dict.fromkeys(options.units)), options.start, end, frozenset(options.without))


def _told(found: Convening, wish: Wish) -> dict[str, Any]:
    return {
        "units": list(wish.units),
        "from": wish.start,
        "to": wish.end,
        "chosen": [
            {
                "person": one.person,
                "team": one.team,
                "seat": one.seat,
                "open_items": one.duty.items,
                "inspections": one.duty.inspections,
            }
            for one in found.chosen
        ],
        "left_out": [
            {
                "person": one.person,
                "team": one.team,
                "reason": one.reason,
                "detail": one.detail or None,
                "open_items": one.duty.items,
                "inspections": one.duty.inspections,
            }
            for one in found.left_out
        ],
        "missing": [{"team": team or None, "count": count} for team, count in found.missing.items()],
    }


def _print(found: Convening, registry: Registry, text: Language) -> None:
    columns = [text(f"convene.column.{name}") for name in ("person", "team", "items", "inspections", "why")]
    for team, count in found.missing.items():
        called = _team(team, text) if team else text("convene.any_team")
        sys.stdout.write(text("convene.missing", team=called, count=count) + "\n")
    for heading, rows in (
        ("chosen", [(one, text(f"convene.seat.{one.seat}")) for one in found.chosen]),
        ("left_out", [(one, _why(one, registry, text)) for one in found.left_out]),
    ):
        if rows:
            sys.stdout.write(f"\n{text(f'convene.{heading}')}\n")
            print_table(
                columns,
                [
                    [
                        registry.position(one.person),
                        _team(one.team, text),
                        str(one.duty.items),
                        str(one.duty.inspections),
                        why,
                    ]
                    for one, why in rows
                ],
            )


def _team(team: str, text: Language) -> str:
    return text(f"team.name.{TEAMS.index(team) + 1}")


def _why(one: LeftOut, registry: Registry, text: Language) -> str:
    detail = one.detail
    if one.reason == "unit":
        detail = registry.unit_name(one.detail)
    elif one.reason == "role":
        detail = role_words(one.detail, text)
    elif one.reason == "busy":
        detail = registry.inspections[one.detail].title
    return text(f"convene.reason.{one.reason}", detail=detail)
