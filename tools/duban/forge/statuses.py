"""A verdict and its words → the fields of the commit status that says them."""

from __future__ import annotations

from duban.pull import StatusState

CONTEXT = "duban/sign-off"
_LONGEST = 140


def status(state: StatusState, description: str, url: str = "") -> dict[str, str]:
    """The status as GitHub and Gitea take it; the description on one line, cut to what GitHub takes."""
    line = " ".join(description.split())
    if len(line) > _LONGEST:
        line = line[: _LONGEST - 1] + "…"
    return {"context": CONTEXT, "state": state, "description": line} | ({"target_url": url} if url else {})
