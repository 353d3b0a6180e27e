"""One repository on GitHub or GitHub Enterprise → the five answers of a Forge."""

from __future__ import annotations

from functools import cached_property
from urllib.parse import quote

from duban.forge import ForgeError, github_answers
from duban.forge.answer import Answer
from duban.forge.http import Client
from duban.forge.pull_document import numbers_of
from duban.forge.statuses import MOST_PAGES, newest, says, status
from duban.pull import ForgeName, Pull, Push, Review, StatusState

_WHOLE = {"per_page": "100"}


class GitHub:
    """A repository ``owner/name``, asked over a client whose base is ``https://api.github.com`` or ``…/api/v3``."""

    name: ForgeName = "github"

    def __init__(self, client: Client, repository: str) -> None:
        self._client = client
        self._home = f"/repos/{repository}"

    def pulls(self, merged_as: str = "") -> tuple[int, ...]:
        """The numbers of all open pull requests, or of those that a commit merged."""
        if merged_as:
            listed = self._client.pages(f"{self._home}/commits/{quote(merged_as, safe='')}/pulls", _WHOLE)
        else:
            listed = self._client.pages(f"{self._home}/pulls", {"state": "open", **_WHOLE})
        return numbers_of(list(listed), merged_as)

    def pull(self, number: int) -> Pull:
        """One pull request, with the accounts of its commits."""
        document = self._client.get(f"{self._home}/pulls/{number}")
        commits = list(self._client.pages(f"{self._home}/pulls/{number}/commits", _WHOLE))
        # GitHub lists 250 commits at most: whoever made the others could sign for their own work.
        count = Answer(document, "pull")["commits"].number()
        if count > len(commits):
            raise ForgeError(f"pull request {number}: GitHub lists {len(commits)} of its {count} commits")
        return github_answers.pull(document, commits)

    def reviews(self, number: int) -> tuple[Review, ...]:
        """Every review of a pull request that was submitted, in order."""
        return github_answers.reviews(list(self._client.pages(f"{self._home}/pulls/{number}/reviews", _WHOLE)))

    def pushes(self, pull: Pull) -> tuple[Push, ...]:
        """The pushes to the branch of a pull request, in order; none if its fork is gone or hidden."""
        if not pull.head_repository:
            return ()
        ref = f"refs/heads/{pull.head_ref}"
        listed = self._client.find_all(f"/repos/{pull.head_repository}/activity", {"ref": ref, **_WHOLE})
        return github_answers.pushes(listed, ref)

    def set_status(self, commit: str, state: StatusState, description: str, url: str = "") -> None:
        """Post the one commit status ``duban/sign-off``, unless it stands so already."""
        fields = status(state, description, url)
        path = f"{self._home}/commits/{quote(commit, safe='')}/statuses"
        standing = newest(self._client.leaves(path, _WHOLE, MOST_PAGES), github_answers.standing)
        if not says(standing, fields, lambda: self._own_number):
            self._client.post(f"{self._home}/statuses/{quote(commit, safe='')}", fields)

    @cached_property
    def _own_number(self) -> int:
        """The number of the account that the token is of, 0 if GitHub doesn't tell. An App may not ask ``/user``."""
        try:
            return github_answers.own_number(self._client.graphql("{viewer{databaseId}}"))
        except ForgeError:
            return 0
