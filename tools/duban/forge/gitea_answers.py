"""Gitea's and Forgejo's answers (``pulls/{n}``, commits, ``reviews``, ``timeline``, ``statuses``) → values of duban."""

from __future__ import annotations

import orjson

from duban.forge import ForgeError
from duban.forge.answer import Answer
from duban.forge.pull_document import account_or_ghost, pull_of
from duban.forge.statuses import CONTEXT, Standing, standing_of
from duban.pull import Account, Pull, Push, Review, ReviewState

_STATES: dict[str, ReviewState | None] = {
    "APPROVED": "APPROVED",
    "REQUEST_CHANGES": "CHANGES_REQUESTED",
    "COMMENT": "COMMENTED",
    "PENDING": None,
    "REQUEST_REVIEW": None,
    "": None,
}
"""What says nothing yet is None; the last is what the server itself calls unknown."""


def pull(document: object, commits: object = ()) -> Pull:
    """A pull request (``pulls/{n}``), with the accounts of its commits where these are given (``…/commits``)."""
    return pull_of(document, commits, _account)


def reviews(document: object) -> tuple[Review, ...]:
    """The reviews that were submitted (``pulls/{n}/reviews``), in order."""
    found = []
    for one in Answer(document, "reviews").items():
        state = one["state"].choice(_STATES)
        if state is None:
            continue
        dismissed, commit, body = one.option("dismissed"), one.option("commit_id"), one.option("body")
        found.append(
            Review(
                id=one["id"].number(),
                account=account_or_ghost(one.option("user"), _account),
                state="DISMISSED" if dismissed and dismissed.flag() else state,
                at=one["submitted_at"].moment(),
                commit=commit.commit() if commit and commit.text() else "",
                body=body.text() if body else "",
            )
        )
    return tuple(sorted(found, key=lambda review: (review.at, review.id)))


def pushes(document: object) -> tuple[Push, ...]:
    """The pushes among an issue's ``timeline``, in order. Newer servers count the opening as one."""
    found = []
    # An empty list may come as null: so the server's language writes one that was never begun.
    for one in Answer([] if document is None else document, "timeline").items():
        if one["type"].text() == "pull_push" and (after := _last_commit(one["body"])):
            user = one.option("user")
            found.append(Push(after, one["created_at"].moment(), _account(user) if user else None))
    return tuple(sorted(found, key=lambda push: push.at))


def opening(document: object) -> Push:
    """The head that a pull request (``pulls/{n}``) was opened with, if nothing was pushed since."""
    answer = Answer(document, "pull")
    author = account_or_ghost(answer.option("user"), _account)
    return Push(answer["head"]["sha"].commit(), answer["created_at"].moment(), author)


def head(document: object, ref: str) -> str:
    """The commit that a full ref stands at (``git/refs/…``, which answers one or all that begin so), "" if none."""
    listed = document if isinstance(document, list) else [document]
    for one in Answer(listed, "refs").items():
        if one["ref"].text() == ref:
            return one["object"]["sha"].commit()
    return ""


def standing(document: object) -> Standing | None:
    """The newest status of our context among a commit's (``commits/{sha}/statuses``).

    They come by the second, so those of one second in any order; each has the next number of its commit.
    """
    ours = [one for one in Answer(document, "statuses").items() if one["context"].text() == CONTEXT]
    return standing_of(max(ours, key=lambda one: one["id"].number()), "status", "creator") if ours else None


def own_number(document: object) -> int:
    """The number of the account that asks (``user``)."""
    return Answer(document, "user")["id"].number()


def _last_commit(body: Answer) -> str:
    """Where a push ended: its commits are told oldest first, those of a forced one as old and new head.

    "" if it brought none that the base has not, of which the server doesn't say where it ended.
    """
    try:
        content = orjson.loads(body.text())
    except orjson.JSONDecodeError:
        raise ForgeError(f"{body.place} is not JSON") from None
    commits = [one.commit() for one in Answer(content, body.place)["commit_ids"].items()]
    return commits[-1] if commits else ""


def _account(answer: Answer) -> Account:
    """Users that the server made up (ghost, actions) have numbers below 1; the type is told by Gitea since 2026."""
    number, kind = answer["id"].number(), answer.option("type")
    return Account(number, answer["login"].text(), human=number > 0 and (kind is None or kind.text() == "User"))
