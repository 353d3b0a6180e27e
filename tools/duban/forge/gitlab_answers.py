"""GitLab's answers (merge requests, approvals, notes, versions, events, users, statuses) → values of duban."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

from duban.forge import ForgeError
from duban.forge.answer import GHOST, Answer, once_each
from duban.forge.statuses import CONTEXT, Standing, standing_of
from duban.pull import Account, Pull, Push, Review

AccountOf = Callable[[int], Account]
"""An account by its number: only ``users/{id}`` says whether it is a person's."""
_APPROVED, _REQUESTED_CHANGES = "approved this merge request", "requested changes"
_PRIVATE_ADDRESS = re.compile(r"(\d{1,18})-[^@\s]+@users\.noreply\.[^@\s]+")


class _Note(NamedTuple):
    """When somebody did what the server noted, and the note's number."""

    at: str
    id: int


def account(document: object) -> Account:
    """An account (``users/{id}``)."""
    answer = Answer(document, "user")
    return Account(answer["id"].number(), answer["username"].text(), human=not answer["bot"].flag())


def pull(document: object, account_of: AccountOf, authors: Iterable[Account] = (), head_repository: str = "") -> Pull:
    """A merge request (``merge_requests/{iid}``). ``head_repository`` is that of a fork (``fork``)."""
    answer = Answer(document, "pull")
    number = answer["iid"].number()
    draft = answer.option("draft") or answer.option("work_in_progress")
    merged = answer["state"].text() == "merged"
    merge, merged_by = answer.option("merge_commit_sha"), answer.option("merge_user") or answer.option("merged_by")
    full = answer["references"]["full"]
    repository = Answer(full.text().removesuffix(f"!{number}"), full.place).repository()
    same = answer.option("source_project_id") and not fork(document)
    return Pull(
        number=number,
        repository=repository,
        base_ref=answer["target_branch"].text(),
        head_ref=answer["source_branch"].text(),
        head_repository=repository if same else head_repository,
        head=answer["sha"].commit(),
        author=_person(answer.option("author"), account_of),
        title=answer["title"].text(),
        open=answer["state"].text() == "opened",
        draft=draft.flag() if draft else False,
        authors=once_each(authors),
        # A fast-forward has no merge commit.
        merge=merge.commit() if merged and merge else "",
        merged_at=answer["merged_at"].moment() if merged else "",
        merged_by=_person(merged_by, account_of) if merged and merged_by else None,
    )


def fork(document: object) -> int:
    """The number of the project that a merge request comes from if it is another; 0 if not, or if it is gone."""
    answer = Answer(document, "pull")
    source = answer.option("source_project_id")
    return source.number() if source and source.number() != answer["target_project_id"].number() else 0


def path(document: object) -> str:
    """The path of a project (``projects/{id}``)."""
    return Answer(document, "project")["path_with_namespace"].repository()


def addresses(document: object) -> tuple[str, ...]:
    """The addresses in a merge request's commits (``…/commits``), which tell no accounts, each once."""
    found = {}
    for commit in Answer(document, "commits").items():
        for role in ("author_email", "committer_email"):
            if address := commit.option(role):
                found[address.text()] = True
    return tuple(found)


def number_in(address: str) -> int:
    """The account's number, with which the address begins that GitLab gives to who hides their own; else 0."""
    match = _PRIVATE_ADDRESS.fullmatch(address)
    return int(match[1]) if match else 0


def numbers(document: object, merge: str = "") -> tuple[int, ...]:
    """The numbers of listed merge requests; only of those that a commit merged, if it is given."""
    found = set()
    for one in Answer(document, "pulls").items():
        number, commit = one["iid"].number(), one.option("merge_commit_sha")
        if not merge or (one["state"].text() == "merged" and commit and commit.text() == merge):
            found.add(number)
    return tuple(sorted(found))


def users(document: object) -> tuple[int, ...]:
    """The numbers of listed accounts (``users``)."""
    return tuple(one["id"].number() for one in Answer(document, "users").items())


def reviews(approvals: object, notes: object, reviewers: object, account_of: AccountOf) -> tuple[Review, ...]:
    """Who approves now (``…/approvals``) and who wants changes now (``…/reviewers``), in order.

    The server's ``…/notes`` say when, where the others don't. None is tied to a revision. GitLab's
    approvals have no text: what the same account wrote in notes stands for it, for a signing code is
    pasted there.
    """
    noted, written = _noted(notes), _written(notes)
    found = []
    for one in Answer(approvals, "approvals")["approved_by"].items():
        if user := one.option("user"):
            number, told = user["id"].number(), one.option("approved_at")
            note = noted.get((_APPROVED, number))
            if told is None and note is None:
                raise ForgeError(f"{one.place}.approved_at is missing, and no note says when")
            at = told.moment() if told else note.at if note else ""
            body = written.get(number, "")
            found.append(Review(note.id if note else number, account_of(number), "APPROVED", at, body=body))
    for one in Answer(reviewers, "reviewers").items():
        if one["state"].text() == "requested_changes" and (user := one.option("user")):
            number = user["id"].number()
            note = noted.get((_REQUESTED_CHANGES, number)) or _Note(one["created_at"].moment(), number)
            found.append(Review(note.id, account_of(number), "CHANGES_REQUESTED", note.at))
    return tuple(sorted(found, key=lambda review: (review.at, review.id)))


def versions(document: object) -> tuple[Push, ...]:
    """When a merge request came to stand at its heads (``…/versions``), in order, not by whom."""
    found = [
        Push(head.commit(), one["created_at"].moment())
        for one in Answer(document, "versions").items()
        if (head := one.option("head_commit_sha"))
    ]
    return tuple(sorted(found, key=lambda push: push.at))


def with_pushers(found: Iterable[Push], document: object, ref: str, account_of: AccountOf) -> tuple[Push, ...]:
    """The same with everybody who pushed these heads to the branch, as the project's ``events`` tell."""
    pushers: dict[str, dict[int, bool]] = {}
    for one in Answer(document, "events").items():
        push = one.option("push_data")
        if push and push.option("commit_to") and push["ref"].text() == ref and push["ref_type"].text() == "branch":
            pushers.setdefault(push["commit_to"].commit(), {})[one["author_id"].number()] = True
    return tuple(
        replace(push, account=account_of(number) if number else None)
        for push in found
        for number in pushers.get(push.after) or {0: True}
    )


def pipeline(document: object) -> int:
    """The number of the newest of some pipelines (``pipelines``); 0 if there are none."""
    return max((one["id"].number() for one in Answer(document, "pipelines").items()), default=0)


def standing(document: object, of: int) -> Standing | None:
    """The newest status under our name among a commit's (``…/statuses``) in one pipeline, which older servers hide."""
    ours = []
    for one in Answer(document, "statuses").items():
        told = one.option("pipeline_id")
        if told and told.number() == of and one["name"].text() == CONTEXT:
            ours.append(one)
    return standing_of(max(ours, key=lambda one: one["id"].number()), "status", "author") if ours else None


def own_number(document: object) -> int:
    """The number of the account that asks (``user``)."""
    return Answer(document, "user")["id"].number()


def _noted(document: object) -> Mapping[tuple[str, int], _Note]:
    """The last of the server's own notes of each text and account; what people write is none."""
    found: dict[tuple[str, int], _Note] = {}
    for one in Answer(document, "notes").items():
        author = one.option("author")
        if one["system"].flag() and author and (text := one["body"].text()) in (_APPROVED, _REQUESTED_CHANGES):
            key, note = (text, author["id"].number()), _Note(one["created_at"].moment(), one["id"].number())
            found[key] = max(found.get(key, note), note)
    return found


def _written(document: object) -> Mapping[int, str]:
    """What each account wrote in notes of its own, one under the other."""
    found: dict[int, list[str]] = {}
    for one in Answer(document, "notes").items():
        author = one.option("author")
        if author and not one["system"].flag():
            found.setdefault(author["id"].number(), []).append(one["body"].text())
    return {number: "\n".join(texts) for number, texts in found.items()}


def _person(answer: Answer | None, account_of: AccountOf) -> Account:
    return account_of(answer["id"].number()) if answer else GHOST
