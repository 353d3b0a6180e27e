"""A ledger and a day → the figures a report quotes, counted from the entries, never typed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from duban.model import STEPS, Ledger
from duban.record import INSTRUCTION, MESSAGE, ItemRecord
from duban.status import LIGHTS, Status

SPECIAL_REPORT = "督查专报"
BULLETIN = "督查通报"
INTERVIEW = "约谈"
ACCOUNTABILITY = "问责"
UNANNOUNCED = "四不两直"


def figures(ledger: Ledger, states: Mapping[str, Status], day: str, start: str = "") -> dict[str, Any]:
    """The figures from ``start`` ("" for the beginning) to ``day``, both ISO days included.

    Items count from their registration; one that was not filed does not count (不予立项不计入).
    ``visits`` are those made unannounced, straight to the site (四不两直); ``all_visits`` adds the
    others. Persons are counted by times (人次). Steps, lights and units are of the day itself.
    """
    counted = [item.record for item in ledger.items.values() if "not_filed" not in item.record]
    received = [record for record in counted if start <= record["intake"]["received_on"]]
    visits = [visit for record in counted for visit in record.get("visits", ()) if start <= visit["on"]]
    reports = Counter(report["kind"] for report in ledger.reports.values() if start <= report["issued_on"])
    plans = Counter(entry.kind for (year, _), entry in ledger.registry.plans.items() if year == int(day[:4]))
    current = [states[record["id"]] for record in counted]
    return {
        "as_of": day,
        "from": start or None,
        "items": len(received),
        "not_filed": sum(1 for item in ledger.items.values() if "not_filed" in item.record),
        "from_instructions": sum(has_source(record, INSTRUCTION) for record in received),
        "from_messages": sum(has_source(record, MESSAGE) for record in received),
        "special_reports": reports[SPECIAL_REPORT],
        "bulletins": reports[BULLETIN],
        "interviewed_persons": _persons(counted, INTERVIEW, start),
        "held_accountable": _persons(counted, ACCOUNTABILITY, start),
        "visits": sum(visit["method"] == UNANNOUNCED for visit in visits),
        "all_visits": len(visits),
        "key_projects": plans["key_projects"],
        "key_works": plans["key_works"],
        "task_notices": _forms(counted, start),
        "tracking_notices": _listed(counted, "tracking_notices", "issued_on", start),
        "coordination_notices": _listed(counted, "coordination_notices", "issued_on", start),
        "closure_notices": _listed(counted, "closure_notices", "issued_on", start),
        "extensions": _listed(counted, "extensions", "applied_on", start),
        "by_step": _tally((state.step for state in current), STEPS),
        "by_light": _tally((state.light for state in states.values()), LIGHTS),
        "by_unit": _by_unit(current),
        "by_source": dict(
            sorted(
                Counter(
                    kind for record in received for kind in {s["type"] for s in record["intake"]["sources"]}
                ).items()
            )
        ),
    }


def has_source(record: ItemRecord, kind: str) -> bool:
    """Whether the item came, among others, from that kind of source."""
    return any(source["type"] == kind for source in record["intake"]["sources"])


def _persons(records: list[ItemRecord], kind: str, start: str) -> int:
    return sum(
        len(measure.get("persons", ()))
        for record in records
        for measure in record.get("measures", ())
        if measure["kind"] == kind and start <= measure["on"]
    )


def _forms(records: list[ItemRecord], start: str) -> int:
    return sum("task_notice" in record and start <= record["task_notice"]["issued_on"] for record in records)


def _listed(records: list[ItemRecord], name: str, dated_by: str, start: str) -> int:
    return sum(start <= entry[dated_by] for record in records for entry in record.get(name, ()))  # type: ignore[attr-defined]


def _tally(values: Any, keys: tuple[str, ...]) -> dict[str, int]:
    counts = Counter(values)
    return {key: counts[key] for key in keys}


def _by_unit(states: list[Status]) -> dict[str, dict[str, int]]:
    units: dict[str, Counter[str]] = {}
    for state in states:
        if state.lead_unit:
            tally = units.setdefault(state.lead_unit, Counter())
            tally["items"] += 1
            tally[state.light] += 1
    return {unit: dict(sorted(tally.items())) for unit, tally in sorted(units.items())}
