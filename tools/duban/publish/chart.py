"""Counts of a few series by month → the bars of a chart, each with its place in percent of the drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from duban.publish.item_row import percent

# What of a month's slot stays free on either side, and between two bars.
_MARGIN, _GAP = 0.14, 0.03


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what it counts, how much, and its place in percent of the drawing."""

    series: str
    value: int
    x: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 3)


@dataclass(frozen=True, slots=True)
class Group:
    """The bars of one month, and where its name stands."""

    month: str
    middle: float
    bars: tuple[Bar, ...]


def month_groups(months: Sequence[tuple[str, Sequence[tuple[str, int]]]]) -> list[Group]:
    """Months with the value of each series → their bars, as high as the highest of all allows."""
    highest = max((value for _, values in months for _, value in values), default=0)
    slot = 100 / len(months) if months else 0
    drawn = []
    for place, (month, values) in enumerate(months):
        left = slot * (place + _MARGIN)
        width = slot * (1 - 2 * _MARGIN - _GAP * (len(values) - 1)) / len(values)
        bars = tuple(
            Bar(name, value, round(left + nth * (width + slot * _GAP), 3), round(width, 3), percent(value, highest))
            for nth, (name, value) in enumerate(values)
        )
        drawn.append(Group(month, round(slot * (place + 0.5), 3), bars))
    return drawn
