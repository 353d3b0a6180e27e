"""An edition and a report, or the place of a form → that paper as a document to print, sign and forward."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from duban.documents.form import Cell, Form, form
from duban.documents.official import Official, Section, official
from duban.documents.plain_html import lines_of
from duban.language import Language
from duban.numbering import report_path
from duban.publish import changes
from duban.publish.data_file import DataFile
from duban.publish.edition import Edition
from duban.publish.paper import Paper, papers
from duban.publish.place import Place
from duban.publish.report_pages import bare_number, document_path
from duban.publish.shown import Row, Shower
from duban.record import ReportRecord
from duban.report_draft import long_day


def report_document(edition: Edition, report: ReportRecord) -> bytes:
    """A special report or a bulletin in the layout of an official document (GB/T 9704-2012)."""
    text, policy = edition.text, edition.ledger.registry.policy
    shower = Shower(edition, int(edition.day[:4]), root="")
    year, number = report["id"].split("/")
    office, day = shower.names.office(policy["office"]), long_day(report["issued_on"], text)
    comma = text("shown.comma")
    return official(
        Official(
            head=report["kind"],
            number=text("official.number", year=year, number=bare_number(number)),
            office=office,
            title=report["title"],
            to=text("official.to", to=comma.join(report["to"])),
            summary=report["summary"],
            sections=[
                Section(_numbered(number, one["heading"], text), one["text"])
                for number, one in enumerate(report.get("body", ()), 1)
            ],
            long_day=day,
            day=report["issued_on"],
            printed=text("official.printed", office=office, day=day),
            signers=text(
                "official.signers", signers=comma.join(edition.position(one["by"]) for one in report["signed"])
            ),
        )
    )


def report_files(edition: Edition) -> Iterator[DataFile]:
    """Each report as a document beside its page; the public edition has neither."""
    if edition.public:
        return
    for report in edition.ledger.reports.values():
        digest = edition.digests.get(report_path(report["id"]), "")
        yield DataFile(document_path(report["id"]), partial(report_document, edition, report), digest)


def _numbered(number: int, heading: str, text: Language) -> str:
    """A heading with its number, which the record leaves to whatever shows it."""
    message = f"report.number.{number}"
    return text("report.heading", number=text(message) if text.has(message) else number, name=heading)


def form_document(edition: Edition, place: Place) -> bytes:
    """One of the four forms of an item; KeyError where the place is not one's."""
    record, root = edition.ledger.items[place.item].record, edition.item_field
    shower = Shower(edition, int(place.item[:4]), root="")
    for paper in papers(record, root, shower, changes.marks(record, root, shower)):
        if paper.anchor == f"paper-{place.anchor}":
            return form(_form(paper, edition))
    raise KeyError(place)


def _form(paper: Paper, edition: Edition) -> Form:
    text, colon = edition.text, edition.text("shown.colon")
    heads = (text("paper.receipt.unit"), text("paper.receipt.by"), text("paper.receipt.on"))
    receipts = [
        (one.unit, _signed(one.by, one.note, text("paper.objection")), _day(one.on, edition)) for one in paper.receipts
    ]
    return Form(
        office=paper.office,
        name=paper.name,
        number=paper.number,
        urgency=paper.urgency,
        signer=f"{paper.signer.label.text}{colon}{paper.signer.value.text}" if paper.signer else "",
        to=f"{text('paper.to')}{colon}{paper.recipients}",
        rows=[[Cell(row.label.text, lines_of(_html(row, edition))) for row in line] for line in paper.rows],
        unit=paper.short_office,
        seal=text("paper.seal"),
        long_day=long_day(paper.on, text),
        day=paper.on,
        receipt_label=paper.receipt_label,
        receipts=[heads, *receipts],
        notes=[*_notes(paper, edition)],
    )


def _html(row: Row, edition: Edition) -> str:
    return long_day(row.value.text, edition.text) if row.value.kind == "date" else row.value.html


def _signed(by: str, note: str, objection: str) -> str:
    return f"{by}（{objection}：{note}）" if note else by


def _day(on: str, edition: Edition) -> str:
    return long_day(on, edition.text) if on else edition.text("paper.no_date")


def _notes(paper: Paper, edition: Edition) -> Iterator[str]:
    text, colon = edition.text, edition.text("shown.colon")
    for one in paper.corrections:
        yield text("paper.correction", field=one.field, old=one.old, day=one.on)
    if paper.copies:
        yield f"{paper.copies.label.text}{colon}{paper.copies.value.text}"
    if paper.contact:
        yield "　".join(f"{row.label.text}{colon}{row.value.text}" for row in paper.contact)
