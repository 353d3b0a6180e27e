"""A ledger's schemas and registry, a count and a seed → a large ledger of valid, varied items.

For benchmarks only: the texts are assembled, the lives of the items are whole. The same seed gives
the same bytes on every machine.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta

from duban.model import Data, Registry, Tree
from duban.reader import Reader
from duban.registry import POLICY
from duban.schema import Schemas
from duban.synth.life import LAST_DAY, Writer
from duban.writing import file_text

_YEARS = 8
_SINCE = "2000-01-01"


def synthesise(tree: Tree, count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """The files of a ledger with ``count`` items, path and content; raises SchemaError for a broken tree."""
    schemas = Schemas.of(tree)
    reader = Reader(schemas, tree)
    for path, content in tree.items():
        if path.startswith("schemas/"):
            yield path, content
    yield from _registry_files(schemas, reader.registry, tree)
    yield "mkdocs.yml", _CONFIGURATION
    root = schemas.field("item")
    writer = Writer(random.Random(seed), reader.registry)  # noqa: S311 - reproducible, not secret
    first = LAST_DAY.year - _YEARS + 1
    for index in range(count):
        year = first + index * _YEARS // count
        serial = index - (-(-(year - first) * count // _YEARS)) + 1
        item = writer.item(f"{year}-{serial:04d}", year)
        yield f"items/{year}/{item['id']}.yml", file_text(item, root).encode()


_CONFIGURATION = f"""site_name: synth
plugins:
  - duban:
      as_of: {LAST_DAY}
""".encode()


def _registry_files(schemas: Schemas, registry: Registry, tree: Tree) -> Iterator[tuple[str, bytes]]:
    def text(name: str, data: Data) -> bytes:
        return file_text(data, schemas.field(name)).encode()

    yield POLICY, tree[POLICY]
    units = [
        {"id": unit.id, "name": unit.name, "short_name": unit.short_name, "kind": unit.kind}
        for unit in registry.units.values()
    ]
    yield "registry/units.yml", text("units", {"units": units})
    people = [
        {
            "id": person.id,
            "position": person.position,
            "unit": person.unit,
            "team": person.team,
            "roles": [{"role": role, "from": _SINCE} for role in sorted({term.role for term in person.roles})],
        }
        for person in registry.people.values()
    ]
    yield "registry/people.yml", text("people", {"people": people})
    campaigns = [
        {"id": one.id, "name": one.name, "lead_unit": one.lead_unit, "goal": one.goal, "from": _SINCE}
        for one in registry.campaigns.values()
    ]
    yield "registry/campaigns.yml", text("campaigns", {"campaigns": campaigns})
    yield "registry/inspections.yml", text("inspections", {"inspections": [*_inspections(registry)]})
    yield "registry/calendar.yml", text("calendar", {"confirmed_years": list(range(2018, 2027)), "days": []})
    for year in range(LAST_DAY.year - _YEARS + 1, LAST_DAY.year + 1):
        plan: Data = {"year": year, "key_projects": [], "key_works": []}
        for entry in registry.plans.values():
            row = {"id": entry.id, "name": entry.name, "lead_unit": entry.lead_unit, "target": entry.target}
            plan[entry.kind].append(row)
        yield f"registry/plan/{year}.yml", text("plan", plan)


def _inspections(registry: Registry) -> Iterator[Data]:
    """One inspection a month of the last year: of two units each, by two people of the office."""
    office = registry.policy["office"]
    units = [unit for unit in registry.units if unit != office]
    people = [one.id for one in registry.people.values() if one.unit == office]
    approver = next(iter(registry.people))
    for month in range(1, 13):
        start = date(LAST_DAY.year, month, 10)
        yield {
            "id": f"month-{month}",
            "title": f"{month}月督查检查",
            "kind": "综合督查" if month == 12 else "专项督查",
            "units": [units[(2 * month + nth) % len(units)] for nth in (0, 1)],
            "from": start.isoformat(),
            "to": (start + timedelta(days=2)).isoformat(),
            "lead": people[month % len(people)],
            "team": [people[(month + 1) % len(people)]],
            "materials": [f"{month}月工作台账"],
            "unannounced": month % 4 == 0,
            "approval": {
                "basis": "年度计划",
                "number": f"市督〔{LAST_DAY.year}〕1号",
                "approved_by": approver,
                "approved_on": f"{LAST_DAY.year}-01-05",
            },
        }
