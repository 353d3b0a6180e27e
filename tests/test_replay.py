"""The shipped ledger's life replayed: it audits clean, every entry proven, and any byte that changes is named."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import AS_OF, Outcome
from duban.auditor import Audited, audited
from duban.change import change
from duban.filing import is_record
from duban.memory import Memory
from duban.model import Tree
from duban.parse import parse
from duban.receipt import place_of
from duban.replay.acts import acts
from duban.replayer import NoOneError, replay
from duban.repository import tree_at
from duban.repository.objects import Commit, Objects
from duban.schema import Schemas
from signing import POLICY, ROSTER, codes, violations

CUT = "2019-07-10"


@dataclass(frozen=True)
class Life:
    """A repository that was played, and what an audit of it found."""

    folder: Path
    audit: Audited

    def audited(self, tip: str = "main", evidence: str = "evidence") -> Audited:
        return audited(self.folder, Memory(self.folder / "no-memory"), tip=tip, evidence=evidence, full=True)


@pytest.fixture(scope="module")
def life(root: Path, tree: Tree, tmp_path_factory: pytest.TempPathFactory) -> Life:
    """The first days: some forty pull requests."""
    out = tmp_path_factory.mktemp("replay") / "city"
    played = replay(root, tree, CUT, out)
    assert played.pulls == played.recorded.written > 30
    return Life(out, audited(out, Memory(out / "no-memory")))


def test_the_first_days(life: Life, tree: Tree) -> None:
    assert codes(life.audit) == []
    assert {one.state for one in life.audit.proofs.values()} == {"proven"}
    assert life.audit.verified.commits == life.audit.verified.receipts
    told = [one.merged_at for one in life.audit.proofs.values()]
    assert "2019-07-01" <= min(told)[:10] <= max(told)[:10] <= CUT


@dataclass(frozen=True)
class Store:
    """Writes objects into a repository beside those that are there."""

    folder: Path
    objects: Objects

    def put(self, kind: str, content: bytes) -> str:
        command = ["git", "hash-object", "--literally", "-t", kind, "-w", "--stdin"]
        return (
            subprocess.run(command, cwd=self.folder, input=content, capture_output=True, check=True)
            .stdout.decode()
            .strip()
        )

    def with_blob(self, tree: str, names: list[str], blob: str) -> str:
        """A tree with another file in the place of one."""
        here = self.objects.tree(tree)[names[0]]
        inner = self.with_blob(here.id, names[1:], blob) if names[1:] else blob
        content = self.objects.read(tree)[2]
        entry = f"{here.mode} {names[0]}\0".encode()
        assert content.count(entry + bytes.fromhex(here.id)) == 1
        return self.put("tree", content.replace(entry + bytes.fromhex(here.id), entry + bytes.fromhex(inner)))

    def commit_like(self, commit: Commit, tree: str, parents: Mapping[str, str]) -> str:
        """The same commit of another tree and with other parents: every other byte as it was."""
        _, blank, rest = commit.content.partition(b"\nauthor ")
        lines = [f"tree {tree}", *(f"parent {parents.get(one, one)}" for one in commit.parents)]
        return self.put("commit", "\n".join(lines).encode() + blank + rest)

    def rewritten(self, commits: list[str], first: str, path: str, content: bytes) -> dict[str, str]:
        """A file's content changed in one commit, and in those after it that had it as it was; old commits to new."""
        names = path.split("/")
        old, new = self.objects.at(self.objects.commit(first).tree, path), self.put("blob", content)
        trees: dict[str, str] = {}
        made: dict[str, str] = {}
        for one in map(self.objects.commit, commits):
            if one.id != first and not set(one.parents) & set(made):
                continue
            if one.tree not in trees:
                had = self.objects.at(one.tree, path) == old
                trees[one.tree] = self.with_blob(one.tree, names, new) if had else one.tree
            made[one.id] = self.commit_like(one, trees[one.tree], made)
        return made


def listed(folder: Path, *arguments: str) -> list[str]:
    done = subprocess.run(["git", "rev-list", *arguments], cwd=folder, capture_output=True, check=True, text=True)
    return done.stdout.split()


def flipped(content: bytes, data: st.DataObject) -> bytes:
    place = data.draw(st.integers(0, len(content) - 1))
    return content[:place] + bytes([content[place] ^ 1 << data.draw(st.integers(0, 7))]) + content[place + 1 :]


@settings(max_examples=6)
@given(data=st.data())
def test_a_bit_of_a_receipt_flipped(life: Life, data: st.DataObject) -> None:
    filed = listed(life.folder, "--reverse", "evidence")
    seq = data.draw(st.integers(1, len(filed)))
    with Objects(life.folder) as objects:
        store = Store(life.folder, objects)
        content = objects.read(f"evidence:{place_of(seq)}")[2]
        made = store.rewritten(filed, filed[seq - 1], place_of(seq), flipped(content, data))
    found = life.audited(evidence=made[filed[-1]])
    told = {commit for _, commit in violations(found)}
    merges = listed(life.folder, "--first-parent", "--reverse", f"{life.audit.genesis}..main")
    assert told & {made[filed[seq - 1]], merges[seq - 1]}
    assert not told & {*filed, *merges[: seq - 1]}


@settings(max_examples=6)
@given(data=st.data())
def test_a_bit_of_an_item_flipped(life: Life, data: st.DataObject) -> None:
    merges = listed(life.folder, "--first-parent", "--reverse", f"{life.audit.genesis}..main")
    place = data.draw(st.integers(1, len(merges) - 1))
    with Objects(life.folder) as objects:
        merge = objects.commit(merges[place])
        before, head = (objects.commit(one) for one in merge.parents)
        path = next(objects.differing(before.tree, merge.tree)).path
        content = objects.read(f"{merge.id}:{path}")[2]
        everything = listed(life.folder, "--topo-order", "--reverse", "main", f"^{before.id}")
        made = Store(life.folder, objects).rewritten(everything, head.id, path, flipped(content, data))
    found = life.audited(tip=made[merges[-1]])
    told = {commit for _, commit in violations(found)}
    assert made[merge.id] in told
    assert not told & {*merges}


def test_every_act_only_adds(tree: Tree) -> None:
    common = {path: content for path, content in tree.items() if path.startswith("schemas/")}
    schemas = Schemas.of(tree)
    standing: dict[str, bytes] = {}
    for act in acts(tree, AS_OF):
        before = {act.path: standing[act.path]} if act.path in standing else {}
        found = change({**common, **before}, {**common, act.path: act.content}, schemas)
        assert found.findings == ()
        assert act.entry in [one.entry for one in found.added]
        standing[act.path] = act.content
    assert standing == {path: content for path, content in tree.items() if is_record(path)}


def test_acts_follow_the_dates_of_the_record(tree: Tree) -> None:
    wanted = acts(tree, CUT)
    assert [act.done for act in wanted] == sorted(act.done for act in wanted)
    assert all(act.day <= act.done <= CUT for act in wanted)
    assert all(hand.on <= act.done for act in wanted for hand in act.hands)


def test_main_that_goes_on_is_verified_from_where_it_was_left(life: Life, tmp_path: Path) -> None:
    memory = Memory(tmp_path / "memory")
    first = audited(life.folder, memory, tip="main~1", evidence="evidence~1")
    assert first.violations == ()
    then = audited(life.folder, memory)
    assert then.violations == ()
    assert then.verified.commits == first.verified.commits + 1
    assert len(then.audit.events) < len(then.proofs)
    assert then.proofs == audited(life.folder, Memory(tmp_path / "none"), full=True).proofs


def test_all_of_it(root: Path, tree: Tree, tmp_path: Path) -> None:
    """The whole ledger; the files are those that are shipped. How long it takes, the benchmark says."""
    out = tmp_path / "city"
    played = replay(root, tree, AS_OF, out)
    found = audited(out, Memory(out / "no-memory"))
    assert codes(found) == []
    assert played.pulls == played.recorded.written == found.verified.commits == found.verified.receipts > 900
    assert {one.state for one in found.proofs.values()} == {"proven"}
    records = {path: content for path, content in tree.items() if is_record(path) or path.startswith("schemas/")}
    assert {(one.item, one.entry) for one in change({}, records).added} <= {*found.proofs}
    assert all(one.signers for one in found.proofs.values())

    final = tree_at(out, "main")
    assert {path for path in tree if final.get(path) != tree[path]} == {POLICY, ROSTER}
    assert {*final} == {*tree}
    people = parse(ROSTER, final[ROSTER])[0]["people"]
    for person in people:
        del person["accounts"]
    assert people == [
        {name: value for name, value in person.items() if name != "accounts"}
        for person in parse(ROSTER, tree[ROSTER])[0]["people"]
    ]
    rules = [parse(POLICY, one)[0] for one in (final[POLICY], tree[POLICY])]
    assert [one.pop("signing")["genesis"] for one in rules[:1]] == [found.genesis]
    rules[1].pop("signing", None)
    assert rules[0] == rules[1]


def test_the_command(run: Callable[..., Outcome], root: Path, tmp_path: Path) -> None:
    out = tmp_path / "replayed"
    found = run("-C", root, "replay", out, "--as-of", "2019-07-05")
    assert (found.code, found.out.strip()) == (0, str(out))
    audited_again = run("-C", out, "audit", "--format", "json")
    assert (audited_again.code, audited_again.json["verdict"]) == (0, "clean")
    assert audited_again.json["commits"] == audited_again.json["receipts"] > 5
    assert {entry["proof"] for entry in audited_again.json["entries"]} == {"proven"}
    again = run("-C", root, "replay", out)
    assert again.code == 2
    assert run("-C", out, "check").code in (0, 1)
    assert run("-C", out, "audit", "--tip", "nowhere").code == 2


def test_before_anybody_could_sign_there_is_nothing_to_replay(tree: Tree, root: Path, tmp_path: Path) -> None:
    with pytest.raises(NoOneError):
        replay(root, tree, "2019-06-01", tmp_path / "early")
    assert not (tmp_path / "early").exists()
    assert list(tmp_path.iterdir()) == []
