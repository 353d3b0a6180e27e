"""Issues, comments and closing as GitHub takes them and Gitea after it → written over a client."""

from __future__ import annotations

from duban.forge.answer import Answer
from duban.forge.http import Client


class IssueWriter:
    """The part of a Writer that is the same on both, for one repository ``owner/name``."""

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

    def comment(self, issue: int, body: str) -> None:
        """Comment an issue, or a pull request, which is one too."""
        self._client.post(f"{self._home}/issues/{issue}/comments", {"body": body})
