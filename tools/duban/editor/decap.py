"""Schemas and registry → Decap CMS's configuration for registering new items, and the page that it runs in.

Its known traps are closed (decision 0029): every save is a draft on a branch, nothing publishes, nothing is
previewed or read as Markdown, and nothing that was signed is offered: only new items and their drafts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Literal, NamedTuple

from duban.answer import choices
from duban.language import Language
from duban.model import Data, Registry
from duban.required import required_roles
from duban.schema import Field, Schemas
from duban.seat import SIGNED
from duban.writing import scalar

Backend = Literal["github", "gitlab", "forgejo"]
FILES = ("config.yml", "index.html")
_INTAKE = "intake"
_NOT_OFFERED = frozenset({"related", "follows", "reopened_from", "sample", "transcribed"})
_LINE = 120
_FORGES: Mapping[Backend, str] = {"github": "https://api.github.com", "gitlab": "https://gitlab.com"}
LOCAL = "http://127.0.0.1:8081"


class DecapError(Exception):
    """Why no configuration is made: ``signing`` the policy names no forge, ``gitea`` its backend commits straight."""


class Wish(NamedTuple):
    """What the policy does not say: that its forge is a Forgejo, who signs people in, and whether to save locally.

    ``app`` is the id of the forge's OAuth application (GitLab, Forgejo), ``auth`` the address that signs in to GitHub.
    """

    forgejo: bool = False
    app: str = ""
    auth: str = ""
    local: bool = False


def decap_files(schemas: Schemas, registry: Registry, day: str, text: Language, wish: Wish) -> Mapping[str, bytes]:
    """``config.yml`` and ``index.html``, by name. Raises DecapError."""
    backend = _backend(registry.policy, wish)
    root = schemas.field("item")
    made = {
        **_settings(backend, wish),
        "collections": [_collection(root, year, _Widgets(registry, day, text)) for year in _years(day)],
    }
    return {"config.yml": _yaml(made), "index.html": _page(backend, text, wish).encode()}


def _backend(policy: Data, wish: Wish) -> Data:
    signing = policy.get("signing")
    if signing is None:
        raise DecapError("signing")
    name: Backend = signing["forge"]
    if signing["forge"] == "gitea":
        if not wish.forgejo:
            raise DecapError("gitea")
        name = "forgejo"
    site = str(signing.get("site", "")).rstrip("/")
    made: Data = {"name": name, "repo": signing["repository"], "branch": signing["branch"], "squash_merges": False}
    if name == "github":
        made |= {"api_root": f"{site}/api/v3"} if site else {}
        made |= {"base_url": wish.auth} if wish.auth else {}
    else:
        made |= {"base_url": site} if site else {}
        made |= {"api_root": f"{site}/api/{'v4' if name == 'gitlab' else 'v1'}"} if site else {}
        made |= {"auth_type": "pkce", "app_id": wish.app} if wish.app else {}
    return made


def _settings(backend: Data, wish: Wish) -> Data:
    return {
        "backend": backend,
        **({"local_backend": {"url": f"{LOCAL}/api/v1"}} if wish.local else {}),
        "publish_mode": "editorial_workflow",
        "show_preview_links": False,
        "search": False,
        "locale": "zh_Hans",
        "media_folder": "scans",
        "public_folder": "scans",
        "slug": {"encoding": "ascii", "clean_accents": True},
        "omit_empty_optional_fields": True,
    }


def _years(day: str) -> list[str]:
    """The years in whose folders items are registered around an ISO day: late and early in a year, two."""
    around = (date.fromisoformat(day) + timedelta(days=days) for days in (-31, 0, 31))
    return [*dict.fromkeys(str(one.year) for one in around)]


def _collection(root: Field, year: str, maker: _Widgets) -> Data:
    """One year's folder: a path made from a date within a part is more than Decap's templates can do."""
    text = maker.text
    offered = [child for name, child in root.properties.items() if not _is_entry(child) and name not in _NOT_OFFERED]
    return {
        "name": f"items-{year}",
        "label": f"{root.label(text.code)} {year}",
        "label_singular": text("decap.new_item"),
        "description": text("decap.lead"),
        "folder": f"items/{year}",
        "create": True,
        "delete": False,
        "publish": False,
        "editor": {"preview": False},
        "extension": "yml",
        "format": "yml",
        "identifier_field": "title",
        "summary": "{{id}} {{title}}",
        "slug": "{{fields.id}}",
        # Whatever lies on the main branch is signed: none of it is listed; drafts stand on the workflow's board.
        "filter": {"field": "id", "pattern": "^$"},
        "fields": [
            maker.widget(child, required=child.name in root.required) for child in [*offered, root.properties[_INTAKE]]
        ],
    }


def _is_entry(here: Field) -> bool:
    return bool((here.items or here).entry)


class _Widgets:
    """Fields as Decap's widgets."""

    def __init__(self, registry: Registry, day: str, text: Language) -> None:
        self._registry, self._day, self.text = registry, day, text

    def widget(self, here: Field, *, required: bool) -> Data:
        """One field with everything in it."""
        code = self.text.code
        return {
            "name": here.name,
            "label": here.label(code),
            "hint": here.help(code),
            "required": required,
            **self._kind(here, required=required),
        }

    def _kind(self, here: Field, *, required: bool) -> Data:
        # A day that may be left out is a text: the picker would write an empty one.
        if "const" in here.schema:
            return {"widget": "hidden", "default": here.enum[0]}
        if here.items is not None:
            return self._list(here, here.items)
        if here.properties:
            return {"widget": "object", "collapsed": False, "fields": [*self._fields(here)]}
        among = choices(here, self._registry, self._day, self.text.code)
        if here.type == "boolean":
            return {"widget": "boolean", "default": False}
        if among:
            return {"widget": "select", "options": [{"label": one.label, "value": one.value} for one in among]}
        if here.is_date and required:
            form = "YYYY-MM-DD"
            return {
                "widget": "datetime",
                "format": form,
                "date_format": form,
                "time_format": False,
                "default": "{{now}}",
            }
        if here.type == "integer":
            return {"widget": "number", "value_type": "int"}
        return self._text_of(here)

    def _text_of(self, here: Field) -> Data:
        if int(here.schema.get("maxLength", 0)) > _LINE:
            return {"widget": "text"}
        pattern = here.schema.get("pattern")
        return {"widget": "string", **({"pattern": [pattern, here.help(self.text.code)]} if pattern else {})}

    def _list(self, here: Field, member: Field) -> Data:
        among = choices(here, self._registry, self._day, self.text.code)
        least = {"min": 1} if "minItems" in here.schema else {}
        if here.name == SIGNED:
            roles = required_roles(self._registry.policy, _INTAKE, {}, self._day)
            lines = [{"role": role.partition("@")[0]} for role in roles]
            return {"widget": "list", **least, "collapsed": False, "default": lines, "fields": [*self._fields(member)]}
        if among:
            options = [{"label": one.label, "value": one.value} for one in among]
            return {"widget": "select", "multiple": True, **least, "options": options}
        if member.properties:
            return {"widget": "list", **least, "collapsed": False, "fields": [*self._fields(member)]}
        return {"widget": "list", **least, "field": self.widget(member, required=True)}

    def _fields(self, here: Field) -> Iterator[Data]:
        for name, child in here.properties.items():
            if not (here.name == SIGNED and name == "paper") and not _is_entry(child):
                yield self.widget(child, required=name in here.required)


def _page(backend: Data, text: Language, wish: Wish) -> str:
    """The page: everything from its own folder, and a connection to the one forge and no other place."""
    forges = [backend.get("api_root"), backend.get("base_url"), _FORGES.get(backend["name"])]
    site = next((one for one in forges if one), "")
    hosts = dict.fromkeys(_origin(one) for one in (site, wish.auth, LOCAL if wish.local else "") if one)
    policy = (
        "default-src 'none'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; base-uri 'none'; form-action 'none'; "
        f"connect-src 'self' {' '.join(hosts)}"
    )
    return f"""<!doctype html>
<html lang="{"zh-Hans" if text.code == "zh" else "en"}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>{text("decap.title")}</title>
<link href="config.yml" type="text/yaml" rel="cms-config-url">
</head>
<body>
<script src="decap-cms.js"></script>
</body>
</html>
"""


def _origin(address: str) -> str:
    return "/".join(address.split("/")[:3])


def _yaml(data: Data) -> bytes:
    """The configuration as YAML, by which people may see what is in it."""
    return "".join(f"{line}\n" for line in _lines(data, "")).encode()


def _lines(data: Any, indent: str) -> Iterator[str]:
    """Lines of a mapping or of a list, every scalar quoted where readers of YAML differ on it."""
    pairs = (
        ((f"{key}:", value) for key, value in data.items()) if isinstance(data, dict) else (("-", one) for one in data)
    )
    for start, value in pairs:
        if isinstance(value, dict | list) and value:
            inner = [*_lines(value, f"{indent}  ")]
            if start == "-":
                yield f"{indent}- {inner[0].lstrip()}"
                yield from inner[1:]
            else:
                yield f"{indent}{start}"
                yield from inner
        else:
            yield f"{indent}{start} {json.dumps(value) if isinstance(value, dict | list) else scalar(value)}"
