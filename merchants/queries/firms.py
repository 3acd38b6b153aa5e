"""Reads of firms and their stores, for their own people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session
from stdnum.cn.uscc import compact

from merchants.lifecycle import DRAFT, EXPIRING, LIVING, SENT_BACK, SUBMITTED, SUSPENDED, UNDER_REVIEW
from merchants.models import Enrolment, Enterprise, Standing, Store

MOST = 200
OPEN = (DRAFT, SUBMITTED, UNDER_REVIEW, SENT_BACK)


@dataclass(frozen=True)
class StoreRow:
    """One store as its people list it: how it stands, and the application that is under way."""

    store: Store
    standing: Standing | None
    application: Enrolment | None


def of_parties(session: Session, parties: Sequence[UUID]) -> Sequence[Enterprise]:
    """The firms among the parties, by name."""
    query = select(Enterprise).where(Enterprise.id.in_(parties)).order_by(Enterprise.name)
    return session.scalars(query.limit(MOST)).all()


def by_code(session: Session, uscc: str) -> Enterprise | None:
    """The firm of a credit code, if it is known here: public register data."""
    return session.scalar(select(Enterprise).where(Enterprise.uscc == compact(uscc)))


def mine(parties: Sequence[UUID]) -> ColumnElement[bool]:
    """The condition that a store is of one of these firms, brands or stores."""
    return or_(Store.enterprise_id.in_(parties), Store.brand_id.in_(parties), Store.id.in_(parties))


def stores_of(
    session: Session, parties: Sequence[UUID], limit: int = MOST, after: UUID | None = None
) -> Sequence[StoreRow]:
    """The stores of firms, brands or single stores, newest first; keyset-paged by id."""
    query = select(Store).where(mine(parties), Store.closed_on.is_(None))
    query = query.where(Store.id < after) if after else query
    stores = session.scalars(query.order_by(Store.id.desc()).limit(min(limit, MOST))).all()
    ids = [store.id for store in stores]
    living = select(Standing).where(Standing.store_id.in_(ids), Standing.state.in_(LIVING))
    under_way = select(Enrolment).where(Enrolment.store_id.in_(ids), Enrolment.state.in_(OPEN))
    standings = {held.store_id: held for held in session.scalars(living)}
    applications = {case.store_id: case for case in session.scalars(under_way)}
    return [StoreRow(s, standings.get(s.id), applications.get(s.id)) for s in stores]


def under_way(session: Session, parties: Sequence[UUID], limit: int = MOST) -> Sequence[tuple[Enrolment, Store]]:
    """Applications that are not ended, what is due first before the rest."""
    query = select(Enrolment, Store).join(Store, Store.id == Enrolment.store_id)
    query = query.where(mine(parties), Enrolment.state.in_(OPEN))
    order = (Enrolment.next_due_on.asc().nulls_last(), Enrolment.id)
    return [(case, store) for case, store in session.execute(query.order_by(*order).limit(min(limit, MOST)))]


def pressing(session: Session, parties: Sequence[UUID], limit: int = MOST) -> Sequence[tuple[Standing, Store]]:
    """Standings that ask something of the firm: to renew, to be heard, to put right; what ends first before others."""
    asks = or_(Standing.state.in_((EXPIRING, SUSPENDED)), Standing.removal_proposed_on.is_not(None))
    query = select(Standing, Store).join(Store, Store.id == Standing.store_id)
    query = query.where(mine(parties), Standing.state.in_(LIVING), asks)
    rows = session.execute(query.order_by(Standing.expires_on, Standing.id).limit(min(limit, MOST)))
    return [(held, store) for held, store in rows]


def not_enrolled(session: Session, parties: Sequence[UUID], limit: int = MOST) -> Sequence[Store]:
    """Stores without a standing and without an application under way, newest first."""
    stands = select(Standing.id).where(Standing.store_id == Store.id, Standing.state.in_(LIVING))
    applies = select(Enrolment.id).where(Enrolment.store_id == Store.id, Enrolment.state.in_(OPEN))
    query = select(Store).where(mine(parties), Store.closed_on.is_(None), ~stands.exists(), ~applies.exists())
    return session.scalars(query.order_by(Store.id.desc()).limit(min(limit, MOST))).all()
