"""Issues, comments and closing as GitHub takes them and Gitea after it → written over a client."""

from __future__ import annotations

from collections.abc import Mapping

from duban.forge.answer import Answer
from duban.forge.http import Client
from duban.forge.issue_document import comments_of, issue_of
from duban.issue import Issue


class IssueWriter:
    """The part of a Writer that is the same on both, for one repository ``owner/name``.

    ``whole`` asks for as much of a list at once as the forge gives.
    """

    whole: Mapping[str, str] = {}

    def __init__(self, client: Client, repository: str) -> None:
        self._client = client
        self._home = f"/repos/{repository}"

    def withdraw(self, number: int, why: str) -> None:
        """Say why, and close."""
        self.comment(number, why)
        self._client.change(f"{self._home}/pulls/{number}", {"state": "closed"})

    def open_issue(self, title: str, body: str) -> int:
        """Open an issue."""
        made = self._client.post(f"{self._home}/issues", {"title": title, "body": body})
        return Answer(made, "issue")["number"].number()

    def told(self, issue: int) -> Issue:
        """An issue, as somebody opened it."""
        return issue_of(self._client.get(f"{self._home}/issues/{issue}"))

    def comments(self, issue: int) -> tuple[str, ...]:
        """What was said below it."""
        return comments_of(self._client.pages(f"{self._home}/issues/{issue}/comments", self.whole))

    def comment(self, issue: int, body: str) -> None:
        """Comment an issue, or a pull request, which is one too."""
        self._client.post(f"{self._home}/issues/{issue}/comments", {"body": body})
