"""What the days bring after an agreement: silence that has lasted long enough is written down as what it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from complaints.after_models import Outcome, Question
from complaints.models import Complaint
from complaints.operations import asking, decide, outcomes, visits
from complaints.outcome import SETTINGS, asks_for_visit
from workflows import declared
from workflows.case.tables import CaseEvent
from workflows.delivery import notices
from workflows.delivery.jobs import SlotClock
from workflows.delivery.outbox import Handler
from workflows.delivery.tables import Message
from workflows.people.tables import Bureau
from workflows.store.session import DatabaseClock

MOST = 500
"""Cases moved by one step of one run; the next run goes on with the rest."""

LOOK_BACK = timedelta(days=14)
"""How long after its day a question is still asked, where nobody could ask on the day itself."""

REACHING = ("sms", "email")
"""Channels that a link is sent by: a page needs none."""

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

UNASKED = text("""
    SELECT c.id, e.seq FROM complaint c CROSS JOIN LATERAL (
        SELECT max(seq) AS seq FROM case_event WHERE case_id = c.id AND event = 'close') e
    WHERE c.closed_on BETWEEN :first AND :last AND c.settled_on IS NOT NULL AND c.city = :city AND e.seq IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM question q WHERE q.case_id = c.id AND q.kind = 'kept')
    ORDER BY c.closed_on, c.id LIMIT :most
""")


def day_goes_by(session: Session, slot: datetime) -> dict[str, int]:
    """What the days bring: silence is written down, and weeks later consumers are asked whether promises were kept.

    It may run again at any time: only what still waits is looked at.
    """
    clock, found = SlotClock(session, slot), cities(session)
    return {
        "silent": sum(_silent(session, city, clock) for city in found),
        "asked": sum(_ask_kept(session, city, clock) for city in found),
    }


def invite(session: Session, message: Message) -> None:
    """Ask the complainant of a closed case to rate how it was handled: by a link, sent with the news of the closing."""
    complaint = session.get_one(Complaint, message.case_id)
    question = asking.ask(session, complaint, "rate", message.payload["event"], clock=DatabaseClock(session))
    if question is not None:
        _send(session, complaint, question, "notice.complaint.close.rate")


def _ask_kept(session: Session, city: str, clock: SlotClock) -> int:
    """Ask about agreements that were closed the declared days ago, or since then, whether they were kept."""
    today = clock.today()
    last = today - timedelta(days=setting(session, "question.kept", city, today))
    asked = {"city": city, "first": last - LOOK_BACK, "last": last, "most": MOST}
    rows = session.execute(UNASKED, asked).all()
    for row in rows:
        complaint = session.get_one(Complaint, row.id)
        question = asking.ask(session, complaint, "kept", row.seq, clock=clock)
        if question is not None:
            _send(session, complaint, question, "notice.complaint.ask_kept.link")
            values = {"number": complaint.number, "event": question.seq}
            notices.tell(session, complaint, complaint.complainant_id, "notice.complaint.ask_kept.page", values)
    return len(rows)


def _send(session: Session, complaint: Complaint, question: Question, key: str) -> None:
    """Send a question by its link; the notice names the question, and its address is written with the message."""
    values = {"number": complaint.number, "event": question.seq, "link": str(question.id)}
    reached = notices.reachable(session, complaint.complainant_id, REACHING)
    notices.tell(session, complaint, complaint.complainant_id, key, values, reached)


def visit_again(session: Session, message: Message) -> None:
    """Open a return visit where an event asks for one: an unhappy rating, a denial, a broken promise."""
    key = (message.case_id, message.payload["event"])
    event = session.get_one(CaseEvent, key)
    reason = asks_for_visit(event.event, json.loads(event.body)["facts"])
    if reason is not None:
        complaint = session.get_one(Complaint, message.case_id)
        visits.open_visit(session, complaint, reason, event.seq, clock=DatabaseClock(session))


def handlers() -> Mapping[str, tuple[Handler, ...]]:
    """What follows, besides the telling, from events after an agreement."""
    again = dict.fromkeys(("complaint.deny", "complaint.evaluate", "complaint.answer_kept"), (visit_again,))
    return {"complaint.close": (invite,), **again}


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
