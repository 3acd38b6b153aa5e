"""The complaints' part of ``make bench``: finding a complaint, counting every open clock anew, setting documents."""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from psycopg.errors import QueryCanceled
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.documents import letter
from app.wiring import TERMS
from complaints import searching
from tests.chaos import harness
from tests.support.figures import figure, say
from tests.support.paper import letter_sheet
from workflows.case import calendars, clocks
from workflows.store.session import Identity, Role
from workflows.time.calendar import Calendar

ASKED = 30
PAGE = 50
CLOCKS = int(os.environ.get("WUYOU_BENCH_CLOCKS", "1000000"))
SECONDS = float(os.environ.get("WUYOU_BENCH_SECONDS", "10"))

WORDS = text(
    "SELECT g FROM (SELECT unnest(grams) AS g FROM complaint LIMIT 20000) w WHERE g ~ '^[一-龥]{2}$' GROUP BY g"
)
"""Of the stories alone: the copies have numbers of their own."""
COPY_CLOCKS = """
INSERT INTO case_clock (id, case_id, case_kind, term, rule, start_on, received_on, events, due_on, safe_on, provisional,
    paused_since, calendar_version)
SELECT gen_random_uuid(), gen_random_uuid(), case_kind, term, rule, start_on, received_on, events, due_on, safe_on,
    provisional, paused_since, calendar_version
FROM case_clock, generate_series(1::bigint, %(times)s) n WHERE stopped_on IS NULL AND due_on IS NOT NULL
"""
OPEN = "SELECT count(*) FROM case_clock WHERE stopped_on IS NULL AND due_on IS NOT NULL"
BARE = "UPDATE case_clock SET calendar_version = 'bench' WHERE stopped_on IS NULL"


def search_time(system: harness.System, bureau: Any) -> float:
    """Milliseconds of one page of a search for a word of two characters, the median, as an officer of one county."""
    identity = Identity(system.world.officer, (system.world.officer, bureau))
    with system.db.transaction(Role.OWNER) as session:
        words = sorted(session.scalars(WORDS))
    asked = random.Random(12315).choices(words, k=ASKED)
    return statistics.median(_searched(system, identity, word) for word in asked)


def _searched(system: harness.System, identity: Identity, word: str) -> float:
    """One search; where the server's limit of time ends it, that long."""
    began = time.perf_counter()
    try:
        with system.db.transaction(Role.OFFICER, identity) as session:
            return _ms(session, lambda: searching.search(session, word, limit=PAGE))
    except DBAPIError as error:
        if not isinstance(error.orig, QueryCanceled):
            raise
        return (time.perf_counter() - began) * 1000


def _ms(session: Session, work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    took = time.perf_counter() - began
    session.expunge_all()
    return took * 1000


def found(small: float, large: float, cases: str) -> dict[str, Any]:
    """The figure of the search at two sizes."""
    how = (
        f"{cases} cases; median of {ASKED} first pages for words of two characters from the stories, through row-level"
        " security and the mapper; cases beyond the first ten thousand are copies, so every word has as many more;"
        " a search that the server's limit of time ends counts with that limit"
    )
    return figure("complaint_search_1m_vs_10k", large, "ms", small, large / small, how)


def recomputing(system: harness.System) -> list[dict[str, Any]]:
    """Counting every open clock anew under another calendar, against the bare update of the same rows."""
    say(f"· {CLOCKS:,} open clocks under another calendar …")
    with system.postgres.connect() as root:
        have = root.execute(OPEN).fetchone()[0]
        root.execute(COPY_CLOCKS, {"times": -(-CLOCKS // have)})
        root.execute("VACUUM ANALYZE case_clock")
        many = root.execute(OPEN).fetchone()[0]
    began = time.perf_counter()
    with system.db.transaction(Role.OWNER) as session:
        session.execute(text("SET LOCAL statement_timeout = 0"))
        calendar = _another(session)
        shifts = clocks.shifts(session, TERMS, calendar)
        assert sum(s.clocks for s in shifts) >= many
        assert not any(s.visible for s in shifts)
        clocks.settle(session, calendar)
    ours = time.perf_counter() - began
    with system.postgres.connect() as root:
        root.execute("VACUUM case_clock")
        began = time.perf_counter()
        root.execute(BARE)
        bare = time.perf_counter() - began
    how = (
        f"{many:,} open clocks in {len(shifts):,} groups, every group counted anew and every row written, in one"
        " transaction; against the bare UPDATE of the same rows; no date moves, so no journal is written"
    )
    return [figure("recompute_open_clocks", ours, "s", bare, bare / ours, how)]


def _another(session: Session) -> Calendar:
    """The calendar in force with one more working Saturday, in a year that no open clock leans on."""
    now = calendars.current(session)
    old = now.years[min(now.years)]
    return now.with_year(replace(old, make_up=old.make_up | {date(old.year, 6, 1)}))


def documents() -> list[dict[str, Any]]:
    """Letters a second, each set by a process of its own; against starting that process for nothing."""
    say("· setting documents …")
    sheet = letter_sheet()
    ours = _rate(lambda: letter.as_pdf(sheet))
    nothing = [sys.executable, "-c", "import typst"]
    bare = _rate(lambda: subprocess.run(nothing, check=True))
    how = f"one page of PDF/A and PDF/UA, one after the other for {SECONDS:.0f} s; against a process that only starts"
    return [figure("documents_per_second", ours, "1/s", bare, ours / bare, how)]


def _rate(work: Callable[[], object]) -> float:
    work()
    began, done = time.perf_counter(), 0
    while time.perf_counter() - began < SECONDS:
        work()
        done += 1
    return done / (time.perf_counter() - began)
