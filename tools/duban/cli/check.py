"""``duban check``: the ledger's findings, and with a base what the change since then may not do."""

from __future__ import annotations

import argparse
import sys
from collections import Counter

from duban.assessed import points_unknown
from duban.calendar import calendar_findings
from duban.change import change
from duban.cli.context import CLEAN, FINDINGS, Context, Parser, UsageError, print_json, printed_finding
from duban.cli.table import on_one_line
from duban.finding import Finding, ordered
from duban.language import Language
from duban.load import Readings
from duban.schema_change import schema_findings


def arguments(parser: Parser, text: Language) -> None:
    parser.add_argument("paths", nargs="*", metavar="PATH", help=text("check.help.paths"))
    parser.add_argument("--base", metavar="REV", help=text("check.help.base"))
    parser.add_argument("--new", action="store_true", help=text("check.help.new"))
    parser.add_argument("--format", choices=("text", "json", "github"), default="text", help=text("cli.help.format"))


def run(context: Context, options: argparse.Namespace) -> int:
    if options.new and not options.base:
        raise UsageError(context.text("check.new_needs_base"))
    day = context.day()
    tree = context.tree()
    readings = context.readings(tree)
    at = options.base or "HEAD"
    findings = _of_the_ledger(context, readings, day, at)
    if options.base:
        before = context.tree(options.base)
        if options.new:
            findings = _not_among(findings, _of_the_ledger(context, context.readings(before), day, at))
        findings += change(before, tree).findings
        findings += schema_findings(before, tree, sorted(before))
    if options.paths:
        wanted = [path.rstrip("/") for path in options.paths]
        for path in wanted:
            if not any(known == path or known.startswith(path + "/") for known in tree):
                raise UsageError(context.text("check.no_such_path", path=path))
        findings = [
            one for one in findings if any(one.path == path or one.path.startswith(path + "/") for path in wanted)
        ]
    findings = ordered(findings)
    counted = sum(reading.facts.counted for reading in readings.items.values())
    counts = {
        "items": counted,
        "not_filed": len(readings.items) - counted,
        "files": len(readings.items),
        "errors": sum(finding.severity == "error" for finding in findings),
        "warnings": sum(finding.severity == "warning" for finding in findings),
    }
    if options.format == "json":
        print_json({"findings": [printed_finding(one, context.text) for one in findings], "counts": counts})
    elif options.format == "github":
        for finding in findings:
            sys.stdout.write(_annotation(finding, context.text) + "\n")
    else:
        _print_text(findings, counts, context.text)
    return FINDINGS if findings else CLEAN


def _of_the_ledger(context: Context, readings: Readings, day: str, at: str) -> list[Finding]:
    """What is wrong with a ledger that came to the main branch after a revision, or would."""
    found = [*readings.findings(day), *calendar_findings(readings.registry, day)]
    if readings.assessments:
        from duban.frozen import freeze_findings

        found += points_unknown(readings)
        found += freeze_findings(context.folder, readings, at, lambda one: context.readings(context.tree(one)))
    return found


def _not_among(findings: list[Finding], known: list[Finding]) -> list[Finding]:
    """The findings that are not known already, wherever in their file they stood."""
    left = Counter(_told(one) for one in known)
    found = []
    for one in findings:
        if left[_told(one)]:
            left[_told(one)] -= 1
        else:
            found.append(one)
    return found


def _told(finding: Finding) -> tuple[str, str, str]:
    return finding.path, finding.code, repr(sorted(finding.details.items()))


def _print_text(findings: list[Finding], counts: dict[str, int], text: Language) -> None:
    colour = sys.stdout.isatty()
    for finding in findings:
        place = on_one_line(f"{finding.path}:{finding.line}:{finding.column}")
        severity = text(f"severity.{finding.severity}")
        if colour:
            tint = "31" if finding.severity == "error" else "33"
            place, severity = f"\033[1m{place}\033[0m", f"\033[{tint}m{severity}\033[0m"
        sys.stdout.write(f"{place} {severity} {finding.code} ")
        sys.stdout.write(on_one_line(text.message(finding)) + "\n")
        sys.stdout.write(f"    {text('check.fix')}{on_one_line(text.fix(finding))}\n")
    summary = "check.clean" if not findings else "check.count"
    sys.stdout.write(text(summary, **counts) + "\n")


def _annotation(finding: Finding, text: Language) -> str:
    """A workflow command; its own syntax in the ledger's text is escaped, so that none can forge one."""
    message = _escaped(f"{text.message(finding)} {text('check.fix')}{text.fix(finding)}")
    path = _escaped(finding.path).replace(":", "%3A").replace(",", "%2C")
    return f"::{finding.severity} file={path},line={finding.line},col={finding.column},title={finding.code}::{message}"


def _escaped(text: str) -> str:
    return on_one_line(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
