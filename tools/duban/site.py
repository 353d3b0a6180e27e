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

from duban.examiner import examined
from duban.language import language
from duban.load import Readings
from duban.manifest import Manifest
from duban.output import prepared
from duban.plugin import DubanPlugin
from duban.publish.edition import EditionName
from duban.publish.examination import Examination
from duban.search_index import write_search

CONFIGURATIONS: Mapping[EditionName, str] = {"internal": "mkdocs.yml", "public": "mkdocs.public.yml"}


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did: the files there are, and how many of them had to be written."""

    out: Path
    files: int
    written: int


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

    The first language stands at the root of the site, each other in a folder of its own. MkDocs
    builds into a folder beside, since it empties the folder it builds into. The ledger's history is
    audited first, unless an ``examination`` of it is given. The search index comes last, unless the
    site is not to be ``searchable``.
    """
    if examination is None:
        examination = examined(folder, readings.tree)
    stage = out.parent / f".{out.name}.stage"
    manifest = Manifest(out)
    codes = list(languages) or _languages(folder, name)
    editions = []
    for index, code in enumerate(codes):
        target = out / code if index else out
        config = _configuration(folder, name, stage / code, code)
        plugin = cast(DubanPlugin, config.plugins["duban"])
        searchable = searchable and plugin.config.search
        made = prepared(
            folder,
            name,
            language(code),
            day,
            readings,
            examination,
            codes,
            address=config.site_url,
            searchable=searchable,
        )
        plugin.take(made, config, codes, manifest, target)
        mkdocs_build(config)
        manifest.copy(stage / code, target)
        editions.append(made)
    if searchable:
        write_search(editions, folder, manifest, out)
    manifest.finish()
    shutil.rmtree(stage, ignore_errors=True)
    return Built(out, manifest.files, manifest.written)


def _configuration(folder: Path, name: EditionName, stage: Path, code: str) -> MkDocsConfig:
    config = load_config(str(folder / CONFIGURATIONS[name]), site_dir=str(stage))
    config.theme["language"] = code
    return config


def _languages(folder: Path, name: EditionName) -> list[str]:
    config = load_config(str(folder / CONFIGURATIONS[name]))
    return list(cast(DubanPlugin, config.plugins["duban"]).config.languages)
