"""The items of a ledger → which row of an older ledger is in it already, unchanged or not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, cast

from duban.change import digest_of
from duban.deadline import current_deadline, finished_on
from duban.finding import Pointer
from duban.importing.draft import Draft
from duban.importing.plain_text import folded
from duban.importing.rows import OVER
from duban.importing.words import CO_UNITS, DEADLINE, FINISHED, LEAD_UNIT, STATE
from duban.model import Data, Item
from duban.record import ItemRecord
from duban.rules.case import value_at

_OF_THE_FILE = ("file", "sha256", "sheet", "rows", "on", "by", "cells")
_OF_THE_REGISTRAR = ("received_by", "signed")


class Source(NamedTuple):
    """The file that is imported: its name and the SHA-256 of its content."""

    file: str
    sha256: str


class Known:
    """The items of a ledger by everything that a row can be recognised by."""

    def __init__(self, records: Iterable[Data]) -> None:
        self.records: dict[str, Data] = {}
        self._rows: dict[tuple[str, str, str], str] = {}
        self._contents: dict[str, str] = {}
        self._matters: dict[tuple[str, str], str] = {}
        self._serials: dict[tuple[str, str, str], list[str]] = {}
        for record in records:
            self._add(record)

    def _add(self, record: Data) -> None:
        identity = record["id"]
        self.records[identity] = record
        self._matters.setdefault(_matter(record), identity)
        before = record.get("transcribed")
        if before:
            self._rows[before["sha256"], before["sheet"], before["rows"]] = identity
            self._contents.setdefault(content_of(record), identity)
            if "serial" in before:
                self._serials.setdefault((before["file"], before["sheet"], before["serial"]), []).append(identity)

    def found(self, draft: Draft, source: Source) -> str:
        """The id of the item that a row is; "" for a new one.

        By its id; by the place it was taken from, where the file is the same; by what it says, in whatever file;
        by title and day; by its serial number, where the file and the sheet have the same names. A serial number
        tells nothing of another row of the very same file: each section of it may count from 1.
        """
        rows = (source.sha256, draft.sheet, rows_text(draft.rows))
        before = draft.data.get("transcribed", {})
        serials = self._serials.get((source.file, draft.sheet, before.get("serial", "")), [])
        taken = self.records[serials[0]]["transcribed"]["sha256"] if len(serials) == 1 else source.sha256
        identity = str(draft.data.get("id", ""))
        return (
            (identity if identity in self.records else "")
            or self._rows.get(rows, "")
            or self._contents.get(content_of(draft.data), "")
            or self._matters.get(_matter(draft.data), "")
            or (serials[0] if taken != source.sha256 else "")
        )

    def is_same_row(self, identity: str, draft: Draft, source: Source) -> bool:
        """Whether the item was taken from this very row of this very file: then nothing can have changed."""
        return self._rows.get((source.sha256, draft.sheet, rows_text(draft.rows))) == identity


def rows_text(rows: tuple[int, int]) -> str:
    """Rows as an item names them: ``5``, or ``5-7``."""
    first, last = rows
    return str(first) if first == last else f"{first}-{last}"


def content_of(data: Data) -> str:
    """Names what a row says, whatever file it stands in and whoever took it from there."""
    before = {name: value for name, value in data.get("transcribed", {}).items() if name not in _OF_THE_FILE}
    intake = {name: value for name, value in data.get("intake", {}).items() if name not in _OF_THE_REGISTRAR}
    return digest_of({**data, "id": "", "transcribed": before, "intake": intake})


def changes(draft: Draft, record: Data) -> Iterator[tuple[Pointer, Any, Any]]:
    """What a row says otherwise than the item it is: where in the draft, there and in the ledger (None for nothing)."""
    told = _as_transcribed(record)
    for pointer, _ in draft.sources:
        new, listed = (
            value_at(draft.data, pointer),
            next((at for at, part in enumerate(pointer) if isinstance(part, int)), None),
        )
        if listed is None:
            old = _at(told, pointer)
            if old != new:
                yield pointer, new, old
            continue
        members = _at(told, pointer[:listed]) or []
        below = pointer[listed + 1 :]
        if all(_at(member, below) != new for member in members):
            yield pointer, new, None


def _as_transcribed(record: Data) -> Mapping[str, Any]:
    """An item with what its own forms say in the place that an older ledger would have it in."""
    if "transcribed" in record and "task_notice" not in record:
        return record
    item = Item("", cast(ItemRecord, record))
    notice, done = record.get("task_notice", {}), finished_on(item.record)
    said = {
        LEAD_UNIT: item.lead_unit,
        CO_UNITS: notice.get("co_units"),
        DEADLINE: current_deadline(item.record),
        FINISHED: done,
        STATE: OVER if done else None,
    }
    own = {name.partition("/")[2]: value for name, value in said.items() if value}
    return {**record, "transcribed": {**record.get("transcribed", {}), **own}}


def _at(data: Any, pointer: Pointer) -> Any:
    try:
        return value_at(data, pointer)
    except (KeyError, IndexError, TypeError):
        return None


def _matter(data: Data) -> tuple[str, str]:
    return folded(str(data.get("title", ""))), str(data.get("intake", {}).get("received_on", ""))
