"""A brand's one inbox over all bureaus: what waits for whom, the oldest date first; its stores and its holders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from merchants.models import Brand, Enterprise, Store
from workflows.errors import NotFound
from workflows.store.sealed import sealed_place
from workflows.store.session import keys_of

MOST = 100
FAR = date(9999, 12, 31)
KINDS = ("hearing", "mend", "draft", "waiting", "renew", "suspended", "leaving")
"""What a line asks for: be heard, mend, hand in, wait for the bureau, renew, mend one's ways, go."""

ITEMS = text(
    """
    WITH item AS (
        SELECT e.id, 'enrolment' AS kind, e.number, e.state, e.store_id,
            CASE e.state WHEN 'sent_back' THEN 'mend' WHEN 'draft' THEN 'draft' ELSE 'waiting' END AS asks,
            coalesce(e.next_due_on, CAST(:far AS date)) AS due
        FROM store s JOIN enrolment e ON e.store_id = s.id
            AND e.state IN ('draft', 'submitted', 'under_review', 'sent_back')
        WHERE s.brand_id = :brand
        UNION ALL
        SELECT st.id, 'standing', st.plaque, st.state, st.store_id,
            CASE WHEN st.removal_proposed_on IS NOT NULL THEN 'hearing' WHEN st.state = 'expiring' THEN 'renew'
                ELSE st.state END,
            CASE WHEN st.removal_proposed_on IS NOT NULL THEN st.hearing_until WHEN st.state = 'leaving'
                THEN st.leaving_on ELSE st.expires_on END
        FROM store s JOIN standing st ON st.store_id = s.id
            AND (st.state IN ('expiring', 'suspended', 'leaving')
                OR (st.state = 'in_force' AND st.removal_proposed_on IS NOT NULL))
        WHERE s.brand_id = :brand
    )
    SELECT i.id, i.kind, i.number, i.state, i.asks, i.due, s.id AS store_id, s.name AS store, s.city, s.district,
        f.name AS firm, d.id AS delegation, d.to_id, d.due_on AS own_due
    FROM item i JOIN store s ON s.id = i.store_id JOIN enterprise f ON f.id = s.enterprise_id
    LEFT JOIN delegation d ON d.case_id = i.id AND d.brand_id = :brand AND d.done_at IS NULL
    WHERE (CAST(:city AS text) IS NULL OR s.city = :city)
        AND (CAST(:district AS text) IS NULL OR s.district = :district)
        AND (CAST(:asks AS text) IS NULL OR i.asks = :asks)
        AND (CAST(:mine AS uuid) IS NULL OR d.to_id = :mine)
        AND (CAST(:case AS uuid) IS NULL OR i.id = :case)
        AND (CAST(:after_due AS date) IS NULL OR (i.due, i.id) > (CAST(:after_due AS date), CAST(:after_id AS uuid)))
    ORDER BY i.due, i.id LIMIT :most
    """
)
"""Driven by the brand's stores, of which there are thousands at most; what is not open is not read."""


@dataclass(frozen=True)
class Asked:
    """Which lines of a brand's inbox.

    :param mine: only what was handed to this account.
    :param after: the due date and id that the page before ended with.
    """

    city: str | None = None
    district: str | None = None
    asks: str | None = None
    mine: UUID | None = None
    after: tuple[date, UUID] | None = None
    case: UUID | None = None


def inbox(session: Session, brand_id: UUID, asked: Asked, limit: int = MOST) -> Sequence[Any]:
    """Open matters of a brand's stores at every bureau, the earliest date first; keyset-paged by date and id."""
    after = asked.after or (None, None)
    values: dict[str, Any] = {
        "brand": brand_id,
        "far": FAR,
        "city": asked.city,
        "district": asked.district,
        "asks": asked.asks,
        "mine": asked.mine,
        "case": asked.case,
        "after_due": after[0],
        "after_id": after[1],
        "most": min(limit, MOST + 1),
    }
    return session.execute(ITEMS, values).all()


def brand(session: Session, brand_id: UUID) -> Brand:
    """A brand by its id.

    :raises NotFound: no such brand.
    """
    found = session.get(Brand, brand_id)
    if found is None:
        raise NotFound("brand.unknown", "there is no such brand")
    return found


def of_orgs(session: Session, orgs: Sequence[UUID]) -> Sequence[Brand]:
    """The brands that the organisations are, or own."""
    query = select(Brand).where(Brand.id.in_(orgs) | Brand.owner_id.in_(orgs)).order_by(Brand.name)
    return session.scalars(query.limit(MOST)).all()


@dataclass(frozen=True)
class Holder:
    """A firm with stores under a brand; ``owner`` tells the brand's own from branches and franchisees."""

    enterprise_id: UUID
    name: str
    uscc: str | None
    stores: int
    promising: int
    owner: bool


def holders(session: Session, of: Brand) -> Sequence[Holder]:
    """The firms that have stores under a brand, branches and franchisees among them, most stores first."""
    promising = func.count(Store.plaque)
    query = (
        select(Enterprise.id, Enterprise.name, Enterprise.uscc, func.count(), promising)
        .join(Store, Store.enterprise_id == Enterprise.id)
        .where(Store.brand_id == of.id, Store.closed_on.is_(None))
        .group_by(Enterprise.id, Enterprise.name, Enterprise.uscc)
        .order_by(func.count().desc(), Enterprise.id)
    )
    return [Holder(*row, owner=row[0] == of.owner_id) for row in session.execute(query.limit(MOST * 5))]


def stores_of(session: Session, of: Brand, holder: UUID, after: UUID | None = None, limit: int = MOST) -> list[Store]:
    """A holder's stores under a brand; keyset-paged by id."""
    query = select(Store).where(Store.brand_id == of.id, Store.enterprise_id == holder, Store.closed_on.is_(None))
    query = query.where(Store.id > after) if after else query
    return list(session.scalars(query.order_by(Store.id).limit(min(limit, MOST + 1))))


@dataclass(frozen=True)
class Colleague:
    """Somebody who works for the same organisation."""

    id: UUID
    login: str
    name: str


COLLEAGUES = text("SELECT id, login, name_sealed FROM colleagues(:org)")


def colleagues(session: Session, org: UUID) -> Mapping[UUID, Colleague]:
    """Who works for an organisation; known to its own people only."""
    found = {}
    for row in session.execute(COLLEAGUES, {"org": org}):
        sealed = row.name_sealed
        name = keys_of(session).open(sealed_place("account", "name", row.id), bytes(sealed)) if sealed else ""
        found[row.id] = Colleague(row.id, row.login or "", name or row.login or "")
    return found


CHOICE = text(
    """
    SELECT st.id AS standing_id, s.id AS store_id, s.name AS store, s.city, s.district, st.plaque, st.state, st.version,
        p.terms, coalesce(st.leaving_on, st.expires_on) AS last,
        (b.owner_id = s.enterprise_id OR EXISTS (SELECT 1 FROM bond h WHERE h.kind = 'brand' AND h.of_id = b.id
            AND h.org_id = s.enterprise_id AND h.host_at IS NOT NULL AND h.org_at IS NOT NULL
            AND h.valid @> CAST(:on AS date))) AS held
    FROM store s JOIN brand b ON b.id = s.brand_id
    JOIN standing st ON st.store_id = s.id AND st.state IN ('in_force', 'expiring', 'leaving')
    JOIN promise p ON p.store_id = s.id AND p.valid @> CAST(:on AS date)
    WHERE s.brand_id = :brand AND (CAST(:ids AS uuid[]) IS NULL OR st.id = ANY (:ids))
        AND (CAST(:city AS text) IS NULL OR s.city = :city)
        AND (CAST(:district AS text) IS NULL OR s.district = :district)
    ORDER BY st.id LIMIT :most
    """
)


def promising(
    session: Session,
    brand_id: UUID,
    on: date,
    ids: Sequence[UUID] | None = None,
    *,
    city: str | None = None,
    district: str | None = None,
    most: int = 20_000,
) -> Sequence[Any]:
    """A brand's promising stores with the promise that would hold on a day, and whether their firm holds the brand."""
    values = {"brand": brand_id, "on": on, "ids": None if ids is None else list(ids), "most": most}
    return session.execute(CHOICE, values | {"city": city, "district": district}).all()
