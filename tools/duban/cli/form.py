"""``duban form``: what is made from the schemas: what editors need to fill in the files, what the public may see."""

from __future__ import annotations

import argparse
from pathlib import Path

from duban.cli.context import Context, Parser, UsageError
from duban.cli.generated import kept
from duban.editor.decap import DecapError, Wish, decap_files
from duban.editor.hover import editor_schemas
from duban.editor.snippets import PATH, snippets_text
from duban.language import Language
from duban.publish.openness_table import openness_page
from duban.reader import Reader
from duban.schema import Schemas

_EDITOR = "build/editor"


def arguments(parser: Parser, text: Language) -> None:
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--snippets", action="store_true", help=text("form.help.snippets"))
    which.add_argument("--decap", action="store_true", help=text("form.help.decap"))
    which.add_argument("--openness", action="store_true", help=text("form.help.openness"))
    parser.add_argument("--check", action="store_true", help=text("form.help.check"))
    parser.add_argument("--out", metavar="DIR", type=Path, help=text("form.help.out"))
    parser.add_argument("--forgejo", action="store_true", help=text("form.help.forgejo"))
    parser.add_argument("--app", metavar="ID", default="", help=text("form.help.app"))
    parser.add_argument("--auth", metavar="URL", default="", help=text("form.help.auth"))
    parser.add_argument("--local", action="store_true", help=text("form.help.local"))


def run(context: Context, options: argparse.Namespace) -> int:
    tree, text = context.tree(), context.text
    schemas = Schemas.of(tree)
    registry = Reader(schemas, tree).registry
    if not registry.policy:
        raise UsageError(text("cli.registry_broken"))
    if options.snippets:
        made = {PATH: snippets_text(schemas, registry.policy), **editor_schemas(tree)}
        return kept(options.out or context.folder, made, text, write=not options.check)
    if options.openness:
        return kept(options.out or context.folder, openness_page(schemas), text, write=not options.check)
    wish = Wish(options.forgejo, options.app, options.auth, options.local)
    try:
        made = dict(decap_files(schemas, registry, context.day(), text, wish))
    except DecapError as error:
        raise UsageError(text(f"form.decap.{error}")) from error
    return kept(options.out or context.folder / _EDITOR, made, text, write=not options.check)
