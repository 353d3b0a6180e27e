"""The time that one answer has → the HTTP library's connections, reading each answer only while there is some left."""

from __future__ import annotations

import io
import socket
from collections.abc import Callable
from http.client import HTTPResponse
from typing import TYPE_CHECKING

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class Watch:
    """The seconds that one answer has, from when it is asked for to its last byte."""

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        self.seconds = seconds
        self._clock = clock
        self._start = clock()

    def restart(self) -> None:
        """Give the next answer its time."""
        self._start = self._clock()

    @property
    def over(self) -> bool:
        """Whether the time is spent."""
        return self._clock() - self._start > self.seconds


class _Pieces(io.RawIOBase):
    """What a connection brings, piece by piece: a time-out is for each, and they may be single bytes."""

    def __init__(self, connection: io.RawIOBase, watch: Watch) -> None:
        self._connection, self._watch = connection, watch

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int | None:
        if self._watch.over:
            raise TimeoutError
        return self._connection.readinto(buffer)

    def close(self) -> None:
        self._connection.close()
        super().close()


def watched_by(watch: Watch) -> dict[str, type[HTTPConnectionPool]]:
    """A pool for each scheme, whose connections read all answers, a proxy's own too, from the first byte on."""

    class Reply(HTTPResponse):
        def __init__(
            self, sock: socket.socket, debuglevel: int = 0, method: str | None = None, url: str | None = None
        ) -> None:
            super().__init__(sock, debuglevel, method, url)
            self.fp = io.BufferedReader(_Pieces(self.fp.detach(), watch))

    class Plain(HTTPConnection):
        response_class = Reply

    class Secure(HTTPSConnection):
        response_class = Reply

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}
