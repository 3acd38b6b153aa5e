"""Reads of the desk: colleagues, who is away, who has how much, how much waits; every read is limited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, LargeBinary, Text, Uuid, func, literal, select, text, union_all
from sqlalchemy.orm import Session

from complaints.desk import Absence, SavedFilter
from complaints.models import Complaint
from complaints.queries import OPEN
from complaints.sharing import Away
from workflows.people.tables import Account
from workflows.store.sealed import sealed_place
from workflows.store.session import keys_of

MOST_COLLEAGUES = 200
MOST_AWAY = 200
MOST_LOAD = 1000
MOST_FILTERS = 20
SHOWN = 99
"""Counts are shown up to this number, and as ``99+`` beyond: nothing is counted any further."""

OFFICERS = text("SELECT account_id, bureau_id, login, name_sealed FROM bureau_officers()").columns(
    account_id=Uuid(), bureau_id=Uuid(), login=Text(), name_sealed=LargeBinary()
)


@dataclass(frozen=True)
class Colleague:
    """An officer of a bureau whose work the caller sees."""

    id: UUID
    bureau: UUID
    name: str


def colleagues(session: Session, bureau: UUID | None = None) -> list[Colleague]:
    """Officers of the caller's bureaus, or of one of them, by name."""
    rows = session.execute(OFFICERS).all()
    found = [Colleague(r.account_id, r.bureau_id, _name(session, r)) for r in rows if bureau in (None, r.bureau_id)]
    return sorted(found, key=lambda c: (c.name, c.id.int))


def _name(session: Session, row: object) -> str:
    account, login, sealed = row.account_id, row.login, row.name_sealed  # type: ignore[attr-defined]
    if sealed is not None:
        return keys_of(session).open(sealed_place(Account.__tablename__, "name", account), bytes(sealed))
    return login or f"…{str(account)[-6:]}"


def away(session: Session, bureaus: Sequence[UUID], today: date) -> Sequence[Absence]:
    """Absences of bureaus that are or will be, the nearest first."""
    running = (Absence.bureau_id.in_(bureaus), Absence.until_on >= today, Absence.ended_at.is_(None))
    return session.scalars(select(Absence).where(*running).order_by(Absence.from_on, Absence.id).limit(MOST_AWAY)).all()


def as_away(absences: Sequence[Absence]) -> list[Away]:
    """Absences as sharing reads them."""
    return [Away(a.account_id, a.from_on, a.until_on) for a in absences]


def loads(session: Session, officers: Sequence[UUID]) -> dict[UUID, int]:
    """How many open cases each officer has, counted to a thousand."""
    if not officers:
        return {}
    parts = [select(literal(o, Uuid()), _bounded(Complaint.assigned_to == o, most=MOST_LOAD)) for o in officers]
    rows: Sequence[tuple[UUID, int]] = session.execute(union_all(*parts)).all()
    return dict(rows)


def waiting(session: Session, bureaus: Sequence[UUID], officer: UUID | None) -> dict[str, int]:
    """How many open cases there are in all, an officer's and nobody's, each counted to a hundred; one statement."""
    own = Complaint.bureau_id.in_(bureaus)
    counts = (
        _bounded(own),
        _bounded(own, Complaint.assigned_to == officer),
        _bounded(own, Complaint.assigned_to.is_(None)),
    )
    return dict(zip(("all", "mine", "unassigned"), session.execute(select(*counts)).one(), strict=True))


def _bounded(*conditions: ColumnElement[bool], most: int = SHOWN + 1) -> ColumnElement[int]:
    some = select(Complaint.id).where(OPEN, *conditions).limit(most).subquery()
    return select(func.count()).select_from(some).scalar_subquery()


def filters(session: Session, account: UUID) -> Sequence[SavedFilter]:
    """An officer's filters, by name."""
    query = select(SavedFilter).where(SavedFilter.account_id == account).order_by(SavedFilter.name)
    return session.scalars(query.limit(MOST_FILTERS)).all()
