"""Many at once: two hundred open pull requests through the gate's sweep, fifty additions that merge without loss."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from conftest import AS_OF, GitFolder, Outcome
from duban.adding import with_part
from duban.finding import Pointer
from duban.load import Readings, read
from duban.model import Data
from duban.numbering import path_of
from duban.openings import openings
from duban.repository import tree_of
from duban.schema import Field, Schemas
from duban.writing import file_text
from filling import NEW
from forge_server import ForgeServer
from signing import City
from test_sweep import statuses, tell

REQUESTS = 200
ADDITIONS = 50
VISITS = ("visits",)


def test_two_hundred_open_at_once_each_get_their_own_status(
    city: City,
    checkout: Callable[[], Path],
    forge_api: ForgeServer,
    run: Callable[..., Outcome],
) -> None:
    wanted = {}
    for number in range(REQUESTS):
        change = city.with_progress(f"第{number + 1}日沥青摊铺。")
        if number % 3 == 2:
            change["tools/x.py"] = b"x\n"
        pull = city.open(change)
        if number % 3 != 1:
            city.approve(pull, "transport-liaison")
        wanted[city.forge.requests[pull].head] = ("success", "pending", "failure")[number % 3]
    tell(forge_api, city)
    out = run("-C", checkout(), "gate", "--all-open", "--url", forge_api.url, "--as-of", city.day, "--format", "json")
    assert out.code == 0, out.err
    assert {path.rpartition("/")[2]: body["state"] for path, body in statuses(forge_api)} == wanted
    assert len(out.json["pulls"]) == REQUESTS


@pytest.fixture
def forge(copy_of: Callable[..., Path], git_folder: Callable[[Path], GitFolder], tmp_path: Path) -> GitFolder:
    """The shipped ledger in a bare repository, as a forge keeps it."""
    first = git_folder(copy_of("first"))
    first.commit()
    first.git("clone", "--quiet", "--bare", str(first.folder), str(tmp_path / "forge.git"))
    return GitFolder(tmp_path / "forge.git")


def test_fifty_additions_made_at_once_merge_without_loss(
    forge: GitFolder, readings: Readings, schemas: Schemas, tmp_path: Path, run: Callable[..., Outcome]
) -> None:
    """Forty visits to as many items and ten new items that all took the next number, each from a clone of its own."""
    root = schemas.field("item")
    visited = [one for one in sorted(readings.ledger(AS_OF).items) if VISITS in _open_places(readings, one, root)][:40]
    assert len(visited) == ADDITIONS - 10

    merging = GitFolder(tmp_path / "merging")
    forge.git("clone", "--quiet", str(forge.folder), str(merging.folder))

    def added(number: int) -> GitFolder:
        desk = GitFolder(Path(shutil.copytree(merging.folder, tmp_path / f"desk-{number}")))
        desk.git("checkout", "--quiet", "-b", f"addition-{number}")
        if number < len(visited):
            path = path_of(visited[number])
            text = with_part((desk.folder / path).read_bytes(), *_visit(readings, visited[number], number), root)
        else:
            path = path_of("2019-0062")
            text = file_text({"id": "2019-0062", "secrecy": "非涉密", **NEW, "title": _mark(number)}, root).encode()
        (desk.folder / path).write_bytes(text)
        desk.commit()
        desk.git("push", "--quiet", "origin", "HEAD")
        return desk

    with ThreadPoolExecutor(8) as pool:
        desks = list(pool.map(added, range(ADDITIONS)))
    collided = 0
    for number, desk in enumerate(desks):
        if not _merged(merging, number):
            collided += 1
            desk.git("fetch", "--quiet")
            out = run("-C", desk.folder, "renumber")
            assert out.code == 0, out.err
            desk.commit()
            desk.git("push", "--quiet", "origin", "HEAD")
            assert _merged(merging, number)
    assert collided == 9
    after = read(tree_of(merging.folder))
    assert [one for one in after.findings(AS_OF) if one.severity == "error"] == []
    assert len(after.ledger(AS_OF).items) == len(readings.ledger(AS_OF).items) + 10
    said = "\n".join(content.decode() for path, content in after.tree.items() if path.startswith("items/"))
    assert {number: said.count(_mark(number)) for number in range(ADDITIONS)} == dict.fromkeys(range(ADDITIONS), 1)


def _merged(merging: GitFolder, number: int) -> bool:
    """Merge a branch as the forge does, with a merge commit; nothing where it conflicts."""
    merging.git("fetch", "--quiet")
    branch = f"origin/addition-{number}"
    try:
        merging.git("merge", "--quiet", "--no-ff", "--no-edit", branch)
    except subprocess.CalledProcessError:
        merging.git("merge", "--abort")
        return False
    merging.git("push", "--quiet", "origin", "main")
    return True


def _mark(number: int) -> str:
    return f"第{number}处路面修复"


def _open_places(readings: Readings, identity: str, root: Field) -> set[Pointer]:
    record = readings.ledger(AS_OF).items[identity].record
    return {one.pointer[:1] for one in openings(record, root)}


def _visit(readings: Readings, identity: str, number: int) -> tuple[Pointer, Data]:
    """The next visit of an item, by its first supervisor."""
    record = readings.ledger(AS_OF).items[identity].record
    by = record["method"]["supervisors"][0]["person"]
    signed = [{"role": "supervisor", "by": by, "on": AS_OF}]
    said = {"place": "现场", "method": "实地督查", "visitors": [by], "finding": _mark(number), "signed": signed}
    return ("visits", len(record.get("visits", ()))), {"on": AS_OF, **said}
