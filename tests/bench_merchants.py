"""The merchants' part of ``make bench``: a list of shops brought in, against a bare COPY of the rows it becomes."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from psycopg import sql

from app import imports
from seeds.batches import COLUMNS
from tests.chaos import harness
from tests.support import lists
from tests.support.figures import figure, say

ROWS = int(os.environ.get("WUYOU_BENCH_IMPORT", "20000"))
TABLES = (*COLUMNS, "case_access", "case_event", "case_clock")


def importing(system: harness.System, folder: Path) -> list[dict[str, Any]]:
    """Rows a second of a whole import, and of the rows it left copied as they are."""
    say(f"· a list of {ROWS:,} shops …")
    file = lists.write_csv(folder / "shops.csv", lists.rows(ROWS))
    with system.postgres.connect() as root:
        before = {table: _rows(root, table) for table in TABLES}
    began = time.perf_counter()
    report = imports.check(system.db, file, lambda _: None)
    imports.write(system.db, file, report, lambda _: None)
    ours = ROWS / (time.perf_counter() - began)
    assert report.added == ROWS
    say("· the same rows by COPY …")
    bare, written = _bare(system, before)
    how = (
        f"{ROWS:,} shops from CSV checked and written (firm, store, application, standing, promise, journal, access:"
        f" {written:,} rows) against COPY of those rows into empty tables with the same indexes and checks, without"
        " foreign keys and row-level security; one after the other on one private server"
    )
    return [figure("import_vs_copy", ours, "shops/s", bare, ours / bare, how)]


def _bare(system: harness.System, before: dict[str, int]) -> tuple[float, int]:
    """Shops a second by bare COPY, and how many rows that was."""
    seconds, written = 0.0, 0
    with system.postgres.connect() as root:
        for table in TABLES:
            content = _out(root, table)
            root.execute(
                sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)").format(_bench(table), sql.Identifier(table))
            )
            began = time.perf_counter()
            with root.cursor() as cursor, cursor.copy(sql.SQL("COPY {} FROM STDIN").format(_bench(table))) as copy:
                copy.write(content)
            seconds += time.perf_counter() - began
            written += _rows(root, table) - before[table]
            root.execute(sql.SQL("DROP TABLE {}").format(_bench(table)))
    return ROWS / seconds, written


def _bench(table: str) -> sql.Identifier:
    return sql.Identifier(f"bench_{table}")


def _rows(root: Any, table: str) -> int:
    found: int = root.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()[0]
    return found


def _out(root: Any, table: str) -> bytes:
    with root.cursor() as cursor, cursor.copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as copy:
        return b"".join(bytes(part) for part in copy)
