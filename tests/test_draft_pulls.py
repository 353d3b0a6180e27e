"""Drafts as pull requests: they open once, close when overtaken, and a killed run changes nothing of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from conftest import AS_OF, ROOT, GitFolder, Outcome
from duban.calendar import WorkCalendar
from duban.forge import ForgeError
from duban.language import language
from duban.load import read
from duban.notice_draft import Drafter, Proposal
from duban.proposer import Forum, Proposer, Result
from duban.publish.draft_words import draft_body, draft_title
from duban.repository import tree_at
from duban.repository.drafts import BASE, Drafts
from duban.repository.error import GitError
from duban.schema import Schemas
from duban.status import statuses
from forge_desk import Desk, GitHubDesk
from forge_server import SECRET, ForgeServer


class Killed(BaseException):
    """What a run that is killed ends with, for the test: nothing may catch it."""


class Office:
    """A clone whose remote is a bare repository, and one morning's drafts of each day, worked out once."""

    def __init__(self, folder: Path, bare: Path) -> None:
        self.here, self.bare = GitFolder(folder), bare
        self.here.git("init", "--quiet", "--initial-branch", "main")
        self.here.commit()
        self.here.git("init", "--quiet", "--bare", "--initial-branch", "main", str(bare))
        self.here.git("remote", "add", "origin", str(bare))
        self.here.git("push", "--quiet", "origin", "main")
        self.tree = tree_at(folder, "main")
        self._readings = read(self.tree)
        self._root = Schemas.of(self.tree).field("item")
        self._mornings: dict[str, list[Proposal]] = {}

    def found(self, day: str) -> list[Proposal]:
        """The drafts that the policy calls for on a day, three of them at the end of October."""
        if day not in self._mornings:
            self.ledger = self._readings.ledger(day)
            calendar = WorkCalendar.of(self.ledger.registry)
            drafter = Drafter(self.ledger, self._root, day, calendar, language("zh"), self._readings.form_numbers())
            self._mornings[day] = [*drafter.proposals(statuses(self.ledger, day, calendar))]
        return self._mornings[day]

    def morning(self, desk: Any, found: list[Proposal], drafts: type[Drafts] = Drafts) -> dict[str, Result]:
        branches = drafts(self.here.folder, "origin")
        branches.fetch("main")
        proposer = Proposer(branches, self.tree, self.here.git("rev-parse", BASE), AS_OF)
        return {one.key: one for one in proposer.pulls(found, Forum(desk, "main", self.ledger, language("zh")))}

    def branches(self) -> list[str]:
        """The drafts in the remote."""
        listed = self.here.git("ls-remote", "origin", "refs/heads/draft/*")
        return sorted(line.split("refs/heads/")[1] for line in listed.splitlines())

    def go_on(self, branch: str) -> str:
        """Somebody pushes to a draft; where it stands then."""
        self.here.git("fetch", "--quiet", "origin", branch)
        self.here.git("switch", "--quiet", "--detach", "FETCH_HEAD")
        self.here.git("commit", "--quiet", "--allow-empty", "--message", "went on")
        self.here.git("push", "--quiet", "origin", f"HEAD:refs/heads/{branch}")
        tip = self.here.git("rev-parse", "HEAD")
        self.here.git("switch", "--quiet", "main")
        return tip


@pytest.fixture
def office(copy_of: Callable[..., Path], tmp_path: Path) -> Office:
    return Office(copy_of(), tmp_path / "remote.git")


def test_they_open_once_and_close_when_overtaken(office: Office) -> None:
    desk, found = Desk(), office.found(AS_OF)
    names = sorted(f"draft/{one.key}" for one in found)
    first = office.morning(desk, found)
    assert [(one.outcome, one.pull) for one in first.values()] == [("written", 1), ("written", 2), ("written", 3)]
    assert desk.pulls() == office.branches() == names
    again = office.morning(desk, found)
    assert [(one.outcome, one.pull) for one in again.values()] == [("open", 1), ("open", 2), ("open", 3)]
    assert len(desk.opened) == 3

    taken, overtaken, *_ = names
    tip = office.go_on(taken)
    after = office.morning(desk, found[2:])
    assert {f"draft/{key}": one.outcome for key, one in after.items()} == {
        taken: "taken_up",
        overtaken: "overtaken",
        names[2]: "open",
    }
    assert office.branches() == desk.pulls() == [taken, names[2]]
    assert office.here.git("ls-remote", "origin", taken).split()[0] == tip
    assert ["不再需要" in said for one in desk.of(overtaken) for said in one.said] == [True]


def test_what_somebody_closed_or_merged_is_not_opened_again(office: Office) -> None:
    desk, (one, two, _) = Desk(), office.found(AS_OF)
    office.morning(desk, [one, two])
    desk.opened[0].state, desk.opened[1].state = "closed", "merged"
    office.here.git("push", "--quiet", "origin", f":refs/heads/draft/{one.key}")
    again = office.morning(desk, [one])
    assert (again[one.key].outcome, again[two.key].outcome) == ("declined", "merged")
    assert (len(desk.opened), office.branches()) == (2, [])


def test_a_branch_that_moved_since_it_was_looked_at_is_not_removed(office: Office) -> None:
    (one, *_) = office.found(AS_OF)
    office.morning(Desk(), [one])
    drafts = Drafts(office.here.folder, "origin")
    drafts.fetch("main")
    tip = office.go_on(f"draft/{one.key}")
    with pytest.raises(GitError):
        drafts.drop(one.key)
    assert office.here.git("ls-remote", "origin", f"draft/{one.key}").split()[0] == tip


def test_one_failure_keeps_no_other_from_being_opened(office: Office) -> None:
    class Refusing(Desk):
        def propose(self, branch: str, base: str, title: str, body: str) -> int:
            if branch.endswith(refused):
                raise ForgeError("503")
            return super().propose(branch, base, title, body)

    found = office.found(AS_OF)
    refused, desk = found[1].key, Refusing()
    assert [one.outcome for one in office.morning(desk, found).values()] == ["written", "failed", "written"]
    refused = "nothing"
    assert [one.outcome for one in office.morning(desk, found).values()] == ["open", "written", "open"]
    assert len(desk.opened) == 3


class Moments:
    """Counts the moments after whatever changes something, and kills the run at one of them."""

    def __init__(self) -> None:
        self.count, self.at = 0, 0

    def passes(self) -> None:
        self.count += 1
        if self.count == self.at:
            raise Killed

    def around(self, act: Callable[..., Any]) -> Callable[..., Any]:
        def acted(*given: Any, **named: Any) -> Any:
            done = act(*given, **named)
            self.passes()
            return done

        return acted


def test_a_run_that_is_killed_at_any_moment_is_made_good_by_the_next(office: Office) -> None:
    """Two mornings: two drafts, of which one is overtaken and another new on the second."""
    found = office.found(AS_OF)
    mornings = (found[:2], found[1:])
    moments = Moments()

    class Told(Desk):
        def __getattribute__(self, name: str) -> Any:
            known = super().__getattribute__(name)
            return moments.around(known) if name in ("propose", "withdraw") else known

    class Watched(Drafts):
        write = moments.around(Drafts.write)
        drop = moments.around(Drafts.drop)
        _push = moments.around(Drafts._push)

    def play(at: int) -> Desk:
        for branch in office.branches():
            office.here.git("push", "--quiet", "origin", f":refs/heads/{branch}")
        desk, moments.count, moments.at = Told(), 0, at
        for morning in mornings:
            for _ in range(2):
                try:
                    office.morning(desk, morning, Watched)
                except Killed:
                    office.morning(desk, morning, Watched)
        return desk

    play(0)
    total = moments.count
    assert total == 3 * 3 + 3, "writing, its push and opening; closing, dropping and its push"
    for at in range(1, total + 1):
        desk = play(at)
        assert sorted(one.branch for one in desk.opened) == sorted(f"draft/{one.key}" for one in found), at
        assert desk.pulls() == office.branches() == sorted(f"draft/{one.key}" for one in found[1:]), at


def test_the_words_hold_nothing_that_acts(office: Office, schemas: Schemas) -> None:
    one = next(one for one in office.found(AS_OF) if one.kind == "tracking_notice")
    root = schemas.field("item")
    body = draft_body(one, office.ledger, root, language("zh"))
    assert "items/2019/" in body
    assert "督查规则" in body
    open_texts = body.partition("要人核实")[2].partition("怎么办")[0]
    assert "请贵单位于" in open_texts
    assert "办理要求" in open_texts
    hostile = "@all #1 <img src=x onerror=alert(1)> [x](javascript:y) | a\n/close\n# b `c`"
    office.ledger.items[one.item].record["title"] = hostile
    body, title = draft_body(one, office.ledger, root, language("en")), draft_title(one, office.ledger, language("en"))
    assert "\n" not in title
    assert len(title) <= 100
    assert not any(bad in body for bad in ("<img", "](java", "@all", "#1 ", "\n/close", "\n# b", "`c`"))


@pytest.fixture
def server() -> Iterator[ForgeServer]:
    with ForgeServer() as running:
        yield running


def test_the_command(
    office: Office, server: ForgeServer, run: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the terminal to a server that answers in GitHub's shapes, and back again the next morning."""
    desk = GitHubDesk(repository="jincheng/duban")
    server.tell_all(desk)
    command = ("-C", office.here.folder, "draft", "--pulls", "--url", server.url, "--as-of")
    assert run(*command, AS_OF).code == 2, "without a token nothing is asked"
    monkeypatch.setenv("DUBAN_FORGE_TOKEN", SECRET)
    shown = run(*command, AS_OF)
    assert shown.code == 0, shown.err
    assert "#1" in shown.out
    assert desk.pulls() == office.branches()
    first = run(*command, AS_OF, "--format", "json").json["drafts"]
    assert {one["outcome"] for one in first} == {"open"}
    assert [one["pull"] for one in first] == [*range(1, len(first) + 1)]
    before = run(*command, "2019-07-01", "--format", "json").json["drafts"]
    assert {one["outcome"] for one in before} == {"overtaken"}
    assert (desk.pulls(), office.branches()) == ([], [])
    assert office.here.git("for-each-ref", "refs/heads/draft/") == ""
    assert run("-C", office.here.folder, "draft", "--pulls", "--branches").code == 2
    office.here.git("remote", "set-url", "origin", str(ROOT / "nowhere"))
    assert run(*command, AS_OF).code == 2
