"""A private PostgreSQL and a private Redis under one data folder, for ``make run`` and the tests.

Both listen on Unix sockets in a folder of their own and nowhere else, with passwords of their own, so
they are never in the way of servers already on the machine. The programs come from installed packages
and are run directly; see :mod:`app.places` for the user they run as.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import redis

from app.places import Places, write_private

START_SECONDS = 60
STOP_SECONDS = 10
PR_SET_PDEATHSIG = 1
SUPERUSER = "wuyou_root"
DATABASE = "wuyou"

POSTGRES_CONF = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0777",
    "max_connections": "60",
    "shared_buffers": "128MB",
    "max_wal_size": "2GB",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "logging_collector": "off",
    "log_min_duration_statement": "2000",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
"""Logged statements carry no parameters: parameters are people's data."""

REDIS_USER = "wuyou"
REDIS_RULES = "~* &* +@all -@admin -@dangerous +info +keys +client|setname +client|list +client|setinfo +client|id"


class StartError(RuntimeError):
    """A private server did not come up; the text names its log."""


def die_with_parent(stop: signal.Signals) -> Callable[[], None]:
    """A hook for ``subprocess``: the child gets ``stop`` when whoever started it dies."""
    libc = ctypes.CDLL(None)

    def hook() -> None:
        libc.prctl(PR_SET_PDEATHSIG, stop)

    return hook


class Server:
    """One private server program: started, waited for, stopped by its process id."""

    name = ""
    stop_signal = signal.SIGTERM

    def __init__(self, places: Places) -> None:
        self.places = places
        self.process: subprocess.Popen[bytes] | None = None
        self.log = places.logs / f"{self.name}.log"

    def command(self) -> list[str]:
        """The program and its arguments."""
        raise NotImplementedError

    def answers(self) -> bool:
        """Whether the server takes requests now."""
        raise NotImplementedError

    def start(self) -> None:
        """Start the server, or find it running already.

        :raises StartError: it ended, or did not answer within a minute.
        """
        if self.answers():
            return
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd="/",
                env={"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8", "TZ": "UTC"},
                start_new_session=True,
                preexec_fn=die_with_parent(self.stop_signal),
                **self.places.service.popen,
            )
        self._wait()

    def _wait(self) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            if self.answers():
                return
            if self.process and self.process.poll() is not None:
                break
            time.sleep(0.03)
        raise StartError(f"{self.name} did not start; its log is {self.log}")

    def running(self) -> bool:
        """Whether the process we started is alive."""
        return self.process is not None and self.process.poll() is None

    def stop(self, how: signal.Signals | None = None) -> None:
        """Stop the server we started and wait for it; a second, harder signal follows if it lingers."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(how or self.stop_signal)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)
                self.process.wait(STOP_SECONDS)
        self.process = None


class Postgres(Server):
    """The private PostgreSQL: trust nobody, password for all, Unix socket only."""

    name = "postgres"
    stop_signal = signal.SIGINT
    """PostgreSQL's fast shutdown: sessions are ended, nothing is lost."""

    @property
    def cluster(self) -> Path:
        """The cluster's data folder."""
        return self.places.servers() / "postgres"

    def url(self, database: str = DATABASE, user: str = SUPERUSER, password: str | None = None) -> str:
        """The address of a database of this server, for SQLAlchemy with psycopg 3."""
        secret = quote(password or self.places.secret(f"postgres-{user}"), safe="")
        return f"postgresql+psycopg://{user}:{secret}@/{database}?host={quote(str(self.places.sockets()), safe='/')}"

    def command(self) -> list[str]:
        self._prepare()
        return [str(self.places.postgres_bin() / "postgres"), "-D", str(self.cluster)]

    def answers(self) -> bool:
        try:
            self.connect("postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def connect(self, database: str = DATABASE) -> psycopg.Connection[Any]:
        """A superuser's connection, for making databases and for tests that tamper."""
        return psycopg.connect(
            host=str(self.places.sockets()),
            dbname=database,
            user=SUPERUSER,
            password=self.places.secret(f"postgres-{SUPERUSER}"),
            connect_timeout=5,
            autocommit=True,
        )

    def _prepare(self) -> None:
        """Make the cluster once; write its settings at each start, since the folder may have moved."""
        if not (self.cluster / "PG_VERSION").exists():
            self._initdb()
        settings = POSTGRES_CONF | {"unix_socket_directories": f"'{self.places.sockets()}'"}
        text = "".join(f"{key} = {value}\n" for key, value in settings.items())
        (self.cluster / "wuyou.conf").write_text(text, "utf-8")
        (self.cluster / "pg_hba.conf").write_text("local all all scram-sha-256\n", "utf-8")

    def _initdb(self) -> None:
        """``C.UTF-8``: under ``C`` the trigrams of Chinese text are empty."""
        self.places.service.own(self.cluster)
        program = self.places.postgres_bin() / "initdb"
        arguments = ["-D", self.cluster, "-U", SUPERUSER, "--locale=C.UTF-8", "-E", "UTF8", "-A", "scram-sha-256"]
        password = self.places.servers() / "initdb.secret"
        write_private(password, self.places.secret(f"postgres-{SUPERUSER}"))
        self.places.service.give(password)
        made = subprocess.run(
            [str(program), *map(str, arguments), f"--pwfile={password}"],
            capture_output=True,
            check=False,
            cwd="/",
            timeout=START_SECONDS,
            **self.places.service.popen,
        )
        password.unlink()
        if made.returncode:
            raise StartError(f"initdb failed: {made.stderr.decode(errors='replace').strip()}")
        with (self.cluster / "postgresql.conf").open("a", encoding="utf-8") as conf:
            conf.write("\ninclude 'wuyou.conf'\n")

    def create_database(self, name: str = DATABASE, template: str | None = None) -> bool:
        """Make the database unless it is there; say whether it was made."""
        with self.connect("postgres") as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                return False
            source = f' TEMPLATE "{template}"' if template else ""
            connection.execute(f'CREATE DATABASE "{name}"{source}')
        return True


class Redis(Server):
    """The private Redis-compatible server: the doorbell, which may vanish at any moment."""

    name = "redis"

    @property
    def folder(self) -> Path:
        """Folder of its append-only file."""
        return self.places.servers() / "redis"

    @property
    def socket(self) -> Path:
        """Its Unix socket."""
        return self.places.sockets() / "redis.sock"

    def url(self, user: str = REDIS_USER) -> str:
        """The address for redis-py; ``admin`` may do what the product itself may not."""
        return f"unix://{user}:{self.places.secret(f'redis-{user}')}@{self.socket}?db=0"

    def command(self) -> list[str]:
        self.places.service.own(self.folder)
        conf = self.folder / "wuyou.conf"
        write_private(conf, self._conf())
        self.places.service.give(conf)
        return [str(self.places.redis_bin()), str(conf)]

    def _conf(self) -> str:
        password = {user: self.places.secret(f"redis-{user}") for user in (REDIS_USER, "admin")}
        return "\n".join(
            [
                "port 0",
                f"unixsocket {self.socket}",
                "unixsocketperm 777",
                f"dir {self.folder}",
                "appendonly yes",
                "appendfsync everysec",
                "maxmemory-policy noeviction",
                "user default off",
                f"user {REDIS_USER} on >{password[REDIS_USER]} {REDIS_RULES}",
                f"user admin on >{password['admin']} ~* &* +@all",
                "",
            ]
        )

    def client(self, user: str = "admin") -> redis.Redis:
        """A connection for tests and the doctor."""
        return redis.Redis.from_url(self.url(user), socket_timeout=2, socket_connect_timeout=2)

    def answers(self) -> bool:
        try:
            return bool(self.client().ping())
        except redis.RedisError:
            return False
