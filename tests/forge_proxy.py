"""A proxy for tests: a real one on 127.0.0.1 that opens tunnels by CONNECT and remembers all that went through."""

from __future__ import annotations

import selectors
import socket
import ssl
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from forge_server import shown


class ProxyServer:
    """Serves until the end of its ``with`` block. It knows hosts by what it is told of them, and no other."""

    def __init__(self, hosts: Mapping[str, int], *, login: str = "", tls: bool = False, dripping: bool = False) -> None:
        self.asked: list[tuple[str, str, Mapping[str, str]]] = []
        self.seen = bytearray()
        self.hosts, self.login, self.dripping = dict(hosts), login, dripping
        self.closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        if tls:
            self._server.socket = shown().wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> ProxyServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self._server.server_port}"


class _Server(ThreadingHTTPServer):
    daemon_threads = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is what some tests are about."""


def _handler(proxy: ProxyServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_CONNECT(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            proxy.asked.append((self.command, self.path, headers))
            if proxy.login and headers.get("proxy-authorization") != proxy.login:
                self.send_error(407)
            elif proxy.dripping:
                self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Drip: ")
                while not proxy.closing.wait(0.0005):
                    self.wfile.write(b"a")
            elif self.path not in proxy.hosts:
                self.send_error(502)
            else:
                self.send_response(200)
                self.end_headers()
                with socket.create_connection(("127.0.0.1", proxy.hosts[self.path])) as other:
                    self._carry(other)

        def do_GET(self) -> None:
            proxy.asked.append((self.command, self.path, dict(self.headers.items())))
            self.send_error(403)

        def _carry(self, other: socket.socket) -> None:
            """Bytes both ways, until either side is done."""
            with selectors.DefaultSelector() as ready:
                ready.register(self.connection, selectors.EVENT_READ, other)
                ready.register(other, selectors.EVENT_READ, self.connection)
                while True:
                    for key, _ in ready.select():
                        piece = _read(key.fileobj)
                        if not piece:
                            return
                        proxy.seen += piece
                        key.data.sendall(piece)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
            pass

    return Handler


def _read(connection: Any) -> bytes:
    """What there is. What TLS has unpacked already no longer shows as ready."""
    piece: bytes = connection.recv(2**16)
    while isinstance(connection, ssl.SSLSocket) and connection.pending():
        piece += connection.recv(2**16)
    return piece
