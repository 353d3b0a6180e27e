"""Command line → one command run, its text or JSON printed, its exit code returned."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from keyword import iskeyword
from pathlib import Path

from duban.cli.context import CLEAN, OUR_BUG, WRONG_USAGE, Context, Parser, chosen_language
from duban.cli.encoding import speak_chinese
from duban.cli.fault import told
from duban.language import Language, language

COMMANDS = (
    "check",
    "status",
    "obligations",
    "figures",
    "explain",
    "init",
    "new",
    "add",
    "amend",
    "renumber",
    "intake",
    "import",
    "summary",
    "gate",
    "record",
    "audit",
    "expunge",
    "settings",
    "form",
    "site",
    "export",
    "remind",
    "draft",
    "report",
    "assess",
    "burden",
    "convene",
    "replay",
    "synth",
)


ASKED_BY = "_ARGCOMPLETE"
"""Set by the hook of a shell that completes a line; the line itself is then in ``COMP_LINE``."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``duban``; returns 0 clean, 1 findings, 2 wrong usage, 3 our own bug."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    completing = ASKED_BY in os.environ
    if completing:
        given = os.environ.get("COMP_LINE", "").split()[1:]
    text = language(chosen_language(given))
    try:
        # A command is short and keeps what it reads: looking for garbage would only cost time.
        gc.disable()
        parser = _parser(given)
        if completing:
            import argcomplete

            argcomplete.autocomplete(parser)
        options = parser.parse_args(given)
        context = Context(Path(options.folder), text)
        run = options.run
        return int(run(context, options))
    except BrokenPipeError:
        return CLEAN
    except KeyboardInterrupt:
        sys.stderr.write(f"\n{text('cli.interrupted')}\n")
        return 130
    except Exception as error:  # the one place where a bug is told from all that may go wrong
        return _failed(error, text)
    finally:
        gc.enable()


def _failed(error: Exception, text: Language) -> int:
    """Tell what ended a command; its exit code."""
    if (said := told(error, text)) is None:
        import traceback

        traceback.print_exc()
        sys.stderr.write(f"{text('cli.our_bug')}\n")
        return OUR_BUG
    sys.stderr.write(f"duban: {said}\n")
    return WRONG_USAGE


def command() -> None:
    """The ``duban`` command: ``main``, and then an end without taking millions of values apart."""
    speak_chinese()
    code = main()
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        pass
    except OSError as error:
        if code != WRONG_USAGE:  # else it was told
            code = _failed(error, language(chosen_language(sys.argv[1:])))
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.flush()
    os._exit(code)


def _parser(given: Sequence[str]) -> Parser:
    text = language(chosen_language(given))
    parser = Parser(prog="duban", description=text("cli.description"), text=text)
    parser.add_argument("-C", dest="folder", default=".", metavar=text("cli.arg.folder"), help=text("cli.help.folder"))
    parser.add_argument("--lang", choices=("zh", "en"), help=text("cli.help.lang"))
    parser.add_argument("--version", action="version", version=_version(), help=text("cli.help.version"))
    commands = parser.add_subparsers(
        title=text("cli.commands"), metavar=text("cli.arg.command"), required=True, parser_class=Parser
    )
    for name in COMMANDS:
        added = commands.add_parser(
            name,
            help=text(f"{name}.summary"),
            description=text(f"{name}.summary"),
            epilog=text("cli.example") + "\n" + text(f"{name}.example"),
            text=text,
        )
        # Only the command that is called is imported: a check must start fast.
        if name in given:
            command = import_module(f"duban.cli.{_module(name)}")
            command.arguments(added, text)
            added.set_defaults(run=command.run)
    return parser


def _module(command: str) -> str:
    """The module of a command; a word of Python's own takes an underscore."""
    return f"{command}_" if iskeyword(command) else command


def _version() -> str:
    from duban import __version__

    return f"duban {__version__}"
