"""Schemas and policy → snippets for VS Code: each kind of entry with a stop at each field, what is known filled in."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from duban.model import Data
from duban.required import required_roles
from duban.schema import Field, Schemas, entries
from duban.seat import SIGNED
from duban.spelling import initials

PATH = ".vscode/duban.code-snippets"
_TODAY = "$CURRENT_YEAR-$CURRENT_MONTH-$CURRENT_DATE"
_ROOTS = ("item", "report")


def snippets_text(schemas: Schemas, policy: Data) -> bytes:
    """The file of snippets: of each entry one with what must be there, and one with everything (``+``)."""
    made: dict[str, Any] = {}
    for root in map(schemas.field, _ROOTS):
        for pointer, here in entries(root):
            listed = bool(pointer) and _listed(root, pointer)
            for everything in (False, True):
                mark = "+" if everything else ""
                name = pointer[-1] if pointer else root.name
                made[f"{root.name}/{'/'.join(pointer)}{mark}"] = {
                    "scope": "yaml",
                    "prefix": [*dict.fromkeys(f"{one}{mark}" for one in _prefixes(here))],
                    "description": f"{here.title} {here.title_en}: {here.description} {here.description_en}",
                    "body": [
                        *_Snippet(policy, everything=everything).entry(name, here, listed=listed, root=not pointer)
                    ],
                }
    return f"{json.dumps(made, ensure_ascii=False, indent=2)}\n".encode()


def _prefixes(here: Field) -> Iterable[str]:
    return here.entry, here.title, initials(here.title)


def _listed(root: Field, pointer: tuple[str, ...]) -> bool:
    here = root
    for name in pointer:
        here = (here.items or here).properties[name]
    return here.items is not None


class _Snippet:
    """One snippet under way: stops are counted as they come, the day of the entry is one stop wherever it stands."""

    def __init__(self, policy: Data, *, everything: bool) -> None:
        self._policy, self._everything = policy, everything
        self._count, self._day = 0, ""

    def entry(self, name: str, here: Field, *, listed: bool, root: bool) -> Iterator[str]:
        """Its lines: a member of a list, a property with its value, or a whole file."""
        lines = [*self._mapping(here)]
        if root:
            yield from lines
        elif listed:
            yield f"- {lines[0]}"
            yield from (f"  {line}" for line in lines[1:])
        else:
            yield f"{name}:"
            yield from (f"  {line}" for line in lines)

    def _mapping(self, here: Field) -> Iterator[str]:
        for name, child in here.properties.items():
            required = name in here.required
            later = child.entry or (child.items is not None and child.items.entry) or child.may_come_later
            if (later and not required) or (not required and not self._everything):
                continue
            if name == SIGNED and here.entry:
                yield f"{SIGNED}:"
                yield from (
                    f"  - {{role: {role}, by: {self._stop('签字人')}, on: {self._date()}}}"
                    for role in self._roles(here)
                )
            elif name == here.dated_by:
                yield f"{name}: {self._date()}"
            else:
                yield from self._property(name, child)

    def _property(self, name: str, here: Field) -> Iterator[str]:
        if here.properties:
            yield f"{name}:"
            yield from (f"  {line}" for line in self._mapping(here))
        elif here.items is None:
            yield f"{name}: {self._scalar(here)}"
        elif here.items.properties:
            first, *rest = self._mapping(here.items)
            yield f"{name}:"
            yield f"  - {first}"
            yield from (f"    {line}" for line in rest)
        elif here.items.ref:
            yield f"{name}: [{self._scalar(here.items)}]"
        else:
            yield f"{name}:"
            yield f"  - {self._scalar(here.items)}"

    def _scalar(self, here: Field) -> str:
        if "const" in here.schema:
            return str(here.enum[0])
        if here.enum:
            return self._choice(here.enum)
        if here.type == "boolean":
            return self._choice(("true", "false"))
        if here.series:
            return f"{self._policy['series'].get(here.series, '')}〔$CURRENT_YEAR〕{self._stop('1')}号"
        if "@office" in here.sources:
            return self._stop(str(self._policy["office"]))
        if "@day" in here.sources:
            return self._date()
        return self._stop("0" if here.type == "integer" else here.title)

    def _roles(self, here: Field) -> Iterator[str]:
        return (asked.partition("@")[0] for asked in required_roles(self._policy, here.entry, {}, ""))

    def _date(self) -> str:
        if self._day:
            return self._day
        stop = self._stop(_TODAY)
        self._day = f"${self._count}"
        return stop

    def _choice(self, among: Iterable[Any]) -> str:
        self._count += 1
        return f"${{{self._count}|{','.join(map(str, among))}|}}"

    def _stop(self, said: str) -> str:
        self._count += 1
        return f"${{{self._count}:{said}}}"
