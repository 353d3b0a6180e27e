"""What the ledger knows of an item on a day, and a field that is empty → its value, as far as nobody need write it.

Where a field's value comes from is said by the schema (``x-from``): a list, of which the first that
stands is taken. A source is

- a pointer into the item's effective record, ``/task_notice/lead_unit``; ``*`` in it is every member
  of a list, and in a field of a row makes a row of each;
- a list of sources: all that they give together, each once;
- a word: ``@next`` the place in the list, counted from 1; ``@signer`` who signs; or one of ``WORDS``.

The day of an entry, the number of a form and the lines of its signatures come without a mark.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from duban.calendar import WorkCalendar
from duban.deadline import causes, current_deadline, last_said
from duban.finding import Pointer
from duban.model import Data, Registry
from duban.numbering import next_form
from duban.record import ItemRecord
from duban.required import required_roles
from duban.rules.case import value_at
from duban.schema import Field
from duban.seat import nearest

EVERY = "*"
SIGNER, NEXT = "@signer", "@next"


@dataclass(frozen=True)
class Known:
    """What is known of an item on an ISO day: its effective record, the registry, the form numbers that are taken."""

    record: Data
    registry: Registry
    calendar: WorkCalendar
    day: str
    taken: Collection[str] = ()

    @property
    def item(self) -> ItemRecord:
        """The record as an item's."""
        return cast(ItemRecord, self.record)

    @property
    def deadline(self) -> str:
        """The deadline as it stands, "" before there is one."""
        return current_deadline(self.item)

    @property
    def overdue(self) -> int | None:
        """The working days since the deadline, 0 where it has not passed; None before there is one."""
        return max(self.calendar.workdays_between(self.deadline, self.day), 0) if self.deadline else None

    @property
    def reply_by(self) -> str:
        """The day by which the policy wants a reply to what is issued today, "" where it says nothing of it."""
        days = self.registry.policy.get("tracking", {}).get("reply_within_workdays", 0)
        return self.calendar.add_workdays(self.day, days) if days else ""

    def number(self, series: str) -> str:
        """The next number of a form's series in the year of the day; "" where the policy has no such series."""
        named = self.registry.policy.get("series", {}).get(series)
        return next_form(self.taken, named, self.day[:4]) if named else ""


WORDS: Mapping[str, Callable[[Known], Any]] = {
    "@office": lambda known: known.registry.policy["office"],
    "@day": lambda known: known.day,
    "@deadline": lambda known: known.deadline,
    "@overdue": lambda known: known.overdue,
    "@reply_by": lambda known: known.reply_by,
    "@cause": lambda known: (causes(known.item) or [""])[-1],
    "@said": lambda known: last_said(known.item)[1],
}
"""The policy's office, the day, the deadline as it stands, the working days since, the day by which a reply is wanted,
the cause that was given last, and the progress that was reported last."""


def known_value(known: Known, pointer: Pointer, here: Field, signer: str = "") -> Any:
    """What is known to belong at a pointer, None for nothing; of a list of rows, what is known of each.

    ``signer`` is who signs the entry, "" where that is not known.
    """
    if here.series:
        return known.number(here.series) or None
    if here.items is not None and here.items.properties:
        return _rows(known, pointer, here.items) or None
    for source in here.sources:
        found = signer if source == SIGNER else _source(known, pointer, source)
        if found not in (None, "", []):
            return found if here.type == "array" or not isinstance(found, list) else found[0]
    return None


def may_sign(known: Known, kind: str, around: Sequence[Data]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The roles that sign a kind of entry, each with those who may; ``around`` are the entry and what it stands in."""
    for asked in required_roles(known.registry.policy, kind, known.record, known.day):
        role, _, field = asked.partition("@")
        units = nearest(around, field) if field else ()
        yield role, () if units is None else known.registry.holders(role, known.day, units)


def around_of(record: Data, pointer: Pointer) -> list[Data]:
    """The mappings of a record that a place lies in, inside out."""
    nodes = []
    for length in range(len(pointer) - 1, -1, -1):
        try:
            node = value_at(record, pointer[:length])
        except (KeyError, IndexError):
            continue
        if isinstance(node, dict):
            nodes.append(node)
    return nodes


def _rows(known: Known, pointer: Pointer, row: Field) -> list[Data]:
    """A row for each member of what a field of it is made from; none where no field says so."""
    columns = {
        name: _source(known, pointer, source)
        for name, child in row.properties.items()
        for source in child.sources[:1]
        if isinstance(source, str) and EVERY in source
    }
    count = max(map(len, columns.values()), default=0)
    return [{name: values[index] for name, values in columns.items() if index < len(values)} for index in range(count)]


def _source(known: Known, pointer: Pointer, source: Any) -> Any:
    if isinstance(source, list):
        parts = (_source(known, pointer, one) for one in source)
        return list(dict.fromkeys(one for part in parts for one in (part if isinstance(part, list) else [part]) if one))
    if source == NEXT:
        return next(part for part in reversed(pointer) if isinstance(part, int)) + 1
    if source in WORDS:
        return WORDS[source](known)
    found = [*_found(known.record, source[1:].split("/"))]
    return found if EVERY in source else found[0] if found else None


def _found(node: Any, path: Sequence[str]) -> Iterator[Any]:
    """What a pointer leads to: several where it says ``*``, none where there is nothing."""
    if not path:
        yield node
        return
    part, rest = path[0], path[1:]
    if isinstance(node, list):
        members = node if part == EVERY else node[int(part) : int(part) + 1]
        for one in members:
            yield from _found(one, rest)
    elif isinstance(node, dict) and part in node:
        yield from _found(node[part], rest)
