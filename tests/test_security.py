"""SECURITY.md names files and tests that exist, row by row the same in both languages, and every test of a threat."""

from __future__ import annotations

import ast
import re
from typing import NamedTuple

import pytest

from conftest import ROOT

PAGES = ("SECURITY.md", "SECURITY.zh.md")
ATTACKERS = 7
pages = pytest.mark.parametrize("name", PAGES)


class Row(NamedTuple):
    """One thing that somebody tries: who, what, what stops it, the files that hold it, what is left."""

    who: str
    tries: str
    stops: str
    held: tuple[str, ...]
    left: str


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def rows(name: str) -> list[Row]:
    found = []
    for line in text(name).splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == 5 and "`" in cells[3]:
            found.append(Row(cells[0], cells[1], cells[2], tuple(re.findall(r"`([^`]+)`", cells[3])), cells[4]))
    return found


@pages
def test_every_row_is_whole_and_names_a_test(name: str) -> None:
    assert len(rows(name)) > 20
    for row in rows(name):
        assert all((row.tries, row.stops, row.left)), row
        assert any(path.startswith("tests/test_") for path in row.held), row
        assert any(not path.startswith("tests/") for path in row.held), row
    assert len([row for row in rows(name) if row.who]) == ATTACKERS


@pages
def test_every_file_named_is_there_and_every_test_module_tests(name: str) -> None:
    for path in {path for row in rows(name) for path in row.held}:
        assert (ROOT / path).exists(), path
        if path.startswith("tests/test_"):
            module = ast.parse(text(path))
            assert any(isinstance(one, ast.FunctionDef) and one.name.startswith("test_") for one in module.body), path
    links = re.findall(r"\]\((?!http)([^)#]+)\)", text(name))
    assert [one for one in links if not (ROOT / one).exists()] == []


def test_both_languages_say_the_same() -> None:
    english, chinese = map(rows, PAGES)
    assert [row.held for row in english] == [row.held for row in chinese]
    assert [bool(row.who) for row in english] == [bool(row.who) for row in chinese]
    headings = [re.findall(r"^#+ ", text(name), re.MULTILINE) for name in PAGES]
    assert headings[0] == headings[1]
    assert not re.search(r"[\u4e00-\u9fff]", text(PAGES[0]).partition("\n\n")[2].partition("\n\n")[2])


@pages
def test_no_test_of_a_threat_is_left_out(name: str) -> None:
    threats = {f"tests/{path.name}" for path in (ROOT / "tests").glob("test_threats_*.py")}
    assert threats <= {path for row in rows(name) for path in row.held}
