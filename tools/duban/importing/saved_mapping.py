"""A saved mapping ↔ its YAML file: which column is which field, what a person set for all rows, and what words mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from duban.importing.refusal import RefusedError
from duban.importing.table import head_key
from duban.importing.terms import Values
from duban.importing.words import COMPUTED, NOTES, NOWHERE
from duban.parse import parse
from duban.schema import Field
from duban.writing import flow

_PARTS = frozenset({"year", "columns", "constants", "values"})


@dataclass(frozen=True)
class SavedMapping:
    """What one office's ledger needs: fields by head, values for every row by field, words by field and text.

    A field is written with slashes, ``transcribed/lead_unit``; a column may fill several, or none (``""``).
    """

    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)
    values: Values = field(default_factory=dict)
    year: int = 0

    def fields_of(self, head: str) -> tuple[str, ...] | None:
        """The fields saved for a head however it is spaced; None for none."""
        wanted = head_key(head)
        return next((fields for name, fields in self.columns.items() if name == head or head_key(name) == wanted), None)


@cache
def pointer_to(name: str) -> tuple[str | int, ...]:
    """A field's name as a pointer: ``intake/sources/0/type`` and ``intake.sources.0.type`` are the same."""
    parts = name.replace(".", "/").strip("/").split("/")
    return tuple(int(part) if part.isdigit() else part for part in parts)


def read_mapping(content: bytes, path: str, root: Field) -> SavedMapping:
    """The mapping in a file. Raises RefusedError that says what is wrong with it."""
    data, findings = parse(path, content)
    if not isinstance(data, dict):
        where = f"{findings[0].line}:{findings[0].column} {findings[0].code}" if findings else ""
        raise RefusedError("import.mapping.broken", file=path, problem=where)
    if strange := sorted(set(data) - _PARTS):
        raise RefusedError("import.mapping.broken", file=path, problem=strange[0])
    try:
        columns = {one["head"]: fields_in(one["field"], root, path) for one in data.get("columns", ())}
        constants = {one["field"]: one["value"] for one in data.get("constants", ())}
        values: dict[str, dict[str, str]] = {}
        for one in data.get("values", ()):
            values.setdefault(one["field"], {})[one["text"]] = str(one["value"])
    except (TypeError, KeyError, AttributeError) as error:
        raise RefusedError("import.mapping.broken", file=path, problem=str(error)) from error
    for name in constants:
        _check(name, root, path)
    return SavedMapping(columns, constants, values, int(data.get("year") or 0))


def fields_in(given: Any, root: Field, path: str) -> tuple[str, ...]:
    """One field or several as they are written for a column. Raises RefusedError for one that no item has."""
    listed = given if isinstance(given, list) else [given]
    names = tuple("/".join(str(part) for part in pointer_to(one)) for one in listed)
    for name in names:
        _check(name, root, path)
    return names


def _check(name: str, root: Field, path: str) -> None:
    if name not in (NOWHERE, NOTES, COMPUTED) and root.at(pointer_to(name)) is None:
        raise RefusedError("import.mapping.no_field", file=path, field=name)


def mapping_text(
    columns: Iterable[tuple[str, Sequence[str]]],
    constants: Mapping[str, Any],
    missing: Iterable[str],
    values: Iterable[tuple[str, str, str]],
    year: int,
    notes: Mapping[str, str],
) -> str:
    """The file that keeps a mapping. ``missing`` fields and unknown words stand in it to be filled in.

    ``notes`` are the comments above each part.
    """
    lines = [f"# {notes['head']}"]
    if year:
        lines.append(f"year: {year}")
    lines += ["", f"# {notes['columns']}", "columns:"]
    lines += [
        f"  - {flow({'head': head, 'field': fields[0] if len(fields) == 1 else list(fields)})}"
        for head, fields in columns
    ]
    given = [f"  - {flow({'field': name, 'value': value})}" for name, value in constants.items()]
    blank = [f"#  - {flow({'field': name, 'value': ''})}" for name in missing]
    lines += [
        "",
        f"# {notes['constants']}",
        *(["constants:"] if given else ["#constants:"] if blank else []),
        *given,
        *blank,
    ]
    known = [f"  - {flow({'field': name, 'text': text, 'value': value})}" for name, text, value in values]
    lines += ["", f"# {notes['values']}", *(["values:", *known] if known else [])]
    return "\n".join(lines).rstrip() + "\n"
