"""Drafts and issues → merge requests and issues of one project on GitLab."""

from __future__ import annotations

from typing import Literal

from duban.forge import Proposed
from duban.forge.answer import Answer
from duban.forge.gitlab import project_path
from duban.forge.http import Client
from duban.forge.issue_document import comments_of, issue_of
from duban.issue import Issue

_WHOLE = {"per_page": "100"}
_DRAFT = "Draft: "
_STATES: dict[str, Literal["open", "closed", "merged"]] = {
    "opened": "open",
    "locked": "open",
    "closed": "closed",
    "merged": "merged",
}


class GitLabWriter:
    """Writes to ``group/…/name`` over a client as ``GitLab`` asks by."""

    def __init__(self, client: Client, repository: str) -> None:
        self._client = client
        self._home = project_path(repository)

    def proposed(self, branch: str, base: str) -> Proposed | None:
        """The newest merge request from a branch of this project into ``base``."""
        query = {"state": "all", "source_branch": branch, "target_branch": base, **_WHOLE}
        found = []
        for one in self._client.pages(f"{self._home}/merge_requests", query):
            answer = Answer(one, "pull")
            source = answer.option("source_project_id")
            if source and source.number() == answer["target_project_id"].number():
                found.append(Proposed(answer["iid"].number(), answer["state"].choice(_STATES)))
        return max(found, default=None)

    def propose(self, branch: str, base: str, title: str, body: str) -> int:
        """Open a draft."""
        fields = {
            "source_branch": branch,
            "target_branch": base,
            "title": f"{_DRAFT}{title}",
            "description": body,
            "remove_source_branch": True,
        }
        return Answer(self._client.post(f"{self._home}/merge_requests", fields), "pull")["iid"].number()

    def withdraw(self, number: int, why: str) -> None:
        """Say why, and close."""
        request = f"{self._home}/merge_requests/{number}"
        self._client.post(f"{request}/notes", {"body": why})
        self._client.change(request, {"state_event": "close"}, "PUT")

    def issue(self, title: str) -> int:
        """The open issue of that title; the search finds what contains it."""
        query = {"state": "opened", "search": title, "in": "title", **_WHOLE}
        for one in self._client.pages(f"{self._home}/issues", query):
            answer = Answer(one, "issue")
            if answer["title"].text() == title:
                return answer["iid"].number()
        return 0

    def open_issue(self, title: str, body: str) -> int:
        """Open an issue."""
        made = self._client.post(f"{self._home}/issues", {"title": title, "description": body})
        return Answer(made, "issue")["iid"].number()

    def comment(self, issue: int, body: str) -> None:
        """Comment an issue."""
        self._client.post(f"{self._home}/issues/{issue}/notes", {"body": body})

    def told(self, issue: int) -> Issue:
        """An issue, as somebody opened it."""
        return issue_of(self._client.get(f"{self._home}/issues/{issue}"))

    def comments(self, issue: int) -> tuple[str, ...]:
        """What was said below it."""
        return comments_of(self._client.pages(f"{self._home}/issues/{issue}/notes", _WHOLE))
