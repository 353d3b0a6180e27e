"""The table of faults names a test behind every row, and every test of a fault stands in it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from conftest import ROOT

TESTS = ROOT / "tests"
GUIDE = ROOT / "docs/faults.md"
NOTHING = ("不丢", "nothing")


def tables() -> list[list[list[str]]]:
    """The rows of the Chinese and of the English table, without their heads."""
    parts = re.split(r"^# ", GUIDE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    rows = [[line for line in part.splitlines() if line.startswith("| ")][1:] for part in parts]
    return [[[cell.strip() for cell in row.strip("|").split(" | ")] for row in table] for table in rows]


def functions(module: str) -> Iterator[ast.FunctionDef]:
    """The tests of a module."""
    parsed = ast.parse((TESTS / f"{module}.py").read_text(encoding="utf-8"))
    return (one for one in parsed.body if isinstance(one, ast.FunctionDef) and one.name.startswith("test_"))


def is_marked(function: ast.FunctionDef) -> bool:
    return any(ast.unparse(one) in ("fault", "pytest.mark.fault") for one in function.decorator_list)


def named() -> list[list[str]]:
    """The tests behind each row."""
    return [re.findall(r"`(\w+\.\w+)`", row[-1]) for row in tables()[0]]


def test_every_row_has_tests_that_exist() -> None:
    for row in named():
        assert row
        for module, _, name in (one.partition(".") for one in row):
            assert name in {one.name for one in functions(module)}, f"{module}.{name}"


def test_every_test_of_a_fault_stands_in_the_table() -> None:
    listed = {one for row in named() for one in row}
    marked = {
        f"{path.stem}.{one.name}" for path in TESTS.glob("test_*.py") for one in functions(path.stem) if is_marked(one)
    }
    assert marked
    assert marked - listed == set()


def test_both_languages_tell_the_same_and_nothing_is_lost() -> None:
    chinese, english = tables()
    assert [row[-1] for row in chinese] == [row[-1] for row in english]
    for table, nothing in zip((chinese, english), NOTHING, strict=True):
        for row in table:
            assert len(row) == 5
            assert all(row)
            assert row[3] == nothing
