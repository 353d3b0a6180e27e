"""The one home of files and git: folders and revisions as trees, links left out, files written whole or not at all."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from conftest import AS_OF, GitFolder
from duban import repository
from duban.model import Tree
from duban.repository import LedgerError, RevisionError, is_day, pinned_day, tree_at, tree_of
from duban.repository.whole import create_whole, write_whole

ITEM = "items/2019/2019-0009.yml"
Copy = Callable[..., Path]
Start = Callable[[Path], GitFolder]


@pytest.fixture
def versioned(copy_of: Copy, git_folder: Start) -> GitFolder:
    """A git repository with one commit of the shipped ledger."""
    started = git_folder(copy_of())
    started.commit()
    return started


def test_a_folder_and_its_revision_are_the_same_tree(versioned: GitFolder, tree: Tree) -> None:
    assert dict(tree_of(versioned.folder)) == dict(tree)
    assert dict(tree_at(versioned.folder, "HEAD")) == dict(tree)


def test_a_revision_keeps_what_the_folder_no_longer_has(versioned: GitFolder) -> None:
    first = versioned.git("rev-parse", "HEAD")
    (versioned.folder / ITEM).unlink()
    versioned.commit("2019-11-01")
    assert ITEM in tree_at(versioned.folder, first)
    assert ITEM not in tree_at(versioned.folder, "HEAD")
    assert ITEM in tree_at(versioned.folder, "HEAD~1")
    assert repository.day_of(versioned.folder, "HEAD") == "2019-11-01"
    assert repository.day_of(versioned.folder, first) == AS_OF


def test_a_revision_is_found_from_within_the_repository(versioned: GitFolder) -> None:
    assert ITEM in tree_at(versioned.folder / "items", "HEAD")


def test_links_special_and_hidden_files_are_left_out(versioned: GitFolder, tmp_path: Path, tree: Tree) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "2019-0098.yml").write_text("id: 2019-0098\n")
    items = versioned.folder / "items"
    (items / "2019" / "2019-0099.yml").symlink_to(outside / "2019-0098.yml")
    (items / "2018").symlink_to(outside)
    (items / "2019" / ".2019-0097.yml.swp").write_text("x")
    os.mkfifo(items / "2019" / "2019-0096.yml")
    assert dict(tree_of(versioned.folder)) == dict(tree)
    (items / "2019" / "2019-0096.yml").unlink()
    versioned.commit()
    known = set(tree_at(versioned.folder, "HEAD"))
    assert {path for path in known if not path.rpartition("/")[2].startswith(".")} == set(tree)


def test_an_executable_file_is_a_file(versioned: GitFolder, tree: Tree) -> None:
    (versioned.folder / ITEM).chmod(0o755)
    versioned.commit()
    assert tree_at(versioned.folder, "HEAD")[ITEM] == tree[ITEM]


def test_names_beyond_ascii_are_kept(versioned: GitFolder) -> None:
    (versioned.folder / "items" / "草稿.yml").write_text("x", encoding="utf-8")
    versioned.commit()
    assert "items/草稿.yml" in tree_of(versioned.folder)
    assert "items/草稿.yml" in tree_at(versioned.folder, "HEAD")


@pytest.mark.parametrize("revision", ["nowhere", "HEAD~9", "0" * 40, "", "--all", "HEAD:items", "a b", "HEAD^{tree}"])
def test_an_unknown_revision_is_named(versioned: GitFolder, revision: str) -> None:
    with pytest.raises(RevisionError, match="^" + revision.partition("^")[0]):
        tree_at(versioned.folder, revision)


def test_a_folder_without_git_has_no_revisions(copy_of: Copy) -> None:
    with pytest.raises(RevisionError):
        tree_at(copy_of(), "HEAD")


def test_a_folder_without_a_ledger_is_named(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match=str(tmp_path)):
        tree_of(tmp_path)
    with pytest.raises(LedgerError):
        tree_of(tmp_path / "nowhere")
    (tmp_path / "items").mkdir()
    assert dict(tree_of(tmp_path)) == {}


def test_a_file_is_written_whole_with_its_folders(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b.yml"
    write_whole(path, b"one")
    write_whole(path, b"two")
    assert path.read_bytes() == b"two"
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert [one.name for one in path.parent.iterdir()] == ["b.yml"]


@pytest.mark.parametrize("write", [write_whole, create_whole])
def test_nothing_is_left_when_writing_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[[Path, bytes], None]
) -> None:
    old = tmp_path / "b.yml"
    if write is write_whole:
        old.write_bytes(b"old")

    def disk_full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "chmod", disk_full)
    with pytest.raises(OSError, match="No space left"):
        write(old, b"new")
    assert [one.read_bytes() for one in tmp_path.iterdir()] == ([b"old"] if write is write_whole else [])


def test_a_folder_in_the_way_is_an_error_that_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "b.yml").mkdir()
    with pytest.raises(OSError):  # noqa: PT011 - which one depends on the system
        write_whole(tmp_path / "b.yml", b"new")
    assert [one.name for one in tmp_path.iterdir()] == ["b.yml"]


def test_a_new_file_never_overwrites(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b.yml"
    create_whole(path, b"one")
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    with pytest.raises(FileExistsError):
        create_whole(path, b"two")
    path.unlink()
    path.symlink_to(tmp_path / "nowhere")
    with pytest.raises(FileExistsError):
        create_whole(path, b"two")
    assert [one.name for one in path.parent.iterdir()] == ["b.yml"]


@pytest.mark.parametrize(
    ("configuration", "day"),
    [
        ("plugins:\n  duban:\n    as_of: 2019-10-31\n", AS_OF),
        ('plugins:\n  duban:\n    as_of: "2019-10-31"\n', AS_OF),
        ("plugins:\n  - search\n  - duban:\n      as_of: 2019-10-31\n", AS_OF),
        ("plugins:\n  - duban\n", ""),
        ("plugins:\n  duban: {}\n", ""),
        ("plugins:\n  duban:\n    as_of:\n", ""),
        ("plugins: duban\n", ""),
        ("plugins:\n", ""),
        ("site_name: x\n", ""),
        ("theme: !!python/name:os.system\nplugins:\n  duban:\n    as_of: 2019-10-31\n", AS_OF),
        ("as_of: !ENV [DAY, x]\nplugins:\n  - duban:\n      as_of: 2019-10-31\n", AS_OF),
        ("- a\n", ""),
        ("a: [\n", ""),
        ("", ""),
    ],
)
def test_the_day_a_ledger_is_pinned_to(tmp_path: Path, configuration: str, day: str) -> None:
    (tmp_path / "mkdocs.yml").write_text(configuration, encoding="utf-8")
    assert pinned_day(tmp_path) == day


def test_without_a_readable_configuration_no_day_is_pinned(tmp_path: Path, root: Path) -> None:
    assert pinned_day(tmp_path) == ""
    (tmp_path / "mkdocs.yml").write_bytes(b"\xff\xfe")
    assert pinned_day(tmp_path) == ""
    assert pinned_day(root) == AS_OF


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("2019-10-31", True),
        ("2020-02-29", True),
        ("2019-02-29", False),
        ("20191031", False),
        ("2019-W44-4", False),
        ("", False),
    ],
)
def test_a_day_is_written_one_way(text: str, known: bool) -> None:
    assert is_day(text) is known


def test_today_is_a_day() -> None:
    assert is_day(repository.today())


def test_a_young_file_has_no_stamp_and_an_old_one_keeps_it(copy_of: Copy) -> None:
    folder = copy_of()
    assert tree_of(folder).stamp(ITEM) == ""
    first = _aged(folder).stamp(ITEM)
    assert first == _aged(folder).stamp(ITEM) != ""
    (folder / ITEM).write_bytes(b"another")
    assert _aged(folder).stamp(ITEM) != first


def _aged(folder: Path) -> repository.FolderTree:
    """The tree as it would be scanned an hour from now."""
    found = tree_of(folder)
    found._scanned_ns += 3600 * 10**9
    return found


@pytest.mark.parametrize("zone", ["Pacific/Honolulu", "UTC", "Pacific/Kiritimati"])
def test_today_is_the_day_in_china_wherever_the_machine_stands(monkeypatch: pytest.MonkeyPatch, zone: str) -> None:
    def in_china() -> str:
        return (datetime.now(UTC) + timedelta(hours=8)).date().isoformat()

    with monkeypatch.context() as patch:
        patch.setenv("TZ", zone)
        time.tzset()
        before, found, after = in_china(), repository.today(), in_china()
    time.tzset()
    assert found in (before, after)
