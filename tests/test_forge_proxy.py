"""Requests through a proxy, over a real one: what it sees of them, when it is asked, and when it is not."""

from __future__ import annotations

import logging
from base64 import b64encode
from collections.abc import Iterator

import pytest

from duban.forge import ForgeError
from duban.forge.chosen import forge_of
from duban.forge.http import Client
from duban.forge.token import Token
from forge_proxy import ProxyServer
from forge_server import CERTIFICATE, SECRET, ForgeServer, Sleeps, Told

HOST = "forge.test"
PASSWORD = "p@ss:wörd-that-Nobody-may-see"  # noqa: S105 - opens nothing
QUOTED = "p%40ss%3Aw%C3%B6rd-that-Nobody-may-see"
LOGIN = "Basic " + b64encode(f"clerk:{PASSWORD}".encode()).decode()


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Without the proxies of this machine; the test server's certificate is trusted."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "request_method"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    return monkeypatch


@pytest.fixture
def server() -> Iterator[ForgeServer]:
    """A forge over TLS, which answers a question and posts."""
    with ForgeServer(tls=True) as running:
        running.serve({"/api/v3/it": {"a": 1}})
        running.tell("/api/v3/it", Told({"id": 1}, 201), method="POST")
        yield running


@pytest.fixture
def proxy(server: ForgeServer) -> Iterator[ProxyServer]:
    with ProxyServer(hosts(server)) as running:
        yield running


def hosts(server: ForgeServer) -> dict[str, int]:
    return {f"{HOST}:{server.port}": server.port, f"127.0.0.1:{server.port}": server.port}


def client(base: str, sleeps: Sleeps | None = None) -> Client:
    """A client as it is outside of tests, but that never sleeps."""
    return Client(base, Token(SECRET), sleep=sleeps or Sleeps())


def test_a_proxy_sees_where_to_and_nothing_more(
    server: ForgeServer, proxy: ProxyServer, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("HTTPS_PROXY", f"http://{proxy.place}")
    asking = client(f"https://{HOST}:{server.port}/api/v3")
    assert asking.get("/it", {"q": "word"}) == {"a": 1}
    assert asking.post("/it", {"state": "success"}) == {"id": 1}
    assert [asked.headers["authorization"] for asked in server.asked] == [f"Bearer {SECRET}"] * 2
    assert server.asked[0].headers["host"] == f"{HOST}:{server.port}"
    assert {(method, path) for method, path, _ in proxy.asked} == {("CONNECT", f"{HOST}:{server.port}")}
    assert all(set(headers) <= {"host"} for _, _, headers in proxy.asked)
    assert len(proxy.seen) > 1000
    assert SECRET.encode() not in proxy.seen
    assert b"success" not in proxy.seen


def test_a_proxy_that_is_asked_over_tls(server: ForgeServer, environment: pytest.MonkeyPatch) -> None:
    server.serve({"/api/v3/it": ["x" * 100] * 1000})
    with ProxyServer(hosts(server), login=LOGIN, tls=True) as proxy:
        environment.setenv("HTTPS_PROXY", f"https://clerk:{QUOTED}@{proxy.place}")
        assert client(f"https://{HOST}:{server.port}/api/v3").get("/it") == ["x" * 100] * 1000
    assert SECRET.encode() not in proxy.seen


def test_a_proxy_may_want_a_password_which_nobody_else_sees(
    server: ForgeServer, environment: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with ProxyServer(hosts(server), login=LOGIN) as proxy:
        environment.setenv("HTTPS_PROXY", f"http://clerk:{QUOTED}@{proxy.place}")
        asking = client(f"https://{HOST}:{server.port}/api/v3")
        assert asking.get("/it") == {"a": 1}
        assert [headers["proxy-authorization"] for _, _, headers in proxy.asked] == [LOGIN]
        assert "proxy-authorization" not in server.asked[0].headers
        proxy.login = "Basic another"
        with pytest.raises(ForgeError) as caught:
            asking.get("/it")
    shown = repr(asking) + repr(vars(asking)) + str(caught.value) + caplog.text
    assert caplog.records
    for secret in (SECRET, PASSWORD, QUOTED, LOGIN.removeprefix("Basic ")):
        assert secret not in shown
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("known", "login", "reason"),
    [
        (True, LOGIN, "Tunnel connection failed: 407 Proxy Authentication Required$"),
        (False, "", "Tunnel connection failed: 502 Bad Gateway$"),
    ],
)
def test_a_proxy_that_refuses_says_why(
    server: ForgeServer, environment: pytest.MonkeyPatch, known: bool, login: str, reason: str
) -> None:
    sleeps = Sleeps()
    with ProxyServer(hosts(server) if known else {}, login=login) as proxy:
        environment.setenv("HTTPS_PROXY", f"http://{proxy.place}")
        with pytest.raises(ForgeError, match=rf"^GET https://{HOST}:\d+/it: {reason}"):
            client(f"https://{HOST}:{server.port}", sleeps).get("/it")
    assert server.asked == []
    assert sleeps.seconds == [1.0, 2.0, 4.0, 8.0]


def test_no_proxy_there_is_an_error(server: ForgeServer, environment: pytest.MonkeyPatch) -> None:
    with ProxyServer({}) as gone:
        place = gone.place
    environment.setenv("HTTPS_PROXY", f"http://{place}")
    with pytest.raises(ForgeError, match="refused"):
        client(server.url).get("/api/v3/it")
    assert server.asked == []


@pytest.mark.parametrize(
    ("no_proxy", "proxied"),
    [
        ("", True),
        ("127.0.0.1", False),
        ("gov.cn, 127.0.0.1:{port}", False),
        ("*", False),
        ("127.0.0.1:1", True),
        ("27.0.0.1", True),
        ("forge.test", True),
    ],
)
@pytest.mark.parametrize("name", ["{}_PROXY", "{}_proxy"])
def test_some_hosts_are_asked_without_the_proxy(
    server: ForgeServer, proxy: ProxyServer, environment: pytest.MonkeyPatch, no_proxy: str, proxied: bool, name: str
) -> None:
    environment.setenv(name.format("HTTPS" if name.isupper() else "https"), f"http://{proxy.place}")
    environment.setenv(name.format("NO" if name.isupper() else "no"), no_proxy.format(port=server.port))
    assert client(f"{server.url}/api/v3").get("/it") == {"a": 1}
    assert [path for _, path, _ in proxy.asked] == [server.url.removeprefix("https://")] * proxied
    assert len(server.asked) == 1


def test_a_forge_is_asked_through_the_environments_proxy(
    server: ForgeServer, proxy: ProxyServer, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("HTTPS_PROXY", f"http://{proxy.place}")
    server.serve({"/repos/county/ledger/pulls": []})
    forge = forge_of("github", "county/ledger", f"https://{HOST}:{server.port}", {"GITHUB_TOKEN": SECRET})
    assert forge.pulls() == ()
    assert len(proxy.asked) == len(server.asked) == 1


def test_the_token_is_not_told_to_a_proxy_in_plain_words(proxy: ProxyServer, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("HTTP_PROXY", f"http://clerk:{QUOTED}@{proxy.place}")
    with ForgeServer() as plain:
        plain.serve({"/it": []})
        with pytest.raises(ForgeError) as caught:
            client(plain.url)
        assert str(caught.value) == (
            f"{plain.url} is not asked through the proxy {proxy.place}, which would see the token: "
            "give an address with https://, or name 127.0.0.1 in NO_PROXY"
        )
        assert plain.asked == []
        environment.setenv("NO_PROXY", "127.0.0.1")
        assert client(plain.url).get("/it") == []
        environment.delenv("NO_PROXY")
        environment.delenv("HTTP_PROXY")
        environment.setenv("HTTPS_PROXY", f"http://{proxy.place}")
        assert client(plain.url).get("/it") == []
    assert proxy.asked == []


def test_a_proxy_that_plays_the_forge_is_not_believed(
    server: ForgeServer, proxy: ProxyServer, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("HTTPS_PROXY", f"http://{proxy.place}")
    proxy.hosts["api.gov.cn:443"] = server.port
    with pytest.raises(ForgeError, match="CERTIFICATE_VERIFY_FAILED"):
        client("https://api.gov.cn").get("/it")
    environment.delenv("SSL_CERT_FILE")
    with pytest.raises(ForgeError, match="CERTIFICATE_VERIFY_FAILED"):
        client(f"https://{HOST}:{server.port}").get("/it")
    assert server.asked == []
    assert len(proxy.asked) == 10


@pytest.mark.parametrize("address", ["https://elsewhere.test/it", "http://{here}/it", f"https://{HOST}:1/it"])
def test_no_other_host_is_asked_through_a_proxy_either(
    server: ForgeServer, proxy: ProxyServer, environment: pytest.MonkeyPatch, address: str
) -> None:
    environment.setenv("HTTPS_PROXY", f"http://{proxy.place}")
    here = f"{HOST}:{server.port}"
    server.tell("/away", Told(status=307, headers={"Location": address.format(here=here)}))
    with pytest.raises(ForgeError, match="not followed"):
        client(f"https://{here}").get("/away")
    assert [path for _, path, _ in proxy.asked] == [here]


@pytest.mark.parametrize(
    "address",
    ["socks5://127.0.0.1:1080", "socks5h://clerk:{}@10.0.0.1", "http://", "http://[::1", "ftp://{}@proxy.gov"],
)
def test_what_is_no_proxy_is_an_error_and_not_quoted(environment: pytest.MonkeyPatch, address: str) -> None:
    environment.setenv("HTTPS_PROXY", address.format(QUOTED))
    with pytest.raises(ForgeError, match=r"not http://HOST:PORT or https://HOST:PORT$") as caught:
        client("https://api.gov.cn")
    assert QUOTED not in str(caught.value)


def test_a_proxy_needs_no_scheme(server: ForgeServer, proxy: ProxyServer, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("HTTPS_PROXY", proxy.place)
    assert client(f"https://{HOST}:{server.port}/api/v3").get("/it") == {"a": 1}
    assert len(proxy.asked) == 1


def test_a_proxys_answer_that_drips_has_its_time_too(server: ForgeServer, environment: pytest.MonkeyPatch) -> None:
    seconds = iter(range(0, 10**9, 10))
    with ProxyServer(hosts(server), dripping=True) as proxy:
        environment.setenv("HTTPS_PROXY", f"http://{proxy.place}")
        asking = Client(f"https://{HOST}:{server.port}", Token(SECRET), sleep=Sleeps(), ticks=lambda: next(seconds))
        with pytest.raises(ForgeError, match="not answered whole within 120 seconds"):
            asking.get("/it")
        assert len(proxy.asked) == 1
