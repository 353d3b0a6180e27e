"""Two readers of one thing agree: validators, YAML libraries, calendars, on all that corpus and ledger hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from typing import Any

import holidays
import jsonschema
import yaml

from corpus import FOLDERS, case
from duban.calendar import WorkCalendar
from duban.filing import is_in_place, kind_at
from duban.model import Tree
from duban.parse import parse
from duban.registry import schema_names
from duban.schema import Schemas
from test_parse import same

SATURDAY = 5


@cache
def _cases() -> tuple[tuple[str, bytes], ...]:
    """The files of every case that are its own and no larger than what people write."""
    return tuple(
        (path, it.tree[path])
        for it in map(case, FOLDERS)
        for path in sorted(it.own)
        if path.endswith(".yml") and path in it.tree and len(it.tree[path]) < 1 << 15
    )


def documents(tree: Tree) -> Iterator[tuple[str, bytes, Any]]:
    """Every YAML file of the ledger and of the corpus that is read, with its data."""
    for path, content in (*((path, tree[path]) for path in tree if path.endswith(".yml")), *_cases()):
        data, _ = parse(path, content)
        if data is not None:
            yield path, content, data


def test_what_is_read_means_the_same_to_pyyaml(tree: Tree) -> None:
    differing = []
    for path, content, data in documents(tree):
        try:
            theirs = yaml.load(content, Loader=yaml.CSafeLoader)
        except ValueError:  # a day that there is none of, which only we leave to the schema
            continue
        if "<<" not in content.decode() and not same(data, theirs):
            differing.append((path, data))
    assert differing == []


def test_what_is_valid_is_valid_to_the_reference_too(schemas: Schemas, tree: Tree) -> None:
    registry = schema_names(tree)
    references: dict[str, Any] = {}
    judged = {True: 0, False: 0}
    for path, _, data in documents({}):
        name = kind_at(path) if is_in_place(path) else registry.get(path, "")
        if not name:
            continue
        if name not in references:
            checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
            references[name] = jsonschema.Draft202012Validator(schemas.bundled(name), format_checker=checker)
        plain = json.loads(json.dumps(data))  # what readers of YAML differ on is a text to both
        ours = schemas.validator(name).is_valid(plain)
        judged[ours] += 1
        assert references[name].is_valid(plain) == ours, (path, data)
    assert min(judged.values()) > 100


def test_two_libraries_agree_on_the_working_days_that_both_know() -> None:
    ours, years = WorkCalendar({}), range(2004, 2027)
    other = holidays.country_holidays("CN", years=years)
    day, differing = date(years[0], 1, 1), []
    while day.year in years:
        works = (day.weekday() < SATURDAY and day not in other) or day in other.weekend_workdays
        if ours.is_workday(day.isoformat()) != works:
            differing.append(day.isoformat())
        day += timedelta(days=1)
    # The make-up day of the New Year's holidays of 2006, long before any ledger of ours (decision 0034).
    assert differing == ["2005-12-31"]
    assert all(map(ours.has_data, years))
