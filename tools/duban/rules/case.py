"""One valid item with what its rules need to know of the ledger: the case a rule judges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from duban.finding import Detail, Pointer
from duban.model import Registry
from duban.record import ItemRecord
from duban.schema import Field
from duban.survey import Survey

_HOLDERS: Mapping[type, Any] = {str: dict, int: list}
"""What each kind of part of a pointer leads into."""


@dataclass(frozen=True, slots=True)
class Case:
    """An item's record, its survey and its fields, beside the registry it is judged by."""

    path: str
    record: ItemRecord
    survey: Survey
    root: Field
    registry: Registry

    def label(self, pointer: Pointer) -> Detail:
        """What people call the field at a pointer, in both languages."""
        return label_at(self.root, pointer)


def label_at(root: Field, pointer: Pointer) -> Detail:
    """What people call the field at a pointer, in both languages; its key where the schema has no such field."""
    here = root.at(pointer)
    return here.labels if here else str(pointer[-1])


def put_at(data: Any, pointer: Pointer, value: Any) -> None:
    """Put a value at a pointer, in the place of what stands there; what is not there on the way to it is made."""
    for part, following in pairwise(pointer):
        empty: Any = [] if isinstance(following, int) else {}
        if isinstance(part, int):
            while len(data) <= part:
                data.append({})
            data = data[part]
        else:
            data = data.setdefault(part, empty)
    last = pointer[-1]
    if isinstance(last, int) and last >= len(data):
        data.append(value)
    else:
        data[last] = value


def value_at(data: Any, pointer: Pointer) -> Any:
    """The value a pointer leads to; KeyError or IndexError where there is none."""
    for part in pointer:
        if not isinstance(data, _HOLDERS[type(part)]):
            raise KeyError(part)
        data = data[part]
    return data
