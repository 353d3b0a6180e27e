"""A pull request as GitHub writes it and Gitea after it → a Pull; how each tells an account is passed in."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from duban.forge import Proposed
from duban.forge.answer import GHOST, Answer, once_each
from duban.pull import Account, Pull

AccountOf = Callable[[Answer], Account]


def pull_of(document: object, commits: object, account_of: AccountOf) -> Pull:
    """The pull request, with the accounts of its commits where these are given."""
    answer = Answer(document, "pull")
    base, head = answer["base"], answer["head"]
    origin, draft, merged_by = head.option("repo"), answer.option("draft"), answer.option("merged_by")
    # GitHub fills merge_commit_sha before the merge too, with a trial merge that nobody made.
    merged = answer["merged"].flag()
    return Pull(
        number=answer["number"].number(),
        repository=base["repo"]["full_name"].repository(),
        base_ref=base["ref"].text(),
        head_ref=head["ref"].text(),
        head_repository=origin["full_name"].repository() if origin else "",
        head=head["sha"].commit(),
        author=account_or_ghost(answer.option("user"), account_of),
        title=answer["title"].text(),
        open=answer["state"].text() == "open",
        draft=draft.flag() if draft else False,
        authors=once_each(_authors(Answer(commits, "commits"), account_of)),
        merge=answer["merge_commit_sha"].commit() if merged else "",
        merged_at=answer["merged_at"].moment() if merged else "",
        merged_by=account_of(merged_by) if merged and merged_by else None,
    )


def numbers_of(document: object, merge: str = "") -> tuple[int, ...]:
    """The numbers of listed pull requests; only of those that a commit merged, if it is given."""
    found = set()
    for one in Answer(document, "pulls").items():
        number, commit = one["number"].number(), one.option("merge_commit_sha")
        if not merge or (one.option("merged_at") and commit and commit.text() == merge):
            found.add(number)
    return tuple(sorted(found))


def newest_of(document: object, branch: str) -> Proposed | None:
    """What became of the newest of listed pull requests that come from a branch of the same repository."""
    found = []
    for one in Answer(document, "pulls").items():
        head, merged = one["head"], one.option("merged_at")
        origin, target = head.option("repo"), one["base"]["repo"]
        if head["ref"].text() != branch or origin is None or origin["id"].number() != target["id"].number():
            continue
        still_open = one["state"].text() == "open"
        found.append(Proposed(one["number"].number(), "merged" if merged else "open" if still_open else "closed"))
    return max(found, default=None)


def account_or_ghost(answer: Answer | None, account_of: AccountOf) -> Account:
    """The account, or the ghost's where it is gone."""
    return account_of(answer) if answer else GHOST


def _authors(commits: Answer, account_of: AccountOf) -> Iterator[Account]:
    """Who wrote and committed; null, or an object without fields, where the address is no account's."""
    for commit in commits.items():
        for role in ("author", "committer"):
            person = commit.option(role)
            if person and person.option("id"):
                yield account_of(person)
