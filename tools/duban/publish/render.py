"""A page and the templates' folder → the HTML of its content, everything from the ledger escaped."""

from __future__ import annotations

import hashlib
import json
import os
import re
from functools import cached_property
from typing import Any, cast

from jinja2 import BaseLoader, BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension

from duban.language import Language
from duban.publish.edition import Edition
from duban.publish.page import Page

_CONSTANT_TEXT = re.compile(r"""(?<![\w.])_\(\s*(["'])([a-z0-9_.]+)\1\s*\)""")


class _ConstantTexts(Extension):
    """Puts the text of a message id that a template names outright in while it is compiled: it never changes after."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:  # noqa: ARG002 - Jinja's own
        text = cast(Language, self.environment.globals["_"])
        return _CONSTANT_TEXT.sub(lambda match: json.dumps(text(match[2]), ensure_ascii=False), source)


class Renderer:
    """Compiled templates of one edition; ``compiled`` keeps them between runs of one program in one language."""

    def __init__(
        self, templates: str | os.PathLike[str], edition: Edition, compiled: BytecodeCache | None = None
    ) -> None:
        self.environment = Environment(
            loader=FileSystemLoader(templates),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=[_ConstantTexts],
            auto_reload=False,
            bytecode_cache=compiled,
        )
        self._to_shared = edition.to_shared
        self.environment.globals.update(
            _=edition.text,
            edition=edition,
            lang=edition.text.code,
            item_field=edition.item_field,
            unit_name=edition.unit_name,
            campaign_name=edition.campaign_name,
            position=edition.position,
            cause_name=edition.cause_name,
        )

    @cached_property
    def digest(self) -> bytes:
        """Names the text of all templates together."""
        digest = hashlib.blake2b(digest_size=16)
        loader = cast(BaseLoader, self.environment.loader)
        for name in sorted(self.environment.list_templates()):
            digest.update(loader.get_source(self.environment, name)[0].encode())
        return digest.digest()

    def content(self, page: Page, **more: Any) -> str:
        """The page's own HTML.

        ``root`` leads from the page to the edition's root in its language (``../``), ``shared`` to
        the root of the whole site, where the files lie that all languages share.
        """
        template = self.environment.get_template(page.template)
        context = page.context() if callable(page.context) else page.context
        root = "../" * page.depth
        return template.render(page=page, root=root, shared=root + self._to_shared, **context, **more)
