"""Rows of items → how many are open, overdue, finished on time and late, and the rate on time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from duban.publish.item_row import ItemRow


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of one unit's or campaign's items; ``ended`` are those withdrawn or merged into another."""

    items: int
    open: int
    overdue: int
    on_time: int
    late: int
    ended: int

    @property
    def finished(self) -> int:
        return self.on_time + self.late

    @property
    def rate(self) -> int | None:
        """Percent of finished items that were finished on time, rounded down; None without any."""
        return 100 * self.on_time // self.finished if self.finished else None


def tally(rows: Iterable[ItemRow]) -> Tally:
    """Count rows by how they stand."""
    given = list(rows)
    lights = [row.light for row in given]
    on_time, late = lights.count("done_on_time"), lights.count("done_late")
    is_open = sum(row.is_open for row in given)
    return Tally(len(given), is_open, lights.count("overdue"), on_time, late, len(given) - is_open - on_time - late)
