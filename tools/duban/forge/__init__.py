"""What duban asks of a forge and writes there, the same for GitHub, Gitea and Forgejo, and GitLab."""

from __future__ import annotations

from typing import Literal, NamedTuple, Protocol

from duban.issue import Issue
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


class Proposed(NamedTuple):
    """A pull request that was opened from a branch: its number, and what became of it."""

    number: int
    state: Literal["open", "closed", "merged"]


class Writer(Protocol):
    """What duban opens and closes of its own in one repository: drafts, issues that carry reminders, answers to leads.

    Titles are one line of plain text, texts are Markdown; both are the caller's to make harmless.
    """

    def proposed(self, branch: str, base: str) -> Proposed | None:
        """The newest pull request from a branch of this repository into ``base``, open or not."""

    def propose(self, branch: str, base: str, title: str, body: str) -> int:
        """Open a pull request, marked as a draft where the forge can; its number."""

    def withdraw(self, number: int, why: str) -> None:
        """Say in a pull request why it is not wanted any more, and close it."""

    def issue(self, title: str) -> int:
        """The number of the open issue with exactly this title, 0 where there is none."""

    def open_issue(self, title: str, body: str) -> int:
        """Open an issue; its number."""

    def comment(self, issue: int, body: str) -> None:
        """Add a comment to an issue."""

    def told(self, issue: int) -> Issue:
        """An issue that somebody opened, as the forge tells it."""

    def comments(self, issue: int) -> tuple[str, ...]:
        """Everything that was said below an issue, in order."""
