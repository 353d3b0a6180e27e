"""A record and its fields → the places where an entry, or what comes later to one, may be added now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, cast

from duban.deadline import closing, ending, to_reopen
from duban.finding import Pointer
from duban.model import ENDS, Data
from duban.obligation import MET_BY
from duban.record import ItemRecord
from duban.rules.life import AFTER_THE_END, NEEDS, PAST_RECEIPT
from duban.schema import Field
from duban.status import Status

SIGNED = "signed"
_AFTER_CLOSING = frozenset({"visits", "measures", "report", "feedback", "archive", "look_backs", "reopening"})
"""What may begin once closing is granted; what began before may still be answered and decided."""
_ONE_AT_A_TIME = {"tracking_notices": "reply", "extensions": "decision", "closure_notices": "decision"}
"""Lists that go on only once the last member has this: it was answered, or decided."""


class Opening(NamedTuple):
    """A place where something may be added: the pointer, the field, and the kind of entry that is signed for it.

    ``kind`` is that of the entry itself, or of the one around for what comes later to it, as a change has it.
    The pointer of a list's next member ends in its index.
    """

    pointer: Pointer
    field: Field
    kind: str

    @property
    def name(self) -> str:
        """The schema's name of the property: ``tracking_notices``."""
        return next(str(part) for part in reversed(self.pointer) if isinstance(part, str))

    @property
    def names(self) -> frozenset[str]:
        """Everything it may be called: kind of entry, property, titles in both languages."""
        return frozenset({self.field.entry or self.name, self.name, *self.field.labels})


def openings(record: Data, root: Field) -> tuple[Opening, ...]:
    """Where something may be added to an effective record, in the schema's order; signatures come with their entries.

    Left out is what the rules refuse whatever stands in it: a step before the one it stands on (D304, D307),
    anything after the end (D310, D313, D908), a notice before the reply to the last (D405), taking up again
    what nobody asked to (D314); and asking anew for what is not decided yet.
    """
    closed = next((name for name, child in root.properties.items() if child.closes and name in record), "")
    if closed:
        return ()
    return tuple(one for one in _places(record, root, (), "") if _in_turn(one.pointer, cast(ItemRecord, record)))


def awaited_first(found: Iterable[Opening], status: Status) -> list[Opening]:
    """The openings, those that meet what an item waits for first: its next action, then all that is pending by day."""
    expected = [*([status.next.kind] if status.next else []), *(one.kind for one in status.pending)]
    order = list(dict.fromkeys(MET_BY.get(kind, kind) for kind in expected))
    return sorted(found, key=lambda one: order.index(one.kind) if one.kind in order else len(order))


def _places(node: object, here: Field, pointer: Pointer, kind: str) -> Iterator[Opening]:
    kind = here.entry or kind
    if isinstance(node, list) and here.items is not None:
        for index, one in enumerate(node):
            yield from _places(one, here.items, (*pointer, index), kind)
        if here.may_come_later:
            yield Opening((*pointer, len(node)), here.items, here.items.entry or kind)
    elif isinstance(node, dict):
        for name, child in here.properties.items():
            if name == SIGNED:
                continue
            if name in node:
                yield from _places(node[name], child, (*pointer, name), kind)
            elif child.items is not None and child.may_come_later:
                yield Opening((*pointer, name, 0), child.items, child.items.entry or kind)
            elif child.may_come_later:
                yield Opening((*pointer, name), child, child.entry or kind)


def _in_turn(pointer: Pointer, record: ItemRecord) -> bool:
    """Whether the item has come to the point, and not past it, where something is added there."""
    name = str(pointer[0])
    begins = len(pointer) == 1 or pointer[1:] == (len(record.get(name, ())),)  # type: ignore[arg-type]
    if ending(record) is not None and name not in AFTER_THE_END:
        return False
    return not begins or (_earlier_steps_stand(name, record) and _may_begin(name, record))


def _earlier_steps_stand(name: str, record: ItemRecord) -> bool:
    if any(later == name and earlier not in record for later, earlier in NEEDS):
        return False
    return name not in PAST_RECEIPT or "ack" in record["task_notice"]


def _may_begin(name: str, record: ItemRecord) -> bool:
    granted = closing(record)
    if name == "amendments":
        return True
    if name in ("feedback", "look_backs"):
        return granted is not None
    if name == "reopening":
        return bool(to_reopen(record))
    if name == ENDS[0] and "approval" in record:
        return False
    last = _ONE_AT_A_TIME.get(name)
    listed = record.get(name, ())
    if last and listed and last not in listed[-1]:  # type: ignore[index]
        return False
    return granted is None or name in _AFTER_CLOSING
