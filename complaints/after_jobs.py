"""What the days bring after an agreement: silence that has lasted long enough is written down as what it is."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from complaints.after_models import Outcome
from complaints.operations import decide, outcomes
from complaints.outcome import SETTINGS
from workflows import declared
from workflows.delivery.jobs import SlotClock
from workflows.people.tables import Bureau

MOST = 500
"""Cases moved by one step of one run; the next run goes on with the rest."""

ASKED = "notice.complaint.perform.complainant"
"""The notice that asks the consumer. Only one that reached out – served by message, not merely shown – counts."""

UNANSWERED = text("""
    SELECT o.id, o.case_id, n.id AS notice, (n.served_at AT TIME ZONE 'Asia/Shanghai')::date AS noticed_on
    FROM outcome o JOIN complaint c ON c.id = o.case_id CROSS JOIN LATERAL (
        SELECT id, served_at FROM notice WHERE notice.case_id = o.case_id AND recipient_id = c.complainant_id
        AND key = :asked AND channel <> 'page' AND served_at IS NOT NULL AND values->>'event' = o.seq::text
        ORDER BY served_at LIMIT 1) n
    WHERE o.kind IS NULL AND o.recorded_on < :today ::date - :days AND c.city = :city
      AND (n.served_at AT TIME ZONE 'Asia/Shanghai')::date < :today ::date - :days
    ORDER BY o.recorded_on, o.id LIMIT :most
""")


def day_goes_by(session: Session, slot: datetime) -> dict[str, int]:
    """Write down as silent what was asked and not answered within the declared days; done up to the slot's day.

    It may run again at any time: only what still waits for an answer is looked at.
    """
    clock = SlotClock(session, slot)
    return {"silent": sum(_silent(session, city, clock) for city in cities(session))}


def cities(session: Session) -> list[str]:
    """The cities that have county bureaus: each may have decided its settings for itself."""
    query = select(Bureau.city).where(Bureau.level == "county").distinct().order_by(Bureau.city)
    return list(session.scalars(query))


def setting(session: Session, code: str, city: str, on: date) -> int:
    """A declared setting as it holds in a city on a day."""
    return declared.value(session, SETTINGS[code], city, on)


def _silent(session: Session, city: str, clock: SlotClock) -> int:
    today = clock.today()
    asked: dict[str, Any] = {"asked": ASKED, "today": today, "city": city, "most": MOST}
    rows = session.execute(UNANSWERED, asked | {"days": setting(session, "outcome.silence", city, today)}).all()
    for row in rows:
        complaint = decide.find(session, row.case_id)
        found = session.get_one(Outcome, row.id, populate_existing=True)
        if found.kind is None:
            outcomes.silence(session, complaint, found, row.notice, row.noticed_on, clock=clock)
    return len(rows)
