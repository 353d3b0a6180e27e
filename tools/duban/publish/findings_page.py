"""An edition → the page of what is wrong in the ledger now, with the place and the fix of each finding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from duban.finding import Finding, ordered
from duban.publish.edition import Edition
from duban.publish.page import Page
from duban.registry import INSPECTIONS

_MOST = 500
"""How many findings are told one by one, errors first; nobody reads more, and a page of thousands opens slowly."""


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
class Untold:
    """A check whose findings are not all told one by one, and how many more there are."""

    code: str
    title: str
    count: int


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
    told, rest = _parted(findings)
    by_path: dict[str, list[Finding]] = {}
    for finding in told:
        by_path.setdefault(finding.path, []).append(finding)
    context = {
        "files": tuple(
            FileFindings(path, _page_of(path, edition), tuple(_told(one, edition) for one in found))
            for path, found in by_path.items()
        ),
        "most": _MOST,
        "untold": tuple(_untold(rest, edition)),
        "errors": sum(finding.severity == "error" for finding in findings),
        "warnings": sum(finding.severity == "warning" for finding in findings),
        "checked": len(edition.digests),
        "broken": edition.ledger.broken,
    }
    yield Page("findings.html", edition.text("findings.title"), "findings.html", context, group="checks")


def _parted(findings: Sequence[Finding]) -> tuple[list[Finding], list[Finding]]:
    """Those that are told one by one, in their order, and the rest."""
    errors_first = sorted(findings, key=lambda one: one.severity != "error")
    return ordered(errors_first[:_MOST]), errors_first[_MOST:]


def _untold(rest: Sequence[Finding], edition: Edition) -> Iterator[Untold]:
    for code, count in sorted(Counter(one.code for one in rest).items()):
        yield Untold(code, edition.text(f"{code}.title"), count)


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
