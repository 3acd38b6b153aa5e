"""Reads of merchants."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from merchants.models import Enterprise, Store
from workflows.errors import NotFound

MOST = 50


def store(session: Session, store_id: UUID) -> Store:
    """A store by its id.

    :raises NotFound: no such store.
    """
    found = session.get(Store, store_id)
    if found is None:
        raise NotFound("store.unknown", "there is no such store", field="respondent.store_id")
    return found


def store_and_enterprise(session: Session, store_id: UUID) -> tuple[Store, Enterprise]:
    """A store with its enterprise.

    :raises NotFound: no such store.
    """
    query = select(Store, Enterprise).join(Enterprise, Enterprise.id == Store.enterprise_id)
    found = session.execute(query.where(Store.id == store_id)).one_or_none()
    if found is None:
        raise NotFound("store.unknown", "there is no such store", field="respondent.store_id")
    return found[0], found[1]


def search_stores(session: Session, words: str, city: str | None = None, limit: int = 20) -> Sequence[Store]:
    """Stores whose name, brand or address has every word; two Chinese characters are enough."""
    query = select(Store)
    for word in words.split()[:5]:
        query = query.where(
            or_(*(column.ilike(like(word), escape="\\") for column in (Store.name, Store.brand, Store.address)))
        )
    if city:
        query = query.where(Store.city == city)
    return session.scalars(query.order_by(Store.name, Store.id).limit(min(limit, MOST))).all()


def like(word: str) -> str:
    """A pattern that finds the word anywhere, its own wildcards taken literally."""
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
