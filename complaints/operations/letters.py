"""Letters of a report with their receipts: transfers to the police (移送公安) and requests for help (协助调查函)."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from complaints.operations import deputies
from complaints.operations.reports import check_note, head_of, need
from complaints.report_models import Report, ReportLetter
from complaints.terms import HAND_OVER, POLICE, TERMS
from workflows.case import casework
from workflows.case.casework import ClockStart, ClockStop, Party, Step
from workflows.errors import NotFound, RuleBroken
from workflows.people.actor import Actor
from workflows.time.clock import Clock, shanghai_date

TO = 200


def police_propose(session: Session, report: Report, to: str, reason: str, *, actor: Actor, clock: Clock) -> None:
    """Report to the bureau's head that the police should have it (提请移送, O121 42, CRIM 5): three days to decide.

    :param to: the police body.
    :raises RuleBroken: nobody named, no reason, or the head has one before him already.
    """
    check_note(report, "police_propose")
    _check_to(to)
    need("reason", reason)
    if waiting(session, report) is not None:
        raise RuleBroken("letter.asked", "a transfer waits for the head's decision already")
    head, today = head_of(session, report), clock.today()
    row = _row(session, report, "police", to, actor, clock)
    step = Step(
        facts={"letter": str(row.id), "head": str(head)},
        words={"to": to.strip(), "reason": reason.strip()},
        clocks=[ClockStart(TERMS.find(POLICE, today), today, report.received_on)],
    )
    casework.note(session, report, "police_propose", actor=actor, clock=clock, step=step)
    casework.share(session, report, Party(head, "officer", "head of the bureau"))
    deputies.share(session, report, actor=actor, clock=clock)


def police_approve(session: Session, report: Report, *, actor: Actor, clock: Clock) -> None:
    """The head, or a deputy, approves the transfer; it is handed over within 24 hours (批准移送, CRIM 5).

    :raises Refused: not by a head or deputy, or by whoever asked.
    :raises RuleBroken: no transfer waits.
    """
    row, behalf = _decide(session, report, "police_approve", actor, clock)
    row.decided_by, row.decided_on, row.approved = actor.account, clock.today(), True
    row.send_by = clock.now() + timedelta(hours=HAND_OVER.amount)
    facts = {"letter": str(row.id), "send_by": row.send_by.isoformat(), **behalf}
    step = Step(facts=facts, clocks=[ClockStop(POLICE, clock.today())])
    casework.note(session, report, "police_approve", actor=actor, clock=clock, step=step)


def police_refuse(session: Session, report: Report, reason: str, *, actor: Actor, clock: Clock) -> None:
    """The head refuses the transfer; the reason is kept, as the rule asks (不予批准的理由记录在案, CRIM 5).

    :raises Refused: not by a head, or by whoever asked.
    :raises RuleBroken: no transfer waits, or no reason.
    """
    need("reason", reason)
    row, behalf = _decide(session, report, "police_refuse", actor, clock)
    row.decided_by, row.decided_on, row.approved = actor.account, clock.today(), False
    facts = {"letter": str(row.id), **behalf}
    step = Step(facts=facts, words={"reason": reason.strip()}, clocks=[ClockStop(POLICE, clock.today())])
    casework.note(session, report, "police_refuse", actor=actor, clock=clock, step=step)


def assist_send(session: Session, report: Report, to: str, reason: str, *, actor: Actor, clock: Clock) -> None:
    """Send a request for help to another bureau (协助调查函, PEN 45): fifteen working days from its receipt.

    :param to: the bureau asked.
    :param reason: what it is asked.
    :raises RuleBroken: nobody named, or nothing asked.
    """
    check_note(report, "assist_send")
    _check_to(to)
    need("reason", reason)
    row = _row(session, report, "assist", to, actor, clock)
    row.sent_at = clock.now()
    step = Step(facts={"letter": str(row.id)}, words={"to": to.strip(), "reason": reason.strip()})
    casework.note(session, report, "assist_send", actor=actor, clock=clock, step=step)


def letter_sent(session: Session, report: Report, letter: UUID, *, actor: Actor, clock: Clock) -> None:
    """Record that an approved transfer was handed over (移送), now; late is late.

    :raises RuleBroken: it is not approved, or sent already.
    """
    check_note(report, "letter_sent")
    row = of_report(session, report, letter)
    if not row.approved or row.sent_at is not None:
        raise RuleBroken("letter.sent", "the letter is not approved, or was sent already", field="letter")
    row.sent_at = clock.now()
    late = row.send_by is not None and row.sent_at > row.send_by
    facts = {"letter": str(row.id), "late": late}
    casework.note(session, report, "letter_sent", actor=actor, clock=clock, step=Step(facts=facts))


def letter_received(
    session: Session, report: Report, letter: UUID, on: date | None = None, *, actor: Actor, clock: Clock
) -> None:
    """Record the receipt of a letter (签收); a request's fifteen working days run from then.

    :raises RuleBroken: it was not sent, received already, or a day outside.
    """
    check_note(report, "letter_received")
    row, day = of_report(session, report, letter), on or clock.today()
    if row.sent_at is None or row.received_on is not None:
        raise RuleBroken("letter.received", "the letter was not sent yet, or its receipt is known", field="letter")
    _check_day(shanghai_date(row.sent_at), day, clock)
    row.received_on = day
    facts = {"letter": str(row.id), "on": str(day)}
    casework.note(session, report, "letter_received", actor=actor, clock=clock, step=Step(facts=facts))


def letter_answered(
    session: Session, report: Report, letter: UUID, reason: str, on: date | None = None, *, actor: Actor, clock: Clock
) -> None:
    """Record the answer to a letter (复函), in words what it says.

    :raises RuleBroken: its receipt is not known, answered already, nothing said, or a day outside.
    """
    check_note(report, "letter_answered")
    need("reason", reason)
    row, day = of_report(session, report, letter), on or clock.today()
    if row.received_on is None or row.answered_on is not None:
        raise RuleBroken("letter.answered", "its receipt is not recorded, or it is answered", field="letter")
    _check_day(row.received_on, day, clock)
    row.answered_on = day
    step = Step(facts={"letter": str(row.id), "on": str(day)}, words={"reason": reason.strip()})
    casework.note(session, report, "letter_answered", actor=actor, clock=clock, step=step)


def waiting(session: Session, report: Report) -> ReportLetter | None:
    """The transfer that waits for the head's decision."""
    query = select(ReportLetter).where(ReportLetter.case_id == report.id, ReportLetter.kind == "police")
    return session.scalar(query.where(ReportLetter.decided_on.is_(None)))


def of_report(session: Session, report: Report, letter: UUID) -> ReportLetter:
    """A letter of a report.

    :raises NotFound: it has no such letter.
    """
    row = session.get(ReportLetter, letter)
    if row is None or row.case_id != report.id:
        raise NotFound("letter.unknown", "the report has no such letter", field="letter")
    return row


def _row(session: Session, report: Report, kind: str, to: str, actor: Actor, clock: Clock) -> ReportLetter:
    row = ReportLetter(case_id=report.id, kind=kind, to_name=to.strip(), asked_by=actor.account, asked_on=clock.today())
    session.add(row)
    return row


def _decide(
    session: Session, report: Report, verb: str, actor: Actor, clock: Clock
) -> tuple[ReportLetter, dict[str, str]]:
    check_note(report, verb)
    row = waiting(session, report)
    if row is None:
        raise RuleBroken("letter.none", "no transfer waits for a decision")
    return row, deputies.check_decides(session, report.bureau_id, actor, row.asked_by, clock)


def _check_to(to: str) -> None:
    need("to", to)
    if len(to.strip()) > TO:
        raise RuleBroken("too_long", f"has more than {TO} characters", field="to")


def _check_day(first: date, day: date, clock: Clock) -> None:
    if not first <= day <= clock.today():
        raise RuleBroken("day.range", f"on must lie from {first} to today", field="on", first=first, last=clock.today())
