"""References to the registry: what is named must exist, be valid on the day, and be entitled."""

from __future__ import annotations

import difflib
from collections.abc import Container, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from duban.deadline import finished_on
from duban.finding import Pointer, Problem
from duban.model import Registry
from duban.rules.case import Case
from duban.schema import Field
from duban.survey import Survey
from duban.violation import REFERENCE_CODES

_KINDS = {code: kind for kind, code in REFERENCE_CODES.items()}
_SHOWN = 9


def registry_references(case: Case) -> Iterator[Problem]:
    """D201–D204, D206, D208: units, people, campaigns, plan entries and causes that are named."""
    year = int(case.record["id"][:4])
    yield from references(case.survey, case.root, case.registry, year)


def references(survey: Survey, root: Field, registry: Registry, year: int) -> Iterator[Problem]:
    """The same for any surveyed data; plan entries are those of the year."""
    for kind, pointer, value, day in survey.references:
        if kind not in REFERENCE_CODES:
            continue
        known = _known(registry, kind, year)
        if value not in known:
            here = root.at(pointer)
            yield Problem(
                REFERENCE_CODES[kind],
                pointer,
                {
                    "label": here.labels if here else kind,
                    "value": value,
                    "suggestion": _suggestion(value, known),
                },
            )
        elif kind == "unit" and day and not registry.units[value].valid_on(day):
            yield Problem("D208", pointer, {"unit": registry.unit_name(value), "day": day})


def suggested(found: list[Problem], registry: Registry, year: int) -> list[Problem]:
    """Problems of shape, those at references told what the registry has: a name typed for an id, say."""

    def with_suggestion(problem: Problem) -> Problem:
        kind = _KINDS.get(problem.code)
        if kind is None:
            return problem
        suggestion = _suggestion(str(problem.details["value"]), _known(registry, kind, year))
        return replace(problem, details={**problem.details, "suggestion": suggestion})

    return [with_suggestion(problem) for problem in found]


def campaign_of_the_time(case: Case) -> Iterator[Problem]:
    """D214: the campaign an item belongs to ran while the item was under way."""
    record, campaigns = case.record, case.registry.campaigns
    if record.get("campaign") not in campaigns:
        return
    campaign = campaigns[record["campaign"]]
    over_before = campaign.start <= campaign.end < record["intake"]["received_on"]
    done = finished_on(record)
    begun_after = bool(done) and done < campaign.start
    if over_before or begun_after:
        yield Problem(
            "D214", ("campaign",), {"campaign": campaign.name, "from": campaign.start, "to": campaign.end or "—"}
        )


def signers(case: Case) -> Iterator[Problem]:
    """D209: whoever signs holds that role on that day (the roster is the authority)."""
    yield from entitled(case.survey, case.registry)


def entitled(survey: Survey, registry: Registry) -> Iterator[Problem]:
    """The same for any surveyed data."""
    for entry in survey.entries:
        for index, signature in enumerate(entry.data["signed"]):
            person = registry.people.get(signature["by"])
            if person and not person.holds(signature["role"], signature["on"]):
                yield Problem(
                    "D209",
                    (*entry.pointer, "signed", index, "role"),
                    {"person": person.position, "role": signature["role"], "day": signature["on"]},
                )


def supervisors(case: Case) -> Iterator[Problem]:
    """D210–D212: a supervisor's term runs, the team is the roster's, the unit is not the one supervised."""
    record, registry = case.record, case.registry
    notice = record.get("task_notice")
    supervised = {notice["lead_unit"], *notice.get("co_units", ())} if notice else set()
    method = record.get("method")
    if method:
        for index, supervisor in enumerate(method["supervisors"]):
            person = registry.people.get(supervisor["person"])
            if person is None:
                continue
            here = ("method", "supervisors", index)
            if person.team != supervisor["team"]:
                yield Problem(
                    "D212",
                    (*here, "team"),
                    {"person": person.position, "team": supervisor["team"], "roster_team": person.team},
                )
            yield from fit(registry, (*here, "person"), supervisor["person"], method["confirmed_on"], supervised)
    for index, visit in enumerate(record.get("visits", ())):
        for position, visitor in enumerate(visit["visitors"]):
            yield from fit(registry, ("visits", index, "visitors", position), visitor, visit["on"], supervised)


def fit(registry: Registry, pointer: Pointer, name: str, day: str, supervised: Container[str]) -> Iterator[Problem]:
    """D210, D211: a person may supervise those units on an ISO day: the term runs, and theirs is none of them."""
    person = registry.people.get(name)
    if person is None:
        return
    if person.unit in supervised:
        yield Problem("D211", pointer, {"person": person.position, "unit": registry.unit_name(person.unit)})
    if person.term and not person.term.covers(day):
        limit = person.term.start if day < person.term.start else person.term.end
        yield Problem("D210", pointer, {"person": person.position, "day": day, "term_end": limit})


def _known(registry: Registry, kind: str, year: int) -> Mapping[str, Any]:
    if kind == "unit":
        return registry.units
    if kind == "person":
        return registry.people
    if kind == "campaign":
        return registry.campaigns
    if kind == "cause":
        return registry.causes
    return {name: entry for (of, name), entry in registry.plans.items() if of == year}


def _suggestion(value: str, known: Mapping[str, Any]) -> str:
    """The id most likely meant, else the first few there are."""
    by_name = {name: identity for identity, entry in known.items() for name in _names(entry)}
    if value in by_name:
        return by_name[value]
    close: list[str] = difflib.get_close_matches(value, known)
    if not close:
        close = [by_name[name] for name in difflib.get_close_matches(value, by_name)]
    if close:
        return close[0]
    return "、".join(islice(known, _SHOWN)) + "…" * (len(known) > _SHOWN) or "—"


def _names(entry: Any) -> Iterator[str]:
    if isinstance(entry, str):
        yield entry
    for attribute in ("name", "short_name", "position"):
        if hasattr(entry, attribute):
            yield getattr(entry, attribute)
