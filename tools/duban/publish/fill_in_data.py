"""An internal edition → what the forms work with: schema, registry, who signs what, numbers, days, the forge."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

import orjson

from duban.model import Person, Registry, Unit
from duban.publish.data_file import DataFile
from duban.publish.edition import Edition, Files
from duban.publish.forge_pages import forge_site
from duban.publish.names import Names
from duban.publish.reader_day import working_days
from duban.required import signatures_of
from duban.spelling import spelling

DATA = "data/fill-in.json"
_ITEM = re.compile(r"items/\d{4}/(?P<year>\d{4})-(?P<serial>\d{4,6})\.yml\Z")
_FORM = re.compile(r"(?P<head>.+〔\d{4}〕)(?P<serial>\d+)号\Z")


def data_files(edition: Edition) -> Iterator[DataFile]:
    """The one file, in each language of the site; none in public, where nobody fills in anything."""
    if edition.files:
        yield DataFile(DATA, partial(_data, edition, edition.files))


def _data(edition: Edition, files: Files) -> bytes:
    registry, policy = edition.ledger.registry, edition.ledger.registry.policy
    return orjson.dumps(
        {
            "schema": edition.schemas.bundled("item"),
            "office": {
                "id": policy["office"],
                "day": edition.day if edition.pinned else "",
                "units": {one.id: _unit(one, edition) for one in registry.units.values()},
                "people": {one.id: _person(one, edition) for one in registry.people.values()},
                "campaigns": {one.id: edition.campaign_name(one.id) for one in registry.campaigns.values()},
                "plans": _plans(registry),
                "causes": {code: edition.cause_name(code) for code in registry.causes},
                "roles": _roles(registry, Names(edition)),
                "signatures": signatures_of(policy),
                "levels": policy["extension"].get("levels", ()),
                "extensions": policy["extension"]["max_times"],
                "replyWithin": policy.get("tracking", {}).get("reply_within_workdays", 0),
                "milestonesWhenOver": policy["milestones_when_over_days"],
                "series": policy["series"],
            },
            "taken": {"items": _items_taken(files.tree), "forms": _forms_taken(files.form_numbers())},
            "calendar": working_days(edition),
            "forge": forge_site(edition),
        }
    )


def _unit(unit: Unit, edition: Edition) -> Mapping[str, Any]:
    return {
        "id": unit.id,
        "name": edition.unit_name(unit.id),
        "full": unit.name,
        "spelling": (spelling(unit.short_name), spelling(unit.name)),
        "valid": [unit.valid_from, unit.valid_to],
    }


def _person(person: Person, edition: Edition) -> Mapping[str, Any]:
    return {
        "id": person.id,
        "name": edition.position(person.id),
        "unit": person.unit,
        "team": person.team,
        "spelling": (spelling(person.position),),
        "roles": [[term.role, term.start, term.end] for term in person.roles],
        "term": [person.term.start, person.term.end] if person.term else None,
    }


def _plans(registry: Registry) -> Mapping[str, Mapping[str, str]]:
    """The entries of each year's plan by id, called by their names."""
    years: dict[str, dict[str, str]] = {}
    for (year, identity), entry in registry.plans.items():
        years.setdefault(str(year), {})[identity] = entry.name
    return years


def _roles(registry: Registry, names: Names) -> Mapping[str, str]:
    """Every role that anybody holds, as it is called."""
    held = sorted({term.role for person in registry.people.values() for term in person.roles})
    return {role: names.role(role) for role in held}


def _items_taken(paths: Iterable[str]) -> Mapping[str, int]:
    """The highest serial of each year."""
    highest: dict[str, int] = {}
    for match in filter(None, map(_ITEM.match, paths)):
        highest[match["year"]] = max(highest.get(match["year"], 0), int(match["serial"]))
    return highest


def _forms_taken(numbers: Iterable[str]) -> Mapping[str, int]:
    """The highest serial of each series and year: ``晋督任〔2019〕`` → 51."""
    highest: dict[str, int] = {}
    for match in filter(None, map(_FORM.match, numbers)):
        highest[match["head"]] = max(highest.get(match["head"], 0), int(match["serial"]))
    return dict(sorted(highest.items()))
