"""Counting failures in PostgreSQL: the count is the same for every process and survives everything.

After five failures within the window the key is locked, each further failure for twice as long.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.identity.tables import Throttle
from workflows.errors import Refused
from workflows.store.session import DatabaseClock

FREE = 5
WINDOW = timedelta(minutes=15)
FIRST_LOCK = timedelta(seconds=30)
LONGEST_LOCK = timedelta(hours=1)


class TooMany(Refused):
    """Too many failures: try again after ``params['seconds']``."""


def check(session: Session, scope: str, key: str) -> None:
    """Let the key through unless it is locked.

    :raises TooMany: it is.
    """
    row = session.get(Throttle, (scope, _digest(key)))
    now = DatabaseClock(session).now()
    if row and row.locked_until and row.locked_until > now:
        seconds = int((row.locked_until - now).total_seconds()) + 1
        raise TooMany("throttle", f"too many attempts: try again in {seconds} seconds", seconds=seconds)


def failed(session: Session, scope: str, key: str, free: int = FREE) -> None:
    """Count a failure of the key, and lock it when there were too many."""
    now = DatabaseClock(session).now()
    digest = _digest(key)
    row = {"scope": scope, "key": digest, "failures": 0, "first_at": now, "locked_until": None}
    session.execute(insert(Throttle).values(row).on_conflict_do_nothing())
    found = session.get_one(Throttle, (scope, digest), with_for_update=True, populate_existing=True)
    if now - found.first_at > WINDOW and (found.locked_until is None or found.locked_until < now):
        found.failures, found.first_at = 0, now
    found.failures += 1
    found.locked_until = _locked_until(found.failures - free, now)


def _locked_until(over: int, now: datetime) -> datetime | None:
    if over < 0:
        return None
    wait: timedelta = min(FIRST_LOCK * 2 ** min(over, 10), LONGEST_LOCK)
    return now + wait


def passed(session: Session, scope: str, key: str) -> None:
    """Forget the failures of a key that succeeded."""
    session.execute(delete(Throttle).where(Throttle.scope == scope, Throttle.key == _digest(key)))


def _digest(key: str) -> bytes:
    """A key may be a phone or an address: its digest is enough to count by."""
    return sha256(key.encode()).digest()
