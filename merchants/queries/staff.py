"""Reads of a firm's people, their invitations and claims. What a caller may see is row-level security's part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, Row, literal_column, select, text
from sqlalchemy.orm import Session

from merchants.models import Claim, Enterprise, Invitation
from merchants.models.staff import OPEN
from workflows.errors import NotFound
from workflows.store.sealed import sealed_place
from workflows.store.session import keys_of
from workflows.time.clock import Clock

MOST = 50
WAITING: ColumnElement[bool] = literal_column("claim.state = 'open'", Boolean)
"""As the desk's partial index says it, word for word."""

STAFF = text("SELECT account_id, login, phone_sealed, rank FROM staff_of(:org)")


@dataclass(frozen=True)
class Member:
    """Somebody who works for a firm or a store.

    :param phone: plain; pages mask it.
    """

    account: UUID
    login: str
    phone: str
    rank: str


def members(session: Session, org: UUID) -> list[Member]:
    """Who works for a firm or one store, managers first; empty for whoever does not manage it."""
    rows = session.execute(STAFF, {"org": org})
    return [Member(r.account_id, r.login or "", _phone(session, r), r.rank) for r in rows]


def _phone(session: Session, row: Row[Any]) -> str:
    place = sealed_place("account", "phone", row.account_id)
    return keys_of(session).open(place, bytes(row.phone_sealed)) if row.phone_sealed else ""


def good(clock: Clock) -> tuple[ColumnElement[bool], ...]:
    """The conditions that an invitation can still be accepted."""
    return (Invitation.used_at.is_(None), Invitation.revoked_at.is_(None), Invitation.expires_at > clock.now())


def waiting(session: Session, org: UUID, clock: Clock) -> Sequence[Invitation]:
    """Invitations of a firm or store that can still be accepted, newest first."""
    query = select(Invitation).where(Invitation.org_id == org, *good(clock)).order_by(Invitation.id.desc())
    return session.scalars(query.limit(MOST)).all()


def claim(session: Session, claim_id: UUID) -> Claim:
    """A claim by its id.

    :raises NotFound: none that this caller may see.
    """
    found = session.get(Claim, claim_id)
    if found is None:
        raise NotFound("claim.unknown", "there is no such claim, or you may not see it")
    return found


def claims_of(session: Session, account: UUID | None) -> Sequence[tuple[Claim, Enterprise]]:
    """The claims that an account made, newest first."""
    return _with_firm(session, Claim.account_id == account, newest=True)


def claims_on(session: Session, firms: Sequence[UUID], account: UUID | None) -> Sequence[tuple[Claim, Enterprise]]:
    """Claims on firms that wait for a decision, oldest first; one's own are others' to decide."""
    return _with_firm(session, Claim.enterprise_id.in_(firms), Claim.state == OPEN, Claim.account_id != account)


def claims_at(
    session: Session, bureaus: Sequence[UUID], after: UUID | None = None, limit: int = MOST
) -> Sequence[tuple[Claim, Enterprise]]:
    """Claims that wait at bureaus, oldest first; keyset-paged by id."""
    later = [Claim.id > after] if after else []
    return _with_firm(session, Claim.bureau_id.in_(bureaus), WAITING, *later, limit=limit)


def _with_firm(
    session: Session, *conditions: ColumnElement[bool], newest: bool = False, limit: int = MOST
) -> Sequence[tuple[Claim, Enterprise]]:
    query = select(Claim, Enterprise).join(Enterprise, Enterprise.id == Claim.enterprise_id).where(*conditions)
    query = query.order_by(Claim.id.desc() if newest else Claim.id).limit(min(limit, MOST + 1))
    return [(found, firm) for found, firm in session.execute(query)]
