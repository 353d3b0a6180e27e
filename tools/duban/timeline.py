"""A record's data and an ISO day → the data as it stood that day, by the dates of its own entries."""

from __future__ import annotations

from typing import Any

from duban.model import Data
from duban.schema import Field

_Plan = tuple[Any, ...]


class Timeline:
    """Takes away what had not happened yet: later entries, and later facts within earlier ones."""

    def __init__(self, root: Field) -> None:
        self._plan = _compile(root)

    def until(self, data: Data, day: str) -> Data | None:
        """The data on that day; None when nothing of it was there: of an item, before its intake."""
        kept = _until(data, self._plan, day)
        return kept if isinstance(kept, dict) else None


def _compile(here: Field) -> _Plan:
    if here.items is not None:
        return ("list", _compile(here.items))
    if here.properties:
        children = {name: plan for name, child in here.properties.items() if (plan := _compile(child))}
        return ("map", children, here.dated_by, here.required) if children else ()
    return ("fact",) if here.is_date and not here.is_due else ()


def _until(node: Any, plan: _Plan, day: str) -> Any:
    """The node as of the day, or None when nothing of it was there."""
    if not plan:
        return node
    if plan[0] == "fact":
        return node if node <= day else None
    if plan[0] == "list":
        kept = [one for one in (_until(value, plan[1], day) for value in node) if one is not None]
        return kept or None
    _, children, dated_by, required = plan
    if dated_by and node.get(dated_by, "") > day:
        return None
    kept_map = {}
    for name, value in node.items():
        child = children.get(name)
        left = value if child is None else _until(value, child, day)
        if left is not None:
            kept_map[name] = left
        elif name in required and not dated_by:
            # An undated part whose own fact is still to come had not been written.
            return None
    return kept_map
