"""Options and files of a command → the forge to ask, or what a forge has told already."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

import orjson

from duban.cli.context import Context, Parser, UsageError
from duban.forge import Forge, Writer
from duban.language import Language
from duban.model import Data
from duban.parse import parse
from duban.pull import FORGES, ForgeName, Pull, Push, Review
from duban.registry import POLICY

_RUN = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")


def forge_arguments(parser: Parser, text: Language) -> None:
    """The options that say which forge to ask, where the policy and the environment don't."""
    parser.add_argument("--forge", choices=FORGES, help=text("forge.help.forge"))
    parser.add_argument("--url", metavar="URL", default="", help=text("forge.help.url"))


def asked_forge(context: Context, options: argparse.Namespace) -> Forge:
    """The forge of the policy. Raises ForgeError where there is no token, UsageError without a policy."""
    from duban.forge.chosen import forge_of

    rules = signing(context)
    return forge_of(options.forge or rules["forge"], rules["repository"], options.url, os.environ)


def forge_writer(context: Context, options: argparse.Namespace, repository: str = "") -> Writer:
    """The same forge to write to, in the ledger's own repository or in another one there."""
    from duban.forge.chosen import writer_of

    rules = signing(context)
    return writer_of(options.forge or rules["forge"], repository or rules["repository"], options.url, os.environ)


def leads_repository(context: Context) -> str:
    """Where leads are opened by the policy that lies in the folder: a repository of their own, or the ledger's."""
    found = _policy(context).get("intake")
    named = found.get("repository") if isinstance(found, dict) else None
    return named if isinstance(named, str) else str(signing(context)["repository"])


def _policy(context: Context) -> Data:
    """The policy that lies in the folder, whatever it says; empty where there is none that can be read."""
    try:
        policy, _ = parse(POLICY, (context.folder / POLICY).read_bytes())
    except OSError:
        return {}
    return policy if isinstance(policy, dict) else {}


def signing(context: Context) -> Data:
    """The ``signing`` of the policy that lies in the folder. Raises UsageError where there is none."""
    found = _policy(context).get("signing")
    named = isinstance(found, dict) and all(isinstance(found.get(name), str) for name in ("repository", "branch"))
    if not isinstance(found, dict) or not named or found.get("forge") not in FORGES:
        raise UsageError(context.text("audit.no_signing"))
    return found


def told(
    context: Context, options: argparse.Namespace, forge: ForgeName
) -> tuple[Pull, tuple[Review, ...], tuple[Push, ...]]:
    """The answers of a forge that lie in files, as GitHub or Gitea gave them. Raises UsageError and ForgeError.

    Of what no file is named for there is nothing.
    """
    files = (options.pull, options.reviews, options.pushes, options.commits)
    pull, reviews, pushes, commits = (_document(context, file) if file else () for file in files)
    if forge == "gitea":
        from duban.forge import gitea_answers

        made = (*gitea_answers.pushes(pushes), gitea_answers.opening(pull))
        return gitea_answers.pull(pull, commits), gitea_answers.reviews(reviews), made
    if forge == "gitlab":
        raise UsageError(context.text("gate.no_files"))
    from duban.forge import github_answers

    return github_answers.pull(pull, commits), github_answers.reviews(reviews), github_answers.pushes(pushes)


def run_address() -> str:
    """Where the job that runs this can be looked at, or ""."""
    server, repository, run = (os.environ.get(name, "") for name in _RUN)
    return f"{server}/{repository}/actions/runs/{run}" if server and repository and run else ""


def _document(context: Context, file: str) -> Any:
    try:
        return orjson.loads(Path(file).read_bytes())
    except (OSError, ValueError) as error:
        raise UsageError(context.text("gate.no_file", file=file, problem=str(error))) from error
