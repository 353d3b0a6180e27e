"""A forge in memory that answers what the test has put into it."""

from __future__ import annotations

from dataclasses import dataclass, field

from duban.pull import ForgeName, Pull, Push, Review, StatusState


@dataclass
class ScriptedForge:
    """Pull requests, reviews and pushes by number, and the statuses that were posted."""

    name: ForgeName = "github"
    requests: dict[int, Pull] = field(default_factory=dict)
    said: dict[int, list[Review]] = field(default_factory=dict)
    pushed: dict[int, list[Push]] = field(default_factory=dict)
    statuses: list[tuple[str, StatusState, str, str]] = field(default_factory=list)

    def pulls(self, merged_as: str = "") -> tuple[int, ...]:
        found = self.requests.values()
        return tuple(one.number for one in found if (one.merge == merged_as if merged_as else one.open))

    def pull(self, number: int) -> Pull:
        return self.requests[number]

    def reviews(self, number: int) -> tuple[Review, ...]:
        return tuple(self.said[number])

    def pushes(self, pull: Pull) -> tuple[Push, ...]:
        return tuple(self.pushed[pull.number])

    def set_status(self, commit: str, state: StatusState, description: str, url: str = "") -> None:
        self.statuses.append((commit, state, description, url))
