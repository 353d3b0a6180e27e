"""What editors work with: snippets that make valid YAML, help in two languages, a language server, Decap's traps."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import AS_OF, ROOT, Outcome
from duban.editor.decap import DecapError, Wish, decap_files
from duban.editor.snippets import snippets_text
from duban.language import language
from duban.load import Readings
from duban.model import Registry
from duban.parse import parse
from duban.schema import Field, Schemas, entries

Run = Callable[..., Outcome]
SERVER = ROOT / "site/editor/node_modules/yaml-language-server/bin/yaml-language-server"
STOP = re.compile(r"\$\{(\d+)(?:\|([^|]*)\||:((?:[^{}]|\$\w+)*))\}")
AS_IT_IS = Wish()
VARIABLES = {"$CURRENT_YEAR": "2019", "$CURRENT_MONTH": "10", "$CURRENT_DATE": "31"}


def typed(body: list[str]) -> str:
    """A snippet as it stands when nothing else is typed: the first of each choice, and what is there to be replaced."""
    text = "\n".join(body)
    stops = {match[1]: match[2].split(",")[0] if match[2] else match[3] for match in STOP.finditer(text)}
    text = STOP.sub(lambda match: stops[match[1]], text)
    text = re.sub(r"\$(\d+)", lambda match: stops[match[1]], text)
    for name, value in VARIABLES.items():
        text = text.replace(name, value)
    return text


def test_what_is_made_for_editors_is_what_lies_here(run: Run) -> None:
    found = run("-C", ROOT, "form", "--snippets", "--check")
    assert found.code == 0, found.out


def test_every_entry_has_its_snippets(schemas: Schemas, readings: Readings) -> None:
    made = json.loads(snippets_text(schemas, readings.registry.policy))
    for name in ("item", "report"):
        root = schemas.field(name)
        for pointer, here in entries(root):
            for mark in ("", "+"):
                snippet = made[f"{name}/{'/'.join(pointer)}{mark}"]
                assert {f"{here.entry}{mark}", f"{here.title}{mark}"} <= set(snippet["prefix"])
                text = typed(snippet["body"])
                wrapped = f"list:\n{text}\n" if text.startswith("- ") else text
                data, slips = parse("", wrapped.encode())
                assert not slips, text
                entry = data if not pointer else data["list"][0] if "list" in data else data[pointer[-1]]
                whole(entry, here, everything=bool(mark))


def whole(entry: dict[str, Any], here: Field, *, everything: bool) -> None:
    """What must be there is, in the schema's order, and nothing that comes later."""
    known = [name for name, child in here.properties.items() if not (child.items or child).entry]
    assert [*entry] == [name for name in known if name in entry]
    assert here.required <= set(entry)
    optional = {name for name in known if not here.properties[name].may_come_later}
    assert set(entry) == (here.required | optional if everything else here.required)
    for name, value in entry.items():
        child = here.properties[name]
        if child.enum:
            assert value in child.enum


def test_help_is_in_both_languages() -> None:
    item = json.loads((ROOT / ".vscode/schemas/item.schema.json").read_text(encoding="utf-8"))
    urgency = item["properties"]["urgency"]
    assert urgency["markdownDescription"].startswith(urgency["description"])
    assert "**Urgency**" in urgency["markdownDescription"]
    assert not re.search(r'"x-', json.dumps(item))
    mapped = json.loads((ROOT / ".vscode/settings.json").read_text(encoding="utf-8"))["yaml.schemas"]
    assert all((ROOT / path).is_file() for path in mapped)
    assert {"./.vscode/schemas/item.schema.json", "./.vscode/schemas/policy.schema.json"} <= set(mapped)


def test_the_hooks_run_commands_that_there_are(run: Run) -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert [one["id"] for one in hooks] == ["duban-check", "duban-form"]
    for one in hooks:
        program, command, *options = one["entry"].split()
        assert (program, one["pass_filenames"]) == ("duban", False)
        assert all(option in run(command, "--help").out for option in options)


def config(schemas: Schemas, registry: Registry, wish: Wish = AS_IT_IS, day: str = AS_OF, **signing: str) -> Any:
    policy = {**registry.policy, "signing": {**registry.policy["signing"], **signing}}
    changed = Registry(registry.units, registry.people, registry.campaigns, registry.plans, policy, registry.causes)
    made = decap_files(schemas, changed, day, language("zh"), wish)
    return yaml.safe_load(made["config.yml"]), made["index.html"].decode()


def test_decaps_traps_are_closed(schemas: Schemas, readings: Readings) -> None:
    made, page = config(schemas, readings.registry)
    assert (made["publish_mode"], made["show_preview_links"]) == ("editorial_workflow", False)
    assert "local_backend" not in made
    (collection,) = made["collections"]
    assert (collection["publish"], collection["delete"], collection["editor"]) == (False, False, {"preview": False})
    assert (collection["folder"], collection["filter"]) == ("items/2019", {"field": "id", "pattern": "^$"})
    widgets = [*kinds(collection["fields"])]
    assert "markdown" not in widgets
    # Who imports an older ledger says where each value came from; nobody writes that by hand.
    assert {one["name"] for one in collection["fields"]}.isdisjoint({"transcribed", "sample", "reopened_from"})
    assert set(widgets) <= {"string", "text", "select", "list", "object", "datetime", "hidden", "boolean", "number"}
    assert re.findall(r"https?://[^ ;\"']+", page) == ["https://api.github.com"]
    assert "script-src 'self' 'unsafe-eval';" in page
    assert config(schemas, readings.registry, day="2019-12-20")[0]["collections"][1]["folder"] == "items/2020"


def kinds(fields: list[Any]) -> Iterator[str]:
    for one in fields:
        yield one["widget"]
        yield from kinds([*one.get("fields", ()), *([one["field"]] if "field" in one else ())])


def test_a_backend_that_commits_straight_is_refused(schemas: Schemas, readings: Readings, run: Run) -> None:
    site = "https://git.example.invalid"
    with pytest.raises(DecapError, match="gitea"):
        config(schemas, readings.registry, forge="gitea", site=site)
    made, page = config(schemas, readings.registry, Wish(forgejo=True, app="x"), forge="gitea", site=site)
    assert made["backend"]["name"] == "forgejo"
    assert (made["backend"]["api_root"], made["backend"]["auth_type"]) == (f"{site}/api/v1", "pkce")
    assert re.findall(r"https?://[^ ;\"']+", page) == [site]
    assert "没有审稿流程" in language("zh")("form.decap.gitea")


class LanguageServer:
    """A language server over a pipe, asked one thing after another."""

    def __init__(self, process: subprocess.Popen[bytes], settings: Any) -> None:
        assert process.stdin
        assert process.stdout
        self._in, self._out, self._settings = process.stdin, process.stdout, settings
        self._count, self.diagnostics = 0, [""]

    def tell(self, method: str, params: Any, **more: Any) -> None:
        body = json.dumps({"jsonrpc": "2.0", "method": method, "params": params, **more}).encode()
        self._in.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._in.flush()

    def ask(self, method: str, params: Any) -> Any:
        self._count += 1
        self.tell(method, params, id=self._count)
        return self._until(lambda told: told.get("id") == self._count and "method" not in told)["result"]

    def hears(self, words: str) -> None:
        """Wait for a diagnostic that has the words in it."""
        self._until(lambda _: any(words in one for one in self.diagnostics))

    def _until(self, told: Callable[[Any], bool]) -> Any:
        while True:
            length = 0
            while line := self._out.readline().strip():
                name, _, value = line.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            message = json.loads(self._out.read(length))
            if message.get("method") == "workspace/configuration":
                answer = [self._settings.get(one.get("section"), {}) for one in message["params"]["items"]]
                self._answer(message["id"], answer)
            elif "method" in message and "id" in message:
                self._answer(message["id"], None)
            elif message.get("method") == "textDocument/publishDiagnostics":
                self.diagnostics = [one["message"] for one in message["params"]["diagnostics"]]
            if told(message):
                return message

    def _answer(self, identity: int, result: Any) -> None:
        body = json.dumps({"jsonrpc": "2.0", "id": identity, "result": result}).encode()
        self._in.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._in.flush()


@contextmanager
def language_server(folder: Path) -> Iterator[LanguageServer]:
    """The server that VS Code's YAML extension runs, set up by the settings of this repository."""
    mapped = json.loads((ROOT / ".vscode/settings.json").read_text(encoding="utf-8"))["yaml.schemas"]
    settings = {
        "schemas": {(ROOT / path).as_uri(): glob for path, glob in mapped.items()},
        "completion": True,
        "hover": True,
        "validate": True,
        "schemaStore": {"enable": False},
    }
    told = {
        "processId": None,
        "rootUri": folder.as_uri(),
        "capabilities": {
            "textDocument": {
                "hover": {"contentFormat": ["markdown"]},
                "completion": {"completionItem": {"documentationFormat": ["markdown"]}},
            },
            "workspace": {"configuration": True},
        },
    }
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(["node", str(SERVER), "--stdio"], **pipes) as process:
        try:
            server = LanguageServer(process, {"yaml": settings})
            server.ask("initialize", told)
            server.tell("initialized", {})
            server.tell("workspace/didChangeConfiguration", {"settings": {"yaml": settings}})
            yield server
        finally:
            process.kill()


@pytest.mark.skipif(not SERVER.exists(), reason="no language server here: `make editor` installs one")
def test_a_language_server_completes_explains_and_finds(tmp_path: Path) -> None:
    path = tmp_path / "items/2019/2019-0051.yml"
    text = (ROOT / "items/2019/2019-0051.yml").read_text(encoding="utf-8")
    text = text.replace("  lead_leader: vice-mayor-education\n", "  \n").replace("colour: 蓝", "colour: 紫")
    lines, uri = text.split("\n"), path.as_uri()
    with language_server(tmp_path) as server:
        server.tell(
            "textDocument/didOpen", {"textDocument": {"uri": uri, "languageId": "yaml", "version": 1, "text": text}}
        )
        server.hears("Valid values")

        def at(line: str, column: int) -> Any:
            return {"textDocument": {"uri": uri}, "position": {"line": lines.index(line), "character": column}}

        shown = server.ask("textDocument/hover", at("  feedback_mode: 一次性", 4))["contents"]["value"]
        assert "反馈类型" in shown
        assert "**Feedback mode**" in shown
        offered = server.ask("textDocument/completion", at("  ", 2))["items"]
        assert "lead_leader" in {one["label"] for one in offered}
