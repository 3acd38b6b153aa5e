"""What a firm's complaints add up to, for the firm itself: numerators and denominators, never a bare rate."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from complaints.models import Complaint, Evaluation

SATISFIED = 4
"""A rating of four or five of five counts as satisfied, as in the city's own figures."""


def of_firm(session: Session, enterprise: UUID, since: date) -> Mapping[str, tuple[int, int]]:
    """Shares about a firm's complaints received since a day, each as (numerator, denominator).

    - ``accepted``: accepted, of those decided (Order 121 art. 14-16).
    - ``settled``: ended with an agreement, of those whose mediation ended.
    - ``satisfied``: rated four or five, of those rated.

    Reports (举报) are no part of it: a firm never learns of one.
    """
    decided = Complaint.accepted_on.is_not(None) | Complaint.decline_ground.is_not(None)
    settled, terminated = Complaint.settled_on.is_not(None), Complaint.terminated_on.is_not(None)
    mine = and_(Complaint.enterprise_id == enterprise, Complaint.received_on >= since)
    counts = session.execute(
        select(
            func.count().filter(Complaint.accepted_on.is_not(None)),
            func.count().filter(decided),
            func.count().filter(settled),
            func.count().filter(settled | terminated),
        ).where(mine)
    ).one()
    rated = (
        select(func.count().filter(Evaluation.score >= SATISFIED), func.count())
        .join(Complaint, Complaint.id == Evaluation.case_id)
        .where(mine)
    )
    satisfied = session.execute(rated).one()
    return {
        "accepted": (counts[0], counts[1]),
        "settled": (counts[2], counts[3]),
        "satisfied": (satisfied[0], satisfied[1]),
    }
