"""A repository, a base and a pull request as the forge tells it → its judgement; nothing of it is ever run."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from duban.auditor import opened
from duban.forge import Forge, ForgeError
from duban.gate import Judgement, gate, in_turn
from duban.model import Registry
from duban.pull import FORGES, ForgeName, Pull, Push, Review
from duban.repository.command import git
from duban.repository.error import GitError, RevisionError
from duban.repository.history import History
from duban.signoff import Submission, hands_of

_REFS: dict[ForgeName, str] = dict.fromkeys(FORGES, "refs/pull/{}/head") | {"gitlab": "refs/merge-requests/{}/head"}

_BASE = "refs/duban/base"
_HEAD = "refs/duban/pull/{}"


@dataclass(frozen=True, slots=True)
class Judged:
    """A pull request and how it was judged, or why it could not be."""

    pull: Pull | None
    number: int
    judgement: Judgement | None
    registry: Registry | None = None
    problem: str = ""


def judge(
    history: History,
    base: str,
    head: str,
    pull: Pull,
    reviews: tuple[Review, ...],
    pushes: tuple[Push, ...],
    day: str,
) -> tuple[Judgement, Registry]:
    """Judge what merging ``head`` into ``base`` would give, by the rules of the base. Raises RevisionError."""
    base, head = history.revision(base), history.revision(head)
    before = history.objects.commit(base).tree
    made = history.merged(base, head)
    proposed = history.proposed(before, made.tree, made)
    registry = history.registry(before)
    submission = Submission(pull, reviews, pushes, hands_of(pull, pushes, history.emails(base, head)))
    return gate(proposed, submission, registry, head, day), registry


def sweep(folder: Path, forge: Forge, remote: str, branch: str, day: str) -> list[Judged]:
    """Judge every open pull request: fetched as data, by the rules that stand on the remote's main branch now.

    One that cannot be judged keeps no other from it. Of two that take the same number one alone may pass: that of
    somebody of the roster before a stranger's, then the older. Raises ForgeError where not even the list can be had.
    """
    found = list(_all_judged(folder, forge, remote, branch, day))
    known = {one.number: one.judgement for one in sorted(found, key=_precedence) if one.judgement is not None}
    judgements = in_turn(known, lambda one, other: _related(folder, one, other))
    return [replace(one, judgement=judgements.get(one.number)) for one in found]


def _all_judged(folder: Path, forge: Forge, remote: str, branch: str, day: str) -> Iterator[Judged]:
    """One after another by one history, which reads what they have in common, such as the registry, once."""
    waiting = deque(forge.pulls())
    while waiting:
        with opened(folder) as (history, _):
            sound = True
            while waiting and sound:
                one = _judged(history, forge, remote, branch, waiting.popleft(), day)
                yield one
                # Whatever went wrong may have left an answer of git half read: the next begins anew.
                sound = one.judgement is not None


def _judged(history: History, forge: Forge, remote: str, branch: str, number: int, day: str) -> Judged:
    head = _HEAD.format(number)
    wanted = (f"+refs/heads/{branch}:{_BASE}", f"+{_REFS[forge.name].format(number)}:{head}")
    try:
        pull = forge.pull(number)
        git(history.folder, "fetch", "--quiet", "--no-tags", "--no-recurse-submodules", remote, *wanted, mine=True)
        judgement, registry = judge(history, _BASE, head, pull, forge.reviews(number), forge.pushes(pull), day)
    except (ForgeError, GitError, RevisionError) as error:
        return Judged(None, number, None, None, str(error))
    except Exception as error:  # a bug of ours that one brings out must not be what keeps all others from it
        return Judged(None, number, None, None, repr(error))
    return Judged(pull, number, judgement, registry)


def _precedence(one: Judged) -> tuple[bool, int]:
    """Whoever may open pull requests but is nobody's of the roster can hold no number against those who are."""
    if one.pull is None or one.registry is None or one.judgement is None:
        return True, one.number
    accounts = {person.accounts.get(one.judgement.forge) for person in one.registry.people.values()}
    return one.pull.author.id not in accounts, one.number


def _related(folder: Path, one: int, other: int) -> bool:
    """Whether one of two pull requests goes on from the other, and so brings what it brings."""
    heads = _HEAD.format(one), _HEAD.format(other)
    pairs = (heads, heads[::-1])
    return any(not git(folder, "rev-list", "--max-count=1", first, f"^{second}") for first, second in pairs)
