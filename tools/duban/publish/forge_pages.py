"""What a policy says of its forge → the addresses there, for readers to follow; nothing asks for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from duban.publish.edition import Edition

GITHUB = "https://github.com"
_PULL = {"github": "pull/{0}", "gitea": "pulls/{0}", "gitlab": "-/merge_requests/{0}"}
_COMMIT = {"github": "commit/{0}", "gitea": "commit/{0}", "gitlab": "-/commit/{0}"}
_HISTORY = {"github": "commits/{0}/{1}", "gitea": "commits/branch/{0}/{1}", "gitlab": "-/commits/{0}/{1}"}
_EDIT = {"github": "edit/{0}/{1}", "gitea": "_edit/{0}/{1}", "gitlab": "-/edit/{0}/{1}"}


def pull_mark(edition: Edition) -> str:
    """What stands before a pull request's number: GitLab's merge requests have a mark of their own."""
    return "!" if _signing(edition).get("forge") == "gitlab" else "#"


def pull_page(edition: Edition, number: str) -> str:
    """Where a pull request stands on the forge; "" where the policy does not tell."""
    return _address(edition, _PULL, number)


def commit_page(edition: Edition, commit: str) -> str:
    """Where a commit stands on the forge; "" where the policy does not tell."""
    return _address(edition, _COMMIT, commit)


def history_page(edition: Edition, path: str) -> str:
    """Where the forge lists every merge that touched a file of the record; "" where the policy does not tell."""
    return _address(edition, _HISTORY, _branch(edition), path)


def edit_page(edition: Edition, path: str) -> str:
    """Where the forge lets a file be edited: saving there makes a branch and offers a pull request.

    "" where the policy does not tell.
    """
    return _address(edition, _EDIT, _branch(edition), path)


def forge_site(edition: Edition) -> Mapping[str, str]:
    """The forge's kind, the repository's page there and its branch; the page is "" where the policy does not tell."""
    return {"kind": _signing(edition).get("forge", ""), "site": _repository(edition), "branch": _branch(edition)}


def _address(edition: Edition, patterns: Mapping[str, str], *parts: str) -> str:
    repository = _repository(edition)
    return f"{repository}/{patterns[_signing(edition)['forge']].format(*parts)}" if repository else ""


def _repository(edition: Edition) -> str:
    """The repository's page, "" where none is told. GitHub is where it is; another forge's site must be told."""
    signing = _signing(edition)
    forge, repository = signing.get("forge", ""), signing.get("repository", "")
    site = str(signing.get("site", GITHUB if forge == "github" else "")).rstrip("/")
    return f"{site}/{repository}" if site and repository else ""


def _branch(edition: Edition) -> str:
    return str(_signing(edition).get("branch", "main"))


def _signing(edition: Edition) -> Mapping[str, Any]:
    found: Mapping[str, Any] = edition.ledger.registry.policy.get("signing", {})
    return found
