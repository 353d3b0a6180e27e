"""A new city's first hour as its guide has it: every command run, every click done by a forge, audited in the end.

The commands are read from the Chinese page and run in its order. Between them somebody at the forge's web page
does what the page says: that part is the test's, on a bare repository and answers as GitHub gives them.
"""

from __future__ import annotations

import io
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT, Outcome
from duban.language import language
from duban.parse import parse
from duban.pull import Account
from forge_server import SECRET, ForgeServer, Told
from proof_fixtures import marks
from signing import POLICY, City
from test_guides import blocks, text
from test_sweep import statuses, tell

Run = Callable[..., Outcome]
GUIDE, ENGLISH = "first-hour.md", "first-hour.en.md"
DAY, MORNING = "2020-01-06", datetime.fromisoformat("2020-01-06T09:00:00+08:00")
REMOTE = "git@github.com:yunshan/duban.git"
ADMINISTRATOR = Account(2001, "administrator")
TEMPLATE = (
    ".github", "docs", "schemas", "registry", "items", "reports", "assessments", "scans",
    "site/pages", "site/templates", "site/theme", "site/guide",
    "mkdocs.yml", "mkdocs.public.yml", "Makefile", "README.md",
)  # fmt: skip
NOT_RUN = ("make build", 'export PATH="$PWD/.venv/bin:$PATH"')
"""The two lines that set up the program itself, which runs this test already."""
BUILT = ("internal/index.html", "internal/items/2020-0001.html", "public/index.html")


def sections(name: str) -> dict[int, str]:
    """The numbered steps of a guide."""
    parts = re.split(r"^## ", text(name), flags=re.MULTILINE)
    return {int(part.partition(".")[0]): part for part in parts if part[0].isdigit()}


def lines(section: str) -> list[str]:
    """The command lines of a step, those that go on over several lines put together."""
    found = re.findall(r"^```sh\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    return [line for block in found for line in block.replace("\\\n", " ").splitlines() if line.strip()]


@dataclass
class Desk:
    """A desk with a terminal, where the guide's commands are typed."""

    folder: Path
    run: Run
    monkeypatch: pytest.MonkeyPatch
    said: list[str]

    def type(self, line: str) -> str:
        """Run one line; what it printed."""
        words = shlex.split(line)
        if line in NOT_RUN:
            return ""
        if words[0] == "cd":
            self.folder /= words[1]
            self.monkeypatch.chdir(self.folder)
            return ""
        if words[0] == "duban":
            done = self.run(*words[1:])
            assert done.code == 0, (line, done.err, done.out)
            return done.out
        shell = subprocess.run(["bash", "-euc", line], cwd=self.folder, capture_output=True, text=True, check=False)
        assert shell.returncode == 0, (line, shell.stderr)
        return shell.stdout

    def step(self, section: str) -> str:
        """Type the commands of a step; what the last one printed."""
        printed = ""
        for line in lines(section):
            self.said.append(line)
            printed = self.type(line)
        return printed.strip()


@dataclass
class Forge:
    """GitHub: its repository, its API, and the workflows that run there."""

    city: City
    server: ForgeServer
    run: Run
    desk: Desk

    def goes_its_way(self, number: int, signer: str, merger: str | Account) -> None:
        """A pull request waits for its signer, is approved, passes the gate, is merged and recorded."""
        assert self._gate()[number] == ("wait", "pending")
        self.city.approve(number, signer)
        assert self._gate()[number] == ("pass", "success")
        self.city.merge(number, merger)
        self._record()

    def _gate(self) -> dict[int, tuple[str, str]]:
        """What gate.yml does: each open pull request's verdict, and the status that its head got."""
        tell(self.server, self.city)
        done = self.run("-C", self._checkout(), "gate", "--all-open", "--url", self.server.url, "--format", "json")
        assert done.code == 0, done.err
        posted = {path.rpartition("/")[2]: body["state"] for path, body in statuses(self.server)}
        heads = {number: pull.head for number, pull in self.city.forge.requests.items()}
        return {one["pull"]: (one["verdict"], posted[heads[one["pull"]]]) for one in done.json["pulls"]}

    def _record(self) -> None:
        """What record.yml does, with the secret that the keeper of the keys put there."""
        tell(self.server, self.city)
        key = self.desk.folder.parent / "recorder"
        remote = ("--remote", "origin", "--key", key, "--url", self.server.url)
        done = self.run("-C", self._checkout(), "record", *remote)
        assert done.code == 0, done.err + done.out

    def _checkout(self) -> Path:
        """What a workflow checks out: the main branch alone."""
        folder = self.city.folder.parent / "workflow"
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run(["git", "clone", "--quiet", "--branch", "main", self.city.folder.as_uri(), folder], check=True)
        return folder


@pytest.fixture
def forge(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> Iterator[Forge]:
    """A forge on which the administrator has just made a repository of the template."""
    bare = tmp_path / "forge.git"
    bare.mkdir()
    city = City(bare, now=MORNING, repository="yunshan/duban", accounts={"administrator": ADMINISTRATOR})
    city.git("init", "--quiet", "--bare", "--initial-branch=main")
    for name in TEMPLATE:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / "template" / name)
        elif (ROOT / name).exists():
            shutil.copy(ROOT / name, tmp_path / "template" / name)
    work = ("git", f"--git-dir={bare}", f"--work-tree={tmp_path / 'template'}")
    for command in (("add", "--all"), ("commit", "--quiet", "--message", "Initial commit")):
        subprocess.run([*work, *command], check=True, cwd=tmp_path / "template")
    (tmp_path / "desk").mkdir()
    monkeypatch.chdir(tmp_path / "desk")
    rewritten = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": f"url.{bare.as_uri()}.insteadOf"}
    for name, value in {
        **rewritten,
        "GIT_CONFIG_VALUE_0": REMOTE,
        "DUBAN_FORGE_TOKEN": SECRET,
        "no_proxy": "*",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("duban.repository.today", lambda: DAY)
    monkeypatch.setattr("duban.repository.this_instant", city.tick)
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_DATE", MORNING.isoformat())
    with ForgeServer() as server:
        server.tell_all(Told([], 200))
        yield Forge(city, server, run, Desk(tmp_path / "desk", run, monkeypatch, []))


def genesis_added(forge: Forge, genesis: str) -> dict[str, bytes]:
    """The policy after the guide's line was put below ``signing:`` on the web page."""
    (block,) = blocks(GUIDE, "yaml")
    policy = forge.city.content(POLICY).decode()
    assert policy.count("\nsigning:\n") == 1
    line = block.replace("0" * 40, genesis)
    return {POLICY: policy.replace("\nsigning:\n", f"\nsigning:\n{line}").encode()}


def test_from_the_template_to_the_first_signed_item(forge: Forge) -> None:
    city, desk, steps = forge.city, forge.desk, sections(GUIDE)
    genesis = ""
    for number, section in steps.items():
        printed = desk.step(section)
        if number == 5:
            genesis = printed
            people = parse("", city.content("registry/people.yml"))[0]["people"]
            accounts = {one["id"]: one["accounts"]["github"] for one in people if "accounts" in one}
            city.accounts |= {name: Account(account, name) for name, account in accounts.items()}
            assert {*city.accounts} == {"administrator", "director", "registrar", "staff"}
        if number == 7:
            asked = city.open(genesis_added(forge, genesis), by=ADMINISTRATOR)
            forge.goes_its_way(asked, "director", ADMINISTRATOR)
        if number == 9:
            forge.goes_its_way(city.open_branch("first-item"), "registrar", "staff")
    assert [*steps] == [*range(1, 11)]
    # Everything was typed that the guide shows, and the ledger is what it says.
    assert desk.said == [line for block in blocks(GUIDE, "sh") for line in lines(f"```sh\n{block}```\n")]
    audit = desk.run("audit", "--full", "--format", "json").json
    assert (audit["verdict"], audit["receipts"], audit["violations"]) == ("clean", 2, [])
    assert [(one["item"], one["entry"], one["proof"], one["signers"]) for one in audit["entries"]] == [
        ("2020-0001", "/intake", "proven", ["registrar"])
    ]
    checked = desk.run("check", "--format", "json").json
    assert (checked["counts"]["items"], checked["findings"]) == (1, [])
    assert desk.run("settings", "--check").code == 0
    pages = {path: (desk.folder / f"build/site/{path}").read_text(encoding="utf-8") for path in BUILT}
    assert "晋城" not in "".join(pages.values())
    for home in ("internal/index.html", "public/index.html"):
        assert "云山市督查台账" in pages[home]
    item = pages["internal/items/2020-0001.html"]
    assert "滨河路路灯不亮" in item
    assert {state for state, _ in marks(item)} == {"proven"}
    # Not reviewed for secrecy yet, the public is not told of it.
    assert not (desk.folder / "build/site/public/items").exists()


def test_nothing_is_removed_or_written_before_it_is_asked_for(forge: Forge) -> None:
    desk, steps = forge.desk, sections(GUIDE)
    for number in (2, 3):
        desk.step(steps[number])
    (line,) = lines(steps[4])
    before = subprocess.check_output(["git", "stash", "create"], cwd=desk.folder)
    told = desk.type(line.replace("--write", ""))
    assert {"items/", "reports/", "assessments/"} <= set(re.findall(r"\w+/(?= )", told))
    assert subprocess.check_output(["git", "status", "--porcelain"], cwd=desk.folder) == before == b""

    (desk.folder / "items/2019/2019-0001.yml").write_text("x", encoding="utf-8")
    assert desk.run(*shlex.split(line)[1:]).code == 2
    desk.type("git restore .")
    desk.type(line)
    left = subprocess.check_output(["git", "status", "--porcelain"], cwd=desk.folder)
    again = desk.run(*shlex.split(line)[1:])
    assert (again.code, again.out) == (2, "")
    assert "云山市督查台账" in again.err
    assert subprocess.check_output(["git", "status", "--porcelain"], cwd=desk.folder) == left


@pytest.mark.parametrize(
    ("left_out", "said"),
    [
        ("--person staff=督查专员#1003", "staff"),
        ("--person leader@city-government=市政府秘书长", "leader"),
        ("--series 云督", "--series"),
        ("--unit transport-bureau=云山市交通运输局/市交通局/市政府部门", "transport-bureau"),
    ],
)
def test_a_ledger_that_would_not_pass_the_check_is_not_begun(forge: Forge, left_out: str, said: str) -> None:
    desk, steps = forge.desk, sections(GUIDE)
    for number in (2, 3):
        desk.step(steps[number])
    (line,) = lines(steps[4])
    assert left_out in line
    done = desk.run(*shlex.split(line.replace(left_out, ""))[1:])
    assert done.code in (1, 2)
    assert said in done.err
    assert subprocess.check_output(["git", "status", "--porcelain"], cwd=desk.folder) == b""


class Terminal(io.StringIO):
    """Somebody who answers what they are asked."""

    def isatty(self) -> bool:
        return True


def test_on_a_terminal_everything_is_asked_for(forge: Forge, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = forge.desk
    desk.step(sections(GUIDE)[2])
    office = ["云山市督查台账", "云山市人民政府督查室/市督查室", "云督"]
    people = ["督查专员", "1003", *["", ""] * 5]
    leaders = ["city-committee", "云山市委办公室/市委办公室", "市委秘书长", "1009"]
    unit = ["transport-bureau", "云山市交通运输局/市交通局", "市交通局局长", "", "", ""]
    answers = [*office, *people, *leaders, *unit, "y"]
    terminal = Terminal("".join(f"{one}\n" for one in answers))
    monkeypatch.setattr("sys.stdin", terminal)
    done = desk.run("init")
    assert (done.code, terminal.read()) == (0, ""), done.err
    people_file = parse("", (desk.folder / "registry/people.yml").read_bytes())[0]["people"]
    told = {one["id"]: (one["position"], one["unit"], one.get("accounts")) for one in people_file}
    assert told["staff"] == ("督查专员", "supervision-office", {"github": 1003})
    assert told["transport-bureau-head"] == ("市交通局局长", "transport-bureau", None)
    assert told["leader"] == ("市委秘书长", "city-committee", {"github": 1009})
    assert told["director"] == (language("zh")("role.director"), "supervision-office", None)
    assert desk.run("check").code == 0


def table(name: str) -> list[list[str]]:
    rows = re.findall(r"^\| (\d+) \|(.*)\|$", text(name), re.MULTILINE)
    return [[number, *(cell.strip() for cell in cells.split("|"))] for number, cells in rows]


@pytest.mark.parametrize("name", [GUIDE, ENGLISH])
def test_the_stopwatch_adds_up_to_less_than_an_hour(name: str) -> None:
    total = 0
    for _, _, _, by_hand, machine, so_far in table(name):
        total += int(by_hand) + int(machine)
        assert int(so_far) == total
    assert [int(row[0]) for row in table(name)] == [*sections(name)]
    assert 30 < total <= 60


def test_both_languages_say_the_same() -> None:
    for kind in ("sh", "yaml"):
        assert blocks(GUIDE, kind) == blocks(ENGLISH, kind)
    numbers = [[row[0], *row[3:]] for row in table(GUIDE)]
    assert numbers == [[row[0], *row[3:]] for row in table(ENGLISH)]
    clicks: Mapping[str, list[Any]] = {
        name: re.findall(r"\*\*([A-Z][^*]+→[^*]+)\*\*", text(name)) for name in (GUIDE, ENGLISH)
    }
    assert clicks[GUIDE] == clicks[ENGLISH]
