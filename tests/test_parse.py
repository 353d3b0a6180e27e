"""Reading one YAML file strictly: it never raises, agrees with other readers, points at the right place, and ends."""

from __future__ import annotations

import datetime
import string
import time
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from duban.events import locate
from duban.finding import CODES, Pointer
from duban.language import LANGUAGES, language
from duban.model import Tree
from duban.parse import SIZE_LIMIT, parse
from duban.plain import read_plain
from duban.scalar import Ambiguous, plain_value
from duban.schema import Schemas
from duban.writing import file_text, scalar

YAML_MARKS = "ab01 -:,[]{}#&*!|>'\"%@`?.~\n\n\r\t：　\ufeff\u200b五"
PIECES = (
    "a: ", "on: ", "- ", "  ", "\n", "\r\n", "x", "五", "'", '"', '"x"', "[", "]", "{", "}", ", ", ":", "#", " # c",
    "|\n", ">-\n", "---\n", "...\n", "&a ", "*a", "!!str ", "? ", "2019-10-01", "007", "no", "true", "null", "~",
    "12:30", "-1", "1.5", "[a, b]", "{a: 1, b: x}", "<<: ", "%YAML 1.1\n", "\\", "\\n",
)  # fmt: skip
SCALARS = st.one_of(
    st.text("0123456789+-._:eE", min_size=1, max_size=7),
    st.text("0123456789+-._:eExobinfNaAtrsyYOTulLfFSR=~", min_size=1, max_size=6),
    st.sampled_from(
        ["yes", "No", "ON", "off", "y", "N", "true", "False", "null", "~", "=", ".inf", "-.INF", ".nan", "0o17"]
    ),
    st.from_regex(r"[1-9][0-9]{3}-[01][0-9]-[0-3][0-9]", fullmatch=True),
    st.text("1２٣.五", min_size=1, max_size=4),
)
SECONDS = 5.0


def same(ours: Any, theirs: Any) -> bool:
    """Agreement with PyYAML's SafeLoader, apart from what ``parse`` means to differ in.

    Dates and times stay text; so does what is marked Ambiguous; the keys on, off, yes, no, y and n
    and keys that look like another type are text. Python's True == 1 does not count as agreement.
    """
    if isinstance(ours, Ambiguous) or isinstance(theirs, datetime.date):
        return isinstance(ours, str)
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return len(ours) == len(theirs) and all(
            (plain_key(key) == other or isinstance(other, bool | int | float | datetime.date | None))
            and same(value, theirs[other])
            for (key, value), other in zip(ours.items(), theirs, strict=True)
        )
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    return type(ours) is type(theirs) and ours == theirs


def plain_key(key: str) -> Any:
    return {"on": True, "off": False, "yes": True, "no": False}.get(key, key)


def nested(depth: int = 3) -> st.SearchStrategy[Any]:
    leaves = st.one_of(st.text("ab五: #-'\"\n", max_size=8), st.booleans(), st.integers(-9999, 9999))
    keys = st.text(string.ascii_lowercase + "_", min_size=1, max_size=8)
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4), max_leaves=12
    )


DATA = st.dictionaries(
    st.sampled_from(["signed", "milestones", "progress", "title", "on", "intake", "plan_refs", "x"]),
    nested(),
    min_size=1,
    max_size=5,
)


@settings(max_examples=300)
@given(
    st.binary(max_size=60)
    | st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass"))
    | st.text(YAML_MARKS, max_size=40).map(str.encode)
    | st.lists(st.sampled_from(PIECES), max_size=16).map(lambda pieces: "".join(pieces).encode())
)
@example("姓名: 五\n".encode("gb18030"))
@example(b"\xff\xfea\x00")
def test_anything_gives_data_or_findings_and_never_raises(content: bytes) -> None:
    data, findings = parse("items/2019/2019-0001.yml", content)
    assert (data is None) == bool(findings)
    assert data is None or isinstance(data, dict)
    # libyaml ends a last line that has no end of its own, and may point behind it.
    lines = content.count(b"\n") + content.count(b"\r") + 2
    for finding in findings:
        assert 1 <= finding.line <= lines
        assert finding.column >= 1
        assert set(finding.details) == set(CODES[finding.code].details)
        assert all(language(code).message(finding) and language(code).fix(finding) for code in LANGUAGES)


@settings(max_examples=300)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join) | st.text(YAML_MARKS, max_size=30))
@example("a: b\r\n")
@example("a:\n  - b\n")
@example("a: [1, 2]\n")
def test_what_the_plain_shortcut_reads_the_full_reader_reads_alike(text: str) -> None:
    _hold_shortcut_against_full_reader(text)


def test_the_plain_shortcut_reads_the_shipped_files_as_the_full_reader_does(tree: Tree) -> None:
    plain = [_hold_shortcut_against_full_reader(tree[path].decode()) for path in tree if path.endswith(".yml")]
    assert sum(plain) > len(plain) / 2


@settings(max_examples=400)
@given(SCALARS)
@example("+1.5")
@example("1_0.5")
@example("1２")
@example("12345678901234567")
def test_scalars_mean_what_safe_loader_takes_them_for(text: str) -> None:
    ours, theirs = _both(f"a: {text}\n")
    if ours is not None:
        assert same(ours, theirs)


@settings(max_examples=300)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_documents_mean_what_safe_loader_takes_them_for(text: str) -> None:
    ours, theirs = _both(text)
    if ours is not None and "<<" not in text:
        assert same(ours, theirs)


@given(DATA)
def test_written_data_means_the_same_to_safe_loader(schemas: Schemas, data: dict[str, Any]) -> None:
    ours, theirs = _both(file_text(data, schemas.field("item")))
    assert ours == data
    assert same(ours, theirs)


@given(DATA)
def test_places_point_at_the_right_characters(schemas: Schemas, data: dict[str, Any]) -> None:
    text = file_text(data, schemas.field("item"))
    lines = text.split("\n")
    places = locate(text.encode())
    assert set(places) == {(), *_pointers(data, ())}
    for pointer, place in places.items():
        at_value = lines[place.line - 1][place.column - 1 :]
        at_key = lines[place.key_line - 1][place.key_column - 1 :]
        if pointer and isinstance(pointer[-1], str):
            assert at_key.startswith(f"{pointer[-1]}:")
        value = _at(data, pointer)
        if isinstance(value, dict | list):
            assert at_value[:1] in "{[-" or at_value.startswith(tuple(f"{key}:" for key in value))
        else:
            assert at_value.startswith((scalar(value), scalar(value, in_flow=True), "|"))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("billion laughs", b"a: &a [x, x]\n" + b"".join(b"b%d: &b%d [*a, *a, *a]\n" % (n, n) for n in range(3000))),
        ("nested lists", b"a: " + b"[" * 400_000),
        ("nested maps", b"a: " + b"{a: " * 100_000),
        ("nested dashes", b"- " * 200_000),
        ("complex keys", b"? " * 200_000),
        ("anchors", b"".join(b"a%d: &x%d 1\n" % (n, n) for n in range(20_000))),
        ("wide indentation", "\u3000\n".encode() * 120_000),
        ("zero width", "\u200b".encode() * 150_000),
        ("tabs", b"\t\n" * 200_000),
        ("spaces before a slip", b"a: [\n" + b" " * 500_000 + b"'"),
        ("one long word", b"a" * 500_000 + b"\n"),
        ("colons", b"a:" * 250_000),
        ("many keys", b"".join(b"k%d: 1\n" % n for n in range(40_000))),
        ("too large", b"a: x\n" * SIZE_LIMIT),
    ],
)
def test_hostile_files_end_quickly(name: str, content: bytes) -> None:
    # The work of this process alone: how busy the machine is says nothing of the reader.
    started = time.process_time()
    data, findings = parse("items/2019/2019-0001.yml", content)
    assert time.process_time() - started < SECONDS, name
    assert (data is None) == bool(findings)
    assert name == "many keys" or findings


def _hold_shortcut_against_full_reader(text: str) -> bool:
    """Whether the shortcut read it at all; when it did, the full reader must find the same and nothing wrong."""
    shortcut = read_plain(text)
    if shortcut is None:
        return False
    # A second document start changes nothing for a full reader but ends what the shortcut knows.
    data, findings = parse("x.yml", f"---\n{text}".encode())
    if not any(finding.code in ("D003", "D004") for finding in findings):
        assert findings == []
        assert repr(shortcut) == repr(data)
    return True


def _both(text: str) -> tuple[Any, Any]:
    """What ``parse`` and SafeLoader make of a text; None twice when either refuses it."""
    ours, _ = parse("x.yml", text.encode())
    try:
        theirs = yaml.load(text, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError, OverflowError, TypeError):
        return None, None
    return (ours, theirs) if ours is not None else (None, None)


def _pointers(node: Any, pointer: Pointer) -> list[Pointer]:
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [found for key, value in children for found in ((*pointer, key), *_pointers(value, (*pointer, key)))]


def _at(data: Any, pointer: Pointer) -> Any:
    for part in pointer:
        data = data[part]
    return data


def test_a_scalar_no_reader_doubts_keeps_its_type() -> None:
    assert [plain_value(text) for text in ("1", "-2", "1.5", "true", "", "~", "五")] == [
        1,
        -2,
        1.5,
        True,
        None,
        None,
        "五",
    ]


@pytest.mark.parametrize("digest", ["0b0e1e1a83fe72b0c85d68b533c116f5b5a8aa40", "0b2", "0o8", "0e1a83fe", "1e3f"])
def test_a_digest_that_begins_like_a_number_is_text_to_every_reader(digest: str) -> None:
    assert type(plain_value(digest)) is str
    assert _both(f"a: {digest}\n") == ({"a": digest}, {"a": digest})


@pytest.mark.parametrize("text", ["0b101", "0x1F", "0o17", "-0b1_0", "1e3", "017"])
def test_a_number_that_readers_write_differently_is_marked(text: str) -> None:
    assert type(plain_value(text)) is Ambiguous
