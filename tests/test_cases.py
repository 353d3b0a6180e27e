"""Every folder of tests/cases is a ledger with one slip in it, and names the exact findings it must give."""

from __future__ import annotations

import string
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from duban.assessed import frozen_otherwise, points_unknown
from duban.finding import CODES, Finding, ordered
from duban.load import Readings, read
from duban.parse import SIZE_LIMIT

TESTS = Path(__file__).parent
ROOT = TESTS.parent
FOLDERS = sorted(folder for folder in (TESTS / "cases").iterdir() if folder.is_dir())
TODAY = "2019-10-31"
COVERED_ELSEWHERE = frozenset({"D804", "D820"} | {code for code in CODES if code.startswith(("D9", "P", "G", "A"))})
"""Codes raised above the reading layer: D804 by whoever counts working days, D820 by asking git, D9 by comparing two
trees, P by the leak test of a public edition, G by judging a pull request, A by auditing history."""
PARTS = ("title", "message", "fix", "why")

Tree = dict[str, bytes]


@dataclass(frozen=True)
class Case:
    """One folder: the tree it makes of the base, and the lines of its ``expected.txt``."""

    tree: Tree
    own: frozenset[str]
    today: str
    expected: tuple[str, ...]

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(line.rpartition(" ")[2] for line in self.expected)


def files(folder: Path) -> Tree:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def base() -> Tree:
    return {f"schemas/{name}": content for name, content in files(ROOT / "schemas").items()} | files(TESTS / "base")


def case(folder: Path) -> Case:
    own = files(folder)
    first, *lines = own.pop("expected.txt").decode().splitlines()
    deleted = {line.removeprefix("delete: ") for line in lines if line.startswith("delete: ")}
    tree = {path: content for path, content in (base() | own).items() if path not in deleted}
    expected = tuple(line for line in lines if not line.startswith("delete: "))
    return Case(tree, frozenset(own) | deleted, first.removeprefix("today: "), expected)


def shown(finding: Finding) -> str:
    return f"{finding.path}:{finding.line}:{finding.column} {finding.code}"


def invalid_items(readings: Readings, own: frozenset[str]) -> list[str]:
    """Items of the base that a case left alone and that were not read all the same."""
    items = [path for path in base() if path.startswith("items/") and path not in own]
    return [path for path in items if path not in readings.items or not readings.items[path].valid]


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def catalogue(language: str) -> Catalog:
    path = ROOT / "tools" / "duban" / "locale" / language / "LC_MESSAGES" / "findings.po"
    with path.open("rb") as po:
        return read_po(po)


def texts(language: str) -> Iterator[tuple[str, str, str]]:
    """Every code with each of its parts and its text in one language, "" where there is none."""
    messages = catalogue(language)
    for code in CODES:
        for part in PARTS:
            message = messages.get(f"{code}.{part}")
            yield code, part, str(message.string) if message else ""


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_case(folder: Path) -> None:
    it = case(folder)
    readings = read(it.tree)
    findings = ordered([*readings.findings(it.today), *points_unknown(readings), *frozen_otherwise(readings)])
    assert tuple(shown(finding) for finding in findings) == it.expected
    for finding in findings:
        assert set(CODES[finding.code].details) <= set(finding.details), "the message cannot be filled in"
    if not {"D809", "D826"} & it.codes:  # without its schemas no file of a ledger can be read
        assert invalid_items(readings, it.own) == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_case_is_named_after_what_it_shows(folder: Path) -> None:
    code = folder.name.partition("-")[0]
    assert code in CODES
    assert code in case(folder).codes or "-is-fine" in folder.name


def test_base_is_clean() -> None:
    assert [shown(finding) for finding in read(base()).findings(TODAY)] == []


def test_every_code_has_a_case() -> None:
    named = frozenset().union(*(case(folder).codes for folder in FOLDERS))
    assert frozenset(CODES) - named - COVERED_ELSEWHERE == {"D005"}  # the test below makes its file


def test_file_that_is_too_large() -> None:
    path = "items/2019/2019-0002.yml"
    tree = base()
    tree[path] += b"#" * SIZE_LIMIT
    readings = read(tree)
    assert [shown(finding) for finding in readings.findings(TODAY)] == [f"{path}:1:1 D005"]
    assert invalid_items(readings, frozenset({path})) == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_code_has_its_texts(language: str) -> None:
    assert [f"{code}.{part}" for code, part, text in texts(language) if not text.strip()] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_texts_use_only_what_their_code_fills_in(language: str) -> None:
    for code, part, text in texts(language):
        filled_in = set(CODES[code].details) if part in ("message", "fix") else set()
        assert placeholders(text) <= filled_in, f"{code}.{part}"


def test_languages_have_the_same_texts() -> None:
    zh, en = ({message.id for message in catalogue(language)} for language in ("zh", "en"))
    assert zh == en
