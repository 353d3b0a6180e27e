"""A ledger's folder and an edition → the site on disk, by MkDocs for its own pages and shells for the rest."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from mkdocs.commands.build import build as mkdocs_build
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig

from duban.draft import Draft
from duban.examiner import examined
from duban.finding import Finding
from duban.language import language
from duban.leak_test import LeakTest, leak_test
from duban.load import Readings
from duban.manifest import Manifest
from duban.output import Prepared, prepared, translated
from duban.plugin import DubanPlugin
from duban.publish.edition import EditionName
from duban.publish.examination import Examination
from duban.repository.lock import held
from duban.search_index import write_search

CONFIGURATIONS: Mapping[EditionName, str] = {"internal": "mkdocs.yml", "public": "mkdocs.public.yml"}


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did: the files there are, and how many of them had to be written.

    ``tested`` is the leak test of a public edition; where it found something, nothing was written.
    """

    out: Path
    files: int
    written: int
    tested: LeakTest | None = None

    @property
    def leaks(self) -> tuple[Finding, ...]:
        """What would have leaked, or could not be vouched for."""
        return self.tested.findings if self.tested else ()


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be built: an edition of the ledger in a folder as of an ISO day, in some languages."""

    folder: Path
    name: EditionName
    day: str
    readings: Readings
    languages: tuple[str, ...]
    examination: Examination
    searchable: bool


def build(
    folder: Path,
    name: EditionName,
    out: Path,
    day: str,
    readings: Readings,
    languages: Iterable[str] = (),
    examination: Examination | None = None,
    *,
    searchable: bool = True,
) -> Built:
    """Build an edition of the ledger in ``folder`` as of an ISO day into ``out``.

    The first language stands at the root of the site, each other in a folder of its own. The ledger's
    history is audited first, unless an ``examination`` of it is given. The search index comes last,
    unless the site is not to be ``searchable``.

    The public edition is built in a draft, which takes the place of ``out`` only when its leak test
    finds nothing: else what stood there stays. BusyError where another build writes there.
    """
    with held(out.parent / f".{out.name}.lock"):
        return _build(folder, name, out, day, readings, languages, examination, searchable=searchable)


def _build(
    folder: Path,
    name: EditionName,
    out: Path,
    day: str,
    readings: Readings,
    languages: Iterable[str],
    examination: Examination | None,
    *,
    searchable: bool,
) -> Built:
    if examination is None:
        examination = examined(folder, readings.tree)
    codes = tuple(languages) or _languages(folder, name)
    order = Order(folder, name, day, readings, codes, examination, searchable)
    if name == "internal":
        manifest = Manifest(out)
        _write(order, out, manifest)
        return Built(out, manifest.files, manifest.written)
    draft = Draft(out)
    try:
        manifest = Manifest(draft.folder, record=draft.record)
        _write(order, draft.folder, manifest)
        tested = leak_test(draft.folder, readings, day, examination)
        if not tested.findings:
            draft.publish()
        return Built(out, manifest.files, manifest.written, tested)
    finally:
        draft.drop()


def _write(order: Order, out: Path, manifest: Manifest) -> None:
    """Everything, into ``out``; MkDocs builds into a folder beside, since it empties the folder it builds into."""
    stage = out.parent / f".{out.name.removeprefix('.')}.stage"
    try:
        _write_staged(order, out, stage, manifest)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _write_staged(order: Order, out: Path, stage: Path, manifest: Manifest) -> None:
    searchable = order.searchable
    editions: list[Prepared] = []
    for index, code in enumerate(order.languages):
        target = out / code if index else out
        config = _configuration(order.folder, order.name, stage / code, code)
        plugin = cast(DubanPlugin, config.plugins["duban"])
        searchable = searchable and plugin.config.search
        if editions:
            made = translated(editions[0], order.folder, language(code))
        else:
            made = prepared(
                order.folder,
                order.name,
                language(code),
                order.day,
                order.readings,
                order.examination,
                order.languages,
                address=config.site_url,
                searchable=searchable,
            )
        plugin.take(made, config, order.languages, manifest, target)
        mkdocs_build(config)
        manifest.copy(stage / code, target)
        editions.append(made)
    if searchable:
        write_search(editions, order.folder, manifest, out)
    manifest.finish()


def _configuration(folder: Path, name: EditionName, stage: Path, code: str) -> MkDocsConfig:
    config = load_config(str(folder / CONFIGURATIONS[name]), site_dir=str(stage))
    config.theme["language"] = code
    return config


def _languages(folder: Path, name: EditionName) -> tuple[str, ...]:
    config = load_config(str(folder / CONFIGURATIONS[name]))
    return tuple(cast(DubanPlugin, config.plugins["duban"]).config.languages)
