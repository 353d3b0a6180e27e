"""What a validator says of one file's data → problems a clerk can act on, at the field that is wrong."""

from __future__ import annotations

import datetime
import difflib
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

from duban.finding import Detail, Pointer, Problem
from duban.scalar import Ambiguous
from duban.schema import Field, Schemas
from duban.slip import slip_in_text

_LOOSE_DATE = re.compile(
    r"(\d{4})(?:[-./年](\d{1,2})[-./月](\d{1,2})日?|(\d{2})(\d{2}))(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?\Z"
)
REFERENCE_CODES = {"unit": "D201", "person": "D202", "campaign": "D203", "plan": "D204", "cause": "D206"}
"""The code of a reference that leads nowhere, by what it refers to."""

_PLACEHOLDER = re.compile(
    r"\s*(?:待定|待补充?|待填写?|暂无|略|同上|无内容|示例|测试|[xX×*]{2,}|某某+|[?？]+|[.。…]+|-+|_+"
    r"|TODO|TBD|FIXME|todo|tbd|N/?A|n/?a|null|none|\{\{.*\}\}|<[^>]*>|【[^】]*】|（?请?(?:填写|输入)[^。]*)\s*\Z"
)
_LONGEST_PLACEHOLDER = 40
_BRACKETS = "【", "】"
"""What a draft puts around a whole text, however long, until a person has verified it."""


def problems(schemas: Schemas, name: str, data: Any) -> list[Problem]:
    """Everything in the data that must be put right before its fields can be relied on.

    That is what the schema ``name`` refuses, one problem for each cause, and with it placeholders
    and unquoted text that other readers of YAML would take for something else.
    """
    root = schemas.field(name)
    validator = schemas.validator(name)
    try:
        if validator.is_valid(data):
            return []
        errors = list(validator.iter_errors(data))
    except ValueError:  # jsonschema-rs takes text as str only, not as Ambiguous
        errors = list(validator.iter_errors(_plain(data)))
    found: list[Problem] = []
    for error in errors:
        found.extend(_explain(root, tuple(error.instance_path), error))
    return [*_one_for_each_cause(found), *text_problems(root, data)]


def placeholders(root: Field, texts: Iterable[tuple[Pointer, str]]) -> Iterator[Problem]:
    """D111: free texts of valid data that only hold a place."""
    for pointer, text in texts:
        if _holds_a_place(text):
            here = root.at(pointer)
            yield Problem("D111", pointer, {"label": here.labels if here else "", "value": text})


def _holds_a_place(text: str) -> bool:
    if len(text) >= _LONGEST_PLACEHOLDER and not (text.startswith(_BRACKETS[0]) and text.endswith(_BRACKETS[1])):
        return False
    return _PLACEHOLDER.match(text) is not None


def text_problems(root: Field, data: Any) -> Iterator[Problem]:
    """Placeholders, and unquoted text that other readers of YAML would take for something else."""

    def walk(node: Any, here: Field, pointer: Pointer) -> Iterator[Problem]:
        if isinstance(node, str):
            if isinstance(node, Ambiguous):
                if here.type in ("string", "") and not here.enum and not here.is_date:
                    yield Problem("D107", pointer, {"label": here.labels, "value": node})
            elif not here.enum and not here.is_date and _holds_a_place(node):
                yield Problem("D111", pointer, {"label": here.labels, "value": node})
        elif isinstance(node, dict):
            for key, value in node.items():
                child = here.properties.get(key)
                if child is not None:
                    yield from walk(value, child, (*pointer, key))
        elif isinstance(node, list) and here.items is not None:
            for index, value in enumerate(node):
                yield from walk(value, here.items, (*pointer, index))

    return walk(data, root, ())


def _explain(root: Field, pointer: Pointer, error: Any) -> Iterator[Problem]:
    kind = error.kind.name
    value = error.instance
    here = root.at(pointer)
    label = here.labels if here else str(pointer[-1] if pointer else "")
    if kind == "required":
        missing = str(error.kind.property)
        child = here.properties.get(missing) if here else None
        yield Problem("D101", pointer, {"field": missing, "label": child.labels if child else missing}, at_key=True)
    elif kind in ("additionalProperties", "unevaluatedProperties"):
        for unexpected in error.kind.unexpected:
            yield _unknown_key(here, value, pointer, unexpected)
    elif kind == "type":
        yield _wrong_type(here, pointer, value, label)
    elif kind == "const":
        yield Problem(
            "D116", pointer, {"label": label, "value": _shown(value), "expected": str(here.enum[0] if here else "")}
        )
    elif kind == "enum":
        yield _not_allowed(here, pointer, value, label)
    elif isinstance(value, str):
        yield _wrong_text(here, pointer, value, label, kind)
    elif kind == "minItems":
        yield Problem("D115", pointer, {"label": label}, at_key=True)
    elif kind in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"):
        low, high = (here.schema.get(bound) for bound in ("minimum", "maximum")) if here else (None, None)
        bounds = " – ".join("" if bound is None else str(bound) for bound in (low, high))
        yield Problem("D114", pointer, {"label": label, "value": _shown(value), "bounds": bounds})
    else:
        yield Problem("D103", pointer, {"label": label, "expected": kind, "value": _shown(value)})


def _unknown_key(here: Field | None, value: Any, pointer: Pointer, key: str) -> Problem:
    slip = slip_in_text(key)
    if slip:
        return Problem(slip, (*pointer, key), {"key": _slipped_key(key), "line_text": key}, at_key=True)
    known = list(here.properties) if here else []
    by_title = {field.title: name for name, field in here.properties.items()} if here else {}
    plain = unicodedata.normalize("NFKC", key).strip().lower().replace("-", "_").replace(" ", "_")
    close = [by_title[key]] if key in by_title else difflib.get_close_matches(plain, known, 1, 0.75)
    if close:
        return Problem("D117", (*pointer, key), {"field": key, "suggestion": close[0]}, at_key=True)
    missing = [name for name in known if not isinstance(value, dict) or name not in value]
    return Problem("D102", (*pointer, key), {"field": key, "allowed": "、".join(missing or known)}, at_key=True)


def _wrong_type(here: Field | None, pointer: Pointer, value: Any, label: Detail) -> Problem:
    expected = here.type if here else ""
    scalar = isinstance(value, str | bool | int | float)
    if value is None:
        return Problem("D110", pointer, {"label": label}, at_key=True)
    if here is not None and here.is_date and scalar:
        return _wrong_date(pointer, str(value), label)
    if here is not None and here.enum and scalar:
        return _not_allowed(here, pointer, value, label)
    slip = slip_in_text(value) if isinstance(value, str) else None
    if slip:
        return Problem(slip, pointer, {"key": _slipped_key(value), "line_text": value.split("\n", maxsplit=1)[0]})
    code = "D103"
    if expected == "string" and not isinstance(value, dict):
        code = "D107" if scalar else "D109"
    elif expected == "array" and scalar:
        code = "D118"
    details: dict[str, Detail] = {"label": label, "expected": expected, "value": _shown(value)}
    return Problem(code, pointer, details, at_key=code == "D109")


def _wrong_text(here: Field | None, pointer: Pointer, value: str, label: Detail, kind: str) -> Problem:
    if here is not None and here.is_date:
        return _wrong_date(pointer, value, label)
    if kind == "maxLength":
        limit = str(here.schema.get("maxLength", "")) if here else ""
        return Problem("D112", pointer, {"label": label, "length": str(len(value)), "limit": limit})
    if not value.strip():
        return Problem("D110", pointer, {"label": label}, at_key=True)
    if here is not None and here.ref in REFERENCE_CODES:
        return Problem(REFERENCE_CODES[here.ref], pointer, {"label": label, "value": value, "suggestion": "—"})
    return Problem("D113", pointer, {"label": label, "value": _shown(value), "description": here.helps if here else ""})


def loose_day(text: str) -> str:
    """The ISO day that people mean by ``2019/11/1``, ``2019年11月1日`` or ``20191101``; "" for anything else.

    ValueError where there is no such day.
    """
    match = _LOOSE_DATE.match(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        return ""
    year, month, day = (int(part) for part in match.groups() if part)
    return datetime.date(year, month, day).isoformat()


def _wrong_date(pointer: Pointer, value: str, label: Detail) -> Problem:
    details = {"label": label, "value": value}
    try:
        suggestion = loose_day(value)
    except ValueError:
        return Problem("D105", pointer, details)
    if not suggestion:
        return Problem("D104", pointer, details)
    if suggestion == value:  # a day of a century that no ledger lives in
        return Problem("D105", pointer, details)
    return Problem("D106", pointer, {**details, "suggestion": suggestion})


def _not_allowed(here: Field | None, pointer: Pointer, value: Any, label: Detail) -> Problem:
    allowed = [str(one) for one in (here.enum if here else ())]
    close = difflib.get_close_matches(str(value), allowed, 1, 0.4)
    listed = "、".join(close + [one for one in allowed if one not in close])
    return Problem("D108", pointer, {"label": label, "value": _shown(value), "allowed": listed})


def _one_for_each_cause(found: list[Problem]) -> list[Problem]:
    """The first problem of each place, and no field called missing that stands there misspelt.

    One slip can break several keywords (pattern and format, say).
    """
    misspelt = {
        (problem.pointer[:-1], _meant(problem)) for problem in found if problem.at_key and problem.code != "D101"
    }
    seen: set[tuple[Pointer, str]] = set()
    kept = []
    for problem in found:
        place = (problem.pointer, str(problem.details.get("field", "")))
        if place in seen or (problem.code == "D101" and place in misspelt):
            continue
        seen.add(place)
        kept.append(problem)
    return kept


def _meant(problem: Problem) -> str:
    return str(problem.details.get("suggestion") or problem.details.get("key", ""))


def _slipped_key(text: str) -> str:
    return re.split("[:：]", text, maxsplit=1)[0]


def _plain(data: Any) -> Any:
    """The data with every text as plain str."""
    if isinstance(data, dict):
        return {key: _plain(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_plain(value) for value in data]
    return str(data) if isinstance(data, str) else data


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:59] + "…"
