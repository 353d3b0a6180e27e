"""Entries that change what stood (an amendment, an extension) → old and new value side by side, and marks of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from duban.deadline import granted
from duban.finding import Pointer
from duban.model import text_pointer
from duban.publish import fragments
from duban.publish.fragments import escaped
from duban.publish.place import Place
from duban.publish.shown import Shower, Shown, is_long
from duban.record import Extension, ItemRecord
from duban.rules.amendments import pointer_of
from duban.schema import Field

Marks = Mapping[str, Mapping[str, str]]
"""By the pointer of an entry ("" for the item's head), the mark in HTML beside each property that was amended."""
_NONE: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Correction:
    """What a form says of an amendment to it: which field, what stood there before, and since when not."""

    field: str
    old: str
    on: str


def marks(record: ItemRecord, root: Field, shower: Shower) -> Marks:
    """What an item's amendments mark; each property leads to the last amendment of it."""
    given = record.get("amendments")
    if not given:
        return {}
    word, place = shower.text("amended.mark"), Place(record["id"], "/amendments")
    found: dict[str, dict[str, str]] = {}
    for index, amendment in enumerate(given):
        pointer = pointer_of(amendment["field"])
        entry, name = _entry_and_name(root, pointer)
        help_text = shower.text(
            "amended.help", day=amendment["on"], old=_value(amendment["old"], pointer, root, shower).text
        )
        found.setdefault(entry, {})[name] = fragments.mark(place.at(index).anchor, word, help_text)
    return found


def corrections(record: ItemRecord, entry: Place, root: Field, shower: Shower) -> tuple[Correction, ...]:
    """The amendments to an entry and to what stands within it, in the order they were made."""
    return tuple(
        [
            Correction(
                amended_field(amendment["field"], root, shower).rpartition(" › ")[2],
                _value(amendment["old"], pointer_of(amendment["field"]), root, shower).text,
                shower.text.day(amendment["on"]),
            )
            for amendment in record.get("amendments", ())
            if amendment["field"].startswith(f"{entry.pointer}/")
        ]
    )


def of_entry(found: Marks, place: Place) -> Mapping[str, str]:
    """The marks within one entry."""
    return found.get(place.pointer, _NONE)


def of_head(found: Marks) -> Mapping[str, str]:
    """The marks of an item's own fields."""
    return found.get("", _NONE)


def amended_field(field: str, root: Field, shower: Shower) -> str:
    """What the field at a pointer is called, with all that it stands in."""
    pointer, path = pointer_of(field), list[str]()
    for end, part in enumerate(pointer, 1):
        here = root.at(pointer[:end])
        if isinstance(part, int):
            path[-1:] = [f"{path[-1]} {part + 1}" if path else str(part)]
        else:
            path.append(here.label(shower.text.code) if here else part)
    return " › ".join(path)


def amendment(node: Mapping[str, Any], field: Field, root: Field, shower: Shower) -> str:
    """Old and new value of an amendment, shown as the field that they stand in."""
    pointer = pointer_of(node["field"])
    old, new = (_value(node[side], pointer, root, shower) for side in ("old", "new"))
    names = [shower.label(field.properties[side]).text for side in ("old", "new")]
    return fragments.turn((names[0], old.html), (names[1], new.html), block=is_long(old) or is_long(new))


def extension(node: Mapping[str, Any], field: Field, shower: Shower) -> str:
    """Both deadlines of an extension, and what became of it: granted, refused, still to be decided; asked too late."""
    names = [shower.label(field.properties[name]).text for name in ("old_deadline", "new_deadline")]
    old, new = shower.day(node["old_deadline"]), shower.day(node["new_deadline"])
    is_granted = granted(cast(Extension, node))
    chips = _chip(outcome(node, field, shower), "granted" if is_granted else "not-granted")
    if is_late(node):
        chips += _chip(shower.text("extension.late"), "late", shower.text("extension.late.help"))
    turn = fragments.turn((names[0], old), (names[1], new), block=False)
    return f'<div class="turn-of turn-of--{"moved" if is_granted else "stands"}">{turn}{chips}</div>'


def outcome(node: Mapping[str, Any], field: Field, shower: Shower) -> str:
    """What became of an extension, in a word."""
    decision = node.get("decision")
    if not decision:
        return shower.text("extension.pending")
    result = field.properties["decision"].properties["result"]
    return result.value_label(decision["result"], shower.text.code)


def is_late(node: Mapping[str, Any]) -> bool:
    """Whether an extension was asked for only after the deadline: then it moves nothing, whatever is decided."""
    return bool(node["applied_on"] > node["old_deadline"])


def _chip(word: str, kind: str, help_text: str = "") -> str:
    title = f' title="{escaped(help_text)}"' if help_text else ""
    return f' <span class="chip chip--{kind}"{title}>{escaped(word)}</span>'


def _entry_and_name(root: Field, pointer: Pointer) -> tuple[str, str]:
    """The entry that a pointer leads into, "" for the head, and the property of it."""
    for length in range(len(pointer) - 1, 0, -1):
        here = root.at(pointer[:length])
        if here is not None and here.entry:
            return text_pointer(pointer[:length]), str(pointer[length])
    return "", str(pointer[0])


def _value(value: Any, pointer: Pointer, root: Field, shower: Shower) -> Shown:
    """A value as the field at a pointer shows it; of a field that no schema has, as it is written."""
    target = root.at(pointer)
    said = str(value)
    return shower.value(value, target) if target else Shown("text", said, escaped(said))
