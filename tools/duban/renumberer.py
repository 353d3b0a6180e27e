"""A working copy on a branch, and the revision it will be merged into → the plan of its numbers."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from duban.auditor import opened
from duban.filing import NAMES, identity_at, is_in_place
from duban.load import Readings
from duban.part import SCANS
from duban.renumber import Plan, Standing, renumber
from duban.repository import names_below
from duban.repository.command import git
from duban.repository.error import RevisionError
from duban.repository.history import History
from duban.repository.moved import differing_here
from duban.repository.objects import Objects, Partial
from duban.schema import Schemas
from duban.taken import is_numbered, taken


def renumbering(folder: Path, here: Readings, there: Readings, base: str, asked: Collection[str] = ()) -> Plan:
    """What a branch whose files are read as ``here`` must renumber to be merged into ``base``, read as ``there``.

    Numbers that a branch of a remote takes are not given again. Raises RevisionError where the two have no history
    in common, NotReplacedError for a file that is written too oddly.
    """
    with opened(folder) as (history, _):
        fork = history.fork(base)
        objects = history.objects
        tree = objects.commit(fork).tree
        listed = {path: entry.id for name in NAMES for path, entry in objects.below(tree, name)}
        moved = differing_here(folder, here.tree, listed, fork)
        mine = {path for path in moved if path in here.tree and is_in_place(path)}
        mine -= {path for path in mine if path in there.tree and there.tree[path] == here.tree[path]}
        standing = Standing(
            dict(Partial(objects, tree, {path: listed[path] for path in mine if path in listed})),
            _numbers(there) | _numbers(here, but=mine),
            numbers_on_branches(history, base, "refs/remotes"),
            here.registry.policy.get("series", {}),
            _added_scans(folder, objects, tree),
        )
    return renumber({path: here.tree[path] for path in mine}, standing, here.schemas or Schemas.of(here.tree), asked)


def _numbers(readings: Readings, but: Collection[str] = ()) -> set[str]:
    """Every number that is given in a ledger, but for those in some of its files."""
    given = {identity_at(path) for path in readings.tree if is_numbered(path) and path not in but}
    forms = (reading.facts.numbers for path, reading in readings.items.items() if path not in but)
    return given | {number for numbers in forms for number, _ in numbers}


def _added_scans(folder: Path, objects: Objects, tree: str) -> set[str]:
    known = {path for path, _ in objects.below(tree, SCANS.rstrip("/"))}
    return {path for name in names_below(folder / SCANS) if (path := SCANS + name) not in known}


def numbers_on_branches(history: History, base: str, refs: str) -> set[str]:
    """The numbers that branches take which are not merged into ``base`` yet: somebody's pull request, most likely.

    One that has no history in common with it takes none.
    """
    reader = history.reader(history.objects.commit(base).tree)
    if reader is None:
        return set()
    found: set[str] = set()
    listed = git(history.folder, "for-each-ref", "--format=%(objectname)", f"--no-merged={base}", refs)
    for name in dict.fromkeys(listed.decode().split()):
        try:
            fork = history.fork(base, name)
        except RevisionError:
            continue
        before, after = (history.objects.commit(one).tree for one in (fork, name))
        proposed = history.proposed(before, after)
        paths = [one.path for one in proposed.differing if one.stays and is_in_place(one.path)]
        readings = {path: reader.read(path, proposed.after[path]) for path in paths if path in proposed.after}
        found |= {one.number for one in taken(proposed.before, readings, reader)}
    return found
