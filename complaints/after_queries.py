"""Reads of what comes after an agreement or a closing. What a caller may see is row-level security's part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Row, func, select, tuple_
from sqlalchemy.orm import Session

from complaints.after_models import Outcome, ReturnSample, ReturnVisit
from complaints.models import Complaint

MOST = 50


def outcomes(session: Session, case: UUID) -> Sequence[Outcome]:
    """The accounts of a case's agreement, the latest first."""
    return session.scalars(select(Outcome).where(Outcome.case_id == case).order_by(Outcome.id.desc()).limit(MOST)).all()


def open_visits(
    session: Session, bureaus: Sequence[UUID], after: tuple[date, UUID] | None = None, limit: int = MOST
) -> Sequence[Row[ReturnVisit, str, str]]:
    """Return visits still to make, what is due first before the rest, with the case's number and respondent.

    :param after: the last one's ``(due_on, id)`` of the page before.
    """
    query = select(ReturnVisit, Complaint.number, Complaint.respondent_name)
    query = query.join(Complaint, Complaint.id == ReturnVisit.case_id)
    query = query.where(ReturnVisit.bureau_id.in_(bureaus), ReturnVisit.result.is_(None))
    if after:
        query = query.where(tuple_(ReturnVisit.due_on, ReturnVisit.id) > after)
    return session.execute(query.order_by(ReturnVisit.due_on, ReturnVisit.id).limit(min(limit, MOST + 1))).all()


@dataclass(frozen=True)
class Progress:
    """How far a sample is: drawn, done, and of those done how many nobody answered."""

    drawn: int
    done: int
    unreached: int


def samples(session: Session, bureaus: Sequence[UUID], limit: int = 10) -> list[tuple[ReturnSample, Progress]]:
    """The latest samples of the bureaus, with how far each is."""
    query = select(ReturnSample).where(ReturnSample.bureau_id.in_(bureaus)).order_by(ReturnSample.id.desc())
    found = session.scalars(query.limit(min(limit, MOST))).all()
    done, missed = ReturnVisit.result.is_not(None), ReturnVisit.result == "unreached"
    counted = select(ReturnVisit.sample_id, func.count(), func.count().filter(done), func.count().filter(missed))
    rows = session.execute(
        counted.where(ReturnVisit.sample_id.in_([s.id for s in found])).group_by(ReturnVisit.sample_id)
    )
    known = {sample: Progress(*numbers) for sample, *numbers in rows}
    return [(sample, known.get(sample.id, Progress(0, 0, 0))) for sample in found]


def visits(session: Session, case: UUID) -> Sequence[ReturnVisit]:
    """The return visits of a case, the latest first; officers of the bureau alone see any."""
    query = select(ReturnVisit).where(ReturnVisit.case_id == case).order_by(ReturnVisit.id.desc())
    return session.scalars(query.limit(MOST)).all()
