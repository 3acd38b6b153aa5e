"""What a worker does when the bell rings: drain what is due. Ids in, operations called; safe to run at any time."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial

import structlog
from rq.timeouts import BaseTimeoutException

from app import clusters, logs, settings, wiring
from app.aside import Aside
from app.database import connect
from app.settings import Settings
from complaints.operations.clusters import GO
from workflows.delivery import jobs, leases, outbox
from workflows.store.session import Databases, Role

LONGEST_SECONDS = 40.0
"""A drain ends by itself well before RQ's own time-out; the next ring goes on."""

log = structlog.get_logger("wuyou.worker")


@contextmanager
def databases(told: Settings) -> Iterator[Databases]:
    """Engines of this task alone: nothing inherited, nothing left open."""
    found = connect(told, pooled=False)
    try:
        yield found
    finally:
        found.close()


def drain() -> None:
    """Drain messages, deliveries and scheduled jobs until nothing is due or the time is up.

    What may take long is begun early enough to end in time, and goes on beside everything else.
    """
    logs.configure()
    told = settings.read()
    until = time.monotonic() + LONGEST_SECONDS
    with databases(told) as db, beside(db, told) as aside:
        beat(db)
        while time.monotonic() < until:
            begun = time.monotonic() < until - Aside.LONGEST and deliver_aside(db, aside)
            if not (step(db, told) or begun or aside.busy()):
                break


def beside(db: Databases, told: Settings) -> Aside:
    """Where effects that may take long are done."""
    return Aside(partial(deliver_one, db, told), partial(give_back, db))


def beat(db: Databases) -> None:
    """This worker's sign of life."""
    with db.transaction(Role.WORKER) as session:
        jobs.beat(session, f"worker:{socket.gethostname()}:{os.getppid()}", "worker", {})


def step(db: Databases, told: Settings) -> bool:
    """One batch of messages, one of deliveries, one job; whether there may be more to do."""
    return any([drain_messages(db), deliver(db, told), run_job(db, told)])


def drain_messages(db: Databases) -> bool:
    """Handle one batch of messages; whether any was handled."""
    with db.transaction(Role.WORKER) as session:
        drained = outbox.drain(session, wiring.HANDLERS, interrupts=(BaseTimeoutException,))
    if drained.failed:
        log.warning("messages_failed", count=drained.failed)
    return drained.more


def deliver(db: Databases, told: Settings) -> bool:
    """Lease, do and mark one batch of quick effects outside the database; whether there was any."""
    with db.transaction(Role.WORKER) as session:
        taken = leases.take(session, without=wiring.ASIDE)
    for lease in taken:
        deliver_one(db, told, lease)
    return bool(taken)


def deliver_aside(db: Databases, aside: Aside) -> bool:
    """Lease a batch of effects that may take long, none of a lane at work, and begin them; whether there was any."""
    if aside.full:
        return False
    with db.transaction(Role.WORKER) as session:
        taken = leases.take(session, only=wiring.ASIDE, besides=aside.lanes)
    aside.begin(taken)
    return bool(taken)


def give_back(db: Databases, lease: leases.Lease) -> None:
    """Give a lease back untried."""
    with db.transaction(Role.WORKER) as session:
        leases.give_back(session, lease)


def effects(told: Settings) -> Mapping[str, Callable[[Databases, leases.Lease], None]]:
    """Every effect outside a batch of messages; a run over a cluster writes documents, whose words know the wiring."""
    return {**wiring.external(told), GO: partial(clusters.go, address=told.address)}


def deliver_one(db: Databases, told: Settings, lease: leases.Lease) -> None:
    """Do one effect; its outcome is written only while the lease is ours."""
    try:
        effects(told)[lease.topic](db, lease)
    except BaseTimeoutException:
        raise
    except Exception as error:  # noqa: BLE001 - whatever the outside does, the message is tried again
        with db.transaction(Role.WORKER) as session:
            kept = leases.failed(session, lease, error, wiring.WAITS.get(lease.topic, outbox.wait))
        log.warning("delivery_failed", topic=lease.topic, error=outbox.describe(error), fenced=not kept)
        return
    with db.transaction(Role.WORKER) as session:
        if not leases.done(session, lease):
            log.warning("fenced", topic=lease.topic)


def run_job(db: Databases, told: Settings) -> bool:
    """Run one due slot of a scheduled job, its effect and its mark in one transaction."""
    known = {job.name: job for job in wiring.jobs(told)}
    with db.transaction(Role.WORKER) as session:
        taken = jobs.take(session, known)
    if taken is None:
        return False
    try:
        with db.transaction(Role.WORKER) as session:
            result = known[taken.job].run(session, taken.slot)
            if not jobs.finish(session, taken, result):
                log.warning("fenced", job=taken.job)
                session.rollback()
    except BaseTimeoutException:
        raise
    except Exception as error:  # noqa: BLE001 - the slot is tried again, and dead after the last try
        with db.transaction(Role.WORKER) as session:
            jobs.give_up(session, taken, error)
        log.warning("job_failed", job=taken.job, error=outbox.describe(error))
    return True
