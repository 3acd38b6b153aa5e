"""Reads of reports for their officers. What a caller may see is row-level security's part."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, load_only

from complaints.lifecycle import RECEIVED
from complaints.report_models import Report, ReportExtension, ReportLetter

MOST = 100
ROW = (
    Report.id,
    Report.number,
    Report.state,
    Report.version,
    Report.district,
    Report.respondent_name,
    Report.source,
    Report.received_on,
    Report.next_due_on,
)
"""What a line of the queue shows; nothing of the reporter."""


def queue(
    session: Session, officer: UUID, after: tuple[date | None, UUID] | None = None, limit: int = MOST
) -> Sequence[Report]:
    """The reports that an officer verifies, what the law asks for first before the rest; keyset-paged.

    :param after: the last one's ``(next_due_on, id)`` of the page before.
    """
    query = select(Report).where(Report.officer_id == officer, Report.state == RECEIVED)
    if after:
        query = query.where(_beyond(*after))
    query = query.options(load_only(*ROW)).order_by(Report.next_due_on, Report.id)
    return session.scalars(query.limit(min(limit, MOST + 1))).all()


def decided(
    session: Session, officer: UUID, state: str, after: UUID | None = None, limit: int = MOST
) -> Sequence[Report]:
    """An officer's reports in a state that ended the verification, newest first."""
    query = select(Report).where(Report.officer_id == officer, Report.state == state)
    if after:
        query = query.where(Report.id < after)
    query = query.options(load_only(*ROW)).order_by(Report.id.desc())
    return session.scalars(query.limit(min(limit, MOST + 1))).all()


def _beyond(due: date | None, last: UUID) -> ColumnElement[bool]:
    """Keyset condition; reports without an open date come last, as PostgreSQL sorts them."""
    if due is None:
        return and_(Report.next_due_on.is_(None), Report.id > last)
    tie = and_(Report.next_due_on == due, Report.id > last)
    return or_(Report.next_due_on > due, tie, Report.next_due_on.is_(None))


def to_decide(session: Session) -> Sequence[Report]:
    """The reports on which a head's decision is waited for, as far as the caller sees them, most urgent first."""
    open_extensions = select(ReportExtension.case_id).where(ReportExtension.decided_on.is_(None))
    open_letters = select(ReportLetter.case_id).where(ReportLetter.kind == "police", ReportLetter.decided_on.is_(None))
    query = select(Report).where(Report.id.in_(open_extensions.union_all(open_letters)))
    return session.scalars(query.options(load_only(*ROW)).order_by(Report.next_due_on, Report.id).limit(MOST)).all()


def letters(session: Session, report: UUID) -> Sequence[ReportLetter]:
    """The letters of a report, oldest first."""
    query = select(ReportLetter).where(ReportLetter.case_id == report).order_by(ReportLetter.id)
    return session.scalars(query.limit(MOST)).all()
