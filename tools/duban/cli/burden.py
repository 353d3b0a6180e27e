"""``duban burden``: what units are asked, where that or the plan conflicts, and how much lies on supervisors."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from duban.burden import Conflict, Load, conflicts, demands, loads, monday, month_before
from duban.cli.context import CLEAN, FINDINGS, Context, Parser, UsageError, print_json
from duban.cli.table import print_table
from duban.convening import SUPERVISING, Duty, duties, serves
from duban.inspection import PlanConflict, inspection_demands, plan_conflicts
from duban.language import Language
from duban.model import Ledger, Registry
from duban.status import Status, statuses

_WEEKS_AHEAD = 6


def arguments(parser: Parser, text: Language) -> None:
    parser.add_argument("--as-of", metavar="DATE", help=text("cli.help.as_of"))
    parser.add_argument("--unit", metavar="ID", help=text("burden.help.unit"))
    parser.add_argument("--unannounced", action="store_true", help=text("burden.help.unannounced"))
    parser.add_argument("--format", choices=("text", "json"), default="text", help=text("cli.help.format"))


def run(context: Context, options: argparse.Namespace) -> int:
    day = context.day(options.as_of)
    ledger = context.readings(context.tree()).ledger(day, ahead=options.unannounced)
    registry = ledger.registry
    if options.unit and options.unit not in registry.units:
        raise UsageError(context.text("cli.no_such_unit", unit=options.unit))
    states = statuses(ledger, day, context.calendar(ledger))
    found = _judged(ledger, states, day, options.unit)
    if options.format == "json":
        print_json({"as_of": day, **_told(found, registry)})
    else:
        _print(found, registry, context.text)
    coming = any(one.week >= monday(day) for one in found.conflicts) or any(one.is_coming(day) for one in found.against)
    return FINDINGS if coming else CLEAN


class _Judged(NamedTuple):
    """What the command tells: of each unit, of weeks, of the plan, of the people."""

    borne: list[Load]
    conflicts: list[Conflict]
    against: list[PlanConflict]
    people: list[Duty]


def _judged(ledger: Ledger, states: Mapping[str, Status], day: str, unit: str | None) -> _Judged:
    """What is found on an ISO day, of one unit alone where one is given; people are those of the whole roster."""
    first = f"{month_before(day[:7])}-01"
    last = (date.fromisoformat(monday(day)) + timedelta(days=7 * _WEEKS_AHEAD - 1)).isoformat()
    registry, items = ledger.registry, ledger.items.values()
    planned = registry.inspections.values()
    found = [*demands(items, states, first, last, day)]
    found += inspection_demands(planned, found, first, last, day)
    mine = [one for one in found if unit in (None, one.unit)]
    lying = duties(ledger, states.values(), planned, day)
    serving = [lying[one.id] for one in registry.people.values() if one.team in SUPERVISING and serves(one, day, day)]
    against = plan_conflicts(planned, items, registry.policy["burden"]["comprehensive_per_year"], day)
    return _Judged(
        [one for one in loads(mine, states, day) if unit in (None, one.unit)],
        conflicts(mine),
        [one for one in against if unit is None or unit in one.units],
        sorted(serving, key=lambda one: (-one.load, one.person)),
    )


def _told(found: _Judged, registry: Registry) -> dict[str, Any]:
    return {
        "units": [_load_told(one, registry) for one in found.borne],
        "conflicts": [_conflict_told(one, registry) for one in found.conflicts],
        "plan_conflicts": [_plan_conflict_told(one, registry) for one in found.against],
        "supervisors": [
            {"person": one.person, "open_items": one.items, "inspections": one.inspections} for one in found.people
        ],
    }


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


def _plan_conflict_told(one: PlanConflict, registry: Registry) -> dict[str, Any]:
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


def _print(found: _Judged, registry: Registry, text: Language) -> None:
    def section(name: str, rows: list[list[str]]) -> None:
        sys.stdout.write(f"\n{text(f'burden.section.{name}')}\n")
        print_table([text(f"burden.{name}.{column}") for column in _COLUMNS[name]], rows)

    section(
        "units",
        [[registry.unit_name(one.unit), str(one.total), str(one.before), str(one.unanswered)] for one in found.borne],
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
            for one in found.conflicts
        ],
    )
    section(
        "plan_conflicts",
        [
            [
                one.period,
                text("shown.comma").join(map(registry.unit_name, one.units)) or "—",
                text(f"inspection.conflict.{one.kind}", material=one.material, count=len(one.askings)),
                text("shown.comma").join(asking.item or _title(asking.inspection, registry) for asking in one.askings),
                text(f"inspection.advice.{one.kind}"),
            ]
            for one in found.against
        ],
    )
    section(
        "supervisors",
        [[registry.position(one.person), str(one.items), str(one.inspections)] for one in found.people],
    )


def _title(inspection: str, registry: Registry) -> str:
    return registry.inspections[inspection].title


_COLUMNS = {
    "units": ("unit", "this_month", "month_before", "unanswered"),
    "conflicts": ("week", "unit", "askers", "demands", "merge"),
    "plan_conflicts": ("period", "units", "what", "asked", "advice"),
    "supervisors": ("person", "open_items", "inspections"),
}
