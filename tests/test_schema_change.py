"""Schemas before and after → what only grew, and what else became of what stood."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import ROOT
from duban.finding import Finding
from duban.schema_change import schema_findings

PATH = "schemas/report.schema.json"
DOCUMENTS: dict[str, Any] = {
    f"schemas/{file.name}": json.loads(file.read_bytes()) for file in sorted((ROOT / "schemas").iterdir())
}
FREE = frozenset(
    {
        *("title", "x-title-en", "description", "x-description-en", "x-enum-en", "$comment", "examples"),
        *("x-openness", "x-later", "x-from", "x-with", "x-personal", "x-version"),
    }
)


def told(old: Any, new: Any, path: str = PATH) -> list[tuple[str, int, int, str]]:
    before, after = {path: written(old)}, {path: written(new)}
    return [place(one) for one in schema_findings(before, after, [path])]


def place(one: Finding) -> tuple[str, int, int, str]:
    return one.path, one.line, one.column, str(one.details["place"])


def written(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=2).encode()


def demands(here: Any, by_name: bool = False, pointer: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every key and every place in a list that says what must be, and no name that a field or a definition has."""
    if isinstance(here, dict):
        for key, below in here.items():
            if by_name or key not in FREE:
                yield (*pointer, key)
                yield from demands(below, not by_name and key in ("properties", "$defs"), (*pointer, key))
    elif isinstance(here, list):
        for index, below in enumerate(here):
            yield (*pointer, index)
            yield from demands(below, False, (*pointer, index))


EVERY = [(path, pointer) for path, document in DOCUMENTS.items() for pointer in demands(document)]


@given(st.sampled_from(EVERY))
def test_whatever_is_taken_out_of_a_shipped_schema_is_told(spot: tuple[str, tuple[str | int, ...]]) -> None:
    path, pointer = spot
    document = deepcopy(DOCUMENTS[path])
    here = document
    for part in pointer[:-1]:
        here = here[part]
    del here[pointer[-1]]
    found = told(DOCUMENTS[path], document, path)
    assert len(found) == 1
    expected = pointer[:-1] if isinstance(pointer[-1], int) else pointer
    assert found[0][3] == "".join(f"/{part}" for part in expected)
    assert told(DOCUMENTS[path], DOCUMENTS[path], path) == []


@pytest.mark.parametrize("path", DOCUMENTS)
def test_words_and_what_may_be_shown_are_free(path: str) -> None:
    def bare(here: Any, *, by_name: bool = False) -> Any:
        if isinstance(here, dict):
            kept = {key: value for key, value in here.items() if by_name or key not in FREE}
            return {
                key: bare(value, by_name=not by_name and key in ("properties", "$defs")) for key, value in kept.items()
            }
        return [bare(one) for one in here] if isinstance(here, list) else here

    document = DOCUMENTS[path]
    words: dict[str, Any] = dict.fromkeys(sorted(FREE), "1")
    assert told(document, {**document, **words}, path) == told({**document, **words}, document, path) == []
    assert bare(document) != document
    assert told(document, bare(document), path) == []
    assert told(bare(document), document, path) == []


FIELD = {"type": "string"}
OBJECT = {"type": "object", "properties": {"title": FIELD}, "required": ["title"]}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({}, {"properties": {"a": FIELD}}, []),
        ({}, {"$defs": {"a": FIELD}}, []),
        ({}, {"required": ["a"]}, ["/required"]),
        ({}, {"title": "x", "x-version": "0.2"}, []),
        (OBJECT, {**OBJECT, "properties": {"title": FIELD, "b": {**OBJECT}}}, []),
        (OBJECT, {**OBJECT, "properties": {"title": FIELD, "maxLength": FIELD}}, []),
        (OBJECT, {**OBJECT, "properties": {}}, ["/properties/title"]),
        (OBJECT, {**OBJECT, "properties": {"title": {**FIELD, "title": "x"}}}, []),
        (OBJECT, {**OBJECT, "properties": {"title": {**FIELD, "maxLength": 3}}}, ["/properties/title/maxLength"]),
        (OBJECT, {**OBJECT, "properties": []}, ["/properties"]),
        ({"properties": {"properties": FIELD}}, {"properties": {"properties": {**FIELD, "x-ref": "a"}}}, None),
        ({"$defs": {"properties": FIELD}}, {"$defs": {"properties": {**FIELD, "x-ref": "a"}}}, None),
        ({"required": ["a", "b"]}, {"required": ["b", "a"]}, []),
        ({"required": ["a"]}, {"required": ["a", {}]}, ["/required"]),
        ({"required": ["a"]}, {"required": "a"}, ["/required"]),
        ({"type": ["string", "null"]}, {"type": ["null", "string"]}, []),
        ({"type": ["string"]}, {"type": ["string", "null"]}, ["/type"]),
        ({"type": "string"}, {"type": ["string"]}, ["/type"]),
        ({"enum": ["a"]}, {"enum": ["b", "a"]}, []),
        ({"enum": ["a", "b"]}, {"enum": ["a", "c"]}, ["/enum"]),
        ({"allOf": [FIELD, OBJECT]}, {"allOf": [OBJECT, FIELD]}, None),
        ({"allOf": [FIELD]}, {"allOf": [FIELD, FIELD]}, ["/allOf"]),
        ({"const": True}, {"const": 1}, ["/const"]),
        ({"const": 1}, {"const": 2}, ["/const"]),
        ({"if": FIELD}, {"if": {**FIELD, "title": "x"}}, []),
        ({"a": 1, "b": 2, "c": {"d": 1}}, {"b": 3, "c": {"d": 2}}, ["/a", "/b", "/c/d"]),
    ],
)
def test_what_grows_and_what_does_not(old: Any, new: Any, expected: list[str] | None) -> None:
    found = [where for *_, where in told(old, new)]
    if expected is None:
        assert found
    else:
        assert sorted(found) == expected


def test_where_it_stands() -> None:
    new = {**OBJECT, "properties": {"title": {**FIELD, "maxLength": 3}}}
    assert told(OBJECT, new) == [(PATH, 6, 7, "/properties/title/maxLength")]
    assert told(OBJECT, {**OBJECT, "properties": {}}) == [(PATH, 3, 3, "/properties/title")]


def test_what_nothing_is_said_of() -> None:
    """A file that was none or cannot be read, one that is the same, and what is no schema."""
    good, bad = written(OBJECT), b"{}"
    other = "schemas/new.schema.json"
    for before, after, path in (
        ({}, {other: bad}, other),
        ({PATH: b"{"}, {PATH: bad}, PATH),
        ({PATH: b"[]"}, {PATH: bad}, PATH),
        ({PATH: good}, {PATH: b"{"}, PATH),
        ({PATH: good}, {PATH: b"[" * 100_000}, PATH),
        ({PATH: good}, {PATH: good}, PATH),
        ({"schemas/README.md": good}, {"schemas/README.md": bad}, "schemas/README.md"),
        ({"items/report.schema.json": good}, {}, "items/report.schema.json"),
        ({PATH: good}, {PATH: bad}, other),
    ):
        assert list(schema_findings(before, after, [path])) == []
    gone = schema_findings({PATH: good}, {}, [PATH])
    assert [place(one) for one in gone] == [(PATH, 1, 1, PATH)]


def test_depth_is_no_trouble() -> None:
    deep: Any = FIELD
    for _ in range(900):
        deep = {"items": deep}
    shallow: Any = {"type": "integer"}
    for _ in range(900):
        shallow = {"items": shallow}
    before, after = json.dumps(deep).encode(), json.dumps(shallow).encode()
    (found,) = schema_findings({PATH: before}, {PATH: after}, [PATH])
    assert str(found.details["place"]) == "/items" * 900 + "/type"
