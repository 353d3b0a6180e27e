"""Answers of each forge about one pull request, with the fields that duban reads and a few that it does not.

GitHub's are checked against its own description in test_forges. Gitea's and GitLab's say where they are from.
"""

from __future__ import annotations

import json
from typing import Any

Document = Any
HEAD, BASE, MERGE = "a" * 40, "b" * 40, "c" * 40


def github_user(number: int = 7, kind: str = "User") -> Document:
    return {"id": number, "login": f"user{number}", "type": kind}


def github_pull() -> Document:
    return {
        "number": 17,
        "state": "closed",
        "title": "2019-0051 立项",
        "draft": False,
        "user": github_user(),
        "merged": True,
        "merged_at": "2019-07-05T02:00:00Z",
        "merged_by": github_user(9),
        "merge_commit_sha": MERGE,
        "base": {"ref": "main", "sha": BASE, "repo": {"full_name": "county/ledger"}},
        "head": {"ref": "2019-0051", "sha": HEAD, "repo": {"full_name": "clerk/ledger"}},
    }


def github_reviews() -> Document:
    return [
        {
            "id": 80,
            "user": github_user(),
            "body": "签批",
            "state": "APPROVED",
            "submitted_at": "2019-07-05T09:30:00+08:00",
            "commit_id": HEAD,
        },
        {"id": 81, "user": github_user(8), "body": "", "state": "PENDING"},
    ]


def github_pushes() -> Document:
    return [
        {
            "before": BASE,
            "after": HEAD,
            "ref": "refs/heads/2019-0051",
            "timestamp": "2019-07-05T01:00:00Z",
            "activity_type": "push",
            "actor": github_user(),
        }
    ]


def gitea_user(number: int = 7) -> Document:
    # Fields as pyforgejo 2.0.7 has them in types/user.py: none says whether it is a bot.
    return {"id": number, "login": f"user{number}", "username": f"user{number}", "full_name": ""}


def gitea_pull() -> Document:
    # Fields as in pyforgejo 2.0.7, types/pull_request.py and pr_branch_info.py.
    return {
        "id": 1001,
        "number": 17,
        "state": "closed",
        "title": "2019-0051 立项",
        "draft": False,
        "user": gitea_user(),
        "created_at": "2019-07-05T08:00:00+08:00",
        "merged": True,
        "merged_at": "2019-07-05T10:00:00+08:00",
        "merged_by": gitea_user(9),
        "merge_commit_sha": MERGE,
        "base": {"label": "main", "ref": "main", "sha": BASE, "repo_id": 1, "repo": {"full_name": "county/ledger"}},
        "head": {"label": "x", "ref": "2019-0051", "sha": HEAD, "repo_id": 2, "repo": {"full_name": "clerk/ledger"}},
    }


def gitea_review(**fields: Document) -> Document:
    # Fields as in pyforgejo 2.0.7, types/pull_review.py.
    return {
        "id": 80,
        "user": gitea_user(),
        "team": None,
        "state": "APPROVED",
        "body": "签批",
        "commit_id": HEAD,
        "stale": False,
        "official": True,
        "dismissed": False,
        "submitted_at": "2019-07-05T09:30:00+08:00",
        **fields,
    }


def gitea_event(*commits: str, forced: bool = False, **fields: Document) -> Document:
    # As Forgejo writes it: services/convert/issue_comment.go, and PushActionContent in models/issues/comment.go.
    return {
        "id": 500,
        "type": "pull_push",
        "user": gitea_user(),
        "body": json.dumps({"is_force_push": forced, "commit_ids": list(commits)}),
        "created_at": "2019-07-05T09:00:00+08:00",
        **fields,
    }


def gitlab_user(number: int = 7) -> Document:
    # As GitLab's UserBasic: no bot.
    return {"id": number, "username": f"user{number}", "name": "", "state": "active"}


def gitlab_pull() -> Document:
    # As in GitLab's doc/api/merge_requests.md, "Get single MR".
    return {
        "id": 1001,
        "iid": 17,
        "project_id": 3,
        "source_project_id": 2,
        "target_project_id": 3,
        "state": "merged",
        "title": "2019-0051 立项",
        "draft": False,
        "author": gitlab_user(),
        "merge_user": gitlab_user(9),
        "merged_at": "2019-07-05T10:00:00.000+08:00",
        "merge_commit_sha": MERGE,
        "squash_commit_sha": None,
        "sha": HEAD,
        "target_branch": "main",
        "source_branch": "2019-0051",
        "references": {"short": "!17", "relative": "!17", "full": "county/office/ledger!17"},
    }


def gitlab_approvals() -> Document:
    # As GitLab's entities MergeRequestApprovals and Approvals; approved_at is new.
    return {"approved": True, "approved_by": [{"user": gitlab_user(), "approved_at": "2019-07-05T09:30:00+08:00"}]}


def gitlab_note(body: str, at: str = "2019-07-05T09:30:00.123+08:00", **fields: Document) -> Document:
    return {"id": 302, "body": body, "author": gitlab_user(), "created_at": at, "system": True, **fields}


def gitlab_reviewers() -> Document:
    # As GitLab's entity MergeRequestReviewer.
    rows = [(7, "approved"), (9, "requested_changes"), (11, "unreviewed")]
    return [
        {"user": gitlab_user(number), "state": state, "created_at": "2019-07-05T08:00:00Z"} for number, state in rows
    ]


def gitlab_versions() -> Document:
    # As in GitLab's doc/api/merge_requests.md, "Get MR diff versions": the newest first.
    return [
        {"id": 110, "head_commit_sha": HEAD, "base_commit_sha": BASE, "created_at": "2019-07-05T01:00:00.000Z"},
        {"id": 108, "head_commit_sha": BASE, "base_commit_sha": BASE, "created_at": "2019-07-04T01:00:00.000Z"},
    ]


def gitlab_event(number: int = 7, **fields: Document) -> Document:
    # As in GitLab's doc/api/events.md.
    push = {"action": "pushed", "ref_type": "branch", "commit_from": BASE, "commit_to": HEAD, "ref": "2019-0051"}
    return {
        "action_name": "pushed to",
        "author_id": number,
        "author": gitlab_user(number),
        "created_at": "2019-07-05T00:59:00Z",
        "push_data": {**push, **fields},
    }


def github_status(**fields: Document) -> Document:
    return {
        "id": 40,
        "state": "pending",
        "description": "还差：局长",
        "target_url": "https://ci.example.com/1",
        "context": "duban/sign-off",
        "created_at": "2019-07-05T01:00:00Z",
        "creator": github_user(41, "Bot"),
        **fields,
    }


def github_viewer(number: int = 41) -> Document:
    # Query.viewer is a User and User.databaseId an Int in npm @octokit/graphql-schema 15.26.1.
    return {"data": {"viewer": {"databaseId": number}}}


def gitea_status(**fields: Document) -> Document:
    # As in Forgejo's modules/structs/status.go and services/convert/status.go: the id counts a commit's statuses.
    return {
        "id": 4,
        "status": "pending",
        "description": "还差：局长",
        "target_url": "https://ci.example.com/1",
        "context": "duban/sign-off",
        "creator": gitea_user(41),
        "created_at": "2019-07-05T09:00:00+08:00",
        **fields,
    }


def gitlab_status(**fields: Document) -> Document:
    # As GitLab's lib/api/entities/commit_status.rb; pipeline_id is new.
    return {
        "id": 93,
        "sha": HEAD,
        "ref": "2019-0051",
        "status": "pending",
        "name": "duban/sign-off",
        "target_url": "https://ci.example.com/1",
        "description": "还差：局长",
        "created_at": "2019-07-05T01:00:00.000Z",
        "pipeline_id": 101,
        "author": gitlab_user(41),
        **fields,
    }
