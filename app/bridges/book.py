"""What the stand-in keeps – cases with numbers, answers by key, batches – in one file, so a restart loses nothing."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

TABLES = """
CREATE TABLE IF NOT EXISTS serial (last INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS answer (system TEXT, key TEXT, body TEXT, status INTEGER, said TEXT,
    PRIMARY KEY (system, key));
CREATE TABLE IF NOT EXISTS held (system TEXT, number TEXT, kind TEXT, received_on TEXT, status TEXT, seq INTEGER,
    district TEXT, changes INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (system, number, kind));
CREATE TABLE IF NOT EXISTS batch (id INTEGER PRIMARY KEY, system TEXT, key TEXT, rows TEXT, outcomes TEXT);
"""
LETTERS = {"national": "QG", "hotline": "RX"}
LEGS = {"both": ("complaint", "report"), "report": ("report",)}

Said = tuple[int, dict[str, Any]]
"""A status and a body."""


class Book:
    """The stand-in's book of both platforms."""

    def __init__(self, path: Path, today: Callable[[], date]) -> None:
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.executescript(TABLES)
        self._lock = threading.Lock()
        self.today = today

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    @contextmanager
    def _whole(self) -> Iterator[sqlite3.Connection]:
        """One change at a time, whole or not at all."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def once(self, system: str, key: str, body: bytes, do: Callable[[sqlite3.Connection], Said]) -> Said:
        """Do something under a key, once: the same again has the same answer, another body under it is refused."""
        mark = sha256(body).hexdigest()
        with self._whole() as book:
            held = book.execute("SELECT body, status, said FROM answer WHERE system = ? AND key = ?", (system, key))
            if (known := held.fetchone()) is not None:
                return (known[1], json.loads(known[2])) if known[0] == mark else (409, {"code": "key_reused"})
            status, said = do(book)
            book.execute("INSERT INTO answer VALUES (?, ?, ?, ?, ?)", (system, key, mark, status, json.dumps(said)))
            return status, said

    def file(self, book: sqlite3.Connection, system: str, filing: dict[str, Any]) -> Said:
        """A filing gets a number; one that its bureau cannot take from us comes back by a batch."""
        if not filing.get("respondent"):
            return 422, {"code": "respondent_missing"}
        number, today = self._number(book, system), str(self.today())
        legs = filing.get("legs") or LEGS.get(str(filing.get("kind")), ("complaint",))
        for kind in legs:
            self._hold(book, system, number, str(kind), today, str(filing.get("district", "")))
        if filing.get("back"):
            row = {name: value for name, value in filing.items() if isinstance(value, str) and name != "back"}
            self._offer(book, system, f"back-{number}", [row | {"number": number, "received_on": today}])
        return 201, {"number": number, "received_on": today}

    def tell(self, book: sqlite3.Connection, system: str, number: str, told: dict[str, Any]) -> Said:
        """A status is kept unless a later one is here already."""
        where = (system, number, told.get("kind", "complaint"))
        found = book.execute("SELECT seq FROM held WHERE system = ? AND number = ? AND kind = ?", where).fetchone()
        if found is None:
            return 404, {"code": "number_unknown"}
        if int(told["seq"]) > found[0]:
            change = "UPDATE held SET status = ?, seq = ?, changes = changes + 1"
            where_ = "WHERE system = ? AND number = ? AND kind = ?"
            book.execute(f"{change} {where_}", (told["status"], told["seq"], *where))
        return 200, {}

    def waiting(self, system: str) -> list[dict[str, Any]]:
        """The batches that nobody has taken."""
        query = "SELECT key, rows FROM batch WHERE system = ? AND outcomes IS NULL ORDER BY id"
        with self._lock:
            found = self._connection.execute(query, (system,)).fetchall()
        return [{"key": key, "rows": json.loads(rows)} for key, rows in found]

    def taken(self, system: str, key: str, outcomes: list[Any]) -> Said:
        """What became of a batch; every one of that key is done with."""
        change = "UPDATE batch SET outcomes = ? WHERE system = ? AND key = ?"
        with self._whole() as book:
            book.execute(change, (json.dumps(outcomes), system, key))
        return 200, {}

    def cases(self, system: str, column: str, value: str) -> list[dict[str, Any]]:
        """The cases of a day or a number."""
        names = ("number", "kind", "received_on", "status", "district", "changes")
        query = f"SELECT {', '.join(names)} FROM held WHERE system = ? AND {column} = ? ORDER BY number, kind"  # noqa: S608 - column is one of two words of ours
        with self._lock:
            found = self._connection.execute(query, (system, value)).fetchall()
        return [dict(zip(names, row, strict=True)) for row in found]

    def offer(self, system: str, key: str, rows: list[dict[str, Any]]) -> None:
        """Offer a batch; its cases stand in the book as received."""
        with self._whole() as book:
            self._offer(book, system, key, rows)
            for row in rows:
                for kind in LEGS.get(row.get("kind", ""), ("complaint",)):
                    self._hold(book, system, row.get("number", ""), kind, row.get("received_on", ""), "")

    def outcomes(self, system: str) -> dict[str, Any]:
        """What became of batches, by key."""
        with self._lock:
            found = self._connection.execute("SELECT key, outcomes FROM batch WHERE system = ?", (system,)).fetchall()
        return {key: json.loads(said) if said else None for key, said in found}

    def change(self, system: str, number: str, changes: dict[str, str]) -> None:
        """Let the book say something else of a case, or forget it."""
        with self._whole() as book:
            if not changes:
                book.execute("DELETE FROM held WHERE system = ? AND number = ?", (system, number))
            for name in ("status", "received_on"):
                if name in changes:
                    change = f"UPDATE held SET {name} = ? WHERE system = ? AND number = ?"  # noqa: S608 - one of two words of ours
                    book.execute(change, (changes[name], system, number))

    def _offer(self, book: sqlite3.Connection, system: str, key: str, rows: list[dict[str, Any]]) -> None:
        said = json.dumps(rows, ensure_ascii=False)
        book.execute("INSERT INTO batch (system, key, rows) VALUES (?, ?, ?)", (system, key, said))

    def _hold(self, book: sqlite3.Connection, system: str, number: str, kind: str, day: str, district: str) -> None:
        values = (system, number, kind, day, "received", 0, district)
        book.execute("INSERT OR IGNORE INTO held VALUES (?, ?, ?, ?, ?, ?, ?, 0)", values)

    def _number(self, book: sqlite3.Connection, system: str) -> str:
        last = book.execute("SELECT last FROM serial").fetchone()
        if last is None:
            book.execute("INSERT INTO serial VALUES (0)")
        serial = (last[0] if last else 0) + 1
        book.execute("UPDATE serial SET last = ?", (serial,))
        return f"{LETTERS[system]}{self.today():%Y%m%d}{serial:06}"
