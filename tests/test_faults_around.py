"""What goes wrong around a run: the disk, the tree under its eyes, git, the locale, the clock, the forge."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from urllib3 import Timeout

from conftest import AS_OF, GitFolder, Outcome
from duban import repository
from duban.draft import Draft
from duban.forge import http
from duban.forge.http import Client
from duban.manifest import put
from duban.model import Data
from duban.notify import JournalError
from duban.notify.journal import Journal, Post
from duban.reminder import Reminder
from duban.repository import FolderTree
from duban.repository.lock import held
from duban.repository.whole import append_to
from duban.search_store import Bundle, opened
from forge_server import ForgeServer, Told
from test_commands import NEW
from test_faults import ITEMS, Children, children, fault, first_office, office, told_well  # noqa: F401 - fixtures among them  # noqa: F401

Run = Callable[..., Outcome]
Copy = Callable[..., Path]
FILE = f"items/2019/{ITEMS[1]}.yml"
WRITERS = (("new", *NEW), ("export", "--out"), ("site", "--language", "zh", "--no-search"))


@pytest.fixture
def small(copy_of: Copy) -> Path:
    folder = copy_of(items=ITEMS)
    (folder / "registry/inspections.yml").unlink()
    return folder


@fault
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("kind", ["full", "read_only"])
def test_a_disk_without_room_and_a_tree_that_is_read_only(
    children: Children,  # noqa: F811
    office: Callable[[], Path],  # noqa: F811
    kind: str,
    lang: str,
) -> None:
    said = {"full": ("磁盘满了", "disk is full"), "read_only": ("只能读", "read-only")}[kind][lang == "en"]
    folder = office()
    for command, *arguments in WRITERS[: 2 if lang == "en" else 3]:
        words = (*arguments, str(folder / "汇总.xlsx")) if command == "export" else arguments
        found = children.run(folder, "--lang", lang, command, *words, mount=kind)
        if "refused" in found:
            pytest.skip(f"nothing can be mounted here: {found['refused']}")
        told_well(found)
        assert found["code"] == 2
        assert said in found["err"]
        assert not [path for path in found["files"] if "0052" in path or path == "汇总.xlsx"]


@fault
def test_a_write_that_is_cut_short_by_a_limit(children: Children, office: Callable[[], Path]) -> None:  # noqa: F811
    """The system itself writes a part and refuses the rest, with no right of root needed."""
    folder = office()
    for command, *arguments in (
        ("new", *NEW),
        ("amend", ITEMS[1], "title", "--to", "照料中心建设", "--reason", "改。"),
    ):
        found = children.run(folder, command, *arguments, limit=300)
        told_well(found)
        assert found["code"] == 2
        assert "磁盘满了" in found["err"]
    assert GitFolder(folder).git("status", "--porcelain") == ""


class Limited:
    """Writes that the system takes only a part of, until there is room again."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, room: int) -> None:
        self.room, self.write = room, os.write
        monkeypatch.setattr(os, "write", self)

    def __call__(self, descriptor: int, content: bytes) -> int:
        if not self.room:
            raise OSError(28, "No space left on device")
        done = self.write(descriptor, bytes(content)[: self.room])
        self.room -= done
        return done


@fault
def test_a_journal_on_a_full_disk_keeps_whole_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, post = tmp_path / "reminders.jsonl", Post("director", "mail")
    told = Reminder("director", AS_OF, (), ())
    with Journal(file).opened(dict) as journal, journal.sending(post, told) as ended:
        ended("")
    before = file.read_bytes()
    sent = []

    def send() -> None:
        with Journal(file).opened(dict) as journal, monkeypatch.context() as patched:
            Limited(patched, 9)
            with journal.sending(Post("director", "wecom"), told):
                sent.append(1)

    with pytest.raises(JournalError, match="No space"):
        send()
    assert sent == []
    assert file.read_bytes() == before


@fault
def test_what_is_added_to_a_file_is_added_whole_or_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "summary.md"
    append_to(file, b"before\n")
    with monkeypatch.context() as patched:
        Limited(patched, 3)
        with pytest.raises(OSError, match="No space"):
            append_to(file, b"after\n")
    assert file.read_bytes() == b"before\n"


@fault
def test_output_that_nobody_can_take_is_no_success(small: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "duban.cli", "-C", str(small), "status"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert "磁盘满了" in done.stderr
    assert "Traceback" not in done.stderr


@fault
def test_two_builds_into_one_folder(small: Path, root: Path, run: Run, tmp_path: Path) -> None:
    """The second leaves it alone and says so; the next one after the first finds it free."""
    shutil.copy2(root / "mkdocs.yml", small)
    out = tmp_path / "out"
    with held(tmp_path / ".out.lock"):
        for lang, said in (("zh", "正由另一次生成"), ("en", "Another build")):
            found = run("-C", small, "--lang", lang, "site", "--out", out)
            assert (found.code, found.out) == (2, "")
            assert said in found.err
    assert not out.exists()
    with held(tmp_path / ".out.lock"):
        pass


@fault
def test_two_builds_at_once_share_no_half_of_an_index(tmp_path: Path) -> None:
    files = {"a.pf_index": b"one"}
    with opened(tmp_path) as first, opened(tmp_path) as second:
        for store, content in ((first, b"one"), (second, b"two")):
            store.keep("2019", Bundle("s", "r", {"a.pf_index": "digest"}), {"a.pf_index": content})
        assert dict(first.contents("2019", files)) == files
        assert dict(second.contents("2019", files)) == {"a.pf_index": b"two"}
        second.flush(["2019"])
        first.flush(["2019"])
    with opened(tmp_path) as third:
        assert third.bundle("2019")
        assert dict(third.contents("2019", files)) == files


@fault
@pytest.mark.parametrize("moment", range(4))
def test_a_draft_killed_while_it_takes_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: int) -> None:
    """A site stands there before and after, and nothing vouches for files of another build."""
    out, record = tmp_path / "public", tmp_path / ".public.manifest.json"
    out.mkdir()
    (out / "index.html").write_bytes(b"old")
    record.write_bytes(b"old")
    draft = Draft(out)
    put(draft.folder / "index.html", b"new")
    assert (out / "index.html").read_bytes() == b"old"
    draft.record.write_bytes(b"new")
    left = [moment]

    def killed(move: Callable[..., Any]) -> Callable[..., Any]:
        def act(self: Path, *arguments: Any, **options: Any) -> Any:
            if not left[0]:
                raise KeyboardInterrupt
            left[0] -= 1
            return move(self, *arguments, **options)

        return act

    with monkeypatch.context() as patched:
        for name in ("rename", "replace", "unlink"):
            patched.setattr(Path, name, killed(getattr(Path, name)))
        with pytest.raises(KeyboardInterrupt):
            draft.publish()
    Draft(out).drop()
    stands = (out / "index.html").read_bytes()
    assert stands == (b"old" if moment < 3 else b"new")
    assert not record.exists() or record.read_bytes() == stands


@fault
@pytest.mark.parametrize("spoilt", [None, b"", b"\xff\0", b"- 1\n"])
@pytest.mark.parametrize("reading", [1, 2])
def test_a_file_that_changes_while_it_is_read(
    small: Path, run: Run, monkeypatch: pytest.MonkeyPatch, spoilt: bytes | None, reading: int
) -> None:
    """What it was or what it became is judged, or it is told that it changed; nobody sees a traceback."""
    good, read = (small / FILE).read_bytes(), FolderTree.__getitem__
    left = 0

    def changing(self: FolderTree, path: str) -> bytes:
        nonlocal left
        left -= path == FILE
        if path == FILE and not left:
            (small / FILE).unlink()
            if spoilt is not None:
                (small / FILE).write_bytes(spoilt)
        return read(self, path)

    monkeypatch.setattr(FolderTree, "__getitem__", changing)
    for arguments in (
        ("check",),
        ("status",),
        ("add", ITEMS[1]),
        ("amend", ITEMS[1], "title", "--to", "新", "--reason", "改。"),
    ):
        (small / FILE).write_bytes(good)
        left = reading
        found = run("-C", small, *arguments)
        assert found.code in (0, 1, 2), found.err
        assert "Traceback" not in found.err
        if spoilt is None and left == 0 and found.code == 2:
            assert FILE in found.err or "被改动或删除" in found.err or "没有事项" in found.err
        if left <= 0 and (small / FILE).exists():
            assert (small / FILE).read_bytes() == (good if spoilt is None else spoilt)


@fault
@pytest.mark.parametrize("kind", ["blob", "tree"])
@pytest.mark.parametrize("spoil", ["cut", "garbage", "gone"])
def test_a_broken_git_object(
    small: Path, git_folder: Callable[[Path], GitFolder], run: Run, kind: str, spoil: str
) -> None:
    made = git_folder(small)
    made.commit()
    name = made.git("rev-parse", f"HEAD:{FILE if kind == 'blob' else 'items'}")
    place = small / ".git/objects" / name[:2] / name[2:]
    content = place.read_bytes()
    place.unlink()
    if spoil != "gone":
        place.write_bytes(content[: len(content) // 2] if spoil == "cut" else bytes(255 - one for one in content))
    before = {path: path.read_bytes() for path in (small / "items").rglob("*.yml")}
    for arguments in (("check", "--base", "HEAD"), ("status", "--at", "HEAD"), ("assess", "--at", "HEAD")):
        for lang in ("zh", "en"):
            found = run("-C", small, "--lang", lang, *arguments)
            assert (found.code, found.out) == (2, "")
            assert "git fsck" in found.err
            assert "Traceback" not in found.err
    assert run("-C", small, "check").code == 0
    assert {path: path.read_bytes() for path in (small / "items").rglob("*.yml")} == before


@fault
def test_a_clone_cut_short(small: Path, git_folder: Callable[[Path], GitFolder], run: Run) -> None:
    """A pack of which only a part arrived."""
    made = git_folder(small)
    made.commit()
    made.git("gc", "--quiet")
    (pack,) = (small / ".git/objects/pack").glob("*.pack")
    content = pack.read_bytes()
    pack.unlink()
    pack.write_bytes(content[: len(content) // 3])
    for arguments in (("check", "--base", "HEAD"), ("status", "--at", "HEAD"), ("audit", "--genesis", "HEAD")):
        found = run("-C", small, *arguments)
        assert (found.code, found.out) == (2, "")
        assert "git fsck" in found.err
    assert run("-C", small, "check").code == 0


@fault
@pytest.mark.parametrize("setting", [{"PYTHONUTF8": "0"}, {"PYTHONIOENCODING": "ascii"}])
def test_a_locale_that_knows_no_chinese(small: Path, setting: dict[str, str]) -> None:
    """Arguments, files and what is printed are whole; where a stream can take no Chinese, it is escaped."""
    environment = {**os.environ, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", **setting}
    command = [sys.executable, "-m", "duban.cli", "-C", str(small)]
    for arguments in (NEW, ("--set=title=甲乙",)):
        done = subprocess.run([*command, "new", *arguments], env=environment, capture_output=True, check=False)
        assert b"Traceback" not in done.stderr
    assert "title: 白水街路灯不亮\n" in (small / "items/2019/2019-0052.yml").read_text(encoding="utf-8")
    done = subprocess.run([*command, "status", ITEMS[1]], env=environment, capture_output=True, check=False)
    assert done.returncode == 0
    told = done.stdout.decode("unicode_escape" if "PYTHONIOENCODING" in setting else "utf-8")
    assert "城市社区老年日间照料中心建设" in told


@fault
def test_a_clock_set_back_and_another_time_zone(small: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A day that is asked for tells the same wherever the machine stands; a clock set back has nobody told twice."""
    (small / "mkdocs.yml").unlink()
    asked = ("-C", small, "status", "--as-of", AS_OF, "--format", "json")
    told = set()
    for zone in ("Asia/Shanghai", "America/Los_Angeles", "Pacific/Kiritimati"):
        monkeypatch.setenv("TZ", zone)
        told.add(run(*asked).out)
    assert len(told) == 1
    for day in ("2019-10-31", "1999-01-01", "2099-12-31"):
        monkeypatch.setattr(repository, "today", lambda day=day: day)
        found = run("-C", small, "status", "--format", "json")
        assert (found.code, found.json["as_of"]) == (0, day)
        assert run("-C", small, "check").code in (0, 1)
    journal = Journal(small / "reminders.jsonl")
    with journal.opened(dict), journal.sending(Post("director", "mail"), Reminder("director", AS_OF, (), ())) as ended:
        ended("")
    assert journal.has_written(Post("director", "mail"), "2019-10-30")


ANSWERS = {
    "401": Told({"message": "Bad credentials"}, 401),
    "403": Told({"message": "Forbidden"}, 403),
    "404": Told({"message": "Not Found"}, 404),
    "429": Told({"message": "slow down"}, 429, {"Retry-After": "1"}),
    "500": Told({"message": "oops"}, 500),
    "garbage": Told(content=b"<html>\xff\0"),
    "wrong": Told({"number": "x"}),
    "cut": Told(cut=True),
    "slow": Told(held=True),
}
ASKING = (("intake", "--issue", "1"), ("gate", "--all-open"), ("record", "--key", "key"))


@pytest.fixture
def asking(small: Path, git_folder: Callable[[Path], GitFolder], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A ledger in git whose forge is asked without waiting long."""
    made = git_folder(small)
    genesis = made.commit()
    policy = small / "registry/policy.yml"
    policy.write_text(
        policy.read_text(encoding="utf-8").replace("signing:\n", f"signing:\n  genesis: {genesis}\n"), encoding="utf-8"
    )
    made.commit()
    monkeypatch.setenv("DUBAN_FORGE_TOKEN", "token")
    monkeypatch.setattr(http, "PAUSES", ())
    defaults: Data = Client.__init__.__kwdefaults__
    monkeypatch.setitem(defaults, "timeout", Timeout(connect=1, read=0.05))
    monkeypatch.setitem(defaults, "sleep", lambda _: None)
    return small


def told_of_the_forge(run: Run, folder: Path, url: str) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*.yml")}
    for arguments in ASKING[:2]:
        found = run("-C", folder, *arguments, "--url", url)
        assert found.code in (1, 2), (arguments, found)
        assert found.err.strip()
        assert "Traceback" not in found.err
    assert {path: path.read_bytes() for path in folder.rglob("*.yml")} == before


@fault
@pytest.mark.parametrize("answer", ANSWERS)
def test_a_forge_that_answers_badly(asking: Path, run: Run, answer: str) -> None:
    with ForgeServer() as server:
        server.tell_all(ANSWERS[answer])
        told_of_the_forge(run, asking, server.url)
        assert server.asked


@fault
def test_no_network(asking: Path, run: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, but nobody listens
        told_of_the_forge(run, asking, f"http://127.0.0.1:{taken.getsockname()[1]}")
    assert run("-C", asking, "check").code == 0
    assert json.loads(run("-C", asking, "status", "--format", "json").out)["items"]
