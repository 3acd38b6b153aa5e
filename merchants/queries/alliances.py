"""Reads of alliances: members, matrix, shares of cost, and whether goods may be handed in somewhere.

The returns domain asks :func:`acceptance`; see :mod:`merchants.alliance` for which date decides what.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from merchants.alliance import Answer, Belongs, Matrix, Period, Question, Row, accepts, best
from merchants.models import Alliance, AllianceRow, AllianceShare, Bond
from merchants.queries.bonds import CONFIRMED, parties_of
from workflows.errors import NotFound

MOST = 100
MOST_ROWS = 5000

IS_MEMBER = CONFIRMED & (Bond.kind == "alliance")


def alliance(session: Session, alliance_id: UUID) -> Alliance:
    """An alliance by its id.

    :raises NotFound: no such alliance.
    """
    found = session.get(Alliance, alliance_id)
    if found is None:
        raise NotFound("alliance.unknown", "there is no such alliance")
    return found


def listed(session: Session, after: UUID | None = None, limit: int = MOST) -> Sequence[Alliance]:
    """Every alliance, newest first; keyset-paged by id."""
    query = select(Alliance).order_by(Alliance.id.desc()).limit(min(limit, MOST + 1))
    return session.scalars(query.where(Alliance.id < after) if after else query).all()


def organised_by(session: Session, orgs: Sequence[UUID]) -> Sequence[Alliance]:
    """The alliances that these organisations organise."""
    query = select(Alliance).where(Alliance.organiser_id.in_(orgs)).order_by(Alliance.id)
    return session.scalars(query.limit(MOST)).all()


def rows(session: Session, alliance_id: UUID) -> Sequence[AllianceRow]:
    """The rows of an alliance's matrix, those that came to nothing left out."""
    query = select(AllianceRow).where(AllianceRow.alliance_id == alliance_id, ~func.isempty(AllianceRow.valid))
    return session.scalars(query.order_by(AllianceRow.id).limit(MOST_ROWS)).all()


def shares(session: Session, alliance_id: UUID) -> Sequence[AllianceShare]:
    """Who bore and bears which cost, by kind of cost and day; seen by whoever is bound, and by the bureaus."""
    query = select(AllianceShare).where(AllianceShare.alliance_id == alliance_id, ~func.isempty(AllianceShare.valid))
    return session.scalars(query.order_by(AllianceShare.cost, AllianceShare.id).limit(MOST_ROWS)).all()


def in_alliance(session: Session, store: UUID, on: date) -> bool:
    """Whether a store's firm, or the brand that it holds, is a member of an alliance on a day."""
    return store in members_among(session, [store], on)


def members_among(session: Session, stores: Sequence[UUID], on: date) -> set[UUID]:
    """Those of many stores whose firm, or the brand that it holds, is a member on a day; in two reads."""
    parties = parties_of(session, stores, on)
    every = {party for of_store in parties.values() for party in of_store}
    member = Bond.org_id.in_(every) & Bond.valid.contains(on) & Alliance.valid.contains(on)
    joined = select(Bond.org_id).join(Alliance, Alliance.id == Bond.of_id).where(IS_MEMBER, member)
    found = frozenset(session.scalars(joined))
    return {store for store, of_store in parties.items() if of_store & found}


def matrices(session: Session, parties: Iterable[UUID]) -> list[Matrix]:
    """The alliances that any of the parties is or was a member of, each whole, in three reads."""
    joined = select(Bond.of_id).where(IS_MEMBER, Bond.org_id.in_(list(parties)), ~func.isempty(Bond.valid))
    found = session.scalars(select(Alliance).where(Alliance.id.in_(joined)).limit(MOST)).all()
    ids = [a.id for a in found]
    members: dict[UUID, list[Belongs]] = {i: [] for i in ids}
    of_these = select(Bond).where(IS_MEMBER, Bond.of_id.in_(ids), ~func.isempty(Bond.valid)).limit(MOST_ROWS)
    for bond in session.scalars(of_these):
        members[bond.of_id].append(Belongs(bond.org_id, period(bond.valid)))
    matrix: dict[UUID, list[Row]] = {i: [] for i in ids}
    held = select(AllianceRow).where(AllianceRow.alliance_id.in_(ids), ~func.isempty(AllianceRow.valid))
    for row in session.scalars(held.limit(MOST_ROWS)):
        matrix[row.alliance_id].append(_row(row))
    return [Matrix(a.id, period(a.valid), tuple(members[a.id]), tuple(matrix[a.id])) for a in found]


def period(valid: Range[date]) -> Period:
    """A range of the database as days."""
    lower: Any = valid.lower
    return Period(lower, valid.upper)


def _row(row: AllianceRow) -> Row:
    return Row(
        period(row.valid),
        row.goods_of,
        row.taken_by,
        tuple(row.categories),
        tuple(row.sold_in),
        tuple(row.handed_in),
        row.most_fen,
    )


def acceptance(session: Session, asked: Question) -> Answer:
    """Whether any alliance of the seller lets goods be handed in at the taker; the answer best for the buyer."""
    return best(accepts(matrix, asked) for matrix in matrices(session, asked.goods_of))


def shares_on(session: Session, alliance_id: UUID, on: date) -> Mapping[str, Mapping[str, int]]:
    """The shares of each kind of cost that hold on a day, in basis points by bearer."""
    query = select(AllianceShare).where(AllianceShare.alliance_id == alliance_id, AllianceShare.valid.contains(on))
    return {s.cost: {"seller": s.seller, "taker": s.taker, "fund": s.fund} for s in session.scalars(query)}
