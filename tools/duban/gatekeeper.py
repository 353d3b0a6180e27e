"""A repository, a base and a pull request as the forge tells it → its judgement; nothing of it is ever run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from duban.auditor import opened
from duban.forge import Forge, ForgeError
from duban.gate import Judgement, gate
from duban.model import Registry
from duban.pull import FORGES, ForgeName, Pull, Push, Review
from duban.repository.command import git
from duban.repository.error import GitError, RevisionError
from duban.signoff import Submission, hands_of

_REFS: dict[ForgeName, str] = dict.fromkeys(FORGES, "refs/pull/{}/head") | {"gitlab": "refs/merge-requests/{}/head"}

_BASE = "refs/duban/base"


@dataclass(frozen=True, slots=True)
class Judged:
    """A pull request and how it was judged, or why it could not be."""

    pull: Pull | None
    number: int
    judgement: Judgement | None
    registry: Registry | None = None
    problem: str = ""


def judge(
    folder: Path,
    base: str,
    head: str,
    pull: Pull,
    reviews: tuple[Review, ...],
    pushes: tuple[Push, ...],
    day: str,
) -> tuple[Judgement, Registry]:
    """Judge what merging ``head`` into ``base`` would give, by the rules of the base. Raises RevisionError."""
    with opened(folder) as (history, _):
        base, head = history.revision(base), history.revision(head)
        before = history.objects.commit(base).tree
        made = history.merged(base, head)
        proposed = history.proposed(before, made.tree, made.conflict)
        registry = history.registry(before)
        submission = Submission(pull, reviews, pushes, hands_of(pull, pushes, history.emails(base, head)))
        return gate(proposed, submission, registry, head, day), registry


def sweep(folder: Path, forge: Forge, remote: str, branch: str, day: str) -> Iterator[Judged]:
    """Judge every open pull request: fetched as data, by the rules that stand on the remote's main branch now.

    One that cannot be judged keeps no other from it. Raises ForgeError where not even the list can be had.
    """
    for number in forge.pulls():
        head = f"refs/duban/pull/{number}"
        wanted = (f"+refs/heads/{branch}:{_BASE}", f"+{_REFS[forge.name].format(number)}:{head}")
        try:
            pull = forge.pull(number)
            git(folder, "fetch", "--quiet", "--no-tags", "--no-recurse-submodules", remote, *wanted, mine=True)
            judgement, registry = judge(folder, _BASE, head, pull, forge.reviews(number), forge.pushes(pull), day)
        except (ForgeError, GitError, RevisionError) as error:
            yield Judged(None, number, None, None, str(error))
        else:
            yield Judged(pull, number, judgement, registry)
