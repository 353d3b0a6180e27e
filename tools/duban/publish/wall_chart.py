"""An edition → the wall chart 挂图: every open item as a bar from its notice to its deadline, with milestones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from duban.obligation import State
from duban.publish.edition import Edition
from duban.publish.item_row import ItemRow, counted_rows, percent
from duban.publish.page import Page
from duban.record import ItemRecord

MOST = 150
# Week lines closer together than this would be a grey blur.
_MOST_WEEKS = 60


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the scale: its place in percent, and what stands beside it."""

    at: float
    day: str


@dataclass(frozen=True, slots=True)
class Scale:
    """Whole months from one ISO day up to and without another, with their weeks' Mondays."""

    start: str
    end: str
    today: float
    months: tuple[Tick, ...]
    weeks: tuple[Tick, ...]

    def at(self, day: str) -> float:
        """Where a day lies, in percent; the day's own morning."""
        return percent(_days(self.start, day), _days(self.start, self.end))

    def after(self, day: str) -> float:
        """Where a day's evening lies, in percent."""
        return percent(_days(self.start, day) + 1, _days(self.start, self.end))


@dataclass(frozen=True, slots=True)
class Mark:
    """A milestone on the chart."""

    at: float
    name: str
    due: str
    state: State


@dataclass(frozen=True, slots=True)
class ChartRow:
    """One item's bar. ``grace`` is where an extension took over from the first deadline, or None."""

    row: ItemRow
    start: str
    begins: float
    length: float
    grace: float | None
    late: float
    marks: tuple[Mark, ...]
    first: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The items of one unit or campaign ("" for none)."""

    id: str
    rows: tuple[ChartRow, ...]


def site_pages(edition: Edition) -> Iterator[Page]:
    """The wall chart."""
    rows = [row for row in counted_rows(edition) if row.is_open]
    scheduled = sorted((row for row in rows if row.due), key=lambda row: (row.due, row.id))
    unscheduled = [row for row in rows if not row.due]
    drawn = scheduled[:MOST]
    starts = {row.id: _start(edition.ledger.items[row.id].record) for row in drawn}
    scale = scale_of([*starts.values(), *(row.due for row in drawn)], edition.day)
    registry = edition.ledger.registry
    context = {
        "scale": scale,
        "by_unit": _groups(edition, scale, starts, drawn, registry.units, "lead_unit"),
        "by_campaign": _groups(edition, scale, starts, drawn, [*registry.campaigns, ""], "campaign"),
        "unscheduled": unscheduled,
        "most": MOST,
        "total": len(scheduled),
    }
    yield Page("wall_chart.html", edition.text("nav.wall_chart"), "wall_chart.html", context)


def _start(record: ItemRecord) -> str:
    """The day the time of an item began to run: that of its task notice, of one from an older ledger of its intake."""
    return record["task_notice"]["issued_on"] if "task_notice" in record else record["intake"]["received_on"]


def scale_of(days: Iterable[str], today: str) -> Scale:
    """The months that hold all the days and today."""
    given = [*days, today]
    start = f"{min(given)[:7]}-01"
    end = _next_month(max(given))
    months, month = [], start
    while month < end:
        months.append(month)
        month = _next_month(month)
    total = _days(start, end)
    first = date.fromisoformat(start)
    mondays = [first + timedelta(days=offset) for offset in range((7 - first.weekday()) % 7, total, 7)]
    weeks = tuple(
        Tick(percent((day - first).days, total), day.isoformat()) for day in mondays if len(mondays) <= _MOST_WEEKS
    )
    return Scale(
        start,
        end,
        percent(_days(start, today) + 0.5, total),
        tuple(Tick(percent(_days(start, day), total), day) for day in months),
        weeks,
    )


def _groups(
    edition: Edition, scale: Scale, starts: dict[str, str], rows: list[ItemRow], order: Iterable[str], attribute: str
) -> list[Group]:
    grouped: dict[str, list[ItemRow]] = {}
    for row in rows:
        grouped.setdefault(getattr(row, attribute), []).append(row)
    return [
        Group(
            identity,
            tuple(
                _chart_row(edition, scale, row, starts[row.id], nth == 0) for nth, row in enumerate(grouped[identity])
            ),
        )
        for identity in order
        if identity in grouped
    ]


def _chart_row(edition: Edition, scale: Scale, row: ItemRow, start: str, first: bool) -> ChartRow:
    begins, ends = scale.at(start), scale.after(row.due)
    marks = tuple(
        Mark(scale.after(one.due), one.name, one.due, one.state(edition.day))
        for one in edition.states[row.id].obligations
        if one.kind == "milestone"
    )
    return ChartRow(
        row=row,
        start=start,
        begins=begins,
        length=round(max(ends - begins, 0.2), 3),
        grace=scale.after(row.moved) if row.moved else None,
        late=round(max(scale.today - ends, 0), 3) if row.light == "overdue" else 0,
        marks=marks,
        first=first,
    )


def _days(start: str, end: str) -> int:
    return (date.fromisoformat(end) - date.fromisoformat(start)).days


def _next_month(day: str) -> str:
    year, month = int(day[:4]), int(day[5:7])
    return f"{year + month // 12:04d}-{month % 12 + 1:02d}-01"
