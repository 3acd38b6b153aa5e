"""Reads of standings and promises: public facts, for everybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from merchants.lifecycle import LIVING
from merchants.models import Promise, Standing
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
