"""Every setting of Wuyou: typed, read from the environment once, listed in ``docs/settings.md``."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, cast

from workflows.errors import RuleBroken

VERSION = "0.1.0"
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def _number(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        value = int(text) if text.isascii() and text.isdigit() else -1
        if not low <= value <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return value

    return parse


def _flag(text: str) -> bool:
    if text not in ("0", "1"):
        raise ValueError("must be 0 or 1")
    return text == "1"


def _maybe_flag(text: str) -> bool | None:
    return _flag(text) if text else None


def _folder(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _web_address(text: str) -> str:
    if text and not text.startswith(("https://", "http://")):
        raise ValueError("must begin with https:// or http://")
    return text.rstrip("/")


def _city(text: str) -> str:
    if text not in ("3205", "3101"):
        raise ValueError("must be 3205 or 3101")
    return text


def _setting(name: str, default: str, parse: Callable[[str], Any], says: str) -> Any:
    return field(metadata={"name": name, "default": default, "parse": parse, "says": says})


@dataclass(frozen=True)
class Settings:
    """What one installation was told; :func:`read` makes it."""

    data: Path = _setting(
        "WUYOU_DATA", "./var", _folder, "Folder of everything this installation keeps: servers, keys, files, logs."
    )
    port: int = _setting("PORT", "8000", _number(1, 65535), "Port of the web server.")
    bind: str = _setting(
        "WUYOU_BIND", "127.0.0.1", str, "Address the web server listens on. Anything but loopback refuses the demo."
    )
    database_url: str = _setting(
        "DATABASE_URL",
        "",
        str,
        "A PostgreSQL of your own, as a role that may create roles. Empty: the embedded server.",
    )
    redis_url: str = _setting("REDIS_URL", "", str, "A Redis of your own. Empty: the embedded server.")
    demo_asked: bool | None = _setting(
        "WUYOU_DEMO",
        "",
        _maybe_flag,
        "1 loads the demo city with its known passwords, 0 does not. Empty: only on embedded servers and loopback.",
    )
    web_workers: int = _setting("WUYOU_WEB_WORKERS", "2", _number(1, 64), "Web server processes.")
    web_threads: int = _setting("WUYOU_WEB_THREADS", "8", _number(1, 64), "Threads of each web server process.")
    workers: int = _setting("WUYOU_WORKERS", "1", _number(1, 32), "Background worker processes.")
    open_data_licence: str = _setting(
        "WUYOU_OPEN_DATA_LICENCE", "", str, "Licence of the open data, as its page states it. Empty: none declared."
    )
    public_address: str = _setting(
        "WUYOU_ADDRESS",
        "",
        _web_address,
        "Where people reach this installation, as https://wuyou.example: links in messages begin with it."
        " Empty: the address it listens on.",
    )
    https: bool = _setting("WUYOU_HTTPS", "0", _flag, "1 when a TLS proxy stands in front: cookies become Secure.")
    webhook_loopback: bool = _setting(
        "WUYOU_WEBHOOK_LOOPBACK",
        "0",
        _flag,
        "1 lets webhooks go to this machine, by plain http and to any port: for demos and tests, never in production.",
    )

    bridge_national: str = _setting(
        "WUYOU_BRIDGE_NATIONAL",
        "",
        _web_address,
        "Address of the national 12315 platform's interface (docs/bridge-dialect.md). Empty: none, or the demo's own.",
    )
    bridge_hotline: str = _setting(
        "WUYOU_BRIDGE_HOTLINE",
        "",
        _web_address,
        "Address of the 12345 hotline's interface. Empty: none, or the demo's own.",
    )
    bridge_city: str = _setting(
        "WUYOU_BRIDGE_CITY",
        "3205",
        _city,
        "City whose bureau looks at what comes in and names no district: 3205 or 3101.",
    )

    @property
    def address(self) -> str:
        """What links in messages begin with."""
        return self.public_address or f"http://{self.bind}:{self.port}"

    @property
    def embedded_database(self) -> bool:
        """Whether the private PostgreSQL is used."""
        return not self.database_url

    @property
    def embedded_redis(self) -> bool:
        """Whether the private Redis is used."""
        return not self.redis_url

    @property
    def demo(self) -> bool:
        """Whether the demo city, with passwords everybody knows, may exist here."""
        if self.demo_asked is not None:
            return self.demo_asked
        return self.embedded_database and self.embedded_redis and self.bind in LOOPBACK


def read(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings from the environment.

    :raises RuleBroken: naming the variable, the rule it breaks and the value given.
    """
    source = os.environ if environment is None else environment
    values = {f.name: _parse(f.metadata, source) for f in fields(Settings)}
    return Settings(**values)


def _parse(about: Mapping[str, Any], source: Mapping[str, str]) -> Any:
    text = source.get(about["name"]) or about["default"]
    try:
        return cast("Callable[[str], Any]", about["parse"])(text)
    except ValueError as error:
        raise RuleBroken(
            "setting", f"{about['name']}={text!r} {error}", field=about["name"], problem=str(error)
        ) from None


def table() -> str:
    """The settings as a Markdown table; ``docs/settings.md`` must equal it."""
    rows = [f"| `{m['name']}` | `{m['default']}` | {m['says']} |" for m in (f.metadata for f in fields(Settings))]
    head = ["# Settings", "", "Read from the environment once, at start.", "", "| Variable | Default | Meaning |"]
    return "\n".join([*head, "|---|---|---|", *rows]) + "\n"
