"""Debian's nginx over a built site, with the very configuration that docs/serve gives, on loopback."""

from __future__ import annotations

import base64
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPResponse, HTTPSConnection
from pathlib import Path

import pytest

from conftest import ROOT

SHIPPED = ROOT / "docs/serve/nginx"
PASSWORD = "一个 good 密码:"  # noqa: S105 - the test's own
# What Debian's own nginx.conf puts around the sites, at the level of http, as far as it bears upon them.
AROUND = """\
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{}}
http {{
    types_hash_max_size 2048;
    types {{ text/html html htm; text/xml xml; application/javascript js; text/plain txt; }}
    default_type application/octet-stream;
    ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    gzip on;
    include conf.d/*.conf;
    include sites-enabled/*;
}}
"""


@dataclass(frozen=True)
class Answer:
    """What the server said."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Server:
    """One site of the running nginx."""

    port: int
    context: ssl.SSLContext
    log: Path
    login: Mapping[str, str] = field(default_factory=dict)

    def ask(self, path: str, method: str = "GET", **headers: str) -> Answer:
        """One request; names of headers are written with underscores."""
        connection = HTTPSConnection("127.0.0.1", self.port, context=self.context, timeout=10)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, headers={**self.login, **named})
            answer: HTTPResponse = connection.getresponse()
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()


def login(name: str, password: str) -> dict[str, str]:
    """Basic authentication."""
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


@contextmanager
def running(sites: Mapping[str, Path], folder: Path) -> Iterator[dict[str, Server]]:
    """nginx serving the folders of both editions; the test is skipped where there is none, or no openssl."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/sbin:/bin")
    openssl = shutil.which("openssl")
    if program is None or openssl is None:
        pytest.skip("no nginx here (Debian: apt-get install nginx-light)" if openssl else "no openssl here")
    shutil.copytree(SHIPPED, folder / "etc")
    (folder / "etc/nginx.conf").write_text(AROUND.format(folder=folder), encoding="utf-8")
    (folder / "etc/sites-enabled").mkdir()
    request = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    subject = ["-subj", "/CN=localhost", "-keyout", str(folder / "key"), "-out", str(folder / "crt")]
    subprocess.run([openssl, *request, *subject], check=True, capture_output=True)
    hashed = subprocess.run(
        [openssl, "passwd", "-apr1", "-stdin"], input=PASSWORD, check=True, capture_output=True, encoding="utf-8"
    )
    (folder / "passwd").write_text(f"reader:{hashed.stdout}", encoding="utf-8")
    servers = {}
    for name, root in sites.items():
        (https, plain) = _free_port(), _free_port()
        text = (SHIPPED / f"sites-available/duban-{name}.conf").read_text(encoding="utf-8")
        for shipped, here in {
            "listen 443 ssl http2": f"listen 127.0.0.1:{https} ssl http2",
            "listen 80": f"listen 127.0.0.1:{plain}",
            f"/etc/ssl/duban/{name}.crt": str(folder / "crt"),
            f"/etc/ssl/duban/{name}.key": str(folder / "key"),
            "/etc/nginx/duban.passwd": str(folder / "passwd"),
            f"/srv/duban/{name}": str(root),
        }.items():
            assert shipped in text or "passwd" in shipped
            text = text.replace(shipped, here)
        lines = [line for line in text.splitlines() if "listen [::]" not in line]
        (folder / f"etc/sites-enabled/duban-{name}.conf").write_text("\n".join(lines), encoding="utf-8")
        context = ssl.create_default_context(cafile=folder / "crt")
        context.check_hostname = False
        log = folder / "error.log"
        servers[name] = Server(https, context, log, login("reader", PASSWORD) if name == "internal" else {})
    command = [program, "-p", str(folder), "-c", str(folder / "etc/nginx.conf"), "-e", str(folder / "error.log")]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        _wait(process, [one.port for one in servers.values()])
        yield servers
    finally:
        process.terminate()
        process.communicate(timeout=10)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], ports: list[int]) -> None:
    for port in ports:
        for _ in range(200):
            if process.poll() is not None:
                _, said = process.communicate()
                raise RuntimeError(said.decode())
            with socket.socket() as one:
                if one.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        else:
            raise RuntimeError(f"nginx does not listen on {port}")
