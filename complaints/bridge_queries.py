"""Reads of the bridge: numbers of a case, what is to be keyed in, rows set aside, days green or red.

Every count is of what the caller may see: row-level security decides, and no number over all is kept anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from complaints.bridge_models import (
    BridgeBatch,
    BridgeDay,
    BridgeDifference,
    BridgeHandover,
    BridgeNumber,
    BridgePush,
    BridgeRow,
)
from complaints.bridging import REPORT
from complaints.models import Complaint
from complaints.terms import ACCEPT, O20_IN_FORCE, TERMS
from workflows.case import calendars
from workflows.errors import NotFound
from workflows.time.deadline import deadline

MOST = 200
RECENT = 20


def numbers_of(session: Session, case: UUID) -> Sequence[BridgeNumber]:
    """The living numbers of a case in other systems."""
    query = select(BridgeNumber).where(BridgeNumber.case_id == case, BridgeNumber.ended_at.is_(None))
    return session.scalars(query.order_by(BridgeNumber.system.desc())).all()


def to_key_in(
    session: Session, parties: Sequence[UUID], system: str, what: str, limit: int = MOST
) -> Sequence[BridgePush]:
    """What the parties' platform was not told yet, oldest first: each party's page is read off its index."""
    query = select(BridgePush).where(BridgePush.party_id.in_(parties), BridgePush.system == system)
    query = query.where(BridgePush.done_at.is_(None), BridgePush.what == what)
    return session.scalars(query.order_by(BridgePush.id).limit(min(limit, MOST))).all()


def to_hand_over(session: Session, parties: Sequence[UUID], limit: int = MOST) -> Sequence[BridgeHandover]:
    """Filings for the national platform that have no number there yet, oldest first."""
    query = select(BridgeHandover).where(BridgeHandover.party_id.in_(parties), BridgeHandover.state == "waiting")
    return session.scalars(query.order_by(BridgeHandover.id).limit(min(limit, MOST))).all()


def handover(session: Session, found: UUID) -> BridgeHandover:
    """A hand-over.

    :raises NotFound: none that the caller may see.
    """
    row = session.get(BridgeHandover, found)
    if row is None:
        raise NotFound("case.unknown", "there is no such case, or you may not see it")
    return row


def aside(session: Session, parties: Sequence[UUID], after: UUID | None = None) -> Sequence[BridgeRow]:
    """Rows that wait for a person, oldest first."""
    query = select(BridgeRow).where(BridgeRow.party_id.in_(parties), BridgeRow.state == "aside")
    if after:
        query = query.where(BridgeRow.id > after)
    return session.scalars(query.order_by(BridgeRow.id).limit(MOST)).all()


def batches(session: Session) -> Sequence[BridgeBatch]:
    """The latest batches, newest first."""
    return session.scalars(select(BridgeBatch).order_by(BridgeBatch.id.desc()).limit(RECENT)).all()


def batch(session: Session, found: UUID) -> BridgeBatch:
    """A batch.

    :raises NotFound: none that the caller may see.
    """
    row = session.get(BridgeBatch, found)
    if row is None:
        raise NotFound("bridge.batch", "there is no such batch, or you may not see it")
    return row


def due(session: Session, row: BridgeRow) -> date | None:
    """Until when a complaint that was set aside has to be decided, counted from its receipt as it will be counted."""
    if row.received_on is None or row.kind == REPORT or row.received_on < O20_IN_FORCE:
        return None
    term = TERMS.find(ACCEPT, row.received_on)
    return deadline(term, calendars.current(session), row.received_on).due_on


def faulty(session: Session, batch: UUID) -> int:
    """How many rows of a sheet have faults."""
    query = select(func.count()).where(BridgeRow.batch_id == batch, BridgeRow.faults != [])
    return session.scalar(query) or 0


def rows(session: Session, batch: UUID, after: int = 0, state: str | None = None) -> Sequence[BridgeRow]:
    """Rows of a batch that the caller may see, in order; one more than a page where there are more."""
    query = select(BridgeRow).where(BridgeRow.batch_id == batch, BridgeRow.line > after)
    if state:
        query = query.where(BridgeRow.state == state)
    return session.scalars(query.order_by(BridgeRow.line).limit(MOST + 1)).all()


def tallies(session: Session, batches: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    """How many rows of batches that the caller may see are in which state."""
    query = select(BridgeRow.batch_id, BridgeRow.state, func.count()).where(BridgeRow.batch_id.in_(batches))
    found: dict[UUID, dict[str, int]] = {}
    for batch, state, count in session.execute(query.group_by(BridgeRow.batch_id, BridgeRow.state)):
        found.setdefault(batch, {})[state] = count
    return found


@dataclass(frozen=True)
class Compared:
    """One day of a system as an officer sees it: not compared, or compared with so many open differences."""

    day: date
    found: BridgeDay | None
    open: int = 0


def days(session: Session, system: str, city: str, until: date, count: int) -> list[Compared]:
    """The latest days, newest first, those that were never compared among them."""
    first = until - timedelta(days=count - 1)
    query = select(BridgeDay).where(BridgeDay.city == city, BridgeDay.system == system, BridgeDay.day >= first)
    held = {row.day: row for row in session.scalars(query)}
    open_ = _open(session, [row.id for row in held.values()])
    each = [until - timedelta(days=n) for n in range(count)]
    return [Compared(day, held.get(day), open_.get(held[day].id, 0) if day in held else 0) for day in each]


def _open(session: Session, found: Sequence[UUID]) -> dict[UUID, int]:
    query = select(BridgeDifference.day_id, func.count()).where(BridgeDifference.day_id.in_(found))
    counted = query.where(BridgeDifference.settled_at.is_(None)).group_by(BridgeDifference.day_id)
    return dict(session.execute(counted).all())


def day(session: Session, found: UUID) -> BridgeDay:
    """A compared day.

    :raises NotFound: none that the caller may see.
    """
    row = session.get(BridgeDay, found)
    if row is None:
        raise NotFound("bridge.day", "there is no such day, or you may not see it")
    return row


def differences(session: Session, day: UUID) -> Sequence[BridgeDifference]:
    """The differences of a day that the caller may see, the open ones first."""
    query = select(BridgeDifference).where(BridgeDifference.day_id == day)
    order = (BridgeDifference.settled_at.is_not(None), BridgeDifference.id)
    return session.scalars(query.order_by(*order).limit(MOST)).all()


def case_numbers(session: Session, cases: Sequence[UUID]) -> dict[UUID, str]:
    """Our own numbers of complaints."""
    query = select(Complaint.id, Complaint.number).where(Complaint.id.in_(cases))
    return dict(session.execute(query).all())


def their_numbers(session: Session, cases: Sequence[UUID], system: str) -> dict[UUID, str]:
    """The numbers of cases in a system, of those that have one."""
    query = select(BridgeNumber.case_id, BridgeNumber.number).where(BridgeNumber.case_id.in_(cases))
    living = BridgeNumber.ended_at.is_(None) & (BridgeNumber.system == system)
    return dict(session.execute(query.where(living)).all())


@dataclass(frozen=True)
class Standing:
    """How the bridge stands, for whoever runs the installation."""

    uncompared: Sequence[tuple[str, str, date]]
    different: int
    refused: int
    aside: int


def standing(session: Session, systems: Sequence[str], cities: Sequence[str], today: date, back: int) -> Standing:
    """Days of the connected systems that nobody compared, open differences, what was refused, rows set aside."""
    first = session.scalar(select(func.min(BridgeNumber.noted_at)))
    since = max(today - timedelta(days=back), first.date()) if first else today
    each = [(s, c, since + timedelta(days=n)) for s in systems for c in cities for n in range((today - since).days)]
    held = {(row.system, row.city, row.day) for row in session.scalars(select(BridgeDay).where(BridgeDay.day >= since))}
    open_ = select(func.count()).select_from(BridgeDifference).where(BridgeDifference.settled_at.is_(None))
    refused = select(func.count()).select_from(BridgePush).where(BridgePush.refused.is_not(None))
    waiting = select(func.count()).select_from(BridgeRow).where(BridgeRow.state == "aside")
    counts = [session.scalar(query) or 0 for query in (open_, refused.where(BridgePush.done_at.is_(None)), waiting)]
    return Standing([one for one in each if one not in held], *counts)
