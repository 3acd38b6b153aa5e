"""Reads of makers' agreements (厂商一体化): versions, shops, shares, and what binds a store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from merchants.models import Bond, MakerAgreement, MakerShare, MakerVersion
from merchants.queries.bonds import CONFIRMED
from workflows.errors import NotFound

MOST = 100


def agreement(session: Session, agreement_id: UUID) -> MakerAgreement:
    """A maker's agreement by its id.

    :raises NotFound: no such agreement.
    """
    found = session.get(MakerAgreement, agreement_id)
    if found is None:
        raise NotFound("maker.unknown", "there is no such agreement")
    return found


def of_makers(session: Session, orgs: Sequence[UUID]) -> Sequence[MakerAgreement]:
    """The agreements that these firms made, or that are about these brands."""
    mine = or_(MakerAgreement.maker_id.in_(orgs), MakerAgreement.brand_id.in_(orgs))
    return session.scalars(select(MakerAgreement).where(mine).order_by(MakerAgreement.id).limit(MOST)).all()


def versions(session: Session, agreement_id: UUID) -> Sequence[MakerVersion]:
    """Every version of an agreement, newest first."""
    query = select(MakerVersion).where(MakerVersion.agreement_id == agreement_id)
    return session.scalars(query.order_by(MakerVersion.version.desc()).limit(MOST)).all()


def version_on(session: Session, agreement_id: UUID, on: date) -> MakerVersion | None:
    """The version of an agreement that holds on a day."""
    query = select(MakerVersion).where(MakerVersion.agreement_id == agreement_id, MakerVersion.valid.contains(on))
    return session.scalar(query)


def last(session: Session, agreement_id: UUID) -> MakerVersion | None:
    """The newest version, in force or announced."""
    open_ended = func.upper_inf(MakerVersion.valid) & ~func.isempty(MakerVersion.valid)
    return session.scalar(select(MakerVersion).where(MakerVersion.agreement_id == agreement_id, open_ended))


def shares(session: Session, version_id: UUID) -> Mapping[str, Mapping[str, int]]:
    """The shares of each kind of cost by one version, in basis points by bearer; seen by whoever is bound."""
    query = select(MakerShare).where(MakerShare.version_id == version_id).order_by(MakerShare.cost)
    return {s.cost: {"maker": s.maker, "brand": s.brand, "shop": s.shop} for s in session.scalars(query)}


def binding(session: Session, store_id: UUID, on: date) -> MakerVersion | None:
    """The version of a maker's agreement that binds a store on a day; None where it has joined none."""
    joined = (
        select(MakerVersion)
        .join(Bond, Bond.of_id == MakerVersion.agreement_id)
        .where(CONFIRMED, Bond.kind == "maker", Bond.org_id == store_id)
        .where(Bond.valid.contains(on), MakerVersion.valid.contains(on))
    )
    return session.scalar(joined.limit(1))


def source(number: str, version: int) -> str:
    """What a promise's version says of where it comes from."""
    return f"maker:{number}@{version}"
