"""The five questions to each forge, over a real server; GitHub's side of it held to its own description of its API."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from duban.forge import Forge, ForgeError
from duban.forge.chosen import forge_of
from duban.forge.gitea import Gitea
from duban.forge.github import GitHub
from duban.forge.gitlab import GitLab
from duban.forge.http import RefusalError
from duban.pull import FORGES, Account, Pull, Push
from forge_documents import (
    BASE,
    HEAD,
    MERGE,
    gitea_event,
    gitea_pull,
    gitea_review,
    gitea_status,
    gitea_user,
    github_pull,
    github_status,
    github_user,
    github_viewer,
    gitlab_approvals,
    gitlab_event,
    gitlab_note,
    gitlab_pull,
    gitlab_reviewers,
    gitlab_status,
    gitlab_user,
    gitlab_versions,
)
from forge_server import SECRET, Asked, Description, ForgeServer, Told, client_of, counted, data, linked

REST = data("rest")
OCTOCAT = Account(1, "octocat")
PULL = Pull(17, "county/ledger", "main", "2019-0051", "clerk/ledger", HEAD, Account(7, "user7"))
GITLAB = "/api/v4/projects/county%2Foffice%2Fledger"


@pytest.fixture
def server() -> Iterator[ForgeServer]:
    with ForgeServer() as running:
        yield running


@pytest.fixture
def github(server: ForgeServer) -> GitHub:
    return GitHub(client_of(server.url), "county/ledger")


@pytest.fixture
def gitea(server: ForgeServer) -> Gitea:
    return Gitea(client_of(f"{server.url}/api/v1"), "county/ledger")


@pytest.fixture
def gitlab(server: ForgeServer) -> GitLab:
    return GitLab(client_of(f"{server.url}/api/v4"), "county/office/ledger")


def example(name: str, **fields: Any) -> Any:
    """A published example. Its teams, which duban never reads, lack a field that its schema requires."""
    found = REST[name][0] if isinstance(REST[name], list) else REST[name]
    return {**found, **({"requested_teams": []} if "requested_teams" in found else {}), **fields}


def activity(kind: str, after: str, at: str) -> Any:
    """GitHub's example of an activity with the fields that its schema has instead of pushed_at and pusher."""
    old = example("activity-items", after=after, ref="refs/heads/new-topic")
    actor = old.pop("pusher")
    del old["pushed_at"], old["push_type"]
    return {**old, "timestamp": at, "activity_type": kind, "actor": actor}


@pytest.mark.parametrize(("description", "prefix"), [("api.github.com", ""), ("ghes-3.19", "/api/v3")])
def test_github_is_asked_and_answers_as_it_says_itself(server: ForgeServer, description: str, prefix: str) -> None:
    home = f"{prefix}/repos/octocat/Hello-World"
    old, new = activity("push", BASE, "2011-01-26T19:00:00Z"), activity("force_push", HEAD, "2011-01-26T19:06:43Z")
    deleted = activity("branch_deletion", "0" * 40, "2011-01-26T20:00:00Z")
    commits = [example("commit-items"), example("commit-items", author=None, committer={})]
    reviews = [example("pull-request-review-items", id=number, user=None) for number in (80, 81, 82)]
    merged = example("pull-request-simple-items", number=5, merge_commit_sha=MERGE)
    server.tell(f"{home}/pulls", linked([example("pull-request-simple-items", number=n) for n in (3, 1, 2)], 2))
    server.tell(f"{home}/commits/{MERGE}/pulls", Told([merged, example("pull-request-simple-items", number=6)]))
    server.tell(f"{home}/pulls/1347", Told(example("pull-request", commits=2)))
    server.tell(f"{home}/pulls/1347/commits", linked(commits, 1))
    server.tell(f"{home}/pulls/1347/reviews", linked(reviews, 2))
    more = {"Link": f'<{server.url}{home}/activity?after=CURSOR>; rel="next"'}
    server.tell(f"{home}/activity", Told([deleted, new], headers=more), Told([old]))
    others = [example("status-items"), example("status-items", creator=None, description=None, target_url=None)]
    said = example("status-items", context="duban/sign-off", state="pending", description="还差：局长")
    server.tell(f"{home}/commits/{HEAD}/statuses", linked(others, 1))
    server.tell(f"{home}/statuses/{HEAD}", Told(example("status"), 201), method="POST")
    server.tell("/api/graphql" if prefix else "/graphql", Told(github_viewer(1)), method="POST")

    forge = GitHub(client_of(server.url + prefix), "octocat/Hello-World")
    assert forge.pulls() == (1, 2, 3)
    assert forge.pulls(merged_as=MERGE) == (5,)
    pull = forge.pull(1347)
    assert (pull.number, pull.author, pull.authors) == (1347, OCTOCAT, (OCTOCAT,))
    assert [review.id for review in forge.reviews(1347)] == [80, 81, 82]
    assert forge.pushes(pull) == (
        Push(BASE, "2011-01-26T19:00:00.000Z", OCTOCAT),
        Push(HEAD, "2011-01-26T19:06:43.000Z", OCTOCAT),
    )
    forge.set_status(HEAD, "success", "签批齐全", "https://ci.example.com/1")
    server.tell(f"{home}/commits/{HEAD}/statuses", Told([*others, said]))
    for state in ("success", "failure", "pending", "pending"):
        forge.set_status(HEAD, state, "还差：局长", "https://ci.example.com/2")
    assert [body["state"] for body in posted(server)] == ["success", "success", "failure"]

    described = Description(description)
    assert len(server.exchanges) == 21
    asked = [one for one in server.asked if one.path.endswith("/graphql")]
    path = {"": "/graphql", "/api/v3": "/api/graphql"}[prefix]
    assert [(one.path, one.body) for one in asked] == [(path, {"query": "{viewer{databaseId}}"})]
    rest = [exchange for exchange in server.exchanges if not exchange[0].path.endswith("/graphql")]
    assert [misfit for asked, told in rest for misfit in described.misfits(asked, told, prefix)] == []


def test_the_description_would_tell() -> None:
    described = Description("api.github.com")
    asked = Asked("GET", "/repos/o/r/pulls/1", {"expand": "all"}, {})
    told = Told({**example("pull-request"), "number": "1"})
    assert described.misfits(asked, told, "") == [
        "GET /repos/{owner}/{repo}/pulls/{pull_number}: no query expand",
        "$.number: '1' is not of type 'integer'",
    ]
    assert described.misfits(replace(asked, path="/repos/o/r/pull/1"), told, "") != []
    status = Asked("POST", f"/repos/o/r/statuses/{HEAD}", {}, {}, {"state": "passed"})
    assert len(described.misfits(status, Told(example("status"), 201), "")) == 1


def test_a_pull_request_of_more_commits_than_github_lists_is_an_error(server: ForgeServer, github: GitHub) -> None:
    server.serve({"/repos/county/ledger/pulls/17": {**github_pull(), "commits": 251}})
    server.tell("/repos/county/ledger/pulls/17/commits", linked([{}] * 250, 100))
    with pytest.raises(ForgeError, match="lists 250 of its 251 commits"):
        github.pull(17)


def test_github_is_asked_for_the_branch_of_the_fork(server: ForgeServer, github: GitHub) -> None:
    server.serve({"/repos/clerk/ledger/activity": []})
    assert github.pushes(replace(PULL, head_ref="办理/2019&0051 #1")) == ()
    assert server.asked[0].query == {"ref": "refs/heads/办理/2019&0051 #1", "per_page": "100"}
    assert github.pushes(replace(PULL, head_repository="")) == ()
    assert len(server.asked) == 1
    assert github.pushes(replace(PULL, head_repository="clerk/hidden")) == ()


@pytest.mark.parametrize("name", FORGES)
def test_a_status_is_short_and_on_one_line(server: ForgeServer, name: str, request: pytest.FixtureRequest) -> None:
    forge: Forge = request.getfixturevalue(name)
    home = {"github": "/repos/county/ledger", "gitea": "/api/v1/repos/county/ledger", "gitlab": GITLAB}[name]
    key = "name" if name == "gitlab" else "context"
    assert forge.name == name
    server.tell(f"{home}/statuses/{HEAD}", Told({}, 201), method="POST")
    forge.set_status(HEAD, "failure", "还缺：\n局长" + "、副局长" * 50)
    forge.set_status(HEAD, "success", "签" * 140, "https://ci.example.com/1")
    first, second = posted(server)
    assert first == {
        key: "duban/sign-off",
        "state": "failed" if name == "gitlab" else "failure",
        "description": ("还缺： 局长" + "、副局长" * 50)[:139] + "…",
    }
    assert second == {
        key: "duban/sign-off",
        "state": "success",
        "description": "签" * 140,
        "target_url": "https://ci.example.com/1",
    }


def posted(server: ForgeServer) -> list[Any]:
    """The statuses that came in."""
    return [asked.body for asked in server.asked if asked.method == "POST" and "/statuses/" in asked.path]


class Commit:
    """A commit on a forge: what its statuses say, and whose the token is, which is account 41's if it is told."""

    def __init__(self, server: ForgeServer, name: str, forge: Forge) -> None:
        self.server, self.name, self.forge = server, name, forge
        home = {"github": "/repos/county/ledger", "gitea": "/api/v1/repos/county/ledger", "gitlab": GITLAB}[name]
        self.list = (
            f"{home}/repository/commits/{HEAD}/statuses" if name == "gitlab" else f"{home}/commits/{HEAD}/statuses"
        )
        self.me = {"github": "/graphql", "gitea": "/api/v1/user", "gitlab": "/api/v4/user"}[name]
        server.tell(f"{home}/statuses/{HEAD}", Told({}, 201), method="POST")
        server.tell(f"{home}/pipelines", Told([{"id": 101}]))
        self.is_told(41)

    def is_told(self, account: int | None, status: int = 200) -> None:
        """Answer whose the token is."""
        mine = {"github": github_viewer, "gitea": gitea_user, "gitlab": gitlab_user}[self.name]
        document = {"message": "Forbidden"} if account is None else mine(account)
        self.server.tell(self.me, Told(document, status), method="POST" if self.name == "github" else "GET")

    def row(self, number: int = 4, account: int = 41, **fields: Any) -> Any:
        """A status of ours as this forge tells it, which says pending and "还差：局长", or else what it is to say."""
        if "state" in fields and self.name != "github":
            fields["status"] = fields.pop("state")
        if self.name == "github":
            return github_status(id=number, creator=github_user(account), **fields)
        if self.name == "gitea":
            return gitea_status(id=number, creator=gitea_user(account), **fields)
        return gitlab_status(id=number, author=gitlab_user(account), **fields)

    def posts(self, *rows: Any) -> bool:
        """Whether a status is posted where these stand, the newest first."""
        self.server.tell(self.list, lambda asked: Told([] if asked.query.get("page", "1") > "1" else list(rows)))
        return self.does()

    def does(
        self, state: Any = "pending", description: str = "还差：局长", url: str = "https://ci.example.com/2"
    ) -> bool:
        """Whether this is posted where what was told last stands."""
        count = len(posted(self.server))
        self.forge.set_status(HEAD, state, description, url)
        return len(posted(self.server)) > count


@pytest.fixture(params=FORGES)
def commit(server: ForgeServer, request: pytest.FixtureRequest) -> Commit:
    return Commit(server, request.param, request.getfixturevalue(request.param))


def test_a_status_is_not_posted_while_it_stands_so(commit: Commit) -> None:
    assert commit.posts()
    assert not commit.posts(commit.row())
    assert not commit.posts(commit.row(target_url=None))
    assert not commit.posts(commit.row(description=" 还差：局长\n"))
    assert not commit.posts(commit.row(9), commit.row(4, state="success"), commit.row(2))
    assert not commit.does(description="还差：局长\n", url="")
    assert commit.does("success")
    assert commit.does("failure")
    assert commit.does(description="还差：副局长")
    assert commit.posts(commit.row(description=None))
    assert commit.posts(commit.row(9, state="success"), commit.row(4))


def test_a_failure_that_stands_is_known(commit: Commit) -> None:
    fails = "failed" if commit.name == "gitlab" else "failure"
    commit.server.tell(commit.list, Told([commit.row(state=fails, description="签" * 139 + "…")]))
    assert not commit.does("failure", "签" * 200)
    assert commit.does("failure", "签" * 140)


def test_what_another_posted_keeps_ours_from_nothing(commit: Commit) -> None:
    """GitHub can be told whose statuses count: the same words of another would leave the gate shut for good."""
    assert commit.posts(commit.row(9, account=7), commit.row(4))
    assert commit.posts(commit.row(9, account=7, state="success"), commit.row(4))
    assert commit.posts({**commit.row(9), "creator": None, "author": None})
    assert not commit.posts(commit.row(9), commit.row(4, account=7, state="success"))
    asked = [asked.path for asked in commit.server.asked]
    assert asked.count(commit.me) == 1


@pytest.mark.parametrize("status", [200, 401, 403, 404, 500])
def test_who_does_not_know_who_they_are_goes_by_the_words(commit: Commit, status: int) -> None:
    commit.is_told(None, status)
    assert not commit.posts(commit.row(9, account=7))
    assert not commit.posts(commit.row(9, account=7))
    assert commit.posts(commit.row(9, account=7, state="success"))
    assert commit.server.paths.count(commit.me) == 1


def test_who_they_are_is_not_asked_without_need(commit: Commit) -> None:
    assert commit.posts()
    assert commit.posts(commit.row(state="success"))
    assert commit.me not in commit.server.paths


@pytest.mark.parametrize(
    "told",
    [
        Told({"message": "no"}, 403),
        Told({"message": "no"}, 404),
        Told({"message": "no"}, 500),
        Told({"message": "no list"}),
        Told([7]),
        Told(content=b"<html>"),
        Told(status=302, headers={"Location": "https://elsewhere.test/"}),
    ],
)
def test_a_status_is_posted_where_none_is_told(commit: Commit, told: Told) -> None:
    """A post too many does little harm, but an old verdict would that stays for want of one."""
    commit.server.tell(commit.list, told)
    assert commit.does()
    assert commit.does()


def test_a_status_that_cannot_be_posted_is_an_error(commit: Commit) -> None:
    commit.server.tell(commit.list, Told(status=403))
    commit.server.tell(
        f"{commit.list.partition('/repository')[0].partition('/commits')[0]}/statuses/{HEAD}",
        Told(status=422),
        method="POST",
    )
    with pytest.raises(RefusalError, match="422"):
        commit.does()


@pytest.mark.parametrize("name", ["github", "gitea"])
def test_ours_is_looked_for_among_the_first_of_others(
    server: ForgeServer, name: str, request: pytest.FixtureRequest
) -> None:
    commit = Commit(server, name, request.getfixturevalue(name))
    for before, pages, posts in ((0, 1, False), (1, 1, False), (2, 2, False), (5, 3, False), (6, 3, True)):
        rows = [*[commit.row(context="ci") for _ in range(before)], commit.row(), *[commit.row(context="ci")] * 9]
        server.tell(commit.list, counted(rows, 2))
        count = server.paths.count(commit.list)
        assert commit.does() is posts
        assert server.paths.count(commit.list) - count == pages
    size = {"github": {"per_page": "100"}, "gitea": {"limit": "50"}}[name]
    assert next(asked.query for asked in server.asked if asked.path == commit.list) == {"page": "1", **size}


def test_a_newer_pipeline_of_gitlab_has_no_status_yet(server: ForgeServer, gitlab: GitLab) -> None:
    """GitLab goes by the newest pipeline of a commit alone, and what is posted is put there."""
    commit = Commit(server, "gitlab", gitlab)
    server.tell(commit.list, Told([commit.row()]))
    assert not commit.does()
    first, second = server.asked[:2]
    assert (first.path, first.query) == (f"{GITLAB}/pipelines", {"sha": HEAD, "per_page": "1"})
    assert second.query == {"name": "duban/sign-off", "pipeline_id": "101", "per_page": "100"}
    for told in (Told([{"id": 102}]), Told([]), Told({"message": "no"}, 403), Told({"message": "no"}, 404)):
        server.tell(f"{GITLAB}/pipelines", told)
        assert commit.does()


def test_gitea_lists_by_page_numbers(server: ForgeServer, gitea: Gitea) -> None:
    home = "/api/v1/repos/county/ledger"
    server.tell(f"{home}/pulls", counted([{**gitea_pull(), "number": number} for number in (3, 1, 2)], 2))
    server.tell(f"{home}/pulls/17/reviews", counted([gitea_review(id=number) for number in (1, 2, 3)], 2))
    assert gitea.pulls() == (1, 2, 3)
    assert [review.id for review in gitea.reviews(17)] == [1, 2, 3]
    assert [asked.query for asked in server.asked[:3]] == [
        {"page": str(page), "state": "open", "limit": "50"} for page in (1, 2, 3)
    ]


def test_the_pull_request_that_a_commit_merged_on_gitea(server: ForgeServer, gitea: Gitea) -> None:
    path = "/api/v1/repos/county/ledger/commits/{}/pull"
    server.serve({path.format(MERGE): gitea_pull(), path.format(BASE): gitea_pull()})
    assert gitea.pulls(merged_as=MERGE) == (17,)
    assert gitea.pulls(merged_as=BASE) == ()
    assert gitea.pulls(merged_as=HEAD) == ()


def test_a_pull_request_of_gitea_with_the_head_that_was_merged(server: ForgeServer, gitea: Gitea) -> None:
    home = "/api/v1/repos/county/ledger"
    commits = [{"author": gitea_user(5), "committer": None}, {"author": gitea_user(5), "committer": gitea_user(-2)}]
    server.serve({f"{home}/pulls/17": gitea_pull()})
    server.tell(f"{home}/pulls/17/commits", counted(commits, 1))
    assert gitea.pull(17).head == HEAD
    server.serve({f"{home}/git/refs/pull/17/head": {"ref": "refs/pull/17/head", "object": {"sha": BASE}}})
    found = gitea.pull(17)
    assert (found.head, found.merge) == (BASE, MERGE)
    assert found.authors == (Account(5, "user5"), Account(-2, "user-2", human=False))
    still_open = {**gitea_pull(), "state": "open", "merged": False, "merged_at": None, "merge_commit_sha": None}
    server.serve({f"{home}/pulls/17": still_open})
    assert gitea.pull(17).head == HEAD


def test_the_pushes_of_gitea_are_in_the_timeline(server: ForgeServer, gitea: Gitea) -> None:
    home = "/api/v1/repos/county/ledger"
    server.serve({f"{home}/issues/17/timeline": [gitea_event(BASE), {**gitea_event(), "type": "label", "body": ""}]})
    assert gitea.pushes(PULL) == (Push(BASE, "2019-07-05T01:00:00.000Z", Account(7, "user7")),)
    assert server.asked[0].query == {}
    server.serve({f"{home}/issues/17/timeline": None, f"{home}/pulls/17": gitea_pull()})
    assert gitea.pushes(PULL) == (Push(HEAD, "2019-07-05T00:00:00.000Z", Account(7, "user7")),)


def people(*numbers: int, bots: tuple[int, ...] = ()) -> Mapping[str, Any]:
    """The pages of accounts on GitLab."""
    return {f"/api/v4/users/{number}": {**gitlab_user(number), "bot": number in bots} for number in numbers}


def test_a_merge_request_of_gitlab_with_all_its_people(server: ForgeServer, gitlab: GitLab) -> None:
    addresses = [
        "5-user5@users.noreply.gitlab.com",
        "a@county.gov",
        "nobody@county.gov",
        "7-user7@users.noreply.h",
        "x",
    ]
    commits = [{"author_email": address, "committer_email": "a@county.gov"} for address in addresses]
    server.serve({f"{GITLAB}/merge_requests/17": gitlab_pull(), **people(5, 7, 9, 11, bots=(11,))})
    server.serve({"/api/v4/projects/2": {"path_with_namespace": "clerk/ledger"}})
    server.tell(f"{GITLAB}/merge_requests/17/commits", linked(commits, 2))
    server.tell("/api/v4/users", lambda asked: Told([gitlab_user(11)] if asked.query["search"][0] == "a" else []))
    found = gitlab.pull(17)
    assert found.authors == (Account(5, "user5"), Account(11, "user11", human=False), Account(7, "user7"))
    assert (found.author, found.merged_by) == (Account(7, "user7"), Account(9, "user9"))
    assert (found.repository, found.head_repository) == ("county/office/ledger", "clerk/ledger")
    assert [asked.query for asked in server.asked if asked.path == "/api/v4/users"] == [
        {"search": "a@county.gov"},
        {"search": "nobody@county.gov"},
    ]
    assert server.paths.count("/api/v4/users/7") == 1


def test_a_fork_and_an_account_that_are_hidden(server: ForgeServer, gitlab: GitLab) -> None:
    server.serve({f"{GITLAB}/merge_requests/17": gitlab_pull(), f"{GITLAB}/merge_requests/17/commits": []})
    found = gitlab.pull(17)
    assert (found.head_repository, found.author) == ("", Account(7, "", human=False))


def test_more_addresses_than_can_be_looked_up_are_an_error(server: ForgeServer, gitlab: GitLab) -> None:
    commits = [{"author_email": f"{number}@county.gov"} for number in range(101)]
    server.serve({f"{GITLAB}/merge_requests/17": gitlab_pull(), f"{GITLAB}/merge_requests/17/commits": commits})
    with pytest.raises(ForgeError, match="101 different addresses"):
        gitlab.pull(17)


def test_merge_requests_of_gitlab(server: ForgeServer, gitlab: GitLab) -> None:
    server.tell(f"{GITLAB}/merge_requests", linked([{"iid": number} for number in (3, 1, 2)], 2))
    server.serve({f"{GITLAB}/repository/commits/{MERGE}/merge_requests": [gitlab_pull()]})
    assert gitlab.pulls() == (1, 2, 3)
    assert server.asked[0].query == {"state": "opened", "per_page": "100"}
    assert gitlab.pulls(merged_as=MERGE) == (17,)


def test_reviews_on_gitlab(server: ForgeServer, gitlab: GitLab) -> None:
    notes = [
        gitlab_note("approved this merge request"),
        gitlab_note("requested changes", author=gitlab_user(9), id=303),
    ]
    request = f"{GITLAB}/merge_requests/17"
    server.serve({f"{request}/approvals": gitlab_approvals(), f"{request}/reviewers": gitlab_reviewers()})
    server.serve(people(7, 9))
    server.tell(f"{request}/notes", linked(notes, 1))
    found = gitlab.reviews(17)
    assert [(review.id, review.account.login, review.state) for review in found] == [
        (302, "user7", "APPROVED"),
        (303, "user9", "CHANGES_REQUESTED"),
    ]
    assert {(review.commit, review.body) for review in found} == {("", "")}
    server.tell(f"{request}/reviewers", Told({"error": "404 Not Found"}, 404))
    assert [review.state for review in gitlab.reviews(17)] == ["APPROVED"]
    server.tell(f"{request}/reviewers", Told({"message": "403 Forbidden"}, 403))
    with pytest.raises(RefusalError):
        gitlab.reviews(17)


def test_pushes_on_gitlab(server: ForgeServer, gitlab: GitLab) -> None:
    versions, events = f"{GITLAB}/merge_requests/17/versions", "/api/v4/projects/clerk%2Fledger/events"
    server.serve({versions: gitlab_versions(), events: [gitlab_event(7)], **people(7)})
    first, second = gitlab.pushes(PULL)
    assert (first, second.account) == (Push(BASE, "2019-07-04T01:00:00.000Z"), Account(7, "user7"))
    assert server.asked[1].query == {"action": "pushed", "after": "2019-06-03", "per_page": "100"}
    server.tell(events, Told(status=404))
    hidden = gitlab.pushes(PULL)
    assert [push.account for push in hidden] == [None, None]
    count = len(server.asked)
    assert gitlab.pushes(replace(PULL, head_repository="")) == hidden
    long_ago = [{"head_commit_sha": HEAD, "created_at": "0001-01-01T00:00:00Z"}]
    server.serve({versions: long_ago})
    assert [push.after for push in gitlab.pushes(PULL)] == [HEAD]
    assert server.asked[-1].query["after"] == "0001-01-01"
    server.serve({versions: []})
    assert gitlab.pushes(PULL) == ()
    assert server.paths[count:] == [versions, versions, events, versions]


AGAIN = 'Cannot transition status via :enqueue from :pending (Reason(s): Status cannot transition via "enqueue")'


@pytest.mark.parametrize(
    ("state", "said", "raises"),
    [("pending", AGAIN, False), ("success", AGAIN, True), ("pending", "State is required", True)],
)
def test_gitlab_takes_no_pending_twice(
    server: ForgeServer, gitlab: GitLab, state: Any, said: str, raises: bool
) -> None:
    server.tell(f"{GITLAB}/statuses/{HEAD}", Told({"message": said}, 400), method="POST")
    if raises:
        with pytest.raises(RefusalError, match=re.escape(said[:20])):
            gitlab.set_status(HEAD, state, "")
    else:
        gitlab.set_status(HEAD, state, "")


# What clients of each forge ask too: pyforgejo 2.0.7 in repository/ and issue/raw_client.py,
# python-gitlab 8.6.0 in v4/objects (commits, events, merge_requests, merge_request_approvals, notes, pipelines,
# projects, reviewers, users).
KNOWN_PATHS = {
    "gitea": [
        "repos/{owner}/{repo}/pulls",
        "repos/{owner}/{repo}/pulls/{index}",
        "repos/{owner}/{repo}/pulls/{index}/commits",
        "repos/{owner}/{repo}/pulls/{index}/reviews",
        "repos/{owner}/{repo}/commits/{sha}/pull",
        "repos/{owner}/{repo}/git/refs/pull/{index}/head",
        "repos/{owner}/{repo}/issues/{index}/timeline",
        "repos/{owner}/{repo}/statuses/{sha}",
        "repos/{owner}/{repo}/commits/{ref}/statuses",
        "user",
    ],
    "gitlab": [
        "projects/{project_id}",
        "projects/{project_id}/merge_requests",
        "projects/{project_id}/merge_requests/{mr_iid}",
        "projects/{project_id}/merge_requests/{mr_iid}/commits",
        "projects/{project_id}/merge_requests/{mr_iid}/approvals",
        "projects/{project_id}/merge_requests/{mr_iid}/notes",
        "projects/{project_id}/merge_requests/{mr_iid}/reviewers",
        "projects/{project_id}/merge_requests/{mr_iid}/versions",
        "projects/{project_id}/repository/commits/{sha}/merge_requests",
        "projects/{project_id}/statuses/{commit_id}",
        "projects/{project_id}/repository/commits/{commit_id}/statuses",
        "projects/{project_id}/pipelines",
        "user",
        "projects/{project_id}/events",
        "users",
        "users/{id}",
    ],
}


@pytest.mark.parametrize("name", KNOWN_PATHS)
def test_only_known_paths_are_asked(server: ForgeServer, name: str, request: pytest.FixtureRequest) -> None:
    forge: Forge = request.getfixturevalue(name)
    prefix = {"gitea": "/api/v1/", "gitlab": "/api/v4/"}[name]
    commits = [{"author_email": "a@county.gov"}]

    def answer(asked: Asked) -> Told:
        last = asked.path.rpartition("/")[2]
        documents = {"17": gitlab_pull() if name == "gitlab" else gitea_pull(), "approvals": gitlab_approvals()}
        documents |= {"7": {**gitlab_user(), "bot": False}, "9": {**gitlab_user(9), "bot": False}}
        documents |= {"2": {"path_with_namespace": "clerk/ledger"}, "pull": gitea_pull(), HEAD: {}}
        documents |= {"versions": gitlab_versions(), "commits": commits if name == "gitlab" else []}
        documents |= {"head": {"ref": "refs/pull/17/head", "object": {"sha": HEAD}}}
        documents |= {"statuses": [gitlab_status() if name == "gitlab" else gitea_status()], "pipelines": [{"id": 101}]}
        return Told(documents.get(last, []))

    server.tell_all(answer)
    pull = forge.pull(17)
    for ask in (forge.pulls, lambda: forge.pulls(MERGE), lambda: forge.reviews(17), lambda: forge.pushes(pull)):
        ask()
    forge.set_status(HEAD, "pending", "")
    forge.set_status(HEAD, "pending", "还差：局长")
    patterns = [re.sub(r"\{\w+\}", "[^/]+", known) for known in KNOWN_PATHS[name]]
    asked = {path.removeprefix(prefix) for path in server.paths}
    assert [path for path in asked if not any(re.fullmatch(pattern, path) for pattern in patterns)] == []
    assert [known for known in patterns if not any(re.fullmatch(known, path) for path in asked)] == []


@pytest.mark.parametrize(
    ("name", "environment", "address"),
    [
        ("github", {"GITHUB_TOKEN": SECRET}, "https://api.github.com"),
        ("github", {"GITHUB_TOKEN": SECRET, "GITHUB_API_URL": "https://h/api/v3"}, "https://h/api/v3"),
        ("github", {"DUBAN_FORGE_TOKEN": SECRET, "GITHUB_API_URL": ""}, "https://api.github.com"),
        ("github", {"DUBAN_FORGE_TOKEN": "", "GITHUB_TOKEN": SECRET}, "https://api.github.com"),
        (
            "github",
            {"GITHUB_TOKEN": SECRET, "GITHUB_API_URL": "https://gitea.gov/api/v1", "GITEA_ACTIONS": "true"},
            "https://api.github.com",
        ),
        (
            "gitea",
            {"GITEA_TOKEN": SECRET, "GITHUB_SERVER_URL": "https://gitea.gov/", "GITEA_ACTIONS": "true"},
            "https://gitea.gov/api/v1",
        ),
        (
            "gitea",
            {"FORGEJO_TOKEN": SECRET, "GITHUB_SERVER_URL": "https://forgejo.gov", "FORGEJO_ACTIONS": "true"},
            "https://forgejo.gov/api/v1",
        ),
        ("gitlab", {"GITLAB_TOKEN": SECRET}, "https://gitlab.com/api/v4"),
        ("gitlab", {"GITLAB_TOKEN": SECRET, "CI_API_V4_URL": "https://gitlab.gov/api/v4"}, "https://gitlab.gov/api/v4"),
    ],
)
def test_the_environment_says_where_to_ask(name: Any, environment: dict[str, str], address: str) -> None:
    forge = forge_of(name, "county/ledger", "", environment)
    assert forge.name == name
    assert repr(vars(forge)["_client"]) == f"Client({address})"
    given = forge_of(name, "county/ledger", "https://given.gov/api/", environment)
    assert repr(vars(given)["_client"]) == "Client(https://given.gov/api)"


@pytest.mark.parametrize(
    ("name", "environment"),
    [
        ("github", {}),
        ("github", {"GITHUB_TOKEN": "", "GITLAB_TOKEN": SECRET, "GITEA_TOKEN": SECRET}),
        ("gitea", {"GITHUB_TOKEN": SECRET, "GITLAB_TOKEN": SECRET}),
        ("gitlab", {"CI_JOB_TOKEN": SECRET, "GITHUB_TOKEN": SECRET}),
    ],
)
def test_without_its_own_token_a_forge_is_not_asked(name: Any, environment: dict[str, str]) -> None:
    with pytest.raises(ForgeError, match="no token: set DUBAN_FORGE_TOKEN or ") as caught:
        forge_of(name, "county/ledger", "https://forge.gov/api", environment)
    assert SECRET not in str(caught.value)


def test_the_token_made_for_duban_goes_before_the_jobs_own(
    server: ForgeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "*")
    server.serve({"/repos/county/ledger/pulls": []})
    environment = {"GITHUB_TOKEN": "another", "DUBAN_FORGE_TOKEN": SECRET, "GITHUB_API_URL": server.url}
    assert forge_of("github", "county/ledger", "", environment).pulls() == ()
    assert server.asked[0].headers["authorization"] == f"Bearer {SECRET}"


@pytest.mark.parametrize(
    "environment", [{}, {"GITHUB_SERVER_URL": "https://github.com"}, {"GITHUB_API_URL": "https://api.github.com"}]
)
def test_a_gitea_must_be_somewhere(environment: dict[str, str]) -> None:
    with pytest.raises(ForgeError, match="gitea has no address"):
        forge_of("gitea", "county/ledger", "", {**environment, "GITEA_TOKEN": SECRET})


@pytest.mark.parametrize(
    ("name", "repository", "fits"),
    [
        ("github", "county/ledger", True),
        ("github", "county-1/.github", True),
        ("github", "county/office/ledger", False),
        ("gitea", "county/office/ledger", False),
        ("gitlab", "county/office/ledger", True),
        *[
            (name, repository, False)
            for name in FORGES
            for repository in (
                "",
                "ledger",
                "/ledger",
                "county/",
                "a/../b",
                "../b",
                "a/..",
                "./b",
                "a/b?c",
                "a/b\n",
                "县/账",
            )
        ],
        ("bitbucket", "county/ledger", False),
    ],
)
def test_a_repository_is_an_owner_and_a_name(name: Any, repository: str, fits: bool) -> None:
    def choose() -> Forge:
        return forge_of(name, repository, "https://forge.gov/api", {"DUBAN_FORGE_TOKEN": SECRET})

    if fits:
        assert choose().name == name
    else:
        with pytest.raises(ForgeError):
            choose()


@pytest.mark.parametrize("name", FORGES)
def test_what_a_forge_must_not_say_is_an_error_whoever_asks(
    server: ForgeServer, name: str, request: pytest.FixtureRequest
) -> None:
    forge: Forge = request.getfixturevalue(name)
    questions: list[Callable[[], object]] = [
        forge.pulls,
        lambda: forge.pulls(MERGE),
        lambda: forge.pull(17),
        lambda: forge.reviews(17),
        lambda: forge.pushes(PULL),
    ]
    for told in (Told({"message": "hello"}), Told([1]), Told("x"), Told(7), Told([[]]), Told(status=500)):
        server.tell_all(lambda _, told=told: told)
        for ask in questions:
            with pytest.raises(ForgeError):
                ask()
