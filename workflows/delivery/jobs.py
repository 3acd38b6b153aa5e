"""Scheduled jobs: one row per slot, so each slot runs once however many tickers there are, also after downtime.

A job is a function ``(session, slot)`` that can be run again for the same slot with the same outcome. A
run is leased like an external message; its result is written only by the holder of the present lease.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from croniter import croniter
from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from workflows.delivery.outbox import MOST_ATTEMPTS, backoff, describe
from workflows.delivery.tables import Heartbeat, JobRun
from workflows.store.db import new_id
from workflows.store.session import DatabaseClock
from workflows.time.clock import SHANGHAI, shanghai_date

LEASE = timedelta(minutes=10)
MOST_CAUGHT_UP = 400
"""Slots made at most after a downtime; older ones are left out, and the newest are the ones that matter."""

Run = Callable[[Session, datetime], Mapping[str, Any] | None]


@dataclass(frozen=True)
class Job:
    """A job and when it runs.

    :param cron: five fields, in Asia/Shanghai time.
    :param run: called with the slot it runs for.
    """

    name: str
    cron: str
    run: Run

    def slots(self, after: datetime, until: datetime) -> list[datetime]:
        """The job's slots after ``after`` up to and including ``until``, oldest first."""
        found: list[datetime] = []
        slot = croniter(self.cron, after.astimezone(SHANGHAI))
        while (moment := slot.get_next(datetime)) <= until:
            found.append(moment)
        return found[-MOST_CAUGHT_UP:]


@dataclass(frozen=True)
class SlotClock:
    """The clock of a scheduled run: it happens now, and is done for its slot's day, however late it is."""

    session: Session
    slot: datetime

    def now(self) -> datetime:
        """This moment: when the journal says it was done."""
        return DatabaseClock(self.session).now()

    def today(self) -> date:
        """The slot's date in Shanghai: the day it is done for."""
        return shanghai_date(self.slot)


def schedule(session: Session, jobs: Iterable[Job], now: datetime) -> int:
    """Make a run for every slot that has come; how many were made.

    A job that never ran begins with the slot that comes next, and is not caught up from the beginning of time.
    """
    made = 0
    for job in jobs:
        last = session.scalar(select(func.max(JobRun.scheduled_for)).where(JobRun.job == job.name))
        slots = job.slots(last, now) if last else _first(job, now)
        for slot in slots:
            row = {"id": new_id(), "job": job.name, "scheduled_for": slot, "next_at": slot, "state": "due"}
            values = insert(JobRun).values(**row, attempts=0, lease_no=0)
            made += len(session.scalars(values.on_conflict_do_nothing().returning(JobRun.id)).all())
    return made


def _first(job: Job, now: datetime) -> list[datetime]:
    """The latest slot within the last minute: where a job begins."""
    return job.slots(now - timedelta(minutes=1), now)[-1:]


@dataclass(frozen=True)
class Taken:
    """A run taken by this worker, with its fencing number."""

    run: Any
    job: str
    slot: datetime
    number: int


def take(session: Session, names: Iterable[str]) -> Taken | None:
    """Lease the most urgent due run, or one whose worker's lease ran out; commit before running it."""
    free = or_(JobRun.state == "due", and_(JobRun.state == "running", JobRun.leased_until < func.now()))
    query = select(JobRun).where(free, JobRun.next_at <= func.now(), JobRun.job.in_(list(names)))
    run = session.scalar(query.order_by(JobRun.next_at).limit(1).with_for_update(skip_locked=True))
    if run is None:
        return None
    run.state, run.lease_no = "running", run.lease_no + 1
    run.leased_until = DatabaseClock(session).now() + LEASE
    return Taken(run.id, run.job, run.scheduled_for, run.lease_no)


def finish(session: Session, taken: Taken, result: Mapping[str, Any] | None) -> bool:
    """Write the outcome; False when the lease was lost meanwhile (fenced)."""
    values = {"state": "done", "finished_at": func.now(), "leased_until": None, "result": dict(result or {})}
    return _mine(session, taken, values)


def give_up(session: Session, taken: Taken, error: Exception) -> bool:
    """Note a failure: the run is due again later, or dead after its last attempt."""
    run = session.get(JobRun, taken.run, with_for_update=True, populate_existing=True)
    if run is None or run.lease_no != taken.number:
        return False
    run.attempts += 1
    run.last_error, run.leased_until = describe(error), None
    run.state = "dead" if run.attempts >= MOST_ATTEMPTS else "due"
    run.next_at = DatabaseClock(session).now() + backoff(run.attempts)
    return True


def _mine(session: Session, taken: Taken, values: Mapping[str, Any]) -> bool:
    mine = (JobRun.id == taken.run) & (JobRun.lease_no == taken.number) & (JobRun.state == "running")
    return bool(session.execute(update(JobRun).where(mine).values(**values)).rowcount)  # type: ignore[attr-defined]


def beat(session: Session, name: str, kind: str, facts: Mapping[str, Any]) -> None:
    """A process's sign of life."""
    row = {"name": name, "kind": kind, "at": func.now(), "facts": dict(facts)}
    statement = insert(Heartbeat).values(row)
    session.execute(statement.on_conflict_do_update(index_elements=["name"], set_=row))
