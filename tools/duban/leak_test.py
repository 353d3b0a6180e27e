"""The files of a public edition and what is withheld → how many were looked through, and what leaks from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from duban.finding import Detail, Finding, ordered
from duban.language import Language
from duban.leak.decoding import ClosedFileError, meanings, stretches, texts_of
from duban.leak.folding import folded, glued, is_telling, parts
from duban.leak.fresh import Fresh
from duban.leak.needles import Index, needles
from duban.leak.withheld import Value, opened, stated
from duban.load import Readings
from duban.model import Ledger
from duban.processes import in_blocks, over_cores
from duban.publish.examination import Examination

_BLOCK = 100
_MOST_TOLD = 50
_SHORT_COMMIT = 10
_TOLD = 2
"""How many characters of a withheld value a finding shows, for whoever knows it to know it again."""


@dataclass(frozen=True, slots=True)
class LeakTest:
    """What a leak test did: files and bytes looked through, values looked for, values too short to be looked for."""

    files: int
    size: int
    values: int
    short: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Seen:
    """One file: its size, the needles in its name and in its content, and why it cannot be opened."""

    path: str
    size: int
    named: frozenset[str]
    held: frozenset[str]
    closed: str = ""


def leak_test(out: Path, readings: Readings, day: str, examination: Examination) -> LeakTest:
    """Look through every file below ``out`` for every value of the ledger that the public may not read.

    P101: one stands in a file. P102: in a file's name. P103: a file cannot be opened. ``day`` is
    the edition's ISO day; of its ``examination`` the public may see no commit.
    """
    ledger = readings.ledger(day)
    more = tuple(_commits(examination))
    index, short = _index(_values(readings, ledger, more), opened(readings, ledger, day))
    blocks = in_blocks(_files(out), _BLOCK)
    seen = [one for block in over_cores(blocks, partial(_look, out, index, Fresh(), set())) for one in block]
    hits = {needle for one in seen for needle in (*one.named, *one.held)}
    if hits:
        hits -= _also_open(hits, index.words, set(opened(readings, ledger, day)), ledger)
    told = _traced(hits, _values(readings, ledger, more))
    size = sum(one.size for one in seen)
    return LeakTest(len(seen), size, index.size, short, tuple(ordered(_findings(seen, told))))


def told(tested: LeakTest, text: Language) -> Iterator[str]:
    """What a leak test found, a line for each of the first findings, and how many more there are."""
    for one in tested.findings[:_MOST_TOLD]:
        yield f"{one.path}: {one.code} {text.message(one)}"
    if len(tested.findings) > _MOST_TOLD:
        yield text("leak.more", count=len(tested.findings) - _MOST_TOLD)


def _commits(examination: Examination) -> Iterator[Value]:
    """What would lead from the public edition into the ledger's history: commits, whole and as they are cut short."""
    verified = examination.verified
    named = {verified.tip, verified.evidence, examination.genesis}
    named |= {one.commit for one in examination.proofs.values()} | {one.commit for one in examination.violations}
    for commit in sorted(named - {""}):
        for text in (commit, commit[:_SHORT_COMMIT]):
            yield Value("git", "", "commit", text, "word")


def _index(values: Iterable[Value], open_texts: Iterable[str]) -> tuple[Index, int]:
    """What is to be looked for, and how many values are too short or too ordinary for that.

    What stands in the open too is left out last, text by text: of a large ledger that is most of what there is.
    """
    wanted: dict[str, bool] = {}
    done = set()
    short = 0
    for value in values:
        if (value.kind, value.text) in done:
            continue
        done.add((value.kind, value.text))
        found = dict.fromkeys(needles(value))
        short += not found
        for needle in found:
            wanted[needle] = wanted.get(needle, False) or value.kind == "word"
    for text in open_texts:
        for part in parts(text):
            wanted.pop(part, None)
    return Index(wanted, frozenset(needle for needle, is_word in wanted.items() if is_word)), short


def _values(readings: Readings, ledger: Ledger, more: Iterable[Value]) -> Iterator[Value]:
    yield from stated(readings, ledger)
    yield from more


def _files(out: Path) -> list[str]:
    """Every file below a folder by its path there; links too, whatever they lead to."""
    return [str(path.relative_to(out)) for path in sorted(out.rglob("*")) if path.is_symlink() or path.is_file()]


def _look(out: Path, index: Index, fresh: Fresh, whole: set[int], block: Sequence[str]) -> list[_Seen]:
    """Look through some files; ``whole`` are the texts without tags that were looked through already."""
    seen = []
    for path in block:
        file = out / path
        named = frozenset(index.found(folded(path)))
        if file.is_symlink():
            seen.append(_Seen(path, 0, named, frozenset(), "link"))
            continue
        content = file.read_bytes()
        held: set[str] = set()
        closed = ""
        try:
            for text in texts_of(path, content):
                held |= _held(text, index, fresh, whole)
        except ClosedFileError as error:
            closed = str(error)
        seen.append(_Seen(path, len(content), named, frozenset(held), closed))
    return seen


def _held(text: str, index: Index, fresh: Fresh, whole: set[int]) -> set[str]:
    if "<" in text:
        text = fresh.of(text)
    elif (name := hash(text)) in whole:
        return set()
    else:
        whole.add(name)
    pieces = stretches(text, index.longest)
    return {needle for piece in pieces for meant in meanings(piece) for needle in index.found(folded(meant))}


def _also_open(hits: set[str], words: frozenset[str], texts: set[str], ledger: Ledger) -> set[str]:
    """Those that stand within something that the public may read: nobody could tell them apart."""
    said = "\n".join(sorted({glued(folded(text)) for text in texts}))
    names = sorted({glued(folded(name)) for name in _names(ledger)} - {""}, key=len, reverse=True)
    return {
        needle for needle in hits if needle in said or (needle not in words and not is_telling(_without(needle, names)))
    }


def _names(ledger: Ledger) -> Iterator[str]:
    """The names that pages put beside each other as they like: of units, campaigns and what was planned."""
    registry = ledger.registry
    for unit in registry.units.values():
        yield from (unit.name, unit.short_name, unit.name_en)
    for campaign in registry.campaigns.values():
        yield from (campaign.name, campaign.name_en)
    for plan in registry.plans.values():
        yield from (plan.id, plan.name)


def _without(needle: str, names: Iterable[str]) -> str:
    for name in names:
        needle = needle.replace(name, "")
    return needle


def _traced(hits: set[str], values: Iterable[Value]) -> dict[str, Value]:
    """The value that each needle comes from, the first of several."""
    told: dict[str, Value] = {}
    if hits:
        for value in values:
            for needle in needles(value):
                if needle in hits:
                    told.setdefault(needle, value)
    return told


def _findings(seen: Iterable[_Seen], told: dict[str, Value]) -> Iterator[Finding]:
    for one in seen:
        for code, found in (("P101", one.held), ("P102", one.named)):
            for value in dict.fromkeys(told[needle] for needle in sorted(found) if needle in told):
                yield Finding(one.path, 1, 1, code, _details(value))
        if one.closed:
            yield Finding(one.path, 1, 1, "P103", {"format": one.closed})


def _details(value: Value) -> dict[str, Detail]:
    """Where a value comes from, and so little of it that the finding itself tells nothing."""
    return {
        "source": value.source,
        "place": value.field,
        "shown": value.text[:_TOLD],
        "length": str(len(value.text)),
    }
