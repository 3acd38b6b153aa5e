"""Effects outside the database: leased first, done with a stable id, marked done with a fencing number.

A worker may be slow, stopped or dead. It takes a message by a lease that is committed before anything
leaves; whoever comes late finds that its number is no longer the message's and its write changes nothing.
The outside may so hear a thing twice, always with the same id: at least once, never silently not at all.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
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
    attempts: int
    """How often it failed before."""


def take(
    session: Session,
    limit: int = outbox.BATCH,
    *,
    only: Collection[str] = (),
    without: Collection[str] = (),
    besides: Collection[UUID] = (),
) -> list[Lease]:
    """Lease due external messages; commit before doing anything with them.

    :param only: these topics alone, where any are named.
    :param without: these topics not.
    :param besides: messages of these cases not.
    """
    until = DatabaseClock(session).now() + LEASE
    query = outbox.due(external=True).limit(limit)
    query = query.where(Message.topic.in_(only)) if only else query
    query = query.where(Message.topic.not_in(without)) if without else query
    query = query.where(Message.case_id.not_in(besides)) if besides else query
    messages = session.scalars(query).all()
    for message in messages:
        message.lease_no += 1
        message.leased_until = until
    return [Lease(m.id, m.lease_no, m.topic, m.case_id, m.payload, m.attempts) for m in messages]


def done(session: Session, lease: Lease) -> bool:
    """Mark the effect done; False when the lease was lost and the write changed nothing (fenced)."""
    return _finish(session, lease, done_at=func.now(), leased_until=None)


def holds(session: Session, lease: Lease) -> bool:
    """Whether the lease is still ours; until this transaction ends nobody else can take it."""
    mine = (Message.id == lease.message) & (Message.lease_no == lease.number) & Message.done_at.is_(None)
    return session.scalar(select(Message.id).where(mine).with_for_update()) is not None


def failed(session: Session, lease: Lease, error: Exception, wait: outbox.Wait = outbox.wait) -> bool:
    """Give the message back for a later attempt; False when the lease was lost.

    :param wait: the topic's own schedule.
    """
    message = session.get(Message, lease.message, with_for_update=True, populate_existing=True)
    if message is None or message.lease_no != lease.number or message.done_at is not None:
        return False
    message.leased_until = None
    outbox.fail(message, error, DatabaseClock(session).now(), wait)
    return True


def give_back(session: Session, lease: Lease) -> bool:
    """Give an untried message back, due at once; False when the lease was lost."""
    return _finish(session, lease, leased_until=None)


def _finish(session: Session, lease: Lease, **values: Any) -> bool:
    mine = (Message.id == lease.message) & (Message.lease_no == lease.number) & (Message.done_at.is_(None))
    return bool(session.execute(update(Message).where(mine).values(**values)).rowcount)  # type: ignore[attr-defined]
