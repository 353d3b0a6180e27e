"""Pull requests that bring what may not be merged: the gate refuses them, and the audit names them once merged."""

from __future__ import annotations

import pytest

from duban.repository.error import RevisionError
from signing import (
    ITEM,
    LIAISON,
    OTHER,
    POLICY,
    PROGRESS,
    ROSTER,
    STRANGER,
    VISIT,
    City,
    Files,
    codes,
    findings,
    person,
    progress,
    proofs,
    seats,
    violations,
    visit,
)

TITLE = "凤台街破损路面修复"
SCHEMA = "schemas/item.schema.json"


@pytest.mark.parametrize(
    ("path", "part"),
    [
        (".github/workflows/gate.yml", "workflows"),
        ("tools/duban/gate.py", "tools"),
        (SCHEMA, "schemas"),
        (ROSTER, "registry"),
        (POLICY, "policy"),
    ],
)
def test_rules_and_record_never_share_a_pull_request(city: City, path: str, part: str) -> None:
    before = city.content(path) if path in (SCHEMA, ROSTER, POLICY) else b""
    number = city.open({**city.with_progress(), path: before + b"\n"})
    city.approve(number, LIAISON, "director", "deputy-director")
    found = city.gate(number)
    assert (found.verdict, findings(found)) == ("refuse", [("G105", path)])
    assert {one.state for one in found.standing} == {"signed"}
    audit = city.bypassed(number)
    assert codes(audit) == ["A210"]
    assert audit.violations[0].details == {"file": path, "finding": "G105"}
    assert proofs(audit) == {PROGRESS: "broken"}


@pytest.mark.parametrize(
    ("path", "role", "signer"),
    [
        (".github/workflows/gate.yml", "deputy_director", "deputy-director"),
        ("tools/duban/gate.py", "deputy_director", "deputy-director"),
        (SCHEMA, "deputy_director", "deputy-director"),
        (ROSTER, "director", "director"),
        (POLICY, "director", "director"),
    ],
)
def test_rules_alone_need_their_own_signers(city: City, path: str, role: str, signer: str) -> None:
    before = city.content(path) if path in (SCHEMA, ROSTER, POLICY) else b""
    number = city.open({path: before + b"\n"})
    assert city.gate(number).verdict == "wait"
    assert seats(city.gate(number)) == [(role, "", "missing", "not_reviewed")]
    forced = city.copy(city.folder.with_name("forced"))
    assert codes(forced.bypassed(number)) == ["A208"]
    city.approve(number, signer)
    assert city.gate(number).verdict == "pass"
    assert violations(city.bypassed(number)) == []


def granted(city: City) -> dict[str, bytes]:
    """A roster in which whoever calls itself the liaison is a stranger's account."""
    return city.edited(lambda data: person(data, LIAISON).update(accounts={"github": 9001}), ROSTER)


def test_a_role_granted_in_the_pull_request_that_uses_it(city: City) -> None:
    number = city.open({**granted(city), **city.with_progress()})
    city.approve(number, STRANGER, "director")
    found = city.gate(number)
    assert (found.verdict, findings(found)) == ("refuse", [("G105", ROSTER)])
    assert seats(found)[0] == ("liaison", LIAISON, "missing", "not_reviewed")
    audit = city.bypassed(number)
    assert sorted(codes(audit)) == ["A208", "A210"]
    assert proofs(audit) == {PROGRESS: "broken"}


def test_a_role_granted_without_leave_proves_nothing_later(city: City) -> None:
    city.passed(city.with_visit(), "section-head")
    granting = city.open(granted(city))
    merged = city.merge(granting)
    city.record()
    number = city.open(city.with_progress())
    city.approve(number, STRANGER)
    assert city.gate(number).verdict == "pass"
    audit = city.bypassed(number)
    assert violations(audit) == [("A208", merged)]
    assert proofs(audit) == {VISIT: "proven", PROGRESS: "claimed"}

    back = city.edited(
        lambda data: person(data, LIAISON).update(accounts={"github": city.accounts[LIAISON].id}), ROSTER
    )
    city.passed(back, "director")
    city.passed(city.edited(lambda data: data["progress"].append(progress("完工。", LIAISON, city.day))), LIAISON)
    audit = city.audit()
    assert violations(audit) == [("A208", merged)]
    assert proofs(audit) == {VISIT: "proven", PROGRESS: "claimed", (PROGRESS[0], "/progress/1"): "proven"}


def test_another_base(city: City) -> None:
    number = city.open(city.with_progress(), base_ref="release")
    city.approve(number, LIAISON)
    found = city.gate(number)
    assert (found.verdict, findings(found)) == ("refuse", [("G101", "")])
    audit = city.bypassed(number)
    assert [(one.code, one.details["finding"]) for one in audit.violations] == [("A215", "G101")]
    assert proofs(audit) == {PROGRESS: "broken"}


def test_another_repository(city: City) -> None:
    number = city.open(city.with_progress(), repository="someone/duban")
    city.approve(number, LIAISON)
    found = city.gate(number)
    assert (found.verdict, findings(found)) == ("refuse", [("G103", "")])
    audit = city.bypassed(number)
    assert codes(audit) == ["A218", "A215"]
    assert proofs(audit) == {PROGRESS: "broken"}


def test_the_same_repository_spelled_otherwise(city: City) -> None:
    number = city.open(city.with_progress(), repository="JinCheng/Duban")
    city.approve(number, LIAISON)
    assert city.gate(number).verdict == "pass"
    assert violations(city.bypassed(number)) == []


def test_a_head_that_is_not_the_latest(city: City) -> None:
    number = city.open(city.with_progress())
    city.approve(number, LIAISON)
    city.git(
        "update-ref", f"refs/pull/{number}/head", city.commit("refs/x", [city.head()], city.with_progress("完工。"))
    )
    found = city.gate(number)
    assert (found.verdict, findings(found)) == ("refuse", [("G102", "")])


def test_a_draft_waits(city: City) -> None:
    number = city.open(city.with_progress(), draft=True)
    city.approve(number, LIAISON)
    found = city.gate(number)
    assert (found.verdict, findings(found)) == ("wait", [])
    assert seats(found) == [("liaison", LIAISON, "signed", "")]


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"items/2019/2019-0009.yml": ("120000", b"2019-0002.yml")}, "G106"),
        ({"items/2019/2019-0009.yml": ("160000", b"1" * 40)}, "G106"),
        ({ITEM: ("100755", None)}, "G106"),
        ({"docs/link.md": ("120000", b"/etc/passwd")}, "G106"),
        ({"docs/sub": ("160000", b"1" * 40)}, "G106"),
        ({"scans/\u202efdp.exe": b"x"}, "G107"),
        ({"docs/a\u200bb.md": b"x"}, "G107"),
        ({"docs/a\\b.md": b"x"}, "G107"),
        ({"docs/\udce4.md": b"x"}, "G107"),
        ({"registry/\udce4.yml": b"x"}, "G107"),
        ({"registry/plan/\udce4.yml": b"x"}, "G107"),
        ({"docs/e\u0301.md": b"x"}, "G107"),
        ({"docs/con.": b"x"}, "G107"),
        ({"docs/" + "a" * 198: b"x"}, "G107"),
        ({"docs/README.md": b"x", "docs/Readme.md": b"x"}, "G108"),
        ({"Items/2019/2019-0009.yml": b"x"}, "G108"),
        ({"ＲＥＡＤＭＥ.md": b"x", "README.md": b"x"}, "G108"),
    ],
)
def test_files_that_are_not_plain(city: City, files: Files, code: str) -> None:
    files = {path: (one[0], city.content(ITEM)) if one[1:] == (None,) else one for path, one in files.items()}
    number = city.open(files)
    city.approve(number, "deputy-director", "registrar")
    found = city.gate(number)
    assert found.verdict == "refuse"
    assert code in [one.code for one in found.findings]
    audit = city.bypassed(number)
    assert "A211" in codes(audit)
    assert {one.details["finding"] for one in audit.violations if one.code == "A211"} == {code}


@pytest.mark.parametrize("start", ["docs/", "items/", "registry/"])
def test_folders_deeper_than_a_program_can_follow(city: City, start: str) -> None:
    number = city.open({start + "a/" * 1500 + "x": b"x"})
    assert "G107" in [one.code for one in city.gate(number).findings]
    assert "A211" in codes(city.bypassed(number))
    assert city.passed(city.with_progress(), LIAISON)


def test_a_file_larger_than_any_that_is_read(city: City) -> None:
    number = city.open({"items/2019/2019-0009.yml": b"x" * (65 << 20)})
    assert city.gate(number).verdict == "refuse"
    assert codes(city.bypassed(number)) == ["A215"]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (TITLE, f"{TITLE}\ntitle: 改写的标题", "D009"),
        (TITLE, "&a 标题\nimportance: *a", "D010"),
        (TITLE, "!!str 标题", "D011"),
        (TITLE, "no", "D107"),
        (TITLE, "010", "D107"),
        (TITLE, "12:30", "D107"),
        (TITLE, "{}", "D103"),
        (TITLE, "修\u200b复", "D003"),
        (TITLE, "修复\u202e路面", "D003"),
        (TITLE, '"修复\\u202e路面"', "D003"),
        ("id: ", "\tid: ", "D004"),
        (TITLE, "x" * 600_000, "D005"),
    ],
)
@pytest.mark.parametrize("path", [ITEM, "items/2019/2019-0009.yml"])
def test_tricks_with_yaml(city: City, path: str, old: str, new: str, code: str) -> None:
    """In a file that was signed, and in one that nobody has seen before."""
    text = city.content(ITEM).decode().replace("2019-0002", path[-13:-4]).replace(old, new, 1)
    number = city.open({path: text.encode()})
    found = city.gate(number)
    told = {code} if path != ITEM else {"D906", code}
    assert (found.verdict, {*findings(found)}) == ("refuse", {(one, path) for one in told})
    assert found.standing == ()
    audit = city.bypassed(number)
    assert [(one.code, one.details["finding"]) for one in audit.violations] == [
        ("A209", "D906") if path == ITEM else ("A215", code)
    ]
    stood = {one.state for key, one in audit.proofs.items() if key[0] == "2019-0002"}
    assert stood == ({"broken"} if path == ITEM else {"transcribed"})


def test_an_entry_without_a_role_that_the_policy_asks_for(city: City) -> None:
    entry = {**visit("director", city.day), "signed": [{"role": "director", "by": "director", "on": city.day}]}
    number = city.open(city.edited(lambda data: data.update(visits=[entry]), OTHER))
    city.approve(number, "director")
    found = city.gate(number)
    assert (found.verdict, findings(found)) == ("refuse", [("G109", OTHER)])
    audit = city.bypassed(number)
    assert [(one.code, one.details["finding"]) for one in audit.violations] == [("A215", "G109")]
    assert proofs(audit) == {VISIT: "broken"}


def test_an_entry_moved_to_another_item(city: City) -> None:
    city.passed(city.with_progress(), LIAISON)
    entry = city.data(ITEM)["progress"][0]
    moved = {
        **city.edited(lambda data: data.pop("progress")),
        **city.edited(lambda data: data.update(progress=[entry]), OTHER),
    }
    number = city.open(moved)
    found = city.gate(number)
    assert (found.verdict, findings(found)) == ("refuse", [("D903", ITEM)])
    assert seats(found) == [("liaison", LIAISON, "missing", "not_reviewed")]
    audit = city.bypassed(number)
    assert sorted(codes(audit)) == ["A208", "A209"]
    assert proofs(audit) == {PROGRESS: "broken", ("2019-0003", "/progress/0"): "broken"}


def test_the_same_data_spelled_otherwise_needs_nobody(city: City) -> None:
    city.passed(city.with_progress(), LIAISON)
    number = city.open({ITEM: b"# \xe8\xaf\xb4\xe6\x98\x8e\n" + city.content(ITEM)})
    found = city.gate(number)
    assert (found.verdict, found.standing, found.change.added) == ("pass", (), ())
    audit = city.bypassed(number)
    assert violations(audit) == []
    assert proofs(audit) == {PROGRESS: "proven"}


def test_what_conflicts_is_not_put_together_by_hand(city: City) -> None:
    number = city.open(city.with_progress())
    city.approve(number, LIAISON)
    city.passed(city.edited(lambda data: data.update(visits=[visit("section-head", city.day)])), "section-head")
    found = city.gate(number)
    assert found.verdict == "refuse"
    assert ("G104", ITEM) in findings(found)
    both = city.edited(lambda data: data.update(progress=[progress("沥青摊铺过半。", LIAISON, city.day)]))
    merged = city.merge(number, files=both, tree=city.git("rev-parse", "main^{tree}"))
    city.record()
    audit = city.audit()
    assert violations(audit) == [("A202", merged)]
    assert proofs(audit) == {("2019-0002", "/visits/0"): "proven", PROGRESS: "broken"}


def test_a_merge_while_the_main_branch_moved_on(city: City) -> None:
    number = city.open(city.with_progress())
    city.approve(number, LIAISON)
    city.passed(city.with_visit(), "section-head")
    found = city.gate(number)
    assert (found.verdict, [one.kind for one in found.change.added]) == ("pass", ["progress"])
    audit = city.bypassed(number)
    assert violations(audit) == []
    assert proofs(audit) == {VISIT: "proven", PROGRESS: "proven"}


def test_a_pull_request_whose_branch_took_in_the_main_branch(city: City) -> None:
    """As the forge's own button does; who pressed it has pushed, and signs no more."""
    number = city.open(city.with_progress())
    city.passed(city.with_visit(), "section-head")
    city.update(number, by="deputy-director")
    city.approve(number, LIAISON)
    found = city.gate(number)
    assert (found.verdict, [one.kind for one in found.change.added]) == ("pass", ["progress"])
    assert violations(city.bypassed(number)) == []


def test_a_repository_that_lacks_the_head(city: City) -> None:
    number = city.open(city.with_progress())
    city.git("update-ref", "-d", f"refs/pull/{number}/head")
    with pytest.raises(RevisionError):
        city.gate(number)
