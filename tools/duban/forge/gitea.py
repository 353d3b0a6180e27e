"""One repository on Gitea or Forgejo → the five answers of a Forge."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from urllib.parse import quote

from duban.forge import ForgeError, gitea_answers
from duban.forge.http import Client
from duban.forge.pull_document import numbers_of
from duban.forge.statuses import MOST_PAGES, newest, says, status
from duban.pull import ForgeName, Pull, Push, Review, StatusState

_WHOLE = {"limit": "50"}
"""What a server gives at most where nobody raised MAX_RESPONSE_ITEMS."""


class Gitea:
    """A repository ``owner/name``, asked over a client whose base is ``https://HOST/api/v1``.

    Lists are asked for by page number: some have no Link header, and the links of others
    lead to the server's public address, which need not be the one it was asked at.
    """

    name: ForgeName = "gitea"

    def __init__(self, client: Client, repository: str) -> None:
        self._client = client
        self._home = f"/repos/{repository}"

    def pulls(self, merged_as: str = "") -> tuple[int, ...]:
        """The numbers of all open pull requests, or of those that a commit merged."""
        if not merged_as:
            return numbers_of(list(self._client.numbered(f"{self._home}/pulls", {"state": "open", **_WHOLE})))
        found = self._client.find(f"{self._home}/commits/{quote(merged_as, safe='')}/pull")
        return numbers_of([] if found is None else [found], merged_as)

    def pull(self, number: int) -> Pull:
        """One pull request, with the accounts of its commits."""
        document = self._client.get(f"{self._home}/pulls/{number}")
        brief = {"verification": "false", "files": "false"}
        commits = self._client.numbered(f"{self._home}/pulls/{number}/commits", {**brief, **_WHOLE})
        found = gitea_answers.pull(document, list(commits))
        return replace(found, head=self._merged_head(number) or found.head) if found.merged_at else found

    def reviews(self, number: int) -> tuple[Review, ...]:
        """Every review of a pull request that was submitted, in order."""
        return gitea_answers.reviews(list(self._client.numbered(f"{self._home}/pulls/{number}/reviews", _WHOLE)))

    def pushes(self, pull: Pull) -> tuple[Push, ...]:
        """The pushes to the branch of a pull request, in order, and its opening."""
        # Without a page the server tells all at once. By pages, one could be empty and not be the last:
        # comments on lines count for the page, but are left out of the answer.
        timeline = self._client.get(f"{self._home}/issues/{pull.number}/timeline")
        found = gitea_answers.pushes(timeline)
        return found or (gitea_answers.opening(self._client.get(f"{self._home}/pulls/{pull.number}")),)

    def set_status(self, commit: str, state: StatusState, description: str, url: str = "") -> None:
        """Post the one commit status ``duban/sign-off``, unless it stands so already."""
        fields = status(state, description, url)
        path = f"{self._home}/commits/{quote(commit, safe='')}/statuses"
        standing = newest(self._client.leaves(path, _WHOLE, MOST_PAGES), gitea_answers.standing)
        if not says(standing, fields, lambda: self._own_number):
            self._client.post(f"{self._home}/statuses/{quote(commit, safe='')}", fields)

    @cached_property
    def _own_number(self) -> int:
        """The number of the account that the token is of, 0 if it may not be asked for."""
        try:
            return gitea_answers.own_number(self._client.get("/user"))
        except ForgeError:
            return 0

    def _merged_head(self, number: int) -> str:
        """The head that was merged: in a merged pull request the server tells where the branch stands now."""
        ref = f"refs/pull/{number}/head"
        found = self._client.find(f"{self._home}/git/{ref}")
        return "" if found is None else gitea_answers.head(found, ref)
