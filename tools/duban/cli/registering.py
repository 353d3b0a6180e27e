"""What is known of a new item, and answers on a terminal → its file, numbered and signed for by the registrar."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

from duban.cli.context import Context, Parser, UsageError, refused
from duban.language import Language
from duban.load import place
from duban.model import Data, Tree
from duban.numbering import next_id, path_of
from duban.reader import Reader
from duban.record import INSTRUCTION, OPEN
from duban.repository import create_whole
from duban.scalar import plain_value
from duban.schema import Field, Schemas
from duban.writing import file_text

_ASKED = (
    ("title",),
    ("urgency",),
    ("category",),
    ("openness",),
    ("openness_reason",),
    ("intake", "received_on"),
    ("intake", "received_by"),
    ("intake", "sources", 0, "type"),
    ("intake", "sources", 0, "ref"),
    ("intake", "sources", 0, "leader"),
    ("intake", "sources", 0, "text"),
    ("intake", "summary"),
)


def given_fields(parser: Parser, text: Language) -> None:
    """The option by which fields are given without being asked for."""
    parser.add_argument(
        "--set", dest="given", action="append", default=[], metavar="FIELD=VALUE", help=text("new.help.set")
    )


def fill(data: Data, given: Iterable[str], root: Field, context: Context) -> None:
    """Set the fields that are given, and on a terminal ask for those that are still wanted."""
    for setting in given:
        _set(data, setting, root, context.text)
    if sys.stdin.isatty():
        for pointer in _ASKED:
            if _wanted(data, pointer):
                _ask(data, pointer, root, context)


def register(data: Data, tree: Tree, schemas: Schemas, context: Context) -> str:
    """Number the item by the year of its receipt and write its file; its id, or "" where it is refused, told why."""
    day = data.setdefault("intake", {}).setdefault("received_on", context.day())
    _sign(data["intake"], tree, schemas, str(day))
    identity = next_id(
        (path.rpartition("/")[2].removesuffix(".yml") for path in tree if path.startswith("items/")), str(day)[:4]
    )
    data["id"] = identity
    path = path_of(identity)
    content = file_text(data, schemas.field("item")).encode()
    reading = Reader(schemas, tree).item(path, content)
    problems = [problem for problem in reading.problems if problem.holds_on(context.day())]
    if problems or reading.syntax:
        refused([*reading.syntax, *place(path, content, problems)], context.text)
        return ""
    try:
        create_whole(context.folder / path, content)
    except FileExistsError as error:
        raise UsageError(context.text("new.exists", path=path)) from error
    return identity


def _set(data: Data, setting: str, root: Field, text: Language) -> None:
    name, equals, value = setting.partition("=")
    pointer = tuple(int(part) if part.isdigit() else part for part in name.replace("/", ".").strip(".").split("."))
    here = root.at(pointer)
    if not equals or here is None or name == "id":
        raise UsageError(text("new.no_such_field", field=name, known="、".join(_names(root))))
    if here.type == "array" and here.items and here.items.type == "string":
        _put(data, pointer, [part.strip() for part in value.replace("、", ",").split(",")])
    else:
        _put(data, pointer, plain_value(value) if here.type in ("integer", "number", "boolean") else value)


def _names(root: Field) -> Iterator[str]:
    for name in ("title", "urgency", "category", "openness", "campaign", "plan_refs"):
        yield name
    for name in root.properties["intake"].properties:
        yield f"intake.{name}"


def _put(data: Any, pointer: tuple[str | int, ...], value: Any) -> None:
    for part, following in pairwise(pointer):
        empty: Any = [] if isinstance(following, int) else {}
        if isinstance(part, int):
            while len(data) <= part:
                data.append({})
            data = data[part]
        else:
            data = data.setdefault(part, empty)
    if isinstance(pointer[-1], int):
        data.append(value)
    else:
        data[pointer[-1]] = value


def _wanted(data: Data, pointer: tuple[str | int, ...]) -> bool:
    here: Any = data
    for part in pointer:
        listed = isinstance(part, int) and isinstance(here, list) and part < len(here)
        if not listed and not (isinstance(here, dict) and part in here):
            break
        here = here[part]
    else:
        return False
    sources = data.get("intake", {}).get("sources") or [{}]
    if pointer[-1] == "openness_reason":
        return bool(data.get("openness") != OPEN)
    if pointer[-1] in ("leader", "text"):
        return bool(sources[0].get("type") == INSTRUCTION)
    return True


def _ask(data: Data, pointer: tuple[str | int, ...], root: Field, context: Context) -> None:
    field = root.at(pointer)
    if field is None:
        return
    language = context.text.code
    sys.stderr.write(f"{field.label(language)} - {field.help(language)}\n")
    for number, value in enumerate(field.enum, 1):
        sys.stderr.write(f"  {number} {field.value_label(value, language)}\n")
    default = context.day() if field.is_date else ""
    sys.stderr.write(f"[{default}] > " if default else "> ")
    sys.stderr.flush()
    answer = sys.stdin.readline().strip() or default
    if field.enum and answer.isdigit() and 1 <= int(answer) <= len(field.enum):
        answer = str(field.enum[int(answer) - 1])
    if answer:
        _put(data, pointer, answer)


def _sign(intake: Data, tree: Tree, schemas: Schemas, day: str) -> None:
    """The registrar of the day signs the intake, unless someone else was given."""
    registry = Reader(schemas, tree).registry
    registrars = [person.id for person in registry.people.values() if person.holds("registrar", day)]
    if registrars:
        intake.setdefault("received_by", registrars[0])
        intake.setdefault("signed", [{"role": "registrar", "by": intake["received_by"], "on": day}])
