"""An npm folder with GitHub's descriptions and examples → the small JSON files beside this one (see README.md)."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
OPERATIONS = (
    ("get", "/repos/{owner}/{repo}/pulls"),
    ("get", "/repos/{owner}/{repo}/pulls/{pull_number}"),
    ("get", "/repos/{owner}/{repo}/pulls/{pull_number}/commits"),
    ("get", "/repos/{owner}/{repo}/pulls/{pull_number}/reviews"),
    ("get", "/repos/{owner}/{repo}/commits/{commit_sha}/pulls"),
    ("get", "/repos/{owner}/{repo}/activity"),
    ("get", "/repos/{owner}/{repo}/commits/{ref}/statuses"),
    ("post", "/repos/{owner}/{repo}/statuses/{sha}"),
    ("post", "/repos/{owner}/{repo}/pulls"),
    ("patch", "/repos/{owner}/{repo}/pulls/{pull_number}"),
    ("get", "/repos/{owner}/{repo}/issues"),
    ("post", "/repos/{owner}/{repo}/issues"),
    ("post", "/repos/{owner}/{repo}/issues/{issue_number}/comments"),
)
"""All that duban asks of GitHub by REST."""
DESCRIPTIONS = ("api.github.com", "ghes-3.19")
EXAMPLES = (
    "pull-request",
    "pull-request-simple-items",
    "commit-items",
    "pull-request-review-items",
    "activity-items",
    "status",
    "status-items",
    "issue",
    "issue-items",
    "issue-comment",
)
EVENTS = ("opened", "synchronize", "converted_to_draft", "closed")
NO_MATTER = frozenset({"description", "example", "examples", "title", "externalDocs"})


def main(packages: Path) -> None:
    """Write what is needed of ``@octokit/openapi`` and ``@octokit/webhooks-examples``."""
    for name in DESCRIPTIONS:
        whole = read(packages / "@octokit/openapi/generated" / f"{name}.json")
        write(f"openapi-{name}.json", described(whole))
        if name == DESCRIPTIONS[0]:
            write("rest.json", {name: whole["components"]["examples"][name]["value"] for name in EXAMPLES})
    events = {
        one["name"]: one["examples"] for one in read(packages / "@octokit/webhooks-examples/api.github.com/index.json")
    }
    first = {one["action"]: one["pull_request"] for one in reversed(events["pull_request"])}
    write(
        "webhooks.json",
        {
            "pull_request": {action: first[action] for action in EVENTS},
            "pull_request_review": [one["review"] for one in events["pull_request_review"]],
        },
    )


def described(whole: Any) -> dict[str, Any]:
    """The operations and the schemas they reach, as JSON Schema."""
    operations = {}
    schemas: dict[str, Any] = {}
    for method, path in OPERATIONS:
        operation = whole["paths"][path][method]
        parameters = [resolved(one, whole) for one in operation["parameters"]]
        answers = {
            status: answer["content"]["application/json"]["schema"]
            for status, answer in operation["responses"].items()
            if status.startswith("2")
        }
        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
        operations[f"{method.upper()} {path}"] = {
            "query": sorted(one["name"] for one in parameters if one["in"] == "query"),
            "body": plain(body),
            "answers": plain(answers),
        }
        reach(answers, whole, schemas)
    return {"operations": operations, "components": {"schemas": schemas}}


def reach(part: Any, whole: Any, schemas: dict[str, Any]) -> None:
    """Every schema that a part refers to, and what these refer to."""
    if isinstance(part, list):
        for one in part:
            reach(one, whole, schemas)
    elif isinstance(part, dict):
        name = str(part.get("$ref", "")).removeprefix("#/components/schemas/")
        if name and name not in schemas:
            schemas[name] = plain(whole["components"]["schemas"][name])
            reach(whole["components"]["schemas"][name], whole, schemas)
        for one in part.values():
            reach(one, whole, schemas)


def plain(part: Any) -> Any:
    """Without words for readers, and OpenAPI 3.0's ``nullable`` said as JSON Schema says it."""
    if isinstance(part, list):
        return [plain(one) for one in part]
    if not isinstance(part, dict):
        return part
    found = {
        key: {name: plain(one) for name, one in value.items()} if key == "properties" else plain(value)
        for key, value in part.items()
        if key not in NO_MATTER | {"nullable"} and not key.startswith("x-")
    }
    return {"anyOf": [found, {"type": "null"}]} if part.get("nullable") is True else found


def resolved(part: Any, whole: Any) -> Any:
    """A parameter, wherever it is written."""
    return whole["components"]["parameters"][part["$ref"].rpartition("/")[2]] if "$ref" in part else part


def read(path: Path) -> Any:
    """A JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


def write(name: str, content: Any) -> None:
    """A JSON file, one line for each member of what is in it."""
    lines = []
    for key, value in content.items():
        members = value.items() if isinstance(value, dict) else ()
        inner = ",\n".join(f"  {json.dumps(one)}: {compact(member)}" for one, member in members)
        lines.append(f"{json.dumps(key)}: " + (f"{{\n{inner}\n}}" if inner else compact(value)))
    (HERE / name).write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def compact(value: Any) -> str:
    """A value on one line."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
