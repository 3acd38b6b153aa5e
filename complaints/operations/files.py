"""Files that somebody handed in, attached to the case they belong to."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from workflows.errors import FieldError, RuleBroken
from workflows.store.evidence import Evidence


def attach(session: Session, files: tuple[UUID, ...], owner: UUID, case: UUID) -> None:
    """Attach uploaded files of the filer to the case.

    :raises RuleBroken: a file that is not there, not the filer's, or attached already.
    """
    if not files:
        return
    free = (Evidence.id.in_(files)) & (Evidence.owner_id == owner) & (Evidence.case_id.is_(None))
    found = set(session.scalars(select(Evidence.id).where(free)))
    if found != set(files):
        fault = FieldError("evidence", "unknown", "names a file that was not uploaded here, or is used already")
        raise RuleBroken("validation", "an evidence file is unknown", errors=[fault])
    session.execute(update(Evidence).where(free).values(case_id=case))
