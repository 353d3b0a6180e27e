"""A history and its evidence, both made by hand → what an audit names, commit by commit, and how entries are proven."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import orjson
import pytest

from duban.audit import Audit, Step, audit
from duban.chain import BEGINNING, Filed, Verified, chain
from duban.gate import judged
from duban.language import language
from duban.model import Tree
from duban.proof import Proof, Signer, Touched
from duban.receipt import Merge, Receipt, Rules, digest_of_receipt, place_of, receipt
from duban.signoff import Submission
from duban.tombstone import place_of as tombstone_place
from duban.tombstone import tombstone
from proposing import BEFORE, ITEM, POLICY, REPORT, REPORTED, SCHEMAS, Files, at, ledger, proposed, registry, submitted

ZH = language("zh")
KEY = "ssh-ed25519 " + "A" * 60
_CLAIM = "  claim_within_days: 3"
RECORDED = ledger((_CLAIM, f"{_CLAIM}\n  recorders:\n    - {{name: one, key: {KEY}}}"))
Edit = Callable[[dict[str, Any]], object]


def name(number: int) -> str:
    return f"{number:040x}"


def genuine(asked: Sequence[tuple[Filed, tuple[str, ...]]]) -> list[bool]:
    return [KEY in keys for _, keys in asked]


@dataclass
class History:
    """The main branch and the evidence beside it, as they grow."""

    tree: Tree = field(default_factory=lambda: RECORDED)
    steps: list[Step] = field(default_factory=list)
    filed: list[Filed] = field(default_factory=list)
    minute: int = 30

    def merged(
        self,
        files: Files,
        *reviewers: int,
        edit: Edit | None = None,
        recorded: bool = True,
        submission: Submission | None = None,
        remade: str | None = None,
        single: bool = False,
        **about: Any,
    ) -> Step:
        """One pull request more; ``edit`` falsifies its receipt."""
        number, before = len(self.steps) + 1, self.tree
        self.minute += 1
        rules = Rules(f"policy {number}", "roster")
        merge = Merge(name(number - 1), name(number), submitted().pull.head, "t", "u", f"tree {number}")
        told = submission or submitted(*reviewers, merge=name(number), merged_at=at(self.minute))
        it, roster = proposed(files, before, **about), registry(before)
        step = Step(
            name(number),
            (name(number - 1),) if single else (name(number - 1), merge.head),
            rules,
            lambda: it,
            lambda: roster,
            None if single else merge,
            merge.tree if remade is None else remade,
        )
        self.steps.append(step)
        self.tree = it.after
        if recorded:
            made = receipt(
                len(self.filed) + 1, self.prev, merge, rules, told, judged(it, told, roster), at(self.minute)
            )
            document = orjson.loads(made.content)
            if edit:
                edit(document)
            self.file(Receipt(document).content)
        return step

    @property
    def prev(self) -> str:
        return digest_of_receipt(self.filed[-1].content) if self.filed else ""

    def file(self, content: bytes, path: str = "", *, alone: bool = True) -> None:
        number = len(self.filed) + 1
        self.filed.append(Filed(f"e{number}", path or place_of(number), content, alone))

    def audit(self, **more: Any) -> Audit:
        asked = {"verify": genuine, "is_valid": lambda _: True, **more}
        return audit(self.steps, self.filed, **asked)


def told(found: Audit) -> list[tuple[str, str, dict[str, str]]]:
    """Each violation; its message is made so that every part of it must be there."""
    for one in found.violations:
        assert "{" not in ZH(f"{one.code}.message", **one.details)
    return [(one.commit, one.code, dict(one.details)) for one in found.violations]  # type: ignore[arg-type]


def states(found: Audit) -> dict[tuple[str, str], str]:
    return {(one.item, one.entry): one.state for one in found.events if isinstance(one, Proof)}


def second() -> str:
    return REPORTED.replace("2019/002", "2019/003").replace("十月", "本月")


def third() -> str:
    return REPORTED.replace("2019/002", "2019/004").replace("十月", "年度")


SECOND, THIRD = "reports/2019/003.yml", "reports/2019/004.yml"


def test_a_history_in_order() -> None:
    history = History()
    history.merged({REPORT: REPORTED})
    history.merged({SECOND: second()})
    found = history.audit()
    signers = (Signer("director", "director", at(20)),)
    assert found.violations == ()
    assert found.clean
    assert found.events == (
        Proof("2019/002", "", "special_report", "proven", signers, 7, name(1), at(31)),
        Proof("2019/003", "", "special_report", "proven", signers, 7, name(2), at(32)),
    )
    assert found.verified == Verified(name(2), "e2", 2, history.prev, at(32), at(32), 2, 2)


def test_an_audit_that_goes_on_ends_where_a_whole_one_ends() -> None:
    history = History()
    history.merged({REPORT: REPORTED})
    first = history.audit().verified
    history.merged({SECOND: second()})
    whole = history.audit().verified
    later = audit(history.steps[1:], history.filed[1:], genuine, lambda _: True, first)
    assert (later.verified, later.violations) == (whole, ())
    assert [one.item for one in later.events if isinstance(one, Proof)] == ["2019/003"]


def test_nothing_at_all_is_in_order() -> None:
    assert audit([], [], genuine, lambda _: True) == Audit(Verified("", "", 0, "", "", "", 0, 0), (), ())


def test_a_merge_without_a_receipt_is_only_claimed() -> None:
    history = History()
    history.merged({REPORT: REPORTED}, recorded=False)
    history.merged({ITEM: None}, recorded=False)
    found = history.audit()
    assert told(found) == [
        (name(1), "A203", {}),
        (name(2), "A203", {}),
        (name(2), "A209", {"file": ITEM, "finding": "D902"}),
    ]
    assert found.events == (
        Proof("2019/002", "", "special_report", "claimed", (), 0, name(1)),
        Touched("2019-0002", "", name(2)),
    )


def test_whoever_signed_is_named_where_the_entry_names_nobody() -> None:
    policy = RECORDED[POLICY].decode().replace("intake: [registrar]", "intake: [director]")
    history = History({**RECORDED, POLICY: policy.encode()})
    history.merged({ITEM: RECORDED[ITEM].decode() + "related: [2019-0001]\n"})
    (proof,) = (one for one in history.audit().events if isinstance(one, Proof))
    assert (proof.entry, proof.state) == ("/related", "proven")
    assert [(one.person, one.role) for one in proof.signers] == [("director", "director")]


def test_a_commit_that_is_no_merge() -> None:
    history = History()
    history.merged({REPORT: REPORTED}, single=True, recorded=False)
    found = history.audit()
    assert told(found) == [(name(1), "A201", {"parents": "1"})]
    assert states(found) == {("2019/002", ""): "claimed"}
    assert not found.clean


def test_a_receipt_of_a_commit_that_is_no_merge() -> None:
    history = History()
    history.merged({REPORT: REPORTED}, single=True)
    found = history.audit()
    fields = [details["field"] for _, code, details in told(found) if code == "A204"]
    assert fields == [*asdict(Merge("", "", "", "", "", ""))]
    assert states(found) == {("2019/002", ""): "broken"}


def test_who_answers_for_fewer_receipts_than_were_asked_has_proven_nothing() -> None:
    for one_s, two_s in (([], [True] * 2), ([True], []), ([True], [True]), ([True] * 2, [True] * 2)):
        answers = {1: one_s, 2: two_s}
        with pytest.raises(ValueError, match="zip"):
            expunged().audit(verify=lambda asked, told=answers: told[len(asked)])


def test_the_schemas_that_a_step_brings_along_are_the_ones_it_is_compared_by() -> None:
    """No file of them need be there."""
    history = History()
    history.merged({REPORT: REPORTED}, recorded=False, schemas=SCHEMAS)
    (step,) = history.steps
    it = step.proposed()
    bare = {path: content for path, content in it.after.items() if not path.startswith("schemas/")}
    history.steps = [replace(step, proposed=lambda: replace(it, after=bare))]
    assert states(history.audit()) == {("2019/002", ""): "claimed"}


def test_a_merge_that_brings_something_of_its_own() -> None:
    history = History()
    history.merged({REPORT: REPORTED}, remade="")
    history.merged({SECOND: second()}, remade="other", recorded=False)
    found = history.audit()
    assert told(found) == [(name(1), "A202", {}), (name(2), "A202", {}), (name(2), "A203", {})]
    assert states(found) == {("2019/002", ""): "broken", ("2019/003", ""): "broken"}


def test_a_receipt_that_no_recorder_signed() -> None:
    history = History()
    history.merged({REPORT: REPORTED})
    history.merged({SECOND: second()})
    found = history.audit(verify=lambda asked: [one.commit == "e2" and keys == (KEY,) for one, keys in asked])
    assert told(found) == [(name(1), "A206", {"seq": "1"})]
    assert states(found) == {("2019/002", ""): "broken", ("2019/003", ""): "proven"}


def test_who_recorded_before_the_policy_named_anyone() -> None:
    history = History(ledger())
    history.merged({REPORT: REPORTED})
    asked: list[Any] = []
    history.audit(verify=lambda them: asked.extend(them) or [True for _ in them])
    assert [(one.commit, keys) for one, keys in asked] == [("e1", ())]


@pytest.mark.parametrize(
    ("place", "value", "code", "details"),
    [
        *(
            (("merge", part), "x", "A204", {"field": part})
            for part in asdict(Merge("", "", "", "", "", ""))
            if part != "after"
        ),
        (("policy",), "x", "A204", {"field": "policy"}),
        (("roster",), "x", "A204", {"field": "policy"}),
        (("pull", "merge"), "x", "A204", {"field": "pull.merge"}),
        (("pull", "head"), "x", "A204", {"field": "pull.head"}),
    ],
)
def test_a_receipt_of_another_merge(place: tuple[str, ...], value: str, code: str, details: dict[str, str]) -> None:
    def edit(document: dict[str, Any]) -> None:
        for part in place[:-1]:
            document = document[part]
        document[place[-1]] = value

    history = History()
    history.merged({REPORT: REPORTED}, edit=edit)
    assert (name(1), code, {"seq": "1", **details}) in told(history.audit())
    assert states(history.audit()) == {("2019/002", ""): "broken"}


@pytest.mark.parametrize("repository", ["gitea:jincheng/duban", "github:other/duban", "github:"])
def test_a_receipt_of_another_repository(repository: str) -> None:
    history = History()
    history.merged({REPORT: REPORTED}, edit=lambda document: document.update(repository=repository))
    assert (name(1), "A218", {"repository": repository, "expected": "github:jincheng/duban"}) in told(history.audit())


def test_a_ledger_without_a_word_of_signing_has_no_repository() -> None:
    history = History({**BEFORE, POLICY: without_signing()})
    history.merged({REPORT: REPORTED}, edit=lambda document: document.update(repository="github:x/y"))
    expected = {"repository": "github:x/y", "expected": ":"}
    assert (name(1), "A218", expected) in told(history.audit())


def without_signing() -> bytes:
    return BEFORE[POLICY].split(b"\nsigning:")[0] + b"\n"


def test_a_receipt_that_tells_another_verdict() -> None:
    history = History()
    history.merged({REPORT: REPORTED}, edit=lambda document: document.update(verdict="wait"))
    history.merged({SECOND: second()}, edit=lambda document: document["changes"][0].update(sha256="0" * 64))
    history.merged({}, edit=lambda document: document.update(findings=["D999 other words"], required=[]))
    found = history.audit()
    assert told(found) == [
        (name(1), "A216", {"seq": "1", "verdict": "pass"}),
        (name(2), "A216", {"seq": "2", "verdict": "pass"}),
    ]
    assert states(found) == {("2019/002", ""): "broken", ("2019/003", ""): "broken"}


def test_what_was_merged_unsigned() -> None:
    """Whoever did not sign is named; only that entry is broken, and another one of the same merge is proven."""
    unsigned = second().replace("{role: director, by: director", "{role: director, by: deputy-director")
    history = History()
    history.merged({REPORT: REPORTED, SECOND: unsigned})
    seat = {"item": "2019/003", "entry": "", "kind": "special_report", "role": "director", "state": "missing"}
    found = history.audit()
    assert told(found) == [(name(1), "A208", seat)]
    assert found.events == (
        Proof(
            "2019/002", "", "special_report", "proven", (Signer("director", "director", at(20)),), 7, name(1), at(31)
        ),
        Proof("2019/003", "", "special_report", "broken", (), 7, name(1), at(31)),
    )


def test_what_was_merged_though_it_was_wrong() -> None:
    """Once for each file and code."""
    policy = RECORDED[POLICY].decode() + "\n"
    history = History()
    history.merged({REPORT: REPORTED, POLICY: policy}, 1001)
    history.merged({REPORT: REPORTED.replace("十月", "九月").replace("正常", "顺利")})
    history.merged({SECOND: "id: ["})
    found = history.audit()
    wrong = [(commit, code, details) for commit, code, details in told(found) if code != "A208"]
    assert wrong == [
        (name(1), "A210", {"file": POLICY, "finding": "G105"}),
        (name(2), "A209", {"file": REPORT, "finding": "D901"}),
        (name(3), "A215", {"file": SECOND, "finding": "D006"}),
    ]
    assert Touched("2019/002", "/title", name(2)) in found.events


@pytest.mark.parametrize(
    ("path", "about", "finding"),
    [
        ("scans/one.pdf", {"mode": "120000"}, "G106"),
        ("scans/a b.pdf", {}, "G107"),
        ("scans/one.pdf", {"siblings": {"scans": ["one.pdf", "ONE.pdf"]}}, "G108"),
    ],
)
def test_links_and_odd_names_are_told_of_a_merge(path: str, about: dict[str, Any], finding: str) -> None:
    history = History()
    history.merged({path: "1"}, 1003, **about)
    assert ("A211", {"file": path, "finding": finding}) in [one[1:] for one in told(history.audit())]


@pytest.mark.parametrize("path", [POLICY, "registry/people.yml", "schemas/report.schema.json"])
def test_what_is_judged_by_rules_that_nobody_signed_is_only_claimed(path: str) -> None:
    """Until a change of the same file is in order; one of another file mends nothing."""
    text, other = RECORDED[path].decode(), "registry/campaigns.yml"
    history = History()
    history.merged({path: text + "\n"}, recorded=False)
    history.merged({REPORT: REPORTED})
    history.merged({"tools/x.py": "1"})
    history.merged({other: RECORDED[other].decode() + "\n"})
    history.merged({SECOND: second()})
    history.merged({path: text + "\n\n"})
    history.merged({THIRD: third()})
    found = history.audit()
    assert [one[:2] for one in told(found)] == [(name(1), "A203")]
    assert states(found) == {("2019/002", ""): "claimed", ("2019/003", ""): "claimed", ("2019/004", ""): "proven"}


def test_time_goes_forward() -> None:
    history = History()
    history.merged({REPORT: REPORTED})
    back = submitted(merge=name(2), merged_at=at(29))
    history.merged({SECOND: second()}, submission=back)
    early = submitted(merge=name(3), merged_at=at(59))
    history.merged({THIRD: third()}, submission=early)
    found = history.audit()
    assert told(found) == [
        (name(2), "A219", {"seq": "2", "what": "clock.merged"}),
        (name(3), "A219", {"seq": "3", "what": "clock.recorded"}),
    ]
    assert found.verified.merged_at == at(59)
    same = History()
    same.merged({REPORT: REPORTED}, submission=submitted(merge=name(1), merged_at=at(31)))
    same.merged({SECOND: second()}, submission=submitted(merge=name(2), merged_at=at(31)))
    assert same.audit().clean


def test_receipts_of_no_merge() -> None:
    """Those of before the genesis come before all others; one after a receipt that was used is of nothing."""
    history = History()
    history.merged({REPORT: REPORTED})
    history.merged({SECOND: second()})
    history.merged({"tools/x.py": "1"})
    steps = history.steps
    history.steps = steps[1:]
    known = {name(1)}
    assert history.audit(earlier=lambda: known).clean
    unknown = history.audit()
    assert told(unknown) == [("e1", "A207", {"seq": "1", "merge": name(1)[:10]})]
    first = _first(steps, history).audit().verified
    begun = audit(history.steps, history.filed[1:], genuine, lambda _: True, first)
    assert begun.clean
    history.steps = [steps[0], steps[2]]
    between = history.audit(earlier=lambda: {name(2)})
    assert ("e2", "A207", {"seq": "2", "merge": name(2)[:10]}) in told(between)
    assert states(between) == {("2019/002", ""): "proven"}


def _first(steps: list[Step], history: History) -> History:
    return History(steps=steps[:1], filed=history.filed[:1])


def test_going_on_a_receipt_of_before_is_of_nothing() -> None:
    history = History()
    history.merged({REPORT: REPORTED})
    history.merged({SECOND: second()})
    first = _first(history.steps, history).audit().verified
    found = audit([], history.filed[1:], genuine, lambda _: True, first, lambda: {name(2)})
    assert told(found) == [("e2", "A207", {"seq": "2", "merge": name(2)[:10]})]


def test_nobody_is_asked_for_earlier_commits_where_every_receipt_is_used() -> None:
    history = History()
    history.merged({REPORT: REPORTED})

    def never() -> set[str]:
        raise AssertionError

    assert history.audit(earlier=never).clean


# The chain by itself.


def receipts(count: int) -> list[Filed]:
    history = History()
    for _ in range(count):
        history.merged({})
    return history.filed


def broken(filed: list[Filed], since: Verified = BEGINNING) -> list[tuple[str, str, dict[str, Any]]]:
    return [(one.commit, one.code, dict(one.details)) for one in chain(filed, lambda _: True, since).violations]


def test_a_chain_in_order() -> None:
    filed = receipts(3)
    found = chain(filed, lambda _: True)
    assert (found.violations, found.tombstones) == ((), ())
    assert [*found.receipts] == [name(1), name(2), name(3)]
    assert [one for one, _ in found.receipts.values()] == filed
    assert found.verified == Verified("", "e3", 3, digest_of_receipt(filed[2].content), "", at(33), 0, 3)
    since = chain(filed[:1], lambda _: True).verified
    assert chain(filed[1:], lambda _: True, since).verified == found.verified


def test_a_receipt_left_out_or_put_twice() -> None:
    filed = receipts(3)
    assert broken([filed[0], filed[2]]) == [("e3", "A205", {"seq": "3", "expected": "2"})]
    assert broken([*filed, filed[2]]) == [
        ("e3", "A205", {"seq": "3", "expected": "4"}),
        ("e3", "A207", {"seq": "3", "merge": name(3)[:10]}),
    ]
    assert chain([*filed, filed[2]], lambda _: True).verified.seq == 4
    moved = replace(filed[1], path="receipts/000/000009.json")
    assert broken([filed[0], moved, filed[2]]) == [("e2", "A205", {"seq": "2", "expected": "2"})]


def test_a_receipt_that_names_another_before_it() -> None:
    filed = receipts(2)
    other = orjson.loads(filed[1].content)
    other["prev"] = "f" * 64
    forged = replace(filed[1], content=Receipt(other).content)
    assert broken([filed[0], forged]) == [
        ("e2", "A205", {"seq": "2", "expected": digest_of_receipt(filed[0].content)[:10]})
    ]
    first = orjson.loads(filed[0].content)
    first["prev"] = "f" * 64
    assert broken([replace(filed[0], content=Receipt(first).content)]) == [
        ("e1", "A205", {"seq": "1", "expected": "—"})
    ]


def test_a_commit_that_does_more_than_add_a_receipt() -> None:
    filed = receipts(2)
    assert broken([filed[0], replace(filed[1], alone=False)]) == [("e2", "A213", {})]


def test_what_is_no_receipt_takes_a_number() -> None:
    filed = receipts(2)
    bad = replace(filed[0], content=b"{")
    found = chain([bad], lambda _: True)
    assert [(one.commit, one.code, one.details["file"]) for one in found.violations] == [("e1", "A212", place_of(1))]
    assert 0 < len(str(found.violations[0].details["problem"])) <= 200
    assert found.verified == Verified("", "e1", 1, digest_of_receipt(b"{"), "", "", 0, 0)
    long = replace(filed[0], content=b"[" * 1000)
    assert len(str(chain([long], lambda _: True).violations[0].details["problem"])) <= 200
    assert [one[1:] for one in broken([filed[0], replace(filed[1], content=filed[1].content + b" ")])] == [
        ("A212", {"file": place_of(2), "problem": "spelling"})
    ]
    assert [one.code for one in chain(filed, lambda _: False).violations] == ["A212", "A212"]


def test_a_receipt_recorded_before_the_one_before_it() -> None:
    filed = receipts(2)
    back = orjson.loads(filed[1].content)
    for moment, expected in (("2019-10-31T02:20:59.000Z", ["A219"]), ("2019-10-31T02:21:00.000Z", [])):
        back["recorded_at"] = moment
        found = chain([filed[0], replace(filed[1], content=Receipt(back).content)], lambda _: True)
        assert [one.code for one in found.violations] == expected
        assert found.verified.recorded_at == at(31)
    back["recorded_at"] = "2019-10-31T01:00:00.000Z"
    assert broken([filed[0], replace(filed[1], content=Receipt(back).content)]) == [
        ("e2", "A219", {"seq": "2", "what": "clock.recorded"})
    ]


# Tombstones.


def grave(prev: str, number: int = 1, after: str = name(2), **more: Any) -> bytes:
    given: dict[str, Any] = {
        "tips": (name(9), after),
        "moved": {name(8): name(1)},
        "places": [("2019/002", "/summary")],
        "order": ("令一", "director"),
        "recorded_at": at(40),
        **more,
    }
    return tombstone(number, prev, **given).content


def expunged(**more: Any) -> History:
    """Two merges, and a tombstone after them; the first receipt speaks of a commit by its older name."""
    history = History()

    def older(document: dict[str, Any]) -> None:
        document["merge"]["after"] = document["pull"]["merge"] = name(8)

    history.merged({REPORT: REPORTED}, edit=older)
    history.merged({SECOND: second()})
    history.file(grave(more.pop("prev", history.prev), **more), tombstone_place(1))
    return history


def test_what_was_expunged_is_only_claimed() -> None:
    history = expunged()
    found = history.audit()
    assert found.violations == ()
    assert states(found) == {("2019/002", ""): "claimed", ("2019/003", ""): "proven"}
    assert found.verified == Verified(
        name(2), "e3", 2, digest_of_receipt(history.filed[1].content), at(32), at(32), 2, 2
    )


def test_the_digest_of_what_was_expunged_may_be_another() -> None:
    history = expunged()
    document = orjson.loads(history.filed[0].content)
    document["changes"][0]["sha256"] = "0" * 64
    history.filed[0] = replace(history.filed[0], content=Receipt(document).content)
    again = orjson.loads(history.filed[1].content)
    again["prev"] = digest_of_receipt(history.filed[0].content)
    history.filed[1] = replace(history.filed[1], content=Receipt(again).content)
    history.filed[2] = replace(history.filed[2], content=grave(digest_of_receipt(history.filed[1].content)))
    assert history.audit().clean
    document["changes"][0]["kind"] = "other"
    history.filed[0] = replace(history.filed[0], content=Receipt(document).content)
    assert "A216" in {one[1] for one in told(history.audit())}


def test_a_tombstone_that_no_recorder_signed() -> None:
    history = expunged()
    asked: list[tuple[str, tuple[str, ...]]] = []

    def verify(them: Sequence[tuple[Filed, tuple[str, ...]]]) -> list[bool]:
        asked.extend((one.commit, keys) for one, keys in them)
        return [one.commit != "e3" for one, _ in them]

    assert told(history.audit(verify=verify)) == [("e3", "A206", {"seq": tombstone_place(1)})]
    assert asked == [("e1", (KEY,)), ("e2", (KEY,)), ("e3", (KEY,))]


@pytest.mark.parametrize(("after", "keys"), [(name(8), (KEY,)), (name(7), ())])
def test_by_whose_keys_a_tombstone_is_signed(after: str, keys: tuple[str, ...]) -> None:
    """Of the policy before the tip that it names, by the name that a later tombstone gives it."""
    history = expunged(after=after)
    asked: list[tuple[str, ...]] = []
    history.audit(verify=lambda them: asked.extend(one for _, one in them) or [True for _ in them])
    assert asked[-1] == keys


@pytest.mark.parametrize(
    ("more", "path", "alone", "expected"),
    [
        ({"prev": "f" * 64}, 1, True, ["A205"]),
        ({}, 2, True, ["A205"]),
        ({"number": 2}, 1, True, ["A205"]),
        ({}, 1, False, ["A213"]),
    ],
)
def test_a_tombstone_out_of_its_place(more: dict[str, Any], path: int, alone: bool, expected: list[str]) -> None:
    history = expunged(**more)
    last = replace(history.filed[2], path=tombstone_place(path), alone=alone)
    found = chain([*history.filed[:2], last], lambda _: True)
    assert [one.code for one in found.violations] == expected
    if expected == ["A205"]:
        assert found.violations[0].details == {"seq": last.path, "expected": found.verified.digest[:10]}
    assert {one.commit for one in found.violations} == {"e3"}


def test_a_tombstone_before_all_receipts_names_none() -> None:
    filed = Filed("e1", tombstone_place(1), grave("f" * 64), True)
    assert broken([filed]) == [("e1", "A205", {"seq": tombstone_place(1), "expected": "—"})]


def test_what_is_no_tombstone() -> None:
    bad = Filed("e1", tombstone_place(1), b"{}", True)
    found = chain([bad, *receipts(1)], lambda _: True)
    assert [(one.commit, one.code, dict(one.details)) for one in found.violations] == [
        ("e1", "A212", {"file": tombstone_place(1), "problem": "schema"})
    ]
    assert (found.tombstones, [*found.receipts]) == ((), [name(1)])
