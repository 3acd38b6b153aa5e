"""Reads of complaints and reports. What a caller may see is row-level security's part."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, text, union_all
from sqlalchemy.orm import Session, load_only

from complaints.lifecycle import CLOSED, WITHDRAWN
from complaints.models import Complaint, Evaluation, Offer, Paper, PaperService, Report
from workflows.errors import NotFound

FAR = date(9999, 12, 31)
MOST = 100
ENDED = (CLOSED, WITHDRAWN)
OPEN = text("complaint.state NOT IN ('closed', 'withdrawn')")
"""As the queue's partial index says it, word for word: a bound parameter would hide the index from the planner."""

ROW = (
    Complaint.id,
    Complaint.number,
    Complaint.state,
    Complaint.version,
    Complaint.city,
    Complaint.district,
    Complaint.category,
    Complaint.problem,
    Complaint.respondent_name,
    Complaint.amount_fen,
    Complaint.received_on,
    Complaint.next_due_on,
    Complaint.assigned_to,
)
"""What a line of the queue shows."""


def complaint(session: Session, complaint_id: UUID) -> Complaint:
    """A complaint by its id.

    :raises NotFound: none that this caller may see.
    """
    found = session.get(Complaint, complaint_id)
    if found is None:
        raise NotFound("case.unknown", "there is no such case, or you may not see it")
    return found


def report(session: Session, report_id: UUID) -> Report:
    """A report by its id.

    :raises NotFound: none that this caller may see.
    """
    found = session.get(Report, report_id)
    if found is None:
        raise NotFound("case.unknown", "there is no such case, or you may not see it")
    return found


def queue(
    session: Session,
    bureaus: Sequence[UUID],
    after: tuple[date | None, UUID] | None = None,
    district: str | None = None,
    state: str | None = None,
    limit: int = MOST,
    officer: UUID | None = None,
    unassigned: bool = False,
) -> Sequence[Complaint]:
    """Open complaints of the bureaus, what the law asks for first before the rest; keyset-paged.

    Each bureau's page is read off the queue's index and the pages are merged, so the time depends on the
    page and not on how many cases there are.

    :param after: the last one's ``(next_due_on, id)`` of the page before.
    :param officer: only those that are this officer's.
    :param unassigned: only those that are nobody's.
    """
    most = min(limit, MOST + 1)
    page = select(Complaint.id, Complaint.next_due_on).where(OPEN)
    if district:
        page = page.where(Complaint.district == district)
    if state:
        page = page.where(Complaint.state == state)
    if officer:
        page = page.where(Complaint.assigned_to == officer)
    if unassigned:
        page = page.where(Complaint.assigned_to.is_(None))
    if after:
        page = page.where(_beyond(*after))
    order = (Complaint.next_due_on, Complaint.id)
    pages = [page.where(Complaint.bureau_id == bureau).order_by(*order).limit(most).subquery() for bureau in bureaus]
    merged = union_all(*(select(p.c.id, p.c.next_due_on) for p in pages)).subquery()
    first = select(merged.c.id).order_by(merged.c.next_due_on, merged.c.id).limit(most)
    rows = select(Complaint).where(Complaint.id.in_(first)).options(load_only(*ROW)).order_by(*order)
    return session.scalars(rows).all()


def _beyond(due: date | None, last: UUID) -> ColumnElement[bool]:
    """Keyset condition; cases without an open date come last, as PostgreSQL sorts them."""
    if due is None:
        return and_(Complaint.next_due_on.is_(None), Complaint.id > last)
    return or_(
        Complaint.next_due_on > due,
        and_(Complaint.next_due_on == due, Complaint.id > last),
        Complaint.next_due_on.is_(None),
    )


def of_complainant(
    session: Session, account: UUID, after: UUID | None = None, limit: int = MOST
) -> Sequence[Complaint]:
    """A consumer's own complaints, newest first."""
    query = select(Complaint).where(Complaint.complainant_id == account)
    if after:
        query = query.where(Complaint.id < after)
    return session.scalars(query.order_by(Complaint.id.desc()).limit(min(limit, MOST + 1))).all()


def of_enterprises(
    session: Session, enterprises: Sequence[UUID], after: UUID | None = None, limit: int = MOST
) -> Sequence[Complaint]:
    """Complaints against a merchant's enterprises, newest first."""
    query = select(Complaint).where(Complaint.enterprise_id.in_(enterprises))
    if after:
        query = query.where(Complaint.id < after)
    return session.scalars(query.order_by(Complaint.id.desc()).limit(min(limit, MOST + 1))).all()


def of_store(session: Session, enterprise: UUID, store: UUID, limit: int = 10) -> Sequence[Complaint]:
    """Complaints about one store of a firm that the caller may see, newest first."""
    query = select(Complaint).where(Complaint.enterprise_id == enterprise, Complaint.store_id == store)
    query = query.options(load_only(*ROW)).order_by(Complaint.id.desc())
    return session.scalars(query.limit(min(limit, MOST))).all()


def open_by_store(session: Session, bureaus: Sequence[UUID]) -> dict[UUID, int]:
    """How many open complaints the bureaus have about each store."""
    query = select(Complaint.store_id, func.count()).where(OPEN, Complaint.bureau_id.in_(bureaus))
    counted = session.execute(query.where(Complaint.store_id.is_not(None)).group_by(Complaint.store_id))
    return {store: number for store, number in counted if store}


def reports_of(session: Session, account: UUID) -> Sequence[Report]:
    """A reporter's own reports, newest first."""
    query = select(Report).where(Report.reporter_id == account).order_by(Report.id.desc())
    return session.scalars(query.limit(MOST)).all()


def offers(session: Session, case: UUID) -> Sequence[Offer]:
    """Offers of a mediation, oldest first."""
    return session.scalars(select(Offer).where(Offer.case_id == case).order_by(Offer.made_at).limit(MOST)).all()


def papers(session: Session, case: UUID) -> Sequence[tuple[Paper, list[PaperService]]]:
    """The documents of a case with their services, newest first."""
    found = session.scalars(select(Paper).where(Paper.case_id == case).order_by(Paper.id.desc()).limit(MOST)).all()
    services = session.scalars(select(PaperService).where(PaperService.case_id == case)).all()
    return [(paper, [s for s in services if s.paper_id == paper.id]) for paper in found]


def evaluations(session: Session, case: UUID) -> Sequence[Evaluation]:
    """Ratings of a case, oldest first."""
    query = select(Evaluation).where(Evaluation.case_id == case).order_by(Evaluation.given_at)
    return session.scalars(query.limit(MOST)).all()
