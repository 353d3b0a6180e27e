"""Writing data as YAML text: reading gives the same data back, and writing that gives the same text."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from duban.model import Tree
from duban.parse import parse
from duban.scalar import Ambiguous
from duban.schema import Schemas
from duban.writing import file_text, scalar

# fmt: off
AWKWARD = (
    "", " ", "x ", " x", ":", "a:", "a: b", ":b", "#", "a #b", "#b", "'", '"', "it's", '"quoted"', "-", "- a",
    "--- a", "...", "?", "? a", "|", ">", "&a", "*a", "!a", "%a", "@a", "`a", "{", "}", "[", "]", "{a: 1}", "[a, b]",
    ",", "a, b", "a,b", "yes", "no", "on", "Off", "true", "null", "~", "y", "N", "=", "007", "12:30", "1_000", "+5",
    "0x1F", "1e5", ".5", "5.", "-1", "1.0", "2019-10-31", "2019-10-31T10:00", "<<", "\\", "\\n", "a\nb", "a\nb\n",
    "\na", "a\n\n", "a\n b", " a\nb", "a \nb", "a\n# b", "a\n- b\n", "a\n\n\nb", "\n", "a\n---\nb", "a\nb: c",
    "一：二", "「引」、；！？…——", "（一）\n（二）\n", "“十乱”", "😀", "👨\u200d", "e\u0301", "\t", "a\tb", "\r\n",
    "\x00", "\x1b[31m", "9\xa0000", "\u3000段首", "a\n\u3000b: c",
)
_REFUSED = (
    (0, 8), (0xB, 0x1F), (0x7F, 0x9F), (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5),
    (0x180E, 0x180E), (0x200B, 0x200F), (0x2028, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0), (0xFFF9, 0xFFFB), (0xFFFE, 0xFFFF), (0x1D173, 0x1D17A), (0xE0000, 0xE007F),
)
# fmt: on
UNREADABLE = frozenset(chr(code) for first, last in _REFUSED for code in range(first, last + 1))
"""Characters that reading refuses wherever they stand, written as they are or as escapes (D003)."""

TEXTS = st.one_of(
    st.sampled_from([one for one in AWKWARD if not UNREADABLE & set(one)]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="".join(sorted(UNREADABLE))), max_size=20),
    st.text("ab五 \n:#-'\"[]{},：。", max_size=30),
    st.text("0123456789+-._:eExo", min_size=1, max_size=8),
)
LEAVES = st.one_of(TEXTS, st.booleans(), st.integers(-(10**15), 10**15), st.none())
KEYS = st.one_of(
    st.sampled_from(
        ["id", "title", "intake", "on", "signed", "milestones", "task_notice", "plan_refs", "paper", "attachments"]
    ),
    st.from_regex(r"[a-z_]{1,12}", fullmatch=True),
)
NESTED = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=20
)
DATA = st.dictionaries(KEYS, NESTED, min_size=1, max_size=6)


def certain(data: Any) -> str:
    """The data as text in which True is not 1 and no reader's doubt is left."""
    if isinstance(data, Ambiguous):
        return f"ambiguous {data}"
    return json.dumps(data, sort_keys=True)


@settings(max_examples=400)
@given(DATA)
@example({"signed": [{"role": "x", "on": "2019-10-31", "paper": {"file": "a: b"}}]})
@example({"milestones": [{"name": "一、二", "due": "2019-10-31"}], "x": {"y": [[], {}, [[1]]]}})
def test_reading_gives_back_what_was_written(schemas: Schemas, data: dict[str, Any]) -> None:
    root = schemas.field("item")
    text = file_text(data, root)
    read, findings = parse("x.yml", text.encode())
    assert findings == []
    assert certain(read) == certain(data)
    assert file_text(read, root) == text


@pytest.mark.parametrize("text", AWKWARD)
@pytest.mark.parametrize("in_flow", [False, True])
def test_awkward_texts_stay_what_they_are(text: str, in_flow: bool) -> None:
    if UNREADABLE & set(text):
        return_code = parse("x.yml", f"a: {scalar(text)}\n".encode())[1][0].code
        assert return_code == "D003"
        return
    written = f"a: [{scalar(text, in_flow=True)}, x]\n" if in_flow else f"a: {scalar(text)}\n"
    data, findings = parse("x.yml", written.encode())
    assert findings == []
    assert data["a"] == ([text, "x"] if in_flow else text)
    assert type(data["a"]) is not Ambiguous


def test_keys_stand_in_the_order_of_the_schema(schemas: Schemas) -> None:
    text = file_text({"stranger": 1, "title": "x", "id": "2019-0001"}, schemas.field("item"))
    assert text == "id: 2019-0001\ntitle: x\nstranger: 1\n"


def test_signatures_and_short_lists_stand_on_one_line(schemas: Schemas) -> None:
    data = {
        "plan_refs": ["P01", "W02"],
        "intake": {"signed": [{"role": "registrar", "by": "registrar", "on": "2019-10-31"}]},
    }
    assert file_text(data, schemas.field("item")) == (
        "plan_refs: [P01, W02]\nintake:\n  signed: [{role: registrar, by: registrar, on: 2019-10-31}]\n"
    )


def test_a_text_of_several_lines_is_a_block(schemas: Schemas) -> None:
    text = file_text({"intake": {"summary": "一是路灯。\n二是井盖。"}}, schemas.field("item"))
    assert text == "intake:\n  summary: |-\n    一是路灯。\n    二是井盖。\n"


def test_writing_does_not_depend_on_the_order_of_known_keys(tree: Tree, schemas: Schemas) -> None:
    data, _ = parse("x.yml", tree["items/2019/2019-0009.yml"])
    backwards = dict(reversed(data.items()))
    assert file_text(backwards, schemas.field("item")) == file_text(data, schemas.field("item"))
