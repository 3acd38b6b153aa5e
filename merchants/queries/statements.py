"""Reads of statements of standing: what they are made from, who was let in, and every look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from merchants.models import Enterprise, Promise, Standing, Statement, StatementConsent, StatementLook, Store
from merchants.statement import Stand
from workflows.case.tables import CaseEvent
from workflows.errors import NotFound
from workflows.time.clock import shanghai_date

MOST = 100
MOST_STANDINGS = 2000
TOLD = ("enter", "renew", "suspend", "lift", "remove", "give_notice", "leave", "lapse")
"""Events of a standing that a statement names: what was decided, and nothing that was only proposed."""


def statement(session: Session, statement_id: UUID) -> Statement:
    """A statement by its id.

    :raises NotFound: none that this caller may see.
    """
    found = session.get(Statement, statement_id)
    if found is None:
        raise NotFound("statement.unknown", "there is no such statement, or you may not see it")
    return found


def of_firms(session: Session, firms: Sequence[UUID]) -> Sequence[tuple[Statement, str]]:
    """The statements of firms with the firm's name, newest first."""
    query = select(Statement, Enterprise.name).join(Enterprise, Enterprise.id == Statement.enterprise_id)
    query = query.where(Statement.enterprise_id.in_(firms)).order_by(Statement.id.desc())
    return [(s, n) for s, n in session.execute(query.limit(MOST))]


@dataclass(frozen=True)
class Look:
    """One look: when, by whose consent, from which address as a hash."""

    at: datetime
    recipient: str
    address: str


def consents(session: Session, statement_id: UUID) -> Sequence[StatementConsent]:
    """Who was ever let in, newest first."""
    query = select(StatementConsent).where(StatementConsent.statement_id == statement_id)
    return session.scalars(query.order_by(StatementConsent.id.desc()).limit(MOST)).all()


def looks(session: Session, statement_id: UUID) -> Sequence[Look]:
    """Every look at a statement, newest first."""
    query = (
        select(StatementLook.at, StatementConsent.recipient, StatementLook.address)
        .join(StatementConsent, StatementConsent.id == StatementLook.consent_id)
        .where(StatementConsent.statement_id == statement_id)
        .order_by(StatementLook.at.desc(), StatementLook.id.desc())
    )
    return [Look(at, to, address.hex()[:8]) for at, to, address in session.execute(query.limit(MOST))]


def stands(session: Session, firm: UUID) -> list[Stand]:
    """Every standing that a firm's stores ever had, with its events, in three reads."""
    query = select(Standing, Store.name).join(Store, Store.id == Standing.store_id)
    rows = session.execute(
        query.where(Standing.enterprise_id == firm).order_by(Standing.id).limit(MOST_STANDINGS)
    ).all()
    ids = [standing.id for standing, _ in rows]
    events: dict[UUID, list[tuple[str, Any]]] = {i: [] for i in ids}
    told = select(CaseEvent.case_id, CaseEvent.event, CaseEvent.at).where(
        CaseEvent.case_id.in_(ids), CaseEvent.event.in_(TOLD)
    )
    for case, event, at in session.execute(told.order_by(CaseEvent.case_id, CaseEvent.seq)):
        events[case].append((event, shanghai_date(at)))
    kept = select(Promise.standing_id, func.count(), func.max(Promise.days)).where(
        Promise.standing_id.in_(ids), ~func.isempty(Promise.valid)
    )
    promises = {s: (n, days) for s, n, days in session.execute(kept.group_by(Promise.standing_id))}
    return [_stand(s, name, events[s.id], promises.get(s.id, (0, 0))) for s, name in rows]


def _stand(held: Standing, store: str, events: list[tuple[str, Any]], promised: tuple[int, int]) -> Stand:
    return Stand(
        plaque=held.plaque,
        store=store,
        state=held.state,
        entered_on=held.entered_on,
        expires_on=held.expires_on,
        ended_on=held.ended_on,
        promises=promised[0],
        days=promised[1],
        events=tuple(events),
    )
