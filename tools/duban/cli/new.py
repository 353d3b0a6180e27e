"""``duban new``: a new item's head and intake, numbered, asked for or given, as a file to be signed."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from typing import Any

from duban.cli.context import CLEAN, Context, Parser, UsageError, refused
from duban.finding import Pointer
from duban.language import Language
from duban.load import place
from duban.model import Data, Tree
from duban.numbering import next_id, path_of
from duban.reader import Reader
from duban.record import INSTRUCTION, OPEN
from duban.repository import create_whole
from duban.rules.case import put_at
from duban.scalar import plain_value
from duban.schema import Field, Schemas
from duban.successor import Successor, successor
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


def arguments(parser: Parser, text: Language) -> None:
    parser.add_argument(
        "--set", dest="given", action="append", default=[], metavar="FIELD=VALUE", help=text("new.help.set")
    )
    parser.add_argument("--after", metavar="ID", default="", help=text("new.help.after"))


def run(context: Context, options: argparse.Namespace) -> int:
    tree = context.tree()
    schemas = Schemas.of(tree)
    root = schemas.field("item")
    before = _after(options.after, tree, context) if options.after else None
    data: Data = before.data if before else {"secrecy": "非涉密"}
    for setting in options.given:
        _set(data, setting, root, context.text)
    if sys.stdin.isatty():
        for pointer in _ASKED:
            if _wanted(data, pointer):
                _ask(data, pointer, root, context)
    day = data.setdefault("intake", {}).setdefault("received_on", context.day())
    _sign(data["intake"], tree, schemas, str(day))
    identity = next_id(
        (path.rpartition("/")[2].removesuffix(".yml") for path in tree if path.startswith("items/")), str(day)[:4]
    )
    data["id"] = identity
    path = path_of(identity)
    content = file_text(data, root).encode()
    reading = Reader(schemas, tree).item(path, content)
    problems = [problem for problem in reading.problems if problem.holds_on(context.day())]
    if problems or reading.syntax:
        return refused([*reading.syntax, *place(path, content, problems)], context.text)
    try:
        create_whole(context.folder / path, content)
    except FileExistsError as error:
        raise UsageError(context.text("new.exists", path=path)) from error
    sys.stdout.write(f"{path}\n")
    if before:
        sys.stderr.write(_owed(before, options.after, identity, root, context.text))
    return CLEAN


def _after(identity: str, tree: Tree, context: Context) -> Successor:
    """What follows from an item of the ledger; UsageError where nothing does."""
    ledger = context.readings(tree).ledger(context.day())
    item = ledger.items.get(identity)
    found = successor(item.record, ledger.registry, context.day(), context.words(ledger)) if item else None
    if found is None:
        raise UsageError(context.text("new.nothing_follows", id=identity))
    return found


def _owed(found: Successor, before: str, identity: str, root: Field, text: Language) -> str:
    """What the item before has to be given, as it stands in its file."""
    owed = {name: {**entry, "new_item": identity} for name, entry in found.owed.items()}
    return f"{text('new.add_to', path=path_of(before))}\n{file_text(owed, root)}"


def _set(data: Data, setting: str, root: Field, text: Language) -> None:
    put_at(data, *given_value(setting, root, text))


def given_value(setting: str, root: Field, text: Language) -> tuple[Pointer, Any]:
    """Where ``FIELD=VALUE`` puts what. Raises UsageError for a field that no item has."""
    name, equals, value = setting.partition("=")
    pointer = tuple(int(part) if part.isdigit() else part for part in name.replace("/", ".").strip(".").split("."))
    here = root.at(pointer)
    if not equals or here is None or name == "id":
        raise UsageError(text("new.no_such_field", field=name, known="、".join(_names(root))))
    if here.type == "array" and here.items and here.items.type == "string":
        return pointer, [part.strip() for part in value.replace("、", ",").split(",")]
    return pointer, plain_value(value) if here.type in ("integer", "number", "boolean") else value


def _names(root: Field) -> Iterator[str]:
    for name in ("title", "urgency", "category", "openness", "campaign", "plan_refs"):
        yield name
    for name in root.properties["intake"].properties:
        yield f"intake.{name}"


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
        put_at(data, pointer, answer)


def _sign(intake: Data, tree: Tree, schemas: Schemas, day: str) -> None:
    """The registrar of the day signs the intake, unless someone else was given."""
    registry = Reader(schemas, tree).registry
    registrars = [person.id for person in registry.people.values() if person.holds("registrar", day)]
    if registrars:
        intake.setdefault("received_by", registrars[0])
        intake.setdefault("signed", [{"role": "registrar", "by": intake["received_by"], "on": day}])
