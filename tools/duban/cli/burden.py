"""``duban burden``: what units are asked, who is asked by several at once, and how much lies on each supervisor."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from duban.assignment import assigned
from duban.burden import Conflict, Load, conflicts, demands, loads, monday, month_before
from duban.cli.context import CLEAN, FINDINGS, Context, Parser, UsageError, print_json
from duban.cli.table import print_table
from duban.language import Language
from duban.model import Ledger, Registry
from duban.status import OPEN_LIGHTS, Status, statuses

_WEEKS_AHEAD = 6
_TEAMS = ("专业督查员", "特聘督查专员", "督查专家")


def arguments(parser: Parser, text: Language) -> None:
    parser.add_argument("--as-of", metavar="DATE", help=text("cli.help.as_of"))
    parser.add_argument("--unit", metavar="ID", help=text("burden.help.unit"))
    parser.add_argument("--format", choices=("text", "json"), default="text", help=text("cli.help.format"))


def run(context: Context, options: argparse.Namespace) -> int:
    day = context.day(options.as_of)
    ledger = context.ledger(day)
    registry = ledger.registry
    if options.unit and options.unit not in registry.units:
        raise UsageError(context.text("cli.no_such_unit", unit=options.unit))
    states = statuses(ledger, day, context.calendar(ledger))
    last = (date.fromisoformat(monday(day)) + timedelta(days=7 * _WEEKS_AHEAD - 1)).isoformat()
    found = [*demands(ledger.items.values(), states, f"{month_before(day[:7])}-01", last, day)]
    mine = [one for one in found if not options.unit or one.unit == options.unit]
    borne = [one for one in loads(mine, states, day) if not options.unit or one.unit == options.unit]
    clashes = conflicts(mine)
    people = _supervisors(ledger, states.values(), day)
    coming = any(one.week >= monday(day) for one in clashes)
    if options.format == "json":
        print_json(
            {
                "as_of": day,
                "units": [_load_told(one, registry) for one in borne],
                "conflicts": [_conflict_told(one, registry) for one in clashes],
                "supervisors": [{"person": person, "open_items": count} for person, count in people],
            }
        )
    else:
        _print(borne, clashes, people, registry, context.text)
    return FINDINGS if coming else CLEAN


def _supervisors(ledger: Ledger, states: Iterable[Status], day: str) -> list[tuple[str, int]]:
    """How many open items each person of the teams is on whose term runs, most first."""
    counts = Counter(
        person for state in states if state.light in OPEN_LIGHTS for person in assigned(ledger.items[state.id].record)
    )
    serving = [
        one
        for one in ledger.registry.people.values()
        if one.team in _TEAMS
        and (one.term is None or one.term.covers(day))
        and any(term.covers(day) for term in one.roles)
    ]
    return sorted(((one.id, counts[one.id]) for one in serving), key=lambda pair: (-pair[1], pair[0]))


def _load_told(one: Load, registry: Registry) -> dict[str, Any]:
    return {
        "unit": one.unit,
        "unit_name": registry.unit_name(one.unit),
        "this_month": dict(one.current),
        "month_before": dict(one.previous),
        "unanswered": one.unanswered,
    }


def _conflict_told(one: Conflict, registry: Registry) -> dict[str, Any]:
    asked = [
        {
            "kind": demand.kind,
            "on": demand.on,
            "item": demand.item,
            "entry": demand.entry or None,
            "planned": demand.planned,
        }
        for demand in one.demands
    ]
    name = registry.unit_name(one.unit)
    return {"unit": one.unit, "unit_name": name, "week": one.week, "demands": asked, "merge": list(one.merges)}


def _print(
    borne: Sequence[Load],
    clashes: Sequence[Conflict],
    people: Sequence[tuple[str, int]],
    registry: Registry,
    text: Language,
) -> None:
    def section(name: str, rows: list[list[str]]) -> None:
        sys.stdout.write(f"\n{text(f'burden.section.{name}')}\n")
        print_table([text(f"burden.{name}.{column}") for column in _COLUMNS[name]], rows)

    section(
        "units",
        [[registry.unit_name(one.unit), str(one.total), str(one.before), str(one.unanswered)] for one in borne],
    )
    section(
        "conflicts",
        [
            [
                one.week,
                registry.unit_name(one.unit),
                str(one.items),
                str(len(one.demands)),
                text("shown.semicolon").join(text(f"burden.merge.{merge}") for merge in one.merges),
            ]
            for one in clashes
        ],
    )
    section("supervisors", [[registry.position(person), str(count)] for person, count in people])


_COLUMNS = {
    "units": ("unit", "this_month", "month_before", "unanswered"),
    "conflicts": ("week", "unit", "items", "demands", "merge"),
    "supervisors": ("person", "open_items"),
}
