"""The tables of delivery: outbox, scheduled runs, heartbeats."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from workflows.store.db import Base, at_most, one_of

UNDONE = text("done_at IS NULL AND dead_at IS NULL")


class Message(Base):
    """A message written with the change it tells of.

    ``seq`` orders the messages of one case. ``external`` marks effects outside the database, which need a
    lease: ``lease_no`` is the fencing number that a late worker's write fails on.
    """

    __tablename__ = "outbox"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    topic: Mapped[str]
    case_id: Mapped[UUID]
    seq: Mapped[int]
    payload: Mapped[dict[str, Any]]
    external: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    next_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    lease_no: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    dead_at: Mapped[datetime | None]
    last_error: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("done_at IS NULL OR dead_at IS NULL", name="done_or_dead"),
        at_most("last_error", 500),
        Index("ix_outbox_due", "next_at", "id", postgresql_where=UNDONE),
        Index("ix_outbox_order", "case_id", "seq", postgresql_where=UNDONE),
        Index("ix_outbox_dead", "dead_at", postgresql_where=text("dead_at IS NOT NULL")),
    )


class JobRun(Base):
    """One slot of a scheduled job; the UNIQUE makes it happen once, however many tickers there are."""

    __tablename__ = "job_run"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    job: Mapped[str]
    scheduled_for: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="due")
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]
    lease_no: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    result: Mapped[dict[str, Any] | None]
    last_error: Mapped[str | None]

    __table_args__ = (
        UniqueConstraint("job", "scheduled_for"),
        one_of("state", ("due", "running", "done", "dead")),
        at_most("last_error", 500),
        Index("ix_job_run_due", "next_at", postgresql_where=text("state IN ('due', 'running')")),
    )


class Heartbeat(Base):
    """The last sign of life of a process, in PostgreSQL and not in Redis."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    at: Mapped[datetime]
    facts: Mapped[dict[str, Any]]
