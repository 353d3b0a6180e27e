"""The guides in docs/ are true: their commands run on a real repository, and the procedures end as they say."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import ROOT, GitFolder, Outcome
from duban.cli import COMMANDS
from duban.language import LANGUAGES, language
from duban.memory import Memory
from duban.moment import instant
from duban.notify import Channels
from duban.parse import parse
from duban.pull import Account, ForgeName, Pull, Push, Review, StatusState
from duban.recorder import Recorded, record
from duban.repository.signature import new_key

Run = Callable[..., Outcome]
GUIDES = sorted(path.name for path in (ROOT / "docs").glob("*.md"))
AUDIT = "audit.md"
KEY = ".git/duban-recorder"
POLICY, ROSTER = "registry/policy.yml", "registry/people.yml"
BEGIN = datetime.fromisoformat("2019-07-08T09:00:00+08:00")
SIGNER, AUTHOR = "director", "registrar"
ITEM = "items/2019/2019-0001.yml"
SLIP = "早市摊点"
guides = pytest.mark.parametrize("name", GUIDES)


def text(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def blocks(name: str, kind: str) -> list[str]:
    """The fenced blocks of a kind, without what they are moved in by."""
    found = re.findall(rf"^( *)```{kind}\n(.*?)^ *```", text(name), re.MULTILINE | re.DOTALL)
    return [re.sub(rf"^{margin}", "", block, flags=re.MULTILINE) for margin, block in found]


def commands(name: str) -> list[list[str]]:
    """Every ``duban`` command of a guide, in its lines and in its blocks."""
    found = re.findall(r"(?:`|bin/|^ *|&& )(duban [a-z][^`\n&|>]*)", text(name).replace("\\\n", ""), re.MULTILINE)
    return [shlex.split(one) for one in found]


class Desk:
    """A replayed ledger with more pull requests, all written by the registrar and signed by the director."""

    name: ForgeName = "gitea"

    def __init__(self, folder: Path) -> None:
        self.folder, self.git = folder, GitFolder(folder).git
        people = parse(ROSTER, (folder / ROSTER).read_bytes())[0]["people"]
        self.accounts = {one["id"]: Account(one["accounts"]["gitea"], one["id"]) for one in people}
        self.repository = self.policy["signing"]["repository"]
        self.told: dict[int, tuple[Pull, Review, Push]] = {}

    @property
    def policy(self) -> Any:
        return parse(POLICY, (self.folder / POLICY).read_bytes())[0]

    def merge(self, old: str, new: str) -> str:
        """Change the policy's text by a pull request; the merge commit."""
        number = 1001 + len(self.told)
        at = [instant((BEGIN + timedelta(hours=number - 1000, minutes=later)).isoformat()) for later in (0, 5, 10)]
        self.git("checkout", "--quiet", "-b", f"change-{number}")
        content = (self.folder / POLICY).read_text(encoding="utf-8")
        assert content.count(old) == 1
        (self.folder / POLICY).write_text(content.replace(old, new), encoding="utf-8")
        self.git("commit", "--quiet", "--all", "--message", f"change {number}")
        head = self.git("rev-parse", "HEAD")
        self.git("checkout", "--quiet", "main")
        self.git("merge", "--quiet", "--no-ff", "--no-edit", head)
        merge = self.git("rev-parse", "HEAD")
        author, signer = self.accounts[AUTHOR], self.accounts[SIGNER]
        pull = Pull(
            number=number,
            repository=self.repository,
            base_ref="main",
            head_ref=f"change-{number}",
            head_repository=self.repository,
            head=head,
            author=author,
            open=False,
            authors=(author,),
            merge=merge,
            merged_at=at[2],
            merged_by=author,
        )
        self.told[number] = pull, Review(number, signer, "APPROVED", at[1], head), Push(head, at[0], author)
        return merge

    def record(self, key: Path) -> Recorded:
        memory = Memory(self.folder / ".git" / f"memory-{key.name}")
        return record(self.folder, self, key, lambda pull: pull.merged_at, memory)

    def pulls(self, merged_as: str = "") -> tuple[int, ...]:
        return tuple(number for number, (pull, _, _) in self.told.items() if pull.merge == merged_as)

    def pull(self, number: int) -> Pull:
        return self.told[number][0]

    def reviews(self, number: int) -> tuple[Review, ...]:
        return (self.told[number][1],)

    def pushes(self, pull: Pull) -> tuple[Push, ...]:
        return (self.told[pull.number][2],)

    def set_status(self, commit: str, state: StatusState, description: str, url: str = "") -> None:
        """Nobody asks."""


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped ledger's first days as a repository with receipts."""
    from duban.cli import main

    folder = tmp_path_factory.mktemp("replayed") / "ledger"
    assert main(["-C", str(ROOT), "replay", str(folder), "--as-of", "2019-07-05"]) == 0
    return folder


@pytest.fixture
def desk(replayed: Path, tmp_path: Path) -> Desk:
    return Desk(Path(shutil.copytree(replayed, tmp_path / "ledger")))


def audited(run: Run, folder: Path, *options: str) -> tuple[int, set[str]]:
    """The exit code of a full audit, and the codes of what it found."""
    found = run("-C", folder, "audit", "--full", "--format", "json", *options)
    return found.code, {one["code"] for one in found.json["violations"]}


def key_line(key: str) -> str:
    return f"      key: {key}\n"


def recorders(desk: Desk) -> list[str]:
    return [one["key"] for one in desk.policy["signing"]["recorders"]]


@guides
def test_every_command_and_option_named_exists(name: str, run: Run) -> None:
    for _, command, *rest in commands(name):
        assert command in COMMANDS, command
        helped = run(command, "--help").out
        assert [one for one in rest if one.startswith("--") and one not in helped] == [], command


def test_the_guides_name_the_commands_they_are_about() -> None:
    named = {name: {command[1] for command in commands(name)} for name in GUIDES}
    assert named[AUDIT] >= {"audit", "explain"}
    assert named["setup-github.md"] >= {"settings", "audit"}
    assert named["setup-gitea.md"] >= {"gate", "record", "audit", "settings"}
    assert named["keys.md"] >= {"audit", "record"}


@guides
def test_every_link_leads_somewhere(name: str) -> None:
    links = re.findall(r"\]\((?!http)([^)#]+)\)", text(name))
    files = re.findall(r"`((?:docs|registry|\.github)/[\w./-]*\.\w+)`", text(name))
    assert [one for one in links if not (ROOT / "docs" / one).exists()] == []
    assert [one for one in files if not (ROOT / one).exists()] == []


@guides
def test_every_variable_and_secret_named_is_used(name: str) -> None:
    places = [*(ROOT / ".github/workflows").glob("*.yml"), *(ROOT / "docs/ci").glob("*.yml")]
    places += [ROOT / name for name in ("tools/duban/forge/chosen.py", "tools/duban/cli/record.py", "bench/load.py")]
    used = set(re.findall(r"DUBAN_[A-Z_]+", "".join(path.read_text(encoding="utf-8") for path in places)))
    used |= {"DUBAN_CHANNEL_"} | {Channels({}).missing(channel) for channel in ("mail", "wecom-city")}
    assert set(re.findall(r"DUBAN_[A-Z_]+", text(name))) <= used


def test_the_policy_shown_has_only_what_the_schema_knows(schemas: Any) -> None:
    (block,) = blocks("setup-github.md", "yaml")
    signing = yaml.safe_load(block)["signing"]
    here = schemas.field("policy").properties["signing"]
    assert set(signing) < set(here.properties)
    assert {"forge", "repository", "branch", "binding", "claim_within_days", "recorders"} <= set(signing)
    for listed in ("recorders", "teams"):
        assert set(signing[listed][0]) == set(here.properties[listed].items.properties)


@guides
def test_chinese_stands_before_english(name: str) -> None:
    if name.endswith(".en.md"):
        assert re.match(r"# [A-Z][^\u4e00-\u9fff\n]+\n\n中文: \[", text(name))
        return
    first, *others = re.findall(r"^# (.+)$", text(name).replace("```bash\n", "```\n"), re.MULTILINE)
    assert re.search(r"[\u4e00-\u9fff]", first)
    assert f"{name.removesuffix('.md')}.en.md" in GUIDES or any(
        not re.search(r"[\u4e00-\u9fff]", one) for one in others
    )


def test_the_page_on_signing_speaks_as_the_site_does() -> None:
    pages = dict(zip(LANGUAGES, ("signing.md", "signing.en.md"), strict=True))
    for lang, name in pages.items():
        for state in ("proven", "claimed", "broken", "transcribed"):
            assert f"**{language(lang)(f'proof.{state}').lower()}**" in text(name)


def test_the_audit_is_run_as_the_guide_says(replayed: Path, tmp_path: Path, run: Run) -> None:
    first, *_ = blocks(AUDIT, "sh")
    *shell, last = first.replace("REPOSITORY", replayed.as_uri()).strip().splitlines()
    subprocess.run(["bash", "-euc", "\n".join(shell)], cwd=tmp_path, check=True, capture_output=True)
    program, *arguments = shlex.split(last)
    assert program == "duban"
    assert run("-C", tmp_path / "ledger", *arguments).code == 0


def by_hand(folder: Path) -> tuple[list[str], str]:
    """The lines that the guide's checks by hand say, and all that they print."""
    (block,) = blocks(AUDIT, "bash")
    done = subprocess.run(["bash", "-c", block], cwd=folder, check=False, capture_output=True, text=True)
    return re.findall(r"^\d [a-z ]+$", done.stdout, re.MULTILINE), done.stdout


@pytest.fixture
def clone(replayed: Path, tmp_path: Path) -> GitFolder:
    subprocess.run(["git", "clone", "--quiet", replayed.as_uri(), tmp_path / "clone"], check=True)
    return GitFolder(tmp_path / "clone")


ALL = ["1 signed", "2 bound", "3 chained", "4 clean", "5 on main"]


def test_a_receipt_is_checked_by_hand_as_the_guide_says(clone: GitFolder) -> None:
    said, printed = by_hand(clone.folder)
    assert said == ALL
    assert '"state": "APPROVED"' in printed
    assert "accounts:" in printed
    assert "+approval:" in printed


def refiled(clone: GitFolder, change: Callable[[str], str], number: int, *, sign: bool) -> None:
    """The evidence branch as a forger would leave it, with the receipt of a number written otherwise."""
    path = f"receipts/000/{number:06d}.json"
    filed = clone.git("log", "--format=%H", "--diff-filter=A", "origin/evidence", "--", path)
    clone.git("checkout", "--quiet", "--orphan", "forged", filed)
    content = clone.git("show", f"{filed}:{path}") + "\n"
    changed = change(content)
    assert changed != content
    (clone.folder / path).write_text(changed, encoding="utf-8")
    message = clone.git("log", "-1", "--format=%B", filed)
    clone.git("add", "--all")
    signing = ["-c", "gpg.format=ssh", "-c", f"user.signingkey={clone.folder / 'other'}"] if sign else []
    if sign:
        new_key(clone.folder / "other", "other")
    clone.git(*signing, "commit", "--quiet", *(["-S"] if sign else []), "--message", message)
    clone.git("update-ref", "refs/remotes/origin/evidence", "forged")


def test_what_was_forged_does_not_pass_by_hand(clone: GitFolder) -> None:
    refiled(clone, lambda content: content.replace('"pass"', '"wait"'), 5, sign=True)
    said, _ = by_hand(clone.folder)
    assert said == ["3 chained", "4 clean", "5 on main"]


def test_an_earlier_receipt_that_was_changed_does_not_pass_by_hand(clone: GitFolder) -> None:
    changed = clone.git("show", "origin/evidence:receipts/000/000004.json").replace('"pass"', '"wait"') + "\n"
    blob = subprocess.run(
        ["git", "hash-object", "-w", "--stdin"],
        cwd=clone.folder,
        input=changed,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    clone.git("read-tree", "origin/evidence")
    clone.git("update-index", "--cacheinfo", f"100644,{blob},receipts/000/000004.json")
    commit = clone.git("commit-tree", "-p", "origin/evidence", "-m", "changed", clone.git("write-tree"))
    clone.git("update-ref", "refs/remotes/origin/evidence", commit)
    said, _ = by_hand(clone.folder)
    assert said == ["1 signed", "2 bound", "4 clean", "5 on main"]


def test_a_history_without_the_merge_does_not_pass_by_hand(clone: GitFolder) -> None:
    clone.git("update-ref", "refs/remotes/origin/main", clone.git("rev-parse", "origin/main~20"))
    said, _ = by_hand(clone.folder)
    assert said == ALL[:4]


def test_the_recorders_key_is_made_as_the_guide_says(tmp_path: Path, schemas: Any) -> None:
    first, *_ = blocks("keys.md", "sh")
    done = subprocess.run(["bash", "-euc", first], cwd=tmp_path, check=True, capture_output=True, text=True)
    pattern = schemas.field("policy").at(("signing", "recorders", 0, "key"))
    assert pattern is not None
    assert re.fullmatch(r"ssh-ed25519 [A-Za-z0-9+/]+={0,3}\n", done.stdout)
    assert "PRIVATE KEY" in (tmp_path / "recorder-2026").read_text(encoding="ascii")


def test_a_key_is_rotated_as_the_guide_says(desk: Desk, tmp_path: Path, run: Run) -> None:
    old, new = desk.folder / KEY, tmp_path / "recorder-next"
    (old_line,) = recorders(desk)
    new_line = new_key(new, "next")
    desk.merge(key_line(old_line), f"{key_line(old_line)}    - name: next\n{key_line(new_line)}")
    assert desk.record(old).written == 1
    desk.merge("build_stale_after_days: 2", "build_stale_after_days: 3")
    assert desk.record(new).written == 1
    desk.merge(f"    - name: duban-recorder\n{key_line(old_line)}", "")
    assert desk.record(new).written == 1
    assert recorders(desk) == [new_line]
    assert audited(run, desk.folder) == (0, set())


def test_a_new_key_that_signs_too_early_is_named(desk: Desk, tmp_path: Path, run: Run) -> None:
    (old_line,) = recorders(desk)
    new_line = new_key(tmp_path / "recorder-next", "next")
    desk.merge(key_line(old_line), f"{key_line(old_line)}    - name: next\n{key_line(new_line)}")
    desk.record(tmp_path / "recorder-next")
    assert audited(run, desk.folder) == (1, {"A206"})


def test_a_new_chain_after_a_lost_key_begins_as_the_guide_says(desk: Desk, tmp_path: Path, run: Run) -> None:
    new = tmp_path / "recorder-next"
    (old_line,), old_genesis = recorders(desk), desk.policy["signing"]["genesis"]
    old_tip = desk.git("rev-parse", "main")
    desk.git("branch", "evidence-2026", "evidence")
    desk.git("branch", "--delete", "--force", "evidence")
    genesis = desk.merge(old_line, new_key(new, "next"))
    desk.merge(f"genesis: {old_genesis}", f"genesis: {genesis}")
    assert desk.record(new).written == 1
    assert audited(run, desk.folder) == (1, {"A214"})
    assert audited(run, desk.folder, "--genesis", genesis) == (0, set())
    old_chain = ("--tip", old_tip, "--evidence", "evidence-2026", "--genesis", old_genesis)
    assert audited(run, desk.folder, *old_chain) == (0, set())


def test_what_must_not_stay_is_expunged_as_the_guide_says(desk: Desk, run: Run, tmp_path: Path) -> None:
    """The guide's commands: a preview that moves nothing, then the same with --write; all else stays proven."""
    desk.git("checkout", "--quiet", "--force", "main")
    text = next(line for line in (desk.folder / ITEM).read_text(encoding="utf-8").split("\n") if SLIP in line)
    (tmp_path / "slip.txt").write_text(text.partition(": ")[2] + "\n", encoding="utf-8")
    (command,) = [one for one in commands("expunge.md") if one[1] == "expunge" and "--key" in one]
    given = [{"slip.txt": tmp_path / "slip.txt", "recorder-2026": desk.folder / KEY}.get(one, one) for one in command]
    before = desk.git("rev-parse", "main", "evidence")
    preview = run("-C", desk.folder, *given[1:])
    assert (preview.code, desk.git("rev-parse", "main", "evidence")) == (0, before)
    done = run("-C", desk.folder, *given[1:], "--write")
    assert (done.code, done.out) == (0, preview.out)
    assert desk.git("log", "main", "evidence", "--oneline", f"-S{text.partition(': ')[2]}") == ""
    found = run("-C", desk.folder, "audit", "--full", "--format", "json").json
    assert (found["verdict"], [one["basis"] for one in found["expunged"]]) == ("clean", ["晋市督〔2019〕99号"])
    assert {one["proof"] for one in found["entries"]} == {"proven", "claimed"}
    assert "晋市督〔2019〕99号" in run("-C", desk.folder, "audit").out


def test_where_receipts_must_go_too_a_new_genesis_is_set_as_the_guide_says(desk: Desk, run: Run) -> None:
    assert SLIP in (desk.folder / ITEM).read_text(encoding="utf-8")
    old_genesis = desk.policy["signing"]["genesis"]
    rewritten(desk.folder)
    assert desk.git("log", "--all", "--oneline", f"-S{SLIP}") == ""
    genesis = desk.git("rev-parse", "main")
    desk.merge(f"genesis: {old_genesis}", f"genesis: {genesis}")
    assert desk.record(desk.folder / KEY).written == 1
    assert audited(run, desk.folder) == (1, {"A214"})
    assert audited(run, desk.folder, "--genesis", genesis) == (0, set())
    entries = run("-C", desk.folder, "audit", "--full", "--genesis", genesis, "--format", "json").json["entries"]
    assert {one["proof"] for one in entries} == {"transcribed"}


def rewritten(folder: Path) -> None:
    """History without the slip, as git filter-repo would leave it, and without the receipts of what is gone."""
    git = ("git", "-C", str(folder))
    exported = subprocess.run([*git, "fast-export", "main"], check=True, capture_output=True).stdout
    blank = "某处摊点".encode()
    assert len(blank) == len(SLIP.encode())
    subprocess.run([*git, "update-ref", "-d", "refs/heads/evidence"], check=True)
    imported = exported.replace(SLIP.encode(), blank)
    subprocess.run([*git, "fast-import", "--quiet", "--force"], input=imported, check=True)
    subprocess.run([*git, "reset", "--quiet", "--hard", "main"], check=True)


IMPORT = "import.md"


@pytest.fixture
def office(copy_of: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """An office's ledger beside the workbook that it kept until now."""
    from test_import_books import described, file_of

    folder = copy_of("office", items=())
    (folder / "items").mkdir(exist_ok=True)
    (folder / "registry/inspections.yml").unlink()
    book = described(ROOT / "tests/imports/01-merged-heads-and-sections")
    (folder / "2018督办台账.xlsx").write_bytes(file_of(book))
    monkeypatch.chdir(folder)
    return folder


def test_an_older_ledger_is_imported_as_the_guide_says(office: Path) -> None:
    walk, moved = blocks(IMPORT, "sh")
    duban = shlex.quote(str(Path(sys.executable).with_name("duban")))
    for block in (walk, moved):
        script = re.sub(r"^duban ", f"{duban} ", block, flags=re.MULTILINE)
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script], cwd=office, check=False, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
    assert len(list((office / "items").rglob("*.yml"))) == 3
    assert (office / "待处理.xlsx").is_file()


def test_the_mapping_shown_is_one(schemas: Any) -> None:
    from duban.importing.saved_mapping import read_mapping

    (block,) = blocks(IMPORT, "yaml")
    found = read_mapping(block.encode(), IMPORT, schemas.field("item"))
    assert found.year == 2018
    assert found.fields_of("督办 事项") == ("title", "intake/summary")
    assert found.values["transcribed/deadline"] == {"年底前": "2018-12-31"}


def test_the_json_of_an_import_is_documented(office: Path, run: Run) -> None:
    told = run("import", "2018督办台账.xlsx", "--format", "json").json
    (section,) = re.findall(r"^## JSON\n(.*?)^# ", text(IMPORT), re.MULTILINE | re.DOTALL)
    named = set(re.findall(r"`(\w+)`", section))
    assert set(told) <= named
    for part in ("mapping", "missing", "doubts", "leftovers", "items"):
        assert set(told[part][0]) <= named, part
    assert {name for name in told["counts"] if not name.startswith("cells_")} <= named
