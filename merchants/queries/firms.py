"""Reads of firms and their stores, for their own people."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from merchants.lifecycle import LIVING
from merchants.models import Enterprise, Standing, Store

MOST = 200


def of_parties(session: Session, parties: Sequence[UUID]) -> Sequence[Enterprise]:
    """The firms among the parties, by name."""
    query = select(Enterprise).where(Enterprise.id.in_(parties)).order_by(Enterprise.name)
    return session.scalars(query.limit(MOST)).all()


def stores_of(session: Session, parties: Sequence[UUID], limit: int = MOST) -> Sequence[tuple[Store, Standing | None]]:
    """The stores of firms, brands or single stores, each with its living standing; newest first."""
    mine = or_(Store.enterprise_id.in_(parties), Store.brand_id.in_(parties), Store.id.in_(parties))
    living = (Standing.store_id == Store.id) & Standing.state.in_(LIVING)
    query = select(Store, Standing).outerjoin(Standing, living).where(mine, Store.closed_on.is_(None))
    rows = session.execute(query.order_by(Store.id.desc()).limit(min(limit, MOST)))
    return [(store, held) for store, held in rows]
