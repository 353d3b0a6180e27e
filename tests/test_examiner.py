"""What the history of a ledger's folder proves of the files that lie in it, and why there was no audit."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT, GitFolder, Outcome
from duban.auditor import audited
from duban.chain import Verified
from duban.examiner import examined
from duban.language import language
from duban.memory import Memory
from duban.parse import parse
from duban.publish.examination import Examination
from duban.repository import tree_of
from duban.schema import Schemas
from duban.writing import file_text
from proof_fixtures import (
    APPROVAL,
    ITEM,
    OTHER,
    life,
    marks,
)


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first days of the shipped ledger as a repository with branches, approvals and receipts."""
    from duban.cli import main

    folder = tmp_path_factory.mktemp("replayed") / "ledger"
    assert main(["-C", str(ROOT), "replay", str(folder), "--as-of", "2019-07-09"]) == 0
    return folder


def states_of(examination: Examination, item: str) -> dict[str, str]:
    return {entry: proof.state for (one, entry), proof in examination.proofs.items() if one == item}


@pytest.fixture
def lying(replayed: Path, tmp_path: Path) -> Path:
    """A copy of that repository to lay other files into."""
    subprocess.run(["git", "clone", "--quiet", str(replayed), str(tmp_path / "lying")], check=True)
    return tmp_path / "lying"


def test_an_audited_ledger_shows_its_real_proofs(replayed: Path, run: Callable[..., Outcome], tmp_path: Path) -> None:
    done = run("-C", replayed, "site", "--out", tmp_path / "out", "--as-of", "2019-07-09", "--language", "zh")
    assert done.code == 0, done.err
    found = examined(replayed, tree_of(replayed))
    assert (found.absent, found.violations, found.differing) == ("", (), 0)
    page = (tmp_path / "out/audit.html").read_text(encoding="utf-8")
    assert found.verified.tip[:10] in page
    assert language("zh")("audit_page.clean") in page
    item = (tmp_path / f"out/items/{ITEM}.html").read_text(encoding="utf-8")
    assert {state for line in life(item) for state, _ in marks(line)} == {"proven"}
    assert run("-C", replayed, "site", "--out", tmp_path / "public", "--edition", "public").code == 0
    assert not (tmp_path / "public/audit.html").exists()


def test_what_lies_in_the_folder_alone_is_nobodys_signature(lying: Path, schemas: Schemas) -> None:
    root = schemas.field("item")
    clean = examined(lying, tree_of(lying))
    assert set(states_of(clean, ITEM).values()) == {"proven"}
    path = lying / f"items/2019/{ITEM}.yml"
    record, _ = parse(path.name, path.read_bytes())
    path.write_text("# indented anew\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    indented = examined(lying, tree_of(lying))
    assert states_of(indented, ITEM) == states_of(clean, ITEM)
    assert indented.differing == 1
    record["approval"]["opinion"] = "不同意。"
    record["visits"] = [{**visit(), "on": "2019-07-09"}]
    path.write_text(file_text(record, root), encoding="utf-8")
    new = {**record, "id": "2019-0777"}
    (lying / "items/2019/2019-0777.yml").write_text(file_text(new, root), encoding="utf-8")
    (lying / f"items/2019/{OTHER}.yml").unlink(missing_ok=True)
    (lying / "items/2019/2019-0001.yml").unlink()
    found = examined(lying, tree_of(lying))
    assert states_of(found, ITEM) == {**states_of(clean, ITEM), APPROVAL: "broken", "/visits/0": "claimed"}
    assert set(states_of(found, "2019-0777").values()) == {"claimed"}
    assert set(states_of(found, "2019-0001").values()) == {"broken"}
    assert found.violations == ()


def visit() -> dict[str, Any]:
    return {
        "on": "2019-07-11",
        "place": "社区",
        "method": "暗访",
        "visitors": ["section3-head"],
        "finding": "属实。",
        "signed": [{"role": "supervisor", "by": "section3-head", "on": "2019-07-09"}],
    }


def test_an_item_moved_to_another_file_is_broken(lying: Path) -> None:
    path = lying / f"items/2019/{ITEM}.yml"
    (lying / "items/2018").mkdir()
    path.rename(lying / f"items/2018/{ITEM}.yml")
    assert set(states_of(examined(lying, tree_of(lying)), ITEM).values()) == {"broken"}


def test_a_history_that_was_tampered_with_is_told(lying: Path) -> None:
    repository = GitFolder(lying)
    path = lying / f"items/2019/{ITEM}.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("同意立项", "不同意立项"), encoding="utf-8")
    tip = repository.commit("2019-10-30")
    found = examined(lying, tree_of(lying))
    assert {one.code for one in found.violations} >= {"A201"}
    assert states_of(found, ITEM)[APPROVAL] == "broken"
    assert (found.verified.tip, found.day, found.differing) == (tip, "2019-10-30", 0)


def test_why_nothing_could_be_audited(
    copy_of: Callable[..., Path], git_folder: Callable[[Path], GitFolder], lying: Path, tmp_path: Path
) -> None:
    def absent(folder: Path) -> str:
        return examined(folder, tree_of(folder)).absent

    folder = copy_of("above/ledger", items=[ITEM])
    assert absent(folder) == "no_git"
    repository = git_folder(tmp_path / "above")
    repository.commit()
    assert absent(folder) == "below"
    alone = git_folder(copy_of("alone", items=[ITEM]))
    unborn = examined(alone.folder, tree_of(alone.folder))
    assert unborn.absent == "unreadable"
    assert unborn.problem
    alone.commit()
    assert absent(alone.folder) == "no_genesis"
    policy = alone.folder / "registry/policy.yml"
    text = policy.read_text(encoding="utf-8")
    policy.write_text(text.replace("  binding: head\n", f"  binding: head\n  genesis: {'ab' * 20}\n"), encoding="utf-8")
    alone.commit()
    assert absent(alone.folder) == "unreadable"
    shallow = tmp_path / "shallow"
    subprocess.run(["git", "clone", "--quiet", "--depth=2", lying.as_uri(), str(shallow)], check=True)
    assert absent(shallow) == "shallow"


def test_a_cache_that_cannot_be_written_is_done_without(replayed: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    memory = Memory(tmp_path / "file" / "below")
    for _ in range(2):
        found = audited(replayed, memory)
        assert (found.violations, len(found.audit.events) > 0) == ((), True)
    assert memory.seen() == Verified()
