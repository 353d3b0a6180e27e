"""What was expunged from history and on whose order → its tombstone; receipts of before → what they speak of now."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from duban.filing import kind_of
from duban.receipt import Receipt, ReceiptError

VERSION = 1
FOLDER = "tombstones/"
"""Where tombstones lie on the evidence branch, among the receipts' commits."""
_HEAD = "/intake"
_TEXTS = ("prev", "before", "after", "basis", "by", "recorded_at")
_ID = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64})\Z")
_INSTANT = re.compile(r"(?:19|20)\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Tombstone:
    """One tombstone as it is filed. ``document`` is all of it; it never holds what was expunged, nor a digest of it."""

    document: Mapping[str, Any]

    @property
    def number(self) -> int:
        return int(self.document["number"])

    @property
    def prev(self) -> str:
        """SHA-256 of the last receipt before it, "" where there was none."""
        return str(self.document["prev"])

    @property
    def after(self) -> str:
        """The tip of the main branch that history was rewritten to."""
        return str(self.document["after"])

    @property
    def moved(self) -> dict[str, str]:
        """What git calls commits, trees and files now, by what it called them before."""
        return dict(self.document["moved"])

    @property
    def places(self) -> tuple[tuple[str, str], ...]:
        """Where something was taken out: record and pointer."""
        return tuple((one["item"], one["field"]) for one in self.document["places"])

    @property
    def basis(self) -> str:
        """The order or rule that it was done under."""
        return str(self.document["basis"])

    @property
    def by(self) -> str:
        """The person who ordered it, by id."""
        return str(self.document["by"])

    @property
    def recorded_at(self) -> str:
        """The instant it was done, in UTC."""
        return str(self.document["recorded_at"])

    @property
    def content(self) -> bytes:
        """Its bytes: JSON with keys in order, and a line end."""
        return orjson.dumps(self.document, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"

    def touches(self, item: str, entry: str) -> bool:
        """Whether something was taken out of an entry, or of the head that was signed with it."""
        return any(item == of and _lies_in(field, entry, item) for of, field in self.places)


def tombstone(
    number: int,
    prev: str,
    tips: tuple[str, str],
    moved: Mapping[str, str],
    places: Iterable[tuple[str, str]],
    order: tuple[str, str],
    recorded_at: str,
) -> Tombstone:
    """The tombstone of one expunging: the main branch's tips before and after, and the order as basis and person."""
    return Tombstone(
        {
            "version": VERSION,
            "number": number,
            "prev": prev,
            "before": tips[0],
            "after": tips[1],
            "moved": dict(sorted(moved.items())),
            "places": [{"item": item, "field": field} for item, field in sorted(set(places))],
            "basis": order[0],
            "by": order[1],
            "recorded_at": recorded_at,
        }
    )


def place_of(number: int) -> str:
    """Where a tombstone is filed on the evidence branch."""
    return f"{FOLDER}{number:06d}.json"


def read_tombstone(content: bytes) -> Tombstone:
    """A tombstone from its bytes. Raises ReceiptError for anything else."""
    try:
        document = orjson.loads(content)
        found = Tombstone(document)
        sound = (
            document["version"] == VERSION
            and found.number > 0
            and all(isinstance(document[name], str) for name in _TEXTS)
            and all(_ID.match(one) for pair in found.moved.items() for one in pair)
            and all(isinstance(part, str) for pair in found.places for part in pair)
            and bool(_ID.match(found.after) and _INSTANT.match(document["recorded_at"]))
        )
    except (ValueError, TypeError, KeyError) as error:
        raise ReceiptError("schema") from error
    if not sound:
        raise ReceiptError("schema")
    if found.content != content:
        raise ReceiptError("spelling")
    return found


def moved_by(tombstones: Iterable[Tombstone]) -> dict[str, str]:
    """What is called otherwise after several tombstones in turn."""
    found: dict[str, str] = {}
    for one in tombstones:
        moved = one.moved
        found = {old: moved.get(new, new) for old, new in found.items()} | moved
    return found


def translated(receipt: Receipt, moved: Mapping[str, str]) -> Receipt:
    """The receipt with what it speaks of called as it is now. Its bytes and its digest are those of before."""
    return Receipt(_translated(receipt.document, moved)) if moved else receipt


def _translated(node: Any, moved: Mapping[str, str]) -> Any:
    if isinstance(node, Mapping):
        return {key: _translated(value, moved) for key, value in node.items()}
    if isinstance(node, list):
        return [_translated(one, moved) for one in node]
    return moved.get(node, node) if isinstance(node, str) else node


def _lies_in(field: str, entry: str, item: str) -> bool:
    if not entry or field == entry or field.startswith(f"{entry}/"):
        return True
    # What stands at the top of an item belongs to its head, which is signed with the intake.
    return entry == _HEAD and kind_of(item) == "item" and field.count("/") == 1
