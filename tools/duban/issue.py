"""An issue as a forge tells it: the value that a public lead is read from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue of a repository. ``address`` is its page, ``at`` the instant it was opened, ``account`` who by."""

    number: int
    address: str
    title: str
    body: str
    at: str
    labels: tuple[str, ...] = ()
    account: str = ""
