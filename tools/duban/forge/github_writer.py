"""Drafts and issues → pull requests and issues of one repository on GitHub or GitHub Enterprise."""

from __future__ import annotations

from duban.forge import Proposed
from duban.forge.answer import Answer
from duban.forge.http import Client, RefusalError
from duban.forge.issue_writer import IssueWriter
from duban.forge.pull_document import newest_of

_WHOLE = {"per_page": "100"}
_UNPROCESSABLE = 422


class GitHubWriter(IssueWriter):
    """Writes to ``owner/name`` over a client as ``GitHub`` asks by."""

    whole = _WHOLE

    def __init__(self, client: Client, repository: str) -> None:
        super().__init__(client, repository)
        self._owner = repository.partition("/")[0]

    def proposed(self, branch: str, base: str) -> Proposed | None:
        """The newest pull request from a branch of this repository into ``base``."""
        query = {"state": "all", "head": f"{self._owner}:{branch}", "base": base, **_WHOLE}
        return newest_of(list(self._client.pages(f"{self._home}/pulls", query)), branch)

    def propose(self, branch: str, base: str, title: str, body: str) -> int:
        """Open a draft; a pull request like any other where the repository's plan knows no drafts."""
        fields = {"title": title, "body": body, "head": branch, "base": base}
        try:
            made = self._client.post(f"{self._home}/pulls", {**fields, "draft": True})
        except RefusalError as refusal:
            if refusal.status != _UNPROCESSABLE or "draft" not in refusal.said.lower():
                raise
            made = self._client.post(f"{self._home}/pulls", fields)
        return Answer(made, "pull")["number"].number()

    def issue(self, title: str) -> int:
        """The open issue of that title. GitHub lists pull requests among the issues."""
        for one in self._client.pages(f"{self._home}/issues", {"state": "open", **_WHOLE}):
            answer = Answer(one, "issue")
            if answer["title"].text() == title and answer.option("pull_request") is None:
                return answer["number"].number()
        return 0
