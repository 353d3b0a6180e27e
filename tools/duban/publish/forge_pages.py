"""What a policy says of its forge → the addresses there, for readers to follow; nothing asks for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from duban.publish.edition import Edition


def pull_mark(edition: Edition) -> str:
    """What stands before a pull request's number: GitLab's merge requests have a mark of their own."""
    return "!" if _signing(edition).get("forge") == "gitlab" else "#"


def forge_address(edition: Edition, path: str) -> str:
    """Where a pull request or a commit stands on the forge; "" where the policy does not tell the forge's host."""
    signing = _signing(edition)
    known = signing.get("forge") == "github" and "repository" in signing
    return f"https://github.com/{signing['repository']}/{path}" if known else ""


def _signing(edition: Edition) -> Mapping[str, Any]:
    found: Mapping[str, Any] = edition.ledger.registry.policy.get("signing", {})
    return found
