"""The stand-in for both platforms: a small server on this machine that speaks the dialect, and fails when asked to."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from app.bridges.book import Book, Said
from app.bridges.client import ADDRESS_FILE
from app.places import Places
from app.settings import Settings
from complaints.bridging import SYSTEMS
from workflows.time.clock import SystemClock

LOOPBACK = "127.0.0.1"
MOST_BYTES = 4 * 1024 * 1024
SILENT_SECONDS = 30.0
FAULTS = ("timeout", "500", "garbage", "lost", "refuse")


@dataclass
class Fault:
    """Something that is to go wrong."""

    do: str
    times: int
    path: str


class StandIn(ThreadingHTTPServer):
    """The server, its book, and what is to go wrong next.

    :param tokens: each platform's secret.
    :param silence: seconds that a ``timeout`` lasts.
    """

    daemon_threads = True

    def __init__(self, port: int, book: Book, tokens: Mapping[str, str], silence: float = SILENT_SECONDS) -> None:
        super().__init__((LOOPBACK, port), Handler)
        self.book, self.tokens, self.silence = book, dict(tokens), silence
        self.faults: list[Fault] = []
        self.calls: list[tuple[str, str]] = []
        self._lock = threading.Lock()

    @property
    def address(self) -> str:
        """Where it is."""
        return f"http://{LOOPBACK}:{self.server_address[1]}"

    def fault(self, path: str) -> str | None:
        """What is to go wrong with a call."""
        with self._lock:
            found = next((f for f in self.faults if f.times > 0 and f.path in path), None)
            if found is None:
                return None
            found.times -= 1
            return found.do

    def break_next(self, do: str, times: int = 1, path: str = "/v1/") -> None:
        """Let the next calls go wrong."""
        with self._lock:
            self.faults.append(Fault(do, times, path))


class Handler(BaseHTTPRequestHandler):
    """One call."""

    protocol_version = "HTTP/1.1"
    server: StandIn

    def do_GET(self) -> None:
        """Read something."""
        self._do(b"")

    def do_POST(self) -> None:
        """Change something."""
        length = int(self.headers.get("Content-Length") or 0)
        self._do(self.rfile.read(min(length, MOST_BYTES)))

    def log_message(self, *_: Any) -> None:
        """Its calls are no business of anybody's log."""

    def _do(self, body: bytes) -> None:
        path = urlsplit(self.path).path
        fault = None if path.startswith("/control/") else self.server.fault(path)
        if fault in ("timeout", "500", "garbage", "refuse"):
            self._fail(fault)
            return
        try:
            status, said = self._answer(path, body)
        except (ValueError, KeyError, TypeError):
            status, said = 422, {"code": "unreadable"}
        if fault == "lost":
            self.close_connection = True
            return
        self._say(status, json.dumps(said, ensure_ascii=False).encode())

    def _fail(self, fault: str) -> None:
        if fault == "timeout":
            time.sleep(self.server.silence)
            self.close_connection = True
        elif fault == "refuse":
            self._say(422, b'{"code": "refused_on_demand"}')
        else:
            self._say(500 if fault == "500" else 200, b"<html>")

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _answer(self, path: str, body: bytes) -> Said:
        given = self.headers.get("Authorization", "").removeprefix("Bearer ")
        system, _, rest = path.lstrip("/").partition("/")
        if system == "control" and given in self.server.tokens.values():
            return self._control(rest, json.loads(body))
        if system not in SYSTEMS or given != self.server.tokens[system]:
            return 401, {"code": "token"}
        parts = [unquote(part) for part in rest.split("/")][1:]
        self.server.calls.append((self.command, path))
        return self._read(system, parts) if self.command == "GET" else self._change(system, parts, body)

    def _read(self, system: str, parts: list[str]) -> Said:
        match parts:
            case ["batches"]:
                return 200, {"batches": self.server.book.waiting(system)}
            case ["days", day]:
                return 200, {"cases": self.server.book.cases(system, "received_on", day)}
            case ["filings", number]:
                return 200, {"cases": self.server.book.cases(system, "number", number)}
        return 404, {"code": "unknown"}

    def _change(self, system: str, parts: list[str], body: bytes) -> Said:
        key, said, book = self.headers.get("Idempotency-Key", ""), json.loads(body), self.server.book
        if not key:
            return 422, {"code": "key_missing"}
        match parts:
            case ["filings"]:
                return book.once(system, key, body, lambda db: book.file(db, system, said))
            case ["filings", number, "statuses"]:
                return book.once(system, key, body, lambda db: book.tell(db, system, number, said))
            case ["batches", batch, "taken"]:
                return book.taken(system, batch, said["rows"])
        return 404, {"code": "unknown"}

    def _control(self, what: str, said: dict[str, Any]) -> Said:
        """What only the stand-in can do."""
        if what == "faults" and said["do"] in FAULTS:
            self.server.break_next(said["do"], int(said.get("times", 1)), str(said.get("path", "/v1/")))
        elif what == "batches" and said["system"] in SYSTEMS:
            self.server.book.offer(said["system"], str(said["key"]), list(said["rows"]))
        elif what in ("cases", "forget"):
            names = ("status", "received_on") if what == "cases" else ()
            changes: dict[str, str] = {name: said[name] for name in names if name in said}
            self.server.book.change(said["system"], said["number"], changes)
        else:
            return 404, {"code": "unknown"}
        return 200, {}


def serve(run: Path, data: Path, tokens: Mapping[str, str], port: int) -> None:
    """Serve until told to stop, on the port of last time where it is free; its address is written to a file."""
    file = run / ADDRESS_FILE
    book = Book(data / "stand-in.sqlite", SystemClock().today)
    server = _listening(port or _last(file), book, tokens)
    scratch = file.with_suffix(f".{os.getpid()}")
    scratch.write_text(f"{server.address}\n", "utf-8")
    scratch.replace(file)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown, daemon=True).start())
    server.serve_forever()
    server.server_close()
    book.close()


def run(told: Settings, port: int) -> None:
    """Stand in for an installation, with the secrets that its adapters have."""
    places = Places(told.data)
    serve(places.run, places.data, {system: places.secret(f"bridge-{system}") for system in SYSTEMS}, port)


def _listening(port: int, book: Book, tokens: Mapping[str, str]) -> StandIn:
    try:
        return StandIn(port, book, tokens)
    except OSError:
        return StandIn(0, book, tokens)


def _last(file: Path) -> int:
    said = file.read_text("utf-8").strip().rpartition(":")[2] if file.exists() else ""
    return int(said) if said.isascii() and said.isdigit() else 0
