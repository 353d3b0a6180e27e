"""``duban burden``: what units are asked, where that or the plan conflicts, and how much lies on supervisors."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from duban.burden import Conflict, Load, conflicts, demands, loads, monday, month_before
from duban.cli.context import CLEAN, FINDINGS, Context, Parser, UsageError, print_json
from duban.cli.table import print_table
from duban.convening import SUPERVISING, Duty, duties, serves
from duban.inspection import Objection, inspection_demands, objections
from duban.language import Language
from duban.model import Registry
from duban.status import statuses

_WEEKS_AHEAD = 6


def arguments(parser: Parser, text: Language) -> None:
    parser.add_argument("--as-of", metavar="DATE", help=text("cli.help.as_of"))
    parser.add_argument("--unit", metavar="ID", help=text("burden.help.unit"))
    parser.add_argument("--unannounced", action="store_true", help=text("burden.help.unannounced"))
    parser.add_argument("--format", choices=("text", "json"), default="text", help=text("cli.help.format"))


def run(context: Context, options: argparse.Namespace) -> int:
    day = context.day(options.as_of)
    readings = context.readings(context.tree())
    ledger = readings.ledger(day)
    # Only whoever asks for them is told of unannounced inspections that are still to come.
    registry = readings.registry if options.unannounced else ledger.registry
    if options.unit and options.unit not in registry.units:
        raise UsageError(context.text("cli.no_such_unit", unit=options.unit))
    states = statuses(ledger, day, context.calendar(ledger))
    first = f"{month_before(day[:7])}-01"
    last = (date.fromisoformat(monday(day)) + timedelta(days=7 * _WEEKS_AHEAD - 1)).isoformat()
    found = [*demands(ledger.items.values(), states, first, last, day)]
    planned = registry.inspections.values()
    found += inspection_demands(planned, found, first, last, day)
    mine = [one for one in found if not options.unit or one.unit == options.unit]
    borne = [one for one in loads(mine, states, day) if not options.unit or one.unit == options.unit]
    clashes = conflicts(mine)
    limit = registry.policy["burden"]["comprehensive_per_year"]
    against = [
        one
        for one in objections(planned, ledger.items.values(), limit, day)
        if not options.unit or options.unit in one.units
    ]
    lying = duties(ledger, states.values(), planned, day)
    serving = [lying[one.id] for one in registry.people.values() if one.team in SUPERVISING and serves(one, day, day)]
    people = sorted(serving, key=lambda one: (-one.load, one.person))
    if options.format == "json":
        print_json(
            {
                "as_of": day,
                "units": [_load_told(one, registry) for one in borne],
                "conflicts": [_conflict_told(one, registry) for one in clashes],
                "objections": [_objection_told(one, registry) for one in against],
                "supervisors": [
                    {"person": one.person, "open_items": one.items, "inspections": one.inspections} for one in people
                ],
            }
        )
    else:
        _print(borne, clashes, against, people, registry, context.text)
    coming = any(one.week >= monday(day) for one in clashes) or any(one.is_coming(day) for one in against)
    return FINDINGS if coming else CLEAN


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
            "item": demand.item or None,
            "inspection": demand.inspection or None,
            "entry": demand.entry or None,
            "planned": demand.planned,
        }
        for demand in one.demands
    ]
    name = registry.unit_name(one.unit)
    return {"unit": one.unit, "unit_name": name, "week": one.week, "demands": asked, "merge": list(one.merges)}


def _objection_told(one: Objection, registry: Registry) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "units": list(one.units),
        "unit_names": [registry.unit_name(unit) for unit in one.units],
        "period": one.period,
        "material": one.material or None,
        "asked": [
            {
                "from": asking.start,
                "to": asking.end,
                "inspection": asking.inspection or None,
                "item": asking.item or None,
                "entry": asking.entry or None,
            }
            for asking in one.askings
        ],
    }


def _print(
    borne: Sequence[Load],
    clashes: Sequence[Conflict],
    against: Sequence[Objection],
    people: Sequence[Duty],
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
                str(one.askers),
                str(len(one.demands)),
                text("shown.semicolon").join(text(f"burden.merge.{merge}") for merge in one.merges),
            ]
            for one in clashes
        ],
    )
    section(
        "objections",
        [
            [
                one.period,
                text("shown.comma").join(map(registry.unit_name, one.units)) or "—",
                text(f"inspection.objection.{one.kind}", material=one.material, count=len(one.askings)),
                text("shown.comma").join(asking.item or _title(asking.inspection, registry) for asking in one.askings),
                text(f"inspection.advice.{one.kind}"),
            ]
            for one in against
        ],
    )
    section(
        "supervisors",
        [[registry.position(one.person), str(one.items), str(one.inspections)] for one in people],
    )


def _title(inspection: str, registry: Registry) -> str:
    return registry.inspections[inspection].title


_COLUMNS = {
    "units": ("unit", "this_month", "month_before", "unanswered"),
    "conflicts": ("week", "unit", "askers", "demands", "merge"),
    "objections": ("period", "units", "what", "asked", "advice"),
    "supervisors": ("person", "open_items", "inspections"),
}
