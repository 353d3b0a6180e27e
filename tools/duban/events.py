"""YAML text → plain data with its findings, and the place of every node: PyYAML's event stream, strictly read.

libyaml gives strictness and positions in one pass. Scalars follow the small part of YAML on which
all readers agree: dates stay text, and what some reader would take for another value (``007``,
``no``, ``12:30``) is marked ``Ambiguous``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from duban.character import escaped
from duban.finding import Finding, Pointer
from duban.scalar import plain_value
from duban.slip import explain_syntax_error

DEPTH_LIMIT = 16


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node stands: its own position and that of its key, counted from 1."""

    line: int
    column: int
    key_line: int
    key_column: int


def read_events(path: str, text: str) -> tuple[Any, list[Finding]]:
    """The data of a text and its findings; the data is None when any finding is there."""
    loader = yaml.CBaseLoader(text)
    builder = _Builder(path)
    try:
        data = builder.build(loader)
    except yaml.MarkedYAMLError as error:
        return None, [*builder.findings, explain_syntax_error(path, text, error)]
    except yaml.YAMLError as error:
        return None, [Finding(path, 1, 1, "D006", {"problem": str(error).split("\n")[0]})]
    finally:
        loader.dispose()
    if not builder.findings and not isinstance(data, dict):
        builder.findings.append(Finding(path, 1, 1, "D013"))
    return (None, builder.findings) if builder.findings else (data, [])


def locate(content: bytes) -> dict[Pointer, Place]:
    """The place of every node of a file that ``parse`` accepts, by pointer."""
    places: dict[Pointer, Place] = {}
    loader = yaml.CBaseLoader(content.decode())
    stack: list[tuple[Pointer, bool, int]] = []
    key: tuple[str, int, int] | None = None
    try:
        while (event := loader.get_event()) is not None:
            kind = type(event)
            if kind is MappingEndEvent or kind is SequenceEndEvent:
                stack.pop()
                continue
            if kind is not ScalarEvent and kind is not MappingStartEvent and kind is not SequenceStartEvent:
                continue
            mark: Any = event.start_mark
            line, column = mark.line + 1, mark.column + 1
            pointer: Pointer = ()
            key_line, key_column = line, column
            if stack:
                parent, is_mapping, count = stack[-1]
                if is_mapping and key is None:
                    key = (event.value, line, column)  # type: ignore[attr-defined]
                    continue
                if is_mapping and key is not None:
                    pointer, key_line, key_column = (*parent, key[0]), key[1], key[2]
                    key = None
                else:
                    pointer = (*parent, count)
                    stack[-1] = (parent, is_mapping, count + 1)
            places[pointer] = Place(line, column, key_line, key_column)
            if kind is not ScalarEvent:
                stack.append((pointer, kind is MappingStartEvent, 0))
    finally:
        loader.dispose()
    return places


class _Builder:
    """Builds dictionaries and lists from events, noting what strict reading refuses."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.findings: list[Finding] = []

    def refuse(self, event: Any, code: str, **details: str) -> None:
        mark = event.start_mark
        self.findings.append(Finding(self.path, mark.line + 1, mark.column + 1, code, details))

    def build(self, loader: Any) -> Any:  # noqa: PLR0912, PLR0915 - one loop over events, unrolled for speed
        get_event = loader.get_event
        root: Any = None
        documents = 0
        stack: list[tuple[Any, dict[str, int]]] = []
        container: Any = None
        key: str | None = None
        lines: dict[str, int] = {}
        while (event := get_event()) is not None:
            kind = type(event)
            if kind is ScalarEvent:
                if event.anchor is not None or event.tag is not None:
                    self._refuse_extras(event)
                text = event.value
                if event.style == '"' and (hidden := escaped(text)):
                    self.refuse(event, "D003", character=f"U+{ord(hidden):04X}")
                if key is None and type(container) is dict:
                    if text in container:
                        self.refuse(event, "D009", key=text, first_line=str(lines.get(text, 1)))
                    lines[text] = event.start_mark.line + 1
                    if not text or "\n" in text:
                        self.refuse(event, "D012", text=text.strip() or "''")
                    key = text
                    continue
                value: Any = text if event.style else plain_value(text)
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                if event.anchor is not None or event.tag is not None:
                    self._refuse_extras(event)
                if key is None and type(container) is dict:
                    self.refuse(event, "D012", text="{…}" if kind is MappingStartEvent else "[…]")
                    key = f"\0{len(container)}"
                value = {} if kind is MappingStartEvent else []
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                container, key, lines = stack.pop()  # type: ignore[misc]
                continue
            elif kind is AliasEvent:
                self.refuse(event, "D010", text=f"*{event.anchor}")
                if key is None and type(container) is dict:
                    key = f"\0{len(container)}"
                    continue
                value = None
            else:
                if kind is DocumentStartEvent:
                    documents += 1
                    if documents == 2 or event.version or event.tags:
                        self.refuse(event, "D011", text="---" if documents > 1 else "%")
                continue
            if container is None:
                root = value
            elif type(container) is dict:
                container[key] = value
                key = None
            else:
                container.append(value)
            if type(value) is dict or type(value) is list:
                if len(stack) == DEPTH_LIMIT:
                    self.refuse(event, "D014", limit=str(DEPTH_LIMIT))
                if len(stack) > DEPTH_LIMIT * 4:
                    return None
                stack.append((container, key, lines))  # type: ignore[arg-type]
                container, key, lines = value, None, {}
        return root

    def _refuse_extras(self, event: Any) -> None:
        if event.anchor is not None:
            self.refuse(event, "D010", text=f"&{event.anchor}")
        elif event.tag is not None:
            self.refuse(event, "D011", text=event.tag.replace("tag:yaml.org,2002:", "!!"))
