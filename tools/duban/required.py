"""A policy, a kind of entry and the item it belongs to → the roles that must sign it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from duban.model import Data

DECISION = "extension_decision"
"""The kind of entry that goes a level up with the item's importance."""
_OF_OLDER_POLICIES: Mapping[str, Sequence[str]] = {
    "assessment_objection": ("unit_head@unit",),
    "assessment_ruling": ("director",),
    "assessment_freeze": ("director",),
    "participant": ("registrar",),
    "participant_withdrawal": ("registrar",),
}
"""Who signs kinds of entries that a policy may be too old to name; else whoever is named in one would do."""


def signatures_of(policy: Data) -> Mapping[str, Sequence[str]]:
    """Which roles must sign each kind of entry: what the policy says, and what holds where it is older than a kind."""
    return {**_OF_OLDER_POLICIES, **policy.get("signatures", {})}


def required_roles(policy: Data, kind: str, record: Mapping[str, Any], day: str) -> Sequence[str]:
    """The roles by the policy's ``signatures``; those of the item's level for the decision on an extension.

    ``record`` is the item's effective record, ``day`` the ISO day that the entry is signed on.
    """
    level = extension_level(policy, record, day) if kind == DECISION else None
    asked: Sequence[str] = level["signed"] if level else signatures_of(policy).get(kind, ())
    return asked


def extension_level(policy: Data, record: Mapping[str, Any], day: str) -> Data | None:
    """The first level of ``extension.levels`` that an item reaches; None for an ordinary one.

    The more important an item, the higher its extension must go (源自延期审批表：审批层级随 A、B 级提高; domain.md §a).
    """
    for level in policy.get("extension", {}).get("levels", ()):
        if level["since"] <= day and _reaches(record, level):
            return dict(level)
    return None


def every_role(policy: Data) -> Iterator[tuple[str, tuple[str | int, ...], str]]:
    """All roles that entries or changes may need: the kind, the place in the policy, and the role with its unit."""
    for kind, roles in signatures_of(policy).items():
        for index, role in enumerate(roles):
            yield kind, ("signatures", kind, index), role
    for number, level in enumerate(policy.get("extension", {}).get("levels", ())):
        for index, role in enumerate(level["signed"]):
            yield DECISION, ("extension", "levels", number, "signed", index), role


def _reaches(record: Mapping[str, Any], level: Data) -> bool:
    return record.get("importance") in level.get("importance", ()) or record.get("urgency") in level.get("urgency", ())
