"""The registry files of a tree → the Registry, and what is wrong within and between them."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Iterator
from typing import Any

from duban.finding import Problem
from duban.model import (
    Campaign,
    Channel,
    Data,
    Inspection,
    InspectionApproval,
    Person,
    PlanEntry,
    Registry,
    Term,
    Unit,
)
from duban.required import every_role

POLICY = "registry/policy.yml"
FILES = {
    "registry/units.yml": "units",
    "registry/people.yml": "people",
    "registry/campaigns.yml": "campaigns",
    POLICY: "policy",
    "registry/calendar.yml": "calendar",
}
PLANS = "registry/plan/"
INSPECTIONS = "registry/inspections.yml"
_OPTIONAL = {INSPECTIONS: "inspections"}
_KEYS = frozenset({"id", "code", "date"})
"""What a row of a registry file is found by: of a cause of delay its code, of a day of the calendar its date."""


def schema_names(paths: Collection[str]) -> dict[str, str]:
    """The registry files that a ledger must have, and of its ``paths`` the others, each with its schema's name."""
    optional = {path: name for path, name in _OPTIONAL.items() if path in paths}
    return {**FILES, **{path: "plan" for path in sorted(paths) if path.startswith(PLANS)}, **optional}


def build(files: dict[str, Data]) -> Registry:
    """The registry of valid files, by path; a file that is missing or broken counts as empty."""

    def rows(name: str) -> list[Data]:
        return list(files.get(f"registry/{name}.yml", {}).get(name, ()))

    plans = {}
    for path, plan in files.items():
        if path.startswith(PLANS):
            for kind in ("key_projects", "key_works"):
                for row in plan[kind]:
                    plans[plan_year(path, plan), row["id"]] = PlanEntry(kind=kind, **_named(row))
    calendar = files.get("registry/calendar.yml", {})
    return Registry(
        units={row["id"]: Unit(**_named(row)) for row in rows("units")},
        people={row["id"]: _person(row) for row in rows("people")},
        campaigns={row["id"]: _campaign(row) for row in rows("campaigns")},
        plans=plans,
        policy=files.get(POLICY, {}),
        causes={cause["code"]: cause["name"] for cause in files.get(POLICY, {}).get("causes", ())},
        overrides={day["date"]: day["workday"] for day in calendar.get("days", ())},
        confirmed_years=frozenset(calendar.get("confirmed_years", ())),
        inspections={row["id"]: inspection(row) for row in rows("inspections")},
    )


def inspection(row: Data) -> Inspection:
    """One inspection of the plan, of valid data."""
    approval = row.get("approval")
    month = row.get("month", "")
    start = row.get("from") or f"{month}-01"
    end = row.get("to") or f"{month}-{monthrange(int(month[:4]), int(month[5:]))[1]}"
    return Inspection(
        id=row["id"],
        title=row["title"],
        kind=row["kind"],
        start=start,
        end=end,
        by_month="from" not in row,
        units=tuple(row.get("units", ())),
        lead=row.get("lead", ""),
        team=tuple(row.get("team", ())),
        materials=tuple(row.get("materials", ())),
        unannounced=row.get("unannounced", False),
        approval=_approval(approval) if approval else None,
        items=tuple(row.get("items", ())),
        sample=row.get("sample", False),
    )


def plan_year(path: str, plan: Data) -> int:
    """The year of a plan by its file's name, so that a slip inside (D807) does not break every reference to it."""
    name = path[len(PLANS) :].removesuffix(".yml")
    return int(name) if name.isdecimal() else int(plan["year"])


def file_problems(path: str, data: Data) -> Iterator[Problem]:
    """D801, D803, D807, D808 within one registry file."""
    if path.startswith(PLANS):
        expected = path[len(PLANS) :].removesuffix(".yml")
        if str(data["year"]) != expected:
            yield Problem("D807", ("year",), {"year": str(data["year"]), "expected": expected})
    for name, rows in data.items():
        if isinstance(rows, list) and rows and isinstance(rows[0], dict):
            yield from _rows_problems(name, rows)


def cross_problems(registry: Registry) -> Iterator[tuple[str, Problem]]:
    """D802: a role that the policy asks for and nobody in the roster ever holds."""
    held = {term.role for person in registry.people.values() for term in person.roles}
    for _, pointer, role in every_role(registry.policy):
        if role.partition("@")[0] not in held:
            yield POLICY, Problem("D802", pointer, {"role": role})


def _rows_problems(name: str, rows: list[Data]) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    accounts: dict[str, str] = {}
    for index, row in enumerate(rows):
        for key in _KEYS & row.keys():
            if row[key] in seen:
                yield Problem("D801", (name, index, key), {"id": row[key], "place": str(seen[row[key]] + 1)})
            seen.setdefault(row[key], index)
        for pointer, period in _periods(row):
            if period.get("to") and period["to"] < period["from"]:
                yield Problem("D803", (name, index, *pointer, "to"), {"from": period["from"], "to": period["to"]})
        for forge, number in row.get("accounts", {}).items():
            account = f"{forge}:{number}"
            if account in accounts:
                yield Problem(
                    "D808", (name, index, "accounts", forge), {"account": account, "person": accounts[account]}
                )
            accounts.setdefault(account, row["position"])


def _periods(row: Data) -> Iterator[tuple[tuple[str | int, ...], Data]]:
    if "from" in row:
        yield (), row
    if "term" in row:
        yield ("term",), row["term"]
    for index, role in enumerate(row.get("roles", ())):
        yield ("roles", index), role


def _named(row: Data) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in ("from", "to")}


def _approval(row: Data) -> InspectionApproval:
    return InspectionApproval(row["basis"], row["number"], row["approved_by"], row["approved_on"])


def _person(row: Data) -> Person:
    term = row.get("term")
    return Person(
        id=row["id"],
        position=row["position"],
        unit=row["unit"],
        team=row["team"],
        roles=tuple(Term(role["from"], role.get("to", ""), role["role"]) for role in row["roles"]),
        position_en=row.get("position_en", ""),
        term=Term(term["from"], term.get("to", "")) if term else None,
        sample=row.get("sample", False),
        accounts=row.get("accounts", {}),
        channels=tuple(Channel(one["name"], one.get("to", "")) for one in row.get("channels", ())),
    )


def _campaign(row: Data) -> Campaign:
    return Campaign(start=row["from"], end=row.get("to", ""), **_named(row))
