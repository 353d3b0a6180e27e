"""Search indexes by group, kept in the user's cache between builds; safe to delete at any time."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from duban.repository.error import BusyError
from duban.repository.lock import held
from duban.repository.whole import write_whole

_DATE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Bundle:
    """The index of one group: digests of the sources last looked at, of its records, and of each file by name."""

    sources: str
    records: str
    files: Mapping[str, str]


@contextmanager
def opened(folder: Path) -> Iterator[SearchStore]:
    """The store in a folder, for one build at a time: it is a list and archives, which are not written at once.

    Another build that comes meanwhile, or one that may not write there, has a closed one.
    """
    with ExitStack() as until:
        try:
            until.enter_context(held(folder / "lock"))
        except (BusyError, OSError):
            yield SearchStore(folder, closed=True)
        else:
            yield SearchStore(folder)


class SearchStore:
    """Bundles of one edition of one ledger: a list of them all, and for each an archive of its files.

    What can't be written is held in memory for this build; all of it where the store is ``closed``.
    """

    def __init__(self, folder: Path, *, closed: bool = False) -> None:
        self._folder, self._closed = folder, closed
        self._list = folder / "bundles.json"
        self._sizes: dict[str, int] = {}
        self._bundles: dict[str, Bundle] = {}
        self._held: dict[str, Mapping[str, bytes]] = {}
        if not closed:
            self._read()

    def bundle(self, group: str) -> Bundle | None:
        """What was indexed last for a group, or None where it, or a part of it, is gone."""
        return self._bundles.get(group)

    def keep(self, group: str, bundle: Bundle, files: Mapping[str, bytes] | None = None) -> None:
        """Keep a bundle, with the contents of its files where they are new."""
        self._bundles[group] = bundle
        if files is None:
            return
        if self._closed:
            self._held[group] = files
            return
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as opened:
            for path, content in files.items():
                opened.writestr(zipfile.ZipInfo(path, _DATE), content)
        try:
            write_whole(self._archive(group), archive.getvalue())
            self._sizes[group] = len(archive.getvalue())
        except OSError:
            self._held[group] = files

    def contents(self, group: str, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """The contents of some files of a group."""
        if group in self._held:
            yield from ((path, self._held[group][path]) for path in paths)
            return
        with zipfile.ZipFile(self._archive(group)) as opened:
            for path in paths:
                yield path, opened.read(path)

    def flush(self, groups: Iterable[str]) -> None:
        """Remember these groups and forget all others. A cache that cannot be written is no error."""
        if self._closed:
            return
        wanted = set(groups)
        rows = {
            name: {"size": self._sizes[name], **asdict(bundle)}
            for name, bundle in self._bundles.items()
            if name in wanted and name in self._sizes
        }
        with suppress(OSError):
            write_whole(self._list, orjson.dumps(rows))
            for name in self._bundles.keys() - wanted:
                self._archive(name).unlink(missing_ok=True)

    def _archive(self, group: str) -> Path:
        return self._folder / f"{group or 'others'}.zip"

    def _read(self) -> None:
        try:
            rows: Any = orjson.loads(self._list.read_bytes())
            for name, row in rows.items():
                size = row.pop("size")
                if self._archive(name).stat().st_size == size:
                    self._bundles[name], self._sizes[name] = Bundle(**row), size
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            self._bundles.clear()
            self._sizes.clear()
