"""What is done to the evidence branch: the audit names it, and whose proof is gone with it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import tampering
from duban.repository.signature import new_key
from signing import LIAISON, POLICY, PROGRESS, ROSTER, VISIT, City, codes, proofs, violations
from tampering import BROKEN_CHAINS, Tamper, edit_last, receipt

Document = dict[str, Any]


@pytest.fixture(scope="module")
def three(first_city: City, tmp_path_factory: pytest.TempPathFactory) -> City:
    """A city with three receipts: of the rules, of a visit, of a progress entry."""
    city = first_city.copy(tmp_path_factory.mktemp("three") / "city")
    city.passed(city.with_visit(), "section-head")
    city.passed(city.with_progress(), LIAISON)
    assert violations(city.audit("seen")) == []
    assert proofs(city.audit()) == {VISIT: "proven", PROGRESS: "proven"}
    return city


@pytest.fixture
def kept(three: City, tmp_path: Path) -> City:
    """The same with a future of its own; its memory ``seen`` knows that all was in order."""
    return three.copy(tmp_path / "city")


@pytest.mark.parametrize("tamper", BROKEN_CHAINS, ids=lambda one: one.__name__)
def test_a_broken_chain(kept: City, tamper: Tamper) -> None:
    tamper(kept)
    audit = kept.audit()
    told, state = BROKEN_CHAINS[tamper]
    assert sorted(codes(audit)) == [*told]
    assert {commit for _, commit in violations(audit)} <= {kept.head(), kept.head("main~1"), *kept.filed()}
    assert proofs(audit) == {VISIT: "claimed" if tamper is tampering.dropped else "proven", PROGRESS: state}
    assert codes(kept.audit("seen")) != []


def test_the_evidence_of_another_ledger(kept: City) -> None:
    """Though it shares the beginning, the recorder and the name."""
    tampering.of_another_ledger(kept)
    assert violations(kept.audit()) == [("A203", kept.head()), ("A207", kept.head("evidence"))]
    assert proofs(kept.audit()) == {VISIT: "proven", PROGRESS: "claimed"}


def test_no_evidence_at_all(kept: City) -> None:
    tip = kept.head("evidence")
    tampering.deleted(kept)
    assert codes(kept.audit()) == ["A203", "A203", "A203"]
    assert proofs(kept.audit()) == {VISIT: "claimed", PROGRESS: "claimed"}
    assert violations(kept.audit("seen"))[0] == ("A217", tip)


def test_evidence_rewound(kept: City) -> None:
    tip = kept.head("evidence")
    tampering.rewind(kept)
    audit = kept.audit("seen")
    assert violations(audit) == [("A217", tip), ("A203", kept.head())]
    assert audit.violations[0].details == {"branch": "evidence", "known": tip[:10]}
    # Recording it again gives other receipts than those that were seen.
    kept.record()
    assert violations(kept.audit()) == []
    assert violations(kept.audit("seen")) == [("A217", tip)]


def set_in(*pointer: str | int, to: Any) -> Any:
    def change(document: Document) -> None:
        here: Any = document
        for part in pointer[:-1]:
            here = here[part]
        assert here[pointer[-1]] != to
        here[pointer[-1]] = to

    return change


def set_recorded(document: Document, at: str) -> None:
    document["recorded_at"] = at


def set_said(document: Document, at: str) -> None:
    document["reviews"][0]["at"] = document["pull"]["merged_at"] = at


OTHER_ID = "1" * 40


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (set_in("version", to=2), {"A212", "A203"}),
        (lambda document: document.update(note=""), {"A212", "A203"}),
        (lambda document: document.pop("hands"), {"A212", "A203"}),
        (set_in("seq", to=2), {"A205"}),
        (set_in("seq", to=4), {"A205"}),
        (set_in("prev", to="0" * 64), {"A205"}),
        (set_in("prev", to=""), {"A205"}),
        (set_in("repository", to="github:jincheng/other"), {"A215", "A216", "A218"}),
        (set_in("repository", to="gitea:jincheng/duban"), {"A218"}),
        (set_in("merge", "before", to=OTHER_ID), {"A204"}),
        (set_in("merge", "after", to=OTHER_ID), {"A203", "A207"}),
        (set_in("merge", "head", to=OTHER_ID), {"A204"}),
        (set_in("merge", "before_tree", to=OTHER_ID), {"A204"}),
        (set_in("merge", "head_tree", to=OTHER_ID), {"A204"}),
        (set_in("merge", "tree", to=OTHER_ID), {"A204"}),
        (set_in("policy", to=OTHER_ID), {"A204"}),
        (set_in("roster", to=""), {"A204"}),
        (set_in("pull", "merge", to=OTHER_ID), {"A204"}),
        (set_in("pull", "head", to=OTHER_ID), {"A204", "A208", "A216"}),
        (set_in("pull", "base_ref", to="release"), {"A215", "A216"}),
        (set_in("pull", "merged_at", to="2019-10-20T00:00:00.000Z"), {"A208", "A216", "A219"}),
        (set_in("hands", to=[1006, 1014]), {"A208", "A216"}),
        (set_in("pushes", to=[]), {"A208", "A216"}),
        (set_in("pushes", 0, "at", to="2019-10-29T00:00:00.000Z"), {"A208", "A216"}),
        (set_in("reviews", to=[]), {"A208", "A216"}),
        (set_in("reviews", 0, "state", to="DISMISSED"), {"A208", "A216"}),
        (set_in("reviews", 0, "commit", to=OTHER_ID), {"A208", "A216"}),
        (set_in("reviews", 0, "account", "human", to=False), {"A208", "A216"}),
        (set_in("reviews", 0, "at", to="2019-10-20T00:00:00.000Z"), {"A208", "A216"}),
        (set_in("changes", to=[]), {"A216"}),
        (set_in("changes", 0, "sha256", to="0" * 64), {"A216"}),
        (set_in("changes", 0, "entry", to="/progress/1"), {"A216"}),
        (set_in("verdict", to="wait"), {"A216"}),
        (set_in("recorded_at", to="2019-10-28T00:00:00.000Z"), {"A219"}),
    ],
)
def test_a_receipt_that_tells_otherwise(kept: City, change: Any, expected: set[str]) -> None:
    """Though the recorder's own key has signed it: what git and the rules say is believed, not the receipt."""
    assert (kept.accounts["staff"].id, kept.accounts[LIAISON].id) == (1006, 1014)
    edit_last(change)(kept)
    audit = kept.audit()
    assert {*codes(audit)} == expected
    assert {commit for _, commit in violations(audit)} <= {kept.head(), kept.head("evidence")}
    assert proofs(audit)[VISIT] == "proven"


INSTANTS = (
    "9999-99-99T99:99:99.999Z",
    "9999-12-31T23:59:59.999Z",
    "0000-01-01T00:00:00.000Z",
    "0001-01-01T00:00:00.000Z",
)


@pytest.mark.parametrize("at", INSTANTS)
@pytest.mark.parametrize("change", [set_recorded, set_said])
def test_instants_that_are_none(kept: City, change: Callable[[Document, str], object], at: str) -> None:
    """Whoever may push to the branch, though nobody's key signs for it, must not be able to stop an audit."""
    document = receipt(kept, 3)
    change(document, at)
    tampering.refile(kept, tampering.spelled(document), count=1, key=tampering.stranger_key(kept))
    assert codes(kept.audit()) == ["A212", "A203"]
    assert "A212" in [one.code for one in kept.record().broken]


def test_a_schema_that_lets_everything_through(kept: City) -> None:
    """Nor whoever can change the schema of receipts."""
    free = b'{"$schema": "https://json-schema.org/draft/2020-12/schema"}'
    kept.merge(kept.open({"schemas/receipt.schema.json": free}))
    kept.record()
    for content in (b"{}\n", b"[]\n", b"1\n", b'{\n  "seq": "x"\n}\n'):
        tampering.file(kept, {tampering.place_of(len(kept.filed()) + 1): content})
    assert codes(kept.audit()) == ["A212"] * 4 + ["A208"]
    assert proofs(kept.audit()) == {VISIT: "proven", PROGRESS: "proven"}


def test_a_key_replaced_in_order(kept: City) -> None:
    """Listed beside the old one first; once both have been used the old one goes."""
    old, new = kept.key, kept.folder / ".git" / "new"
    listed = {"name": "new", "key": new_key(new, "new")}
    both = kept.edited(lambda data: data["signing"]["recorders"].append(listed), POLICY)
    kept.passed(both, "director")
    number = kept.open(kept.with_item())
    kept.approve(number, "registrar")
    kept.merge(number)
    kept.record(new)
    number = kept.open(kept.edited(lambda data: data["signing"]["recorders"].pop(0), POLICY))
    kept.approve(number, "director")
    kept.merge(number)
    kept.record(old)
    kept.audit("seen")
    number = kept.open(kept.with_visit("staff"), by="deputy-director")
    kept.approve(number, "staff")
    kept.merge(number)
    forged = kept.copy(kept.folder.with_name("forged"))
    kept.record(new)
    assert violations(kept.audit()) == []
    assert violations(kept.audit("seen")) == []

    # A key that was removed signs no more, however good its signature is.
    forged.record(old)
    assert violations(forged.audit()) == [("A206", forged.head())]
    assert violations(forged.audit("seen")) == [("A206", forged.head())]
    assert proofs(forged.audit())["2019-0003", "/visits/1"] == "broken"


def test_a_key_before_it_was_listed(kept: City) -> None:
    new = kept.folder / ".git" / "new"
    listed = {"name": "new", "key": new_key(new, "new")}
    number = kept.open(kept.edited(lambda data: data["signing"]["recorders"].append(listed), POLICY))
    kept.approve(number, "director")
    kept.merge(number)
    kept.record(new)
    assert violations(kept.audit()) == [("A206", kept.head())]


def test_a_signature_that_ssh_keygen_calls_good(kept: City) -> None:
    """It says so of any key whose signature fits; whether the key is one of ours is another question."""
    tampering.signed_by_a_stranger(kept)
    commit = kept.git("cat-file", "commit", "evidence").encode() + b"\n"
    head, _, rest = commit.partition(b"\ngpgsig ")
    signature, _, message = rest.partition(b"\n\n")
    (kept.folder / "signature").write_bytes(signature.replace(b"\n ", b"\n") + b"\n")
    said = subprocess.run(
        ["ssh-keygen", "-Y", "check-novalidate", "-n", "git", "-s", kept.folder / "signature"],
        input=head + b"\n\n" + message,
        capture_output=True,
        check=True,
    )
    assert said.stdout.startswith(b'Good "git" signature')
    assert violations(kept.audit()) == [("A206", kept.head())]


def test_no_recorder_named(city: City) -> None:
    """A policy without keys: nothing is proven by whoever comes along."""
    rules = city.edited(lambda data: data["signing"].pop("recorders"), POLICY)
    city.passed(rules, "director")
    merged = city.passed(city.with_progress(), LIAISON)
    assert violations(city.audit()) == [("A206", merged)]
    assert proofs(city.audit()) == {PROGRESS: "broken"}


def test_a_receipt_of_a_merge_that_was_signed_by_a_forged_policy(kept: City) -> None:
    """It names a policy that lists a stranger's key, on a branch that was never merged."""
    stranger = tampering.stranger_key(kept)
    key = {"name": "x", "key": stranger.with_suffix(".pub").read_text().rpartition(" ")[0]}
    rules = kept.edited(lambda data: data["signing"].update(recorders=[key]), POLICY)
    branch = kept.commit("refs/heads/branch", [kept.head()], rules)
    document = {**receipt(kept, 3), "seq": 4, "prev": tampering.digest_of_last(kept)}
    document["merge"] = {**document["merge"], "before": branch, "after": OTHER_ID}
    tampering.file(kept, {tampering.place_of(4): tampering.spelled(document)}, stranger)
    assert violations(kept.audit()) == [("A207", kept.head("evidence"))]
    found = kept.record()
    assert [one.code for one in found.broken] == ["A206"]


def test_roles_at_the_time_of_the_merge_count_ever_after(kept: City) -> None:
    """Who leaves office, changes unit or loses the account has signed all the same."""
    kept.passed(
        kept.edited(
            lambda data: data["people"].remove(next(one for one in data["people"] if one["id"] == LIAISON)), ROSTER
        ),
        "director",
    )
    assert violations(kept.audit()) == []
    assert proofs(kept.audit()) == {VISIT: "proven", PROGRESS: "proven"}
