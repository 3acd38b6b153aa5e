"""Reads of intake: the complaints that somebody takes part in without being the complainant."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, union
from sqlalchemy.orm import Session, load_only

from complaints.intake_models import CoComplainant, ComplaintAgent
from complaints.models import Complaint
from complaints.queries import ROW

MOST = 50


def taking_part(session: Session, account: UUID) -> Sequence[Complaint]:
    """Complaints in which an account is an agent or one of several persons, newest first; not its own."""
    kinds = (ComplaintAgent, CoComplainant)
    parts = [
        select(kind.case_id).where(kind.account_id == account).order_by(kind.case_id.desc()).limit(MOST)
        for kind in kinds
    ]
    cases = union(*(select(part.subquery().c.case_id) for part in parts)).subquery()
    query = select(Complaint).where(Complaint.id.in_(select(cases.c.case_id)), Complaint.complainant_id != account)
    return session.scalars(query.options(load_only(*ROW)).order_by(Complaint.id.desc()).limit(MOST)).all()
