"""The configuration of docs/serve under a real nginx: headers, caching, compression, what is refused, the password."""

from __future__ import annotations

import gzip
import re
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

import pytest

from nginx import PASSWORD, SHIPPED, Answer, Server, login, running
from site_fixtures import EDITIONS, Site

PAGE = "/items/2019-0009.html"
STYLE = "/assets/duban.css"
SECURITY = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
# A file of each kind that colleagues' builds, or later ones, put beside the pages.
OTHERS = {
    "pagefind/zh_1a2b3c4.pf_fragment": "application/octet-stream",
    "pagefind/index/zh_1a2b3c4.pf_index": "application/octet-stream",
    "pagefind/wasm.zh.pagefind": "application/octet-stream",
    "pagefind/search.wasm": "application/wasm",
    "site.webmanifest": "application/manifest+json; charset=utf-8",
    "feed.xml": "application/atom+xml; charset=utf-8",
    "due.ics": "text/calendar; charset=utf-8",
    "ledger.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ledger.csv": "text/csv; charset=utf-8",
}


@pytest.fixture(scope="module")
def servers(sites: Mapping[str, Site], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Server]]:
    """Both editions behind one nginx; beside them lie files that must not be given out."""
    folder = tmp_path_factory.mktemp("nginx")
    roots = {}
    for name in EDITIONS:
        root = folder / "srv" / name
        for path, content in sites[name].files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(content)
        for path in (*OTHERS, ".htpasswd", ".git/config"):
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(b"content of a file " * 100)
        (root / "outside.html").symlink_to(folder / "secret.html")
        roots[name] = root
    (folder / "secret.html").write_text("secret", encoding="utf-8")
    with running(roots, folder) as found:
        yield found
    assert "[emerg]" not in (folder / "error.log").read_text(encoding="utf-8")
    assert "[warn]" not in (folder / "error.log").read_text(encoding="utf-8")


@pytest.fixture
def public(servers: Mapping[str, Server]) -> Server:
    return servers["public"]


@pytest.fixture
def internal(servers: Mapping[str, Server]) -> Server:
    return servers["internal"]


def policy_of(page: str) -> dict[str, set[str]]:
    """The directives of a page's own policy, or of a header's."""
    found = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    parts = [one.split() for one in (found[1] if found else page).split(";")]
    return {name: set(sources) for name, *sources in parts}


def test_the_header_allows_what_the_pages_allow_and_forbids_frames(sites: Mapping[str, Site]) -> None:
    text = (SHIPPED / "snippets/duban-headers.conf").read_text(encoding="utf-8")
    line = re.search(r'Content-Security-Policy "([^"]*)" always;', text)
    assert line is not None
    header = policy_of(line[1])
    assert header.pop("frame-ancestors") == {"'none'"}
    pages = [
        policy_of(one.decode()) for here in sites.values() for path, one in here.files.items() if path.endswith(".html")
    ]
    assert header.keys() == pages[0].keys()
    together = {name: set().union(*(page[name] for page in pages)) for name in header}
    together["script-src"].add("'wasm-unsafe-eval'")
    assert header == together
    assert not [name for name, sources in header.items() if "'unsafe-inline'" in sources or "'unsafe-eval'" in sources]


@pytest.mark.parametrize("name", EDITIONS)
@pytest.mark.parametrize(
    "path", ["/", PAGE, STYLE, "/data/ledger.json", "/en/", "/no/such/page", "/pagefind/search.wasm"]
)
def test_every_answer_bears_the_security_headers_once(servers: Mapping[str, Server], name: str, path: str) -> None:
    answer = servers[name].ask(path)
    assert answer.status == (404 if "such" in path else 200)
    assert SECURITY.items() <= answer.headers.items()
    assert policy_of(answer.headers["content-security-policy"])["frame-ancestors"] == {"'none'"}
    assert "camera=()" in answer.headers["permissions-policy"]
    assert "fullscreen=(self)" in answer.headers["permissions-policy"], "the wall chart fills the screen"
    assert answer.headers["server"] == "nginx"
    assert "allow" not in answer.headers
    if name == "internal":
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-robots-tag"] == "noindex"


def test_every_kind_of_file_has_its_type(sites: Mapping[str, Site], public: Server) -> None:
    kinds: dict[str, str] = {}
    for path in sites["public"].files:
        if not path.endswith("404.html"):
            kinds.setdefault(PurePosixPath(path).suffix, path)
    types = {path: public.ask(f"/{path}").headers["content-type"] for path in [*kinds.values(), *OTHERS]}
    assert {path: types[path] for path in OTHERS} == OTHERS
    said = {PurePosixPath(path).suffix: one for path, one in types.items() if path not in OTHERS}
    assert (
        said.items()
        >= {
            ".html": "text/html; charset=utf-8",
            ".css": "text/css; charset=utf-8",
            ".js": "text/javascript; charset=utf-8",
            ".json": "application/json; charset=utf-8",
            ".svg": "image/svg+xml; charset=utf-8",
            ".gz": "application/gzip",
        }.items()
    )
    unnamed = {suffix for suffix, one in said.items() if one == "application/octet-stream"}
    assert {suffix for suffix in unnamed if not suffix.startswith((".pf_", ".pagefind"))} == set()
    assert public.ask("/sitemap.xml").headers["content-type"] == "application/xml; charset=utf-8"


def test_names_with_a_digest_are_kept_for_good_and_all_else_is_asked_for_again(
    sites: Mapping[str, Site], public: Server
) -> None:
    digested = [path for path in sites["public"].files if re.search(r"\.[0-9a-f]{8}\.min\.(css|js)$", path)]
    assert digested
    for path in (*digested, "pagefind/zh_1a2b3c4.pf_fragment", "pagefind/index/zh_1a2b3c4.pf_index"):
        assert public.ask(f"/{path}").headers["cache-control"] == "public, max-age=31536000, immutable", path
    for path in ("/", PAGE, STYLE, "/data/ledger.json", "/feed.xml", "/due.ics", "/no/such/page"):
        assert public.ask(path).headers["cache-control"] == "no-cache", path


@pytest.mark.parametrize("path", [PAGE, STYLE, "/data/ledger.json"])
@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_what_has_not_changed_is_not_sent_again(public: Server, path: str, encoding: str) -> None:
    first = public.ask(path, Accept_Encoding=encoding)
    again = public.ask(path, Accept_Encoding=encoding, If_None_Match=first.headers["etag"])
    assert (first.status, again.status, again.body) == (200, 304, b"")
    assert SECURITY.items() <= again.headers.items()
    assert public.ask(path, If_None_Match='"other"').status == 200


def test_text_is_pressed_for_whoever_takes_it(sites: Mapping[str, Site], public: Server) -> None:
    for path in (PAGE, STYLE, "/data/ledger.json", "/feed.xml", "/due.ics", "/ledger.csv", "/pagefind/search.wasm"):
        whole, pressed = public.ask(path), public.ask(path, Accept_Encoding="gzip, br")
        assert "content-encoding" not in whole.headers, path
        assert pressed.headers["content-encoding"] == "gzip", path
        assert "Accept-Encoding" in pressed.headers["vary"], path
        assert gzip.decompress(pressed.body) == whole.body, path
        assert len(pressed.body) < len(whole.body) / 2
    ready = public.ask("/sitemap.xml", Accept_Encoding="gzip")
    assert ready.headers["content-encoding"] == "gzip"
    assert ready.body == sites["public"].files["sitemap.xml.gz"]
    for path in ("/ledger.xlsx", "/pagefind/index/zh_1a2b3c4.pf_index"):
        assert "content-encoding" not in public.ask(path, Accept_Encoding="gzip").headers, "pressed already"


def test_what_is_not_there_is_said_in_the_readers_language(public: Server) -> None:
    for path, language in (
        ("/no/such", "zh"),
        ("/items/", "zh"),
        ("/en/no/such/page.html", "en"),
        ("/en/items/", "en"),
    ):
        answer = public.ask(path)
        assert answer.status == 404, path
        assert f'<html lang="{language}"' in answer.body.decode(), path
        root = "/en" if language == "en" else ""
        assert f'href="{root}/ledger.html"' in answer.body.decode()
    assert public.ask("/404.html").status == 404
    assert public.ask("/en").headers["location"] == "/en/"


def test_no_folder_is_listed_and_nothing_hidden_is_given_out(public: Server, internal: Server) -> None:
    for server in (public, internal):
        for path in (
            "/items/",
            "/assets/",
            "/data/",
            "/.htpasswd",
            "/.git/config",
            "/outside.html",
            "/items/2019-0009",
        ):
            answer = server.ask(path)
            assert answer.status in (403, 404), path
            assert b"Index of" not in answer.body
            assert b"secret" not in answer.body
            assert b"content of a file" not in answer.body


def raw(server: Server, path: str) -> Answer:
    """A request whose path no client of ours tidies up."""
    with (
        socket.create_connection(("127.0.0.1", server.port), timeout=10) as plain,
        server.context.wrap_socket(plain) as one,
    ):
        one.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        said = b"".join(iter(lambda: one.recv(65536), b""))
    return Answer(int(said.split(b" ", 2)[1]), {}, said)


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.html",
        "/items/../../secret.html",
        "/%2e%2e/secret.html",
        "/items/..%2f..%2f..%2fsecret.html",
        "/..%5csecret.html",
        "/items/....//....//secret.html",
        "/%2e%2e%2f%2e%2e%2fetc/passwd",
        "//../../../../etc/passwd",
        "/%00.html",
    ],
)
def test_no_path_leads_out_of_the_site(public: Server, path: str) -> None:
    answer = raw(public, path)
    assert answer.status in (400, 404)
    assert b"secret" not in answer.body.partition(b"\r\n\r\n")[2]
    assert b"root:" not in answer.body


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "MKCOL", "PROPFIND"])
def test_the_site_is_read_and_nothing_else(servers: Mapping[str, Server], method: str) -> None:
    for server in servers.values():
        answer = server.ask(PAGE, method)
        assert answer.status == 405
        assert b"2019-0009" not in answer.body
        if method != "TRACE":
            assert answer.headers["allow"] == "GET, HEAD"
    assert servers["public"].ask(PAGE, "HEAD").body == b""


def test_parts_of_a_file_can_be_asked_for(sites: Mapping[str, Site], public: Server) -> None:
    answer = public.ask("/data/ledger.json", Range="bytes=10-19")
    assert (answer.status, answer.body) == (206, sites["public"].files["data/ledger.json"][10:20])
    assert public.ask(PAGE, Range="bytes=99999999-").status == 416


@pytest.mark.parametrize("path", ["/", PAGE, STYLE, "/data/ledger.json", "/no/such/page"])
def test_nothing_internal_is_told_without_the_password(internal: Server, path: str) -> None:
    for given in ({"Authorization": ""}, login("reader", "wrong"), login("nobody", PASSWORD)):
        answer = internal.ask(path, **given)
        assert answer.status == 401
        assert answer.headers["www-authenticate"].startswith("Basic ")
        assert answer.headers["cache-control"] == "no-store"
        assert SECURITY.items() <= answer.headers.items()
        assert len(answer.body) < 1000
    assert internal.ask(path).status == (404 if "such" in path else 200)


def test_the_public_edition_needs_no_password(public: Server) -> None:
    assert public.ask("/").status == 200
    assert "www-authenticate" not in public.ask("/").headers


def test_the_guide_names_every_file_and_how_passwords_are_made() -> None:
    guide = (SHIPPED.parents[1] / "serve-nginx.md").read_text(encoding="utf-8")
    shipped = {path.relative_to(SHIPPED).as_posix() for path in SHIPPED.rglob("*.conf")}
    assert len(shipped) == 5
    assert {path for path in shipped if f"`{path}`" in guide} == shipped
    assert "openssl passwd -apr1" in guide


@pytest.mark.parametrize("name", EDITIONS)
def test_the_shipped_sites_name_no_real_place(name: str) -> None:
    text = (SHIPPED / f"sites-available/duban-{name}.conf").read_text(encoding="utf-8")
    assert f"root /srv/duban/{name};" in text
    assert Path(SHIPPED / "snippets/duban-site.conf").is_file()
    assert "add_header" not in re.sub(r"(?m)^\s*#.*$", "", (SHIPPED / "snippets/duban-site.conf").read_text("utf-8"))
