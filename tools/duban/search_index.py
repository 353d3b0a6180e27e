"""Prepared editions of one site → its search index below ``search/``, of which only what changed is made again.

Each year has an index of its own, which the reader's browser searches together with the others.
What was indexed is kept in the user's cache, so that not even an empty output folder costs it again.
"""

from __future__ import annotations

import hashlib
import sys
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import orjson

from duban.indexer import FACETS, IndexerError, indexed, indexer_version
from duban.language import LANGUAGES, language
from duban.manifest import Manifest, put
from duban.output import Prepared, base_digest
from duban.processes import ProcessError, over_cores
from duban.program import program_digest
from duban.publish.search_page import INDEX
from duban.publish.search_records import SearchRecord, Titles, search_groups
from duban.search_store import Bundle, SearchStore, opened
from duban.store import cache_folder

# What a browser runs lies once, beside the group without a year. The rest of the program's files are
# dialogues of its own that no page of ours uses.
_RUN = frozenset({"pagefind.js", "wasm.unknown.pagefind"})
_LISTS = frozenset({"pagefind-entry.json", FACETS})
_INDEX = (".pf_meta", ".pf_index", ".pf_fragment")
_Stale = tuple[str, list[SearchRecord]]


def write_search(made: Sequence[Prepared], folder: Path, manifest: Manifest, out: Path) -> bool:
    """Write the index of a site, given its editions in all languages, the first at its root.

    Returns whether there is one: where the program is missing or fails, a line on standard error
    says so in both languages, and the site has none.
    """
    try:
        with opened(cache_folder(folder) / "search" / made[0].edition.name) as store:
            bundles = _bundles(made, store, indexer_version())
            for group, bundle in bundles.items():
                _place(group, bundle, store, manifest, out)
            store.flush(bundles)
    except (IndexerError, ProcessError, zipfile.BadZipFile) as error:
        problem = " ".join(str(error).split())
        sys.stderr.write("".join(f"{language(code)('search.warning', problem=problem)}\n" for code in LANGUAGES))
        return False
    return True


def _bundles(made: Sequence[Prepared], store: SearchStore, version: str) -> dict[str, Bundle]:
    """The bundle of every group, indexed where its records are not those of the last one."""
    base = f"{base_digest(made[0])}{version}"
    bundles: dict[str, Bundle] = {}
    stale: dict[str, Bundle] = {}
    work: list[_Stale] = []
    for group in search_groups(made[0].edition, _pages(made)):
        sources = _digest(base.encode() + group.key.encode()) if group.key else ""
        known = store.bundle(group.name)
        if known and sources and known.sources == sources:
            bundles[group.name] = known
            continue
        records = list(group.records())
        named = _digest(orjson.dumps([program_digest(), version, records]))
        if known and known.records == named:
            bundles[group.name] = replace(known, sources=sources)
            store.keep(group.name, bundles[group.name])
        else:
            stale[group.name] = Bundle(sources, named, {})
            work.append((group.name, records))
    for name, files, problem in over_cores(work, _indexed):
        if problem:
            raise IndexerError(problem)
        bundles[name] = replace(stale[name], files={path: _digest(content) for path, content in files.items()})
        store.keep(name, bundles[name], files)
    return bundles


def _pages(made: Sequence[Prepared]) -> dict[str, tuple[Titles, Callable[[], str]]]:
    """The pages of the navigation by path: titles in every language, and what gives all contents together."""
    return {
        path: ({one.edition.text.code: one.pages[path].title for one in made}, partial(_contents, made, path))
        for path in made[0].pages
    }


def _contents(made: Sequence[Prepared], path: str) -> str:
    return " ".join([one.renderer.content(one.pages[path]) for one in made])


def _indexed(stale: _Stale) -> tuple[str, Mapping[str, bytes], str]:
    """The files of one group that a site needs, or what went wrong: exceptions don't cross processes."""
    group, records = stale
    try:
        files = indexed(records)
    except IndexerError as error:
        return group, {}, str(error)
    listed = _LISTS if group else _LISTS | _RUN
    wanted = [path for path in files if path in listed or path.endswith(_INDEX)]
    return group, {path: files[path] for path in sorted(wanted)}, ""


def _place(group: str, bundle: Bundle, store: SearchStore, manifest: Manifest, out: Path) -> None:
    """Write those files of a bundle that are not there yet."""
    folder = out / INDEX / group
    missing = [path for path, key in bundle.files.items() if not manifest.is_current(folder / path, key)]
    for path, content in store.contents(group, missing) if missing else ():
        file = folder / path
        manifest.take(file, bundle.files[path])
        put(file, content)


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()
