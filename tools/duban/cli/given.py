"""``--set FIELD=VALUE``, as often as it was given, and a field → the data that is meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from duban.answer import Choice, UnclearError, choices, meant, members
from duban.cli.context import Parser, UsageError
from duban.finding import Pointer
from duban.language import Language
from duban.model import Registry
from duban.rules.amendments import pointer_of
from duban.rules.case import put_at
from duban.schema import Field


def set_argument(parser: Parser, text: Language) -> None:
    """The option itself."""
    parser.add_argument(
        "--set", dest="given", action="append", default=[], metavar="FIELD=VALUE", help=text("new.help.set")
    )


def put_given(data: Any, settings: Iterable[str], here: Field, registry: Registry, day: str, text: Language) -> None:
    """Put what was given into data described by a field. Raises UsageError for a field that there is not."""
    for setting in settings:
        put_at(data, *given_value(setting, here, registry, day, text))


def given_value(setting: str, here: Field, registry: Registry, day: str, text: Language) -> tuple[Pointer, Any]:
    """Where ``FIELD=VALUE`` puts what. Raises UsageError for a field that there is not.

    Units, people and the like may be named as on the terminal; what is unclear is left for the check to refuse.
    """
    name, equals, value = setting.partition("=")
    pointer = field_pointer(name)
    field = here.at(pointer) if pointer else None
    if not equals or field is None or name == "id":
        raise UsageError(text("new.no_such_field", field=name, known="、".join(_names(here))))
    return pointer, as_given(field, value, choices(field, registry, day, text.code))


def as_given(here: Field, value: str, among: Sequence[Choice]) -> Any:
    """The value that was given for a field; what is unclear stays as it is, for the check to say what is wrong."""
    if here.type == "array":
        return [as_given(here.items or here, one, among) for one in members(here, value, among)]
    try:
        return meant(here, value, among)
    except UnclearError:
        return value


def field_pointer(name: str) -> Pointer:
    """``intake.sources.0.type`` or ``/intake/sources/0/type`` as a pointer."""
    plain = name.replace(".", "/").strip("/")
    return pointer_of(plain) if plain else ()


def _names(here: Field) -> Iterable[str]:
    """The fields that may be given, those of entries behind their name."""
    for name, child in here.properties.items():
        if child.items is None and child.properties:
            yield from (f"{name}.{inner}" for inner in child.properties if child.entry in ("", "intake"))
        elif name != "id" and not (child.items and child.items.entry):
            yield name
