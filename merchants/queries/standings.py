"""Reads of standings and promises: public facts, for everybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select, tuple_, union_all
from sqlalchemy.orm import Session

from merchants.lifecycle import LIVING
from merchants.models import Enterprise, Promise, Standing, Store
from workflows.case.numbers import normal
from workflows.errors import NotFound

MOST = 100


def standing(session: Session, standing_id: UUID) -> Standing:
    """A standing by its id.

    :raises NotFound: no such standing.
    """
    found = session.get(Standing, standing_id)
    if found is None:
        raise NotFound("standing.unknown", "there is no such standing")
    return found


def by_plaque(session: Session, number: str) -> Standing | None:
    """The standing whose plaque has this number, however it was typed; None for a number that is none of ours."""
    known = normal(number)
    return None if known is None else session.scalar(select(Standing).where(Standing.plaque == known))


def alive(session: Session, store_id: UUID) -> Standing | None:
    """The store's living standing, if it has one."""
    return session.scalar(select(Standing).where(Standing.store_id == store_id, Standing.state.in_(LIVING)))


def of_store(session: Session, store_id: UUID) -> Sequence[Standing]:
    """Every standing a store ever had, newest first."""
    query = select(Standing).where(Standing.store_id == store_id).order_by(Standing.id.desc())
    return session.scalars(query.limit(MOST)).all()


def promise_on(session: Session, store_id: UUID, day: date) -> Promise | None:
    """The version of a store's promise that held on a day: the one that binds for a purchase on it."""
    return session.scalar(select(Promise).where(Promise.store_id == store_id, Promise.valid.contains(day)))


def promises(session: Session, store_id: UUID) -> Sequence[Promise]:
    """Every version of a store's promise, newest first."""
    query = select(Promise).where(Promise.store_id == store_id).order_by(Promise.version.desc())
    return session.scalars(query.limit(MOST)).all()


def of_bureaus(
    session: Session,
    bureaus: Sequence[UUID],
    after: tuple[date, UUID] | None = None,
    *,
    states: Sequence[str] = LIVING,
    district: str | None = None,
    until: date | None = None,
    limit: int = MOST,
) -> Sequence[tuple[Standing, Store, Enterprise]]:
    """Standings that bureaus answer for, those that end first before the rest; keyset-paged.

    Each bureau's page in each state is read off the desk's index and the pages are merged.

    :param until: only terms that end on this day or before.
    """
    most = min(limit, MOST + 1)
    page = select(Standing.id, Standing.expires_on)
    page = page.where(Standing.district == district) if district else page
    page = page.where(Standing.expires_on <= until) if until else page
    if after:
        page = page.where(tuple_(Standing.expires_on, Standing.id) > after)
    order = (Standing.expires_on, Standing.id)
    pages = [
        page.where(Standing.bureau_id == b, Standing.state == s).order_by(*order).limit(most).subquery()
        for b in bureaus
        for s in states
    ]
    merged = union_all(*(select(p.c.id, p.c.expires_on) for p in pages)).subquery()
    first = select(merged.c.id).order_by(merged.c.expires_on, merged.c.id).limit(most)
    rows = (
        select(Standing, Store, Enterprise)
        .join(Store, Store.id == Standing.store_id)
        .join(Enterprise, Enterprise.id == Standing.enterprise_id)
        .where(Standing.id.in_(first))
        .order_by(*order)
    )
    return [(held, store, firm) for held, store, firm in session.execute(rows)]
