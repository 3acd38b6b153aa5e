"""Warnings before a period ends (提醒), read off the book of clocks once an hour, each told once.

A clock warns at two declared shares of its period – counted in calendar days from its start to its due date, pauses
included – and some working days before the end. The highest that has come is told, to whoever has the case; from the
second share on to the bureau's head and the head's deputies as well. A complaint that is nobody's warns the head from
the start. A report's clock warns those alone who were given the report (art. 37). What is overdue changes no state;
letters without one warn once when they are. A date that moved warns anew: the former warning names a day that is gone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from complaints import terms
from complaints.after_jobs import cities
from complaints.oversight import EVE, FIRST, SECOND, SETTINGS
from complaints.terms import ASSIST, POLICE, TERMS
from workflows import declared
from workflows.case import calendars
from workflows.delivery.jobs import SlotClock
from workflows.delivery.notices import Notice
from workflows.store.db import new_id
from workflows.store.session import DatabaseClock
from workflows.time.calendar import Calendar
from workflows.time.deadline import deadline

MOST = 5000
"""Warnings of one kind told by one run; the next one goes on with the rest."""

LOOK_BACK = timedelta(days=7)
"""How long after its end a clock may still warn, where nobody could be warned before."""

FURTHEST = 120
"""Days back within which the first receipt is looked for whose letter is overdue."""

NAMED = (terms.ACCEPT, terms.MEDIATE, terms.NOTIFY, terms.VERIFY, terms.LEAD, terms.TELL, terms.POLICE)
"""Periods whose warnings have words of their own."""

OTHER = "other"
PREFIX = "notice.warning"

LEVEL = """CASE WHEN k.due_on <= :eve_on THEN 'eve'
    WHEN (:today ::date - k.start_on) * 100 >= :second * (k.due_on - k.start_on) THEN 'second'
    WHEN (:today ::date - k.start_on) * 100 >= :first * (k.due_on - k.start_on) THEN 'first' END"""

HEADS = """SELECT b.id AS bureau_id, report_head(b.id) AS account_id FROM bureau b WHERE b.city = :city
    UNION SELECT d.bureau_id, d.deputy_id FROM deputy d
    WHERE d.ended_at IS NULL AND :today ::date BETWEEN d.from_on AND d.until_on"""

UNTOLD = """NOT EXISTS (SELECT 1 FROM notice n WHERE n.case_id = w.case_id AND n.recipient_id = w.recipient
    AND n.channel = 'page' AND n.key LIKE 'notice.warning.%' AND n.values->>'event' = w.event)"""

OF_COMPLAINTS = text(f"""
    WITH due AS (
        SELECT k.id, k.case_id, k.term, k.due_on, c.number, c.respondent_name, c.assigned_to, c.bureau_id,
            {LEVEL} AS level
        FROM case_clock k JOIN complaint c ON c.id = k.case_id
        WHERE k.stopped_on IS NULL AND k.case_kind = 'complaint' AND k.due_on >= :earliest AND c.city = :city),
    heads AS ({HEADS}),
    w AS (
        SELECT d.*, d.assigned_to AS recipient, d.id || '|' || d.due_on || '|' || d.level AS event FROM due d
        WHERE d.level IS NOT NULL AND d.assigned_to IS NOT NULL
        UNION SELECT d.*, h.account_id, d.id || '|' || d.due_on || '|' || d.level FROM due d
        JOIN heads h ON h.bureau_id = d.bureau_id AND h.account_id IS NOT NULL
        WHERE d.level IS NOT NULL AND (d.level <> 'first' OR d.assigned_to IS NULL))
    SELECT w.case_id, w.term, w.due_on, w.number, w.respondent_name, w.level, w.recipient, w.event FROM w
    WHERE {UNTOLD} ORDER BY w.due_on, w.id, w.recipient LIMIT :most
""")  # noqa: S608 - put together of constants above

OF_REPORTS = text(f"""
    WITH due AS (
        SELECT k.id, k.case_id, k.term, k.due_on, r.number, r.respondent_name, r.officer_id, {LEVEL} AS level
        FROM case_clock k JOIN report r ON r.id = k.case_id
        WHERE k.stopped_on IS NULL AND k.case_kind = 'report' AND k.due_on >= :earliest AND r.city = :city),
    w AS (
        SELECT d.*, a.party_id AS recipient, d.id || '|' || d.due_on || '|' || d.level AS event FROM due d
        JOIN case_access a ON a.case_id = d.case_id AND a.kind = 'officer' AND a.until IS NULL AND a.writes
        JOIN account o ON o.id = a.party_id
        WHERE d.level IS NOT NULL AND (d.level <> 'first' OR d.term = :police OR a.party_id = d.officer_id))
    SELECT w.case_id, w.term, w.due_on, w.number, w.respondent_name, w.level, w.recipient, w.event FROM w
    WHERE {UNTOLD} ORDER BY w.due_on, w.id, w.recipient LIMIT :most
""")  # noqa: S608 - put together of constants above

OF_LETTERS = text(f"""
    WITH w AS (
        SELECT l.id, l.case_id, l.kind, r.number, r.respondent_name, a.party_id AS recipient, l.id || '|late' AS event
        FROM report_letter l JOIN report r ON r.id = l.case_id
        JOIN case_access a ON a.case_id = l.case_id AND a.kind = 'officer' AND a.until IS NULL AND a.writes
        JOIN account o ON o.id = a.party_id
        WHERE r.city = :city AND l.answered_on IS NULL AND (
            (l.kind = 'assist' AND l.received_on <= :overdue)
            OR (l.kind = 'police' AND l.approved AND l.sent_at IS NULL AND l.send_by < :now)))
    SELECT w.case_id, w.kind, w.number, w.respondent_name, w.recipient, w.event FROM w
    WHERE {UNTOLD} ORDER BY w.id, w.recipient LIMIT :most
""")  # noqa: S608 - put together of constants above


def warn(session: Session, slot: datetime) -> dict[str, int]:
    """Tell every warning that has come by a job's slot and was not told yet; how many of each kind."""
    today = SlotClock(session, slot).today()
    told = {"complaints": 0, "reports": 0, "letters": 0}
    for city in cities(session):
        asked = _asked(session, city, today)
        told["complaints"] += _tell(session, map(_of_clock, session.execute(OF_COMPLAINTS, asked).all()))
        told["reports"] += _tell(session, map(_of_clock, session.execute(OF_REPORTS, asked | {"police": POLICE}).all()))
        told["letters"] += _tell(session, _letters(session, city, today))
    return told


def _asked(session: Session, city: str, today: date) -> dict[str, Any]:
    held = declared.values(session, SETTINGS.values(), city, today)
    return {
        "city": city,
        "today": today,
        "earliest": today - LOOK_BACK,
        "first": held["warning.first"],
        "second": held["warning.second"],
        "eve_on": calendars.current(session).add_working_days(today, held["warning.eve"]),
        "most": MOST,
    }


def _letters(session: Session, city: str, today: date) -> Iterator[dict[str, Any]]:
    overdue = last_overdue(calendars.current(session), today)
    asked = {"city": city, "overdue": overdue, "now": DatabaseClock(session).now(), "most": MOST}
    for row in session.execute(OF_LETTERS, asked):
        yield _notice(row, f"{PREFIX}.letter_{row.kind}", {})


def last_overdue(calendar: Calendar, today: date) -> date:
    """The latest day of receipt from which a request for help is overdue today (PEN 45: fifteen working days).

    Asked of the rule itself, day by day backwards, so that one comparison serves all letters.
    """
    days = (today - timedelta(days=back) for back in range(FURTHEST))
    return next(day for day in days if _help_due(calendar, day) < today)


def _help_due(calendar: Calendar, received: date) -> date:
    return deadline(TERMS.find(ASSIST, received), calendar, received).due_on or date.max


def _of_clock(row: Any) -> dict[str, Any]:
    term = row.term if row.term in NAMED else OTHER
    level = {FIRST: "share", SECOND: "share", EVE: "eve"}[row.level]
    return _notice(row, f"{PREFIX}.{level}.{term}", {"due": row.due_on.isoformat(), "level": row.level})


def _notice(row: Any, key: str, more: Mapping[str, str]) -> dict[str, Any]:
    values = {"event": row.event, "number": row.number, "respondent": row.respondent_name, **more}
    return {"id": new_id(), "case_id": row.case_id, "recipient_id": row.recipient, "key": key, "values": values}


def _tell(session: Session, found: Iterator[dict[str, Any]]) -> int:
    """Show the warnings to their recipients; what somebody told meanwhile is not told twice."""
    now = DatabaseClock(session).now()
    shown = {"channel": "page", "created_at": now, "served_at": now, "proof": {"shown": True}}
    rows: Sequence[dict[str, Any]] = [row | shown for row in found]
    if rows:
        session.execute(insert(Notice).on_conflict_do_nothing(), rows)
    return len(rows)
