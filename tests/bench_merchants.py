"""The merchants' part of ``make bench``: bringing in a list of shops, finding a store, checking a plaque."""

from __future__ import annotations

import os
import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from psycopg import sql
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app import imports
from merchants.models import Standing
from merchants.queries import listing, plaques
from merchants.queries.listing import Wanted
from seeds.batches import COLUMNS
from tests.chaos import harness
from tests.support import lists
from tests.support.figures import figure, say
from tests.support.shelf import fill
from workflows.store.session import Role
from workflows.time.clock import SystemClock

ROWS = int(os.environ.get("WUYOU_BENCH_IMPORT", "20000"))
STORES = 120_000
ASKED = 1000
SCANNED = 40
"""Full scans are slow, and each takes as long as the next."""
PAGE = 20
INDEXES_OFF = ("enable_indexscan", "enable_bitmapscan", "enable_indexonlyscan")
"""Without these the planner has nothing but a scan of the whole table."""
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


def finding(system: harness.System) -> list[dict[str, Any]]:
    """A page of stores near a point and one plaque, as the public's role gets them, among 120,000 stores."""
    _fill(system)
    say(f"· {ASKED:,} searches near a point, {ASKED:,} plaques …")
    dice = random.Random(12315)
    points = [(dice.uniform(120.4, 121.3), dice.uniform(31.0, 31.6)) for _ in range(ASKED)]
    with system.db.transaction(Role.PUBLIC) as session:
        numbers = [n for (n,) in session.execute(select(Standing.plaque).limit(ASKED))]
        near = [_ms(session, lambda p=point: _near(session, p)) for point in points]
        checks = [_ms(session, lambda n=number: _check(session, n)) for number in numbers]
        ones = [_ms(session, lambda: session.execute(text("SELECT 1"))) for _ in range(ASKED)]
        for setting in INDEXES_OFF:
            session.execute(text(f"SET LOCAL {setting} = off"))
        scans = [_ms(session, lambda p=point: _near(session, p)) for point in points[:SCANNED]]
    scan, one, many = statistics.median(scans), statistics.median(ones), f"of {ASKED:,} at {STORES:,} stores"
    return [
        figure(
            "search_near_vs_scan",
            p99 := _p99(near),
            "ms",
            scan,
            scan / p99,
            f"p99 {many}, first {PAGE} by distance (median {statistics.median(near):.2f} ms), against the median of"
            f" {SCANNED} of the same searches without any index",
        ),
        figure(
            "plaque_vs_select_1",
            p99 := _p99(checks),
            "ms",
            one,
            p99 / one,
            f"p99 {many}, with store and promise of the day (median {statistics.median(checks):.2f} ms), against the"
            " median of SELECT 1",
        ),
    ]


def _fill(system: harness.System) -> None:
    with system.postgres.connect() as root:
        there = _rows(root, "store")
        say(f"· {STORES:,} stores …")
        fill(root, system.world.enterprise, STORES - there)


def _near(session: Session, point: tuple[float, float]) -> None:
    assert len(listing.page(session, Wanted(near=point), limit=PAGE)) == PAGE


def _check(session: Session, number: str) -> None:
    today = SystemClock().today()
    assert plaques.look(session, number, today, today) is not None


def _ms(session: Session, work: Callable[[], Any]) -> float:
    """Milliseconds of one piece of work that finds nothing remembered."""
    session.expunge_all()
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _p99(times: list[float]) -> float:
    return statistics.quantiles(times, n=100)[98]


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
