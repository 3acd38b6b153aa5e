"""A TCP proxy that lets a request through, waits until it has been worked on, and cuts before the answer comes back."""

from __future__ import annotations

import socket
import threading
from types import TracebackType
from typing import Self

from tests.support.net import free_port


class Proxy:
    """Forwards what comes in; of what comes back it passes on nothing and hangs up."""

    def __init__(self, target: int) -> None:
        self.target, self.port = target, free_port()
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._forward, args=[client], daemon=True).start()

    def _forward(self, client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", self.target)) as server:
            client.settimeout(0.15)
            try:
                while chunk := client.recv(65536):
                    server.sendall(chunk)
            except TimeoutError:
                server.settimeout(5)
                server.recv(1)  # the answer has begun: the commit is done, and the client will never know
