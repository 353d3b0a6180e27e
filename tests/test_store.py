"""Readings kept between runs: the same answers as without, only what changed read again, and never an error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from conftest import AS_OF, Outcome
from duban import shard
from duban.language import LANGUAGES, language
from duban.load import Readings, read
from duban.model import Tree
from duban.reader import Reading
from duban.store import FileStore, cache_folder

ITEM = "items/2019/2019-0009.yml"
DAYS = ("2019-08-15", AS_OF)


class Counting:
    """A store that notes which files had to be read."""

    def __init__(self, inner: FileStore) -> None:
        self.inner = inner
        self.read: list[str] = []

    def get(self, path: str, rules: str, tree: Tree) -> Reading | None:
        return self.inner.get(path, rules, tree)

    def put(self, path: str, rules: str, reading: Reading) -> None:
        self.read.append(path)
        self.inner.put(path, rules, reading)


def read_with(tree: Tree, folder: Path, stamp: Callable[[str], str] | None = None) -> tuple[Readings, list[str]]:
    """Read through a store in a folder and keep what was read."""
    store = Counting(FileStore(folder, stamp))
    readings = read(tree, store)
    for _, one in readings.records:
        assert one.data is None or one.data() is not None
    store.inner.flush()
    return readings, store.read


def shown(readings: Readings, day: str) -> list[Any]:
    """The findings of a day as readers of both languages see them: JSON knows no tuples."""
    return [
        (one.path, one.line, one.column, one.code, *(language(code).message(one) for code in LANGUAGES))
        for one in readings.findings(day)
    ]


def same(one: Readings, other: Readings) -> bool:
    """Whether two readings judge and tell the same, on a day of the past and on the last."""
    ledgers = [(replace(found.ledger(day), findings=()), shown(found, day)) for found in (one, other) for day in DAYS]
    return ledgers[: len(DAYS)] == ledgers[len(DAYS) :]


@pytest.fixture(scope="module")
def small(tree: Tree) -> Tree:
    """The shipped ledger with the first nine of its items and reports."""
    first = ("items/2019/2019-000", "reports/2019/00")
    return {path: tree[path] for path in tree if path.startswith(("schemas/", "registry/", *first))}


@pytest.fixture(scope="module")
def plain(small: Tree) -> Readings:
    """The small ledger read without a store."""
    return read(small)


@pytest.fixture
def folder(tmp_path: Path, small: Tree) -> Path:
    """A folder with the readings of the small ledger."""
    read_with(small, tmp_path / "store")
    return tmp_path / "store"


def test_answers_are_the_same_with_a_store_and_without(tree: Tree, readings: Readings, tmp_path: Path) -> None:
    first, read_first = read_with(tree, tmp_path / "store")
    second, read_second = read_with(tree, tmp_path / "store")
    assert same(first, readings)
    assert same(second, readings)
    assert sorted(read_first) == sorted(path for path, _ in readings.records)
    assert read_second == []


def test_findings_are_kept_with_their_places(small: Tree, tmp_path: Path) -> None:
    spoilt = {
        **small,
        ITEM: small[ITEM].replace("重点".encode(), "重要".encode(), 1),
        "items/2019/2019-0003.yml": b"a: [\n",
    }
    without = shown(read(spoilt), AS_OF)
    assert len(without) >= 2
    first, _ = read_with(spoilt, tmp_path / "store")
    second, read_second = read_with(spoilt, tmp_path / "store")
    assert shown(first, AS_OF) == shown(second, AS_OF) == without
    assert read_second == []


def test_only_the_file_that_changed_is_read_again(small: Tree, folder: Path) -> None:
    changed = {**small, ITEM: small[ITEM] + "# 注\n".encode()}
    assert read_with(changed, folder)[1] == [ITEM]
    assert read_with(changed, folder)[1] == []


def test_a_changed_registry_has_everything_read_again(small: Tree, plain: Readings, folder: Path) -> None:
    changed = {**small, "registry/units.yml": small["registry/units.yml"] + "# 注\n".encode()}
    assert len(read_with(changed, folder)[1]) == len(plain.items) + len(plain.reports)


def test_a_file_with_the_same_stamp_is_not_even_looked_at(small: Tree, folder: Path) -> None:
    read_with(small, folder, lambda path: f"stamp of {path}")
    changed = {**small, ITEM: b"never read\n"}
    assert read_with(changed, folder, lambda path: f"stamp of {path}")[1] == []
    assert read_with(changed, folder, lambda _: "another")[1] == [ITEM]


@pytest.mark.parametrize("name", ["items-2019.judgements.json", "reports-2019.judgements.json"])
@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: b"",
        lambda content: content[: len(content) // 2],
        lambda _: b"[]",
        lambda _: b"null",
        lambda _: b'{"format": "0.0.0/1", "rows": {}}',
        lambda content: orjson.dumps({**orjson.loads(content), "format": "9.9.9/1"}),
        lambda content: orjson.dumps({**orjson.loads(content), "rows": []}),
        lambda content: _with_rows(content, None),
        lambda content: _with_rows(content, []),
        lambda content: _with_rows(content, "x"),
        lambda content: _with_rows(content, {}),
        lambda content: _with_rows(content, [1, 2]),
        lambda content: _with_rows(content, [1, 2, 3, 4]),
    ],
)
def test_a_spoilt_store_is_ignored(
    small: Tree, plain: Readings, folder: Path, name: str, spoil: Callable[[bytes], bytes]
) -> None:
    file = folder / name
    file.write_bytes(spoil(file.read_bytes()))
    assert same(read_with(small, folder)[0], plain)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: b"",
        lambda content: content[: len(content) // 2],
        lambda content: content[1:],
        lambda content: b"x" * len(content),
        lambda content: content.replace(b'",{', b'",["'),
        lambda content: content.replace("市医院".encode(), "市学校".encode()).replace(b'["', b'["0'),
    ],
)
def test_spoilt_data_are_read_anew(small: Tree, plain: Readings, folder: Path, spoil: Callable[[bytes], bytes]) -> None:
    file = folder / "items-2019.data.jsonl"
    file.write_bytes(spoil(file.read_bytes()))
    assert same(read_with(small, folder)[0], plain)


def test_data_are_added_to_and_written_again_when_most_of_it_is_waste(
    small: Tree, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = folder / "items-2019.data.jsonl"
    first = file.read_bytes()
    changed = {**small, ITEM: small[ITEM] + "# 注\n".encode()}
    assert same(read_with(changed, folder)[0], read(changed))
    grown = file.read_bytes()
    assert grown.startswith(first)
    assert len(first) < len(grown) < 1.5 * len(first)
    monkeypatch.setattr(shard, "_WASTE", -len(grown))
    again = {**small, ITEM: small[ITEM] + "# 又注\n".encode()}
    assert same(read_with(again, folder)[0], read(again))
    assert len(file.read_bytes()) < len(grown)
    assert read_with(again, folder)[1] == []


@pytest.mark.parametrize("name", ["items-2019.judgements.json", "items-2019.data.jsonl"])
def test_a_lost_half_of_a_store_is_made_good(small: Tree, plain: Readings, folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert same(read_with(small, folder)[0], plain)


def test_a_row_with_a_spoilt_judgement_is_read_again(small: Tree, plain: Readings, folder: Path) -> None:
    file = folder / "items-2019.judgements.json"
    content: dict[str, Any] = orjson.loads(file.read_bytes())
    content["rows"][ITEM][4] = [["too", "short"], [], [], "and too long"]
    file.write_bytes(orjson.dumps(content))
    found, read_again = read_with(small, folder)
    assert read_again == [ITEM]
    assert same(found, plain)


def test_a_store_that_cannot_be_written_is_no_error(small: Tree, plain: Readings, tmp_path: Path) -> None:
    (tmp_path / "store").write_text("a file where the folder should be")
    assert same(read_with(small, tmp_path / "store")[0], plain)
    assert (tmp_path / "store").read_text() == "a file where the folder should be"


def test_a_command_runs_without_a_cache_it_may_write(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, root: Path, run: Callable[..., Outcome]
) -> None:
    (tmp_path / "cache").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert run("-C", root, "check").code == 0


def test_writing_leaves_nothing_but_the_store(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == [
        f"{name}-2019.{kind}" for name in ("items", "reports") for kind in ("data.jsonl", "judgements.json")
    ]


def test_each_ledger_has_a_folder_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder(tmp_path / "a") != cache_folder(tmp_path / "b")
    assert cache_folder(tmp_path / "a").parent == tmp_path / "duban"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert cache_folder(tmp_path / "a").parent == tmp_path / "home" / ".cache" / "duban"


def _with_rows(content: bytes, row: Any) -> bytes:
    """The store's file with every row replaced."""
    kept = orjson.loads(content)
    return orjson.dumps({**kept, "rows": dict.fromkeys(kept["rows"], row)})
