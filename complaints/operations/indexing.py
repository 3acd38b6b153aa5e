"""What complaints are found by: pairs of characters, and blind indexes of phone and address.

A filing computes them at once; cases from before are filled in by a job, some at a time, without holding anybody up.
They are projections of what the row says: no state, no version and no journal moves with them.
"""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, undefer

from complaints.models import Complaint
from workflows.store.db import Base
from workflows.store.sealed import index, unseal
from workflows.store.search import grams

MOST_KEYS = 4000
"""A story has at most 3,000 characters, and as many pairs; names and places come on top."""

AT_ONCE = 4000
INDEXED = ("phone", "address")


def keys(complaint: Complaint) -> list[str]:
    """The pairs of characters of number, respondent, place and story."""
    texts = (complaint.number, complaint.respondent_name, complaint.place, complaint.narrative)
    return grams(*texts, most=MOST_KEYS)


def fill(session: Session, most: int = AT_ONCE) -> int:
    """Index cases that are not yet; how many. Two workers at once take different ones."""
    query = select(Complaint).where(Complaint.grams.is_(None)).order_by(Complaint.id).limit(most)
    found = session.scalars(query.options(undefer(Complaint.grams)).with_for_update(skip_locked=True)).all()
    rows = [_row(session, complaint) for complaint in found]
    if rows:
        table = Base.metadata.tables[Complaint.__tablename__]
        session.connection().execute(table.update().where(table.c.id == bindparam("of_case")), rows)
    return len(rows)


def _row(session: Session, complaint: Complaint) -> dict[str, object]:
    blind = {f"{f}_index": index(session, "complaint", f, unseal(session, complaint, f) or "") for f in INDEXED}
    return {"of_case": complaint.id, "grams": keys(complaint), **blind}
