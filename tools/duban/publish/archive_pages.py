"""An edition → the archive: each year's ledger in figures, and the files of the archive with what became of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from sys import intern
from typing import NamedTuple

from duban.model import STEPS, Item
from duban.publish.edition import Edition, once
from duban.publish.item_row import Share, light_shares
from duban.publish.ledger_years import years
from duban.publish.page import Page
from duban.publish.parts import parted_pages
from duban.publish.tally import Tally, tally
from duban.retention import kept_until
from duban.status import Status

MOST_FILES = 300
PAST = "archive/past.html"


@dataclass(frozen=True, slots=True)
class YearView:
    """The items registered in one year, counted. ``path`` is the page that lists them."""

    year: str
    path: str
    tally: Tally
    lights: tuple[Share, ...]
    archived: int


class File(NamedTuple):
    """One file of the archive: its number, the item in it, and the use that was made of the result (step 7)."""

    number: str
    item: str
    title: str
    unit: str
    on: str
    retention: str
    used_for: tuple[str, ...]
    lessons: str

    @property
    def until(self) -> str:
        """The ISO day to which it is kept at the least, "" for what is kept for good."""
        return kept_until(self.retention, self.on)


def file_of(item: Item, status: Status) -> File | None:
    """The file of an item that was archived under a number, None for any other."""
    archive = item.record.get("archive")
    if not archive or "archive_no" not in archive:
        return None
    return File(
        archive["archive_no"],
        status.id,
        status.title,
        intern(item.lead_unit),
        intern(archive["on"]),
        intern(archive["retention"]),
        tuple([intern(use) for use in archive["used_for"]]),
        archive.get("lessons", ""),
    )


@once
def files_by_year(edition: Edition) -> Mapping[str, Sequence[File]]:
    """The files of the archive by the year they were filed in, the latest first; in order of number within it.

    Archive numbers are internal: the public edition has none.
    """
    found: dict[str, list[File]] = {}
    for file in () if edition.public else edition.taken(file_of).values():
        found.setdefault(file.on[:4], []).append(file)
    return {year: sorted(found[year], key=_by_number) for year in sorted(found, reverse=True)}


@once
def past_retention(edition: Edition) -> Sequence[File]:
    """The files that were kept as long as they had to be, for the archives to appraise; the longest past first."""
    files = (file for year in files_by_year(edition).values() for file in year)
    return sorted((one for one in files if one.until and one.until < edition.day), key=lambda one: one.until)


def site_pages(edition: Edition) -> Iterator[Page]:
    """The archive: its years, and the files themselves where one page has room for them."""
    by_year, views = files_by_year(edition), _year_views(edition)
    count, past = sum(len(files) for files in by_year.values()), past_retention(edition)
    context = {
        "years": views,
        "total": tally(row for year in years(edition) for row in year.rows),
        "archived": sum(view.archived for view in views),
        "files": by_year if count <= MOST_FILES else {},
        "pages": [(year, f"archive/{year}.html", len(files)) for year, files in by_year.items()]
        if count > MOST_FILES
        else [],
        "uses": _uses(edition, by_year),
        "past": past if len(past) <= MOST_FILES else (),
        "past_count": len(past),
        "past_path": PAST,
    }
    yield Page("archive.html", edition.text("nav.archive"), "archive.html", context, group="ledger")


def loose_pages(edition: Edition) -> Iterator[Page]:
    """The files of each year, and those past their retention, where they are too many for one page."""
    by_year, past = files_by_year(edition), past_retention(edition)
    if sum(len(files) for files in by_year.values()) <= MOST_FILES:
        return
    for year, files in by_year.items():
        title = edition.text("archive.year", year=year)
        yield from parted_pages(f"archive/{year}", title, "archive_year.html", files)
    if len(past) > MOST_FILES:
        yield from parted_pages(PAST.removesuffix(".html"), edition.text("archive.past"), "archive_year.html", past)


def _year_views(edition: Edition) -> list[YearView]:
    return [
        YearView(
            year.year,
            year.path,
            tally(year.rows),
            tuple(light_shares(year.rows)),
            sum(row.step == STEPS[-1] for row in year.rows),
        )
        for year in years(edition)
    ]


def _uses(edition: Edition, by_year: Mapping[str, Sequence[File]]) -> list[tuple[str, int]]:
    """What results were used for, in the schema's order, with how many items served it."""
    uses = edition.item_field.at(("archive", "used_for", 0))
    counts = Counter(use for files in by_year.values() for file in files for use in file.used_for)
    return [(use, counts[use]) for use in (uses.enum if uses else ()) if counts[use]]


def _by_number(file: File) -> tuple[int, str]:
    serial = file.number.rpartition("〕")[2].removesuffix("号")
    return int(serial) if serial.isdecimal() else 0, file.number
