"""``duban audit``: what history proves, offline: every merge, every receipt, and every violation."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from duban.auditor import Audited, audited
from duban.chain import Violation
from duban.cli.context import CLEAN, FINDINGS, Context, Parser, print_json
from duban.cli.table import on_one_line
from duban.finding import Finding
from duban.language import Language
from duban.memory import Memory
from duban.moment import day_in_china
from duban.proof import Proof
from duban.store import cache_folder


def arguments(parser: Parser, text: Language) -> None:
    parser.add_argument("--full", action="store_true", help=text("audit.help.full"))
    parser.add_argument("--tip", metavar="REV", default="", help=text("audit.help.tip"))
    parser.add_argument("--evidence", metavar="REV", default="", help=text("audit.help.evidence"))
    parser.add_argument("--genesis", metavar="REV", default="", help=text("audit.help.genesis"))
    parser.add_argument("--format", choices=("text", "json"), default="text", help=text("cli.help.format"))


def run(context: Context, options: argparse.Namespace) -> int:
    memory = Memory(cache_folder(context.folder))
    found = audited(
        context.folder,
        memory,
        tip=options.tip,
        genesis=options.genesis,
        evidence=options.evidence,
        full=options.full,
    )
    if options.format == "json":
        print_json(as_json(found, context.text))
    else:
        _print_text(found, context.text)
    return FINDINGS if found.violations else CLEAN


def as_json(found: Audited, text: Language) -> dict[str, Any]:
    """An audit as CONTRACT.md has it."""
    return {
        "verdict": "violations" if found.violations else "clean",
        "genesis": found.genesis,
        "tip": found.verified.tip,
        "evidence": found.verified.evidence or None,
        "commits": found.verified.commits,
        "receipts": found.verified.receipts,
        "violations": [
            {"commit": one.commit, "code": one.code, "message": message(one, text), "fix": fix(one, text)}
            for one in found.violations
        ],
        "expunged": [
            {
                "number": one.number,
                "at": one.document["recorded_at"],
                "basis": one.document["basis"],
                "by": one.document["by"],
                "places": [{"item": item, "field": field} for item, field in one.places],
                "before": one.document["before"],
                "after": one.after,
            }
            for one in found.expunged
        ],
        "entries": [_entry(one) for one in found.proofs.values()],
    }


def message(violation: Violation, text: Language) -> str:
    """What is wrong, in one sentence."""
    return text.message(_finding(violation))


def fix(violation: Violation, text: Language) -> str:
    """What to do about it."""
    return text.fix(_finding(violation))


def _finding(violation: Violation) -> Finding:
    return Finding(violation.commit, 1, 1, violation.code, violation.details)


def _entry(proof: Proof) -> dict[str, Any]:
    return {
        "item": proof.item,
        "entry": proof.entry,
        "kind": proof.kind,
        "proof": proof.state,
        "signers": [signer.person for signer in proof.signers],
        "signed": [
            {"person": signer.person, "role": signer.role, "at": signer.at or None, "paper": signer.paper}
            for signer in proof.signers
        ],
        "pull": proof.pull or None,
        "commit": proof.commit or None,
        "merged_at": proof.merged_at or None,
    }


def _print_text(found: Audited, text: Language) -> None:
    colour = sys.stdout.isatty()
    for one in found.violations:
        place = one.commit[:10]
        place = f"\033[1m{place}\033[0m" if colour else place
        sys.stdout.write(f"{place} {one.code} {on_one_line(message(one, text))}\n")
        sys.stdout.write(f"    {text('check.fix')}{on_one_line(fix(one, text))}\n")
    for told in found.expunged:
        document = told.document
        places = "、".join(f"{item} {field}".strip() for item, field in told.places)
        said = text(
            "audit.expunged",
            number=told.number,
            day=day_in_china(document["recorded_at"]),
            basis=document["basis"],
            by=document["by"],
            places=places,
        )
        sys.stdout.write(on_one_line(said) + "\n")
    verified = found.verified
    counts = {"commits": verified.commits, "receipts": verified.receipts, "violations": len(found.violations)}
    sys.stdout.write(text("audit.violations" if found.violations else "audit.clean", **counts) + "\n")
    sys.stdout.write(text("audit.from_to", genesis=found.genesis[:10], tip=verified.tip[:10]) + "\n")
