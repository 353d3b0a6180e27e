"""Drafted notices → a branch or a pull request for each; what was overtaken is taken back, unless people touched it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Literal, NamedTuple

from duban.adding import NoPlaceError, with_entry
from duban.forge import ForgeError, Proposed, Writer
from duban.language import Language
from duban.model import Ledger, Tree
from duban.notice_draft import LISTS, Proposal
from duban.numbering import path_of
from duban.publish.draft_words import draft_body, draft_title, overtaken_words
from duban.repository.drafts import BRANCHES, Drafts
from duban.repository.error import GitError
from duban.schema import Schemas

Outcome = Literal["called_for", "written", "open", "declined", "merged", "overtaken", "taken_up", "no_place", "failed"]
BAD: frozenset[Outcome] = frozenset({"no_place", "failed"})
_STANDING: dict[str, Outcome] = {"open": "open", "closed": "declined", "merged": "merged"}


class Result(NamedTuple):
    """What became of the draft of a key. ``pull`` is 0 where it has none, ``problem`` tells why it failed."""

    key: str
    outcome: Outcome
    pull: int = 0
    problem: str = ""


class Forum(NamedTuple):
    """Where pull requests are opened: the forge, the branch that they go into, and the words they are told in."""

    writer: Writer
    branch: str
    ledger: Ledger
    text: Language

    def standing(self, key: str) -> Proposed | None:
        """The pull request of a draft, whatever became of it."""
        return self.writer.proposed(f"{BRANCHES}{key}", self.branch)


class Proposer:
    """Writes the drafts of one day on top of ``base``, the revision that ``tree`` was read from."""

    def __init__(self, drafts: Drafts, tree: Tree, base: str, day: str) -> None:
        self._drafts, self._tree, self._base, self._day = drafts, tree, base, day
        self._root = Schemas.of(tree).field("item")

    def branches(self, found: Sequence[Proposal]) -> Iterator[Result]:
        """A branch for each draft that has none yet. Raises GitError."""
        known = self._drafts.known()
        for one in found:
            yield Result(one.key, "open" if one.key in known else self._written(one))
        for key, untouched in self._rest(known, found):
            if untouched:
                self._drafts.drop(key)
            yield Result(key, "overtaken" if untouched else "taken_up")

    def pulls(self, found: Sequence[Proposal], forum: Forum) -> Iterator[Result]:
        """A pull request for each draft that never had one.

        Whatever fails keeps no other from it and is done by the next run: each step looks at what stands.
        Raises GitError where the drafts that stand cannot be told.
        """
        known = self._drafts.known()
        for one in found:
            yield _tried(one.key, partial(self._proposed, one, one.key in known, forum))
        for key, untouched in self._rest(known, found):
            yield _tried(key, partial(self._over, key, untouched, forum))

    @staticmethod
    def _rest(known: dict[str, bool], found: Sequence[Proposal]) -> Iterator[tuple[str, bool]]:
        called_for = {one.key for one in found}
        return ((key, untouched) for key, untouched in known.items() if key not in called_for)

    def _written(self, one: Proposal) -> Outcome:
        path = path_of(one.item)
        try:
            content = with_entry(self._tree[path], LISTS[one.kind], one.entry, self._root)
        except NoPlaceError:
            return "no_place"
        self._drafts.write(one.key, self._base, path, content, self._day)
        return "written"

    def _proposed(self, one: Proposal, known: bool, forum: Forum) -> Result:
        before = forum.standing(one.key)
        if before is not None:
            return Result(one.key, _STANDING[before.state], before.number)
        outcome: Outcome = "written" if known else self._written(one)
        if outcome != "written":
            return Result(one.key, outcome)
        title = draft_title(one, forum.ledger, forum.text)
        body = draft_body(one, forum.ledger, self._root, forum.text)
        return Result(one.key, "written", forum.writer.propose(f"{BRANCHES}{one.key}", forum.branch, title, body))

    def _over(self, key: str, untouched: bool, forum: Forum) -> Result:
        before = forum.standing(key)
        number = before.number if before else 0
        merged = before is not None and before.state == "merged"
        if not untouched and not merged:
            return Result(key, "taken_up", number)
        if before is not None and before.state == "open":
            # The branch goes last: as long as it is there, a run that comes after a kill knows what is left to do.
            forum.writer.withdraw(number, overtaken_words(forum.text))
        self._drafts.drop(key)
        return Result(key, "merged" if merged else "overtaken", number)


def _tried(key: str, attempt: Callable[[], Result]) -> Result:
    try:
        return attempt()
    except (ForgeError, GitError) as error:
        return Result(key, "failed", 0, str(error))
