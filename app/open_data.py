"""Open data as files: written every night as one edition, put in place all at once, with digests to check it by.

An edition is a folder of its own; the link ``current`` is moved to it when it is complete, so a reader finds either
the edition before or this one, never a mixture. The last few editions stay for downloads that are under way.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy.orm import Session

from app.catalogue import text
from merchants.queries import open_data
from merchants.queries.open_data import FIELDS
from workflows.store.cells import safe
from workflows.store.crypto import sm3_of
from workflows.store.session import DatabaseClock
from workflows.time.clock import SHANGHAI

CURRENT = "current"
INDEX = "index.json"
KEPT = 3
CHUNK = 256 * 1024


def folder(data: Path) -> Path:
    """Where the editions are."""
    return data / "open-data"


def current(data: Path) -> Mapping[str, Any] | None:
    """What the edition in place says of itself; None before the first."""
    index = folder(data) / CURRENT / INDEX
    found: dict[str, Any] | None = json.loads(index.read_text("utf-8")) if index.exists() else None
    return found


def file(data: Path, name: str) -> Path | None:
    """A file of the edition in place; None where it has none of this name."""
    found = current(data)
    known = {INDEX, *(f["name"] for f in found["files"])} if found else set()
    return (folder(data) / CURRENT / name).resolve() if name in known else None


def publish(session: Session, data: Path, day: date, licence: str) -> Mapping[str, Any]:
    """Write an edition and put it in place; what it says of itself.

    :param day: the day that the data is for.
    :param licence: what the installation declares; empty where it declares none.
    """
    made_at = DatabaseClock(session).now().astimezone(SHANGHAI)
    home = folder(data)
    edition = home / f"{made_at:%Y%m%dT%H%M%S.%f}-{os.getpid()}"
    edition.mkdir(parents=True)
    try:
        files = [about for name in FIELDS for about in _write_set(session, edition, name, day)]
        about = _index(files, day, made_at, licence)
        (edition / INDEX).write_text(json.dumps(about, ensure_ascii=False, indent=1) + "\n", "utf-8")
        _put_in_place(home, edition)
    except BaseException:
        shutil.rmtree(edition, ignore_errors=True)
        raise
    _forget_old(home)
    return about


def _index(files: list[dict[str, Any]], day: date, made_at: datetime, licence: str) -> dict[str, Any]:
    fields = {name: {f: _both(f"open_data.about.{f}") for f in listed} for name, listed in FIELDS.items()}
    return {
        "day": str(day),
        "made_at": made_at.isoformat(timespec="seconds"),
        "licence": licence or None,
        "digest": "sm3",
        "files": files,
        "fields": fields,
    }


def _both(key: str) -> dict[str, str]:
    return {"zh": text(key, "zh"), "en": text(key, "en")}


@dataclass
class Writer:
    """Writes one data set as CSV and JSON at once, row by row."""

    table: IO[str]
    lines: IO[str]
    fields: tuple[str, ...]
    count: int = 0
    _csv: Any = field(init=False)

    def __post_init__(self) -> None:
        self._csv = csv.writer(self.table, lineterminator="\r\n")
        self._csv.writerow(self.fields)
        self.lines.write("[")

    def add(self, row: Mapping[str, Any]) -> None:
        """One row into both."""
        self._csv.writerow([cell(row[name]) for name in self.fields])
        self.lines.write((",\n" if self.count else "\n") + json.dumps(row, ensure_ascii=False, default=str))
        self.count += 1

    def end(self) -> None:
        """Nothing follows."""
        self.lines.write("\n]\n")


def cell(value: Any) -> str | float | None:
    """A value as a cell: numbers as numbers, texts so that no spreadsheet runs them."""
    if isinstance(value, bool):
        return str(value).lower()
    if value is None or isinstance(value, int | float):
        return value
    return safe(" ".join(value) if isinstance(value, list) else str(value))


def _write_set(session: Session, edition: Path, name: str, day: date) -> Iterator[dict[str, Any]]:
    table, lines = edition / f"{name}.csv", edition / f"{name}.json"
    with table.open("w", encoding="utf-8-sig", newline="") as cells, lines.open("w", encoding="utf-8") as objects:
        writer = Writer(cells, objects, FIELDS[name])
        with closing(open_data.rows(session, name, day)) as rows:
            for row in rows:
                writer.add(row)
        writer.end()
    for path, kind in ((table, "text/csv"), (lines, "application/json")):
        digest = sm3_of(_chunks(path)).hex()
        yield {
            "name": path.name,
            "set": name,
            "type": kind,
            "rows": writer.count,
            "bytes": path.stat().st_size,
            "sm3": digest,
        }


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            yield chunk


def _put_in_place(home: Path, edition: Path) -> None:
    link = home / f".{CURRENT}.{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(edition.name)
    link.replace(home / CURRENT)


def _forget_old(home: Path) -> None:
    kept = (home / CURRENT).resolve()
    editions = sorted((p for p in home.iterdir() if p.is_dir() and not p.is_symlink()), key=lambda p: p.name)
    for old in editions[:-KEPT]:
        if old != kept:
            shutil.rmtree(old, ignore_errors=True)
