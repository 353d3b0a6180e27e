"""What is done to the main branch behind everybody's back: the audit names the commit, and whose proof it broke."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from duban.model import Data
from duban.repository.error import GenesisError, ShallowError
from signing import ITEM, LIAISON, OTHER, POLICY, PROGRESS, VISIT, City, Edit, Files, codes, proofs, violations, visit

AS_IT_STOOD = b"the content that the signed file had"


@pytest.fixture(scope="module")
def visited(first_city: City, tmp_path_factory: pytest.TempPathFactory) -> City:
    """A city with one visit that was signed in order."""
    city = first_city.copy(tmp_path_factory.mktemp("visited") / "city")
    city.passed(city.with_visit(), "section-head")
    return city


@pytest.fixture
def kept(visited: City, tmp_path: Path) -> City:
    """The same, with a future of its own."""
    return visited.copy(tmp_path / "kept")


def signed(city: City) -> int:
    """A pull request that has everything it needs."""
    number = city.open(city.with_progress())
    city.approve(number, LIAISON)
    assert city.gate(number).verdict == "pass"
    return number


def directly(city: City, files: dict[str, bytes]) -> str:
    return city.commit("refs/heads/main", [city.head()], files)


def test_a_direct_push(kept: City) -> None:
    pushed = directly(kept, kept.with_progress())
    assert kept.record().unknown == (pushed,)
    audit = kept.audit()
    assert violations(audit) == [("A201", pushed)]
    assert audit.violations[0].details == {"parents": "1"}
    assert proofs(audit) == {VISIT: "proven", PROGRESS: "claimed"}


def test_a_direct_push_that_edits_what_was_signed(kept: City) -> None:
    pushed = directly(kept, kept.edited(lambda data: data["visits"][0].update(finding="已全部补好。"), OTHER))
    audit = kept.audit()
    assert violations(audit) == [("A201", pushed), ("A209", pushed)]
    assert proofs(audit) == {VISIT: "broken"}


def test_a_merge_without_pull_request(kept: City) -> None:
    branch = kept.commit("refs/heads/branch", [kept.head()], kept.with_progress())
    merged = kept.commit("refs/heads/main", [kept.head(), branch], {}, tree=kept.git("rev-parse", f"{branch}^{{tree}}"))
    assert kept.record().unknown == (merged,)
    audit = kept.audit()
    assert violations(audit) == [("A203", merged)]
    assert proofs(audit) == {VISIT: "proven", PROGRESS: "claimed"}


def test_a_squash(kept: City) -> None:
    number = signed(kept)
    merged = kept.merge(number, tree=kept.merged_tree(number), parents=[kept.head()])
    assert kept.record().unknown == (merged,)
    audit = kept.audit()
    assert violations(audit) == [("A201", merged)]
    assert proofs(audit) == {VISIT: "proven", PROGRESS: "claimed"}


def test_a_rebase_and_a_fast_forward(kept: City) -> None:
    number = signed(kept)
    head = kept.forge.pull(number).head
    kept.git("update-ref", "refs/heads/main", head)
    kept.is_merged(number, head, kept.accounts["staff"])
    second = directly(kept, {"README.md": b"x"})
    assert kept.record().unknown == (head, second)
    assert violations(kept.audit()) == [("A201", head), ("A201", second)]


def test_an_octopus(kept: City) -> None:
    number = signed(kept)
    other = kept.commit("refs/heads/branch", [kept.head()], {"README.md": b"x"})
    head = kept.forge.pull(number).head
    merged = kept.merge(number, tree=kept.merged_tree(number), parents=[kept.head(), head, other])
    kept.record()
    audit = kept.audit()
    assert violations(audit) == [("A201", merged)]
    assert audit.violations[0].details == {"parents": "3"}


@pytest.mark.parametrize("files", [{"README.md": b"x"}, {ITEM: None}, {"items/2019/2019-0009.yml": b"x"}])
def test_an_evil_merge(kept: City, files: dict[str, bytes | None]) -> None:
    """Something is slipped in while merging what was signed."""
    number = signed(kept)
    merged = kept.merge(number, files=files)
    kept.record()
    audit = kept.audit()
    assert violations(audit)[0] == ("A202", merged)
    assert {commit for _, commit in violations(audit)} == {merged}
    assert proofs(audit)[VISIT] == "proven"
    assert proofs(audit).get(PROGRESS, "broken") == "broken"


def test_what_was_signed_is_left_out_of_its_merge(kept: City) -> None:
    number = signed(kept)
    merged = kept.merge(number, tree=kept.git("rev-parse", "main^{tree}"))
    kept.record()
    assert violations(kept.audit()) == [("A202", merged)]
    assert proofs(kept.audit()) == {VISIT: "proven"}


def test_the_branches_of_a_merge_swapped(kept: City) -> None:
    """The main branch goes on along the pull request, and what it was becomes a side branch."""
    before, number = kept.head(), signed(kept)
    head = kept.forge.pull(number).head
    merged = kept.merge(number, parents=[head, before])
    kept.record()
    audit = kept.audit()
    assert violations(audit) == [("A201", head), ("A204", merged)]
    assert proofs(audit) == {VISIT: "proven", PROGRESS: "claimed"}


def test_a_way_around_what_was_merged_already(kept: City) -> None:
    """Such a merge leads past the merges that lie on its other side."""
    kept.audit("seen")
    known, receipt = kept.head(), kept.filed()[-1]
    branch = kept.commit("refs/heads/branch", ["main~1"], kept.with_progress())
    merged = kept.commit("refs/heads/main", [branch, known], {}, tree=kept.git("rev-parse", "main^{tree}"))
    audit = kept.audit()
    assert violations(audit) == [
        ("A201", branch),
        ("A202", merged),
        ("A203", merged),
        ("A209", merged),
        ("A207", receipt),
    ]
    assert violations(kept.audit("seen"))[0] == ("A217", known)


def test_an_unrelated_history_is_judged_by_what_it_brings(kept: City) -> None:
    number = signed(kept)
    kept.push(number, {}, onto="main")
    alone = kept.commit(f"refs/pull/{number}/head", [], kept.with_visit(path="items/2019/2019-0002.yml"))
    kept.change(number, head=alone)
    found = kept.gate(number)
    assert found.verdict == "refuse"
    # Both histories have the item, and neither has it of the other: its number is taken twice.
    assert ("G113", ITEM) in [(one.code, one.path) for one in found.findings]
    alone = kept.commit(f"refs/pull/{number}/head", [], kept.with_item())
    kept._pushed(number, alone, kept.accounts["staff"])
    kept.approve(number, "registrar")
    assert kept.gate(number).verdict == "pass"
    assert violations(kept.bypassed(number)) == []


def delete(*path: str | int) -> Edit:
    def edit(data: Data) -> None:
        here = data
        for part in path[:-1]:
            here = here[part]  # type: ignore[index]
        del here[path[-1]]  # type: ignore[arg-type]

    return edit


@pytest.mark.parametrize(
    ("edit", "finding", "broken"),
    [
        (lambda data: data["visits"][0].update(finding="改写。"), "D901", {"/visits/0"}),
        (lambda data: data["task_notice"].update(content="改写。"), "D901", {"/task_notice"}),
        (lambda data: data.update(title="改写的标题"), "D901", {"/intake"}),
        (delete("visits", 0, "participants"), "D903", {"/visits/0"}),
        (delete("visits"), "D903", {"/visits/0", "/visits/1"}),
        (lambda data: data["visits"].pop(), "D903", {"/visits/1"}),
        (delete("importance"), "D903", {"/intake"}),
        (
            lambda data: data["visits"][0].update(requirement="增加人手。"),
            "D905",
            {"/visits/0", "/visits/0/requirement"},
        ),
    ],
)
def test_a_signed_entry_edited(city: City, edit: Edit, finding: str, broken: set[str]) -> None:
    """Signed for by the right people or not: what was signed is only added to."""
    first = {**visit("section-head", city.day), "participants": "居民2人"}
    city.passed(city.edited(lambda data: data.update(visits=[first]), OTHER), "section-head")
    city.passed(city.with_visit("staff"), "staff", by="deputy-director")
    city.passed(city.with_progress(), LIAISON)
    number = city.open(city.edited(edit, OTHER))
    city.approve(number, "director", "registrar", "section-head")
    found = city.gate(number)
    assert found.verdict == "refuse"
    assert {one.code for one in found.findings} == {finding}
    merged = city.merge(number)
    city.record()
    audit = city.audit()
    assert violations(audit) == [("A209", merged)]
    assert audit.violations[0].details == {"file": OTHER, "finding": finding}
    entries = {entry: one.state for (item, entry), one in audit.proofs.items() if item == "2019-0003"}
    assert {entry for entry, state in entries.items() if state == "broken"} == broken
    assert proofs(audit)[PROGRESS] == "proven"


@pytest.mark.parametrize(
    ("files", "finding"),
    [
        ({OTHER: None}, "D902"),
        ({OTHER: None, "items/2020/2019-0003.yml": AS_IT_STOOD}, "D904"),
        ({OTHER: None, "items/2019/2019-0003.YML": AS_IT_STOOD}, "D902"),
        ({OTHER: ("120000", b"2019-0002.yml")}, "D902"),
        ({OTHER: ("160000", b"1" * 40)}, "D902"),
        ({"items": ("120000", b"elsewhere")}, "D902"),
        ({OTHER: b"id: 2019-0003\n"}, "D906"),
        ({OTHER: b""}, "D906"),
    ],
)
def test_a_signed_file_deleted_moved_or_broken(kept: City, files: Files, finding: str) -> None:
    stood = kept.content(OTHER)
    number = kept.open({path: stood if content == AS_IT_STOOD else content for path, content in files.items()})
    kept.approve(number, "director", "registrar", "section-head", LIAISON)
    found = kept.gate(number)
    assert found.verdict == "refuse"
    assert finding in [one.code for one in found.findings]
    merged = kept.merge(number)
    kept.record()
    audit = kept.audit()
    assert ("A209", merged) in violations(audit)
    assert finding in [one.details.get("finding") for one in audit.violations]
    assert proofs(audit)[VISIT] == "broken"


def test_a_scan_that_was_filed_is_never_changed(kept: City) -> None:
    kept.passed({"scans/2019/page.pdf": b"%PDF-1"}, "registrar")
    for number, content in enumerate((b"%PDF-2", None)):
        changed = kept.copy(kept.folder.with_name(f"changed-{number}"))
        pull = changed.open({"scans/2019/page.pdf": content})
        changed.approve(pull, "registrar", "director")
        assert [one.code for one in changed.gate(pull).findings] == ["D907"]
        assert codes(changed.bypassed(pull)) == ["A209"]


def test_the_main_branch_rewound(kept: City) -> None:
    kept.audit("seen")
    last, receipt = kept.head(), kept.filed()[-1]
    kept.git("update-ref", "refs/heads/main", "main~1")
    assert violations(kept.audit()) == [("A207", receipt)]
    assert violations(kept.audit("seen")) == [("A217", last), ("A207", receipt)]
    # Going on from there does not hide it.
    kept.passed(kept.with_progress(), LIAISON)
    assert violations(kept.audit("seen")) == [("A217", last), ("A207", receipt)]
    kept.git("update-ref", "refs/heads/main", last)
    assert "A217" not in codes(kept.audit("seen"))


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"verified": {"tip": 1, "more": 2}}'])
def test_a_memory_that_is_spoiled(kept: City, content: bytes) -> None:
    assert violations(kept.audit("seen")) == []
    (kept.folder / ".git" / "memory-seen" / "audit.json").write_bytes(content)
    found = kept.audit("seen")
    assert (violations(found), found.proofs) == ([], kept.audit().proofs)


def test_another_program_verifies_anew_and_forgets_no_tip(kept: City, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.audit("seen")
    last = kept.head()
    monkeypatch.setattr("duban.memory.program_digest", lambda: "another")
    rewound = kept.copy(kept.folder.with_name("rewound"))
    rewound.git("update-ref", "refs/heads/main", "main~1")
    assert ("A217", last) in violations(rewound.audit("seen"))
    found = kept.audit("seen")
    assert (violations(found), found.audit.verified.commits, len(found.audit.events)) == ([], 2, 1)


def test_everything_rewritten_with_a_key_of_their_own(kept: City) -> None:
    """Who may push anything can make a whole new history; a machine that has seen the old one knows."""
    kept.audit("seen")
    known, evidence = kept.head(), kept.filed()[-1]
    listed = kept.git("ls-tree", "-r", "--name-only", "main").split()
    rules = kept.edited(lambda data: data["signing"].pop("genesis"), POLICY)
    start = kept.commit("refs/heads/other", [], {**{path: kept.content(path) for path in listed}, **rules})
    kept.git("update-ref", "refs/heads/main", start)
    kept.git("update-ref", "-d", "refs/heads/evidence")
    kept.passed(kept.edited(lambda data: data["signing"].update(genesis=start), POLICY), "director")
    assert violations(kept.audit()) == []
    assert violations(kept.audit("seen")) == [("A217", known), ("A217", evidence)]
    assert violations(kept.audit("seen", full=True)) == []
    assert violations(kept.audit("seen")) == []


def test_a_main_branch_cut_off_from_its_genesis(kept: City) -> None:
    files = {path: kept.content(path) for path in kept.git("ls-tree", "-r", "--name-only", "main").split()}
    alone = kept.commit("refs/heads/main", [], files)
    assert ("A220", alone) in violations(kept.audit())


def test_the_genesis_moved_forward(kept: City) -> None:
    """Even when it is signed for: what lay before it would never be looked at again."""
    hidden = directly(kept, kept.with_progress())
    assert codes(kept.audit()) == ["A201"]
    kept.passed(kept.edited(lambda data: data["signing"].update(genesis=hidden), POLICY), "director")
    audit = kept.audit()
    first = kept.forge.pull(1).merge
    assert violations(audit)[0] == ("A214", first)
    assert audit.violations[0].details == {"before": kept.genesis[:10], "genesis": hidden[:10]}
    assert (audit.genesis, {*codes(audit)}) == (hidden, {"A214"})
    assert codes(kept.audit(genesis=kept.genesis)) == ["A201"]


def test_a_policy_that_names_no_genesis(kept: City) -> None:
    number = kept.open(kept.edited(lambda data: data["signing"].pop("genesis"), POLICY))
    kept.merge(number)
    with pytest.raises(GenesisError):
        kept.audit()
    with pytest.raises(GenesisError):
        kept.record()
    assert codes(kept.audit(genesis=kept.genesis)) == ["A203"]


def test_a_shallow_clone(kept: City, tmp_path: Path) -> None:
    kept.git("clone", "--quiet", "--depth=1", f"file://{kept.folder}", str(tmp_path / "shallow"))
    with pytest.raises(ShallowError):
        kept.audit(folder=tmp_path / "shallow")


def test_a_clone_proves_the_same(kept: City, tmp_path: Path) -> None:
    """The evidence branch comes along with any plain clone."""
    kept.git("clone", "--quiet", str(kept.folder), str(tmp_path / "clone"))
    audit = kept.audit(folder=tmp_path / "clone")
    assert (violations(audit), audit.proofs) == ([], kept.audit().proofs)
    kept.git("clone", "--quiet", "--bare", str(kept.folder), str(tmp_path / "bare"))
    assert violations(kept.audit(folder=tmp_path / "bare")) == []


def test_merges_that_the_forge_has_signed(kept: City) -> None:
    number = signed(kept)
    merged = kept.merge(number)
    head, _, body = kept.git("cat-file", "commit", merged).partition("\n\n")
    signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n wsFcBAABCAAQBQJdtpQ=\n -----END PGP SIGNATURE-----\n "
    content = f"{head}\n{signature}\n\n{body}\n".encode()
    with_signature = kept.git("hash-object", "-t", "commit", "-w", "--stdin", given=content)
    kept.git("update-ref", "refs/heads/main", with_signature)
    kept.change(number, merge=with_signature)
    kept.record()
    assert kept.head() == with_signature
    assert violations(kept.audit()) == []
    assert proofs(kept.audit()) == {VISIT: "proven", PROGRESS: "proven"}


def test_a_parent_that_git_does_not_see(kept: City) -> None:
    """A line below the committer is no parent, though it says so."""
    number = signed(kept)
    head = kept.forge.pull(number).head
    pushed = kept.commit("refs/heads/main", [kept.head()], {}, tree=kept.merged_tree(number))
    lines, _, body = kept.git("cat-file", "commit", pushed).partition("\n\n")
    content = f"{lines}\nparent {head}\n\n{body}\n".encode()
    made = kept.git("hash-object", "--literally", "-t", "commit", "-w", "--stdin", given=content)
    kept.git("update-ref", "refs/heads/main", made)
    kept.is_merged(number, made, kept.accounts["staff"])
    assert kept.record().unknown == (made,)
    assert violations(kept.audit()) == [("A201", made)]


@pytest.mark.parametrize(("hours", "expected"), [(-1, ["A219"]), (0, [])])
def test_the_forges_clock_set_back(kept: City, hours: int, expected: list[str]) -> None:
    first, second = kept.forge.pull(2).merged_at, signed(kept)
    kept.merge(second)
    if hours:
        kept.change(second, merged_at="2019-10-28T00:00:00.000Z")
        kept.forge.pushed[second] = [replace(one, at="2019-10-27T01:00:00.000Z") for one in kept.forge.pushed[second]]
        kept.forge.said[second] = [replace(one, at="2019-10-27T23:00:00.000Z") for one in kept.forge.said[second]]
        assert kept.forge.pull(second).merged_at < first
    kept.record()
    audit = kept.audit()
    assert violations(audit) == [(code, kept.head()) for code in expected]
    assert proofs(audit) == {VISIT: "proven", PROGRESS: "broken" if expected else "proven"}


@pytest.mark.parametrize(("minutes", "expected"), [(30, ["A219"]), (5, [])])
def test_recorded_before_it_was_merged(kept: City, minutes: int, expected: list[str]) -> None:
    """Two clocks may differ by some minutes, no more."""
    number = signed(kept)
    kept.tick(60)
    merged = kept.merge(number)
    kept.tick(-minutes)
    kept.record()
    audit = kept.audit()
    assert violations(audit) == [(code, merged) for code in expected]
    assert [one.details["what"] for one in audit.violations] == ["clock.recorded"] * len(expected)
