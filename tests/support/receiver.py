"""A real receiver of webhooks on loopback, which behaves as badly as a test wants."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.net import free_port

Behave = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Received:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """The server, and what it received. ``behave`` answers, and may be changed at any time."""

    port: int
    behave: Behave
    got: list[Received] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"


def answer(status: int, headers: dict[str, str] | None = None, body: bytes = b"ok") -> Behave:
    """Answer properly."""

    def behave(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)

    return behave


def trickle(head: bytes, every: float = 0.1) -> Behave:
    """Send a byte now and then, for ever."""

    def behave(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(head)
        for _ in range(600):
            request.wfile.write(b"a")
            request.wfile.flush()
            time.sleep(every)

    return behave


def flood(request: BaseHTTPRequestHandler) -> None:
    """A body that does not end."""
    request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
    while True:
        request.wfile.write(b"x" * 65536)


@contextmanager
def receiving(behave: Behave, context: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Run a receiver on a free port."""
    receiver = Receiver(free_port(), behave)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            receiver.got.append(Received(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            try:
                receiver.behave(self)
            except OSError:
                self.close_connection = True

        def log_message(self, *_: Any) -> None:
            """Nobody reads it."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def get_request(self) -> Any:
            found = super().get_request()
            receiver.connections += 1
            return found

        def handle_error(self, *_: Any) -> None:
            """A sender that hangs up is what some tests want."""

    server = Server(("127.0.0.1", receiver.port), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield receiver
    server.shutdown()
    server.server_close()
    thread.join()
