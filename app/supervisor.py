"""One process that starts all others, restarts one that dies, and ends them all.

Children get a signal when the supervisor itself is killed, so nothing is left behind; servers are
stopped last, when nobody needs them any more.
"""

from __future__ import annotations

import fcntl
import os
import select
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from app.embedded import Server, die_with_parent
from app.places import Places
from workflows.errors import Conflict

STOP_SECONDS = 6
POLL_SECONDS = 0.5
LONGEST_PAUSE = 10.0
STEADY_SECONDS = 30.0


@dataclass
class Child:
    """One process of the product: web, worker or ticker."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    next_start: float = 0.0

    def start(self) -> None:
        """Start the process; its output goes to its log."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(self.env),
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )
        self.started = time.monotonic()

    def alive(self) -> bool:
        """Whether the process runs."""
        return self.process is not None and self.process.poll() is None

    def tend(self) -> bool:
        """Start the process again when it died, more slowly each time; say whether it had died."""
        now = time.monotonic()
        if self.alive():
            if now - self.started > STEADY_SECONDS:
                self.failures = 0
            return False
        if self.process is not None:
            self.process = None
            self.failures += 1
            self.next_start = now + min(0.25 * 2**self.failures, LONGEST_PAUSE)
            return True
        if now >= self.next_start:
            self.start()
        return False

    def signal(self, number: signal.Signals) -> None:
        """Send a signal by process id, if the process lives."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)


@dataclass
class Supervisor:
    """Everything that runs for one installation."""

    places: Places
    servers: list[Server] = field(default_factory=list)
    children: list[Child] = field(default_factory=list)
    _lock: IO[str] | None = None
    _wake: int = -1

    def take(self) -> None:
        """Be the only supervisor of this data folder.

        :raises Conflict: another one is running.
        """
        self._lock = (self.places.run / "supervisor.pid").open("a+", encoding="utf-8")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"Wuyou is already running on {self.places.data}; `wuyou stop` ends it"
            raise Conflict("run.twice", message) from None
        self._lock.truncate(0)
        self._lock.write(str(os.getpid()))
        self._lock.flush()

    def listen(self) -> None:
        """From here on SIGINT and SIGTERM ask for an orderly end."""
        self._wake, write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(write)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: None)

    def asked_to_stop(self, seconds: float = 0.0) -> bool:
        """Wait up to ``seconds`` for the word to stop."""
        ready, _, _ = select.select([self._wake], [], [], seconds)
        return bool(ready)

    def watch(self) -> None:
        """Tend servers and children until asked to stop."""
        while not self.asked_to_stop(POLL_SECONDS):
            for server in self.servers:
                if server.process is not None and not server.running():
                    print(f"· {server.name} had stopped and is started again", flush=True)
                    server.start()
            for child in self.children:
                if child.tend():
                    print(f"· {child.name} had stopped and is started again; its log is {child.log}", flush=True)

    def stop(self) -> None:
        """End every child, then every server, within 15 seconds."""
        for child in self.children:
            child.signal(signal.SIGTERM)
        until = time.monotonic() + STOP_SECONDS
        while any(child.alive() for child in self.children) and time.monotonic() < until:
            time.sleep(0.05)
        for child in self.children:
            child.signal(signal.SIGKILL)
        for server in reversed(self.servers):
            server.stop()


def running(places: Places) -> int | None:
    """The process id of the supervisor of this data folder, if one runs."""
    path = places.run / "supervisor.pid"
    if not path.exists():
        return None
    with path.open("r+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(file.read() or 0) or None
    return None
