"""A forge's answer on an issue → an Issue; GitHub, Gitea and Forgejo say much the same, GitLab the same otherwise."""

from __future__ import annotations

from collections.abc import Iterable

from duban.forge import ForgeError
from duban.forge.answer import Answer
from duban.issue import Issue

_LARGEST = 262_144
_ADDRESS = 120


def issue_of(document: object) -> Issue:
    """An issue (``issues/{n}``). Raises ForgeError for a pull request, and for a text that nobody could mean."""
    answer = Answer(document, "issue")
    gitlab = answer.option("iid") is not None
    if answer.option("pull_request") is not None:
        raise ForgeError(f"{answer.place} is a pull request")
    body = answer.option("description" if gitlab else "body")
    text = body.text() if body else ""
    address = answer["web_url" if gitlab else "html_url"].text()
    if len(text) > _LARGEST or len(address) > _ADDRESS or not address.startswith(("https://", "http://")):
        raise answer.unlike("an issue that can be read")
    author = answer.option("author" if gitlab else "user")
    account = author.option("username" if gitlab else "login") if author else None
    return Issue(
        number=answer["iid" if gitlab else "number"].number(),
        address=address,
        title=answer["title"].text(),
        body=text,
        at=answer["created_at"].moment(),
        labels=tuple(_labels(answer)),
        account=account.text() if account else "",
    )


def comments_of(documents: Iterable[object]) -> tuple[str, ...]:
    """What was said below an issue."""
    bodies = (Answer(one, "comment").option("body") for one in documents)
    return tuple(one.text() for one in bodies if one is not None)


def _labels(answer: Answer) -> Iterable[str]:
    """GitLab tells the names, the others objects that have one; GitHub may do either."""
    labels = answer.option("labels")
    for one in labels.items() if labels else ():
        try:
            yield one.text()
        except ForgeError:
            yield one["name"].text()
