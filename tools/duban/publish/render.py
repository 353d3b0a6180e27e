"""A page and the templates' folder → the HTML of its content, everything from the ledger escaped."""

from __future__ import annotations

import os
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from duban.publish.edition import Edition
from duban.publish.page import Page


class Renderer:
    """Compiled templates of one edition."""

    def __init__(self, templates: str | os.PathLike[str], edition: Edition) -> None:
        self.environment = Environment(
            loader=FileSystemLoader(templates),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        registry = edition.ledger.registry
        self.environment.globals.update(
            _=edition.text,
            edition=edition,
            lang=edition.text.code,
            item_field=edition.item_field,
            unit_name=registry.unit_name,
            position=registry.position,
            cause_name=lambda code: registry.causes.get(code, code),
        )

    def content(self, page: Page, **more: Any) -> str:
        """The page's own HTML. ``root`` leads from the page to the edition's root (``../``)."""
        template = self.environment.get_template(page.template)
        return template.render(page=page, root="../" * page.depth, **page.context, **more)
