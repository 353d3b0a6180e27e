"""A forge's name, its repository and the environment → that Forge or its Writer, with the environment's token."""

from __future__ import annotations

from collections.abc import Mapping

from duban.forge import Forge, ForgeError, Writer
from duban.forge.answer import REPOSITORY
from duban.forge.gitea import Gitea
from duban.forge.gitea_writer import GiteaWriter
from duban.forge.github import GitHub
from duban.forge.github_writer import GitHubWriter
from duban.forge.gitlab import GitLab
from duban.forge.gitlab_writer import GitLabWriter
from duban.forge.http import Client
from duban.forge.token import OWN_TOKEN, Token
from duban.pull import ForgeName

_TOKENS: Mapping[ForgeName, tuple[str, ...]] = {
    "github": (OWN_TOKEN, "GITHUB_TOKEN"),
    "gitea": (OWN_TOKEN, "GITEA_TOKEN", "FORGEJO_TOKEN"),
    "gitlab": (OWN_TOKEN, "GITLAB_TOKEN"),
}
_KINDS: Mapping[ForgeName, type[GitHub] | type[Gitea] | type[GitLab]] = {
    "github": GitHub,
    "gitea": Gitea,
    "gitlab": GitLab,
}

_WRITERS: Mapping[ForgeName, type[GitHubWriter] | type[GiteaWriter] | type[GitLabWriter]] = {
    "github": GitHubWriter,
    "gitea": GiteaWriter,
    "gitlab": GitLabWriter,
}


def forge_of(name: ForgeName, repository: str, url: str, environment: Mapping[str, str]) -> Forge:
    """The forge to ask. ``url`` is that of its API; "" for the one that the environment or the forge's maker names.

    Raises ForgeError without a token, without an address, or if the repository is no ``owner/name``.
    """
    client = _client(name, repository, url, environment)
    return _KINDS[name](client, repository)


def writer_of(name: ForgeName, repository: str, url: str, environment: Mapping[str, str]) -> Writer:
    """The same forge to write to, by the same token. Raises ForgeError likewise."""
    client = _client(name, repository, url, environment)
    return _WRITERS[name](client, repository)


def _client(name: ForgeName, repository: str, url: str, environment: Mapping[str, str]) -> Client:
    if name not in _KINDS:
        raise ForgeError(f"{name!r} is none of " + ", ".join(_KINDS))
    if not REPOSITORY.fullmatch(repository) or (name != "gitlab" and repository.count("/") != 1):
        raise ForgeError(f"{repository!r} is not a repository's owner/name")
    address = url or _address(name, environment)
    if not address:
        raise ForgeError(f"{name} has no address: say which server it is on")
    token = next((environment[key] for key in _TOKENS[name] if environment.get(key)), "")
    if not token:
        raise ForgeError("no token: set " + " or ".join(_TOKENS[name]))
    return Client(address, Token(token))


def _address(name: ForgeName, environment: Mapping[str, str]) -> str:
    """Where the job runs. Gitea's runners set GitHub's variables too, and one forge's token is none of the other's."""
    on_gitea = environment.get("GITEA_ACTIONS") == "true" or environment.get("FORGEJO_ACTIONS") == "true"
    if name == "github":
        return ("" if on_gitea else environment.get("GITHUB_API_URL")) or "https://api.github.com"
    if name == "gitea":
        server = environment.get("GITHUB_SERVER_URL") if on_gitea else ""
        return f"{server.rstrip('/')}/api/v1" if server else ""
    return environment.get("CI_API_V4_URL") or "https://gitlab.com/api/v4"
