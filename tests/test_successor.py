"""What follows from a closed item: registered by the command with what is known, linked both ways, and only once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conftest import AS_OF, Outcome
from corpus import base
from duban.model import Data
from duban.parse import parse
from duban.schema import Schemas
from duban.writing import file_text

OLD, NEW = "items/2019/2019-0001.yml", "items/2019/2019-0003.yml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path, content in base().items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return tmp_path


def change(folder: Path, schemas: Schemas, edit: Callable[[Any], object]) -> None:
    data = parse(OLD, (folder / OLD).read_bytes())[0]
    edit(data)
    (folder / OLD).write_text(file_text(data, schemas.field("item")), encoding="utf-8")


def instruct(data: Any) -> None:
    data["feedback"]["new_instruction"] = "请把全区老旧管网一并排查。"


def rate(data: Any) -> None:
    data["closure_notices"][1]["satisfaction"] = {"source": "社区居民", "rating": "不满意", "on": "2019-10-28"}


def codes(outcome: Outcome) -> list[str]:
    return [one["code"] for one in outcome.json["findings"]]


@pytest.mark.parametrize(
    ("edit", "link", "source", "words"),
    [
        (instruct, "follows", {"type": "领导批示", "leader": "mayor", "text": "请把全区老旧管网一并排查。"}, "新批示"),
        (rate, "reopened_from", {"type": "网民留言"}, "社区居民于2019-10-28评价不满意"),
    ],
)
def test_a_new_item_is_prepared_and_the_old_one_told(
    folder: Path,
    schemas: Schemas,
    run: Callable[..., Outcome],
    edit: Callable[[Any], object],
    link: str,
    source: Data,
    words: str,
) -> None:
    """Nothing but the link at the other end is wanting, and that stands on the screen, ready to be put in."""
    change(folder, schemas, edit)
    made = run("-C", folder, "new", "--after", "2019-0001", "--set", f"intake.received_on={AS_OF}")
    assert (made.code, made.out) == (0, f"{NEW}\n"), made.err
    data = parse(NEW, (folder / NEW).read_bytes())[0]
    assert (data[link], data["title"], data["importance"]) == ("2019-0001", "古书院社区供水管网改造", "A")
    assert source.items() <= data["intake"]["sources"][0].items()
    assert words in data["intake"]["summary"]
    assert codes(run("-C", folder, "check", "--format", "json")).count("D215") == 1

    told, _, lines = made.err.partition("\n")
    assert OLD in told
    owed = parse("owed", lines.encode())[0]
    change(folder, schemas, lambda old: [old.setdefault(name, {}).update(entry) for name, entry in owed.items()])
    assert {"D215", "D315"} & {*codes(run("-C", folder, "check", "--format", "json"))} == set()
    again = run("-C", folder, "new", "--after", "2019-0001")
    assert (again.code, again.out) == (2, "")


@pytest.mark.parametrize("item", ["2019-0001", "2019-0002", "2019-0099"])
def test_nothing_follows_where_nothing_asks_for_it(folder: Path, run: Callable[..., Outcome], item: str) -> None:
    refused = run("-C", folder, "new", "--after", item)
    assert (refused.code, refused.out) == (2, "")
    assert item in refused.err
    assert "Traceback" not in refused.err
