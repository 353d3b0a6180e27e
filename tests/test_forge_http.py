"""Requests to a forge, over a real server: pages, patience, bounds, no other host, and a token that nobody sees."""

from __future__ import annotations

import gzip
import itertools
import logging
import socket
import time
import traceback
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from urllib3 import Timeout

from duban.forge import ForgeError, http
from duban.forge.http import Client, RefusalError
from duban.forge.patience import wait_asked_for
from duban.forge.token import Token
from duban.moment import instant_of
from forge_server import NOW, SECRET, Asked, ForgeServer, Sleeps, Told, client_of, counted, linked

SOON = Timeout(connect=1, read=0.05)


@pytest.fixture
def server() -> Iterator[ForgeServer]:
    with ForgeServer() as running:
        yield running


@pytest.fixture
def elsewhere() -> Iterator[ForgeServer]:
    """Another host: the same address, but another port."""
    with ForgeServer() as running:
        running.tell("/stolen", Told([]))
        yield running


def test_a_question_carries_the_token_and_an_encoded_query(server: ForgeServer) -> None:
    server.tell("/api/v3/repos/o/r/activity", Told({"a": 1}))
    found = client_of(f"{server.url}/api/v3/").get("/repos/o/r/activity", {"ref": "refs/heads/分支 &1"})
    assert found == {"a": 1}
    asked = server.asked[0]
    assert asked.headers["authorization"] == f"Bearer {SECRET}"
    assert asked.headers["accept"] == "application/json"
    assert asked.query == {"ref": "refs/heads/分支 &1"}


def test_what_is_posted_is_json(server: ForgeServer) -> None:
    server.tell("/statuses/1", Told({"id": 1}, 201), method="POST")
    assert client_of(server.url).post("/statuses/1", {"description": "还缺：局长"}) == {"id": 1}
    assert server.asked[0].body == {"description": "还缺：局长"}
    assert server.asked[0].headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    "rel",
    ['rel="next"', "rel=next", 'REL = "Next"', 'title="a, b"; rel="next"', 'rel="prev next"', 'rel="next last"; x=y'],
)
def test_pages_are_read_to_the_last_one(server: ForgeServer, rel: str) -> None:
    server.tell("/list", linked(range(7), 3, rel))
    assert list(client_of(server.url).pages("/list", {"state": "open"})) == list(range(7))
    assert [asked.query for asked in server.asked] == [{"state": "open"}, {"page": "2"}, {"page": "3"}]


@pytest.mark.parametrize("rel", ['rel="prev"', 'rel="nextish"', 'rel="last"; title="next"', 'title="rel=next"', ""])
def test_other_links_are_no_next_page(server: ForgeServer, rel: str) -> None:
    server.tell("/list", Told([1], headers={"Link": f"<{server.url}/list?page=2>; {rel}"}))
    assert list(client_of(server.url).pages("/list")) == [1]


def test_a_relative_link_is_followed_too(server: ForgeServer) -> None:
    server.tell("/list", Told([1], headers={"Link": '</more?cursor=a%2Fb>; rel="next"'}))
    server.tell("/more", Told([2]))
    assert list(client_of(server.url).pages("/list")) == [1, 2]
    assert server.asked[1].query == {"cursor": "a/b"}


def test_leaves_are_turned_only_as_far_as_wanted(server: ForgeServer) -> None:
    server.tell("/list", counted(range(9), 2))
    client = client_of(server.url)
    assert next(client.leaves("/list", {"limit": "2"}, 3)) == [0, 1]
    assert [asked.query for asked in server.asked] == [{"page": "1", "limit": "2"}]
    assert list(client.leaves("/list", {}, 3)) == [[0, 1], [2, 3], [4, 5]]
    assert len(server.asked) == 4
    assert list(client.leaves("/list", {}, 9))[-1] == [8]
    assert len(server.asked) == 10


@pytest.mark.parametrize("last", [[], None])
def test_numbered_pages_are_read_to_the_first_empty_one(server: ForgeServer, last: object) -> None:
    pages = counted(range(5), 2)
    server.tell("/list", lambda asked: pages(asked) if asked.query["page"] in "123" else Told(last))
    assert list(client_of(server.url).numbered("/list", {"limit": "2"})) == list(range(5))
    assert [asked.query for asked in server.asked] == [{"page": str(page), "limit": "2"} for page in (1, 2, 3, 4)]


def test_pages_without_end_are_an_error(server: ForgeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MOST_PAGES", 3)
    server.tell("/list", Told([1], headers={"Link": f'<{server.url}/list>; rel="next"'}))
    for read in (client_of(server.url).pages, client_of(server.url).numbered):
        with pytest.raises(ForgeError, match="more than 3 pages"):
            list(read("/list"))
    assert len(server.asked) == 6


def test_a_list_that_is_none_is_an_error(server: ForgeServer) -> None:
    server.tell("/list", Told({"message": "no list"}))
    for read in (client_of(server.url).pages, client_of(server.url).numbered):
        with pytest.raises(ForgeError, match="not a list"):
            list(read("/list"))


@pytest.mark.parametrize(
    "address",
    ["{other}/stolen", "//{place}/stolen", "https://{here}/stolen", "http://{here}@{place}/stolen", "http://[/stolen"],
)
@pytest.mark.parametrize("how", ["next", "redirect"])
def test_the_token_goes_to_no_other_host(server: ForgeServer, elsewhere: ForgeServer, address: str, how: str) -> None:
    place, here = elsewhere.url.removeprefix("http://"), server.url.removeprefix("http://")
    link = address.format(other=elsewhere.url, place=place, here=here)
    if how == "next":
        server.tell("/list", Told([1], headers={"Link": f'<{link}>; rel="next"'}))
    else:
        server.tell("/list", Told(status=302, headers={"Location": link}))
    with pytest.raises(ForgeError, match=r"not followed|can be asked"):
        list(client_of(server.url).pages("/list"))
    assert elsewhere.asked == []
    assert server.paths == ["/list"]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_move_on_the_same_host_is_followed_word_for_word(server: ForgeServer, status: int, method: str) -> None:
    server.tell("/old", Told(status=status, headers={"Location": f"{server.url}/new"}), method=method)
    server.tell("/new", Told({"moved": True}), method=method)
    client = client_of(server.url)
    assert (client.get("/old") if method == "GET" else client.post("/old", {"a": "b"})) == {"moved": True}
    assert [(asked.method, asked.body) for asked in server.asked] == [
        (method, None if method == "GET" else {"a": "b"})
    ] * 2


def test_moves_without_end_are_an_error(server: ForgeServer) -> None:
    server.tell("/old", Told(status=302, headers={"Location": "/old"}))
    with pytest.raises(RefusalError, match="302"):
        client_of(server.url).get("/old")
    assert len(server.asked) < 10


@pytest.mark.parametrize("status", [429, 502, 503, 504])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_passing_failure_is_tried_again(server: ForgeServer, status: int, method: str) -> None:
    server.tell("/it", Told(status=status), Told(content=b"<html>", status=status), Told({"ok": 1}), method=method)
    sleeps = Sleeps()
    client = client_of(server.url, sleeps)
    assert (client.get("/it") if method == "GET" else client.post("/it", {"a": "b"})) == {"ok": 1}
    assert sleeps.seconds == [1.0, 2.0]
    assert {str(asked.body) for asked in server.asked} == {"None" if method == "GET" else "{'a': 'b'}"}


def test_it_gives_up_in_the_end(server: ForgeServer) -> None:
    server.tell("/it", Told({"message": "down"}, 503))
    sleeps = Sleeps()
    with pytest.raises(ForgeError, match=r"GET http://127.0.0.1:\d+/it: answers 503$"):
        client_of(server.url, sleeps).get("/it", {"q": "not shown"})
    assert sleeps.seconds == [1.0, 2.0, 4.0, 8.0]
    assert len(server.asked) == 5


@pytest.mark.parametrize("status", [400, 401, 404, 409, 422, 500])
def test_any_other_refusal_is_final_and_says_why(server: ForgeServer, status: int) -> None:
    server.tell("/it", Told({"message": "it is\nnot\x1b[31m so"}, status))
    sleeps = Sleeps()
    with pytest.raises(RefusalError) as caught:
        client_of(server.url, sleeps).get("/it")
    assert (caught.value.status, caught.value.said) == (status, "it is not�[31m so")
    assert str(caught.value) == f"GET {server.url}/it: {status} it is not�[31m so"
    assert sleeps.seconds == []


@pytest.mark.parametrize(
    "content", [b"", b"<html>", b"[]", b"{}", b'{"message": ["a"]}', b'{"message": null}', b'"text"', b"\xff"]
)
def test_a_refusal_need_not_say_why(server: ForgeServer, content: bytes) -> None:
    server.tell("/it", Told(status=500, content=content))
    with pytest.raises(RefusalError) as caught:
        client_of(server.url).get("/it")
    assert caught.value.said == ""
    assert str(caught.value).endswith("/it: 500")


def test_what_is_not_there_is_none(server: ForgeServer) -> None:
    server.tell("/there", Told({"a": 1}))
    server.tell("/hidden", Told(status=403))
    client = client_of(server.url)
    assert client.find("/there") == {"a": 1}
    assert client.find("/nowhere") is None
    assert client.find_all("/nowhere") == []
    for find in (client.find, client.find_all):
        with pytest.raises(RefusalError):
            find("/hidden")


@pytest.mark.parametrize(
    ("status", "headers", "wait"),
    [
        (429, {"Retry-After": "7"}, 7.0),
        (403, {"Retry-After": "60"}, 60.0),
        (503, {"Retry-After": "Fri, 05 Jul 2019 02:00:30 GMT"}, 30.0),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(NOW) + 90)}, 90.0),
        (429, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(NOW) + 80)}, 80.0),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(NOW) - 90)}, 1.0),
        (503, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(NOW) + 90)}, 1.0),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "tomorrow"}, 1.0),
        (429, {"Retry-After": "soon"}, 1.0),
        (429, {"Retry-After": "Sat, 01 Jan 0001 00:00:00 -0000"}, 1.0),
        (429, {"Retry-After": "0"}, 1.0),
    ],
)
def test_it_waits_as_long_as_it_is_asked_to(
    server: ForgeServer, status: int, headers: dict[str, str], wait: float
) -> None:
    server.tell("/it", Told({"message": "rate limit"}, status, headers), Told([]))
    sleeps = Sleeps()
    assert client_of(server.url, sleeps).get("/it") == []
    assert sleeps.seconds == [wait]


def test_it_never_waits_long_but_says_when_to_ask_again(server: ForgeServer) -> None:
    reset = int(NOW) + 1800
    server.tell("/it", Told(status=403, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(reset)}))
    sleeps = Sleeps()
    with pytest.raises(ForgeError, match=r"answers 403; ask again after 2019-07-05T02:30:01.000Z"):
        client_of(server.url, sleeps).get("/it")
    assert sleeps.seconds == []
    assert len(server.asked) == 1


def test_many_short_waits_are_a_long_one(server: ForgeServer) -> None:
    server.tell("/it", Told(status=429, headers={"Retry-After": "50"}))
    sleeps = Sleeps()
    with pytest.raises(ForgeError, match="ask again after"):
        client_of(server.url, sleeps).get("/it")
    assert sleeps.seconds == [50.0, 50.0]


@given(
    st.integers(100, 599),
    st.dictionaries(
        st.sampled_from(["retry-after", "x-ratelimit-remaining", "x-ratelimit-reset"]),
        st.one_of(st.text(), st.integers().map(str), st.just("0"), st.datetimes().map(str)),
    ),
)
def test_no_header_makes_it_wait_for_ever(status: int, headers: dict[str, str]) -> None:
    wait = wait_asked_for(status, headers, NOW)
    assert wait is None or 0 <= wait <= 1e9
    assert instant_of(int(NOW + (wait or 0)))


def test_a_refusal_for_want_of_rights_is_final(server: ForgeServer) -> None:
    server.tell("/it", Told({"message": "Resource not accessible"}, 403, {"X-RateLimit-Remaining": "4999"}))
    with pytest.raises(RefusalError, match="403 Resource not accessible"):
        client_of(server.url).get("/it")
    assert len(server.asked) == 1


def test_a_line_that_is_cut_is_tried_again(server: ForgeServer) -> None:
    server.tell("/it", Told(cut=True), Told([1]))
    sleeps = Sleeps()
    assert client_of(server.url, sleeps).get("/it") == [1]
    assert sleeps.seconds == [1.0]


def test_nobody_there_is_an_error(server: ForgeServer) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, but nobody listens
        sleeps = Sleeps()
        with pytest.raises(ForgeError, match="refused"):
            client_of(f"http://127.0.0.1:{taken.getsockname()[1]}", sleeps).get("/it")
    assert sleeps.seconds == [1.0, 2.0, 4.0, 8.0]


def test_no_answer_in_time_is_an_error(server: ForgeServer) -> None:
    server.tell("/it", Told(held=True))
    sleeps = Sleeps()
    with pytest.raises(ForgeError, match="timed out"):
        client_of(server.url, sleeps, SOON).get("/it")
    assert len(server.asked) == 5


OK = b"HTTP/1.1 200 OK\r\n"


def slowly(base: str, step: float, sleeps: Sleeps | None = None) -> Client:
    """A client by whose watch these seconds pass whenever it looks."""
    ticks = itertools.count(NOW, step)
    return Client(base, Token(SECRET), proxy_of=lambda _: "", sleep=sleeps or Sleeps(), ticks=lambda: next(ticks))


@pytest.mark.parametrize(
    ("drip", "content"),
    [
        (b"", b"H"),
        (OK + b"X-Drip: ", b"a"),
        (OK, b"A: b\r\n"),
        (OK + b"Content-Length: 1000000\r\n\r\n[", b" "),
        (OK + b"\r\n", b" "),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        (OK + b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b" " * 5000)),
        (b"HTTP/1.1 503 No\r\n\r\n", b" "),
    ],
    ids=["status", "header", "headers", "length", "close", "chunks", "gzip", "refusal"],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_answer_that_drips_is_an_error_in_the_end(
    server: ForgeServer, drip: bytes, content: bytes, method: str
) -> None:
    server.tell("/it", Told(drip=drip or b"H", content=content, endless=True), method=method)
    sleeps = Sleeps()
    client = slowly(server.url, 10, sleeps)
    with pytest.raises(ForgeError, match=rf"^{method} {server.url}/it: not answered whole within 120 seconds$"):
        client.get("/it", {"q": "not shown"}) if method == "GET" else client.post("/it", {})
    assert len(server.asked) == 1
    assert sleeps.seconds == []


@pytest.mark.parametrize(
    "drip",
    [
        OK + b"Content-Length: 7\r\n\r\n[1,2,3]",
        OK + b"\r\n[1,2,3]",
        OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\n[1,\r\n4\r\n2,3]\r\n0\r\n\r\n",
        OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"[1,2,3]"),
    ],
    ids=["length", "close", "chunks", "gzip"],
)
def test_an_answer_that_drips_is_waited_for(server: ForgeServer, drip: bytes) -> None:
    server.tell("/it", Told(drip=drip))
    assert slowly(server.url, 0.5).get("/it") == [1, 2, 3]


def test_every_answer_has_its_own_time(server: ForgeServer) -> None:
    server.tell("/list", linked(range(9), 1))
    server.tell("/down", Told(status=502), Told(cut=True), Told([1]))
    client = slowly(server.url, 20)
    assert list(client.pages("/list")) == list(range(9))
    assert client.get("/down") == [1]


def test_a_cut_line_is_no_late_answer(server: ForgeServer) -> None:
    server.tell("/it", Told(drip=OK + b"Content-Length: 9\r\n\r\n[1,"), Told([1]))
    sleeps = Sleeps()
    assert slowly(server.url, 0.5, sleeps).get("/it") == [1]
    assert sleeps.seconds == [1.0]


def test_its_own_patience_with_a_server_is_short() -> None:
    assert (http.TIMEOUT.connect_timeout, http.TIMEOUT.read_timeout) == (10, 30)
    assert http.ANSWER == 120
    assert Client("https://forge.test", Token(SECRET), proxy_of=lambda _: "")._watch._clock is time.monotonic


@pytest.mark.parametrize("content", [b"", b"<html></html>", b'{"a": ', b"\xff\xfe", b'"\\ud800"', b"[" * 5000])
def test_an_answer_that_is_not_json_is_an_error(server: ForgeServer, content: bytes) -> None:
    server.tell("/it", Told(content=content))
    with pytest.raises(ForgeError, match="not JSON"):
        client_of(server.url).get("/it")


def test_an_answer_too_long_is_an_error(server: ForgeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MOST_BYTES", 10)
    server.tell("/it", Told(content=b'"12345678"'), Told(content=b'"123456789"'))
    assert client_of(server.url).get("/it") == "12345678"
    with pytest.raises(ForgeError, match="over 10 bytes"):
        client_of(server.url).get("/it")


def test_an_answer_without_end_is_read_no_further(server: ForgeServer) -> None:
    server.tell("/it", Told(content=b" " * 2**20, endless=True))
    with pytest.raises(ForgeError, match="over 33554432 bytes"):
        client_of(server.url).get("/it")


def test_an_answer_that_unpacks_without_end_is_an_error(server: ForgeServer) -> None:
    content = gzip.compress(b" " * (http.MOST_BYTES + 1), 1)
    server.tell("/it", Told(content=content, headers={"Content-Encoding": "gzip"}))
    with pytest.raises(ForgeError, match="over 33554432 bytes"):
        client_of(server.url).get("/it")


@pytest.mark.parametrize(
    "base",
    [
        "",
        "gitea.example",
        "ftp://gitea.example",
        "https://",
        "https://user:word@gitea.example/api/v1",
        "https://gitea.example/api/v1?token=1",
        "https://gitea.example/api/v1#x",
        "https://[gitea",
        "https://gitea.example:port",
    ],
)
def test_an_address_is_a_host_and_a_path(base: str) -> None:
    with pytest.raises(ForgeError):
        Client(base, Token(SECRET))


@pytest.mark.parametrize("text", ["", " ", "two words", "line\nbreak", "签名", "tab\there", "nul\0"])
def test_a_token_that_no_header_may_hold_is_refused_unseen(text: str) -> None:
    with pytest.raises(ForgeError) as caught:
        Token(text)
    assert not text.strip() or text not in str(caught.value)


def test_blanks_around_a_token_are_none_of_it() -> None:
    assert Token(" abc\n").header == "Bearer abc"


def test_nobody_sees_the_token(server: ForgeServer, caplog: pytest.LogCaptureFixture) -> None:
    def echo(asked: Asked) -> Told:
        said = asked.headers["authorization"]
        return Told({"message": f"bad credentials: {said}"}, 401, {"X-Said": said})

    caplog.set_level(logging.DEBUG)
    server.tell("/echo", echo)
    server.tell("/html", Told(content=SECRET.encode()))
    server.tell("/away", Told(status=302, headers={"Location": f"http://{SECRET}.example/"}))
    server.tell("/down", Told(status=502))
    server.tell("/held", Told(held=True))
    server.tell("/late", Told(drip=OK + b"X-Said: " + SECRET.encode(), content=b" ", endless=True))
    client = client_of(server.url, timeout=SOON)
    assert SECRET not in repr(client) + str(client) + repr(vars(client)) + repr(Token(SECRET)) + str(Token(SECRET))
    for path in ("/echo", "/html", "/away", "/down", "/held", "/late", "/nowhere"):
        with pytest.raises(ForgeError) as caught:
            (slowly(server.url, 10) if path == "/late" else client).get(path)
        # The locals of a frame may well hold where the server wants to lead.
        report = traceback.TracebackException.from_exception(caught.value, capture_locals=path != "/away")
        assert SECRET.lower() not in "".join(report.format()).lower(), path
    assert caplog.records
    assert SECRET not in caplog.text
