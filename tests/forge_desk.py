"""A forge in memory that takes pull requests and issues, over HTTP as GitHub tells them, or by itself."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from duban.forge import ForgeError, Proposed
from forge_server import Asked, Told


@dataclass
class Opened:
    """A pull request or an issue, with what was said in it."""

    number: int
    title: str
    body: str
    branch: str = ""
    state: str = "open"
    said: list[str] = field(default_factory=list)


@dataclass
class Desk:
    """A Writer whose memory the test can look into."""

    opened: list[Opened] = field(default_factory=list)

    def of(self, branch: str) -> list[Opened]:
        return [one for one in self.opened if one.branch == branch]

    def pulls(self, state: str = "open") -> list[str]:
        return sorted(one.branch for one in self.opened if one.branch and one.state == state)

    def proposed(self, branch: str, base: str) -> Proposed | None:
        assert base == "main"
        found = self.of(branch)
        return Proposed(found[-1].number, found[-1].state) if found else None  # type: ignore[arg-type]

    def propose(self, branch: str, base: str, title: str, body: str) -> int:
        assert base == "main"
        if any(one.state == "open" for one in self.of(branch)):
            raise ForgeError("a pull request exists already")
        return self._open(Opened(0, title, body, branch))

    def withdraw(self, number: int, why: str) -> None:
        self.opened[number - 1].said.append(why)
        self.opened[number - 1].state = "closed"

    def issue(self, title: str) -> int:
        return next((o.number for o in self.opened if not o.branch and o.title == title and o.state == "open"), 0)

    def open_issue(self, title: str, body: str) -> int:
        return self._open(Opened(0, title, body))

    def comment(self, issue: int, body: str) -> None:
        self.opened[issue - 1].said.append(body)

    def _open(self, one: Opened) -> int:
        one.number = len(self.opened) + 1
        self.opened.append(one)
        return one.number


@dataclass
class GitHubDesk(Desk):
    """The same behind GitHub's paths: what a server tells whoever asks (``ForgeServer.tell_all``)."""

    repository: str = "county/ledger"

    def __call__(self, asked: Asked) -> Told:
        home = f"/repos/{self.repository}"
        place = asked.path.removeprefix(home)
        number = int(found[1]) if (found := re.match(r"/(?:pulls|issues)/(\d+)", place)) else 0
        match asked.method, re.sub(r"\d+", "N", place):
            case "GET", "/pulls":
                owner, _, branch = asked.query["head"].partition(":")
                assert (owner, asked.query["state"]) == (self.repository.partition("/")[0], "all")
                return Told([self._pull(one) for one in reversed(self.of(branch))])
            case "POST", "/pulls":
                assert asked.body["draft"] is True
                try:
                    made = self.propose(*(asked.body[name] for name in ("head", "base", "title", "body")))
                except ForgeError as error:
                    return Told({"message": str(error)}, 422)
                return Told(self._pull(self.opened[made - 1]), 201)
            case "PATCH", "/pulls/N":
                self.opened[number - 1].state = asked.body["state"]
                return Told(self._pull(self.opened[number - 1]))
            case "GET", "/issues":
                return Told([self._issue(one) for one in self.opened if one.state == "open"])
            case "POST", "/issues":
                return Told(self._issue(self.opened[self.open_issue(asked.body["title"], asked.body["body"]) - 1]), 201)
            case "POST", "/issues/N/comments":
                self.comment(number, asked.body["body"])
                return Told({"id": 1}, 201)
        return Told({"message": "Not Found"}, 404)

    @staticmethod
    def _pull(one: Opened) -> Any:
        home = {"id": 5}
        return {
            "number": one.number,
            "title": one.title,
            "state": "open" if one.state == "open" else "closed",
            "merged_at": "2019-07-05T02:00:00Z" if one.state == "merged" else None,
            "head": {"ref": one.branch, "repo": home},
            "base": {"ref": "main", "repo": home},
        }

    @staticmethod
    def _issue(one: Opened) -> Any:
        return {"number": one.number, "title": one.title, **({"pull_request": {}} if one.branch else {})}
