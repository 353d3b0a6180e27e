"""Disk full, read-only, killed at any moment: each file is as before or as after, and running again finishes it."""

from __future__ import annotations

import json
import os
import random
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT, GitFolder
from duban.cli import COMMANDS
from faulting import contents, left_behind
from test_commands import NEW
from test_import_books import described, file_of
from test_import_command import BOOKS, CHOSEN
from test_intake import SETS, document

fault = pytest.mark.fault

ITEMS = ("2019-0009", "2019-0051")
AMENDED = ("task_notice.contact", "--to", "section1-head", "--reason", "核对后更正。")
INIT = shlex.split(
    "--name 云山市督查台账 --office 云山市人民政府督查室/市督查室 --series 云督 "
    "--unit city-government=云山市人民政府办公室/市政府办公室/市政府部门 "
    "--unit transport-bureau=云山市交通运输局/市交通局/市政府部门 "
    "--person leader@city-government=市政府秘书长 --person director,supervisor=市督查室主任 "
    "--person deputy_director,supervisor=市督查室副主任 --person section_head,supervisor=督查一科科长 "
    "--person registrar=收件登记员 --person staff=督查专员 --person unit_head@transport-bureau=市交通局局长 "
    "--person liaison@transport-bureau=市交通局督查联络员 --write"
)
ISSUE, BOOK, MAPPING = "issue.json", "督办台账.xlsx", "对照.yml"


@dataclass(frozen=True)
class Writes:
    """A command that writes: its arguments, and whether running it again adds another one of what it added."""

    arguments: tuple[str, ...]
    adds: bool = False
    moments: int = 2
    """At how many moments it is killed, and refused."""


WRITING: Mapping[str, Writes] = {
    "new": Writes(NEW, adds=True),
    "add": Writes(("progress", ITEMS[1], "--set", "percent=60", "--set", "progress=其余6个在建。"), adds=True),
    "amend": Writes((ITEMS[1], *AMENDED), adds=True),
    "intake": Writes((ISSUE, "--not-a-duplicate", *SETS)),
    "import": Writes((BOOK, "--mapping", MAPPING, "--write", *CHOSEN)),
    "init": Writes(tuple(INIT), moments=3),
    "report": Writes(("--period", "2019-10"), adds=True),
    "assess": Writes(("--out", "考核.xlsx")),
    "export": Writes(("--out", "台账.xlsx")),
    "form": Writes(("--snippets",)),
    "settings": Writes(("--write",)),
    "site": Writes(("--language", "zh", "--no-search"), moments=1),
    "replay": Writes(("重放", "--as-of", "2019-07-05"), moments=1),
    "synth": Writes(("3", "合成")),
    "summary": Writes(("--base", "HEAD", "--out", "摘要.md"), adds=True),
}
"""Every command that writes into a folder."""
ELSEWHERE = {
    "expunge": "test_expunge.test_killed_before_a_step_it_is_as_before_or_done",
    "renumber": "test_numbers.test_a_kill_at_any_moment_loses_nothing",
    "record": "test_record.test_killed_at_fifty_random_points",
    "remind": "test_notify.test_a_run_killed_at_any_moment_doubles_nothing_and_loses_nothing",
    "draft": "test_draft_pulls.test_a_run_that_is_killed_at_any_moment_is_made_good_by_the_next",
}
"""What writes to git, to the forge or to people, and which test kills it."""
READING = {"check", "status", "obligations", "figures", "explain", "gate", "audit", "burden", "convene"}


@dataclass
class Children:
    """Runs of ``duban`` in which something goes wrong."""

    server: subprocess.Popen[str]
    cache: Path

    def run(self, folder: Path, *arguments: str, **asked: Any) -> dict[str, Any]:
        stdin, stdout = self.server.stdin, self.server.stdout
        assert stdin
        assert stdout
        surroundings = {"XDG_CACHE_HOME": str(self.cache), "XDG_STATE_HOME": str(self.cache / "state")}
        whole = {"fault": "", "moment": 0, "limit": None, "mount": "", **asked}
        environment = {**surroundings, **whole.pop("environment", {})}
        words = ["-C", str(folder), *(str(folder / one) if one in _PATHS else one for one in arguments)]
        stdin.write(json.dumps({**whole, "folder": str(folder), "arguments": words, "environment": environment}) + "\n")
        stdin.flush()
        found: dict[str, Any] = json.loads(stdout.readline())
        return found


_PATHS = frozenset({ISSUE, BOOK, MAPPING, "考核.xlsx", "台账.xlsx", "重放", "合成", "摘要.md"})


@pytest.fixture(scope="module")
def children(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Children]:
    command = [sys.executable, Path(__file__).with_name("faulting.py")]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT / "tools"),
            "XDG_STATE_HOME": "/nowhere",
            "XDG_CACHE_HOME": "/nowhere",
        },
    ) as server:
        yield Children(server, tmp_path_factory.mktemp("cache"))
        assert server.stdin
        server.stdin.close()


@pytest.fixture(scope="module")
def first_office(tmp_path_factory: pytest.TempPathFactory, tree: Any) -> Path:
    """A small ledger in git with all that the commands are given; made once, for copies."""
    folder = tmp_path_factory.mktemp("office") / "first"
    for path, content in tree.items():
        wanted = path.startswith(("schemas/", "registry/")) or Path(path).stem in ITEMS
        if wanted and path != "registry/inspections.yml":
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
    for name in ("mkdocs.yml", "mkdocs.public.yml", ".gitignore", "README.md", "README.zh.md"):
        shutil.copy2(ROOT / name, folder / name)
    shutil.copytree(ROOT / "site/templates", folder / "site/templates")
    shutil.copytree(ROOT / "site/theme", folder / "site/theme")
    shutil.copytree(ROOT / "site/pages", folder / "site/pages")
    (folder / ISSUE).write_text(json.dumps(document()), encoding="utf-8")
    (folder / BOOK).write_bytes(file_of(described(BOOKS / "01-merged-heads-and-sections")))
    (folder / MAPPING).write_text(
        "columns:\n  - {head: 批示情况/批示时间, field: [intake/sources/0/sent_on, intake/received_on]}\n",
        encoding="utf-8",
    )
    git = GitFolder(folder)
    git.git("init", "--quiet", "--initial-branch=main")
    git.commit()
    return folder


@pytest.fixture
def office(first_office: Path, tmp_path: Path) -> Callable[[], Path]:
    """Another copy in the same place, by links: whoever writes into a file, and not in its place, spoils them all."""

    def fresh() -> Path:
        shutil.rmtree(tmp_path / "office", ignore_errors=True)
        return Path(shutil.copytree(first_office, tmp_path / "office", symlinks=True, copy_function=os.link))

    return fresh


def told_well(said: Mapping[str, Any]) -> None:
    """No traceback, no bug: whatever went wrong is told in words."""
    assert "Traceback" not in said["err"], said["err"]
    assert said["code"] in (0, 1, 2), said


def test_every_command_is_killed_or_only_reads() -> None:
    kinds = (set(WRITING), set(ELSEWHERE), READING)
    assert sorted(COMMANDS) == sorted(name for kind in kinds for name in kind)
    for place in ELSEWHERE.values():
        module, _, name = place.partition(".")
        assert f"def {name}(" in (ROOT / f"tests/{module}.py").read_text(encoding="utf-8")


@dataclass
class Trial:
    """One command in a small ledger: how it is before, and how it is when nothing goes wrong."""

    name: str
    children: Children
    office: Callable[[], Path]

    def __post_init__(self) -> None:
        self.folder = self.office()
        self.before = contents(self.folder)
        whole = self.run()
        assert whole["code"] in (0, 1), whole
        self.code, self.moments = whole["code"], whole["moments"]
        self.after, self.status = contents(self.folder), self._status()
        assert self.after != self.before

    def run(self, *more: str, **asked: Any) -> dict[str, Any]:
        return self.children.run(self.folder, *more, self.name, *WRITING[self.name].arguments, **asked)

    def some_moments(self, count: int) -> list[int]:
        """The last moment and some others, the same ones each time; where processes share the work, some early ones."""
        chance = random.Random(self.name)
        if self.name == "site":
            return chance.sample(range(1, self.moments // 2), count)
        return [self.moments, *chance.sample(range(1, self.moments), min(count, self.moments) - 1)]

    def is_whole(self) -> None:
        """Each file is as before or as after."""
        found = contents(self.folder)
        for path in {*found, *self.before, *self.after}:
            assert found.get(path) in (self.before.get(path), self.after.get(path)), path

    def is_finished(self) -> None:
        """Running again leaves what one run leaves where nothing went wrong, and git takes nothing else."""
        if WRITING[self.name].adds and contents(self.folder) == self.after:
            return
        again = self.run()
        if self.name == "init" and again["code"] == 2 and "git restore" in again["err"]:
            GitFolder(self.folder).git("restore", ".")
            again = self.run()
        if self.name == "init" and "已经" in again["err"]:
            again["code"] = self.code
        assert again["code"] in (self.code, 2) if self.name in ("replay", "synth") else again["code"] == self.code, (
            again
        )
        assert contents(self.folder) == self.after
        assert self._status() == self.status

    def _status(self) -> str:
        return GitFolder(self.folder).git("status", "--porcelain", "--untracked-files=all")


@fault
@pytest.mark.parametrize("name", WRITING)
def test_killed_at_any_moment(name: str, children: Children, office: Callable[[], Path]) -> None:
    trial = Trial(name, children, office)
    for moment in trial.some_moments(WRITING[name].moments):
        trial.folder = office()
        assert trial.run(fault="killed", moment=moment)["ended"] == -9
        trial.is_whole()
        trial.is_finished()


@fault
@pytest.mark.parametrize("name", WRITING)
def test_a_disk_that_is_full_at_any_moment(name: str, children: Children, office: Callable[[], Path]) -> None:
    trial = Trial(name, children, office)
    for moment in trial.some_moments(min(2, WRITING[name].moments)):
        trial.folder = office()
        refused = trial.run(fault="full", moment=moment)
        told_well(refused)
        trial.is_whole()
        assert left_behind(trial.folder) == []
        if contents(trial.folder) != trial.after:
            assert refused["code"] == 2
            assert "磁盘满了" in refused["err"]
