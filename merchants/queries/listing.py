"""Searching stores: what promises today, by words, place, goods and what is promised; keyset-paged.

Only the listing projection on the store's own row is read, so one statement finds a page however many promises
there are. Near a point the GiST index walks outwards; otherwise a btree index gives the order, and words are found by
the pairs of their characters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from merchants.models import Enterprise, Store
from merchants.queries.stores import has_words
from workflows.errors import RuleBroken
from workflows.store import spots

MOST = 100
MOST_DOTS = 600
"""Stores that a map draws at most."""

LISTED = Store.plaque.is_not(None)

Point = tuple[float, float]


@dataclass(frozen=True)
class Wanted:
    """Which stores somebody looks for.

    :param words: words of its name, brand or address; two characters are enough.
    :param near: longitude and latitude in degrees; nearest first then, and only stores with a point.
    :param within_km: no farther than this; needs ``near``.
    :param city: four digits; ``district``: six.
    :param cross_city: goods go back in the other city too; ``alliance``: at the alliance's stores.
    :param min_days: a window of at least so many days.
    :param longest: longest window first, where ``near`` does not give the order.
    :param any_store: stores without a promise too.
    """

    words: str = ""
    near: Point | None = None
    within_km: float | None = None
    city: str | None = None
    district: str | None = None
    category: str | None = None
    cross_city: bool = False
    alliance: bool = False
    min_days: int | None = None
    longest: bool = False
    any_store: bool = False

    @property
    def order(self) -> str:
        """What the list is ordered by: a place in one order means nothing in another."""
        return "near" if self.near else "days" if self.longest else "name"


@dataclass(frozen=True)
class Found:
    """A store as a search finds it.

    :param distance_km: from the point that was asked about; None without one.
    """

    store: Store
    enterprise: str
    distance_km: float | None
    place: list[Any]
    """Where in the list it stands: what the next page begins after."""


def page(session: Session, wanted: Wanted, after: Sequence[Any] | None = None, limit: int = MOST) -> list[Found]:
    """A page of stores, in one statement: nearest first, or longest window first, or by name.

    :param after: ``place`` of the last store of the page before.
    :raises RuleBroken: ``after`` is a place in another order.
    """
    if after is not None and after[0] != wanted.order:
        raise RuleBroken("cursor", "is not a cursor of this list: begin again without it", field="cursor")
    key = _key(wanted)
    ids = _matching(wanted, after, select(Store.id, key.label("key"))).limit(min(limit, MOST + 1)).subquery()
    rows = (
        select(Store, Enterprise.name, ids.c.key)
        .join(ids, ids.c.id == Store.id)
        .join(Enterprise, Enterprise.id == Store.enterprise_id)
        .order_by(*_order(wanted, ids.c.key))
    )
    return [_found(wanted, *row) for row in session.execute(rows)]


def _found(wanted: Wanted, store: Store, enterprise: str, key: Any) -> Found:
    apart = spots.kilometres(key) if wanted.near else None
    return Found(store, enterprise, apart, [wanted.order, key, str(store.id)])


def dots(session: Session, wanted: Wanted, limit: int = MOST_DOTS) -> list[tuple[UUID, Point]]:
    """The places of the first stores of the list, for a map; stores without a point have none."""
    placed: Any = select(Store.id, Store.lon, Store.lat).where(Store.lon.is_not(None))
    rows = session.execute(_matching(wanted, None, placed).limit(min(limit, MOST_DOTS + 1)))
    return [(found, (float(lon), float(lat))) for found, lon, lat in rows]


def by_district(session: Session) -> Mapping[str, int]:
    """How many stores promise today in each district: the one count there is, for the map of all districts."""
    query = select(Store.district, func.count()).where(LISTED).group_by(Store.district)
    return {row[0]: row[1] for row in session.execute(query)}


def point_of(store: Store) -> Point | None:
    """Where a store is, in degrees; None where nobody said."""
    return None if store.lon is None or store.lat is None else (float(store.lon), float(store.lat))


def of_brand(session: Session, store: Store, limit: int = 6) -> list[Found]:
    """Other promising stores of the same brand, nearest first where the store has a point."""
    near = point_of(store)
    wanted = Wanted(near=near)
    same = Store.brand_id == store.brand_id if store.brand_id else Store.brand == store.brand
    key = _key(wanted)
    query = (
        select(Store, Enterprise.name, key)
        .join(Enterprise, Enterprise.id == Store.enterprise_id)
        .where(LISTED, same, Store.id != store.id, has_words(store.brand) if not store.brand_id else literal(True))
    )
    query = query.where(Store.lon.is_not(None)) if near else query
    return [_found(wanted, *row) for row in session.execute(query.order_by(*_order(wanted, key)).limit(limit))]


def _key(wanted: Wanted) -> ColumnElement[Any]:
    """What the list is ordered by, before the id."""
    if wanted.near:
        return spots.distance("store", *wanted.near)
    return Store.promise_days if wanted.longest else Store.name  # type: ignore[return-value]


def _order(wanted: Wanted, key: Any) -> tuple[Any, Any]:
    """The longest windows run backwards along their index, the id with them."""
    return (key.desc(), Store.id.desc()) if wanted.order == "days" else (key, Store.id)


def _matching(wanted: Wanted, after: Sequence[Any] | None, query: Select[Any]) -> Select[Any]:
    """The conditions and the order; columns are the caller's."""
    query = query.where(*_what(wanted), *_where(wanted))
    if after is not None:
        query = query.where(_beyond(wanted, after[1], UUID(after[2])))
    return query.order_by(*_order(wanted, _key(wanted)))


def _what(wanted: Wanted) -> list[ColumnElement[bool]]:
    """What the store is and promises."""
    asked: list[tuple[Any, ColumnElement[bool]]] = [
        (not wanted.any_store, LISTED),
        (wanted.any_store, Store.closed_on.is_(None)),
        (wanted.words.strip(), has_words(wanted.words)),
        (wanted.category, Store.categories.contains([wanted.category])),
        (wanted.cross_city, Store.promise_city.is_(True)),
        (wanted.alliance, Store.promise_alliance.is_(True)),
        (wanted.min_days, Store.promise_days >= (wanted.min_days or 0)),
    ]
    return [condition for given, condition in asked if given]


def _where(wanted: Wanted) -> list[ColumnElement[bool]]:
    """Where it lies; the circle is a condition that the index of places answers itself."""
    asked: list[ColumnElement[bool]] = []
    if wanted.city:
        asked.append(Store.city == wanted.city)
    if wanted.district:
        asked.append(Store.district == wanted.district)
    if wanted.near:
        asked.append(Store.lon.is_not(None))
        if wanted.within_km is not None:
            asked.append(spots.within("store", *wanted.near, wanted.within_km))
    return asked


def _beyond(wanted: Wanted, key: Any, last: UUID) -> ColumnElement[bool]:
    """After the last store of the page before, in the list's own order."""
    if wanted.near:
        apart = _key(wanted)
        return or_(apart > key, and_(apart == key, Store.id > last))
    mine, place = tuple_(_key(wanted), Store.id), tuple_(literal(key), literal(last))
    return mine < place if wanted.order == "days" else mine > place
