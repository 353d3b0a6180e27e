"""Requests to one forge → its answers as parsed JSON, bounded in time, tries, pages and size."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlencode, urljoin

import orjson
from urllib3 import Timeout
from urllib3.exceptions import HTTPError, ProxyError
from urllib3.util import Url, parse_url

from duban.forge import ForgeError
from duban.forge.patience import wait_asked_for
from duban.forge.proxy import connections, environments_proxy
from duban.forge.token import Token
from duban.forge.watch import Watch, watched_by
from duban.moment import instant_of

TIMEOUT = Timeout(connect=10, read=30)
"""The seconds until a connection stands, and those between one piece of an answer and the next."""
ANSWER = 120.0
"""The seconds until an answer must be there whole."""
PAUSES = (1.0, 2.0, 4.0, 8.0)
"""The seconds between tries, if the forge asks for no more."""
PATIENCE = 120.0
"""The seconds that one request may spend waiting."""
MOST_PAGES = 100
MOST_BYTES = 32 * 2**20
_PIECE = 2**16
_HOPS = 5
_MOVED = frozenset({301, 302, 307, 308})
_NOT_FOUND = 404
_PORTS = {"http": 80, "https": 443}
_LINK = re.compile(r"<([^<>]*)>([^<]*)")
_NEXT = re.compile(r";\s*rel\s*=\s*\"?(?:[^\";,]*\s)?next(?![^\s\";,])", re.IGNORECASE)
_QUOTED = 200


class RefusalError(ForgeError):
    """The forge answered, but with an error: its ``status`` and what it ``said``."""

    def __init__(self, request: str, status: int, said: str) -> None:
        super().__init__(f"{request}: {status}" + (f" {said}" if said else ""))
        self.status = status
        self.said = said


@dataclass(frozen=True, slots=True)
class _Reply:
    """Its repr, which a traceback may show, tells nothing that the server said: that may be the token."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)


class Client:
    """Everything that is asked of one forge goes through here, and nothing to any other host.

    A proxy that the environment names learns which host it is, and no more.
    Paths begin with "/" below the base address, their parts percent-encoded; queries are encoded here.
    """

    def __init__(
        self,
        base: str,
        token: Token,
        *,
        timeout: Timeout = TIMEOUT,
        proxy_of: Callable[[Url], str] = environments_proxy,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        address = _parsed(base)
        if address.scheme not in _PORTS or not address.host or address.auth or address.query or address.fragment:
            raise ForgeError("a forge's address is https://HOST with its path, and nothing else")
        self._address = address
        self._prefix = (address.path or "").rstrip("/")
        self._origin = f"{address.scheme}://{address.netloc}"
        self._token, self._timeout, self._sleep, self._clock = token, timeout, sleep, clock
        self._watch = Watch(ANSWER, ticks)
        self._pool = connections(address, proxy_of(address))
        self._pool.pool_classes_by_scheme = watched_by(self._watch)

    def __repr__(self) -> str:
        return f"Client({self._origin}{self._prefix})"

    def get(self, path: str, query: Mapping[str, str] | None = None) -> object:
        """The answer to one question."""
        return self._document("GET", self._target(path, query))[0]

    def find(self, path: str) -> object:
        """The same, or None where there is no such thing, or none that this token may see."""
        try:
            return self.get(path)
        except RefusalError as refusal:
            if refusal.status != _NOT_FOUND:
                raise
            return None

    def pages(self, path: str, query: Mapping[str, str] | None = None) -> Iterator[object]:
        """The members of a list that is told in pages, each with a link to the next."""
        target = self._target(path, query)
        for _ in range(MOST_PAGES):
            document, headers = self._document("GET", target)
            yield from self._members(document, path)
            following = [link for link, about in _LINK.findall(headers.get("link", "")) if _NEXT.search(about)]
            if not following:
                return
            target = self._followed(target, following[0])
        raise ForgeError(f"GET {path}: more than {MOST_PAGES} pages")

    def find_all(self, path: str, query: Mapping[str, str] | None = None) -> list[object]:
        """The same at once, and none where there is no such list, or none that this token may see."""
        try:
            return list(self.pages(path, query))
        except RefusalError as refusal:
            if refusal.status != _NOT_FOUND:
                raise
            return []

    def numbered(self, path: str, query: Mapping[str, str] | None = None) -> Iterator[object]:
        """The members of a list that is told in pages by number, up to the first empty one."""
        for count, page in enumerate(self.leaves(path, query or {}, MOST_PAGES), 1):
            yield from page
            if count == MOST_PAGES:
                raise ForgeError(f"GET {path}: more than {MOST_PAGES} pages")

    def leaves(self, path: str, query: Mapping[str, str], most: int) -> Iterator[list[object]]:
        """The first of these pages themselves, each asked for when it is wanted and not before."""
        for page in range(1, most + 1):
            document = self.get(path, {"page": str(page), **query})
            if document in ([], None):
                return
            yield self._members(document, path)

    def post(self, path: str, body: Mapping[str, Any]) -> object:
        """The answer to a document. It may be sent twice, if no answer came to the first."""
        return self._document("POST", self._target(path), orjson.dumps(body))[0]

    def change(self, path: str, body: Mapping[str, Any], method: Literal["PATCH", "PUT"] = "PATCH") -> object:
        """The answer to a document that changes what is there."""
        return self._document(method, self._target(path), orjson.dumps(body))[0]

    def graphql(self, query: str) -> object:
        """The answer to a GraphQL query, which GitHub Enterprise takes beside its ``v3``."""
        target = f"{self._prefix.removesuffix('/v3')}/graphql"
        return self._document("POST", target, orjson.dumps({"query": query}))[0]

    def _target(self, path: str, query: Mapping[str, str] | None = None) -> str:
        return f"{self._prefix}{path}" + (f"?{urlencode(query)}" if query else "")

    def _members(self, document: object, path: str) -> list[object]:
        if not isinstance(document, list):
            raise ForgeError(f"GET {path}: the answer is not a list")
        return document

    def _document(self, method: str, target: str, body: bytes | None = None) -> tuple[object, Mapping[str, str]]:
        request = f"{method} {self._origin}{target.partition('?')[0]}"
        for _ in range(_HOPS):
            reply = self._patiently(method, target, body)
            if reply.status not in _MOVED:
                break
            target = self._followed(target, reply.headers.get("location", ""))
        if not 200 <= reply.status < 300:
            raise RefusalError(request, reply.status, self._said(reply.content))
        try:
            return orjson.loads(reply.content), reply.headers
        except orjson.JSONDecodeError:
            raise ForgeError(f"{request}: the answer is not JSON") from None

    def _patiently(self, method: str, target: str, body: bytes | None) -> _Reply:
        """The first reply that is no "not now"."""
        left = PATIENCE
        for pause in (*PAUSES, PATIENCE):
            reply, reason = self._once(method, target, body)
            asked: float | None = 0.0
            if reply is not None:
                asked, reason = wait_asked_for(reply.status, reply.headers, self._clock()), f"answers {reply.status}"
                if asked is None:
                    return reply
            wait = max(asked or 0.0, pause)
            if wait >= left:
                break
            left -= wait
            self._sleep(wait)
        again = f"; ask again after {instant_of(int(self._clock() + asked) + 1)}" if asked else ""
        raise ForgeError(f"{method} {self._origin}{target.partition('?')[0]}: {reason}{again}")

    def _once(self, method: str, target: str, body: bytes | None) -> tuple[_Reply | None, str]:
        """The reply to one request, or why there is none."""
        request, late = f"{method} {self._origin}{target.partition('?')[0]}", False
        self._watch.restart()
        try:
            response = self._pool.request(
                method,
                self._origin + target,
                body=body,
                headers={
                    "Authorization": self._token.header,
                    "Accept": "application/json",
                    "User-Agent": "duban",
                    **({"Content-Type": "application/json"} if body else {}),
                },
                timeout=self._timeout,
                retries=False,
                redirect=False,
                preload_content=False,
            )
            try:
                content = bytearray()
                for piece in response.stream(_PIECE):
                    content += piece
                    if len(content) > MOST_BYTES:
                        break
            finally:
                response.close()
        except HTTPError as error:
            late = self._watch.over
            if not late:
                return None, self._plain(str(error.original_error if isinstance(error, ProxyError) else error))
        # Outside the try: an error that is raised within it would carry the library's along.
        if late:
            raise ForgeError(f"{request}: not answered whole within {self._watch.seconds:.0f} seconds")
        if len(content) > MOST_BYTES:
            raise ForgeError(f"{request}: an answer of over {MOST_BYTES} bytes")
        return _Reply(response.status, response.headers, bytes(content)), ""

    def _followed(self, target: str, link: str) -> str:
        """Where a link or a redirect leads, which must be this very host: the token goes with every request."""
        try:
            found = _parsed(urljoin(self._origin + target, link))
        except ValueError:
            found = Url()
        if _place(found) != _place(self._address):
            raise ForgeError(f"{self._origin} leads to {self._plain(found.netloc or 'nowhere')}, which is not followed")
        return found.request_uri

    def _said(self, content: bytes) -> str:
        """The message in an error's answer, if there is one."""
        try:
            document = orjson.loads(content)
        except orjson.JSONDecodeError:
            return ""
        said = (document.get("message") or document.get("error")) if isinstance(document, dict) else ""
        return self._plain(said if isinstance(said, str) else "")

    def _plain(self, text: str) -> str:
        """A few words of others, on one line and without the token."""
        words = " ".join(self._token.cleared(text).split())[:_QUOTED]
        return "".join(sign if sign.isprintable() else "�" for sign in words)


def _parsed(address: str) -> Url:
    try:
        return parse_url(address)
    except HTTPError:
        raise ForgeError("not an address that can be asked") from None


def _place(address: Url) -> tuple[str | None, str | None, int | None]:
    return address.scheme, address.host, address.port or _PORTS.get(address.scheme or "")
