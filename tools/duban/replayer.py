"""A ledger's folder → a new git repository that has led its life: branches, approvals, merge commits and receipts."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from duban.memory import Memory
from duban.model import Data, Tree
from duban.moment import instant
from duban.parse import parse
from duban.reader import Reader
from duban.recorder import Recorded, record
from duban.registry import POLICY
from duban.replay.acts import Act, Hand, acts
from duban.replay.play import FORGE, Played, PlayedForge, play
from duban.repository import names_below
from duban.repository.command import git, surroundings
from duban.repository.error import GitError
from duban.repository.signature import new_key
from duban.repository.whole import whole_folder
from duban.schema import Schemas
from duban.writing import file_text

KEY = "duban-recorder"
ROSTER = "registry/people.yml"
_SITE = ("mkdocs.yml", "mkdocs.public.yml", ".gitignore")
_RECORDED = timedelta(minutes=2)
_SIGNING: Data = {
    "forge": FORGE,
    "repository": "example/duban",
    "branch": "main",
    "binding": "head",
    "claim_within_days": 3,
}
_BRANCH = "refs/replay/branch"


class NoOneError(Exception):
    """Nobody of the office holds the role that signs for the policy on the first day, or could write for a signer."""

    def __init__(self, day: str) -> None:
        super().__init__(day)
        self.day = day


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of it: pull requests merged and receipts written."""

    pulls: int
    recorded: Recorded


def replay(source: Path, tree: Tree, day: str, out: Path, told: Callable[[int, int], None] | None = None) -> Replayed:
    """Play a ledger's life up to an ISO day into ``out``, which must not be there yet.

    Everybody of the roster gets an account of a made-up forge; the recorder's key is made anew and
    lies in the repository's own folder, where only a demonstration may keep one.
    """
    with whole_folder(out) as stage:
        return _replay(source, tree, day, stage, told)


def _replay(source: Path, tree: Tree, day: str, out: Path, told: Callable[[int, int], None] | None) -> Replayed:
    git(out, "init", "--quiet", "--initial-branch=main")
    key = out / ".git" / KEY
    recorder = {"name": KEY, "key": new_key(key, KEY)}
    schemas = Schemas.of(tree)
    wanted = acts(tree, day)
    first = _eve(wanted, day)
    files = _first_files(source, tree, schemas, {**_SIGNING, "recorders": [recorder]})
    registry = Reader(schemas, files).registry
    director = registry.policy["signatures"]["policy"][0]
    signer = next((person.id for person in registry.people.values() if person.holds(director, first)), "")
    writers = [person.id for person in registry.people.values() if person.unit == registry.policy["office"]]
    writers = [one for one in writers if one != signer]
    if not signer or any({hand.person for hand in act.hands} >= {*writers} for act in wanted):
        raise NoOneError(first)

    genesis = _import(out, _genesis(files, first))["1"]
    policy = parse(POLICY, files[POLICY])[0]
    policy["signing"]["genesis"] = genesis
    text = file_text(policy, schemas.field("policy")).encode()
    opening = Act("policy", POLICY, "", "督查规则", first, first, (Hand(signer, first),), text)
    played = play([opening, *wanted], writers)
    marks = _import(out, _pulls(played, genesis))
    revisions = {one.number: (marks[str(one.number * 2)], marks[str(one.number * 2 + 1)]) for one in played}
    git(out, "update-ref", "-d", _BRANCH)
    git(out, "reset", "--quiet", "--hard", "main")
    forge = PlayedForge(played, revisions, registry, _SIGNING["repository"])
    memory = Memory(out / ".git" / "duban")
    recorded = record(out, forge, key, lambda pull: _after(pull.merged_at), memory, told)
    return Replayed(len(played), recorded)


def _eve(wanted: Sequence[Act], day: str) -> str:
    """The day before the first act; the last day where nothing was done."""
    if not wanted:
        return day
    return (date.fromisoformat(min(act.day for act in wanted)) - timedelta(days=1)).isoformat()


def _first_files(source: Path, tree: Tree, schemas: Schemas, signing: Data) -> dict[str, bytes]:
    """What stood before the first item: the rules and the site, everybody with an account."""
    files = {path: content for path, content in tree.items() if path.startswith(("schemas/", "registry/"))}
    people, policy = parse(ROSTER, files[ROSTER])[0], parse(POLICY, files[POLICY])[0]
    for number, person in enumerate(people["people"], 1):
        person["accounts"] = {FORGE: number}
    policy["signing"] = signing
    files[ROSTER] = file_text(people, schemas.field("people")).encode()
    files[POLICY] = file_text(policy, schemas.field("policy")).encode()
    for name in _SITE:
        if (source / name).is_file():
            files[name] = (source / name).read_bytes()
    for name in names_below(source / "site"):
        if "node_modules" not in name.split("/"):
            files[f"site/{name}"] = (source / "site" / name).read_bytes()
    return files


def _genesis(files: Mapping[str, bytes], day: str) -> Iterator[bytes]:
    at = int(datetime.fromisoformat(f"{day}T08:00:00+08:00").timestamp())
    yield _commit("refs/heads/main", 1, "duban", at, "The rules, before the first item", ())
    for path, content in sorted(files.items()):
        yield _file(path, content)


def _pulls(played: Sequence[Played], genesis: str) -> Iterator[bytes]:
    main = [genesis]
    for one in played:
        title = f"{one.act.identity} {one.act.name}"
        branch, merge = one.number * 2, one.number * 2 + 1
        yield _commit(_BRANCH, branch, one.author, _seconds(one.pushed_at), title, (main[one.after],))
        yield _file(one.act.path, one.act.content)
        message = f"Merge pull request #{one.number} from {one.branch}\n\n{title}"
        yield _commit("refs/heads/main", merge, one.author, _seconds(one.merged_at), message, (main[-1], f":{branch}"))
        yield _file(one.act.path, one.act.content)
        main.append(f":{merge}")


def _commit(ref: str, mark: int, who: str, seconds: int, message: str, parents: Sequence[str]) -> bytes:
    hand = f"{who} <{who}@duban.invalid> {seconds} +0800"
    text = message.encode()
    head = [f"commit {ref}", f"mark :{mark}", f"author {hand}", f"committer {hand}", f"data {len(text)}"]
    kinds = ("from", "merge")
    tail = "".join(f"{kind} {parent}\n" for kind, parent in zip(kinds, parents, strict=False))
    return "\n".join(head).encode() + b"\n" + text + b"\n" + tail.encode()


def _file(path: str, content: bytes) -> bytes:
    return f"M 100644 inline {path}\ndata {len(content)}\n".encode() + content + b"\n"


def _import(folder: Path, stream: Iterator[bytes]) -> dict[str, str]:
    """Feed a stream to git; the commit of each mark. Raises GitError."""
    marks = folder / ".git" / "duban-marks"
    command = ["git", "-C", str(folder), "fast-import", "--quiet", "--force", f"--export-marks={marks}"]
    done = subprocess.run(command, input=b"".join(stream), capture_output=True, env=surroundings(), check=False)  # noqa: S603
    if done.returncode:
        raise GitError(done.stderr.decode("utf-8", "replace").strip())
    pairs = (text.split() for text in marks.read_text(encoding="ascii").splitlines())
    found = {mark.removeprefix(":"): commit for mark, commit in pairs}
    marks.unlink()
    return found


def _seconds(at: str) -> int:
    return int(datetime.fromisoformat(at).timestamp())


def _after(at: str) -> str:
    return instant((datetime.fromisoformat(at) + _RECORDED).isoformat())
