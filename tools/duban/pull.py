"""A pull request as a forge tells it: the values that the gate judges and that receipts keep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

ForgeName = Literal["github", "gitea", "gitlab"]
FORGES: tuple[ForgeName, ...] = get_args(ForgeName)
ReviewState = Literal["APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED", "PENDING"]
REVIEW_STATES: tuple[ReviewState, ...] = get_args(ReviewState)
StatusState = Literal["success", "pending", "failure"]


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the forge. The number stays when the login changes; ``human`` is false for bots and apps."""

    id: int
    login: str
    human: bool = True


@dataclass(frozen=True, slots=True)
class Review:
    """What one account said of a pull request. ``commit`` is the revision the forge ties it to, "" if it does not say.

    ``at`` is an instant (``moment.instant``); ``body`` is what was written, which nobody vouches for.
    """

    id: int
    account: Account
    state: ReviewState
    at: str
    commit: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True)
class Push:
    """The forge's own word of when a branch came to stand at a revision, and by whom (None if it does not say)."""

    after: str
    at: str
    account: Account | None = None


@dataclass(frozen=True, slots=True)
class Pull:
    """One pull request (GitLab: merge request). ``repository`` and ``head_repository`` are ``owner/name``.

    ``authors`` are the accounts of its commits' authors and committers that the forge knows.
    ``merge`` is the merge commit and ``merged_at`` its instant, "" while it is not merged.
    """

    number: int
    repository: str
    base_ref: str
    head_ref: str
    head_repository: str
    head: str
    author: Account
    title: str = ""
    open: bool = True
    draft: bool = False
    authors: tuple[Account, ...] = ()
    merge: str = ""
    merged_at: str = ""
    merged_by: Account | None = None
