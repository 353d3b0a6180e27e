"""What feeds and calendars hold → its name there: the same wherever, whenever and in whichever edition they are made.

Readers' programs know by it what they have seen. It takes nothing from the site's address, which
may change, nor from the day of the build.
"""

from __future__ import annotations

from duban.publish.edition import Edition

_UNNAMED = "duban.invalid,2019"
"""Where the policy names no authority: no one's domain (RFC 6761), so that nobody else can use it by right."""


def tag(edition: Edition, *parts: str) -> str:
    """A tag URI (RFC 4151): a domain that the office had in a year, and what it named then."""
    return f"tag:{_authority(edition)}:{'/'.join(parts)}"


def uid(edition: Edition, name: str) -> str:
    """The UID of an event (RFC 5545, section 3.8.4.7)."""
    return f"{name}@{_authority(edition).partition(',')[0]}"


def _authority(edition: Edition) -> str:
    return str(edition.ledger.registry.policy.get("tag_authority", _UNNAMED))
