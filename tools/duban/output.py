"""An edition, its templates and the theme's shells → files in the output folder, only what changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import compress, islice
from math import ceil
from pathlib import Path
from typing import NamedTuple

from jinja2 import FileSystemBytecodeCache

from duban.assessed import points_unknown
from duban.language import Language
from duban.load import Readings
from duban.manifest import Manifest, put
from duban.processes import over_cores
from duban.program import program_digest
from duban.publish.data_file import DataFile
from duban.publish.edition import Edition, EditionName, Files, edition
from duban.publish.examination import Examination
from duban.publish.page import Page
from duban.publish.pages import TAKERS, Navigation, data_files, loose_pages, navigation, shared_files, site_pages
from duban.publish.past_proofs import proofs_on
from duban.publish.render import Renderer
from duban.publish.shell import SAMPLE, Shell
from duban.repository import pinned_day, today
from duban.store import cache_folder

TEMPLATES = Path("site/templates")
BROWSER = Path("build/browser")
GUIDE = Path("site/guide")
"""Where the pictures of the guide lie."""
_BLOCK = 8


class ShellMismatchError(Exception):
    """A page filled into the shell is not what the theme itself renders: a bug, or a theme that changed."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """An edition with its compiled templates and the pages, by path, that the generator takes into its navigation."""

    edition: Edition
    renderer: Renderer
    pages: Mapping[str, Page]
    navigation: Navigation


@dataclass(frozen=True, slots=True)
class Theme:
    """What the theme can render once the generator has built its own pages.

    ``shell`` takes the folder a page stands in; ``full_page`` a page's path without its ending, its
    title and its content. Both also take whether the page's scripts compile WebAssembly.
    """

    shell: Callable[[str, bool], Shell]
    full_page: Callable[[str, str, str, bool], str]


def compiled_templates(folder: Path, language: str) -> FileSystemBytecodeCache | None:
    """Where templates are kept compiled between runs; None where nothing can be kept."""
    kept = cache_folder(folder) / "templates" / program_digest() / language
    try:
        kept.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return FileSystemBytecodeCache(str(kept))


def prepared(
    folder: Path,
    name: EditionName,
    text: Language,
    day: str,
    readings: Readings,
    examination: Examination | None = None,
    languages: Sequence[str] = (),
    *,
    address: str | None = None,
    searchable: bool = True,
) -> Prepared:
    """The edition of the ledger in ``folder`` as of an ISO day, with what an audit proved of it.

    It is made in one language; ``languages`` are all of the site, the first at its root. ``address``
    is where that root will stand, None where nothing tells.
    """
    if readings.schemas is None:
        raise ValueError("a ledger without readable schemas has no site")
    ledger = readings.ledger(day)
    ledger = replace(ledger, findings=(*ledger.findings, *points_unknown(readings)))
    if examination is not None:
        examination = replace(examination, proofs=proofs_on(examination.proofs, readings, ledger, day))
    made = edition(
        name,
        text,
        ledger,
        readings.schemas,
        day,
        today(),
        pinned=bool(pinned_day(folder)) or day != today(),
        digests=readings.digests(),
        examination=examination,
        languages=languages,
        takers=TAKERS,
        address=f"{address.rstrip('/')}/" if address else "",
        latest=readings.latest(),
        searchable=searchable,
        files=Files(readings.tree, readings.form_numbers),
    )
    return _prepared(folder, made)


def translated(made: Prepared, folder: Path, text: Language) -> Prepared:
    """The same in another language of the site: what was taken of every item speaks none."""
    return _prepared(folder, replace(made.edition, text=text))


def _prepared(folder: Path, made: Edition) -> Prepared:
    text = made.text
    renderer = Renderer(folder / TEMPLATES, made, compiled_templates(folder, text.code))
    pages = {page.path: page for page in site_pages(made)}
    return Prepared(made, renderer, pages, navigation(pages.values(), text))


def begin_beside(made: Prepared, theme: Theme, manifest: Manifest, target: Path) -> Iterator[None]:
    """Begin to write what the generator knows nothing of: data files, and the pages outside its navigation.

    Other processes work while the generator goes on; whoever goes through the result waits for them.
    A sample is filled into the shell of each folder and rendered by the theme as well;
    ShellMismatchError if the two differ by a byte.
    """
    every = _Beside(made, theme, target)
    stale = bytearray(_is_stale(one, manifest) for one in every)
    return over_cores(_Stale(every, stale), _write_all)


class _Work(NamedTuple):
    """One file to be written: what decides whether it must be ("" for nothing but its bytes), and what makes it."""

    file: str
    key: str
    make: Callable[[], bytes]


class _Beside:
    """The files of an edition that the generator knows nothing of, in one order however often they are gone over.

    There are three of an item, so that they are made on the way and not kept; shells and folders are.
    """

    def __init__(self, made: Prepared, theme: Theme, target: Path) -> None:
        self._made, self._theme, self._target = made, theme, target
        self._shells: dict[tuple[str, bool], tuple[Shell, str]] = {}
        self._base = base_digest(made)

    def __iter__(self) -> Iterator[_Work]:
        # Workbooks and whole ledgers take longest, and no process shall be left alone with them at the end.
        for one in self._files():
            yield _Work(f"{self._target}/{one.path}", one.key and self._base + one.key, one.make)
        for page in loose_pages(self._made.edition):
            folder, slash, name = page.path.removesuffix(".html").rpartition("/")
            shell, base = self._shell(folder + slash, page.wasm)
            make = partial(_page, self._made, shell, page, name)
            yield _Work(f"{self._target}/{page.path}", page.key and base + page.key, make)

    def _files(self) -> Iterator[DataFile]:
        edition = self._made.edition
        yield from data_files(edition)
        if not edition.to_shared:
            yield from shared_files(edition)

    def _shell(self, folder: str, wasm: bool) -> tuple[Shell, str]:
        """What pages of a folder are filled into, and what they all depend on."""
        known = self._shells.get((folder, wasm))
        if known is None:
            shell = self._theme.shell(folder, wasm)
            _compare(self._theme, shell, folder, wasm)
            base = base_digest(self._made, *shell.pieces, self._made.renderer.digest.hex())
            known = self._shells[folder, wasm] = shell, base
        return known


class _Stale:
    """Blocks of what must be written: each process goes over everything, and makes of it what is its turn."""

    def __init__(self, every: Iterable[_Work], stale: bytearray) -> None:
        self._every, self._stale = every, stale

    def __len__(self) -> int:
        return ceil(sum(self._stale) / _BLOCK)

    def __iter__(self) -> Iterator[Sequence[_Work]]:
        chosen = compress(self._every, self._stale)
        while block := tuple(islice(chosen, _BLOCK)):
            yield block


def base_digest(made: Prepared, *more: str) -> str:
    """What every file depends on: registry, schemas, holidays, day, language and program."""
    digest = hashlib.blake2b("\0".join(more).encode(), digest_size=16)
    edition = made.edition
    digest.update(f"{program_digest()}\0{edition.name}\0{edition.day}\0{edition.text.code}\0".encode())
    digest.update(edition.calendar.release().encode())
    for path in sorted(edition.digests):
        if path.startswith(("registry/", "schemas/")):
            digest.update(edition.digests[path].encode())
    return digest.hexdigest()


def _is_stale(one: _Work, manifest: Manifest) -> bool:
    """Whether a file must be written; what nobody knows without making it is made and written at once."""
    if not one.key:
        manifest.write(one.file, one.make())
        return False
    if manifest.is_current(one.file, one.key):
        return False
    manifest.take(one.file, one.key)
    return True


def _write_all(block: Iterable[_Work]) -> None:
    for one in block:
        put(Path(one.file), one.make())


def _page(made: Prepared, shell: Shell, page: Page, name: str) -> bytes:
    return shell.fill(title=page.title, content=made.renderer.content(page), name=name).encode()


def _compare(theme: Theme, shell: Shell, folder: str, wasm: bool) -> None:
    title, content, name = SAMPLE["title"], SAMPLE["content"], SAMPLE["name"]
    if theme.full_page(folder + name, title, content, wasm) != shell.fill(title=title, content=content, name=name):
        raise ShellMismatchError(folder)
