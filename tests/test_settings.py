"""The forge's settings from the policy: whole, deterministic, in GitHub's form, and drift is named."""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from conftest import ROOT, Outcome
from duban.forge.statuses import CONTEXT
from duban.language import language
from duban.load import Readings
from duban.model import Data
from duban.part import FOLDERS, PARTS, RULES, part_of
from duban.repository.evidence import BRANCH
from duban.seat import NO_ONE_NAMED
from duban.settings import EVIDENCE, OWNERS, RULESETS, SIGN_OFF, VALIDATE, roles_of, settings

Run = Callable[..., Outcome]
Copy = Callable[..., Path]

TEXTS = [language("zh"), language("en")]
MAIN, EVIDENCE_FILE, HISTORY = (f"{RULESETS}{name}.json" for name in ("main", "evidence", "evidence-history"))
FILES = [OWNERS, MAIN, EVIDENCE_FILE, HISTORY]
TEAMS: list[Data] = [
    {"role": "director", "slug": "jincheng/directors", "id": 11},
    {"role": "registrar", "slug": "jincheng/registrars"},
    {"role": "deputy_director", "slug": "jincheng/deputies", "id": 12},
    {"role": "unit_head", "slug": "jincheng/unit-heads", "id": 13},
]
PATHS = (
    "items/2019/2019-0001.yml",
    "reports/2019/087.yml",
    "assessments/2019.yml",
    "scans/2019/0001.pdf",
    "registry/policy.yml",
    "registry/people.yml",
    "registry/plan/2019.yml",
    "schemas/item.schema.json",
    ".github/workflows/gate.yml",
    ".gitlab-ci.yml",
    ".ci/run",
    "tools/duban/gate.py",
    "README.md",
    "docs/items/a.md",
)


@pytest.fixture(scope="module")
def policy(readings: Readings) -> Data:
    """The shipped policy, with teams, and the director signing for every change of the rules."""
    found = deepcopy(readings.registry.policy)
    signing = {"forge": "github", "repository": "jincheng/duban", "branch": "main", "binding": "head"}
    signatures = {**found["signatures"], **{part: ["director"] for part in RULES}}
    return {**found, "signatures": signatures, "signing": {**signing, "claim_within_days": 3, "teams": TEAMS}}


def with_signing(policy: Data, **parts: Any) -> Data:
    return {**policy, "signing": {**policy["signing"], **parts}}


def with_signatures(policy: Data, **parts: Any) -> Data:
    return {**policy, "signatures": {**policy["signatures"], **parts}}


def ruleset(policy: Data, path: str) -> Any:
    return orjson.loads(settings(policy, TEXTS)[path])


def parameters(document: Any, kind: str) -> Any:
    """The parameters of the one rule of a kind."""
    (found,) = [rule.get("parameters") for rule in document["rules"] if rule["type"] == kind]
    return found


def owner_lines(content: bytes) -> list[list[str]]:
    return [line.split() for line in content.decode().splitlines() if not line.startswith("#")]


def owners(content: bytes, path: str) -> list[str]:
    """Who owns a path by GitHub's rule: the last pattern that fits."""
    found: list[str] = []
    for pattern, *names in owner_lines(content):
        if pattern == "*" or path.startswith(pattern.removeprefix("/")):
            found = names
    return found


def fits(path: str, pattern: str) -> bool:
    """Whether a file pattern of a ruleset fits a path: ``**/`` any folders, ``*`` no slash."""
    made = re.escape(pattern).replace(r"\*\*/", "(?:.*/)?").replace(r"\*", "[^/]*")
    return re.fullmatch(made, path) is not None


def reviewers(document: Any, path: str) -> set[int]:
    """The teams that must approve a change of a path."""
    listed = parameters(document, "pull_request").get("required_reviewers", [])
    return {one["reviewer"]["id"] for one in listed if any(fits(path, pattern) for pattern in one["file_patterns"])}


def test_the_same_policy_gives_the_same_bytes(policy: Data) -> None:
    assert list(settings(policy, TEXTS)) == FILES
    assert settings(deepcopy(policy), TEXTS) == settings(policy, TEXTS)
    assert all(content.endswith(b"\n") and b"\r" not in content for content in settings(policy, TEXTS).values())


@pytest.mark.parametrize("path", PATHS)
def test_a_path_is_owned_by_the_teams_whose_roles_sign_its_part(policy: Data, path: str) -> None:
    roles = roles_of(policy, part_of(path))
    wanted = {f"@{team['slug']}" for team in TEAMS if team["role"] in roles}
    assert wanted
    assert set(owners(settings(policy, TEXTS)[OWNERS], path)) == wanted


@given(st.sampled_from([start for start, _ in FOLDERS] + ["", "tools/"]), st.text("abc./-_", min_size=1, max_size=12))
def test_owners_follow_the_parts_for_any_path(start: str, rest: str) -> None:
    teams = [{"role": part, "slug": f"o/{part}"} for part in RULES] + [{"role": "clerk", "slug": "o/record"}]
    signatures = {"intake": ["clerk"], **{part: [part] for part in RULES}}
    content = settings({"signing": {"teams": teams}, "signatures": signatures}, TEXTS)[OWNERS]
    part = part_of(start + rest)
    assert owners(content, start + rest) == [f"@o/{'record' if part in ('record', 'scans') else part}"]


def test_entries_are_owned_by_those_who_sign_any_kind_of_them(policy: Data) -> None:
    assert {"registrar", "unit_head", "director"} <= set(roles_of(policy, "record"))
    assert all("@" not in role for role in roles_of(policy, "record"))
    assert roles_of(policy, "scans") == roles_of(policy, "record")


def test_a_part_that_the_policy_is_silent_on_is_signed_as_the_gate_has_it(policy: Data) -> None:
    silent = {**policy, "signatures": {"intake": ["registrar"]}}
    assert {roles_of(silent, part) for part in RULES} == {tuple(NO_ONE_NAMED)}
    named = with_signatures(policy, tools=["deputy_director", "deputy_director@office", "registrar"])
    assert roles_of(named, "tools") == ("deputy_director", "registrar")


def test_a_part_whose_roles_have_no_team_is_nobodys(policy: Data) -> None:
    made = settings(with_signatures(policy, schemas=["section_head"]), TEXTS)
    assert owners(made[OWNERS], "schemas/item.schema.json") == []
    assert owners(made[OWNERS], "tools/x.py") == ["@jincheng/directors"]


def test_without_teams_the_file_says_so_in_both_languages(policy: Data) -> None:
    bare = with_signing(policy)
    del bare["signing"]["teams"]
    content = settings(bare, TEXTS)[OWNERS]
    assert owner_lines(content) == []
    said = content.decode()
    assert all(text("settings.no_teams") in said for text in TEXTS)
    assert said.index("依据") < said.index("Made by")
    assert "required_reviewers" not in parameters(ruleset(bare, MAIN), "pull_request")


def test_the_main_branch_is_protected_as_the_guides_say(policy: Data) -> None:
    document = ruleset(policy, MAIN)
    assert document["target"] == "branch"
    assert document["enforcement"] == "active"
    assert document["bypass_actors"] == []
    assert document["conditions"] == {"ref_name": {"include": ["refs/heads/main"], "exclude": []}}
    assert {rule["type"] for rule in document["rules"]} == {
        "deletion",
        "non_fast_forward",
        "pull_request",
        "required_status_checks",
    }
    pull_request = parameters(document, "pull_request")
    assert pull_request["required_approving_review_count"] >= 1
    assert pull_request["dismiss_stale_reviews_on_push"] is True
    assert pull_request["require_last_push_approval"] is True
    assert pull_request["allowed_merge_methods"] == ["merge"]
    checks = parameters(document, "required_status_checks")
    assert checks["strict_required_status_checks_policy"] is False
    assert [one["context"] for one in checks["required_status_checks"]] == [CONTEXT, VALIDATE]


def test_the_branch_is_the_policys(policy: Data) -> None:
    document = ruleset(with_signing(policy, branch="台账".encode().hex()), MAIN)
    assert document["conditions"]["ref_name"]["include"] == ["refs/heads/e58fb0e8b4a6"]


def test_only_the_deploy_key_writes_evidence_and_nobody_rewrites_it(policy: Data) -> None:
    written, kept = ruleset(policy, EVIDENCE_FILE), ruleset(policy, HISTORY)
    assert {rule["type"] for rule in written["rules"]} == {"creation", "update"}
    assert written["bypass_actors"] == [{"actor_id": None, "actor_type": "DeployKey", "bypass_mode": "always"}]
    # A bypass holds for a whole ruleset: what the key may not do either stands in one without.
    assert {rule["type"] for rule in kept["rules"]} == {"deletion", "non_fast_forward"}
    assert kept["bypass_actors"] == []
    for document in (written, kept):
        assert document["conditions"]["ref_name"]["include"] == [f"refs/heads/{BRANCH}"]
        assert document["enforcement"] == "active"


def test_the_names_are_those_of_the_rooms_that_use_them() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/validate.yml").read_text(encoding="utf-8"))
    assert (SIGN_OFF, EVIDENCE) == (CONTEXT, BRANCH)
    assert workflow["jobs"]["validate"]["name"] == VALIDATE


def test_teams_with_a_number_must_approve_changes_of_the_rules(policy: Data) -> None:
    document = ruleset(with_signatures(policy, registry=["registrar"], tools=["director", "deputy_director"]), MAIN)
    assert reviewers(document, "registry/policy.yml") == {11}
    assert reviewers(document, "registry/people.yml") == set()
    assert reviewers(document, "tools/duban/gate.py") == {11, 12}
    assert reviewers(document, "site/templates/item.html") == {11, 12}
    assert reviewers(document, ".github/workflows/gate.yml") == {11}
    assert reviewers(document, "items/2019/2019-0001.yml") == set()
    for one in parameters(document, "pull_request")["required_reviewers"]:
        assert one["minimum_approvals"] == 1
        assert one["reviewer"]["type"] == "Team"
        assert len(one["file_patterns"]) == len(set(one["file_patterns"]))


@pytest.mark.parametrize("path", PATHS)
def test_no_team_is_asked_for_what_its_role_does_not_sign(policy: Data, path: str) -> None:
    roles = set(roles_of(policy, part_of(path))) if part_of(path) in RULES else set()
    allowed = {team["id"] for team in TEAMS if "id" in team and team["role"] in roles}
    assert reviewers(ruleset(policy, MAIN), path) <= allowed


def test_every_part_is_known_to_the_settings(policy: Data) -> None:
    assert all(roles_of(policy, part) for part in PARTS)


@pytest.mark.parametrize("forge", ["gitea", "gitlab"])
def test_another_forge_has_no_files(policy: Data, forge: str) -> None:
    assert settings(with_signing(policy, forge=forge), TEXTS) == {}


def test_the_shipped_settings_are_those_of_the_shipped_policy(run: Run) -> None:
    assert run("-C", ROOT, "settings", "--check").code == 0


def test_what_is_written_is_what_is_checked(copy_of: Copy, run: Run) -> None:
    folder = copy_of(items=[])
    missing = run("-C", folder, "settings", "--check")
    assert missing.code == 1
    assert all(path in missing.out for path in FILES)
    written = run("-C", folder, "settings", "--write")
    assert written.code == 0
    assert written.out.splitlines()[: len(FILES)] == FILES
    assert run("-C", folder, "settings", "--check").code == 0
    assert run("-C", folder, "settings", "--write").out.splitlines() == [language("zh")("settings.same", count=4)]


@pytest.mark.parametrize("path", FILES)
def test_drift_is_named_with_its_difference(path: str, copy_of: Copy, run: Run) -> None:
    folder = copy_of(items=[])
    run("-C", folder, "settings", "--write")
    content = (folder / path).read_bytes()
    (folder / path).write_bytes(content + b"\x1b[31m* @someone\n")
    found = run("-C", folder, "settings", "--check")
    assert found.code == 1
    assert f"--- a/{path}" in found.out
    assert "- [31m* @someone" in found.out
    assert "\x1b" not in found.out
    assert [one for one in FILES if one != path and one in found.out] == []
    assert run("-C", folder, "settings", "--write").code == 0
    assert (folder / path).read_bytes() == content


def test_a_change_of_the_policy_is_drift(copy_of: Copy, run: Run) -> None:
    folder = copy_of(items=[])
    run("-C", folder, "settings", "--write")
    rewrite(folder, branch="trunk")
    found = run("-C", folder, "settings", "--check")
    assert found.code == 1
    assert '+        "refs/heads/trunk"' in found.out
    assert OWNERS not in found.out
    rewrite(folder, forge="gitea")
    found = run("-C", folder, "settings", "--check")
    assert found.code == 0
    assert "docs/setup-gitea.md" in found.out


def rewrite(folder: Path, **parts: Any) -> None:
    """Change the policy's ``signing`` in its file."""
    file = folder / "registry/policy.yml"
    policy = yaml.safe_load(file.read_text(encoding="utf-8"))
    policy["signing"].update(parts)
    file.write_text(yaml.safe_dump(policy, allow_unicode=True), encoding="utf-8")


def test_a_broken_policy_makes_no_settings(copy_of: Copy, run: Run) -> None:
    folder = copy_of(items=[])
    (folder / "registry/policy.yml").write_text("signing: [\n", encoding="utf-8")
    assert run("-C", folder, "settings", "--write").code == 2
    assert not (folder / OWNERS).exists()


@pytest.mark.parametrize("options", [(), ("--write", "--check")])
def test_exactly_one_of_writing_and_checking_is_asked_for(options: tuple[str, ...], run: Run) -> None:
    assert run("-C", ROOT, "settings", *options).code == 2
