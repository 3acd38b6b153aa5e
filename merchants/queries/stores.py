"""Reads of merchants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import Session

from merchants import codes
from merchants.models import Enterprise, Store
from workflows.errors import NotFound
from workflows.people.tables import Bureau, Region
from workflows.store.search import grams, words

MOST = 50
MOST_HOSTS = 500


def store(session: Session, store_id: UUID) -> Store:
    """A store by its id.

    :raises NotFound: no such store.
    """
    found = session.get(Store, store_id)
    if found is None:
        raise NotFound("store.unknown", "there is no such store", field="respondent.store_id")
    return found


def hosts(session: Session) -> dict[str, UUID]:
    """Malls and business circles that counters may belong to, by name and district."""
    query = select(Store.name, Region.name, Store.id).join(Region, Region.code == Store.district)
    open_ones = query.where(Store.kind.in_(codes.HOSTS), Store.closed_on.is_(None)).order_by(Store.name, Store.id)
    return {f"{name}（{place}）": found for name, place, found in session.execute(open_ones.limit(MOST_HOSTS))}


@dataclass(frozen=True)
class Business:
    """A store as somebody who deals with it needs it: whose it is, where, and which bureau answers for the place.

    :param domicile: the district of the enterprise's registered address (住所地).
    :param host_id: the mall or business circle that it is in.
    """

    store_id: UUID
    enterprise_id: UUID
    store_name: str
    enterprise_name: str
    uscc: str | None
    address: str
    district: str
    domicile: str
    host_id: UUID | None
    bureau: Bureau


BUSINESS = (
    select(Store.id, Store.enterprise_id, Store.name, Enterprise.name, Enterprise.uscc, Store.address, Store.district)
    .add_columns(Enterprise.district, Store.parent_id, Bureau)
    .join(Enterprise, Enterprise.id == Store.enterprise_id)
    .join(Region, Region.code == Store.district)
    .join(Bureau, and_(Bureau.region == func.coalesce(Region.merged_into, Region.code), Bureau.level == "county"))
)


def business(session: Session, store_id: UUID) -> Business:
    """A store with its enterprise and its county-level bureau, in one read.

    :raises NotFound: no such store, or no bureau for its district.
    """
    found = session.execute(BUSINESS.where(Store.id == store_id)).one_or_none()
    if found is None:
        raise NotFound("store.unknown", "there is no such store", field="respondent.store_id")
    return Business(*found)


def host(session: Session, host_id: UUID) -> Store:
    """A mall or business circle by its id.

    :raises NotFound: no such place.
    """
    found = session.get(Store, host_id)
    if found is None or found.kind not in codes.HOSTS:
        raise NotFound("store.host", "there is no such mall or business circle", field="respondent.host_id")
    return found


def counters(session: Session, host_id: UUID, asked: str = "", limit: int = 20) -> Sequence[Store]:
    """The open counters and shops in a mall or business circle, by name, those with every word that was asked for."""
    query = select(Store).where(Store.parent_id == host_id, Store.closed_on.is_(None))
    if asked:
        query = query.where(has_words(asked))
    return session.scalars(query.order_by(Store.name, Store.id).limit(min(limit, MOST))).all()


def search_stores(session: Session, asked: str, city: str | None = None, limit: int = 20) -> Sequence[Store]:
    """Stores whose name, brand or address has every word; two Chinese characters are enough."""
    query = select(Store).where(has_words(asked), Store.closed_on.is_(None))
    if city:
        query = query.where(Store.city == city)
    return session.scalars(query.order_by(Store.name, Store.id).limit(min(limit, MOST))).all()


def has_words(asked: str) -> ColumnElement[bool]:
    """The condition that a store has every word that was asked for, found by the pairs of its characters."""
    wanted = words(asked)
    if asked.strip() and not wanted:
        return false()
    columns = (Store.name, Store.brand, Store.address)
    each = [or_(*(column.ilike(like(word), escape="\\") for column in columns)) for word in wanted]
    return and_(Store.grams.contains(grams(*wanted)), *each)


def like(word: str) -> str:
    """A pattern that finds the word anywhere, its own wildcards taken literally."""
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def store_and_firm(session: Session, store_id: UUID) -> tuple[Store, str]:
    """A store with the name of whoever runs it.

    :raises NotFound: no such store.
    """
    query = select(Store, Enterprise.name).join(Enterprise, Enterprise.id == Store.enterprise_id)
    row = session.execute(query.where(Store.id == store_id)).one_or_none()
    if row is None:
        raise NotFound("store.unknown", "there is no such store")
    return row[0], row[1]
