"""A ledger and a day → the figures a report quotes, counted from the entries, never typed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from duban.model import STEPS, Ledger
from duban.record import INSTRUCTION, MESSAGE, ItemRecord
from duban.status import LIGHTS, Status

SPECIAL_REPORT = "督查专报"
BULLETIN = "督查通报"
INTERVIEW = "约谈"
BULLETIN_MEASURE = "通报"
ACCOUNTABILITY = "问责"
UNANNOUNCED = "四不两直"
_LISTED = {
    "tracking_notices": "issued_on",
    "coordination_notices": "issued_on",
    "closure_notices": "issued_on",
    "extensions": "applied_on",
}
"""Lists whose entries are counted, each with what dates them."""
HEADLINES = (
    "items",
    "from_instructions",
    "from_messages",
    "special_reports",
    "visits",
    "interviewed_persons",
    "held_accountable",
    "key_projects",
    "key_works",
)
"""The figures that a report quotes; of the whole ledger, the public edition tells no others."""


def figures(ledger: Ledger, states: Mapping[str, Status], day: str, start: str = "") -> dict[str, Any]:
    """The figures from ``start`` ("" for the beginning) to ``day``, both ISO days included.

    Items count from their registration; one that was not filed does not count (不予立项不计入).
    ``visits`` are those made unannounced, straight to the site (四不两直); ``all_visits`` adds the
    others. Persons are counted by times (人次). Steps, lights and units are of the day itself.
    """
    counting = Counting(start)
    for item in ledger.items.values():
        counting.add(item.record, states[item.id])
    return counting.figures(ledger, states, day)


class Counting:
    """Items one after another → the figures of ``figures``, for whoever goes over a ledger's items anyway."""

    def __init__(self, start: str = "") -> None:
        self._start = start
        self._sums: Counter[str] = Counter()
        self._steps: Counter[str] = Counter()
        self._sources: Counter[str] = Counter()
        self._units: dict[str, Counter[str]] = {}

    def add(self, record: ItemRecord, state: Status) -> None:
        """Count one item as it stands on the day."""
        sums, start = self._sums, self._start
        if "not_filed" in record:
            sums["not_filed"] += 1
            return
        self._steps[state.step] += 1
        if state.lead_unit:
            tally = self._units.setdefault(state.lead_unit, Counter())
            tally["items"] += 1
            tally[state.light] += 1
        if start <= record["intake"]["received_on"]:
            sums["items"] += 1
            self._sources.update({source["type"] for source in record["intake"]["sources"]})
        for visit in record.get("visits", ()):
            if start <= visit["on"]:
                sums["all_visits"] += 1
                sums["visits"] += visit["method"] == UNANNOUNCED
        for measure in record.get("measures", ()):
            if start <= measure["on"]:
                sums[measure["kind"]] += len(measure.get("persons", ()))
        if "task_notice" in record:
            sums["task_notices"] += start <= record["task_notice"]["issued_on"]
        for name, dated_by in _LISTED.items():
            for entry in record.get(name, ()):  # type: ignore[attr-defined]
                sums[name] += start <= entry[dated_by]

    def figures(self, ledger: Ledger, states: Mapping[str, Status], day: str) -> dict[str, Any]:
        """What was counted, with reports, the annual plan of the day's year, and the lights of all items."""
        sums = self._sums
        reports = Counter(report["kind"] for report in ledger.reports.values() if self._start <= report["issued_on"])
        plans = Counter(entry.kind for (year, _), entry in ledger.registry.plans.items() if year == int(day[:4]))
        return {
            "as_of": day,
            "from": self._start or None,
            "items": sums["items"],
            "not_filed": sums["not_filed"],
            "from_instructions": self._sources[INSTRUCTION],
            "from_messages": self._sources[MESSAGE],
            "special_reports": reports[SPECIAL_REPORT],
            "bulletins": reports[BULLETIN],
            "interviewed_persons": sums[INTERVIEW],
            "held_accountable": sums[ACCOUNTABILITY],
            "visits": sums["visits"],
            "all_visits": sums["all_visits"],
            "key_projects": plans["key_projects"],
            "key_works": plans["key_works"],
            "task_notices": sums["task_notices"],
            **{name: sums[name] for name in _LISTED},
            "by_step": {step: self._steps[step] for step in STEPS},
            "by_light": _tally(states.values()),
            "by_unit": {unit: dict(sorted(tally.items())) for unit, tally in sorted(self._units.items())},
            "by_source": dict(sorted(self._sources.items())),
        }


def _tally(states: Iterable[Status]) -> dict[str, int]:
    counts = Counter(state.light for state in states)
    return {light: counts[light] for light in LIGHTS}
