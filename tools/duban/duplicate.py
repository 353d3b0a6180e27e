"""A public lead and the items there are → those that may be the same matter, each with the reasons why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from math import log
from typing import Literal, NamedTuple

from duban.lead import Lead
from duban.likeness import Pieces, covered, likeness, pieces, rarity, shared_words, word_pieces
from duban.model import Item, Registry

Why = Literal["ref", "title", "words", "place", "unit"]
LIKE_FROM = 25
"""The percentage from which on an item is named where the policy sets none; chosen on the shipped ledger's items."""
_MOST = 5
_WORDS = 6
_MORE = 10
"""What the same unit and the same place add each; neither is a reason by itself."""
_CERTAIN = 100


class Reason(NamedTuple):
    """Why an item may be the same: what they share."""

    why: Why
    words: tuple[str, ...]


class Alike(NamedTuple):
    """An item that may be the same matter: from 0 to 100, how much alike, and why."""

    item: str
    score: int
    reasons: tuple[Reason, ...]


class _Sketch(NamedTuple):
    """Of an item what the lead can be held against, small: thousands are kept at once."""

    item: str
    pieces: Pieces
    title: float
    words: tuple[str, ...]
    place: str
    unit: str
    is_named: bool


def alike(lead: Lead, items: Iterable[Item], registry: Registry) -> list[Alike]:
    """The items most like a lead, open or closed, the likeliest first; of those alike the latest first."""
    told = "\n".join((lead.title, lead.place, lead.facts, lead.wish))
    wanted = word_pieces(told)
    title, units = pieces(lead.title), frozenset(_units(lead.unit, registry))
    counts: Counter[str] = Counter()
    sketches, total = [], 0
    for item in items:
        total += 1
        sketch = _sketch(item, lead, told, wanted, title, units)
        counts.update(sketch.pieces)
        sketches.append(sketch)
    weights = rarity(counts, total)
    found = [_judged(one, wanted, weights, total, registry) for one in sketches]
    least = registry.policy.get("duplicate", {}).get("lead_similarity", LIKE_FROM)
    likely = sorted((one for one in found if one.score >= least), key=lambda one: one.item, reverse=True)
    return sorted(likely, key=lambda one: one.score, reverse=True)[:_MOST]


def taken_in(ref: str, items: Iterable[Item]) -> str:
    """The id of the item that a lead became, by its reference; "" where it became none."""
    return next((item.id for item in items if _has(item, ref)), "")


def _sketch(item: Item, lead: Lead, told: str, wanted: Pieces, title: Pieces, units: frozenset[str]) -> _Sketch:
    record = item.record
    text = "\n".join(_texts(item))
    shared = wanted & word_pieces(text)
    words = tuple(shared_words(told, text)[:_WORDS]) if shared else ()
    place = next(iter(shared_words(lead.place, text)), "")
    involved = {item.lead_unit, *record.get("task_notice", {}).get("co_units", ())} - {""}
    unit = next(iter(sorted(units & involved)), "")
    return _Sketch(item.id, shared, likeness(title, pieces(record["title"])), words, place, unit, _has(item, lead.ref))


def _judged(one: _Sketch, wanted: Pieces, weights: Mapping[str, float], total: int, registry: Registry) -> Alike:
    words = covered(wanted, one.pieces, weights, log(1 + total))
    score = max(one.title, words)
    reasons = [Reason("ref", ())] if one.is_named else []
    if one.title >= words:
        reasons += [Reason("title", one.words)] if one.words else []
    elif one.words:
        reasons.append(Reason("words", one.words))
    if one.place:
        reasons.append(Reason("place", (one.place,)))
    if one.unit:
        reasons.append(Reason("unit", (registry.unit_name(one.unit),)))
    score += _MORE * (bool(one.place) + bool(one.unit))
    return Alike(one.item, _CERTAIN if one.is_named else min(round(score), _CERTAIN), tuple(reasons))


def _texts(item: Item) -> Iterator[str]:
    """What an item says of its matter."""
    record = item.record
    yield record["title"]
    yield record["intake"]["summary"]
    yield from (source["text"] for source in record["intake"]["sources"] if "text" in source)
    if "task_notice" in record:
        yield record["task_notice"]["content"]
    yield from (visit["place"] for visit in record.get("visits", ()))


def _has(item: Item, ref: str) -> bool:
    return any(source.get("ref") == ref for source in item.record["intake"]["sources"])


def _units(named: str, registry: Registry) -> Iterator[str]:
    """The units that somebody may mean by a name."""
    said = named.strip()
    for unit in registry.units.values() if said else ():
        if any(name and (name in said or said in name) for name in (unit.name, unit.short_name)) and len(said) > 1:
            yield unit.id
