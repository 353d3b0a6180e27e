"""A pull request, what it would change and the rules before it → pass, wait or refuse, and what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from duban.change import Change, change
from duban.finding import CODES, Finding, Problem, ordered
from duban.load import collected, in_place, place
from duban.model import Registry, Tree
from duban.part import RULES, Part, parts_of
from duban.paths import Differing, path_findings, shown
from duban.reader import Reader, Reading
from duban.registry import POLICY
from duban.schema import SchemaError, Schemas
from duban.schema_change import schema_findings
from duban.seat import seats
from duban.signoff import Signed, Submission, codes_for, standing
from duban.taken import Clash, Mentioning, Taken, both_added, clashes, is_numbered, taken

Verdict = Literal["pass", "wait", "refuse"]
_OF_OTHER_FILES = frozenset({"D205", "D207", "D215"})
"""That another item or report is there can't be told from the files that differ."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """What merging a pull request would do, as git tells it.

    ``before`` and ``after`` need hold only the files that differ, the schemas and the registry;
    ``conflict`` are the paths that cannot be merged without a person, ``both_added`` those of them that both
    sides have added. ``reader`` reads files by the schemas and the registry of ``after``; it raises
    SchemaError where the schemas cannot be used. ``mentioning`` finds form numbers in the whole of ``before``.
    """

    before: Tree
    after: Tree
    differing: tuple[Differing, ...]
    siblings: Mapping[str, Sequence[str]]
    reader: Callable[[], Reader]
    conflict: tuple[str, ...]
    schemas: Schemas | None
    both_added: tuple[str, ...]
    mentioning: Mentioning


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a change adds, who must sign it and how each seat stands; the same before the merge and ever after.

    ``codes`` are the signing codes by role, where the policy binds approvals by them; ``forge`` is
    the policy's, whose accounts the roster was asked for. ``taken`` are the numbers that the change takes.
    """

    change: Change
    parts: Mapping[Part, Sequence[str]]
    standing: tuple[Signed, ...]
    findings: tuple[Finding, ...]
    forge: str
    codes: Mapping[str, str]
    draft: bool = False
    taken: tuple[Taken, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """Refused for what is wrong, waiting for whom is missing."""
        if any(CODES[one.code].severity == "error" for one in self.findings):
            return "refuse"
        return "pass" if not self.draft and all(one.state == "signed" for one in self.standing) else "wait"


def judged(proposed: Proposed, submission: Submission, registry: Registry) -> Judgement:
    """Judge a change by the registry that stood before it: add-only, unmixed, plain files, and every seat filled."""
    parts = parts_of(one.path for one in proposed.differing)
    found = change(proposed.before, proposed.after, proposed.schemas)
    wanted = seats(found, proposed.after, parts, registry.policy, proposed.schemas)
    rules = registry.policy.get("signing", {})
    findings = [*found.findings, *found.unreadable, *wanted.findings]
    findings += path_findings(proposed.differing, proposed.siblings)
    mixed = [part for part in RULES if part in parts]
    if mixed and ("record" in parts or "scans" in parts):
        findings += [Finding(shown(parts[part][0]), 1, 1, "G105", {"part": f"part.{part}"}) for part in mixed]
    if not rules:
        findings.append(Finding(POLICY, 1, 1, "G112"))
    if rules and submission.pull.base_ref != rules["branch"]:
        details = {"base": submission.pull.base_ref, "branch": rules["branch"]}
        findings.append(Finding("", 1, 1, "G101", details))
    if rules and submission.pull.repository.casefold() != rules["repository"].casefold():
        details = {"repository": submission.pull.repository, "expected": rules["repository"]}
        findings.append(Finding("", 1, 1, "G103", details))
    held = {term.role for person in registry.people.values() for term in person.roles}
    nobody = {(seat.entry, seat.role) for seat in wanted.seats if seat.role not in held}
    findings += [Finding(POLICY, 1, 1, "G111", {"role": role}) for _, role in sorted(nobody)]
    signed = standing(wanted.seats, submission, registry, proposed.after)
    codes = codes_for(wanted.seats, rules)
    return Judgement(found, parts, signed, tuple(ordered(findings)), rules.get("forge", ""), codes)


def gate(proposed: Proposed, submission: Submission, registry: Registry, head: str, day: str) -> Judgement:
    """The whole rule before a merge; also reads what the change brings by the rules of a check, on an ISO day.

    Schemas are held against those before: they only grow.
    """
    found = judged(proposed, submission, registry)
    told = {(one.path, one.line, one.column, one.code) for one in found.findings}
    brought, slips = None, list[Finding]()
    try:
        brought = _read(proposed)
        slips += brought.slips(day)
        slips += schema_findings(proposed.before, proposed.after, found.parts.get("schemas", ()))
    except SchemaError as error:
        slips.append(Finding(shown(error.path), 1, 1, "D809", {"problem": error.problem}))
    findings = [*found.findings]
    findings += [one for one in slips if (one.path, one.line, one.column, one.code) not in told]
    clashing = brought.clashes if brought else ()
    # Of a file that both sides added nothing can be said but that its number is taken: it is two files in one.
    twice = {one.taken.path for one in clashing if not one.taken.pointer}
    findings = [one for one in findings if one.path not in twice]
    findings += [_clash(one, proposed.after) for one in clashing]
    if submission.pull.head != head:
        findings.append(Finding("", 1, 1, "G102", {"head": submission.pull.head[:10], "given": head[:10]}))
    conflict = (path for path in proposed.conflict if path not in twice)
    findings += [Finding(path, 1, 1, "G104", {"file": path}) for path in map(shown, conflict)]
    takes = brought.taken if brought else ()
    return replace(found, findings=tuple(ordered(findings)), draft=submission.pull.draft, taken=takes)


def in_turn(judgements: Mapping[int, Judgement], related: Callable[[int, int], bool]) -> dict[int, Judgement]:
    """Judgements of pull requests by number, the first in precedence first: of two that take a number, one is refused.

    ``related`` tells whether one of two goes on from the other, and so takes its numbers rightly.
    """
    first: dict[str, int] = {}
    found = {}
    for pull, judgement in judgements.items():
        findings = [*judgement.findings]
        for one in judgement.taken:
            other = first.setdefault(one.number, pull)
            if other != pull and not related(pull, other):
                details = {"number": one.number, "pull": str(other)}
                findings.append(Finding(shown(one.path), 1, 1, "G114", details))
        found[pull] = replace(judgement, findings=tuple(ordered(findings)))
    return found


@dataclass(frozen=True, slots=True)
class _Brought:
    """The files of the record that a change brings, read, and the numbers that they take."""

    proposed: Proposed
    reader: Reader
    readings: Mapping[str, Reading]
    misplaced: Sequence[Finding]
    taken: tuple[Taken, ...]
    clashes: tuple[Clash, ...]

    def slips(self, day: str) -> Iterator[Finding]:
        """Errors within all files that the change brings, the registry's among them.

        What takes the whole ledger to know is the check's to tell.
        """
        moved = _moved(self.proposed)
        for finding in collected(self.proposed.after, self.reader, self.readings, self.misplaced).findings(day):
            if finding.severity == "error" and finding.path in moved and finding.code not in _OF_OTHER_FILES:
                yield finding


def _read(proposed: Proposed) -> _Brought:
    """Raises SchemaError where it can't be read by the schemas that it brings."""
    reader = proposed.reader()
    before, after = proposed.before, proposed.after
    paths, misplaced = in_place(_moved(proposed))
    readings = {path: reader.read(path, after[path]) for path in paths}
    takes = taken(before, readings, reader)
    found = [both_added(path, before, reader) for path in proposed.both_added if is_numbered(path)]
    found += clashes(takes, before, proposed.mentioning, reader)
    return _Brought(proposed, reader, readings, misplaced, takes, tuple(found))


def _moved(proposed: Proposed) -> set[str]:
    """Every path at which the change leaves a file otherwise than it was."""
    return {one.path for one in proposed.differing if one.stays and one.path in proposed.after}


def _clash(clash: Clash, after: Tree) -> Finding:
    """G113: a number that the main branch has is taken once more, told where it stands."""
    path, pointer = clash.taken.path, clash.taken.pointer
    details = {"number": clash.taken.number, "other": clash.other, "title": clash.title}
    if not pointer:
        return Finding(path, 1, 1, "G113", details)
    return place(path, after[path], [Problem("G113", pointer, details)])[0]
