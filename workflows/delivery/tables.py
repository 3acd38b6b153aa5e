"""The tables of delivery: outbox, scheduled runs, heartbeats, webhooks."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from workflows.store.db import Base, at_most, one_of

LONGEST_URL = 500
DISABLED = ("owner", "gone", "failing")
"""Why an endpoint is told nothing: its owner's wish, its own word (410), or days without success."""

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
        Index("ix_outbox_done", "done_at", postgresql_where=text("done_at IS NOT NULL")),
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


class WebhookEndpoint(Base):
    """Where an organisation – enterprise, brand or bureau – wants to be told, and of what."""

    __tablename__ = "webhook_endpoint"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    org_id: Mapped[UUID]
    url: Mapped[str]
    topics: Mapped[list[str]] = mapped_column(ARRAY(Text))
    description: Mapped[str] = mapped_column(default="")
    secret_sealed: Mapped[bytes]
    previous_sealed: Mapped[bytes | None]
    previous_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    disabled_at: Mapped[datetime | None]
    disabled_reason: Mapped[str | None]
    failing_since: Mapped[datetime | None]
    resting_until: Mapped[datetime | None]

    __table_args__ = (
        at_most("url", LONGEST_URL),
        at_most("description", 200),
        one_of("disabled_reason", DISABLED),
        CheckConstraint("(disabled_at IS NULL) = (disabled_reason IS NULL)", name="disabled_for_a_reason"),
        Index("ix_webhook_endpoint_org", "org_id", "id"),
    )


class WebhookDelivery(Base):
    """One event on its way to one endpoint. Its id is the ``webhook-id`` of every attempt.

    ``round`` counts the replays: a message of an earlier round finds that it is no longer wanted.
    """

    __tablename__ = "webhook_delivery"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    endpoint_id: Mapped[UUID] = mapped_column(ForeignKey("webhook_endpoint.id"))
    topic: Mapped[str]
    case_id: Mapped[UUID | None]
    seq: Mapped[int | None]
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    round: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    last_status: Mapped[int | None]
    last_error: Mapped[str | None]
    delivered_at: Mapped[datetime | None]
    dead_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("endpoint_id", "case_id", "seq"),
        at_most("last_error", 50),
        Index("ix_webhook_delivery_endpoint", "endpoint_id", text("id DESC")),
        Index("ix_webhook_delivery_created", "created_at"),
    )
