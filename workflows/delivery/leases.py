"""Effects outside the database: leased first, done with a stable id, marked done with a fencing number.

A worker may be slow, stopped or dead. It takes a message by a lease that is committed before anything
leaves; whoever comes late finds that its number is no longer the message's and its write changes nothing.
The outside may so hear a thing twice, always with the same id: at least once, never silently not at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from workflows.delivery import outbox
from workflows.delivery.tables import Message
from workflows.store.session import DatabaseClock

LEASE = timedelta(seconds=60)


@dataclass(frozen=True)
class Lease:
    """A message taken for an effect outside: its id for the outside, its fencing number for us."""

    message: UUID
    number: int
    topic: str
    case_id: UUID
    payload: dict[str, Any]


def take(session: Session, limit: int = outbox.BATCH) -> list[Lease]:
    """Lease due external messages; commit before doing anything with them."""
    until = DatabaseClock(session).now() + LEASE
    messages = session.scalars(outbox.due(external=True).limit(limit)).all()
    for message in messages:
        message.lease_no += 1
        message.leased_until = until
    return [Lease(m.id, m.lease_no, m.topic, m.case_id, m.payload) for m in messages]


def done(session: Session, lease: Lease) -> bool:
    """Mark the effect done; False when the lease was lost and the write changed nothing (fenced)."""
    return _finish(session, lease, done_at=func.now(), leased_until=None)


def failed(session: Session, lease: Lease, error: Exception) -> bool:
    """Give the message back for a later attempt; False when the lease was lost."""
    message = session.get(Message, lease.message, with_for_update=True, populate_existing=True)
    if message is None or message.lease_no != lease.number or message.done_at is not None:
        return False
    message.leased_until = None
    outbox.fail(message, error, DatabaseClock(session).now())
    return True


def _finish(session: Session, lease: Lease, **values: Any) -> bool:
    mine = (Message.id == lease.message) & (Message.lease_no == lease.number) & (Message.done_at.is_(None))
    return bool(session.execute(update(Message).where(mine).values(**values)).rowcount)  # type: ignore[attr-defined]
