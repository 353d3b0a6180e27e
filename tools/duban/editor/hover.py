"""The ledger's schemas → the same for editors, which show a field's name and help in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from duban.model import Tree
from duban.schema import FOLDER, SUFFIX

PATH = ".vscode/schemas/"


def editor_schemas(tree: Tree) -> Mapping[str, bytes]:
    """The content of each schema by its path; YAML language servers show ``markdownDescription`` before all else."""
    return {
        f"{PATH}{path.removeprefix(FOLDER)}": orjson.dumps(_explained(orjson.loads(tree[path]))) + b"\n"
        for path in sorted(tree)
        if path.startswith(FOLDER) and path.endswith(SUFFIX)
    }


def _explained(node: Any) -> Any:
    if isinstance(node, list):
        return [_explained(one) for one in node]
    if not isinstance(node, dict):
        return node
    kept = {key: _explained(value) for key, value in node.items() if not key.startswith("x-")}
    english, help_en = node.get("x-title-en"), node.get("x-description-en")
    if isinstance(node.get("description"), str) and isinstance(help_en, str):
        kept["markdownDescription"] = f"{node['description']}\n\n**{english}**: {help_en}"
    if isinstance(node.get("enum"), list) and "x-enum-en" in node:
        kept["markdownEnumDescriptions"] = [node["x-enum-en"].get(one, str(one)) for one in node["enum"]]
    return kept
