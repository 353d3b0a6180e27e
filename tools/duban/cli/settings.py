"""``duban settings``: CODEOWNERS and the rulesets as the policy has them, written, or compared with what is there."""

from __future__ import annotations

import argparse
import sys

from duban.cli.context import CLEAN, Context, Parser, UsageError
from duban.cli.generated import kept
from duban.language import Language, language
from duban.load import read
from duban.settings import settings


def arguments(parser: Parser, text: Language) -> None:
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--write", action="store_true", help=text("settings.help.write"))
    what.add_argument("--check", action="store_true", help=text("settings.help.check"))


def run(context: Context, options: argparse.Namespace) -> int:
    tree = context.tree()
    rules = {path: tree[path] for path in tree if path.startswith(("schemas/", "registry/"))}
    policy = read(rules).registry.policy
    if not policy:
        raise UsageError(context.text("cli.registry_broken"))
    made = settings(policy, [language("zh"), language("en")])
    if not made:
        sys.stdout.write(context.text("settings.by_hand", forge=policy["signing"]["forge"]) + "\n")
        return CLEAN
    return kept(context.folder, made, context.text, write=options.write)
