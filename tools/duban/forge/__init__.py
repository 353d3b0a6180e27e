"""What duban asks of a forge: five questions, the same for GitHub, Gitea and Forgejo, and GitLab."""

from __future__ import annotations

from typing import Protocol

from duban.pull import ForgeName, Pull, Push, Review, StatusState


class ForgeError(Exception):
    """The forge did not answer, refused, or answered what cannot be understood; the message never holds a token."""


class Forge(Protocol):
    """One repository on one forge."""

    @property
    def name(self) -> ForgeName:
        """Which kind of forge it is: the roster's accounts are told apart by it."""

    def pulls(self, merged_as: str = "") -> tuple[int, ...]:
        """The numbers of all open pull requests, or of those that were merged by a commit (its full id)."""

    def pull(self, number: int) -> Pull:
        """One pull request, with the accounts of its commits."""

    def reviews(self, number: int) -> tuple[Review, ...]:
        """Every review of a pull request, in the order they were given."""

    def pushes(self, pull: Pull) -> tuple[Push, ...]:
        """When the branch of a pull request came to stand where it stood, in order."""

    def set_status(self, commit: str, state: StatusState, description: str, url: str = "") -> None:
        """Post the one commit status ``duban/sign-off``, unless it stands so already: a forge takes only so many.

        Another address alone is no reason to post; that somebody else posted what stands is one.
        """
