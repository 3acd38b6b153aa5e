"""The outbox: a message is written in the transaction of the change it tells of, and drained in batches.

Redis is only the doorbell. Effects inside the database happen in the transaction that marks the message
done, so exactly once; those outside are leased first (:mod:`workflows.delivery.leases`), so at least
once with a stable id. Messages of one case go in order; a dead one holds up nobody.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session, aliased

from workflows.delivery.tables import Message
from workflows.errors import NotFound
from workflows.store.session import DatabaseClock

BATCH = 20
MOST_ATTEMPTS = 12
LONGEST_WAIT = timedelta(hours=1)
ERROR_LENGTH = 500

Handler = Callable[[Session, Message], None]
"""Does what a message asks for, inside the transaction that marks it done."""

Wait = Callable[[int], timedelta | None]
"""How long to wait after so many failures; None when that was the last attempt. A topic may have one of its own."""


class Postponed(Exception):
    """An effect outside failed, and asked not to be tried again before some time has passed.

    :param code: what happened; the message keeps it.
    """

    def __init__(self, code: str, least: timedelta = timedelta(0)) -> None:
        super().__init__(code)
        self.code = code
        self.least = least


def publish(
    session: Session,
    topic: str,
    case: Any,
    payload: Mapping[str, Any],
    *,
    external: bool = False,
    after: datetime | None = None,
) -> Message:
    """Write a message of a case into this transaction.

    :param after: not to be handled before this moment.
    """
    now = DatabaseClock(session).now()
    message = Message(
        topic=topic,
        case_id=case.id,
        seq=case.chain_seq,
        payload=dict(payload),
        external=external,
        created_at=now,
        next_at=max(now, after or now),
    )
    session.add(message)
    session.info["ring"] = True
    return message


def backoff(attempts: int) -> timedelta:
    """How long to wait after the given number of failures: growing, with jitter, an hour at most."""
    seconds = min(2.0**attempts, LONGEST_WAIT.total_seconds())
    return timedelta(seconds=seconds * random.uniform(0.75, 1.25))  # noqa: S311 - jitter, not a secret


def wait(attempts: int) -> timedelta | None:
    """The wait of every topic that has none of its own: twelve attempts."""
    return None if attempts >= MOST_ATTEMPTS else backoff(attempts)


@dataclass(frozen=True)
class Drained:
    """What one batch did."""

    done: int
    failed: int

    @property
    def more(self) -> bool:
        """Whether another batch is worth asking for at once."""
        return self.done > 0


def drain(
    session: Session,
    handlers: Mapping[str, Iterable[Handler]],
    limit: int = BATCH,
    interrupts: tuple[type[Exception], ...] = (),
) -> Drained:
    """Handle one batch of due messages inside this transaction.

    A handler that fails undoes its own work only: the message is tried again later, or is dead after
    twelve attempts. A topic without handlers is done at once.

    :param interrupts: exceptions that end the whole batch, as a worker's time-out does.
    """
    messages = session.scalars(due(external=False).limit(limit)).all()
    failed = 0
    for message in messages:
        failed += not _handle(session, message, handlers.get(message.topic, ()), interrupts)
    return Drained(len(messages) - failed, failed)


def due(*, external: bool) -> Any:
    """Messages to handle now, locked: none whose case has an earlier one still open, none that another worker holds."""
    earlier = aliased(Message)
    waiting = select(earlier.id).where(
        earlier.case_id == Message.case_id,
        earlier.seq < Message.seq,
        earlier.external.is_(False),
        earlier.done_at.is_(None),
        earlier.dead_at.is_(None),
    )
    return (
        select(Message)
        .where(
            Message.done_at.is_(None),
            Message.dead_at.is_(None),
            Message.next_at <= func.now(),
            Message.external.is_(external),
            or_(Message.leased_until.is_(None), Message.leased_until < func.now()),
            ~waiting.exists(),
        )
        .order_by(Message.next_at, Message.id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )


def _handle(
    session: Session, message: Message, handlers: Iterable[Handler], interrupts: tuple[type[Exception], ...]
) -> bool:
    now = DatabaseClock(session).now()
    try:
        with session.begin_nested():
            for handler in handlers:
                handler(session, message)
    except interrupts:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a handler raises must not hold up the others
        fail(message, error, now)
        return False
    message.done_at = now
    return True


def fail(message: Message, error: Exception, now: datetime, wait: Wait = wait) -> None:
    """Note a failure: try again later, or never again after the last attempt."""
    message.attempts += 1
    message.last_error = describe(error)
    pause = wait(message.attempts)
    if pause is None:
        message.dead_at = now
    else:
        least = error.least if isinstance(error, Postponed) else pause
        message.next_at = now + max(pause, least)


def hold(session: Session, topic: str, case_id: Any, until: datetime) -> None:
    """Let the messages of a topic and case wait until then; whichever somebody is just writing is left alone."""
    undone = (Message.case_id == case_id) & Message.done_at.is_(None) & Message.dead_at.is_(None)
    early = undone & (Message.topic == topic) & (Message.next_at < until)
    ids = select(Message.id).where(early).with_for_update(skip_locked=True)
    held = update(Message).where(Message.id.in_(ids)).values(next_at=until)
    session.execute(held, execution_options={"synchronize_session": False})


def describe(error: Exception) -> str:
    """The kind of an error and its code; never its text, which may quote somebody's data."""
    code = getattr(error, "code", None)
    return f"{type(error).__name__}{f' ({code})' if isinstance(code, str) else ''}"[:ERROR_LENGTH]


def replay(session: Session, message_id: Any = None) -> int:
    """Bring dead messages back to life, one or all; how many.

    :raises NotFound: no such dead message.
    """
    dead = update(Message).where(Message.dead_at.is_not(None))
    if message_id is not None:
        dead = dead.where(Message.id == message_id)
    count = session.execute(dead.values(dead_at=None, attempts=0, next_at=func.now())).rowcount  # type: ignore[attr-defined]
    if message_id is not None and not count:
        raise NotFound("outbox.unknown", f"no dead message {message_id}")
    return int(count)


@dataclass(frozen=True)
class Health:
    """How the outbox is doing."""

    undone: int
    dead: int
    oldest_seconds: float


def health(session: Session) -> Health:
    """Undone and dead messages, and for how many seconds the oldest one has been due."""
    open_ = (Message.done_at.is_(None)) & (Message.dead_at.is_(None))
    age = func.extract("epoch", func.now() - func.min(Message.next_at).filter(open_))
    row = session.execute(
        select(
            func.count().filter(open_),
            func.count().filter(Message.dead_at.is_not(None)),
            func.coalesce(age, 0.0),
        ).where(or_(open_, Message.dead_at.is_not(None)))
    ).one()
    return Health(row[0], row[1], max(0.0, float(row[2])))
