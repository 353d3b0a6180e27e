"""The JSON Schemas of a tree → validators, and the fields they describe with labels and marks.

The schema is the single truth about a field. Validation runs on jsonschema-rs; the tests hold it
against the reference implementation.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from duban.model import Tree

FOLDER = "schemas/"
SUFFIX = ".schema.json"
VERSIONS = ("0.1",)
"""The versions of schemas that this program reads, the newest last; those of before the mark are of the first."""
_HEAD = "intake"
"""What an item's head is signed as, and so whatever a schema of before ``x-head`` describes."""
_NAMING = ("title", "x-title-en", "description", "x-description-en")


class SchemaError(Exception):
    """A schema file of the ledger that cannot be used; ``path`` says which."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path}: {problem}")
        self.path = path
        self.problem = problem


class UnknownVersionError(SchemaError):
    """Schemas of a version that this program does not know: a newer one wrote them."""

    def __init__(self, path: str, version: str) -> None:
        super().__init__(path, f"x-version: {version}")
        self.version = version


@dataclass(frozen=True)
class Field:
    """One field as the schema describes it, references resolved.

    ``series``, ``entry``, ``dated_by``, ``step``, ``ref`` and ``personal`` are the schema's ``x-``
    marks: the number series of a form number, the kind of entry that a reviewer signs, the
    property that dates it, the step it belongs to, what a value refers to, and the kind of
    personal data that is meant to stand here.
    """

    name: str
    title: str
    title_en: str
    description: str
    description_en: str
    schema: Mapping[str, Any]
    type: str
    public: bool = False
    required: frozenset[str] = frozenset()
    properties: Mapping[str, Field] = field(default_factory=dict)
    items: Field | None = None

    @cached_property
    def ref(self) -> str:
        return str(self.schema.get("x-ref", ""))

    @cached_property
    def series(self) -> str:
        return str(self.schema.get("x-series", ""))

    @cached_property
    def entry(self) -> str:
        return str(self.schema.get("x-entry", ""))

    @cached_property
    def dated_by(self) -> str:
        return str(self.schema.get("x-dated-by", ""))

    @cached_property
    def step(self) -> str:
        return str(self.schema.get("x-step", ""))

    @cached_property
    def personal(self) -> str:
        return str(self.schema.get("x-personal", ""))

    @cached_property
    def signs_as(self) -> str:
        """The role, scoped to a unit's field, in which whoever stands in ``by`` signs this: a countersignature."""
        return str(self.schema.get("x-signs-as", ""))

    @cached_property
    def head(self) -> str:
        """Of a record: the kind of entry that it is signed as, or else its head, which lies outside all entries."""
        return self.entry or str(self.schema.get("x-head", _HEAD))

    @cached_property
    def sources(self) -> tuple[Any, ...]:
        """Where its value comes from when the ledger knows it already, the first that stands; see ``known``."""
        return tuple(self.schema.get("x-from", ()))

    @cached_property
    def comes_with(self) -> tuple[str, ...]:
        """The properties beside it that are filled in together with it."""
        return tuple(self.schema.get("x-with", ()))

    @cached_property
    def closes(self) -> bool:
        """Whether nothing is added to the file beside this entry once it stands."""
        return bool(self.schema.get("x-closes"))

    @cached_property
    def is_date(self) -> bool:
        return self.schema.get("format") == "date"

    @cached_property
    def enum(self) -> tuple[Any, ...]:
        if "const" in self.schema:
            return (self.schema["const"],)
        return tuple(self.schema.get("enum", ()))

    @cached_property
    def is_due(self) -> bool:
        """Whether the date says when something must be done, not when it was."""
        return bool(self.schema.get("x-due"))

    @cached_property
    def may_come_later(self) -> bool:
        """Whether it may be added to an entry that is signed already: a reply, a result, a signature."""
        listed = self.items is not None and bool(self.items.entry)
        return bool(self.entry) or listed or bool(self.schema.get("x-later"))

    @cached_property
    def conditional(self) -> frozenset[str]:
        """The properties that are there for the case of ``if`` alone, and need not be in any other."""
        return frozenset(self.schema.get("then", {}).get("required", ())) - self.required

    def needed(self, data: Mapping[str, Any]) -> frozenset[str]:
        """The properties that must be there beside what is there: those required, and those by ``if`` and ``then``."""
        if not self.conditional:
            return self.required
        import jsonschema_rs

        return self.required | self.conditional if jsonschema_rs.is_valid(self.schema["if"], data) else self.required

    @cached_property
    def labels(self) -> tuple[str, str]:
        """The field's name in Chinese and in English."""
        return self.title or self.name, self.title_en or self.name

    @cached_property
    def helps(self) -> tuple[str, str]:
        """What to write here, in Chinese and in English."""
        return self.description, self.description_en or self.description

    def label(self, language: str) -> str:
        """The field's name for people, in ``zh`` or ``en``."""
        return self.title_en if language == "en" and self.title_en else self.title or self.name

    def help(self, language: str) -> str:
        """What to write here, in ``zh`` or ``en``."""
        return self.description_en if language == "en" and self.description_en else self.description

    def value_label(self, value: Any, language: str) -> str:
        """An enumerated value as the reader's language has it."""
        if language == "en":
            return str(self.schema.get("x-enum-en", {}).get(value, value))
        return str(value)

    def at(self, pointer: tuple[str | int, ...]) -> Field | None:
        """The field that a pointer into the data leads to, or None where the schema has none."""
        here: Field | None = self
        for part in pointer:
            if here is None:
                return None
            here = here.items if isinstance(part, int) else here.properties.get(part)
        return here


class Schemas:
    """The schemas of one tree, by name: ``item``, ``task-notice``, ``units`` and so on."""

    def __init__(self, documents: Mapping[str, Mapping[str, Any]]) -> None:
        self._documents = documents

    @classmethod
    def of(cls, tree: Tree) -> Schemas:
        """Read ``schemas/*.schema.json`` of a tree. SchemaError names a file that cannot be used."""
        documents = {}
        for path in sorted(tree):
            if path.startswith(FOLDER) and path.endswith(SUFFIX):
                try:
                    document = json.loads(tree[path])
                    path.encode()
                except (ValueError, RecursionError) as error:
                    raise SchemaError(path, str(error)) from error
                if not isinstance(document, dict):
                    raise SchemaError(path, "no object")
                documents[path[len(FOLDER) : -len(SUFFIX)]] = document
        version = str(documents.get("common", {}).get("x-version", VERSIONS[0]))
        if version not in VERSIONS:
            raise UnknownVersionError(f"{FOLDER}common{SUFFIX}", version)
        if "item" not in documents:
            raise SchemaError(f"{FOLDER}item{SUFFIX}", "missing")
        return cls(documents)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._documents)

    @cached_property
    def _definitions(self) -> dict[str, Any]:
        return {name: _rebased(document, name) for name, document in self._documents.items()}

    def bundled(self, name: str) -> dict[str, Any]:
        """One schema with everything it refers to inside it, for any validator."""
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$ref": f"#/$defs/{name}",
            "$defs": self._definitions,
        }

    @cached_property
    def _validators(self) -> dict[str, Any]:
        return {}

    def validator(self, name: str) -> Any:
        """The compiled jsonschema-rs validator of one schema, formats checked."""
        if name not in self._validators:
            import jsonschema_rs

            try:
                compiled = jsonschema_rs.Draft202012Validator(self.bundled(name), validate_formats=True)
            except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
                # The path of an error in the bundle begins with "$defs" and the document's name.
                where = list(getattr(error, "instance_path", ()))
                wrong = where[1] if len(where) > 1 else name
                raise SchemaError(f"{FOLDER}{wrong}{SUFFIX}", str(error).split("\n")[0]) from error
            self._validators[name] = compiled
        return self._validators[name]

    @cached_property
    def _fields(self) -> dict[str, Field]:
        return {}

    def field(self, name: str) -> Field:
        """The root field of one schema."""
        if name not in self._definitions:
            raise SchemaError(f"{FOLDER}{name}{SUFFIX}", "missing")
        if name not in self._fields:
            try:
                self._fields[name] = self._resolve(name, self._definitions[name])
            except (AttributeError, TypeError):
                self.validator(name)  # says by the metaschema what is wrong with it
                raise
        return self._fields[name]

    def root(self, name: str) -> Field:
        """The same of a kind of file, which is nothing without fields of its own."""
        found = self.field(name)
        if not found.properties:
            raise SchemaError(f"{FOLDER}{name}{SUFFIX}", "no properties")
        return found

    def listed(self, name: str) -> Mapping[str, Field]:
        """What each row has of a schema that is a list under its own name, such as ``units``."""
        rows = self.field(name).properties[name].items
        return rows.properties if rows else {}

    def _resolve(self, name: str, schema: Mapping[str, Any]) -> Field:
        merged: dict[str, Any] = {}
        here: Mapping[str, Any] | None = schema
        followed: set[str | None] = set()
        while here is not None:
            merged = {**here, **merged}
            ref = here.get("$ref")
            if ref in followed:
                raise SchemaError(f"{FOLDER}{str(ref).split('/')[2]}{SUFFIX}", f"{ref} leads back to itself")
            followed |= {ref}
            here = self._target(ref) if ref else None
        properties = {key: self._resolve(key, value) for key, value in merged.get("properties", {}).items()}
        items = merged.get("items")
        # What stands in a list is called as the list is, where the schema gives it no name of its own.
        named = {key: merged[key] for key in _NAMING if key in merged}
        return Field(
            name=name,
            title=merged.get("title", ""),
            title_en=merged.get("x-title-en", ""),
            description=merged.get("description", ""),
            description_en=merged.get("x-description-en", ""),
            schema=merged,
            type=merged.get("type", ""),
            public=merged.get("x-openness") == "public",
            required=frozenset(merged.get("required", ())),
            properties=properties,
            items=self._resolve(name, {**named, **items}) if isinstance(items, dict) else None,
        )

    def _target(self, ref: str) -> Mapping[str, Any]:
        here: Any = {"$defs": self._definitions}
        for part in ref.removeprefix("#/").split("/"):
            if part not in here:
                raise SchemaError(f"{FOLDER}{ref.split('/')[2]}{SUFFIX}", f"{ref} leads nowhere")
            here = here[part]
        return here  # type: ignore[no-any-return]


def entries(root: Field) -> Iterator[tuple[tuple[str, ...], Field]]:
    """Every kind of entry below a field: where it stands (list indexes left out) and the field."""

    def walk(here: Field, pointer: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Field]]:
        if here.items is not None:
            here = here.items
        if here.entry:
            yield pointer, here
        for name, child in here.properties.items():
            yield from walk(child, (*pointer, name))

    return walk(root, ())


def _rebased(node: Any, name: str) -> Any:
    """A schema document as one of many under ``$defs``: its references rewritten to fit."""
    if isinstance(node, dict):
        return {
            key: _rebased_ref(value, name) if key == "$ref" else _rebased(value, name)
            for key, value in node.items()
            if key != "$schema"
        }
    if isinstance(node, list):
        return [_rebased(value, name) for value in node]
    return node


def _rebased_ref(ref: str, name: str) -> str:
    document, _, fragment = ref.partition("#")
    target = document.removesuffix(SUFFIX) or name
    inner = fragment.removeprefix("/")
    return f"#/$defs/{target}" + (f"/{inner}" if inner else "")
