"""Adding to a file: the data is as it should be, and what stood there stands there still, byte for byte."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import ROOT
from duban.adding import NoPlaceError, with_entry, with_part
from duban.finding import Pointer
from duban.parse import parse
from duban.rules.case import put_at
from duban.schema import Schemas

FILES = sorted(ROOT.glob("items/2019/*.yml"))


class OddHand:
    """Writes data as YAML that is legal and looks like nobody else's: indents, notes, quotes, brackets, blocks."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance

    def text(self, data: Any) -> str:
        head = "# 抬头\n\n" if self.odd(3) else ""
        tail = self.chance.choice(["\n", "\n\n# 尾注\n", ""])
        return f"{head}{chr(10).join(self.mapping(data, 0))}{tail}"

    def odd(self, often: int) -> bool:
        return self.chance.randrange(often) == 0

    def mapping(self, data: Any, indent: int) -> Iterator[str]:
        pad = " " * indent
        for key, value in data.items():
            yield from self.notes(pad)
            name = json.dumps(key) if self.odd(8) else key
            if isinstance(value, dict | list) and value and not self.odd(6):
                yield f"{pad}{name}:{' # 说明' if self.odd(9) else ''}"
                step = self.chance.choice((1, 2, 4)) if isinstance(value, dict) else self.chance.choice((0, 2, 3))
                yield from self.block(value, indent + step)
            elif isinstance(value, str) and "\n" not in value and value and value == value.strip() and self.odd(5):
                yield f"{pad}{name}: {self.chance.choice(('|-', '>-'))}"
                yield f"{pad}  {value}"
                yield from self.chance.choice(([], [""]))
            else:
                yield f"{pad}{name}: {self.flow(value)}{' # 尾' if self.odd(9) else ''}"

    def block(self, value: Any, indent: int) -> Iterator[str]:
        if isinstance(value, dict):
            yield from self.mapping(value, indent)
            return
        pad = " " * indent
        for one in value:
            if isinstance(one, dict) and one and not self.odd(5):
                first, *others = self.mapping(one, indent + 2)
                while first.lstrip().startswith("#") or not first.strip():
                    yield first
                    first, *others = others
                yield f"{pad}- {first.lstrip()}"
                yield from others
            else:
                yield f"{pad}- {self.flow(one)}"

    def notes(self, pad: str) -> Iterator[str]:
        if self.odd(9):
            yield f"{pad}# {self.chance.choice(['另见纪要', 'signed: []', '- 不是一项'])}"
        if self.odd(12):
            yield ""

    def flow(self, value: Any) -> str:
        blank = self.chance.choice(("", " "))
        if isinstance(value, dict):
            inner = ", ".join(f"{key}: {self.flow(one)}" for key, one in value.items())
            return f"{{{blank}{inner}{',' if value and self.odd(6) else ''}{blank}}}"
        if isinstance(value, list):
            return f"[{blank}{', '.join(self.flow(one) for one in value)}{',' if value and self.odd(6) else ''}{blank}]"
        return json.dumps(value, ensure_ascii=False)


def last_places(data: Any, pointer: Pointer = ()) -> Iterator[Pointer]:
    """Every key, and the last member of every list: what can be taken away and added again."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield (*pointer, key)
            yield from last_places(value, (*pointer, key))
    elif isinstance(data, list) and data:
        yield (*pointer, len(data) - 1)
        for index, value in enumerate(data):
            yield from last_places(value, (*pointer, index))


def without(data: Any, pointer: Pointer) -> tuple[Any, Any]:
    """A copy of the data without what stands at a pointer, and that; no container is left empty but the root."""
    copied = json.loads(json.dumps(data))
    here = copied
    for part in pointer[:-1]:
        here = here[part]
    return copied, here.pop(pointer[-1])


def is_only_longer(text: str, made: str) -> bool:
    """Whether one run of signs was put into a text, and nothing else changed but a line end at its end."""
    stood = text if text.endswith("\n") else f"{text}\n"
    start = next((n for n, (one, other) in enumerate(zip(stood, made, strict=False)) if one != other), len(stood))
    return any(stood[at:] == made[at + len(made) - len(stood) :] for at in range(start, -1, -1))


@given(st.sampled_from(FILES), st.randoms(use_true_random=False))
def test_only_one_run_of_signs_is_added(schemas: Schemas, file: Path, chance: Random) -> None:
    whole, _ = parse("x", file.read_bytes())
    root = schemas.field("item")
    pointer = chance.choice([*last_places(whole)])
    less, value = without(whole, pointer)
    text = OddHand(chance).text(less)
    before, problems = parse("x", text.encode())
    assert (before, problems) == (less, [])
    made = with_part(text.encode(), pointer, value, root).decode()
    after, problems = parse("x", made.encode())
    assert (after, problems) == (whole, [])
    assert is_only_longer(text, made), made


def leaves(data: Any, pointer: Pointer = ()) -> Iterator[tuple[Pointer, Any]]:
    """Every value that holds no other, with its place."""
    if isinstance(data, dict | list):
        for part, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from leaves(value, (*pointer, part))
    else:
        yield pointer, data


def test_what_is_put_at_its_place_value_by_value_is_the_whole() -> None:
    whole, _ = parse("x", (ROOT / "tests/base/items/2019/2019-0001.yml").read_bytes())
    made: dict[str, Any] = {}
    for pointer, value in leaves(whole):
        put_at(made, pointer, value)
    assert made == whole
    for pointer, value in leaves(whole):
        put_at(made, pointer, f"not {value}")
    assert [*leaves(made)] == [(pointer, f"not {value}") for pointer, value in leaves(whole)]


def test_what_an_office_writes_by_hand(schemas: Schemas) -> None:
    root = schemas.field("item")
    content = b"""id: 2019-0001   # first
# the notice
task_notice:
    form_no: x
    # about the deadline
    deadline: '2019-11-01'
    signed: [{role: director, by: d, on: 2019-10-01} ]

# reports
progress:
- on: 2019-10-02
  progress: |
    one
    # not a note

# the end
archive: {on: 2019-12-01}
"""
    made = with_part(content, ("task_notice", "ack"), {"by": "head", "on": "2019-10-02"}, root)
    made = with_part(made, ("task_notice", "signed", 1), {"role": "x", "by": "z", "on": "2019-10-03"}, root)
    made = with_part(made, ("task_notice", "content"), "甲、乙", root)
    made = with_part(made, ("progress", 0, "percent"), 50, root)
    made = with_entry(made, "progress", {"on": "2019-10-05", "progress": "two"}, root)
    made = with_entry(made, "tracking_notices", {"seq": 1}, root)
    made = with_part(made, ("archive", "by"), "registrar", root)
    assert (
        made.decode()
        == """id: 2019-0001   # first
# the notice
task_notice:
    form_no: x
    content: 甲、乙
    # about the deadline
    deadline: '2019-11-01'
    ack:
      by: head
      on: 2019-10-02
    signed: [{role: director, by: d, on: 2019-10-01}, {role: x, by: z, on: 2019-10-03} ]

# reports
progress:
- on: 2019-10-02
  progress: |
    one
    # not a note
  percent: 50
- on: 2019-10-05
  progress: two
tracking_notices:
  - seq: 1

# the end
archive: {on: 2019-12-01, by: registrar}
"""
    )


@pytest.mark.parametrize(
    ("content", "pointer"),
    [
        (b"[]\n", ("progress", 0)),
        (b"a\n", ("progress", 0)),
        (b"progress:\n", ("progress", 0)),
        (b"progress: [{on: 2019-11-01}]\n", ("progress", 0)),
        (b"progress: [{on: 2019-11-01}]\n", ("progress", 2)),
        (b"progress: [{on: 2019-11-01}]\n", ("progress", 0, "on")),
        (b"title: x\n", ("title", "y")),
        (b"title: x\n", ("nothing",)),
        (b"title: x\n", ("task_notice", "nothing", "x")),
        (b"title: x\n", ()),
        (b"title: x\n\ttab: y\n", ("id",)),
        (b"title: x\ntitle: y\n", ("id",)),
    ],
)
def test_where_there_is_no_place_nothing_is_touched(schemas: Schemas, content: bytes, pointer: Pointer) -> None:
    with pytest.raises(NoPlaceError):
        with_part(content, pointer, "x", schemas.field("item"))
