"""Pull requests at random, and tampering at random: what the gate passed the audit calls clean, and nothing else."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

import tampering
from duban.receipt import place_of
from signing import LIAISON, OTHER, City, codes, proofs, visit

PEOPLE = (LIAISON, "section-head", "registrar", "staff", "director")
SIGNERS = {"progress": LIAISON, "visit": "section-head", "head": "registrar"}
STATES = ("APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED")


class Office(RuleBasedStateMachine):
    """A city at work. ``honest`` until something happened that no gate has passed or no recorder has written."""

    def __init__(self, first: City, folder: Path) -> None:
        super().__init__()
        shutil.rmtree(folder, ignore_errors=True)
        self.city = first.copy(folder)
        self.waiting: dict[int, str] = {}
        self.honest, self.mischief = True, False
        self.merged = 0
        self.count = 0

    @initialize(mischief=st.booleans(), kinds=st.permutations(sorted(SIGNERS)))
    def begins(self, mischief: bool, kinds: list[str]) -> None:
        """A day with two pull requests on the table, and perhaps somebody who means ill."""
        self.mischief = mischief
        for kind in kinds[:2]:
            self.opens(kind)

    def one_of(self, data: st.DataObject) -> int:
        return data.draw(st.sampled_from(sorted(self.waiting)))

    @rule(kind=st.sampled_from(sorted(SIGNERS)))
    def comes_in(self, kind: str) -> None:
        self.opens(kind)

    def opens(self, kind: str) -> None:
        city, self.count = self.city, self.count + 1
        if kind == "progress":
            files = city.with_progress(f"第{self.count}次报进展。")
        elif kind == "visit":
            entry = {**visit("section-head", city.day), "place": f"第{self.count}处"}
            files = city.edited(lambda data: data.setdefault("visits", []).append(entry), OTHER)
        else:
            files = city.edited(lambda data: data.update(related=[*data.get("related", ()), f"2018-{self.count:04}"]))
        self.waiting[city.open(files, by="deputy-director")] = kind

    @precondition(lambda self: self.waiting)
    @rule(data=st.data(), force=st.booleans())
    def pushes(self, data: st.DataObject, force: bool) -> None:
        number = self.one_of(data)
        self.count += 1
        if force:
            self.waiting[number] = "progress"
            self.city.push(number, self.city.with_progress(f"第{self.count}次报进展。"), onto="main")
        else:
            self.city.push(number, {}, by=data.draw(st.sampled_from(["staff", LIAISON])))

    @precondition(lambda self: self.waiting)
    @rule(data=st.data(), who=st.sampled_from(PEOPLE), state=st.sampled_from(STATES), old=st.booleans())
    def says_something(self, data: st.DataObject, who: str, state: str, old: bool) -> None:
        number = self.one_of(data)
        pushes = self.city.forge.pushed[number]
        self.city.review(number, who, state, commit=pushes[0 if old else -1].after)  # type: ignore[arg-type]

    @precondition(lambda self: any(self.city.forge.said[one] for one in self.waiting))
    @rule(data=st.data())
    def dismisses(self, data: st.DataObject) -> None:
        said = [(number, one) for number in sorted(self.waiting) for one in self.city.forge.said[number]]
        number, review = data.draw(st.sampled_from(said))
        self.city.revise(number, review, state="DISMISSED")

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def merges(self, data: st.DataObject) -> None:
        self.merge_if_passed(self.one_of(data))

    def merge_if_passed(self, number: int) -> None:
        """What the gate passes, if need be once its signer has looked at it again."""
        if self.city.gate(number).verdict != "pass":
            self.city.approve(number, SIGNERS[self.waiting[number]])
        if self.city.gate(number).verdict == "pass":
            self.merge(number)

    @precondition(lambda self: self.mischief and self.waiting)
    @rule(data=st.data())
    def merges_in_spite_of_the_gate(self, data: st.DataObject) -> None:
        """Where it would have passed, nothing is amiss; what conflicts is put together by hand."""
        number = self.one_of(data)
        self.honest = self.city.gate(number).verdict == "pass" and self.honest
        self.merge(number)

    def merge(self, number: int) -> None:
        self.city.merge(number)
        self.merged += 1
        del self.waiting[number]

    @precondition(lambda self: self.mischief)
    @rule()
    def pushes_directly(self) -> None:
        self.count += 1
        self.city.commit("refs/heads/main", [self.city.head()], {f"docs/{self.count}.md": b""})
        self.honest = False

    @precondition(lambda self: self.mischief)
    @rule()
    def edits_what_was_signed(self) -> None:
        self.count += 1
        edit = self.city.edited(lambda data: data["task_notice"].update(content=f"第{self.count}次改写。"), OTHER)
        number = self.city.open(edit)
        self.city.approve(number, "director")
        self.city.merge(number)
        self.honest = False

    @precondition(lambda self: self.mischief and self.waiting)
    @rule(data=st.data())
    def merges_something_else(self, data: st.DataObject) -> None:
        number = self.one_of(data)
        self.count += 1
        self.city.merge(number, files={f"docs/{self.count}.md": b""})
        del self.waiting[number]
        self.honest = False

    @precondition(lambda self: self.mischief)
    @rule(data=st.data())
    def flips_a_bit_of_a_receipt(self, data: st.DataObject) -> None:
        seq, contents = self.receipts(data)
        content = bytearray(contents[0])
        content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
        self.refile(seq, [bytes(content), *contents[1:]], data)

    @precondition(lambda self: self.mischief and len(self.city.filed()) > 1)
    @rule(data=st.data())
    def drops_a_receipt(self, data: st.DataObject) -> None:
        """Not the last one: recording that again would be in order."""
        seq, contents = self.receipts(data, 1)
        self.refile(seq, contents[1:], data)

    def receipts(self, data: st.DataObject, but: int = 0) -> tuple[int, list[bytes]]:
        """A receipt's number, and what was filed from there on."""
        last = len(self.city.filed())
        seq = data.draw(st.integers(1, last - but))
        return seq, [self.city.content(place_of(one), "evidence") for one in range(seq, last + 1)]

    def refile(self, seq: int, contents: list[bytes], data: st.DataObject) -> None:
        """From a receipt on the branch is another, signed by whoever can sign; who holds the key signs only a gap."""
        own = len(contents) == len(self.city.filed()) - seq and data.draw(st.booleans())
        key = self.city.key if own else tampering.stranger_key(self.city)
        parents = [] if seq == 1 else [self.city.head(f"evidence~{len(self.city.filed()) - seq + 1}")]
        for number, content in enumerate(contents, seq):
            parents = [tampering.file(self.city, {place_of(number): content}, key, parents)]
        self.honest = False

    @rule()
    def is_audited(self) -> None:
        """By a machine that remembers how far all was in order."""
        self.city.record()
        assert (codes(self.city.audit("machine")) == []) == self.honest

    def teardown(self) -> None:
        """Clean and proven as long as everybody was honest, never afterwards; with a memory or without."""
        for number in sorted(self.waiting):
            self.merge_if_passed(number)
        recorded = self.city.record()
        audit, remembered = self.city.audit(), self.city.audit("machine")
        if self.honest:
            assert (recorded.unknown, recorded.broken) == ((), ())
            assert codes(audit) == []
            assert codes(remembered) == []
            assert remembered.proofs == audit.proofs
            assert remembered.verified == audit.verified
            assert {*proofs(audit).values()} <= {"proven"}
            assert len(proofs(audit)) == self.merged
        else:
            assert codes(audit) != []
            assert codes(remembered) != []
            assert codes(self.city.audit("machine", full=True)) == codes(audit)


@pytest.fixture
def factory(first_city: City, tmp_path: Path) -> partial[Office]:
    return partial(Office, first_city, tmp_path / "office")


def test_what_the_gate_passed_is_clean_and_nothing_else(factory: partial[Office]) -> None:
    bounded = settings(
        max_examples=12,
        stateful_step_count=10,
        suppress_health_check=list(HealthCheck),
        deadline=None,
        derandomize=True,
    )
    run_state_machine_as_test(factory, settings=bounded)
