"""MkDocs adapter: pages that ``publish`` has made as text → MkDocs files, and the theme's shells back."""

from __future__ import annotations

import posixpath
import re
import shutil
from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, cast

from jinja2 import Environment
from markupsafe import escape
from mkdocs.commands.build import get_context
from mkdocs.config import config_options as options
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page as MkDocsPage
from mkdocs.utils.templates import TemplateContext

from duban.examiner import examined
from duban.language import language
from duban.leak_test import leak_test, told
from duban.load import Readings, read
from duban.manifest import Manifest
from duban.output import BROWSER, GUIDE, Prepared, Theme, begin_beside, compiled_templates, prepared
from duban.publish.content_policy import guarded
from duban.publish.edition import EditionName
from duban.publish.examination import Examination
from duban.publish.guide_walks import PICTURES, pictures
from duban.publish.item_row import is_sample
from duban.publish.shell import BLANKS, Shell
from duban.repository import today, tree_of
from duban.search_index import write_search
from duban.store import FileStore, cache_folder

_NEVER_LOADED = re.compile(r"assets/javascripts/(?:lunr|workers)/|favicon\.png$|\.map$")
"""Files of the theme that no page asks for: another search and icon, and maps for those who work on the theme."""
_FOR_STAFF = frozenset({"fill_in.js", "fill_in.css"})
"""What only pages of the internal edition use."""
_HIDDEN = {"hide": ["navigation", "toc", "path", "footer"]}


class DubanConfig(Config):  # type: ignore[no-untyped-call]
    """The options below ``plugins: duban`` in mkdocs.yml."""

    as_of = options.Optional(options.Type((str, date)))
    edition = options.Choice(("internal", "public"), default="internal")
    languages = options.ListOfItems(options.Choice(("zh", "en")), default=["zh", "en"])
    search = options.Type(bool, default=True)


class DubanPlugin(BasePlugin[DubanConfig]):  # type: ignore[no-untyped-call]
    """Carries prepared pages into MkDocs, and keeps what is needed to render the theme afterwards.

    ``duban site`` hands the pages over before the build and writes the rest itself; plain
    ``mkdocs build`` gets the same site, in the one language of its configuration.
    """

    def __init__(self) -> None:
        super().__init__()
        self._made: Prepared | None = None
        self._driven = False
        self._languages: tuple[str, ...] = ()
        self._output: tuple[Manifest, Path] | None = None
        self._writing: Iterator[None] = iter(())
        self._environment: Environment | None = None
        self._nav: Navigation | None = None
        self._files: Files | None = None
        self._to_test: tuple[Readings, str, Examination] | None = None

    def take(
        self, made: Prepared, config: MkDocsConfig, languages: Sequence[str], manifest: Manifest, target: Path
    ) -> None:
        """Build these pages, and write what lies beside them into ``target``.

        ``languages`` are those of the whole site, the first at its root: readers can switch between them.
        """
        self._driven = True
        self._languages = tuple(languages)
        self._output = (manifest, target)
        self._use(made, config)

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        if not self._driven:
            folder = Path(config.config_file_path).parent
            tree = tree_of(folder)
            store = FileStore(cache_folder(folder), tree.stamp)
            readings = read(tree, store)
            store.flush()
            if readings.schemas is None or not readings.registry.policy:
                raise PluginError("duban check")
            name = cast(EditionName, self.config.edition)
            text = language(config.theme["language"])
            day = str(self.config.as_of or today())
            examination = examined(folder, tree)
            self._to_test = (readings, day, examination) if name == "public" else None
            searchable = self.config.search
            made = prepared(
                folder, name, text, day, readings, examination, address=config.site_url, searchable=searchable
            )
            self._use(made, config)
        config.nav = self._prepared.navigation
        return config

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        for unused in [one for one in files if _NEVER_LOADED.search(one.src_uri)]:
            files.remove(unused)
        for path, page in self._prepared.pages.items():
            source = path.removesuffix(".html") + ".md"
            if files.get_file_from_path(source) is not None:
                raise PluginError(f"{source} is both written by hand and made from the ledger")
            files.append(File.generated(config, source, content=f"# {page.title}\n"))
        return files

    def on_nav(self, nav: Navigation, *, config: MkDocsConfig, files: Files) -> Navigation:
        self._nav = nav
        return nav

    def on_page_markdown(self, markdown: str, *, page: MkDocsPage, config: MkDocsConfig, files: Files) -> str:
        made = self._prepared.pages.get(page.file.dest_uri)
        if made is None:
            return markdown
        page.meta.update(_HIDDEN)
        page.title = made.title
        return ""

    def on_post_page(self, output: str, *, page: MkDocsPage, config: MkDocsConfig) -> str:
        made = self._prepared.pages.get(page.file.dest_uri)
        return guarded(output, page.content or "", wasm=made is not None and made.wasm)

    def on_template_context(
        self, context: TemplateContext, *, template_name: str, config: MkDocsConfig
    ) -> TemplateContext:
        if template_name.endswith(".html"):
            # What is not found may have been looked for at any depth: links begin at the root of this language.
            edition = self._prepared.edition
            folder = edition.text.code if edition.to_shared else ""
            context["base_url"] = posixpath.join(context["base_url"], folder)
        return context

    def on_post_template(self, output_content: str, *, template_name: str, config: MkDocsConfig) -> str:
        return guarded(output_content, "") if template_name.endswith(".html") else output_content

    def on_env(self, env: Environment, *, config: MkDocsConfig, files: Files) -> Environment:
        self._environment, self._files = env, files
        env.auto_reload = False
        env.bytecode_cache = compiled_templates(Path(config.config_file_path).parent, config.theme["language"])
        if self._output is None:
            out = Path(config.site_dir)
            self._output = Manifest(out, trusted=False), out
        theme = Theme(partial(self._shell, config), partial(self._full_page, config))
        self._writing = begin_beside(self._prepared, theme, *self._output)
        return env

    def on_page_context(
        self, context: TemplateContext, *, page: MkDocsPage, config: MkDocsConfig, nav: Navigation
    ) -> TemplateContext:
        """Render a page of the navigation only now, while other processes work at those outside it."""
        made = self._prepared.pages.get(page.file.dest_uri)
        if made is not None:
            page.content = self._prepared.renderer.content(made)
        return context

    def on_post_build(self, *, config: MkDocsConfig) -> None:
        if self._output is None:
            raise RuntimeError("nothing was prepared")
        manifest, target = self._output
        browser = Path(config.config_file_path).parent / BROWSER
        if browser.is_dir():
            unused = _FOR_STAFF if self._prepared.edition.public else frozenset[str]()
            manifest.copy(browser, target / "assets", without=unused)
        self._copy_pictures(Path(config.config_file_path).parent / GUIDE, manifest, target)
        for _ in self._writing:
            pass
        if not self._driven and self._prepared.edition.searchable:
            write_search([self._prepared], Path(config.config_file_path).parent, manifest, target)
        if self._to_test is not None:
            self._test(target, *self._to_test)

    def _copy_pictures(self, folder: Path, manifest: Manifest, target: Path) -> None:
        """The guide's pictures in the language of its pages; of what there is."""
        edition = self._prepared.edition
        for name in () if edition.public else sorted(pictures(edition.text.code)):
            if (folder / name).is_file():
                manifest.write(target / PICTURES / name, (folder / name).read_bytes())

    def _test(self, out: Path, readings: Readings, day: str, examination: Examination) -> None:
        """Leave nothing of a public edition that leaks."""
        tested = leak_test(out, readings, day, examination)
        if tested.findings:
            shutil.rmtree(out)
            text = self._prepared.edition.text
            raise PluginError("\n".join((text("leak.found", count=len(tested.findings)), *told(tested, text))))

    @property
    def _prepared(self) -> Prepared:
        if self._made is None:
            raise RuntimeError("no pages were prepared")
        return self._made

    def _use(self, made: Prepared, config: MkDocsConfig) -> None:
        self._made = made
        config.site_name = str(escape(made.edition.title))
        text = made.edition.text
        config.extra["duban"] = {
            "edition": made.edition,
            "text": text,
            "languages": self._languages or (text.code,),
            "sample": bool(made.edition.taken(is_sample)),
        }

    def _shell(self, config: MkDocsConfig, folder: str, wasm: bool) -> Shell:
        html = self._full_page(config, f"{folder}{BLANKS['name']}", BLANKS["title"], BLANKS["content"], wasm)
        return Shell.of(html)

    def _full_page(self, config: MkDocsConfig, name: str, title: str, content: str, wasm: bool) -> str:
        if self._environment is None or self._nav is None or self._files is None:
            raise RuntimeError("the theme can be rendered only after MkDocs has built its own pages")
        page = MkDocsPage(title, File.generated(config, f"{name}.md", content=""), config)
        # The theme takes a title in its metadata as it is; any other it would strip of what looks like tags.
        page.meta = cast(Any, {**_HIDDEN, "title": str(escape(title))})
        page.content = content
        page.toc = cast(Any, [])
        context = get_context(self._nav, self._files, config, page)
        return guarded(self._environment.get_template("main.html").render(context), content, wasm=wasm)
