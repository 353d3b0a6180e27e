"""The schemas themselves: valid, closed, labelled in both languages, and judged alike by both validators."""

from __future__ import annotations

import copy
import json
import re
import typing
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duban.finding import Pointer
from duban.known import NEXT, SIGNER, WORDS
from duban.load import Readings
from duban.model import Tree
from duban.record import AssessmentRecord, ItemRecord, ReportRecord
from duban.schema import Field, Schemas

NAMES = (
    "item",
    "task-notice",
    "tracking-notice",
    "coordination-notice",
    "closure-notice",
    "extension",
    "report",
    "assessment",
    "units",
    "people",
    "campaigns",
    "policy",
    "plan",
    "calendar",
    "inspections",
    "receipt",
)
MARKS = {
    "x-title-en",
    "x-description-en",
    "x-enum-en",
    "x-openness",
    "x-entry",
    "x-dated-by",
    "x-step",
    "x-version",
    "x-series",
    "x-ref",
    "x-due",
    "x-later",
    "x-personal",
    "x-signs-as",
    "x-head",
    "x-closes",
    "x-from",
    "x-with",
}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
APPLICATORS = ("if", "then", "else", "not")


def documents(tree: Tree) -> dict[str, Any]:
    return {path: json.loads(content) for path, content in tree.items() if path.startswith("schemas/")}


def subschemas(node: Any, where: str = "", condition: bool = False) -> Iterator[tuple[str, dict[str, Any], bool]]:
    """Every JSON object below a schema with its place, and whether it only states a condition."""
    if isinstance(node, dict):
        yield where, node, condition
        for key, value in node.items():
            yield from subschemas(value, f"{where}/{key}", condition or key in APPLICATORS)
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from subschemas(value, f"{where}/{index}", condition)


def fields(here: Field, where: str) -> Iterator[tuple[str, Field]]:
    """A field and everything below it, references resolved."""
    yield where, here
    if here.items is not None:
        yield from fields(here.items, f"{where}[]")
    for name, child in here.properties.items():
        yield from fields(child, f"{where}/{name}")


def test_every_schema_is_known_here(schemas: Schemas) -> None:
    assert set(schemas.names) == {*NAMES, "common"}


def test_every_schema_passes_its_metaschema(tree: Tree) -> None:
    for path, document in documents(tree).items():
        assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema", path
        jsonschema.Draft202012Validator.check_schema(document)


def test_every_object_is_closed(tree: Tree) -> None:
    for path, document in documents(tree).items():
        for where, schema, condition in subschemas(document):
            if schema.get("type") == "object" and not condition:
                assert schema.get("additionalProperties") is not True, f"{path}{where}"
                assert "additionalProperties" in schema, f"{path}{where}"


def test_every_required_key_is_a_property(tree: Tree) -> None:
    for path, document in documents(tree).items():
        for where, schema, condition in subschemas(document):
            if isinstance(schema.get("required"), list) and not condition:
                assert set(schema["required"]) <= set(schema["properties"]), f"{path}{where}"


def test_marks_are_known(tree: Tree) -> None:
    for path, document in documents(tree).items():
        for where, schema, _ in subschemas(document):
            assert {key for key in schema if key.startswith("x-")} <= MARKS, f"{path}{where}"
            assert schema.get("x-openness", "public") == "public", f"{path}{where}"


@pytest.mark.parametrize("name", NAMES)
def test_every_field_is_labelled_and_explained_in_both_languages(schemas: Schemas, name: str) -> None:
    for where, here in fields(schemas.field(name), name):
        assert CHINESE.search(here.title), where
        assert CHINESE.search(here.description), where
        for english in (here.title_en, here.description_en):
            assert english, where
            assert not CHINESE.search(english), where


@pytest.mark.parametrize("name", NAMES)
def test_every_choice_is_named_in_english(schemas: Schemas, name: str) -> None:
    for where, here in fields(schemas.field(name), name):
        if here.enum and here.items is None and here.type == "string":
            assert set(here.schema.get("x-enum-en", {})) == set(here.enum), where


@pytest.mark.parametrize("name", NAMES)
def test_entries_are_dated_by_a_required_date_of_their_own(schemas: Schemas, name: str) -> None:
    for where, here in fields(schemas.field(name), name):
        if here.dated_by:
            assert here.properties[here.dated_by].is_date, where
            assert not here.properties[here.dated_by].is_due, where
            assert here.dated_by in here.required, where
        if here.entry:
            assert here.dated_by, where
            assert "signed" in here.required, where


def test_what_is_filled_in_comes_from_where_it_can_stand(schemas: Schemas) -> None:
    root, marked = schemas.field("item"), 0
    for where, around, here in nested(root, "item", ()):
        for source in sources(here):
            marked += 1
            if source.startswith("/"):
                origin = root.at(tuple(0 if part in ("*", "0") else part for part in source[1:].split("/")))
                assert origin is not None, where
                assert fits(origin, here, every="*" in source), where
            else:
                assert source in {*WORDS, NEXT, SIGNER}, where
        for name in here.comes_with:
            assert around[-1].properties[name].may_come_later, where
    assert marked > 50


def sources(here: Field) -> Iterator[str]:
    for source in here.sources:
        yield from [source] if isinstance(source, str) else source


def fits(origin: Field, here: Field, *, every: bool) -> bool:
    """Whether a value of one field may stand in the other, alone, as one of a list, or as a row's."""
    one = here.items or here
    kind = origin.items or origin
    return (kind.type, kind.ref, kind.is_date) == (one.type, one.ref, one.is_date) or (every and one.type == "string")


def nested(here: Field, where: str, around: tuple[Field, ...]) -> Iterator[tuple[str, tuple[Field, ...], Field]]:
    """A field and everything below it, each with what it stands in."""
    yield where, around, here
    if here.items is not None:
        yield from nested(here.items, f"{where}[]", around)
    for name, child in here.properties.items():
        yield from nested(child, f"{where}/{name}", (*around, here))


@pytest.mark.parametrize(
    ("record", "name"), [(ItemRecord, "item"), (ReportRecord, "report"), (AssessmentRecord, "assessment")]
)
def test_the_typed_records_are_those_of_the_schemas(schemas: Schemas, record: type, name: str) -> None:
    seen = list(_typed_keys(record, schemas.field(name), name))
    assert len(seen) > 8
    for where, here, key, needed in seen:
        assert key in here.properties, f"{where} has no {key}"
        assert not needed or key in here.required, f"{where}: {key} may be missing"


def test_only_not_classified_is_legal(schemas: Schemas, readings: Readings) -> None:
    validator, item = schemas.validator("item"), some_item(readings, 0)
    assert validator.is_valid(item)
    for other in ("秘密", "机密", "绝密", "涉密", "", None, "非涉密 "):
        assert not validator.is_valid({**item, "secrecy": other})


def test_the_policy_gives_no_bonus_for_praise(schemas: Schemas, readings: Readings) -> None:
    policy = copy.deepcopy(readings.registry.policy)
    assert schemas.validator("policy").is_valid(policy)
    policy["score"]["bonus_for_leader_praise"] = True
    assert not schemas.validator("policy").is_valid(policy)


def test_both_validators_agree_on_the_shipped_items(schemas: Schemas, readings: Readings) -> None:
    reference = reference_validator(schemas)
    for path, reading in readings.items.items():
        assert reading.data is not None
        assert list(reference.iter_errors(reading.data())) == [], path


@settings(max_examples=120)
@given(data=st.data())
def test_both_validators_agree_on_spoilt_items(schemas: Schemas, readings: Readings, data: st.DataObject) -> None:
    item = copy.deepcopy(some_item(readings, data.draw(st.integers(0, len(readings.items) - 1), label="item")))
    for _ in range(data.draw(st.integers(1, 3), label="slips")):
        pointer = data.draw(st.sampled_from(sorted(pointers(item, ()), key=str)), label="at")
        spoil(item, pointer, data)
    fast = {tuple(error.instance_path) for error in schemas.validator("item").iter_errors(item)}
    slow = {tuple(error.absolute_path) for error in reference_validator(schemas).iter_errors(item)}
    assert fast == slow
    assert schemas.validator("item").is_valid(item) == (not slow)


def some_item(readings: Readings, index: int) -> dict[str, Any]:
    reading = list(readings.items.values())[index]
    assert reading.data is not None
    return reading.data()


_REFERENCE: dict[int, Any] = {}


def reference_validator(schemas: Schemas) -> Any:
    """The reference implementation on the same bundle, formats checked."""
    if id(schemas) not in _REFERENCE:
        kind = jsonschema.Draft202012Validator
        _REFERENCE[id(schemas)] = kind(schemas.bundled("item"), format_checker=kind.FORMAT_CHECKER)
    return _REFERENCE[id(schemas)]


def _typed_keys(record: Any, here: Field, where: str) -> Iterator[tuple[str, Field, str, bool]]:
    """Each key of a typed dictionary and of those within it, with the field it should be found in."""
    for key, annotation in typing.get_type_hints(record, include_extras=True).items():
        needed = typing.get_origin(annotation) is not typing.NotRequired
        yield where, here, key, needed
        inner = annotation if needed else typing.get_args(annotation)[0]
        child = here.properties.get(key)
        if typing.get_origin(inner) is list:
            inner, child = typing.get_args(inner)[0], child.items if child else None
        if typing.is_typeddict(inner) and child is not None:
            yield from _typed_keys(inner, child, f"{where}/{key}")


def pointers(node: Any, pointer: Pointer) -> Iterator[Pointer]:
    if pointer:
        yield pointer
    children: Mapping[Any, Any] = (
        node if isinstance(node, dict) else dict(enumerate(node)) if isinstance(node, list) else {}
    )
    for key, value in children.items():
        yield from pointers(value, (*pointer, key))


def spoil(item: Any, pointer: Pointer, data: st.DataObject) -> None:
    """Delete what stands at a pointer, change its type, break it as a date, or put a stranger beside it."""
    parent = item
    for part in pointer[:-1]:
        parent = parent[part]
    slip = data.draw(st.sampled_from(("delete", "type", "date", "text", "stranger")), label="slip")
    if slip == "delete":
        del parent[pointer[-1]]
    elif slip == "type":
        parent[pointer[-1]] = data.draw(st.sampled_from((None, True, 0, -1, 1.5, 101, "", [], {}, ["x"], {"x": 1})))
    elif slip == "date":
        dates = ("2019-02-30", "2019-13-01", "2019/10/01", "2019-1-1", "20191001", "2019-10-01T00:00", "0000-01-01")
        parent[pointer[-1]] = data.draw(st.sampled_from(dates))
    elif slip == "text":
        parent[pointer[-1]] = data.draw(
            st.sampled_from((" ", " x", "x" * 121, "x" * 4001, "主动公开", "领导批示", "\n"))
        )
    elif isinstance(parent, dict):
        parent[data.draw(st.sampled_from(("stranger", "titel", "标题", "$ref", "x-openness")))] = "x"
