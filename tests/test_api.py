"""The interface for programs: every file fits its schema, nothing is left unnamed, and its guide is true."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from conftest import AS_OF, ROOT, Outcome
from duban.language import language
from duban.load import Readings
from duban.model import Broken, Ledger
from duban.publish.api_documents import DOCUMENTS, FILES, VERSION, item_document, items_document
from duban.publish.api_schema import schema_document
from duban.publish.edition import EditionName, edition
from duban.publish.examination import Examination
from duban.schema import Field, Schemas
from site_fixtures import Site

EDITIONS: tuple[EditionName, ...] = ("internal", "public")
both = pytest.mark.parametrize("name", EDITIONS)
GUIDES = ("api.md", "api.en.md")
HOSPITAL = "2019-0009"


def documents(site: Site) -> Iterator[tuple[str, str, Any]]:
    """Every JSON file of the interface: its path, its kind and what it holds."""
    for path, content in site.files.items():
        if path.startswith("api/v1/") and path != FILES["schema"]:
            kind = "item" if "/items/" in path else path.rpartition("/")[2].removesuffix(".json")
            yield path, kind, json.loads(content)


def one_of(schema: Mapping[str, Any], kind: str) -> dict[str, Any]:
    return {"$schema": schema["$schema"], "$ref": f"#/$defs/{kind}", "$defs": schema["$defs"]}


def unnamed(node: Any, schema: Mapping[str, Any], root: Mapping[str, Any], where: str = "") -> Iterator[str]:
    """Properties of a document that its schema does not name."""
    if "$ref" in schema:
        yield from unnamed(node, root["$defs"][schema["$ref"].rpartition("/")[2]], root, where)
    elif "anyOf" in schema:
        if node is not None:
            yield from unnamed(node, schema["anyOf"][0], root, where)
    elif isinstance(node, list):
        for one in node:
            yield from unnamed(one, schema.get("items", {}), root, f"{where}/*")
    elif isinstance(node, dict) and "additionalProperties" not in schema:
        for name, value in node.items():
            if name in schema.get("properties", {}):
                yield from unnamed(value, schema["properties"][name], root, f"{where}/{name}")
            elif schema:
                yield f"{where}/{name}"


def names_in(schema: Any) -> Iterator[str]:
    """Every property that a schema names."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {}) if isinstance(schema.get("properties"), dict) else ()
        for value in schema.values():
            yield from names_in(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from names_in(value)


@both
def test_every_file_fits_its_schema_by_both_validators(sites: Mapping[str, Site], name: EditionName) -> None:
    schema = json.loads(sites[name].files[FILES["schema"]])
    Draft202012Validator.check_schema(schema)
    kinds = {kind: one_of(schema, kind) for kind in DOCUMENTS}
    slow = {
        kind: Draft202012Validator(one, format_checker=Draft202012Validator.FORMAT_CHECKER)
        for kind, one in kinds.items()
    }
    fast = {kind: jsonschema_rs.Draft202012Validator(one, validate_formats=True) for kind, one in kinds.items()}
    whole = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    seen = set()
    for path, kind, document in documents(sites[name]):
        assert [error.message for error in slow[kind].iter_errors(document)] == [], path
        assert fast[kind].is_valid(document), path
        assert whole.is_valid(document), path
        assert sorted(set(unnamed(document, kinds[kind], kinds[kind]))) == [], path
        assert not fast[kind].is_valid({**document, "as_of": "yesterday"})
        seen.add(kind)
    assert seen == set(DOCUMENTS)


def test_the_public_schema_names_public_fields_alone(sites: Mapping[str, Site], schemas: Schemas) -> None:
    schema = json.loads(sites["public"].files[FILES["schema"]])

    def walk(here: Field, *, public: bool) -> Iterator[tuple[str, bool]]:
        for child in here.properties.values():
            yield child.title, public and child.public
            yield from walk(child, public=public and child.public)
        if here.items is not None:
            yield here.items.title, public
            yield from walk(here.items, public=public)

    titles = list(walk(schemas.field("item"), public=True))
    hidden = {title for title, public in titles if not public} - {title for title, public in titles if public}
    said = json.dumps(schema, ensure_ascii=False)
    assert len(hidden) > 30
    assert {title for title in hidden if f'"{title}"' in said} == set()
    internal = json.loads(sites["internal"].files[FILES["schema"]])
    assert set(names_in(schema)) < set(names_in(internal))
    assert "leader" not in set(names_in(schema))


@both
def test_the_index_tells_where_everything_is(sites: Mapping[str, Site], name: EditionName) -> None:
    files = sites[name].files
    index = json.loads(files[FILES["index"]])
    assert (index["version"], index["edition"], index["as_of"], index["built_on"]) == (VERSION, name, AS_OF, None)
    rows = json.loads(files[FILES["items"]])["items"]
    assert index["counts"]["items"] == sum(row["counted"] for row in rows)
    ids = {"item": [row["id"] for row in rows], "campaign": [one["id"] for one in index["campaigns"]]}
    for key, path in index["files"].items():
        if "{id}" not in path:
            assert path in files, key
        elif key != "item_calendar" and not key.startswith("unit"):
            assert [one for one in ids[key.partition("_")[0]] if path.format(id=one) not in files] == [], key
    for kind in ("unit", "item"):
        for suffix in ("feed", "calendar"):
            pattern = re.escape(index["files"][f"{kind}_{suffix}"]).replace(r"\{id\}", "([^/]+)")
            known = {one["id"] for one in index["units"]} | set(ids["item"])
            found = {match[1] for path in files if (match := re.fullmatch(pattern, path))}
            assert found
            assert found <= known


def test_an_item_stands_as_the_commands_say(
    sites: Mapping[str, Site], ledger: Ledger, run: Callable[..., Outcome]
) -> None:
    files = sites["internal"].files
    states = {one["id"]: one for one in run("-C", ROOT, "status", "--format", "json").json["items"]}
    owed = run("-C", ROOT, "obligations", "--format", "json").json["obligations"]
    figures = run("-C", ROOT, "figures", "--format", "json").json
    for row in json.loads(files[FILES["items"]])["items"]:
        item = json.loads(files[FILES["item"].format(id=row["id"])])
        assert item["status"] == states[row["id"]]
        assert item["record"] == ledger.items[row["id"]].record
        assert sorted(map(str, item["obligations"])) == sorted(str(one) for one in owed if one["item"] == row["id"])
        for name in ("title", "light", "step", "due", "original_due", "workdays_left", "finished_on", "lead_unit"):
            assert row[name] == item["status"][name]
    assert json.loads(files[FILES["figures"]])["figures"] == {
        key: value for key, value in figures.items() if key not in ("as_of", "from")
    }
    public = json.loads(sites["public"].files[FILES["figures"]])["figures"]
    assert public.items() < figures.items()
    assert not any(isinstance(value, dict) for value in public.values())


@both
def test_proofs_are_told_and_in_public_without_names(
    ledger: Ledger, schemas: Schemas, clean: Examination, name: EditionName
) -> None:
    here = edition(name, language("zh"), ledger, schemas, AS_OF, AS_OF, pinned=True, digests={}, examination=clean)
    item = json.loads(item_document(here, HOSPITAL))
    schema = one_of(json.loads(schema_document(here)), "item")
    assert jsonschema_rs.Draft202012Validator(schema, validate_formats=True).is_valid(item)
    assert {one["proof"] for one in item["proofs"]} == {"proven"}
    assert all(one["signed_at"] and one["pull"] for one in item["proofs"])
    assert all(("signers" in one, "commit" in one) == (name == "internal",) * 2 for one in item["proofs"])
    assert ("chengqu-head" in json.dumps(item)) == (name == "internal")
    assert ("/measures/0" in {one["entry"] for one in item["proofs"]}) == (name == "internal")


@settings(max_examples=15)
@given(day=st.dates(date(2019, 7, 2), date(2019, 10, 31)).map(date.isoformat), name=st.sampled_from(EDITIONS))
def test_any_day_fits_the_schema(readings: Readings, schemas: Schemas, day: str, name: EditionName) -> None:
    here = edition(name, language("zh"), readings.ledger(day), schemas, day, day, pinned=True, digests={})
    schema = json.loads(schema_document(here))
    valid = jsonschema_rs.Draft202012Validator(one_of(schema, "item"), validate_formats=True)
    for item in here.ledger.items:
        document = json.loads(item_document(here, item))
        assert [error.message for error in valid.iter_errors(document)] == [], item
    rows = json.loads(items_document(here))
    assert jsonschema_rs.Draft202012Validator(one_of(schema, "items"), validate_formats=True).is_valid(rows)
    assert [row["id"] for row in rows["items"]] == sorted(here.states)


def test_a_broken_file_is_listed_as_broken(ledger: Ledger, schemas: Schemas) -> None:
    spoilt = replace(ledger, broken=(Broken("items/2019/2019-0099.yml", "2019-0099", "坏"),))
    here = edition("internal", language("zh"), spoilt, schemas, AS_OF, AS_OF, pinned=True, digests={})
    document = json.loads(items_document(here))
    schema = one_of(json.loads(schema_document(here)), "items")
    assert jsonschema_rs.Draft202012Validator(schema, validate_formats=True).is_valid(document)
    row = document["items"][-1]
    assert (row["id"], row["light"], row["counted"], row["step"]) == ("2019-0099", "broken", False, None)


def guide(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def fields(name: str, heading: str) -> set[str]:
    """The first cells of the table below a heading that ends in a name in backquotes."""
    section = re.split(rf"^#+ .*`{re.escape(heading)}`.*$", guide(name), flags=re.MULTILINE)[1]
    section = re.split(r"^#+ ", section, flags=re.MULTILINE)[0]
    return set(re.findall(r"^\| `([a-z_]+)` \|", section, re.MULTILINE))


@pytest.mark.parametrize("name", GUIDES)
def test_the_guide_names_every_file_and_every_field(sites: Mapping[str, Site], name: str) -> None:
    schema = json.loads(sites["internal"].files[FILES["schema"]])["$defs"]
    said = guide(name)
    for path in FILES.values():
        assert f"`{path}`" in said
    assert f"`{VERSION}`" in said
    row = schema["items"]["properties"]["items"]["items"]["properties"]
    item = schema["item"]["properties"]
    head = {"version", "edition", "as_of"}
    assert fields(name, FILES["index"]) == set(schema["index"]["properties"])
    assert fields(name, FILES["items"]) == set(row)
    assert fields(name, FILES["item"]) == set(item) - head
    assert fields(name, "status") == set(item["status"]["properties"])
    assert fields(name, "obligations") == set(item["obligations"]["items"]["properties"])
    assert fields(name, "proofs") == set(item["proofs"]["anyOf"][0]["items"]["properties"])


@pytest.mark.parametrize("name", GUIDES)
def test_the_guides_examples_are_of_the_shipped_ledger(sites: Mapping[str, Site], name: str) -> None:
    files = sites["internal"].files
    blocks = re.findall(r"```json\n(.*?)```", guide(name), re.DOTALL)
    rows = {row["id"]: row for row in json.loads(files[FILES["items"]])["items"]}
    shown = json.loads(blocks[0])
    assert shown == rows[shown["id"]]
    for identity in re.findall(r"tag:[a-z0-9.,:/_-]+", guide(name)):
        assert any(identity.encode() in content for path, content in files.items() if path.endswith(".atom")), identity
    for identity in re.findall(r"20\d\d-\d{4}-[a-z0-9-]+@[a-z.]+", guide(name)):
        assert any(identity.encode() in content for path, content in files.items() if path.endswith(".ics")), identity
