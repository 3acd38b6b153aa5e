"""Reads of applications, and what the automatic checks look at. What a caller may see is row-level security's part."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select, text, union_all
from sqlalchemy.orm import Session

from merchants.drafts import Listing, Removal, ReviewFacts
from merchants.models import Contact, Enrolment, Enterprise, Store
from workflows.errors import NotFound
from workflows.people import directory
from workflows.people.places import Place, district_of

MOST = 100
WAITING = text("enrolment.state IN ('submitted', 'under_review')")
GREEN = text("enrolment.green")
"""As the queue's partial indexes say it, word for word."""

FACTS = text(
    """
    SELECT s.district, s.address, s.lon, s.lat, e.uscc,
        (SELECT count(*) FROM store o WHERE o.enterprise_id = s.enterprise_id AND o.id <> s.id
            AND o.address_key = s.address_key AND o.name = s.name AND o.closed_on IS NULL
            AND (o.plaque IS NOT NULL OR EXISTS (SELECT 1 FROM enrolment n WHERE n.store_id = o.id
                AND n.state IN ('draft', 'submitted', 'under_review', 'sent_back')))) AS same_store,
        CASE WHEN s.parent_id IS NULL AND s.kind NOT IN ('mall', 'circle') THEN
            (SELECT count(DISTINCT o.enterprise_id) FROM store o WHERE o.address_key = s.address_key
                AND o.enterprise_id <> s.enterprise_id AND o.plaque IS NOT NULL) ELSE 0 END AS same_address,
        (SELECT count(DISTINCT other.enterprise_id) FROM contact mine JOIN contact other
            ON other.phone_index = mine.phone_index AND other.enterprise_id <> mine.enterprise_id
            WHERE mine.enterprise_id = s.enterprise_id) AS same_phone,
        (SELECT array_agg(o.name ORDER BY o.name) FROM (SELECT name FROM enterprise o
            WHERE o.spelling = e.spelling AND o.id <> e.id LIMIT 5) o) AS other_names,
        (SELECT jsonb_agg(jsonb_build_array(r.ended_on, r.reentry_from)) FROM standing r
            JOIN store rs ON rs.id = r.store_id
            WHERE r.state = 'removed' AND (r.store_id = s.id
                OR (r.enterprise_id = s.enterprise_id AND rs.address_key = s.address_key))) AS removals,
        (SELECT jsonb_agg(jsonb_build_array(l.id, l.kind, l.source, l.number, l.edition, l.since)
            ORDER BY l.since, l.id) FROM list_entry l WHERE l.uscc = e.uscc AND l.stopped_on IS NULL
            AND l.since <= :today
            AND (l.until IS NULL OR l.until >= :today)) AS listings,
        (SELECT count(*) FROM visit v WHERE v.store_id = s.id AND v.result IN ('mend', 'fail')
            AND NOT EXISTS (SELECT 1 FROM visit p WHERE p.store_id = s.id AND p.result = 'pass'
                AND (p.visited_on, p.id) > (v.visited_on, v.id))) AS failed_visits
    FROM store s JOIN enterprise e ON e.id = s.enterprise_id WHERE s.id = :store
    """
)


def enrolment(session: Session, enrolment_id: UUID) -> Enrolment:
    """An application by its id.

    :raises NotFound: none that this caller may see.
    """
    found = session.get(Enrolment, enrolment_id)
    if found is None:
        raise NotFound("enrolment.unknown", "there is no such application, or you may not see it")
    return found


def store_of(session: Session, case: Enrolment) -> tuple[Store, Enterprise]:
    """The store and the firm of an application."""
    query = select(Store, Enterprise).join(Enterprise, Enterprise.id == Store.enterprise_id)
    row = session.execute(query.where(Store.id == case.store_id)).one()
    return row[0], row[1]


def queue(
    session: Session,
    bureaus: Sequence[UUID],
    after: tuple[date, UUID] | None = None,
    *,
    green: bool = False,
    district: str | None = None,
    limit: int = MOST,
) -> Sequence[tuple[Enrolment, Store, Enterprise]]:
    """Applications waiting for a decision, the one promised first before the rest; keyset-paged.

    Each bureau's page is read off the queue's index and the pages are merged.

    :param green: only those whose every automatic check is in order.
    """
    most = min(limit, MOST + 1)
    page = select(Enrolment.id, Enrolment.next_due_on).where(WAITING)
    page = page.where(GREEN) if green else page
    page = page.where(Enrolment.district == district) if district else page
    if after:
        due, last = after
        page = page.where(or_(Enrolment.next_due_on > due, and_(Enrolment.next_due_on == due, Enrolment.id > last)))
    order = (Enrolment.next_due_on, Enrolment.id)
    pages = [page.where(Enrolment.bureau_id == b).order_by(*order).limit(most).subquery() for b in bureaus]
    merged = union_all(*(select(p.c.id, p.c.next_due_on) for p in pages)).subquery()
    first = select(merged.c.id).order_by(merged.c.next_due_on, merged.c.id).limit(most)
    rows = (
        select(Enrolment, Store, Enterprise)
        .join(Store, Store.id == Enrolment.store_id)
        .join(Enterprise, Enterprise.id == Enrolment.enterprise_id)
        .where(Enrolment.id.in_(first))
        .order_by(*order)
    )
    return [(e, s, f) for e, s, f in session.execute(rows)]


def of_parties(
    session: Session, parties: Sequence[UUID], after: UUID | None = None, limit: int = MOST
) -> Sequence[tuple[Enrolment, Store]]:
    """Applications of firms, brands' or single stores' people, newest first; keyset-paged by id."""
    mine = or_(Store.enterprise_id.in_(parties), Store.brand_id.in_(parties), Store.id.in_(parties))
    query = select(Enrolment, Store).join(Store, Store.id == Enrolment.store_id).where(mine)
    if after:
        query = query.where(Enrolment.id < after)
    return [(e, s) for e, s in session.execute(query.order_by(Enrolment.id.desc()).limit(min(limit, MOST + 1)))]


def open_of(session: Session, store_id: UUID) -> Enrolment | None:
    """The store's application that is not ended, if there is one."""
    states = ("draft", "submitted", "under_review", "sent_back")
    return session.scalar(select(Enrolment).where(Enrolment.store_id == store_id, Enrolment.state.in_(states)))


def last_of(session: Session, store_id: UUID) -> Enrolment | None:
    """The store's newest application."""
    query = select(Enrolment).where(Enrolment.store_id == store_id).order_by(Enrolment.id.desc())
    return session.scalar(query.limit(1))


def review_facts(session: Session, case: Enrolment, today: date) -> ReviewFacts:
    """What the automatic checks of an application look at, in one statement; of lists, what is in force today."""
    row = session.execute(FACTS, {"store": case.store_id, "today": today}).one()
    places = [Place(r.code, r.name, r.city) for r in directory.regions(session)]
    named = district_of(row.address, places)
    return ReviewFacts(
        uscc=row.uscc,
        district=row.district,
        district_named=named.code if named else None,
        point=None if row.lon is None else (float(row.lon), float(row.lat)),
        same_store=row.same_store,
        same_address=row.same_address,
        same_phone=row.same_phone,
        other_names=tuple(row.other_names or ()),
        removals=tuple(_removal(pair) for pair in row.removals or ()),
        licence_expires_on=case.licence_expires_on,
        licence_photo=case.licence_file is not None,
        shop_photo=case.shop_file is not None,
        listings=tuple(_listing(entry) for entry in row.listings or ()),
        failed_visits=row.failed_visits,
    )


def _listing(entry: Any) -> Listing:
    found, kind, source, number, edition, since = entry
    return Listing(UUID(found), kind, source, number, edition, date.fromisoformat(since))


def _removal(pair: Any) -> Removal:
    return Removal(date.fromisoformat(pair[0]), date.fromisoformat(pair[1]))


def named(session: Session, ids: Sequence[UUID]) -> Sequence[tuple[Enrolment, Store]]:
    """The named applications that the caller may see, with their stores, oldest first."""
    query = select(Enrolment, Store).join(Store, Store.id == Enrolment.store_id).where(Enrolment.id.in_(ids[:MOST]))
    return [(case, store) for case, store in session.execute(query.order_by(Enrolment.id))]


def contact_of(session: Session, org: UUID) -> Contact | None:
    """How a firm or a store is reached, where the caller may know."""
    return session.scalar(select(Contact).where(Contact.org_id == org))
