"""The mutants that are said to change no verdict stand where they are said to, and everything that decides is mutated.

The mutation test itself takes hours and packages of its own: ``make mutants``.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from conftest import ROOT
from mutation.__main__ import GROUPS, HERE, TOOLS

EXPLAINED: list[dict[str, Any]] = json.loads((HERE / "survivors.json").read_text(encoding="utf-8"))
MODULES = {
    file.stem: file.read_text(encoding="utf-8")
    for group in GROUPS.values()
    for pattern in group.modules
    for file in (TOOLS / "duban").glob(pattern)
}


@pytest.mark.parametrize("why", EXPLAINED, ids=lambda why: why["why"][:40])
def test_what_is_explained_still_stands(why: dict[str, Any]) -> None:
    assert why["why"]
    for module, place, within, before, _ in why["mutants"]:
        lines = [line.strip() for line in MODULES[module].splitlines()]
        assert within in lines, (module, within)
        assert before.split(" ")[0] in MODULES[module], (module, before)
        assert not place or f"def {place.rpartition('.')[2]}(" in MODULES[module], (module, place)


def test_nothing_is_explained_twice() -> None:
    counted = Counter(tuple(key) for why in EXPLAINED for key in why["mutants"])
    assert [key for key, number in counted.items() if number > 1] == []


def test_the_tests_that_are_asked_exist() -> None:
    assert len(MODULES) > 15
    for group in GROUPS.values():
        assert [name for name in group.tests if not (ROOT / f"tests/test_{name}.py").is_file()] == []
