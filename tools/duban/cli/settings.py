"""``duban settings``: CODEOWNERS and the rulesets as the policy has them, written, or compared with what is there."""

from __future__ import annotations

import argparse
import sys
from difflib import unified_diff

from duban.cli.context import CLEAN, FINDINGS, Context, Parser, UsageError
from duban.cli.table import on_one_line
from duban.language import Language, language
from duban.load import read
from duban.repository import write_whole
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
    found = {path: _content(context, path) for path in made}
    drifted = [path for path in made if found[path] != made[path]]
    for path in drifted:
        if options.write:
            write_whole(context.folder / path, made[path])
            sys.stdout.write(f"{path}\n")
        else:
            said = "settings.differs" if found[path] is not None else "settings.missing"
            sys.stdout.write(context.text(said, file=path) + "\n")
            _print_difference(path, found[path] or b"", made[path])
    if not drifted:
        sys.stdout.write(context.text("settings.same", count=len(made)) + "\n")
    return FINDINGS if drifted and not options.write else CLEAN


def _content(context: Context, path: str) -> bytes | None:
    try:
        return (context.folder / path).read_bytes()
    except OSError:
        return None


def _print_difference(path: str, found: bytes, wanted: bytes) -> None:
    before, after = (content.decode("utf-8", "replace").splitlines() for content in (found, wanted))
    for line in unified_diff(before, after, f"a/{path}", f"b/{path}", lineterm="", n=1):
        sys.stdout.write(on_one_line(line) + "\n")
