"""Reads of what comes after an agreement or a closing. What a caller may see is row-level security's part."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from complaints.after_models import Outcome

MOST = 50


def outcomes(session: Session, case: UUID) -> Sequence[Outcome]:
    """The accounts of a case's agreement, the latest first."""
    return session.scalars(select(Outcome).where(Outcome.case_id == case).order_by(Outcome.id.desc()).limit(MOST)).all()
