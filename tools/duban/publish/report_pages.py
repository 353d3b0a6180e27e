"""An edition → the numbered list of special reports and bulletins, and each of them as an official document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from duban.publish.edition import Edition
from duban.publish.page import Page
from duban.publish.place import Place
from duban.publish.shown import Row, Shower, Shown
from duban.publish.standing import key_of_proofs
from duban.record import ReportRecord


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list. ``page`` is the report's own page, "" where the edition has none."""

    anchor: str
    year: str
    number: str
    title: str
    on: str
    items: tuple[str, ...]
    page: str


@dataclass(frozen=True, slots=True)
class Series:
    """All reports of one kind, newest first."""

    anchor: str
    kind: str
    reports: tuple[Listed, ...]


def site_pages(edition: Edition) -> Iterator[Page]:
    """The list of reports."""
    context = {"series": tuple(_series(edition))}
    yield Page("reports.html", edition.text("reports.title"), "reports.html", context, group="results")


def loose_pages(edition: Edition) -> Iterator[Page]:
    """One page for each report; the public edition lists them only."""
    if edition.public:
        return
    shower = Shower(edition, int(edition.day[:4]))
    for report in edition.ledger.reports.values():
        year, number = report["id"].split("/")
        context = _context(report, number, edition, shower)
        kind = edition.schemas.field("report").properties["kind"].value_label(report["kind"], edition.text.code)
        key = edition.digests.get(f"reports/{year}/{number}.yml", "") + repr(context["links"])
        key += key_of_proofs(edition, report["id"])
        title = f"{kind} {edition.text('reports.number', number=bare_number(number))} {report['title']}"
        yield Page(f"reports/{year}-{number}.html", title, "report.html", context, key)


def _series(edition: Edition) -> Iterator[Series]:
    field = edition.schemas.field("report").properties["kind"]
    for kind in field.enum:
        mine = sorted(
            (report for report in edition.ledger.reports.values() if report["kind"] == kind),
            key=lambda report: (report["issued_on"], report["id"]),
            reverse=True,
        )
        label = field.value_label(kind, edition.text.code)
        yield Series(f"kind-{field.enum.index(kind) + 1}", label, tuple(_listed(one, edition) for one in mine))


def _listed(report: ReportRecord, edition: Edition) -> Listed:
    year, number = report["id"].split("/")
    items = tuple(item for item in report.get("items", ()) if item in edition.ledger.items)
    page = "" if edition.public else f"reports/{year}-{number}.html"
    return Listed(
        f"report-{year}-{number}", year, bare_number(number), report["title"], report["issued_on"], items, page
    )


def bare_number(number: str) -> str:
    """The number as people say it: ``087`` is 87, ``T001`` is 1 of its own series."""
    return number.lstrip("T0ABCDEFGHIJKLMNOPQRSUVWXYZ") or number


def document_path(identity: str) -> str:
    """Where a report lies as a document, below the root of the site: ``reports/2019-087.docx``."""
    return f"reports/{identity.replace('/', '-')}.docx"


def _context(report: ReportRecord, number: str, edition: Edition, shower: Shower) -> dict[str, object]:
    field = edition.schemas.field("report")
    items = tuple(shower.reference("item", item) for item in report.get("items", ()))
    links = []
    if items:
        links.append(Row(shower.label(field.properties["items"]), Shown("lines", "", "", items)))
    if "campaign" in report:
        links.append(shower.row(report, "campaign", field))
    policy = edition.ledger.registry.policy
    return {
        "report": report,
        "kind": field.properties["kind"].value_label(report["kind"], edition.text.code),
        "number": bare_number(number),
        "office": shower.names.office(policy["office"]),
        "to": shower.row(report, "to", field).value.text,
        "signed": shower.signed(report, Place(report["id"])),
        "issued_on": shower.long_day(report["issued_on"]),
        "links": tuple(links),
        "document": document_path(report["id"]),
    }
