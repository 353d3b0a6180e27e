"""An edition, its templates and the theme's shells → files in the output folder, only what changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from jinja2 import FileSystemBytecodeCache

from duban.assessed import points_unknown
from duban.language import Language
from duban.load import Readings
from duban.manifest import Manifest, put
from duban.processes import in_blocks, over_cores
from duban.program import program_digest
from duban.publish.data_file import DataFile
from duban.publish.edition import Edition, EditionName, edition
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
_BLOCK = 8
Writing = Callable[[], None]
"""Renders one file and writes it."""


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
    )
    renderer = Renderer(folder / TEMPLATES, made, compiled_templates(folder, text.code))
    pages = {page.path: page for page in site_pages(made)}
    return Prepared(made, renderer, pages, navigation(pages.values(), text))


def begin_beside(made: Prepared, theme: Theme, manifest: Manifest, target: Path) -> Iterator[None]:
    """Begin to write what the generator knows nothing of: data files, and the pages outside its navigation.

    Other processes work while the generator goes on; whoever goes through the result waits for them.
    A sample is filled into the shell of each folder and rendered by the theme as well;
    ShellMismatchError if the two differ by a byte.
    """
    files = [*data_files(made.edition)]
    if not made.edition.to_shared:
        files += shared_files(made.edition)
    # Workbooks and whole ledgers take longest, and no process shall be left alone with them at the end.
    work = [*_files_to_write(made, files, manifest, target), *_pages_to_write(made, theme, manifest, target)]
    return over_cores(in_blocks(work, _BLOCK), _write_all)


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


def _pages_to_write(made: Prepared, theme: Theme, manifest: Manifest, target: Path) -> Iterator[Writing]:
    for (folder, wasm), pages in _by_shell(loose_pages(made.edition)).items():
        shell = theme.shell(folder, wasm)
        _compare(theme, shell, folder, wasm)
        base = base_digest(made, *shell.pieces, made.renderer.digest.hex())
        (target / folder).mkdir(parents=True, exist_ok=True)
        for page in pages:
            file = target / page.path
            if page.key and manifest.is_current(file, base + page.key):
                continue
            manifest.take(file, base + page.key)
            yield partial(_write_page, made, shell, folder, page, file)


def _files_to_write(made: Prepared, files: Iterable[DataFile], manifest: Manifest, target: Path) -> Iterator[Writing]:
    base, folders = base_digest(made), set()
    for one in files:
        file = target / one.path
        if one.key and manifest.is_current(file, base + one.key):
            continue
        if file.parent not in folders:
            folders.add(file.parent)
            file.parent.mkdir(parents=True, exist_ok=True)
        if one.key:
            manifest.take(file, base + one.key)
            yield partial(_write_file, one, file)
        else:
            manifest.write(file, one.make())


def _write_all(block: Sequence[Writing]) -> None:
    for write in block:
        write()


def _write_page(made: Prepared, shell: Shell, folder: str, page: Page, file: Path) -> None:
    name = page.path.removesuffix(".html")[len(folder) :]
    put(file, shell.fill(title=page.title, content=made.renderer.content(page), name=name).encode())


def _write_file(one: DataFile, file: Path) -> None:
    put(file, one.make())


def _compare(theme: Theme, shell: Shell, folder: str, wasm: bool) -> None:
    title, content, name = SAMPLE["title"], SAMPLE["content"], SAMPLE["name"]
    if theme.full_page(folder + name, title, content, wasm) != shell.fill(title=title, content=content, name=name):
        raise ShellMismatchError(folder)


def _by_shell(pages: Iterable[Page]) -> dict[tuple[str, bool], list[Page]]:
    """Pages by their folder and by whether they compile WebAssembly: those of one kind share a shell."""
    shells: dict[tuple[str, bool], list[Page]] = {}
    for page in pages:
        folder, slash, _ = page.path.rpartition("/")
        shells.setdefault((folder + slash, page.wasm), []).append(page)
    return shells
