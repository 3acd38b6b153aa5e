"""The ticker: once a second it makes the slots of scheduled jobs and rings for whatever is due.

Any number of copies may run; an advisory lock of PostgreSQL picks the one that ticks, and it is free at once
when that one dies. Nothing depends on a tick having happened: slots are unique, rings are only rings.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Iterable
from types import FrameType

import structlog
from sqlalchemy import Connection, exists, func, or_, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app import logs, settings, wiring
from app.database import connect
from app.doorbell import Doorbell
from app.places import Places
from app.redis import redis_url
from workflows.delivery import jobs
from workflows.delivery.tables import JobRun, Message
from workflows.store.session import DatabaseClock, Databases, Role

LOCK = 7_305_122
SECONDS = 1.0
IDLE_RING_SECONDS = 30.0

log = structlog.get_logger("wuyou.ticker")


class Stop:
    """Set by SIGTERM or SIGINT."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True


def lead(connection: Connection) -> bool:
    """Whether this copy is, or now becomes, the one that ticks."""
    found = bool(connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": LOCK}))
    connection.commit()
    return found


def tick(db: Databases, schedule: Iterable[jobs.Job]) -> bool:
    """Make the slots that have come; whether anything is due."""
    with db.transaction(Role.WORKER) as session:
        jobs.schedule(session, schedule, DatabaseClock(session).now())
        jobs.beat(session, "ticker", "ticker", {})
        return anything_due(session)


def anything_due(session: Session) -> bool:
    """Whether a message, a delivery or a job waits for a worker."""
    message = select(Message.id).where(
        Message.done_at.is_(None), Message.dead_at.is_(None), Message.next_at <= func.now()
    )
    run = select(JobRun.id).where(
        JobRun.next_at <= func.now(),
        or_(JobRun.state == "due", (JobRun.state == "running") & (JobRun.leased_until < func.now())),
    )
    return bool(session.scalar(select(or_(exists(message), exists(run)))))


def run(db: Databases, bell: Doorbell, schedule: Iterable[jobs.Job], stop: Stop) -> None:
    """Tick once a second while we lead; try to lead otherwise.

    Now and then the bell is rung with nothing due, so that a worker shows that it lives.
    """
    last_ring = -IDLE_RING_SECONDS
    with db.engine(Role.WORKER).connect() as connection:
        while not stop.asked:
            if lead(connection) and (tick(db, schedule) or time.monotonic() - last_ring > IDLE_RING_SECONDS):
                bell.ring()
                last_ring = time.monotonic()
            time.sleep(SECONDS)


def main() -> None:
    """Tick until told to stop; a lost database is waited for."""
    logs.configure()
    told = settings.read()
    stop = Stop()
    bell = Doorbell(redis_url(told, Places(told.data)))
    while not stop.asked:
        db = connect(told)
        try:
            run(db, bell, wiring.jobs(told), stop)
        except OperationalError:
            log.warning("database_lost")
            time.sleep(SECONDS)
        finally:
            db.close()


if __name__ == "__main__":
    main()
