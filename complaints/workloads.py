"""How much open work bureaus and officers have (在办、即将到期、逾期): counted once an hour, own bureaus live.

Complaints alone. ``soon``: the next date of the law lies within a declared number of working days from today; ``late``:
it lies behind. Age is in calendar days since the receipt. Overdue is a question asked of the dates, never a state.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Date, Uuid, bindparam, delete, insert, select, text
from sqlalchemy.orm import Session

from complaints.after_jobs import cities
from complaints.oversight import SETTINGS
from complaints.oversight_models import Workload
from workflows import declared
from workflows.case import calendars
from workflows.delivery.jobs import SlotClock
from workflows.people.tables import Bureau
from workflows.store.db import new_id
from workflows.store.session import DatabaseClock

SOON = SETTINGS["oversight.soon"]
FIGURES = ("open", "soon", "late", "upto_7", "upto_30", "upto_60", "older")
AGES = ("upto_7", "upto_30", "upto_60", "older")
MOST = 5000

COUNT = (
    text("SELECT * FROM workload_of(:bureaus, :today, :soon_by)")
    .bindparams(bindparam("bureaus", type_=ARRAY(Uuid())), bindparam("today", type_=Date()))
    .columns(bureau_id=Uuid(), officer_id=Uuid(), **dict.fromkeys(FIGURES, BigInteger()))
)


@dataclass(frozen=True)
class Load:
    """The open work of a bureau, or of one officer there; nobody's where there is no officer."""

    bureau: UUID
    officer: UUID | None
    open: int
    soon: int
    late: int
    upto_7: int
    upto_30: int
    upto_60: int
    older: int


def live(session: Session, bureaus: Sequence[UUID], city: str, today: date) -> list[Load]:
    """The open work of bureaus as it is now, by officer; for the caller's own bureaus, in one statement."""
    rows = session.execute(COUNT, {"bureaus": list(bureaus), "today": today, "soon_by": _soon(session, city, today)})
    return [Load(row.bureau_id, row.officer_id, *(getattr(row, name) for name in FIGURES)) for row in rows]


def _soon(session: Session, city: str, today: date) -> date:
    days = declared.value(session, SOON, city, today)
    return calendars.current(session).add_working_days(today, days)


def count(session: Session, slot: datetime) -> dict[str, int]:
    """Count the open work of every county bureau anew, in place of what stood; how many rows."""
    today, rows = SlotClock(session, slot).today(), list[dict[str, Any]]()
    now = DatabaseClock(session).now()
    for city in cities(session):
        bureaus = session.scalars(select(Bureau.id).where(Bureau.city == city, Bureau.level == "county")).all()
        rows += [_row(load, now) for load in live(session, bureaus, city, today)]
    session.execute(delete(Workload))
    if rows:
        session.execute(insert(Workload), rows)
    return {"rows": len(rows)}


def _row(load: Load, now: datetime) -> dict[str, Any]:
    figures = {name: getattr(load, name) for name in FIGURES}
    return {"id": new_id(), "bureau_id": load.bureau, "officer_id": load.officer, "counted_at": now, **figures}


def counted(session: Session, bureaus: Sequence[UUID]) -> tuple[list[Load], datetime | None]:
    """The open work of bureaus as the last hour counted it, by officer, and when that was."""
    rows = session.scalars(select(Workload).where(Workload.bureau_id.in_(bureaus)).limit(MOST)).all()
    loads = [Load(r.bureau_id, r.officer_id, *(getattr(r, name) for name in FIGURES)) for r in rows]
    return loads, max((row.counted_at for row in rows), default=None)


def together(loads: Iterable[Load]) -> dict[UUID, Load]:
    """The loads of each bureau's officers added up. Pure."""
    found: dict[UUID, Load] = {}
    for load in loads:
        known = found.get(load.bureau)
        sums = {name: getattr(load, name) + (getattr(known, name) if known else 0) for name in FIGURES}
        found[load.bureau] = replace(load, officer=None, **sums)
    return found
