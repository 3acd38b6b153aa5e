"""``wuyou verify``, ``export`` and ``doctor``: proving integrity, and telling what needs a person."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TextIO
from uuid import UUID

import click
import redis
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app import bundle_check, settings
from app.bridges.client import platforms
from app.commands.data import database
from app.doorbell import connection
from app.keys import load_keys
from app.places import Places
from app.redis import redis_url
from app.settings import Settings
from app.wiring import KINDS, TERMS
from complaints import bridge_queries
from complaints.operations.bridge_days import CITIES
from workflows.case import calendars, checkpoints, clocks, export, journal
from workflows.case.tables import CaseClock, CaseEvent
from workflows.delivery import outbox
from workflows.delivery.tables import Heartbeat, JobRun
from workflows.keeping import refusals
from workflows.store.session import DatabaseClock, Role

CHUNK = 1000
SILENT = timedelta(minutes=2)
OLD_SECONDS = 60
LEAST_DISK = 1024**3
MOST_FAULTS = 100
MOST_NAMED = 5
BRIDGE_DAYS = 7
"""How far back the doctor looks for days that were not compared."""


@click.group("verify")
def verify_group() -> None:
    """Check what must hold: prints ok and counts, or each fault; exit 1 on any."""


def conclude(faults: list[str], counted: str) -> None:
    """Print the outcome and leave with its status."""
    for fault in faults[:MOST_FAULTS]:
        click.echo(fault)
    if faults:
        click.echo(f"{len(faults)} faults")
        raise click.exceptions.Exit(1)
    click.echo(f"ok {counted}")


@verify_group.command("journal")
def journal_command() -> None:
    """Check every chain of every case."""
    with database() as db, db.transaction(Role.EXPORT) as session:
        cases, events, faults = 0, 0, list[str]()
        for count, found in _chains(session):
            cases, events = cases + 1, events + count
            faults += found
    conclude(faults, f"{cases} cases, {events} events")


def _chains(session: Session) -> Iterator[tuple[int, list[str]]]:
    for kind in KINDS:
        heads = select(kind.id, kind.chain_seq, kind.chain_hash).order_by(kind.id).execution_options(yield_per=CHUNK)
        for partition in session.execute(heads).partitions():
            yield from _verified(session, {row.id: (row.chain_seq, row.chain_hash) for row in partition})


def _verified(session: Session, heads: dict[UUID, tuple[int, bytes]]) -> Iterator[tuple[int, list[str]]]:
    query = select(CaseEvent).where(CaseEvent.case_id.in_(list(heads))).order_by(CaseEvent.case_id, CaseEvent.seq)
    events: dict[UUID, list[CaseEvent]] = {case: [] for case in heads}
    for event in session.scalars(query):
        events[event.case_id].append(event)
        session.expunge(event)
    for case, chain in events.items():
        yield len(chain), [str(fault) for fault in journal.verify(case, chain, heads[case])]


@verify_group.command("checkpoints")
def checkpoints_command() -> None:
    """Check the signed checkpoints against the database."""
    places = Places(settings.read().data)
    with database() as db, db.transaction(Role.EXPORT) as session:
        faults = list(checkpoints.verify(session, places.checkpoints, load_keys(places).public))
    count = sum(1 for _ in places.checkpoints.glob("*.txt"))
    conclude(faults, f"{count} checkpoints")


@verify_group.command("clocks")
def clocks_command() -> None:
    """Check that every open date is the one its events give."""
    with database() as db, db.transaction(Role.EXPORT) as session:
        faults = [str(fault) for fault in clocks.faults(session, TERMS)]
        count = session.scalar(select(func.count()).select_from(CaseClock).where(CaseClock.stopped_on.is_(None)))
    conclude(faults, f"{count} open clocks")


@verify_group.command("bundle")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def bundle_command(file: Path) -> None:
    """Check an evidence bundle by itself: its files, the journal's chain, the words beside it."""
    conclude(list(bundle_check.faults(file)), file.name)


@click.command("export-journal")
@click.argument("file", type=click.File("w", encoding="utf-8"))
def export_command(file: TextIO) -> None:
    """Write all journals to FILE as JSON lines, for the stand-alone verifier."""
    with database() as db, db.transaction(Role.EXPORT) as session:
        file.writelines(f"{line}\n" for line in export.journal_lines(session, KINDS))


@dataclass(frozen=True)
class Finding:
    """One thing the doctor looked at."""

    what: str
    well: bool
    says: str


@click.command("doctor")
def doctor_command() -> None:
    """Say how the installation is; exit 1 when something needs a person."""
    findings = list(examine(settings.read()))
    for finding in findings:
        click.echo(f"{'ok  ' if finding.well else 'LOOK'} {finding.what}: {finding.says}")
    if not all(finding.well for finding in findings):
        raise click.exceptions.Exit(1)


def examine(told: Settings) -> Iterator[Finding]:
    """Everything worth looking at."""
    yield _disk(told)
    yield _redis(told)
    try:
        with database(told) as db, db.transaction(Role.EXPORT) as session:
            yield Finding("database", True, "answers")
            yield from _processes(session)
            yield from _messages(session)
            yield _horizon(session)
            yield _retention(session)
            yield from _bridges(session, told)
    except SQLAlchemyError:
        yield Finding("database", False, f"does not answer; is Wuyou running on {told.data}?")


def _disk(told: Settings) -> Finding:
    free = shutil.disk_usage(Places(told.data).data).free
    return Finding("disk", free > LEAST_DISK, f"{free // 1024**2} MB free")


def _redis(told: Settings) -> Finding:
    try:
        connection(redis_url(told, Places(told.data)), timeout=1).ping()
    except (redis.RedisError, OSError):
        return Finding("redis", False, "does not answer; filing goes on, work waits")
    return Finding("redis", True, "answers")


def _processes(session: Session) -> Iterator[Finding]:
    now = DatabaseClock(session).now()
    beats = {b.name: b.at for b in session.scalars(select(Heartbeat))}
    for kind in ("ticker", "worker"):
        last = max((at for name, at in beats.items() if name.startswith(kind)), default=None)
        says = f"last seen {(now - last).seconds} s ago" if last else "never seen"
        yield Finding(kind, last is not None and now - last < SILENT, says)


def _messages(session: Session) -> Iterator[Finding]:
    health = outbox.health(session)
    waiting = f"{health.undone} waiting, the oldest for {health.oldest_seconds:.0f} s"
    yield Finding("outbox", health.oldest_seconds < OLD_SECONDS, waiting)
    yield Finding("dead letters", not health.dead, f"{health.dead}; `wuyou outbox replay` tries them again")
    dead = len(session.scalars(select(JobRun.id).where(JobRun.state == "dead").limit(MOST_FAULTS)).all())
    yield Finding("scheduled jobs", not dead, f"{dead} given up")


def _bridges(session: Session, told: Settings) -> Iterator[Finding]:
    """Days that nobody compared, differences that nobody settled, what a platform refused, rows to mend."""
    connected, today = list(platforms(told)), DatabaseClock(session).today()
    found = bridge_queries.standing(session, connected, CITIES, today, BRIDGE_DAYS)
    missing = ", ".join(f"{system} {city} {day}" for system, city, day in found.uncompared[:MOST_NAMED])
    says = f"{len(found.uncompared)} days not compared: {missing}" if missing else f"{len(connected)} connected"
    yield Finding("bridges", not found.uncompared, says)
    yield Finding("comparison", not found.different, f"{found.different} differences nobody settled")
    yield Finding("bridge refusals", not found.refused, f"{found.refused} steps that a platform refused")
    yield Finding("rows to mend", not found.aside, f"{found.aside} set aside")


def _horizon(session: Session) -> Finding:
    """From December on, next year's notice should be loaded: it comes in November."""
    calendar, today = calendars.current(session), DatabaseClock(session).today()
    last = calendar.last_published or 0
    late = today.month == 12 and last <= today.year
    return Finding("calendar", last >= today.year and not late, f"published up to {last}")


def _retention(session: Session) -> Finding:
    """A night that refused to let go of so much at once: a person looks whether the number is right."""
    refused = refusals(session, DatabaseClock(session).today() - timedelta(days=2))
    says = ", ".join(f"{row.code}: {row.due} over, at most {row.most}" for row in refused)
    return Finding("retention", not refused, f"refused {says}; look with `wuyou retention --dry-run`" if says else "ok")
