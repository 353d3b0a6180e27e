"""``duban amend``: a field put right by an entry that names the old value, the new one, the reason and its signer."""

from __future__ import annotations

import argparse
from typing import Any

from duban.answer import choices
from duban.cli.completion import complete_fields, complete_ids
from duban.cli.context import Context, Parser, UsageError
from duban.cli.entering import Desk, Draft
from duban.cli.given import as_given, field_pointer, put_given, set_argument
from duban.finding import Pointer
from duban.language import Language
from duban.model import Data, text_pointer
from duban.parse import parse
from duban.prefill import Question
from duban.rules.case import value_at
from duban.schema import Field

_AMENDMENTS = "amendments"


def arguments(parser: Parser, text: Language) -> None:
    item = parser.add_argument("item", metavar="ID", help=text("amend.help.item"))
    item.completer = complete_ids  # type: ignore[attr-defined]
    field = parser.add_argument("field", metavar="FIELD", help=text("amend.help.field"))
    field.completer = complete_fields  # type: ignore[attr-defined]
    parser.add_argument("--to", metavar="VALUE", help=text("amend.help.to"))
    parser.add_argument("--reason", metavar="TEXT", help=text("amend.help.reason"))
    set_argument(parser, text)


def run(context: Context, options: argparse.Namespace) -> int:
    desk = Desk(context)
    item, pointer = desk.standing(options.item), field_pointer(options.field)
    here = desk.root.at(pointer) if pointer else None
    try:
        old = value_at(item.record, pointer)
    except (KeyError, IndexError, TypeError):
        here = None
    if here is None:
        raise UsageError(context.text("amend.no_such_field", field=options.field))
    given: Data = {"field": text_pointer(pointer), "old": old}
    if options.reason is not None:
        given["reason"] = options.reason
    place = (_AMENDMENTS, len(item.record.get(_AMENDMENTS, ())))
    amendment = desk.root.at(place)
    if amendment is None:
        raise UsageError(context.text("amend.no_such_field", field=options.field))
    put_given(given, options.given, amendment, desk.registry, context.day(), context.text)

    def drafted(earlier: Any) -> Draft:
        new = _new(desk, (pointer, here, old), options.to, (earlier or {}).get("new", old))
        if new == old:
            raise UsageError(context.text("amend.same", field=options.field))
        value = desk.filling(item.record, earlier=earlier).filled(place, amendment, {**given, "new": new})
        return desk.with_parts(item, {place: value}, value)

    return desk.enter(drafted)


def _new(desk: Desk, amended: tuple[Pointer, Field, Any], to: str | None, default: Any) -> Any:
    """The new value: given, or asked for with the one that stands at hand. Raises UsageError where it is neither."""
    pointer, here, _ = amended
    text = desk.context.text
    if to is None:
        if desk.terminal is None:
            raise UsageError(text("amend.to_what"))
        return desk.terminal.answer(Question(pointer, here, True, default, desk.day))
    if here.properties or (here.items is not None and here.items.properties):
        value, _ = parse("", f"new: {to}\n".encode())
        return value["new"] if value else to
    return as_given(here, to, choices(here, desk.registry, desk.day, text.code))
