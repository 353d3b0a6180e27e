"""MkDocs adapter: pages that ``publish`` has made as text → MkDocs files, and the theme's shells back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment
from mkdocs.commands.build import get_context
from mkdocs.config import config_options as options
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import BasePlugin
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page as MkDocsPage

from duban.publish.shell import BLANKS, Shell

_HIDDEN = {"hide": ["navigation", "toc", "path", "footer"]}


class DubanConfig(Config):
    """The options below ``plugins: duban`` in mkdocs.yml; read by ``duban site`` and the commands."""

    as_of = options.Optional(options.Type(str))
    edition = options.Choice(("internal", "public"), default="internal")
    languages = options.ListOfItems(options.Choice(("zh", "en")), default=["zh", "en"])
    repository_url = options.Optional(options.Type(str))


class DubanPlugin(BasePlugin[DubanConfig]):
    """Carries prepared pages into MkDocs, and keeps what is needed to render the theme afterwards.

    ``pages`` maps a page's path (``ledger.html``) to its title and HTML; set by ``duban.site`` before
    the build. Without it, plain ``mkdocs build`` prepares the same pages itself.
    """

    def __init__(self) -> None:
        super().__init__()
        self.pages: Mapping[str, tuple[str, str]] | None = None
        self.navigation: list[dict[str, Any]] = []
        self._environment: Environment | None = None
        self._nav: Navigation | None = None
        self._files: Files | None = None

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        if self.pages is None:
            from duban.site import prepare

            prepare(config, self)
        config.nav = self.navigation
        return config

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        for path, (title, _) in (self.pages or {}).items():
            source = path.removesuffix(".html") + ".md"
            page = File.generated(config, source, content=f"# {title}\n")
            if files.get_file_from_path(source) is not None:
                raise ValueError(f"{source} is both written by hand and made from the ledger")
            files.append(page)
        return files

    def on_page_markdown(self, markdown: str, *, page: MkDocsPage, config: MkDocsConfig, files: Files) -> str:
        prepared = (self.pages or {}).get(page.file.dest_uri)
        if prepared is None:
            return markdown
        page.meta.update(_HIDDEN)
        page.title = prepared[0]
        return ""

    def on_page_content(self, html: str, *, page: MkDocsPage, config: MkDocsConfig, files: Files) -> str:
        prepared = (self.pages or {}).get(page.file.dest_uri)
        return html if prepared is None else prepared[1]

    def on_nav(self, nav: Navigation, *, config: MkDocsConfig, files: Files) -> Navigation:
        self._nav = nav
        return nav

    def on_env(self, env: Environment, *, config: MkDocsConfig, files: Files) -> Environment:
        self._environment, self._files = env, files
        return env

    def shell(self, config: MkDocsConfig, folder: str) -> Shell:
        """The theme's page for pages in a folder of the site (``items/``, "" for the root)."""
        html = self.full_page(config, f"{folder}{BLANKS['name']}", BLANKS["title"], BLANKS["content"])
        return Shell.of(html)

    def full_page(self, config: MkDocsConfig, name: str, title: str, content: str) -> str:
        """One page rendered through the theme itself; ``name`` is its path without the ending."""
        if self._environment is None or self._nav is None or self._files is None:
            raise RuntimeError("the theme can be rendered only after MkDocs has built its own pages")
        file = File.generated(config, f"{name}.md", content="")
        page = MkDocsPage(title, file, config)
        page.meta = dict(_HIDDEN)
        page.content = content
        page.toc = []  # type: ignore[assignment]
        context = get_context(self._nav, self._files, config, page)
        return self._environment.get_template("main.html").render(context)
