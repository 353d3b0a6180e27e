"""An edition → the JSON Schema of its interface's documents, made from the schemas of the ledger itself.

It names what there is and does not forbid more: within a version documents only gain properties,
and what was written by an old copy of the schema must go on reading them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from duban.figures import HEADLINES
from duban.language import language
from duban.model import STEPS
from duban.obligation import KINDS
from duban.proof import PROOF_STATES
from duban.publish.api_documents import DOCUMENTS, FILES, VERSION
from duban.publish.edition import PUBLIC_OBLIGATIONS, Edition
from duban.schema import Field
from duban.status import LIGHTS

Schema = dict[str, Any]
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_KEPT = frozenset(
    {
        "type", "title", "x-title-en", "description", "x-description-en", "enum", "const", "x-enum-en", "format",
        "pattern", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "x-ref",
    }
)  # fmt: skip
"""What of a field's schema tells a reader something of its value."""
_DAY: Schema = {"type": "string", "format": "date"}
_TEXT: Schema = {"type": "string"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_STATES = ("open", "met", "met_late", "overdue")


def schema_document(edition: Edition) -> bytes:
    """One document: ``$defs`` has a schema for each kind of file, ``oneOf`` is all of them."""
    document = {
        "$schema": _DIALECT,
        "title": language("zh")("api.title"),
        "x-title-en": language("en")("api.title"),
        "x-version": VERSION,
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in DOCUMENTS],
        "$defs": {
            "index": _index(),
            "items": _document(items={"type": "array", "items": _row(edition)}),
            "item": _item(edition),
            "figures": _document(figures=_figures(edition)),
            "record": _record(edition.item_field, public_only=edition.public),
        },
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _object(optional: Mapping[str, Schema] | None = None, /, **properties: Schema) -> Schema:
    """An object with these properties; none may be missing but the optional ones."""
    return {"type": "object", "properties": {**properties, **(optional or {})}, "required": list(properties)}


def _document(**properties: Schema) -> Schema:
    """A file: what each begins with, and more."""
    head: dict[str, Schema] = {
        "version": {"type": "string", "pattern": r"^1\.[0-9]+$"},
        "edition": {"enum": ["internal", "public"]},
        "as_of": _DAY,
    }
    return _object(**head, **properties)


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _code(message: str, values: tuple[str, ...]) -> Schema:
    """One of a few codes, with what each is called."""
    zh, en = language("zh"), language("en")
    return {
        "enum": list(values),
        "x-enum-zh": {value: zh(f"{message}.{value}") for value in values},
        "x-enum-en": {value: en(f"{message}.{value}") for value in values},
    }


def _index() -> Schema:
    named = {"name": _TEXT, "name_en": _or_null(_TEXT)}
    names = ("items", "open", "overdue", "done_on_time", "done_late", "ended")
    return _document(
        built_on=_or_null(_DAY),
        **named,
        counts=_object(**dict.fromkeys(names, _COUNT)),
        files=_object(**dict.fromkeys(FILES, _TEXT)),
        units={"type": "array", "items": _object(id=_TEXT, short_name=_TEXT, **named)},
        campaigns={"type": "array", "items": _object(id=_TEXT, lead_unit=_TEXT, **named)},
    )


def _row(edition: Edition) -> Schema:
    """A row of the list; what a broken file does not tell is null."""
    head = edition.item_field.properties
    source = edition.item_field.at(("intake", "sources", 0, "type"))
    texts = {"type": "array", "items": _TEXT}
    return _object(
        id=_value(head["id"]),
        title=_TEXT,
        counted={"type": "boolean"},
        sources={"type": "array", "items": _value(source) if source else _TEXT},
        category=_or_null(_value(head["category"])),
        urgency=_or_null(_value(head["urgency"])),
        campaign=_or_null(_TEXT),
        lead_unit=_or_null(_TEXT),
        co_units=texts,
        step=_or_null(_code("step", STEPS)),
        light=_code("light", LIGHTS),
        received_on=_or_null(_DAY),
        **_dates(),
    )


def _dates() -> dict[str, Schema]:
    return {
        "due": _or_null(_DAY),
        "original_due": _or_null(_DAY),
        "finished_on": _or_null(_DAY),
        "workdays_left": _or_null({"type": "integer"}),
    }


def _item(edition: Edition) -> Schema:
    name = _or_null(_TEXT)
    following = _object(kind=_TEXT, who=_TEXT, who_name=_TEXT, due=_or_null(_DAY), name=name)
    status = _object(
        id=_TEXT,
        title=_TEXT,
        step=_or_null(_code("step", STEPS)),
        light=_code("light", LIGHTS),
        lead_unit=name,
        lead_unit_name=name,
        next=_or_null(following),
        **_dates(),
    )
    obligation = _object(
        item=_TEXT,
        kind=_code("obligation", tuple(kind for kind in KINDS if not edition.public or kind in PUBLIC_OBLIGATIONS)),
        name=name,
        owner=_TEXT,
        due=_DAY,
        done_on=_or_null(_DAY),
        state=_code("state", _STATES),
    )
    file = {} if edition.files is None else {"file": _object(path=_TEXT, text=_or_null(_TEXT))}
    return _document(
        record={"$ref": "#/$defs/record"},
        status=status,
        obligations={"type": "array", "items": obligation},
        proofs=_or_null({"type": "array", "items": _proof(edition)}),
        **file,
    )


def _proof(edition: Edition) -> Schema:
    instant = {"type": "string", "format": "date-time"}
    signer = _object(person=_TEXT, role=_TEXT, at=instant)
    named = {} if edition.public else {"signers": {"type": "array", "items": signer}, "commit": _or_null(_TEXT)}
    return _object(
        entry=_TEXT,
        kind=_TEXT,
        proof=_code("proof", PROOF_STATES),
        pull=_or_null({"type": "integer", "minimum": 1}),
        signed_at=_or_null(instant),
        **named,
    )


def _figures(edition: Edition) -> Schema:
    """Numbers, tallies of numbers, and for each unit a tally."""
    if edition.public:
        return _object(**dict.fromkeys(HEADLINES, _COUNT))
    figures = {name: value for name, value in edition.figures.items() if name not in ("as_of", "from")}
    return _object(**{name: _COUNT if isinstance(value, int) else _tally(name) for name, value in figures.items()})


def _tally(name: str) -> Schema:
    counts = {"type": "object", "additionalProperties": _COUNT}
    return {"type": "object", "additionalProperties": counts} if name == "by_unit" else counts


def _record(here: Field, *, public_only: bool) -> Schema:
    """A field of the record as a reader finds it: in public without what the public edition lacks."""
    schema = _value(here)
    if here.properties:
        seen = {name: child for name, child in here.properties.items() if child.public or not public_only}
        schema["properties"] = {name: _record(child, public_only=public_only) for name, child in seen.items()}
        # What refers to an item that the public does not see is left out with it.
        named = {name for name, child in seen.items() if public_only and child.ref == "item"}
        wanted = [name for name in seen if name in here.required and name not in named]
        schema["required"] = [name for name in wanted if not _may_be_missing(name, here)]
    if here.items is not None:
        schema["items"] = _record(here.items, public_only=public_only)
    return schema


def _may_be_missing(name: str, here: Field) -> bool:
    """Whether an entry may stand on a past day without a required property: one that tells what came later."""
    return bool(here.dated_by) and name != here.dated_by and _has_fact(here.properties[name])


def _has_fact(here: Field) -> bool:
    """Whether the day on which something happened stands anywhere in a field."""
    if here.is_date:
        return not here.is_due
    below = [*here.properties.values(), *([here.items] if here.items else [])]
    return any(_has_fact(one) for one in below)


def _value(here: Field) -> Schema:
    return {name: value for name, value in here.schema.items() if name in _KEPT}
