"""What becomes of every cell of a file, and every doubt about what was read in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from duban.finding import Detail
from duban.importing.grid import Place

Kind = Literal[
    "value", "head", "repeated_head", "title", "section", "total", "foot", "computed", "derived", "known", "leftover"
]
"""A value in an item; heads, titles, sections, totals and feet, which are no values; what this ledger computes itself;
a sheet that an export derived from another; a row that is in the ledger already; or what found no place."""
KINDS: tuple[Kind, ...] = (
    "value", "head", "repeated_head", "title", "section", "total", "foot", "computed", "derived", "known", "leftover",
)  # fmt: skip
DoubtCode = Literal[
    "year_inferred",
    "serial",
    "end_of_month",
    "two_digit_year",
    "month_or_day",
    "close",
    "synonym",
    "several_units",
    "not_understood",
    "title_cut",
    "several_values",
    "source_inferred",
    "source_of_section",
    "state_contradicts",
    "no_finish",
    "formula",
    "changed",
    "warned",
]
LeftoverCode = Literal[
    "no_table",
    "hidden",
    "not_asked",
    "no_field",
    "no_head",
    "not_valid",
    "repeated",
    "lacks",
    "formula",
    "no_title",
    "not_record",
]


class Spot(NamedTuple):
    """A cell of a sheet."""

    sheet: str
    place: Place


@dataclass(frozen=True, slots=True)
class Doubt:
    """What was read in a cell, how it was understood, and why it might be otherwise."""

    spot: Spot
    text: str
    code: DoubtCode
    understood: str = ""
    details: Mapping[str, Detail] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one cell; ``why`` is said of a leftover, ``detail`` names the item or what is wrong."""

    kind: Kind
    why: LeftoverCode | Literal[""] = ""
    detail: str = ""
