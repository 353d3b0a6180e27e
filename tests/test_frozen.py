"""A ledger of each released version, frozen with what it tells: every later program reads it to the same effect."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT
from duban.assessed import frozen_otherwise
from duban.change import change, digest_of
from duban.exit.kept import records
from duban.language import language
from duban.load import read
from duban.model import Tree
from duban.publish.edition import edition
from duban.repository import tree_of
from duban.schema import VERSIONS, Schemas, entries
from duban.survey import Surveyor
from duban.told import obligation_told, status_told
from duban.violation import problems

FROZEN = sorted(folder.name for folder in (ROOT / "tests/frozen").iterdir())
DAYS = ("2019-08-15", "2019-10-31", "2020-03-05")
frozen = pytest.mark.parametrize("version", FROZEN)


def effect(tree: Tree) -> dict[str, Any]:
    """What a ledger tells, in the words of the interface that scripts rely on, and a digest of each record."""
    readings = read(tree)
    assert readings.schemas is not None
    told: dict[str, Any] = {
        "records": {
            path: digest_of(reading.data() if reading.data else None) for path, reading in sorted(readings.records)
        },
        "entries": {
            one.identity: sorted(
                f"{'/'.join(map(str, entry.pointer))} {entry.field.entry} {entry.day}"
                for entry in Surveyor(one.root).survey(one.data).entries
            )
            for one in records(readings, readings.schemas)
        },
    }
    for day in DAYS:
        ledger = readings.ledger(day)
        made = edition(
            "internal", language("zh"), ledger, readings.schemas, day, day, pinned=True, digests=readings.digests()
        )
        told[day] = {
            "findings": [f"{one.path}:{one.line}:{one.column} {one.code}" for one in readings.findings(day)],
            "status": [status_told(state, ledger.registry) for state in made.states.values()],
            "obligations": [obligation_told(one, day) for state in made.states.values() for one in state.obligations],
            "effective": {identity: digest_of(item.record) for identity, item in ledger.items.items()},
            "figures": made.figures,
        }
    return json.loads(json.dumps(told, default=list))  # type: ignore[no-any-return]


def folder(version: str) -> Path:
    return ROOT / "tests/frozen" / version


@frozen
def test_it_is_read_to_the_same_effect(version: str) -> None:
    """Its records, entries, findings, lights, obligations and figures, by the schemas that lie with it."""
    expected = json.loads((folder(version) / "expected.json").read_bytes())
    found = effect(tree_of(folder(version) / "ledger"))
    for part in expected:
        assert found[part] == expected[part], part
    assert found.keys() == expected.keys()


@frozen
def test_it_has_every_kind_of_entry_of_its_schemas(version: str) -> None:
    tree = tree_of(folder(version) / "ledger")
    schemas = Schemas.of(tree)
    kinds = {
        (name, field.entry) for name in ("item", "report", "assessment") for _, field in entries(schemas.field(name))
    }
    found = {
        (one.root.name, entry.field.entry)
        for one in records(read(tree), schemas)
        for entry in Surveyor(one.root).survey(one.data).entries
    }
    assert kinds - found == set()


@frozen
def test_the_schemas_of_today_fit_what_was_signed_then(version: str, tree: Tree) -> None:
    """A ledger takes the new schemas by a pull request of their own: nothing that was signed is touched or broken."""
    old = dict(tree_of(folder(version) / "ledger"))
    new = {path: content for path, content in old.items() if not path.startswith("schemas/")}
    new |= {path: content for path, content in tree.items() if path.startswith("schemas/")}
    today = Schemas.of(new)
    for one in records(read(old), Schemas.of(old)):
        assert problems(today, one.root.name, one.data) == [], one.path
    found = change(old, new)
    assert (found.added, found.findings, found.touched) == ((), (), ())


@frozen
def test_its_frozen_scores_stand(version: str) -> None:
    """What was counted then is counted now: units were paid and people judged by it."""
    assert frozen_otherwise(read(tree_of(folder(version) / "ledger"))) == []


def test_each_released_version_is_frozen() -> None:
    assert [*VERSIONS] == FROZEN


def test_an_older_form_becomes_the_newer_without_a_word_of_what_was_signed(tree: Tree) -> None:
    """Made up: schemas from before the mark, in which items had no visits and nobody of the public took part."""
    document = json.loads(tree["schemas/item.schema.json"])
    for name in ("visits", "participants"):
        del document["properties"][name]
    common = json.loads(tree["schemas/common.schema.json"])
    del common["x-version"]
    older = dict(tree_of(folder(FROZEN[-1]) / "ledger"))
    older |= {"schemas/item.schema.json": _json(document), "schemas/common.schema.json": _json(common)}
    written = dict(records_that_fit(older))
    assert len(written) == 2
    kept = {path: content for path, content in older.items() if not path.startswith("items/") or path in written}
    newer = kept | {path: content for path, content in tree.items() if path.startswith("schemas/")}
    brought = change(kept, newer)
    assert (brought.added, brought.findings, brought.touched) == ((), (), ())
    assert dict(records_that_fit(newer)) == written
    assert effect(newer)["2019-10-31"]["effective"] == effect(kept)["2019-10-31"]["effective"]


def records_that_fit(tree: Tree) -> Iterator[tuple[str, Any]]:
    """The items that a ledger's own schemas fit, by path."""
    for path, reading in read(tree).items.items():
        if reading.data:
            yield path, reading.data()


def _json(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()
