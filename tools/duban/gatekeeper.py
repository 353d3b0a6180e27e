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
from duban.repository.history import History
from duban.signoff import Submission, hands_of

_REFS: dict[ForgeName, str] = dict.fromkeys(FORGES, "refs/pull/{}/head") | {"gitlab": "refs/merge-requests/{}/head"}


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
        return _judge(history, history.revision(base), history.revision(head), pull, reviews, pushes, day)


def sweep(folder: Path, forge: Forge, remote: str, day: str) -> Iterator[Judged]:
    """Judge every open pull request: fetched as data, by the rules that stand on the remote's main branch now.

    One that cannot be judged keeps no other from it. Raises ForgeError where not even the list can be had.
    """
    for number in forge.pulls():
        try:
            pull = forge.pull(number)
            base = f"refs/duban/base/{number}"
            head = f"refs/duban/pull/{number}"
            wanted = (f"+refs/heads/{pull.base_ref}:{base}", f"+{_REFS[forge.name].format(number)}:{head}")
            git(folder, "fetch", "--quiet", "--no-tags", "--no-recurse-submodules", remote, *wanted, mine=True)
            judgement, registry = judge(folder, base, head, pull, forge.reviews(number), forge.pushes(pull), day)
        except (ForgeError, GitError, RevisionError) as error:
            yield Judged(None, number, None, None, str(error))
        else:
            yield Judged(pull, number, judgement, registry)


def _judge(
    history: History,
    base: str,
    head: str,
    pull: Pull,
    reviews: tuple[Review, ...],
    pushes: tuple[Push, ...],
    day: str,
) -> tuple[Judgement, Registry]:
    before = history.objects.commit(base).tree
    made = history.merged(base, head)
    proposed = history.proposed(before, made.tree, made.conflict)
    registry = history.registry(before)
    submission = Submission(pull, reviews, pushes, hands_of(pull, pushes, history.emails(base, head)))
    return gate(proposed, submission, registry, head, day), registry
