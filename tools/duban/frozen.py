"""A ledger's folder and readings → whether its newest freeze names a commit of its history, and what that gives."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from duban.assessed import as_frozen, frozen_otherwise, newest_freeze, records_of
from duban.auditor import opened
from duban.finding import Finding, Problem
from duban.load import Readings, place
from duban.record import AssessmentRecord
from duban.repository.error import GitError, RevisionError, ShallowError


def freeze_findings(folder: Path, readings: Readings, at: str, read_at: Callable[[str], Readings]) -> list[Finding]:
    """D819, D820 of the newest freeze.

    It must name a commit that leads to the revision ``at`` on the main branch, and hold what counting the
    ledger gives, as it lies here or as it was at that commit: what is frozen stays right when a
    weight of the policy changes later. ``read_at`` reads the ledger at a revision. Where there is
    no history only the ledger here is counted.
    """
    newest = newest_freeze(readings)
    if newest is None:
        return []
    (path, record), commit = newest, newest[1]["freeze"]["commit"]
    otherwise = frozen_otherwise(readings)
    try:
        with opened(folder) as (history, _):
            history.whole()
            known = history.leads(commit, history.revision(at))
    except (RevisionError, GitError, ShallowError):
        return otherwise
    if not known:
        problem = Problem("D820", ("freeze", "commit"), {"commit": commit[:10]})
        return [*place(path, readings.tree[path], [problem]), *otherwise]
    return [] if otherwise and _stood(read_at(commit), path, record) else otherwise


def _stood(then: Readings, path: str, frozen: AssessmentRecord) -> bool:
    """Whether the ledger of an earlier commit gives what was frozen, with the rulings that it had itself."""
    nothing_yet: AssessmentRecord = {"year": frozen["year"]}
    record = next((one for known, one in records_of(then) if known == path), nothing_yet)
    return as_frozen(then, {**record, "freeze": frozen["freeze"]}).stands
