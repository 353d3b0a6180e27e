"""A ledger's folder → its exit written as a new folder: everything as plain files, with the proofs that git keeps."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from duban.chain import Filed
from duban.examiner import examined
from duban.exit.proofs import Evidence, Signed
from duban.exit.whole import digest, exit_files, sums
from duban.language import language
from duban.load import Readings
from duban.publish.edition import edition
from duban.receipt import ReceiptError, read_receipt
from duban.repository import names_below, standing_commit
from duban.repository.bundle import write_bundle
from duban.repository.error import RevisionError
from duban.repository.evidence import BRANCH
from duban.repository.evidence import Evidence as Filings
from duban.repository.objects import Objects
from duban.repository.whole import whole_folder, write_whole

_SCANS = "scans"
_BUNDLE = "proofs/history.bundle"


def export_all(folder: Path, readings: Readings, day: str, out: Path) -> int:
    """Write the exit of a readable ledger as of an ISO day; how many files it has.

    ``out`` appears whole or not at all. Raises FileExistsError where it is there already.
    """
    if readings.schemas is None:
        raise ValueError("a ledger without readable schemas has no exit")
    examination = examined(folder, readings.tree)
    made = edition(
        "internal",
        language("zh"),
        readings.ledger(day, ahead=True),
        readings.schemas,
        day,
        day,
        pinned=True,
        digests=readings.digests(),
        examination=examination,
    )
    verified = examination.verified
    evidence = _evidence(folder, verified.evidence) if examination.held else Evidence()
    found: dict[str, str] = {}
    with whole_folder(out) as draft:
        files = exit_files(readings, made, evidence, standing_commit(folder))
        for path, content in chain(_scans(folder), files):
            write_whole(draft / path, content)
            found[path] = digest(content)
        if examination.held:
            tips = {"main": verified.tip, BRANCH: verified.evidence}
            write_bundle(folder, {name: tip for name, tip in tips.items() if tip}, draft / _BUNDLE)
            found[_BUNDLE] = digest((draft / _BUNDLE).read_bytes())
        write_whole(draft / "SHA256SUMS", sums(found.items()))
    return len(found) + 1


def _scans(folder: Path) -> Iterator[tuple[str, bytes]]:
    """The scans of what was signed on paper, and what else stands beside them."""
    for name in names_below(folder / _SCANS):
        yield f"ledger/{_SCANS}/{name}", (folder / _SCANS / name).read_bytes()


def _evidence(folder: Path, tip: str) -> Evidence:
    """The receipts that lead to a tip of the evidence branch, and the rules that they name."""
    with Objects(folder) as objects:
        filings = Filings(folder, objects)
        filed = [one for one in filings.filed("", tip) if one.path] if tip else []
        signed = [Signed(one, *filings.signed(one)) for one in filed]
        rules: dict[str, bytes] = {}
        for identity in dict.fromkeys(name for one in filed for name in _rules(one)):
            try:
                rules[identity] = objects.blob(identity)
            except RevisionError:
                continue  # the audit says that it is missing
    return Evidence(signed, rules)


def _rules(filed: Filed) -> tuple[str, ...]:
    """The ids of the policy and the roster that a receipt names; none where it is no receipt, as the audit says."""
    try:
        named = read_receipt(filed.content, lambda _: True).rules
    except ReceiptError:
        return ()
    return tuple(one for one in (named.policy, named.roster) if one)
