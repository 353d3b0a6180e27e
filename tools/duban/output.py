"""An edition, its templates and the theme's shells → files in the output folder, only what changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from jinja2 import FileSystemBytecodeCache

from duban.language import Language
from duban.load import Readings
from duban.manifest import Manifest
from duban.processes import in_blocks, over_cores
from duban.program import program_digest
from duban.publish.data_file import DataFile
from duban.publish.edition import Edition, EditionName, edition
from duban.publish.examination import Examination
from duban.publish.page import Page
from duban.publish.pages import Navigation, data_files, loose_pages, navigation, shared_files, site_pages
from duban.publish.past_proofs import proofs_on
from duban.publish.render import Renderer
from duban.publish.shell import Shell
from duban.repository import pinned_day, today
from duban.store import cache_folder

TEMPLATES = Path("site/templates")
BROWSER = Path("build/browser")
_SAMPLES = 3
_BLOCK = 50


class ShellMismatchError(Exception):
    """A page filled into the shell is not what the theme itself renders: a bug, or a theme that changed."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """An edition with its compiled templates and the pages that the generator takes into its navigation."""

    edition: Edition
    renderer: Renderer
    pages: dict[str, tuple[str, str]]
    navigation: Navigation


@dataclass(frozen=True, slots=True)
class Theme:
    """What the theme can render once the generator has built its own pages.

    ``shell`` takes the folder a page stands in; ``full_page`` a page's path without its ending, its
    title and its content.
    """

    shell: Callable[[str], Shell]
    full_page: Callable[[str, str, str], str]


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
) -> Prepared:
    """The edition of the ledger in ``folder`` as of an ISO day, with what an audit proved of it.

    It is made in one language; ``languages`` are all of the site, the first at its root.
    """
    if readings.schemas is None:
        raise ValueError("a ledger without readable schemas has no site")
    ledger = readings.ledger(day)
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
    )
    renderer = Renderer(folder / TEMPLATES, made, compiled_templates(folder, text.code))
    pages = list(site_pages(made))
    contents = {page.path: (page.title, renderer.content(page)) for page in pages}
    return Prepared(made, renderer, contents, navigation(pages, text))


def write_beside(made: Prepared, theme: Theme, manifest: Manifest, target: Path) -> None:
    """Everything the generator knows nothing of: data files, and the pages outside its navigation.

    Some pages of each folder are rendered through the theme as well; ShellMismatchError if the two
    differ by a byte.
    """
    _write_files(made, data_files(made.edition), manifest, target)
    if not made.edition.to_shared:
        _write_files(made, shared_files(made.edition), manifest, target)
    for folder, pages in _by_folder(loose_pages(made.edition)).items():
        shell = theme.shell(folder)
        base = _base_digest(made, *shell.pieces, made.renderer.digest.hex())
        stale = []
        for page in pages:
            file = target / page.path
            if page.key and manifest.is_current(file, base + page.key):
                continue
            stale.append((page, file))
            manifest.take(file, base + page.key)
        (target / folder).mkdir(parents=True, exist_ok=True)
        write = partial(_write_pages, made, shell, folder)
        for page, file in stale[:_SAMPLES]:
            html = write([(page, file)])
            if theme.full_page(_name(page, folder, whole=True), page.title, made.renderer.content(page)) != html:
                raise ShellMismatchError(page.path)
        for _ in over_cores(in_blocks(stale[_SAMPLES:], _BLOCK), write):
            pass


def _write_pages(made: Prepared, shell: Shell, folder: str, block: Sequence[tuple[Page, Path]]) -> str:
    """Render and write some pages; returns the last one's HTML."""
    html = ""
    for page, file in block:
        content = made.renderer.content(page)
        html = shell.fill(title=page.title, content=content, name=_name(page, folder))
        file.write_bytes(html.encode())
    return html


def _write_files(made: Prepared, files: Iterable[DataFile], manifest: Manifest, target: Path) -> None:
    base, stale = _base_digest(made), []
    for one in files:
        file = target / one.path
        if not one.key:
            manifest.write(file, one.make())
        elif not manifest.is_current(file, base + one.key):
            manifest.take(file, base + one.key)
            stale.append((one, file))
    for folder in {file.parent for _, file in stale}:
        folder.mkdir(parents=True, exist_ok=True)
    for _ in over_cores(in_blocks(stale, _BLOCK), _write_block):
        pass


def _write_block(block: Sequence[tuple[DataFile, Path]]) -> None:
    for one, file in block:
        file.write_bytes(one.make())


def _name(page: Page, folder: str, *, whole: bool = False) -> str:
    name = page.path.removesuffix(".html")
    return name if whole else name[len(folder) :]


def _by_folder(pages: Iterable[Page]) -> dict[str, list[Page]]:
    folders: dict[str, list[Page]] = {}
    for page in pages:
        folder, slash, _ = page.path.rpartition("/")
        folders.setdefault(folder + slash, []).append(page)
    return folders


def _base_digest(made: Prepared, *more: str) -> str:
    """What every file depends on: registry, schemas, holidays, day, language and program."""
    digest = hashlib.blake2b("\0".join(more).encode(), digest_size=16)
    edition = made.edition
    digest.update(f"{program_digest()}\0{edition.name}\0{edition.day}\0{edition.text.code}\0".encode())
    digest.update(edition.calendar.release().encode())
    for path in sorted(edition.digests):
        if path.startswith(("registry/", "schemas/")):
            digest.update(edition.digests[path].encode())
    return digest.hexdigest()
