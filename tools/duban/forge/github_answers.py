"""GitHub's answers (``pulls/{n}`` and its commits, ``reviews``, ``activity``, ``statuses``) → values of duban."""

from __future__ import annotations

from duban.forge.answer import Answer
from duban.forge.pull_document import account_or_ghost, pull_of
from duban.forge.statuses import CONTEXT, Standing, standing_of
from duban.pull import REVIEW_STATES, Account, Pull, Push, Review

_STATES = {spelling: state for state in REVIEW_STATES for spelling in (state, state.lower())}
"""REST writes them in capitals, webhooks in small letters."""
_PUSHING = frozenset({"push", "force_push", "branch_creation"})


def pull(document: object, commits: object = ()) -> Pull:
    """A pull request (``pulls/{n}``), with the accounts of its commits where these are given (``…/commits``)."""
    return pull_of(document, commits, _account)


def reviews(document: object) -> tuple[Review, ...]:
    """The reviews that were submitted (``pulls/{n}/reviews``), in order."""
    found = []
    for one in Answer(document, "reviews").items():
        state = one["state"].choice(_STATES)
        if state == "PENDING":
            continue
        commit, body = one.option("commit_id"), one.option("body")
        found.append(
            Review(
                id=one["id"].number(),
                account=account_or_ghost(one.option("user"), _account),
                state=state,
                at=one["submitted_at"].moment(),
                commit=commit.commit() if commit else "",
                body=body.text() if body else "",
            )
        )
    return tuple(sorted(found, key=lambda review: (review.at, review.id)))


def pushes(document: object, ref: str = "") -> tuple[Push, ...]:
    """The pushes among a repository's ``activity``, in order; only those to one full ref, if it is given."""
    found = []
    for one in Answer(document, "pushes").items():
        if one["activity_type"].text() not in _PUSHING or (ref and one["ref"].text() != ref):
            continue
        actor = one.option("actor")
        found.append(Push(one["after"].commit(), one["timestamp"].moment(), _account(actor) if actor else None))
    return tuple(sorted(found, key=lambda push: push.at))


def standing(document: object) -> Standing | None:
    """The newest status of our context among a commit's (``commits/{sha}/statuses``), which come newest first."""
    for one in Answer(document, "statuses").items():
        if one["context"].text() == CONTEXT:
            return standing_of(one, "state", "creator")
    return None


def own_number(document: object) -> int:
    """The number of the account that asks (GraphQL's ``viewer``)."""
    return Answer(document, "answer")["data"]["viewer"]["databaseId"].number()


def _account(answer: Answer) -> Account:
    return Account(answer["id"].number(), answer["login"].text(), human=answer["type"].text() == "User")
