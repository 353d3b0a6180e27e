"""Drafts and issues → pull requests and issues of one repository on Gitea or Forgejo."""

from __future__ import annotations

from urllib.parse import quote

from duban.forge import Proposed
from duban.forge.answer import Answer
from duban.forge.issue_writer import IssueWriter
from duban.forge.pull_document import newest_of

_WHOLE = {"limit": "50"}
_DRAFT = "WIP: "
"""What a title begins with that the server takes for a draft's, unless its administrator changed that."""


class GiteaWriter(IssueWriter):
    """Writes to ``owner/name`` over a client as ``Gitea`` asks by."""

    whole = _WHOLE

    def proposed(self, branch: str, base: str) -> Proposed | None:
        """The pull request from a branch into ``base``; the server tells one, and duban opens only one."""
        found = self._client.find(f"{self._home}/pulls/{quote(base, safe='')}/{quote(branch)}")
        return newest_of([] if found is None else [found], branch)

    def propose(self, branch: str, base: str, title: str, body: str) -> int:
        """Open a pull request whose title marks it as a draft."""
        fields = {"title": f"{_DRAFT}{title}", "body": body, "head": branch, "base": base}
        return Answer(self._client.post(f"{self._home}/pulls", fields), "pull")["number"].number()

    def issue(self, title: str) -> int:
        """The open issue of that title."""
        query = {"state": "open", "type": "issues", **_WHOLE}
        for one in self._client.numbered(f"{self._home}/issues", query):
            answer = Answer(one, "issue")
            if answer["title"].text() == title:
                return answer["number"].number()
        return 0
