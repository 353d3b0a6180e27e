"""One project on GitLab → the five answers of a Forge."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cached_property
from urllib.parse import quote

from duban.forge import ForgeError, gitlab_answers
from duban.forge.http import Client, RefusalError
from duban.forge.statuses import CONTEXT, Standing, says, status
from duban.pull import Account, ForgeName, Pull, Push, Review, StatusState

_WHOLE = {"per_page": "100"}
_LOOK_BACK = 31
"""How many days before its opening the branch of a merge request may have been pushed, if the pusher is to be found."""
_MOST_ADDRESSES = 100
_SAME_AGAIN = "Cannot transition status via :enqueue from :pending"


class GitLab:
    """A project ``group/…/name``, asked over a client whose base is ``https://HOST/api/v4``."""

    name: ForgeName = "gitlab"

    def __init__(self, client: Client, repository: str) -> None:
        self._client = client
        self._home = project_path(repository)
        self._accounts: dict[int, Account] = {}

    def pulls(self, merged_as: str = "") -> tuple[int, ...]:
        """The numbers of all open merge requests, or of those that a commit merged."""
        if merged_as:
            path = f"{self._home}/repository/commits/{quote(merged_as, safe='')}/merge_requests"
            return gitlab_answers.numbers(self._all(path), merged_as)
        return gitlab_answers.numbers(self._all(f"{self._home}/merge_requests", state="opened"))

    def pull(self, number: int) -> Pull:
        """One merge request, with the accounts that the addresses in its commits belong to."""
        document = self._client.get(self._request(number))
        authors = list(self._authors(self._all(f"{self._request(number)}/commits")))
        source = gitlab_answers.fork(document)
        project = self._client.find(f"/projects/{source}") if source else None
        head_repository = "" if project is None else gitlab_answers.path(project)
        return gitlab_answers.pull(document, self._account, authors, head_repository)

    def reviews(self, number: int) -> tuple[Review, ...]:
        """Who approves now and who wants changes now, in order."""
        approvals = self._client.get(f"{self._request(number)}/approvals")
        notes = self._all(f"{self._request(number)}/notes")
        # Servers that know no wish for changes don't know this list either.
        reviewers = self._client.find_all(f"{self._request(number)}/reviewers", _WHOLE)
        return gitlab_answers.reviews(approvals, notes, reviewers, self._account)

    def pushes(self, pull: Pull) -> tuple[Push, ...]:
        """When a merge request came to stand at its heads, in order, with the pushers if these are found."""
        found = gitlab_answers.versions(self._all(f"{self._request(pull.number)}/versions"))
        if not found or not pull.head_repository:
            return found
        since = date.fromordinal(max(1, date.fromisoformat(found[0].at[:10]).toordinal() - _LOOK_BACK)).isoformat()
        query = {"action": "pushed", "after": since, **_WHOLE}
        # A fork may be hidden.
        events = self._client.find_all(f"{project_path(pull.head_repository)}/events", query)
        return gitlab_answers.with_pushers(found, events, pull.head_ref, self._account)

    def set_status(self, commit: str, state: StatusState, description: str, url: str = "") -> None:
        """Post the one commit status ``duban/sign-off``, unless it stands so already."""
        fields = status(state, description, url)
        fields["name"] = fields.pop("context")
        fields["state"] = "failed" if state == "failure" else state
        if says(self._standing(commit), fields, lambda: self._own_number):
            return
        try:
            self._client.post(f"{self._home}/statuses/{quote(commit, safe='')}", fields)
        except RefusalError as refusal:
            # GitLab takes no second "pending" while the first one stands.
            if state != "pending" or _SAME_AGAIN not in refusal.said:
                raise

    def _standing(self, commit: str) -> Standing | None:
        """The status in the newest pipeline of a commit, where a new one would go and which alone decides.

        None if there is none, or it is not told: then it is posted anew.
        """
        try:
            pipelines = self._client.get(f"{self._home}/pipelines", {"sha": commit, "per_page": "1"})
            newest = gitlab_answers.pipeline(pipelines)
            query = {"name": CONTEXT, "pipeline_id": str(newest), **_WHOLE}
            path = f"{self._home}/repository/commits/{quote(commit, safe='')}/statuses"
            return gitlab_answers.standing(self._client.get(path, query), newest)
        except ForgeError:
            return None

    @cached_property
    def _own_number(self) -> int:
        """The number of the account that the token is of, 0 if it may not be asked for."""
        try:
            return gitlab_answers.own_number(self._client.get("/user"))
        except ForgeError:
            return 0

    def _authors(self, commits: object) -> Iterator[Account]:
        """Commits tell addresses only: the account's number may be in one, else the server is asked whose it is."""
        addresses = gitlab_answers.addresses(commits)
        if len(addresses) > _MOST_ADDRESSES:
            raise ForgeError(f"commits under {len(addresses)} different addresses are more than can be looked up")
        for address in addresses:
            if number := gitlab_answers.number_in(address):
                yield self._account(number)
            elif "@" in address:
                for found in gitlab_answers.users(self._client.get("/users", {"search": address})):
                    yield self._account(found)

    def _account(self, number: int) -> Account:
        if number not in self._accounts:
            found = self._client.find(f"/users/{number}")
            self._accounts[number] = (
                Account(number, "", human=False) if found is None else gitlab_answers.account(found)
            )
        return self._accounts[number]

    def _request(self, number: int) -> str:
        return f"{self._home}/merge_requests/{number}"

    def _all(self, path: str, **query: str) -> list[object]:
        return list(self._client.pages(path, {**query, **_WHOLE}))


def project_path(repository: str) -> str:
    """Where a project's own answers are, below the base address."""
    return f"/projects/{quote(repository, safe='')}"
