"""Expunging: a name goes from every file and every commit, and everything else stays proven."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from duban import expunger
from duban.cli import main
from duban.expunger import Expunged, ExpungeError, expunge
from duban.repository.command import git
from signing import ITEM, LIAISON, OTHER, POLICY, PROGRESS, City, codes
from test_exit import blocks, typed

NAME = "北街王小明先生"
GONE = "〔已清除〕"
ORDER = ("晋市督〔2019〕99号", "director")
SLIP = f"沥青摊铺过半，联系{NAME}。"


@pytest.fixture
def slipped(city: City) -> City:
    """A name got into an entry that was signed; three more merges came after it."""
    city.passed(city.with_visit(), "section-head")
    city.passed(city.with_progress(SLIP), LIAISON)
    city.passed(city.with_visit(), "section-head")
    city.passed(city.with_progress("沥青摊铺完成。"), LIAISON)
    city.git("checkout", "--quiet", "--force", "main")
    assert codes(city.audit()) == []
    return city


def expunged(city: City, text: str = NAME, write: bool = True, key: Path | None = None) -> Expunged:
    return expunge(city.folder, text, GONE, ORDER, key or city.key, city.tick(), write=write)


def refs(city: City) -> str:
    return city.git("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads")


def everything(city: City) -> bytes:
    """The content of all that both branches lead to."""
    listed = city.git("rev-list", "--objects", "--no-object-names", "main", "evidence").encode()
    done = subprocess.run(
        ["git", "cat-file", "--batch"], cwd=city.folder, input=listed + b"\n", capture_output=True, check=True
    )
    return done.stdout


def state(city: City, key: tuple[str, str], **options: Any) -> str:
    return city.audit(**options).proofs[key].state


def test_it_is_gone_and_all_else_is_proven(slipped: City) -> None:
    before = slipped.audit().proofs
    assert NAME.encode() in everything(slipped)
    found = expunged(slipped)
    assert NAME.encode() not in everything(slipped)
    audit = slipped.audit()
    assert codes(audit) == []
    assert {key: one.state for key, one in audit.proofs.items()} == {
        key: "claimed" if key == PROGRESS else one.state for key, one in before.items()
    }
    assert before[PROGRESS].state == "proven"
    assert GONE in slipped.content(ITEM).decode()
    assert slipped.git("status", "--porcelain", "--untracked-files=no") == ""
    (told,) = audit.expunged
    assert told.places == (("2019-0002", "/progress/0/progress"),)
    assert (told.document["basis"], told.document["by"]) == ORDER
    assert NAME not in told.content.decode()
    assert found.commits == 6
    assert found.paths == [ITEM]


@pytest.mark.parametrize("step", ["update-ref", "reset"])
def test_killed_before_a_step_it_is_as_before_or_done(
    slipped: City, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    before = refs(slipped)

    def killed(folder: Path, *words: str, **more: Any) -> bytes:
        if words[0] == step:
            raise KeyboardInterrupt
        return git(folder, *words, **more)

    monkeypatch.setattr(expunger, "git", killed)
    with pytest.raises(KeyboardInterrupt):
        expunged(slipped)
    monkeypatch.undo()
    assert codes(slipped.audit()) == []
    if step == "update-ref":
        assert refs(slipped) == before
        expunged(slipped)
    # The files of the folder follow the branch as after any pull that was cut short.
    slipped.git("reset", "--quiet", "--hard")
    assert NAME.encode() not in everything(slipped)
    assert NAME not in (slipped.folder / ITEM).read_text(encoding="utf-8")


def test_a_preview_moves_nothing(slipped: City) -> None:
    before = refs(slipped)
    found = expunged(slipped, write=False)
    assert refs(slipped) == before
    assert found.tombstone.places == (("2019-0002", "/progress/0/progress"),)
    assert "refs/pull/3/head" in found.others
    assert codes(slipped.audit()) == []
    assert state(slipped, PROGRESS) == "proven"


def test_the_ledger_goes_on(slipped: City) -> None:
    """More is signed after it, recorded and proven; and something else is expunged in its turn."""
    expunged(slipped)
    slipped.passed(slipped.with_progress("标线已经施划，咨询南街李小红女士。"), LIAISON)
    slipped.passed(slipped.with_visit(), "section-head")
    slipped.git("reset", "--quiet", "--hard")
    assert codes(slipped.audit()) == []
    assert state(slipped, ("2019-0002", "/progress/2")) == "proven"
    expunged(slipped, "南街李小红女士")
    audit = slipped.audit()
    assert codes(audit) == []
    assert [one.number for one in audit.expunged] == [1, 2]
    states = {key: one.state for key, one in audit.proofs.items() if one.state != "transcribed"}
    assert {key for key, one in states.items() if one == "claimed"} == {PROGRESS, ("2019-0002", "/progress/2")}
    slipped.passed(slipped.with_visit(), "section-head")
    assert codes(slipped.audit()) == []


def test_a_machine_that_remembers_takes_the_tombstone_for_it(slipped: City) -> None:
    """It has seen the tip of before, which is no longer part of history: the tombstone says where it went."""
    assert codes(slipped.audit("mine")) == []
    expunged(slipped)
    assert codes(slipped.audit("mine")) == []
    slipped.passed(slipped.with_visit(), "section-head")
    assert codes(slipped.audit("mine")) == []


def test_what_stood_before_the_genesis_can_go_too(city: City) -> None:
    city.passed(city.with_visit(), "section-head")
    city.git("checkout", "--quiet", "--force", "main")
    title = city.data(OTHER)["title"]
    expunged(city, title)
    audit = city.audit()
    assert codes(audit) == []
    assert city.data(OTHER)["title"] == GONE
    assert audit.genesis != city.genesis


# What is not in order


def rewritten_by_hand(city: City, old: str, new: str) -> None:
    """History with another text, and no tombstone that says so."""
    content = f"s/{old}/{new}/g"
    city.git(
        "filter-branch", "-f", "--tree-filter", f"sed -i '{content}' items/2019/*.yml", "--", f"{city.genesis}..main"
    )


def test_without_a_tombstone_it_is_all_named(slipped: City) -> None:
    rewritten_by_hand(slipped, NAME, GONE)
    assert {"A203", "A207"} <= set(codes(slipped.audit()))


def test_another_change_in_the_same_rewriting_is_named(slipped: City) -> None:
    """The tombstone tells what was taken out; the receipts still tell what everything else was."""
    expunged(slipped)
    tip, evidence = slipped.head(), slipped.head("evidence")
    first = next(iter(slipped.audit().expunged))
    slipped.git("update-ref", "refs/heads/main", first.document["before"])
    slipped.git("update-ref", "refs/heads/evidence", f"{evidence}^")
    from duban import expunger
    from duban.repository import rewriting

    class Sly(rewriting.Rewriting):
        def __init__(self, folder: Path, objects: Any, changed: Any) -> None:
            super().__init__(
                folder, objects, lambda one: changed(one).replace("摊铺完成".encode(), "摊铺未动".encode())
            )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(expunger, "Rewriting", Sly)
        patch.setattr(expunger, "_sound", lambda *_: 0)
        patch.setattr(expunger, "_places", lambda *_: iter(first.places))
        slipped.git("reset", "--quiet", "--hard")
        expunged(slipped)
    assert slipped.head() != tip
    assert "A216" in codes(slipped.audit())


def test_a_tombstone_that_another_key_signed_is_refused(slipped: City, tmp_path: Path) -> None:
    from duban.repository.signature import new_key

    new_key(tmp_path / "other", "other")
    before = refs(slipped)
    with pytest.raises(ExpungeError, match="unsound"):
        expunged(slipped, key=tmp_path / "other")
    assert refs(slipped) == before


@pytest.mark.parametrize(
    ("text", "reason"), [("123", "short"), ("此处没有的文字", "nowhere"), ("liaison", "unsound"), ("\n  - ", "short")]
)
def test_what_cannot_be_done_changes_nothing(slipped: City, text: str, reason: str) -> None:
    before = refs(slipped)
    with pytest.raises(ExpungeError, match=reason):
        expunged(slipped, text)
    assert refs(slipped) == before


def test_a_folder_with_edits_and_an_unclean_history_are_left_alone(slipped: City) -> None:
    (slipped.folder / ITEM).write_text("x", encoding="utf-8")
    with pytest.raises(ExpungeError, match="edited"):
        expunged(slipped)
    slipped.git("reset", "--quiet", "--hard")
    slipped.commit("refs/heads/main", [slipped.head()], {ITEM: slipped.content(ITEM) + b"# more\n"})
    slipped.git("reset", "--quiet", "--hard")
    with pytest.raises(ExpungeError, match="unclean"):
        expunged(slipped)


def test_the_exit_verifies_through_the_tombstone(slipped: City, tmp_path: Path) -> None:
    """The commands of its README find the receipts' merges in the history as it is now."""
    expunged(slipped)
    assert main(["-C", str(slipped.folder), "export", "--all", str(tmp_path / "out"), "--as-of", slipped.day]) == 0
    _, receipts, merges = blocks(tmp_path / "out")
    assert typed(receipts, tmp_path / "out") == ("receipts good\n", 0)
    assert typed(merges, tmp_path / "out") == ("merges good\n", 0)
    assert not [one for one in (tmp_path / "out").rglob("*") if one.is_file() and NAME.encode() in one.read_bytes()]


def test_approvals_bound_by_codes_would_be_lost_and_it_is_refused(city: City) -> None:
    """A code was given for the words of before; whoever signed so must sign what stands now."""
    city.passed(city.edited(lambda data: data["signing"].update(binding="code"), POLICY), "director")
    number = city.open(city.with_progress(SLIP))
    code = next(iter(city.gate(number).codes.values()))
    city.review(number, LIAISON, body=code)
    assert city.gate(number).verdict == "pass"
    city.merge(number)
    city.record()
    city.git("checkout", "--quiet", "--force", "main")
    assert codes(city.audit()) == []
    with pytest.raises(ExpungeError, match="unsound"):
        expunged(city)
