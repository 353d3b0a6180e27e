"""A verdict and its words → the commit status that says them, and whether one that stands says them already."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from duban.forge import ForgeError
from duban.forge.answer import Answer
from duban.pull import StatusState

CONTEXT = "duban/sign-off"
MOST_PAGES = 3
"""How far to look for it among the statuses of others."""
_LONGEST = 140


class Standing(NamedTuple):
    """A status as it stands: what it says, and the number of the account that posted it, 0 if that is gone."""

    state: str
    description: str
    creator: int


def status(state: StatusState, description: str, url: str = "") -> dict[str, str]:
    """The status as GitHub and Gitea take it; the description on one line, cut to what GitHub takes."""
    line = _on_one_line(description)
    if len(line) > _LONGEST:
        line = line[: _LONGEST - 1] + "…"
    return {"context": CONTEXT, "state": state, "description": line} | ({"target_url": url} if url else {})


def standing_of(answer: Answer, state: str, creator: str) -> Standing:
    """A status as a forge tells it, under the names that it has for the state and for who posted it."""
    description, account = answer.option("description"), answer.option(creator)
    return Standing(
        state=answer[state].text(),
        description=description.text() if description else "",
        creator=account["id"].number() if account else 0,
    )


def newest(leaves: Iterable[object], decode: Callable[[object], Standing | None]) -> Standing | None:
    """The newest status of our context in a list told leaf by leaf; None if there is none, or the forge doesn't tell.

    Then it is posted anew.
    """
    try:
        return next(filter(None, map(decode, leaves)), None)
    except ForgeError:
        return None


def says(standing: Standing | None, fields: Mapping[str, str], own: Callable[[], int]) -> bool:
    """Whether what stands says what these fields would, and the own account posted it, if that is known (else 0).

    The address counts for nothing. Whose it is does: a forge can be set to heed one account's statuses only, and
    then the same words of another must not keep ours from it.
    """
    if standing is None:
        return False
    same = (standing.state, _on_one_line(standing.description)) == (fields["state"], fields["description"])
    return same and own() in (0, standing.creator)


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
