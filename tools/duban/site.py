"""A ledger's folder and an edition → the site on disk: only what changed is written, what is gone is removed."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import orjson
from mkdocs.commands.build import build as mkdocs_build
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig

from duban import __version__
from duban.language import Language, language
from duban.load import Readings, read
from duban.plugin import DubanPlugin
from duban.publish.edition import Edition, EditionName, edition
from duban.publish.page import Page
from duban.publish.pages import data_files, loose_pages, navigation, site_pages
from duban.publish.render import Renderer
from duban.repository import pinned_day, today, tree_of, write_whole
from duban.store import FileStore, cache_folder

CONFIGURATIONS: Mapping[EditionName, str] = {"internal": "mkdocs.yml", "public": "mkdocs.public.yml"}
TEMPLATES = Path("site/templates")
BROWSER = Path("build/browser")
_SAMPLES = 3


class ShellMismatchError(Exception):
    """A page filled into the shell is not what the theme itself renders: a bug, or a theme that changed."""


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did: pages and files there are, and those that had to be written."""

    out: Path
    pages: int
    written: int


def build(folder: Path, name: EditionName, out: Path, day: str, readings: Readings, languages: Iterable[str] = ()) -> Built:
    """Build an edition of the ledger in ``folder`` as of an ISO day into ``out``."""
    stage = out.parent / f".{out.name}.stage"
    chosen: list[str] = []
    manifest = _Manifest(out)
    for code in languages or _languages(folder, name):
        inner = stage / code
        target = out if not chosen else out / code
        config = _configuration(folder, name, inner, code)
        plugin = cast(DubanPlugin, config.plugins["duban"])
        made = _edition(folder, name, language(code), day, readings)
        renderer = Renderer(folder / TEMPLATES, made)
        _give(plugin, config, renderer, made)
        mkdocs_build(config)
        manifest.copy(inner, target)
        for path, content in data_files(made):
            manifest.write(target / path, content)
        _write_loose(plugin, config, renderer, made, manifest, target)
        chosen.append(code)
    manifest.finish()
    shutil.rmtree(stage, ignore_errors=True)
    return Built(out, manifest.pages, manifest.written)


def prepare(config: MkDocsConfig, plugin: DubanPlugin) -> None:
    """For plain ``mkdocs build`` and ``serve``: the pages of the edition that mkdocs.yml names."""
    folder = Path(config.config_file_path).parent
    day = plugin.config.as_of or today()
    store = FileStore(cache_folder(folder))
    readings = read(tree_of(folder), store)
    store.flush()
    text = language(config.theme["language"])
    made = _edition(folder, cast(EditionName, plugin.config.edition), text, day, readings)
    _give(plugin, config, Renderer(folder / TEMPLATES, made), made)


def _edition(folder: Path, name: EditionName, text: Language, day: str, readings: Readings) -> Edition:
    if readings.schemas is None:
        raise ValueError("a ledger without readable schemas has no site")
    digests = {
        path: hashlib.blake2b(content, digest_size=16).hexdigest()
        for path, content in readings.tree.items()
    }
    pinned = bool(pinned_day(folder)) or day != today()
    return edition(
        name, text, readings.ledger(day), readings.schemas, day, today(), pinned=pinned, digests=digests
    )


def _give(plugin: DubanPlugin, config: MkDocsConfig, renderer: Renderer, made: Edition) -> None:
    plugin.pages = {page.path: (page.title, renderer.content(page)) for page in site_pages(made)}
    plugin.navigation = navigation(made)
    config.site_name = made.title
    config.extra["duban"] = {"edition": made, "text": made.text}


def _write_loose(
    plugin: DubanPlugin, config: MkDocsConfig, renderer: Renderer, made: Edition, manifest: _Manifest, target: Path
) -> None:
    """The pages outside MkDocs: filled into the shell of their folder, skipped where nothing changed."""
    shells: dict[str, Any] = {}
    checked: dict[str, int] = {}
    base = ""
    for page in loose_pages(made):
        folder = page.path.rpartition("/")[0] + "/" if "/" in page.path else ""
        if folder not in shells:
            shells[folder] = plugin.shell(config, folder)
            base = _base_digest(shells[folder].pieces, renderer, made)
        name = page.path[len(folder) :].removesuffix(".html")
        file = target / page.path
        if manifest.is_current(file, base + page.key) and page.key:
            continue
        content = renderer.content(page)
        html = shells[folder].fill(title=page.title, content=content, name=name)
        if checked.setdefault(folder, 0) < _SAMPLES:
            checked[folder] += 1
            if plugin.full_page(config, f"{folder}{name}", page.title, content) != html:
                raise ShellMismatchError(page.path)
        manifest.write(file, html.encode(), base + page.key)


def _base_digest(pieces: tuple[str, ...], renderer: Renderer, made: Edition) -> str:
    digest = hashlib.blake2b("\0".join(pieces).encode(), digest_size=16)
    digest.update(f"{__version__}\0{made.name}\0{made.day}\0{made.text.code}\0".encode())
    for name in sorted(renderer.environment.list_templates()):
        source, _, _ = renderer.environment.loader.get_source(renderer.environment, name)  # type: ignore[union-attr]
        digest.update(source.encode())
    for path in sorted(made.digests):
        if path.startswith(("registry/", "schemas/")):
            digest.update(made.digests[path].encode())
    return digest.hexdigest()


def _configuration(folder: Path, name: EditionName, stage: Path, code: str) -> MkDocsConfig:
    config = load_config(str(folder / CONFIGURATIONS[name]), site_dir=str(stage))
    config.theme["language"] = code
    return config


def _languages(folder: Path, name: EditionName) -> list[str]:
    config = load_config(str(folder / CONFIGURATIONS[name]))
    return list(cast(DubanPlugin, config.plugins["duban"]).config.languages)


class _Manifest:
    """What stands in the output folder, with the key each page was written for."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._file = out.parent / f".{out.name}.manifest.json"
        self._before: dict[str, str] = {}
        if self._file.is_file() and out.is_dir():
            self._before = orjson.loads(self._file.read_bytes())
        self._now: dict[str, str] = {}
        self.written = 0

    @property
    def pages(self) -> int:
        return len(self._now)

    def is_current(self, file: Path, key: str) -> bool:
        """Whether the page was written for that key; then it stays."""
        name = str(file.relative_to(self._out))
        if self._before.get(name) != key:
            return False
        self._now[name] = key
        return True

    def write(self, file: Path, content: bytes, key: str = "") -> None:
        """Write a file unless its content is there already."""
        name = str(file.relative_to(self._out))
        key = key or hashlib.blake2b(content, digest_size=16).hexdigest()
        self._now[name] = key
        if self._before.get(name) == key:
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        self.written += 1

    def copy(self, source: Path, target: Path) -> None:
        """Bring over what MkDocs built."""
        for path in sorted(source.rglob("*")):
            if path.is_file():
                self.write(target / path.relative_to(source), path.read_bytes())

    def finish(self) -> None:
        """Remove what no longer belongs to the site, then remember what stands."""
        for path in _files_below(self._out):
            if str(path.relative_to(self._out)) not in self._now:
                path.unlink()
        write_whole(self._file, orjson.dumps(self._now))


def _files_below(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())
