"""A policy and the words of both languages → the settings that GitHub keeps for the ledger, as the files it reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import orjson

from duban import registry
from duban.language import Language
from duban.model import Data
from duban.part import FOLDERS, RULES, Part
from duban.required import every_role, signatures_of
from duban.seat import NO_ONE_NAMED

OWNERS = ".github/CODEOWNERS"
RULESETS = ".github/rulesets/"
SIGN_OFF = "duban/sign-off"
"""The status that the gate posts."""
VALIDATE = "validate"
"""The check run of validate.yml."""
EVIDENCE = "evidence"
"""The branch that receipts are filed on."""
_MAIN = "main"
_ALL_BELOW = "**/*"
# A pattern cannot say "everything else": the status asks for the signatures of the rest.
_TOOLS = ("tools/", "site/")


def settings(policy: Data, texts: Sequence[Language]) -> dict[str, bytes]:
    """The files of a ledger on GitHub by their paths; none where the policy names another forge.

    The same policy gives the same bytes. Without ``signing`` in the policy nobody owns anything yet.
    """
    signing = policy.get("signing", {})
    if signing.get("forge", "github") != "github":
        return {}
    branch, teams = signing.get("branch", _MAIN), signing.get("teams", ())
    rulesets = {
        "main": _main_ruleset(branch, _reviewers(policy, teams)),
        "evidence": _ruleset("evidence", EVIDENCE, _only_its_key(), bypass=[_deploy_key()]),
        # In a ruleset of its own: whoever may pass a ruleset by passes all its rules by, and nobody passes these.
        "evidence-history": _ruleset("evidence history", EVIDENCE, _never_rewritten()),
    }
    return {
        OWNERS: _owners_file(policy, teams, texts),
        **{f"{RULESETS}{name}.json": _bytes(ruleset) for name, ruleset in rulesets.items()},
    }


def roles_of(policy: Data, part: Part) -> tuple[str, ...]:
    """The roles that sign changes of a part, each once: for the record and its scans those of any kind of entry."""
    if part in RULES:
        asked: Iterable[str] = signatures_of(policy).get(part, NO_ONE_NAMED)
    else:
        asked = (role for kind, _, role in every_role(policy) if kind not in RULES)
    return tuple(dict.fromkeys(role.partition("@")[0] for role in asked))


def _owners_file(policy: Data, teams: Sequence[Data], texts: Sequence[Language]) -> bytes:
    """CODEOWNERS: the last line that fits a path counts there, so they stand in the opposite order of ``part_of``."""
    said = [text("settings.owners_head") for text in texts]
    if not teams:
        said += [text("settings.no_teams") for text in texts]
    lines = [f"# {line}" for one in said for line in one.split("\n")]
    if teams:
        starts: list[tuple[str, Part]] = [("*", "tools"), *((f"/{start}", part) for start, part in reversed(FOLDERS))]
        width = max(len(start) for start, _ in starts)
        lines += [
            f"{start:<{width}} {' '.join(_owners(roles_of(policy, part), teams))}".rstrip() for start, part in starts
        ]
    return ("\n".join(lines) + "\n").encode()


def _owners(roles: Sequence[str], teams: Sequence[Data]) -> Iterator[str]:
    yield from dict.fromkeys(f"@{team['slug']}" for team in teams if team["role"] in roles)


def _reviewers(policy: Data, teams: Sequence[Data]) -> list[Data]:
    """The teams that must approve changes of the rules, each with its patterns.

    Entries have none: which of their roles must sign depends on the entry, and only the status knows.
    """
    patterns: dict[int, list[str]] = {}
    for part in RULES:
        for team in teams:
            if "id" in team and team["role"] in roles_of(policy, part):
                patterns.setdefault(team["id"], []).extend(_patterns(part))
    return [
        {
            "file_patterns": list(dict.fromkeys(found)),
            "minimum_approvals": 1,
            "reviewer": {"id": identity, "type": "Team"},
        }
        for identity, found in patterns.items()
    ]


def _patterns(part: Part) -> list[str]:
    if part == "registry":
        starts = [*(path for path in registry.FILES if path != registry.POLICY), registry.INSPECTIONS, registry.PLANS]
    elif part == "tools":
        starts = list(_TOOLS)
    else:
        starts = [start for start, its in FOLDERS if its == part]
    return [start + _ALL_BELOW if start.endswith("/") else start for start in starts]


def _main_ruleset(branch: str, reviewers: list[Data]) -> Data:
    pull_request: Data = {
        "required_approving_review_count": 1,
        "dismiss_stale_reviews_on_push": True,
        "require_last_push_approval": True,
        # Any one owner would do for it, and a role without a team could never: the status is the rule.
        "require_code_owner_review": False,
        "required_review_thread_resolution": False,
        "allowed_merge_methods": ["merge"],
    }
    if reviewers:
        pull_request["required_reviewers"] = reviewers
    checks = {
        # Not strict: updating a branch for every merge before it would undo the signatures it has. The gate judges
        # what merging into the main branch of this moment gives, and judges again whenever that moves.
        "strict_required_status_checks_policy": False,
        "do_not_enforce_on_create": False,
        "required_status_checks": [{"context": SIGN_OFF}, {"context": VALIDATE}],
    }
    rules = [
        *_never_rewritten(),
        {"type": "pull_request", "parameters": pull_request},
        {"type": "required_status_checks", "parameters": checks},
    ]
    return _ruleset("main", branch, rules)


def _never_rewritten() -> list[Data]:
    return [{"type": "deletion"}, {"type": "non_fast_forward"}]


def _only_its_key() -> list[Data]:
    return [{"type": "creation"}, {"type": "update", "parameters": {"update_allows_fetch_and_merge": False}}]


def _deploy_key() -> Data:
    return {"actor_id": None, "actor_type": "DeployKey", "bypass_mode": "always"}


def _ruleset(name: str, branch: str, rules: list[Data], bypass: Sequence[Data] = ()) -> Data:
    return {
        "name": f"duban {name}",
        "target": "branch",
        "enforcement": "active",
        "conditions": {"ref_name": {"include": [f"refs/heads/{branch}"], "exclude": []}},
        "rules": rules,
        "bypass_actors": list(bypass),
    }


def _bytes(document: Any) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n"
