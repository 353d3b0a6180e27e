"""An edition → the page of what is wrong in the ledger now, with the place and the fix of each finding."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from duban.finding import Finding, ordered
from duban.publish.edition import Edition
from duban.publish.page import Page
from duban.registry import INSPECTIONS


@dataclass(frozen=True, slots=True)
class Told:
    """One finding in the reader's language. Lines and columns count from 1."""

    line: int
    column: int
    code: str
    severity: str
    message: str
    fix: str


@dataclass(frozen=True, slots=True)
class FileFindings:
    """What is wrong in one file. ``item`` is the id of its item, if it has a page of its own."""

    path: str
    item: str
    findings: tuple[Told, ...]


def site_pages(edition: Edition) -> Iterator[Page]:
    """The findings; inside only."""
    if edition.public:
        return
    findings = ordered(edition.ledger.findings)
    by_path: dict[str, list[Finding]] = {}
    for finding in findings:
        by_path.setdefault(finding.path, []).append(finding)
    context = {
        "files": tuple(
            FileFindings(path, _page_of(path, edition), tuple(_told(one, edition) for one in found))
            for path, found in by_path.items()
        ),
        "errors": sum(finding.severity == "error" for finding in findings),
        "warnings": sum(finding.severity == "warning" for finding in findings),
        "checked": len(edition.digests),
        "broken": edition.ledger.broken,
    }
    yield Page("findings.html", edition.text("findings.title"), "findings.html", context, group="checks")


def _page_of(path: str, edition: Edition) -> str:
    """The id of the item that a file holds, "" where none can be shown."""
    identity = path.rpartition("/")[2].removesuffix(".yml")
    return identity if path.startswith("items/") and identity in edition.ledger.items else ""


def _told(finding: Finding, edition: Edition) -> Told:
    text = edition.text
    if finding.path == INSPECTIONS:
        # A message would name units, people and days of what nobody may be told before it took place.
        title, rest = text(f"{finding.code}.title"), text("findings.by_check")
        return Told(finding.line, finding.column, finding.code, finding.severity, title, rest)
    return Told(finding.line, finding.column, finding.code, finding.severity, text.message(finding), text.fix(finding))
