"""What duban opens and closes on each forge, over a real server; GitHub's side held to its own description."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from duban.forge import ForgeError, Proposed, Writer
from duban.forge.chosen import writer_of
from duban.forge.gitea_writer import GiteaWriter
from duban.forge.github_writer import GitHubWriter
from duban.forge.gitlab_writer import GitLabWriter
from duban.forge.http import RefusalError
from forge_server import SECRET, Asked, Description, ForgeServer, Told, client_of, counted, data, linked

REST = data("rest")
BRANCH = "draft/2019-0051-overdue-20191101"
TITLE = "督办提醒：市住建局"
GITEA, GITLAB = "/api/v1/repos/county/ledger", "/api/v4/projects/county%2Foffice%2Fledger"


@pytest.fixture
def server() -> Iterator[ForgeServer]:
    with ForgeServer() as running:
        yield running


def example(name: str, **fields: Any) -> Any:
    """A published example. Its teams, which duban never reads, lack a field that its schema requires."""
    found = REST[name][0] if isinstance(REST[name], list) else REST[name]
    return {**found, **({"requested_teams": []} if "requested_teams" in found else {}), **fields}


def from_branch(number: int, **fields: Any) -> Any:
    found = example("pull-request-simple-items", number=number, merged_at=None, **fields)
    return {**found, "head": {**found["head"], "ref": BRANCH}}


@pytest.mark.parametrize(("description", "prefix"), [("api.github.com", ""), ("ghes-3.19", "/api/v3")])
def test_github_is_written_to_as_it_says_itself(server: ForgeServer, description: str, prefix: str) -> None:
    home = f"{prefix}/repos/octocat/Hello-World"
    elsewhere = from_branch(9)
    elsewhere["head"]["repo"] = {**elsewhere["head"]["repo"], "id": 7}
    listed = [from_branch(4, state="open"), from_branch(3, state="closed"), elsewhere]
    server.tell(f"{home}/pulls", linked(listed, 2), linked(listed, 2), Told([]))
    server.tell(f"{home}/pulls", Told(example("pull-request", number=5), 201), method="POST")
    server.tell(f"{home}/pulls/5", Told(example("pull-request")), method="PATCH")
    server.tell(f"{home}/issues/5/comments", Told(example("issue-comment"), 201), method="POST")
    same = example(
        "issue-items",
        number=2,
        title=TITLE,
        pull_request={**dict.fromkeys(("url", "html_url", "diff_url", "patch_url"), "https://example.invalid/x")},
    )
    theirs = example("issue-items", number=3, title=TITLE)
    del theirs["pull_request"]
    issues = linked([example("issue-items"), same, theirs], 2)
    server.tell(f"{home}/issues", issues, issues, Told([]))
    server.tell(f"{home}/issues", Told(example("issue", number=8), 201), method="POST")

    writer = GitHubWriter(client_of(server.url + prefix), "octocat/Hello-World")
    assert writer.proposed(BRANCH, "main") == Proposed(4, "open")
    assert writer.proposed(BRANCH, "main") is None
    assert writer.propose(BRANCH, "main", "title", "body") == 5
    writer.withdraw(5, "why")
    assert (writer.issue(TITLE), writer.issue(TITLE), writer.open_issue(TITLE, "body")) == (3, 0, 8)

    described = Description(description)
    assert [misfit for asked, told in server.exchanges for misfit in described.misfits(asked, told, prefix)] == []
    assert server.asked[0].query["head"] == f"octocat:{BRANCH}"
    sent = [(asked.method, asked.body) for asked in server.asked if asked.method != "GET"]
    fields = {"title": "title", "body": "body", "head": BRANCH, "base": "main", "draft": True}
    closing = [("POST", {"body": "why"}), ("PATCH", {"state": "closed"})]
    assert sent == [("POST", fields), *closing, ("POST", {"title": TITLE, "body": "body"})]


def test_where_github_knows_no_drafts_it_is_a_pull_request_like_any_other(server: ForgeServer) -> None:
    no_drafts = Told({"message": "Draft pull requests are not supported in this repository."}, 422)
    server.tell("/repos/county/ledger/pulls", no_drafts, Told({"number": 6}, 201), method="POST")
    writer = GitHubWriter(client_of(server.url), "county/ledger")
    assert writer.propose(BRANCH, "main", "t", "b") == 6
    assert [asked.body.get("draft") for asked in server.asked] == [True, None]
    server.tell("/repos/county/ledger/pulls", Told({"message": "A pull request already exists"}, 422), method="POST")
    with pytest.raises(RefusalError, match="exists"):
        writer.propose(BRANCH, "main", "t", "b")


def test_gitea_is_written_to(server: ForgeServer) -> None:
    """Fields as pyforgejo 2.0.7 has them in its types of pull requests and issues."""
    repo = {"id": 5}
    pull = {
        "number": 4,
        "state": "closed",
        "merged_at": "2019-07-05T10:00:00+08:00",
        "head": {"ref": BRANCH, "repo": repo},
        "base": {"ref": "main", "repo": repo},
    }
    issues = [{"number": n, "title": title} for n, title in ((1, "路灯"), (2, f"{TITLE} "), (3, TITLE))]
    server.tell(f"{GITEA}/pulls/main/{BRANCH}", Told(pull))
    server.tell(f"{GITEA}/pulls", Told({"number": 5}, 201), method="POST")
    server.tell(f"{GITEA}/pulls/5", Told(pull), method="PATCH")
    server.tell(f"{GITEA}/issues/5/comments", Told({}, 201), method="POST")
    server.tell(f"{GITEA}/issues", counted(issues, 2))
    server.tell(f"{GITEA}/issues", Told({"number": 8}, 201), method="POST")
    writer = GiteaWriter(client_of(f"{server.url}/api/v1"), "county/ledger")
    assert writer.proposed(BRANCH, "main") == Proposed(4, "merged")
    assert writer.proposed("draft/other", "main") is None
    assert writer.propose(BRANCH, "main", "title", "body") == 5
    writer.withdraw(5, "why")
    assert (writer.issue(TITLE), writer.issue("x"), writer.open_issue(TITLE, "body")) == (3, 0, 8)
    sent = [(asked.method, asked.body) for asked in server.asked if asked.method != "GET"]
    assert sent == [
        ("POST", {"title": "WIP: title", "body": "body", "head": BRANCH, "base": "main"}),
        ("POST", {"body": "why"}),
        ("PATCH", {"state": "closed"}),
        ("POST", {"title": TITLE, "body": "body"}),
    ]


def test_gitlab_is_written_to(server: ForgeServer) -> None:
    """Fields as GitLab documents merge requests and issues."""
    mine = {"source_project_id": 5, "target_project_id": 5}
    found = [
        {"iid": 3, "state": "closed", **mine},
        {"iid": 4, "state": "opened", **mine},
        {"iid": 9, "state": "opened", "source_project_id": 6, "target_project_id": 5},
    ]
    server.tell(f"{GITLAB}/merge_requests", linked(found, 2), Told([]))
    server.tell(f"{GITLAB}/merge_requests", Told({"iid": 5}, 201), method="POST")
    server.tell(f"{GITLAB}/merge_requests/5/notes", Told({}, 201), method="POST")
    server.tell(f"{GITLAB}/merge_requests/5", Told({}), method="PUT")
    server.tell(f"{GITLAB}/issues", Told([{"iid": 2, "title": f"Re: {TITLE}"}, {"iid": 3, "title": TITLE}]), Told([]))
    server.tell(f"{GITLAB}/issues", Told({"iid": 8}, 201), method="POST")
    server.tell(f"{GITLAB}/issues/8/notes", Told({}, 201), method="POST")
    writer = GitLabWriter(client_of(f"{server.url}/api/v4"), "county/office/ledger")
    assert writer.proposed(BRANCH, "main") == Proposed(4, "open")
    assert writer.proposed(BRANCH, "main") is None
    assert writer.propose(BRANCH, "main", "title", "body") == 5
    writer.withdraw(5, "why")
    assert (writer.issue(TITLE), writer.issue(TITLE), writer.open_issue(TITLE, "body")) == (3, 0, 8)
    writer.comment(8, "more")
    asked = server.asked[0].query
    assert (asked["source_branch"], asked["target_branch"], asked["state"]) == (BRANCH, "main", "all")
    sent = [(one.method, one.body) for one in server.asked if one.method != "GET"]
    assert sent[0][1]["title"] == "Draft: title"
    assert sent[1:] == [
        ("POST", {"body": "why"}),
        ("PUT", {"state_event": "close"}),
        ("POST", {"title": TITLE, "description": "body"}),
        ("POST", {"body": "more"}),
    ]


WRITERS = {"github": "", "gitea": "/api/v1", "gitlab": "/api/v4"}


@pytest.mark.parametrize("name", WRITERS)
def test_an_answer_that_makes_no_sense_is_an_error_without_the_secret(server: ForgeServer, name: Any) -> None:
    repository = "county/ledger"
    writer: Writer = writer_of(name, repository, server.url + WRITERS[name], {"DUBAN_FORGE_TOKEN": SECRET})

    def nonsense(asked: Asked) -> Told:
        return Told(
            [{"number": "1", "iid": None, "title": SECRET, "source_project_id": "5"}]
            if asked.method == "GET"
            else {"number": True}
        )

    server.tell_all(nonsense)
    for act in (
        lambda: writer.proposed(BRANCH, "main"),
        lambda: writer.propose(BRANCH, "main", "t", "b"),
        lambda: writer.issue(SECRET),
        lambda: writer.open_issue("t", "b"),
    ):
        with pytest.raises(ForgeError) as caught:
            act()
        assert SECRET not in str(caught.value)
