"""The one home of files and git: a folder or a revision in, a Tree out, the day and the settings that hold there."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from duban.filing import NAMES
from duban.model import Tree
from duban.moment import day_in_china, instant
from duban.parse import parse
from duban.repository.command import line
from duban.repository.error import ChangedError, ContentError, GitError, LedgerError, RevisionError

if TYPE_CHECKING:
    from duban.repository.objects import Objects

LEDGER_FOLDERS = (*NAMES, "registry", "schemas")
CONFIGURATION, PUBLIC_CONFIGURATION = "mkdocs.yml", "mkdocs.public.yml"
_RULES = ("registry/", "schemas/")
_GRAIN_NS = 2_000_000_000


class FolderTree(Mapping[str, bytes]):
    """The ledger's files in a working folder, each read when it is asked for; ChangedError for one that has gone since.

    Links and special files are left out. Only what all others are judged by is kept once it was read:
    a ledger is as large as its items. ``stamp`` tells whether a file changed without reading it.
    """

    def __init__(self, folder: Path) -> None:
        self._base = os.fspath(folder)
        self._scanned_ns = time.time_ns()
        self._paths = {
            path: None
            for name in LEDGER_FOLDERS
            if not os.path.islink(os.path.join(self._base, name))  # noqa: PTH114, PTH118 - as all paths here
            for path in _files(os.path.join(self._base, name), name)  # noqa: PTH118 - many paths
        }
        self._kept: dict[str, bytes] = {}

    def __getitem__(self, path: str) -> bytes:
        if path in self._kept:
            return self._kept[path]
        if path not in self._paths:
            raise KeyError(path)
        try:
            with open(self._place(path), "rb") as stream:  # noqa: PTH123 - many paths
                content = stream.read()
        except FileNotFoundError as error:
            raise ChangedError(path) from error
        if path.startswith(_RULES):
            self._kept[path] = content
        return content

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    def __contains__(self, path: object) -> bool:
        return path in self._paths

    def stamp(self, path: str) -> str:
        """The file's times, size and number as the file system has them.

        "" for a file so young that it might change again within the clock's grain.
        """
        try:
            found = os.stat(self._place(path), follow_symlinks=False)  # noqa: PTH116 - many paths
        except FileNotFoundError as error:
            raise ChangedError(path) from error
        if max(found.st_mtime_ns, found.st_ctime_ns) > self._scanned_ns - _GRAIN_NS:
            return ""
        return f"{found.st_mtime_ns:x}.{found.st_ctime_ns:x}.{found.st_size:x}.{found.st_ino:x}"

    def _place(self, path: str) -> str:
        return f"{self._base}/{path}"


def tree_of(folder: Path) -> FolderTree:
    """The ledger in a working folder. Raises LedgerError where there is neither items nor schemas."""
    if not (folder / "schemas").is_dir() and not (folder / "items").is_dir():
        raise LedgerError(str(folder))
    return FolderTree(folder)


def tree_at(folder: Path, revision: str) -> Tree:
    """The ledger's files at a git revision, each held against its id.

    Raises RevisionError, ContentError where an object is damaged or missing.
    """
    from duban.repository.objects import Objects

    commit = commit_of(folder, revision)
    with Objects(folder) as objects:
        try:
            root = objects.commit(commit).tree
            named = [name for name in LEDGER_FOLDERS if name in objects.tree(root)]
            return {path: content for name in named for path, content in _files_of(objects, root, name)}
        except RevisionError as error:
            raise ContentError(f"{revision}: {error}") from error


def _files_of(objects: Objects, tree: str, name: str, above: str = "") -> Iterator[tuple[str, bytes]]:
    """The files at a name of a tree: itself, or all below it. Links and other repositories are left out."""
    entry, path = objects.tree(tree)[name], f"{above}{name}"
    if entry.mode == "40000":
        for one in objects.tree(entry.id):
            yield from _files_of(objects, entry.id, one, f"{path}/")
    elif entry.mode in ("100644", "100755"):
        yield path, objects.read(entry.id)[2]


def commit_of(folder: Path, revision: str) -> str:
    """The full id of the commit that a revision names. Raises RevisionError."""
    try:
        return line(folder, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}")
    except GitError as error:
        raise RevisionError(f"{revision}: {error}") from error


def standing_commit(folder: Path) -> str:
    """The full id of the commit whose ledger lies in a working folder; "" where it is none, or was edited since."""
    try:
        if line(folder, "status", "--porcelain", "--untracked-files=all", "--", *LEDGER_FOLDERS):
            return ""
        return commit_of(folder, "HEAD")
    except (GitError, RevisionError):
        return ""


def day_of(folder: Path, revision: str) -> str:
    """The ISO day on which a revision was committed, in its committer's own time zone."""
    committed: datetime = _commit(folder, revision).committed_datetime
    return committed.date().isoformat()


def pinned_day(folder: Path) -> str:
    """The day that mkdocs.yml pins the ledger to (``as_of`` of the duban plugin), or ""."""
    plugins = _configuration(folder).get("plugins", [])
    for plugin in plugins if isinstance(plugins, list) else [plugins]:
        if isinstance(plugin, dict) and isinstance(plugin.get("duban"), dict):
            return str(plugin["duban"].get("as_of") or "")
    return ""


def site_address(folder: Path) -> str:
    """Where the internal site stands (``site_url`` of mkdocs.yml), or ""."""
    return str(_configuration(folder).get("site_url") or "")


def public_address(folder: Path) -> str:
    """Where the public site stands (``site_url`` of mkdocs.public.yml alone), or ""."""
    return str(_configuration(folder, PUBLIC_CONFIGURATION).get("site_url") or "")


def _configuration(folder: Path, name: str = CONFIGURATION) -> dict[str, Any]:
    """mkdocs.yml, or another configuration, as data; empty where there is none that can be read."""
    try:
        content = (folder / name).read_bytes()
        configuration, _ = parse(name, content)
        configuration = configuration or _tolerantly(content.decode())
    except (OSError, ValueError):
        return {}
    return configuration if isinstance(configuration, dict) else {}


def today() -> str:
    """The ISO day in China, wherever this machine stands."""
    return day_in_china(this_instant())


def this_instant() -> str:
    """The instant by this machine's clock (``moment.instant``), which is read here and nowhere below."""
    return instant(datetime.now(UTC).isoformat())


def names_below(folder: Path) -> list[str]:
    """Every file below a folder by its path from there (``a/b.txt``), in order; none where there is no such folder."""
    return [name[1:] for name in _files(os.fspath(folder), "", hidden=True)]


def is_day(text: str) -> bool:
    """Whether a text is a day of the calendar written YYYY-MM-DD, of the centuries that the schemas allow."""
    try:
        return date.fromisoformat(text).isoformat() == text and text[:2] in ("19", "20")
    except ValueError:
        return False


def _tolerantly(text: str) -> Any:
    """mkdocs.yml as MkDocs would take it, without running what its tags name; None where it is no YAML."""
    import yaml

    class Tolerant(yaml.SafeLoader):
        """A SafeLoader that skips unknown tags."""

    Tolerant.add_multi_constructor("", lambda *_: None)
    try:
        return yaml.load(text, Loader=Tolerant)  # noqa: S506
    except yaml.YAMLError:
        return None


def _files(folder: str, name: str, *, hidden: bool = False) -> Iterator[str]:
    try:
        found = sorted(os.scandir(folder), key=lambda one: one.name)
    except (FileNotFoundError, NotADirectoryError):
        return
    for one in found:
        if one.name.startswith(".") and not hidden:
            continue
        if one.is_dir(follow_symlinks=False):
            yield from _files(one.path, f"{name}/{one.name}", hidden=hidden)
        elif one.is_file(follow_symlinks=False):
            yield f"{name}/{one.name}"


def _commit(folder: Path, revision: str):  # type: ignore[no-untyped-def]
    import git

    try:
        repository = git.Repo(folder, search_parent_directories=True)
        commit = repository.commit(revision)
        _ = commit.tree  # a full id is believed until something is asked of it
    except (git.InvalidGitRepositoryError, git.BadName, git.GitCommandError, ValueError, IndexError) as error:
        raise RevisionError(f"{revision}: {error}") from error
    else:
        return commit
