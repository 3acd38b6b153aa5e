"""Where goods may be handed in: the selling store, own stores, the alliance's, stations and drop-off points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Text, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from merchants.alliance import Answer, Matrix, Question, accepts, best
from merchants.codes import TAKERS
from merchants.models import Store
from merchants.promise import PromiseTerms, of_facts
from merchants.queries.alliances import matrices
from merchants.queries.bonds import parties_of
from merchants.queries.standings import promise_on
from merchants.queries.stores import store
from merchants.rules import Verdict

MOST = 5000

CANDIDATES = text(
    """
    WITH candidate AS (
        SELECT id FROM store WHERE id = :store
        UNION SELECT id FROM store WHERE enterprise_id = :enterprise AND :own AND promise_store
        UNION SELECT id FROM store WHERE brand_id = CAST(:brand AS uuid) AND :own AND promise_store
        UNION SELECT id FROM store WHERE enterprise_id = ANY (:members)
        UNION SELECT id FROM store WHERE brand_id = ANY (:members)
        UNION SELECT id FROM store WHERE kind IN ('station', 'drop_off') AND takes @> :wanted
    )
    SELECT s.id, s.name, s.kind, s.enterprise_id, s.brand_id, s.city, s.district, s.address, s.lon, s.lat, s.hours,
        s.capacity, CASE WHEN s.kind IN ('station', 'drop_off') THEN s.takes ELSE s.categories END AS takes
    FROM candidate JOIN store s USING (id)
    WHERE s.closed_on IS NULL AND (s.id = :store OR s.plaque IS NOT NULL) AND (s.city = :city OR :cross_city)
    ORDER BY s.id LIMIT :most
    """
).bindparams(bindparam("members", type_=ARRAY(Uuid())), bindparam("wanted", type_=ARRAY(Text())))
"""Each part has an index of its own; together they are what the promise on the purchase date reaches at most."""


@dataclass(frozen=True)
class Purchase:
    """What was bought, as far as the place to hand it in depends on it.

    :param amount_fen: price of the item in fen; None where it is not known yet.
    """

    store_id: UUID
    category: str
    bought_on: date
    handed_in_on: date
    amount_fen: int | None = None


@dataclass(frozen=True)
class HandInPlace:
    """A place, what it takes, when it is open, how much it holds, where it is, and whether it takes this.

    :param relation: ``same`` store, ``own`` store of firm or brand, ``alliance``, or ``station``.
    :param point: longitude and latitude; None where it is not known.
    :param capacity: parcels it holds at once; None where it has not said.
    """

    store_id: UUID
    name: str
    kind: str
    relation: str
    city: str
    district: str
    address: str
    point: tuple[float, float] | None
    hours: Mapping[str, Any]
    capacity: int | None
    takes: tuple[str, ...]
    answer: Answer


def hand_in_places(session: Session, bought: Purchase, limit: int = MOST) -> list[HandInPlace]:
    """Every place that takes the goods, or where a person must look; set-based, a handful of reads at any size.

    The version of the promise on the purchase date decides how far it reaches. Without one there is no place.
    """
    promise = promise_on(session, bought.store_id, bought.bought_on)
    if promise is None:
        return []
    selling, terms = store(session, bought.store_id), of_facts(promise.terms)
    seller = parties_of(session, [selling.id], bought.bought_on)[selling.id]
    known = matrices(session, seller) if terms.alliance else []
    rows = session.execute(CANDIDATES, _values(selling, terms, seller, known, bought, limit)).all()
    taken = _Taken(selling, seller, known, bought, parties_of(session, [r.id for r in rows], bought.handed_in_on))
    places = [_place(row, *taken.by(row)) for row in rows]
    return [place for place in places if place.answer.verdict is not Verdict.NO]


def _values(
    selling: Store, terms: PromiseTerms, seller: frozenset[UUID], known: Sequence[Matrix], bought: Purchase, limit: int
) -> dict[str, Any]:
    return {
        "store": selling.id,
        "enterprise": selling.enterprise_id,
        "brand": next((p for p in seller if p == selling.brand_id), None),
        "own": terms.cross_store,
        "members": list({m.member for matrix in known for m in matrix.members}),
        "wanted": [bought.category],
        "city": selling.city,
        "cross_city": terms.cross_city,
        "most": min(limit, MOST),
    }


class _Taken:
    """What each candidate is to the seller; the alliance is asked once for each member and city, not for each store."""

    def __init__(
        self,
        selling: Store,
        seller: frozenset[UUID],
        known: Sequence[Matrix],
        bought: Purchase,
        parties: Mapping[UUID, frozenset[UUID]],
    ) -> None:
        self.selling, self.seller, self.known, self.bought, self.parties = selling, seller, known, bought, parties
        self.asked: dict[tuple[frozenset[UUID], str], Answer] = {}

    def by(self, row: Any) -> tuple[str, Answer]:
        """The relation of a place, and its answer."""
        if row.id == self.selling.id:
            return "same", Answer(Verdict.YES, ("same_store",))
        if row.kind in TAKERS:
            taken = self.bought.category in row.takes
            return "station", Answer(Verdict.YES, ("station",)) if taken else Answer(Verdict.NO, ("not_covered",))
        if self.seller & self.parties[row.id]:
            return "own", Answer(Verdict.YES, ("own_store",))
        return "alliance", self._alliance(self.parties[row.id], row.city)

    def _alliance(self, taker: frozenset[UUID], city: str) -> Answer:
        if (taker, city) not in self.asked:
            bought = self.bought
            question = Question(
                self.seller,
                taker,
                bought.category,
                self.selling.city,
                city,
                bought.bought_on,
                bought.handed_in_on,
                bought.amount_fen,
            )
            self.asked[taker, city] = best(accepts(matrix, question) for matrix in self.known)
        return self.asked[taker, city]


def _place(row: Any, relation: str, answer: Answer) -> HandInPlace:
    return HandInPlace(
        store_id=row.id,
        name=row.name,
        kind=row.kind,
        relation=relation,
        city=row.city,
        district=row.district,
        address=row.address,
        point=None if row.lon is None else (float(row.lon), float(row.lat)),
        hours=row.hours,
        capacity=row.capacity,
        takes=tuple(row.takes),
        answer=answer,
    )
