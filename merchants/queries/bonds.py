"""Reads of what organisations belong to: brands' holders, alliances' members, makers' shops."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Uuid, and_, bindparam, func, or_, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from merchants.models import Alliance, Bond, Brand, Enterprise, MakerAgreement, Standing, Store
from workflows.case.numbers import normal
from workflows.errors import NotFound

MOST = 500

CONFIRMED = and_(Bond.host_at.is_not(None), Bond.org_at.is_not(None))

PARTIES = text(
    """
    SELECT s.id, s.enterprise_id, CASE WHEN b.owner_id = s.enterprise_id OR EXISTS (SELECT 1 FROM bond h
        WHERE h.kind = 'brand' AND h.of_id = s.brand_id AND h.org_id = s.enterprise_id AND h.host_at IS NOT NULL
        AND h.org_at IS NOT NULL AND h.valid @> CAST(:on AS date)) THEN s.brand_id END AS brand_id
    FROM store s LEFT JOIN brand b ON b.id = s.brand_id WHERE s.id = ANY (:stores)
    """
).bindparams(bindparam("stores", type_=ARRAY(Uuid())))
"""The brand counts for a store whose firm owns it or holds it by confirmation of both; a name alone proves nothing."""


def bond(session: Session, bond_id: UUID, *, lock: bool = False) -> Bond:
    """One row by its id.

    :raises NotFound: none that this caller may see.
    """
    query = select(Bond).where(Bond.id == bond_id).execution_options(populate_existing=True)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound("bond.unknown", "there is no such membership, or you may not see it")
    return found


def parties_of(session: Session, stores: Iterable[UUID], on: date) -> Mapping[UUID, frozenset[UUID]]:
    """For each store the parties that it may be a member by on a day: its firm, and its brand where held."""
    rows = session.execute(PARTIES, {"stores": list(stores), "on": on})
    return {row.id: frozenset(p for p in (row.enterprise_id, row.brand_id) if p) for row in rows}


def overlapping(session: Session, kind: str, of_id: UUID, org_id: UUID, since: date) -> bool:
    """Whether a row of this organisation in this whole reaches to the day or beyond it."""
    later = func.upper_inf(Bond.valid) | (func.upper(Bond.valid) > since)
    same = (Bond.kind == kind) & (Bond.of_id == of_id) & (Bond.org_id == org_id)
    return session.scalar(select(Bond.id).where(same, ~func.isempty(Bond.valid), later).limit(1)) is not None


def of_whole(session: Session, of_id: UUID, *, all_of: bool = False) -> Sequence[tuple[Bond, str]]:
    """Who belongs to an alliance, a brand or an agreement, each with its name; declined rows only where asked for."""
    query = (
        select(Bond, func.coalesce(Enterprise.name, Brand.name, Store.name))
        .outerjoin(Enterprise, Enterprise.id == Bond.org_id)
        .outerjoin(Brand, Brand.id == Bond.org_id)
        .outerjoin(Store, Store.id == Bond.org_id)
        .where(Bond.of_id == of_id)
    )
    if not all_of:
        query = query.where(~func.isempty(Bond.valid))
    return [(b, n) for b, n in session.execute(query.order_by(Bond.id).limit(MOST))]


def of_orgs(session: Session, orgs: Sequence[UUID]) -> Sequence[tuple[Bond, str]]:
    """What the organisations and their stores belong to or are asked to join, with the whole's name; newest first."""
    stores = select(Store.id).where(Store.enterprise_id.in_(orgs))
    mine = or_(Bond.org_id.in_(orgs), and_(Bond.org_kind == "store", Bond.org_id.in_(stores)))
    query = (
        select(Bond, func.coalesce(Alliance.name, Brand.name, MakerAgreement.name))
        .outerjoin(Alliance, Alliance.id == Bond.of_id)
        .outerjoin(Brand, Brand.id == Bond.of_id)
        .outerjoin(MakerAgreement, MakerAgreement.id == Bond.of_id)
        .where(mine, ~func.isempty(Bond.valid))
        .order_by(Bond.id.desc())
    )
    return [(b, n) for b, n in session.execute(query.limit(MOST))]


def whole_named(session: Session, words: str) -> tuple[str, UUID]:
    """What somebody wants to join: an alliance or brand by its name, a maker's agreement by its number.

    :raises NotFound: none of that name or number.
    """
    plain = words.strip()
    wanted = (
        ("alliance", select(Alliance.id).where(Alliance.name == plain)),
        ("brand", select(Brand.id).where(Brand.name == plain)),
        ("maker", select(MakerAgreement.id).where(MakerAgreement.number == (normal(plain) or ""))),
    )
    for kind, query in wanted:
        if (found := session.scalar(query)) is not None:
            return kind, found
    raise NotFound("bond.whole", "there is no alliance, brand or agreement of this name or number", field="whole")


def org_named(session: Session, words: str) -> tuple[str, UUID]:
    """Who is to join: a firm by its credit code, a brand by its name, a store by its plaque's number.

    :raises NotFound: none of that code, name or number.
    """
    plain = words.strip()
    wanted = (
        ("enterprise", select(Enterprise.id).where(Enterprise.uscc == plain.upper())),
        ("brand", select(Brand.id).where(Brand.name == plain)),
        ("store", select(Standing.store_id).where(Standing.plaque == (normal(plain) or ""))),
    )
    for kind, query in wanted:
        if (found := session.scalar(query)) is not None:
            return kind, found
    raise NotFound("bond.org", "there is no firm, brand or store of this code, name or number", field="org")


def firms_of(session: Session, orgs: Sequence[UUID]) -> Sequence[Enterprise]:
    """The firms among organisations, by name."""
    query = select(Enterprise).where(Enterprise.id.in_(orgs)).order_by(Enterprise.name)
    return session.scalars(query.limit(MOST)).all()
