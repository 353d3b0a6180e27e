"""``duban add``: an entry that may be added to an item now, filled in from the ledger and asked for, or what may be."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from typing import Any

from duban.cli.completion import complete_entries
from duban.cli.context import CLEAN, Context, Parser, UsageError, print_json
from duban.cli.entering import Desk, Draft, Standing
from duban.cli.given import put_given, set_argument
from duban.cli.table import print_table
from duban.finding import Pointer
from duban.language import Language
from duban.model import text_pointer
from duban.openings import Opening, awaited_first, openings
from duban.required import required_roles

_ID = re.compile(r"\d{4}-\d{4,6}\Z", re.ASCII)


def arguments(parser: Parser, text: Language) -> None:
    words = parser.add_argument("words", nargs="+", metavar=text("add.arg.words"), help=text("add.help.words"))
    words.completer = complete_entries  # type: ignore[attr-defined]
    set_argument(parser, text)
    parser.add_argument("--format", choices=("text", "json"), default="text", help=text("cli.help.format"))


def run(context: Context, options: argparse.Namespace) -> int:
    identity = next((word for word in options.words if _ID.match(word)), "")
    entries = [word for word in options.words if word != identity]
    if not identity or len(entries) > 1:
        raise UsageError(context.text("add.one_entry"))
    desk = Desk(context)
    item = desk.standing(identity)
    found: Sequence[Opening] = openings(item.record, desk.root)
    found = awaited_first(found, item.status) if item.status else found
    if not entries:
        _list(desk, item, found, options.format)
        return CLEAN
    opening = _meant(desk, entries[0], found)
    return desk.enter(lambda earlier: _drafted(desk, item, opening, found, options.given, earlier))


def _meant(desk: Desk, entry: str, found: Sequence[Opening]) -> Opening:
    """The opening that is called so; where several are, the one that is chosen. Raises UsageError."""
    text = desk.context.text
    called = [one for one in found if entry in one.names or entry == text_pointer(one.pointer)]
    if not called:
        names = text("shown.comma").join(dict.fromkeys(one.field.entry or one.name for one in found))
        raise UsageError(text("add.not_now", entry=entry, known=names or "—"))
    if len(called) == 1:
        return called[0]
    places = [text_pointer(one.pointer) for one in called]
    if desk.terminal is None:
        raise UsageError(text("add.several", entry=entry, known=text("shown.comma").join(places)))
    return called[desk.terminal.chosen(text("add.which"), places)]


def _drafted(
    desk: Desk, item: Standing, opening: Opening, found: Sequence[Opening], settings: Sequence[str], earlier: Any
) -> Draft:
    """The entry filled in, with what comes with it, and the file with all that added."""
    beside = {one.name: one for one in found if one.pointer[:-1] == opening.pointer[:-1]}
    siblings = [beside[name] for name in opening.field.comes_with if name in beside]
    parts: dict[Pointer, Any] = {}
    for one in (opening, *siblings):
        mine = [each for each in settings if _names_sibling(each, siblings) == ("" if one is opening else one.name)]
        filling = desk.filling(item.record, earlier=(earlier or {}).get(one.pointer))
        value = filling.filled(one.pointer, one.field, _given(desk, item, one, mine), required=one is opening)
        if value is not None:
            parts[one.pointer] = value
    if opening.pointer not in parts:
        raise UsageError(desk.context.text("add.nothing", entry=opening.name))
    return desk.with_parts(item, parts, parts)


def _given(desk: Desk, item: Standing, opening: Opening, settings: Sequence[str]) -> Any:
    """What was given of an opening on the command line; of one that has no fields of its own, by its name."""
    known, text, given = desk.known(item.record), desk.context.text, dict[str, Any]()
    if opening.field.properties:
        put_given(given, settings, opening.field, known.registry, known.day, text)
        return given
    around = desk.root.at(opening.pointer[:-1])
    if around is not None:
        put_given(given, settings, around, known.registry, known.day, text)
    return given.get(opening.name)


def _names_sibling(setting: str, siblings: Sequence[Opening]) -> str:
    """The name of the sibling that a setting is about, "" where it is about the entry itself."""
    name = setting.partition("=")[0].strip("/")
    return name if any(one.name == name for one in siblings) else ""


def _list(desk: Desk, item: Standing, found: Sequence[Opening], form: str) -> None:
    """What may be added now, what the item waits for first."""
    rows = [_told(desk, item, one) for one in found]
    if form == "json":
        print_json({"item": item.record["id"], "as_of": desk.day, "openings": rows})
        return
    text = desk.context.text
    cells = [
        [row["name"], one.field.label(text.code), row["entry"], text("shown.comma").join(map(desk.role, row["roles"]))]
        for row, one in zip(rows, found, strict=True)
    ]
    print_table([text(f"add.column.{name}") for name in ("entry", "title", "place", "signers")], cells)


def _told(desk: Desk, item: Standing, one: Opening) -> dict[str, Any]:
    roles = required_roles(desk.registry.policy, one.kind, item.record, desk.day)
    return {
        "entry": text_pointer(one.pointer),
        "name": one.field.entry or one.name,
        "kind": one.kind,
        "title": one.field.title,
        "roles": [role.partition("@")[0] for role in roles],
    }
