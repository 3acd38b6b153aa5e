"""Requests to addresses that others gave us: they reach the public internet or nothing at all.

A name is resolved once, every address it has is checked, and the connection goes to a checked address, with
the name kept for TLS and ``Host``: a name that resolves otherwise a moment later changes nothing. Redirects are
not followed, proxies of the environment not asked. The whole exchange has one deadline, which a watch keeps by
cutting the connection: bytes that trickle in one by one win nobody any time.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

import certifi
from urllib3 import BaseHTTPResponse, HTTPConnectionPool, HTTPSConnectionPool, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, NewConnectionError, SSLError
from urllib3.exceptions import TimeoutError as Overdue

from app.addresses import Target, Unreached, permitted, target

SECONDS = 15.0
ANSWER_BYTES = 64 * 1024
MOST_ADDRESSES = 16
MOST_TRIED = 3

Resolve = Callable[[str, int], Sequence[str]]
"""From a name and a port to every address of the name."""


@dataclass(frozen=True)
class Answer:
    """What the receiver said; its body is nobody's business."""

    status: int
    retry_after: str | None


class Watch:
    """Keeps the deadline of one exchange: when the time is up it cuts the connection, whatever is being waited for."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds
        self._lock = threading.Lock()
        self._copies: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        with self._lock:
            for copy in self._copies:
                copy.close()
            self._copies.clear()

    @property
    def left(self) -> float:
        """Seconds left; never quite none, since no time-out would mean for ever."""
        return max(0.001, self._until - time.monotonic())

    @property
    def over(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() >= self._until

    def keep(self, connection: socket.socket) -> None:
        """Keep an eye on a connection; a copy of it stays ours when TLS takes the socket over."""
        with self._lock:
            self._copies.append(connection.dup())
        if self.over:
            self._cut()

    def _cut(self) -> None:
        with self._lock:
            for copy in self._copies:
                with suppress(OSError):
                    copy.shutdown(socket.SHUT_RDWR)


class _Watched:
    """A connection that its watch can cut."""

    def __init__(self, *args: Any, watch: Watch, **options: Any) -> None:
        super().__init__(*args, **options)
        self._watch = watch

    def _new_conn(self) -> socket.socket:
        made: socket.socket = super()._new_conn()  # type: ignore[misc]
        self._watch.keep(made)
        return made


class _Http(_Watched, HTTPConnection):
    """The same by http."""


class _Https(_Watched, HTTPSConnection):
    """The same by https."""


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https


def lookup(host: str, port: int) -> list[str]:
    """Every address of a name, as this machine knows them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


@cache
def trust() -> ssl.SSLContext:
    """Whom we believe: the machine's own authorities and those of the public web."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


@dataclass(frozen=True)
class Outbound:
    """How to reach out.

    :param loopback: see :func:`app.addresses.target`.
    :param seconds: for the whole exchange, from the name to the answer.
    """

    loopback: bool = False
    seconds: float = SECONDS
    resolve: Resolve = lookup
    trusted: Callable[[], ssl.SSLContext] = trust

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Post a body once.

        :raises Unreached: no answer came, or the address is not for us.
        """
        to = target(url, loopback=self.loopback)
        with Watch(self.seconds) as watch:
            addresses = self._checked(to, watch)
            try:
                return self._first(to, addresses, watch, body, headers)
            except (HTTPError, OSError) as error:
                raise Unreached("timeout" if watch.over else _code(error)) from None

    def _checked(self, to: Target, watch: Watch) -> list[str]:
        """The addresses of the target, if every one of them may be reached."""
        found = dict.fromkeys(_in_time(lambda: self.resolve(to.host, to.port), watch))
        if not found or len(found) > MOST_ADDRESSES:
            raise Unreached("dns")
        if not all(permitted(address, to.scheme, loopback=self.loopback) for address in found):
            raise Unreached("address")
        return list(found)

    def _first(
        self, to: Target, addresses: Sequence[str], watch: Watch, body: bytes, headers: Mapping[str, str]
    ) -> Answer:
        """The answer of the first address that takes a connection."""
        *spare, last = addresses[:MOST_TRIED]
        for address in spare:
            with suppress(NewConnectionError):
                return self._ask(to, address, watch, body, headers)
        return self._ask(to, last, watch, body, headers)

    def _ask(self, to: Target, address: str, watch: Watch, body: bytes, headers: Mapping[str, str]) -> Answer:
        timeout = Timeout(connect=watch.left, read=watch.left)
        secure: dict[str, Any] = (
            {"server_hostname": to.host, "ssl_context": self.trusted()} if to.scheme == "https" else {}
        )
        pool = (_HttpsPool if secure else _HttpPool)(address, to.port, timeout=timeout, watch=watch, **secure)
        sent = {**headers, "Host": to.name, "Connection": "close"}
        with pool:
            answer = pool.urlopen(
                "POST", to.path, body, sent, retries=False, redirect=False, preload_content=False, decode_content=False
            )
            with closing(answer):
                if watch.over:  # a head that was cut off reads as if it had ended
                    raise Unreached("timeout")
                _hear_out(answer)
            return Answer(answer.status, answer.headers.get("Retry-After"))


def _hear_out(answer: BaseHTTPResponse) -> None:
    """Take what has come of the answer's body, 64 KB at most, and throw it away: the status is the answer."""
    with suppress(HTTPError, OSError):
        answer.read1(ANSWER_BYTES, decode_content=False)


def _code(error: Exception) -> str:
    if isinstance(error, NewConnectionError):
        return "connect"
    if isinstance(error, Overdue):
        return "timeout"
    return "tls" if isinstance(error, SSLError) else "broken"


def _in_time(work: Callable[[], Sequence[str]], watch: Watch) -> Sequence[str]:
    """What the resolver says before the time is up; it cannot be interrupted, so it works beside us.

    :raises Unreached: it does not know the name, or not in time.
    """
    found: list[Sequence[str]] = []

    def run() -> None:
        with suppress(OSError, UnicodeError):
            found.append(work())

    beside = threading.Thread(target=run, daemon=True)
    beside.start()
    beside.join(watch.left)
    if not found:
        raise Unreached("timeout" if watch.over else "dns")
    return found[0]
