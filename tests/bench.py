"""``make bench``: figures as ratios measured in one run, the last line one JSON object.

Everything is measured on the same machine, the same private servers, one after the other, so a ratio holds
where an absolute figure would not.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
import timeit
from collections.abc import Callable
from datetime import date, timedelta
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any
from uuid import uuid4

import chinese_calendar
import requests
from sqlalchemy import text

from complaints import queries
from complaints.models import Complaint
from seeds import demo, people, shops
from seeds.reference import bureau_id
from tests import bench_complaints, bench_merchants
from tests.chaos import harness
from tests.support.figures import figure, say
from tests.support.net import free_port
from workflows.store.session import Identity, Role
from workflows.time.notices import published

CONNECTIONS = 16
SECONDS = float(os.environ.get("WUYOU_BENCH_SECONDS", "10"))
SMALL = 10_000
LARGE = int(os.environ.get("WUYOU_BENCH_CASES", "1000000"))
HELLO = "from flask import Flask\napp = Flask('hello')\napp.add_url_rule('/', 'hello', lambda: 'hello')\n"

# What a filing writes, as bare SQL: the same rows into the same tables, without anything around them.
PGBENCH = """
BEGIN;
INSERT INTO filing SELECT gen_random_uuid(), '{consumer}', '3205', 'api', now();
INSERT INTO complaint (id, city, state, version, chain_seq, chain_hash, next_due_on, created_at, number, filing_id,
    rule_set, received_on, district, bureau_id, complainant_id, name_sealed, phone_sealed, address_sealed, store_id,
    enterprise_id, respondent_name, respondent_address, category, problem, requests, happened_on, place, amount_fen,
    narrative, publish, entrust)
  SELECT i, city, state, version, chain_seq, chain_hash, next_due_on, created_at, i::text, filing_id, rule_set,
    received_on, district, bureau_id, complainant_id, name_sealed, phone_sealed, address_sealed, store_id,
    enterprise_id, respondent_name, respondent_address, category, problem, requests, happened_on, place, amount_fen,
    narrative, publish, entrust FROM complaint, gen_random_uuid() i WHERE complaint.id = '{case}';
INSERT INTO case_access (id, case_id, party_id, kind, writes, reason, since)
  SELECT gen_random_uuid(), gen_random_uuid(), party_id, kind, writes, reason, since
  FROM case_access WHERE case_id = '{case}';
INSERT INTO case_clock (id, case_id, case_kind, term, rule, start_on, received_on, events, due_on, safe_on, provisional,
    calendar_version)
  SELECT gen_random_uuid(), gen_random_uuid(), case_kind, term, rule, start_on, received_on, events, due_on, safe_on,
    provisional, calendar_version FROM case_clock WHERE case_id = '{case}' LIMIT 1;
INSERT INTO case_event SELECT gen_random_uuid(), seq, kind, event, at, body, prev, hash, alg FROM case_event
  WHERE case_id = '{case}' AND seq = 1;
INSERT INTO case_commitment SELECT gen_random_uuid(), seq, field, salt FROM case_commitment
  WHERE case_id = '{case}' AND seq = 1;
INSERT INTO outbox (id, topic, case_id, seq, payload, external, created_at, next_at, attempts, lease_no)
  SELECT gen_random_uuid(), 'bench', gen_random_uuid(), 1, '{{}}', false, now(), now() + interval '1 day', 0, 0;
INSERT INTO idempotency_key
  SELECT '{consumer}', gen_random_uuid()::text, '\\x00', 201, decode(repeat('00', 1800), 'hex'), now();
COMMIT;
"""

COPY_CASES = """
INSERT INTO complaint ({columns})
  SELECT {values} FROM complaint, generate_series(1, {times}) n WHERE complaint.created_at < '{before}'
"""

COPY_ACCESS = """
INSERT INTO case_access (id, case_id, party_id, kind, writes, reason, since)
  SELECT gen_random_uuid(), c.id, c.bureau_id, 'officer', true, 'competent bureau', now()
  FROM complaint c LEFT JOIN case_access a ON a.case_id = c.id WHERE a.id IS NULL
"""


def rate(port: int, request: Callable[[HTTPConnection], HTTPResponse], expected: int) -> float:
    """Answers a second over 16 connections for some seconds, after a second of warming up.

    The plainest client there is: the server is measured, and pgbench's client costs next to nothing too.
    """
    counts, stop, counting, errors = [0] * CONNECTIONS, threading.Event(), threading.Event(), list[Exception]()

    def client(n: int) -> None:
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=30)
            while not stop.is_set():
                answer = request(connection)
                body = answer.read()
                assert answer.status == expected, body
                counts[n] += counting.is_set()
            connection.close()
        except Exception as error:  # noqa: BLE001 - raised again by whoever measures
            errors.append(error)

    threads = [threading.Thread(target=client, args=[n]) for n in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    counting.set()
    began = time.monotonic()
    time.sleep(SECONDS)
    done, took = sum(counts), time.monotonic() - began
    stop.set()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return done / took


def filing_rate(system: harness.System) -> float:
    """Filings a second through the whole HTTP path."""
    body = json.dumps(system.body(), ensure_ascii=False).encode()
    base = {"Authorization": f"Bearer {system.token}", "Content-Type": "application/json"}

    def file(connection: HTTPConnection) -> HTTPResponse:
        connection.request("POST", "/api/v1/complaints", body, base | {"Idempotency-Key": str(uuid4())})
        return connection.getresponse()

    return rate(system.port, file, 201)


def hello_rate(system: harness.System, folder: Path) -> float:
    """Answers a second of a bare Flask application on the same server with the same settings."""
    (folder / "hello_bench.py").write_text(HELLO, "utf-8")
    port = free_port()
    options = [
        "--workers",
        "2",
        "--threads",
        "8",
        "--worker-class",
        "gthread",
        "--no-control-socket",
        "--chdir",
        str(folder),
    ]
    system.spawn("hello", "gunicorn", "--bind", f"127.0.0.1:{port}", *options, "hello_bench:app")
    url = f"http://127.0.0.1:{port}/"
    harness.wait_for(lambda: _answers(url), "the bare application")
    found = rate(port, ask, 200)
    system.kill("hello", group=True)
    return found


def ask(connection: HTTPConnection) -> HTTPResponse:
    """Ask for the bare application's one page."""
    connection.request("GET", "/")
    return connection.getresponse()


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=1).ok
    except requests.RequestException:
        return False


def pgbench_rate(system: harness.System, folder: Path, case: str) -> float:
    """The same inserts a second, by pgbench over 16 connections on the same server, as a superuser."""
    script = folder / "filing.sql"
    script.write_text(PGBENCH.format(consumer=system.world.consumer, case=case), "utf-8")
    program = shutil.which("pgbench", path=str(system.places.postgres_bin())) or "pgbench"
    command = [program, "-n", "-c", str(CONNECTIONS), "-j", "2", "-T", str(int(SECONDS)), "-f", str(script)]
    env = os.environ | {
        "PGHOST": str(system.places.sockets()),
        "PGUSER": "wuyou_root",
        "PGDATABASE": "wuyou",
        "PGPASSWORD": system.places.secret("postgres-wuyou_root"),
    }
    out = subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout
    return float(next(line for line in out.splitlines() if line.startswith("tps")).split()[2])


def filing(system: harness.System, folder: Path) -> list[dict[str, Any]]:
    """Filing through everything, against the bare inserts and against a bare application."""
    say("· filing at 16 connections …")
    first = system.file("first").json()["id"]
    ours = filing_rate(system)
    say("· the same inserts by pgbench …")
    bare = pgbench_rate(system, folder, first)
    say("· a bare Flask hello …")
    hello = hello_rate(system, folder)
    how = f"{CONNECTIONS} connections, {SECONDS:.0f} s each, one after the other on one machine and one private server"
    inserts = f"HTTP filings against the same inserts by pgbench; {how}"
    bare_app = f"HTTP filings against a bare Flask hello; {how}"
    return [
        figure("filing_vs_pgbench", ours, "1/s", bare, ours / bare, inserts),
        figure("filing_vs_hello", ours, "1/s", hello, ours / hello, bare_app),
    ]


def queue_times(system: harness.System) -> tuple[float, float]:
    """Milliseconds of one page of the queue and of SELECT 1, medians, as an officer of one county."""
    identity = Identity(system.world.officer, (system.world.officer, bureau_id("320508")))
    pages, ones = [], []
    with system.db.transaction(Role.OFFICER, identity) as session:
        for _ in range(60):
            began = time.perf_counter()
            found = queries.queue(session, identity.parties, limit=50)
            pages.append(time.perf_counter() - began)
            session.expunge_all()
            began = time.perf_counter()
            session.execute(text("SELECT 1"))
            ones.append(time.perf_counter() - began)
        assert len(found) == 50
    return statistics.median(pages) * 1000, statistics.median(ones) * 1000


def fill(system: harness.System, cases: int) -> None:
    """Bring the base up to a number of cases: the first ten thousand made in full, the rest copies of them."""
    with system.db.transaction(Role.OWNER) as session:
        session.execute(text("SET LOCAL statement_timeout = 0"))
        if cases <= SMALL:
            shops.load(session)
            crowd = people.load_crowd(session)
            demo.add_past(session, cases, 400, 1, crowd, lambda _: None)
            return
        columns = [column.name for column in Complaint.__table__.columns]
        fresh = {"id": "gen_random_uuid()", "number": "gen_random_uuid()::text"}
        values = ", ".join(fresh.get(c, f"complaint.{c}") for c in columns)
        times = cases // SMALL
        session.execute(
            text(COPY_CASES.format(columns=", ".join(columns), values=values, times=times, before="2100-01-01"))
        )
        session.execute(text(COPY_ACCESS))
    with system.postgres.connect() as root:
        root.execute("VACUUM ANALYZE complaint")
        root.execute("VACUUM ANALYZE case_access")


def queue(system: harness.System) -> list[dict[str, Any]]:
    """The queue's first page at ten thousand cases and at a million."""
    say(f"· {SMALL:,} cases …")
    fill(system, SMALL)
    small, _ = queue_times(system)
    search_small = bench_complaints.search_time(system, bureau_id("320508"))
    say(f"· {LARGE:,} cases …")
    fill(system, LARGE)
    large, one_large = queue_times(system)
    search_large = bench_complaints.search_time(system, bureau_id("320508"))
    how = "median of 60 first pages of 50 cases of one county through row-level security and the mapper"
    copies = f"cases beyond {SMALL:,} are set-based copies with ids and access of their own"
    return [
        bench_complaints.found(search_small, search_large, f"{LARGE:,} against {SMALL:,}"),
        figure(
            "queue_1m_vs_10k", large, "ms", small, large / small, f"{LARGE:,} against {SMALL:,} cases; {how}; {copies}"
        ),
        figure(
            "queue_vs_select_1",
            large,
            "ms",
            one_large,
            large / one_large,
            f"against SELECT 1 at {LARGE:,} cases; {how}",
        ),
    ]


def working_days() -> list[dict[str, Any]]:
    """Adding seven working days, against walking by a library that knows each day."""
    calendar, start = published(), date(2026, 9, 21)
    calendar.add_working_days(start, 7)

    def walk() -> date:
        day, left = start, 7
        while left:
            day += timedelta(days=1)
            left -= chinese_calendar.is_workday(day)
        return day

    assert walk() == calendar.add_working_days(start, 7)
    ours = min(timeit.repeat(lambda: calendar.add_working_days(start, 7), number=20000, repeat=5)) / 20000 * 1e6
    theirs = min(timeit.repeat(walk, number=500, repeat=5)) / 500 * 1e6
    how = "7 working days from 2026-09-21, best of 5; against a day-by-day walk with chinesecalendar"
    return [figure("working_days_vs_walk", ours, "µs", theirs, theirs / ours, how)]


def main() -> None:
    """Measure everything and print the figures."""
    figures = working_days()
    with tempfile.TemporaryDirectory(prefix="wuyou-bench-") as folder:
        Path(folder).chmod(0o755)
        system = harness.build(Path(folder) / "var")
        system.web_workers = 2
        try:
            system.web()  # filing comes first: what a bulk load leaves to the disk would slow every commit
            figures += filing(system, Path(folder))
            system.kill("web", group=True)
            figures += bench_merchants.importing(system, Path(folder))
            figures += bench_merchants.finding(system)
            figures += queue(system)
            figures += bench_complaints.recomputing(system)
            figures += bench_complaints.documents()
        finally:
            system.stop()
    for f in figures:
        say(f"{f['name']:24} {f['value']:>10} {f['unit']:4} baseline {f['baseline']:>10}  ratio {f['ratio']}")
    print(json.dumps({"figures": figures}, ensure_ascii=False))


if __name__ == "__main__":
    main()
