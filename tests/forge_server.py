"""A forge for tests: a real HTTP server on 127.0.0.1 that answers as it is told and remembers what it was asked."""

from __future__ import annotations

import itertools
import json
import re
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from jsonschema import Draft202012Validator, FormatChecker
from urllib3 import Timeout

from duban.forge.http import TIMEOUT, Client
from duban.forge.token import Token

DATA = Path(__file__).parent / "forge"
CERTIFICATE = DATA / "forge.test.pem"
"""With its key, for the host ``forge.test`` and 127.0.0.1; signed by itself."""
SECRET = "S3cret-that-Nobody-may-see"  # noqa: S105 - opens nothing
NOW = 1_562_292_000.0
"""2019-07-05T02:00:00Z, the time by the clock of every client made here."""


@dataclass(frozen=True)
class Asked:
    """One request as it came in; the path still percent-encoded."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any = None


@dataclass(frozen=True)
class Told:
    """One answer: a document, or plain bytes, again and again if it is endless.

    Or none, if the line is cut, or held until the server closes. Or word for word, from the status line on,
    what drips byte by byte, and then the content, if it is endless.
    """

    document: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    cut: bool = False
    held: bool = False
    endless: bool = False
    drip: bytes = b""


Answer = Told | Callable[[Asked], Told]


class ForgeServer:
    """Serves until the end of its ``with`` block. What it was not told about is 404."""

    def __init__(self, *, tls: bool = False) -> None:
        self.exchanges: list[tuple[Asked, Told]] = []
        self._answers: dict[tuple[str, str], list[Answer]] = {}
        self._anything: Answer = Told({"message": "Not Found"}, 404)
        self._closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._scheme = "https" if tls else "http"
        if tls:
            self._server.socket = shown().wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> ForgeServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self.port}"

    @property
    def port(self) -> int:
        return self._server.server_port

    @property
    def closing(self) -> bool:
        return self._closing.is_set()

    @property
    def asked(self) -> list[Asked]:
        return [asked for asked, _ in self.exchanges]

    @property
    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    def tell(self, path: str, *answers: Answer, method: str = "GET") -> None:
        """Answer a path with these in turn, and with the last from then on."""
        self._answers[method, path] = list(answers)

    def tell_all(self, answer: Answer) -> None:
        """Answer whatever is asked with this."""
        self._anything = answer

    def serve(self, documents: Mapping[str, Any]) -> None:
        """Answer every path with its document, a list whole and at once."""
        for path, document in documents.items():
            self.tell(path, Told(document))

    def answer(self, asked: Asked) -> Told:
        """The answer to a request."""
        waiting = self._answers.get((asked.method, asked.path), [self._anything])
        answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        told = answer(asked) if callable(answer) else answer
        self.exchanges.append((asked, told))
        if told.held:
            self._closing.wait()
        return told


def shown() -> ssl.SSLContext:
    """What a server shows of itself over TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


class _Server(ThreadingHTTPServer):
    daemon_threads = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is what some tests are about."""


def _handler(forge: ForgeServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            asked = Asked(
                self.command,
                address.path,
                dict(parse_qsl(address.query, keep_blank_values=True)),
                {name.lower(): value for name, value in self.headers.items()},
                json.loads(body) if body else None,
            )
            told = forge.answer(asked)
            if told.cut or told.held:
                return
            content = json.dumps(told.document).encode() if told.content is None else told.content
            if told.drip:
                for byte in itertools.chain(told.drip, itertools.cycle(content if told.endless else b"")):
                    if forge.closing:
                        return
                    self.wfile.write(bytes([byte]))
                    time.sleep(0.0005)  # else several would come as one
                return
            self.send_response(told.status)
            for name, value in {"Content-Type": "application/json", **told.headers}.items():
                self.send_header(name, value)
            if not told.endless:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            while told.endless:  # until the client hangs up
                self.wfile.write(content)

        do_POST = do_PATCH = do_PUT = do_GET  # noqa: N815 - the names that http.server looks for

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
            pass

    return Handler


@dataclass
class Sleeps:
    """Stands for sleeping: remembers how long, and takes no time."""

    seconds: list[float] = field(default_factory=list)

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def client_of(base: str, sleeps: Sleeps | None = None, timeout: Timeout = TIMEOUT) -> Client:
    """A client that never sleeps and whose clock stands still."""
    return Client(
        base,
        Token(SECRET),
        timeout=timeout,
        proxy_of=lambda _: "",
        sleep=sleeps or Sleeps(),
        clock=lambda: NOW,
        ticks=lambda: NOW,
    )


def linked(rows: Sequence[Any], size: int, rel: str = 'rel="next"') -> Callable[[Asked], Told]:
    """A list told in pages of a size, each with a Link to the next, as GitHub and GitLab do it."""

    def answer(asked: Asked) -> Told:
        page = int(asked.query.get("page", "1"))
        headers = {}
        if page * size < len(rows):
            address = f"http://{asked.headers['host']}{asked.path}"
            headers["Link"] = f'<{address}?page={page + 1}>; {rel}, <{address}?page=1>; rel="first"'
        return Told(list(rows[(page - 1) * size : page * size]), headers=headers)

    return answer


def counted(rows: Sequence[Any], size: int) -> Callable[[Asked], Told]:
    """A list told in pages by number without a Link, as Gitea does it for some."""
    return lambda asked: Told(list(rows[(int(asked.query["page"]) - 1) * size : int(asked.query["page"]) * size]))


def data(name: str) -> Any:
    """One of the files beside ``extract.py``."""
    return json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))


class Description:
    """GitHub's own description of its API (OpenAPI), cut down to what duban asks."""

    def __init__(self, name: str) -> None:
        self._whole = data(f"openapi-{name}")

    def misfits(self, asked: Asked, told: Told, prefix: str) -> list[str]:
        """What of an exchange is not as described."""
        path = asked.path.removeprefix(prefix)
        for name, operation in self._whole["operations"].items():
            method, _, template = name.partition(" ")
            if asked.method == method and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path):
                found = [f"{name}: no query {one}" for one in asked.query if one not in operation["query"]]
                if operation["body"]:
                    found += self.unlike(operation["body"], asked.body)
                return found + self.unlike(operation["answers"][str(told.status)], told.document)
        return [f"{asked.method} {path} is not described"]

    def unlike(self, schema: Any, document: Any) -> list[str]:
        """Where a document does not fit a schema of the description."""
        whole = {**schema, "components": self._whole["components"]}
        errors = Draft202012Validator(whole, format_checker=FormatChecker()).iter_errors(document)
        return [f"{error.json_path}: {error.message[:200]}" for error in errors]

    def schema(self, name: str) -> Any:
        """A schema by its name."""
        return {"$ref": f"#/components/schemas/{name}"}
