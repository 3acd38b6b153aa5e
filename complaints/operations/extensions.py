"""Extending the verification (延长核查): asked for by its officer, decided by the bureau's head, before the end."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from complaints.operations import deputies
from complaints.operations.reports import check_note, head_of, need, running, term_of
from complaints.report_models import Report, ReportExtension
from complaints.terms import TERMS
from workflows.case import casework
from workflows.case.casework import ClockHappens, Party, Step
from workflows.errors import RuleBroken
from workflows.people.actor import Actor
from workflows.time.clock import Clock
from workflows.time.deadline import ClockEvent


def propose(session: Session, report: Report, reason: str, *, actor: Actor, clock: Clock) -> ReportExtension:
    """Ask the bureau's head for fifteen more working days (提请延长核查, O121 27, PEN 18).

    The head sees the report from then on.

    :raises RuleBroken: no reason, the period is over, extended already, or asked for already.
    :raises Refused: nobody is entered as the bureau's head.
    """
    check_note(report, "propose_extend")
    need("reason", reason)
    _check_time(session, report, clock)
    if asked(session, report) is not None:
        raise RuleBroken("extend.asked", "an extension has been asked for already and waits for the head")
    head = head_of(session, report)
    row = ReportExtension(case_id=report.id, asked_by=actor.account, asked_on=clock.today())
    session.add(row)
    step = Step(facts={"head": str(head)}, words={"reason": reason.strip()})
    casework.note(session, report, "propose_extend", actor=actor, clock=clock, step=step)
    casework.share(session, report, Party(head, "officer", "head of the bureau"))
    deputies.share(session, report, actor=actor, clock=clock)
    return row


def approve(session: Session, report: Report, *, actor: Actor, clock: Clock) -> None:
    """Approve the extension (批准延长), by the head or a deputy, before the period ends.

    :raises Refused: not by a head or deputy, or by whoever asked.
    :raises RuleBroken: nothing was asked for, or the period is over.
    """
    check_note(report, "extend")
    row, behalf = _decide(session, report, actor, clock)
    _check_time(session, report, clock)
    row.decided_by, row.decided_on, row.approved = actor.account, clock.today(), True
    happened = ClockHappens(term_of(report), ClockEvent("extend", clock.today()))
    facts = {"on": str(clock.today()), "asked_by": str(row.asked_by), **behalf}
    step = Step(facts=facts, clocks=[happened], terms=TERMS)
    casework.note(session, report, "extend", actor=actor, clock=clock, step=step)


def refuse(session: Session, report: Report, reason: str, *, actor: Actor, clock: Clock) -> None:
    """Refuse the extension, with a reason; the period ends as it would have.

    :raises Refused: not by a head, or by whoever asked.
    :raises RuleBroken: nothing was asked for, or no reason.
    """
    check_note(report, "refuse_extend")
    need("reason", reason)
    row, behalf = _decide(session, report, actor, clock)
    row.decided_by, row.decided_on, row.approved = actor.account, clock.today(), False
    step = Step(facts={"asked_by": str(row.asked_by), **behalf}, words={"reason": reason.strip()})
    casework.note(session, report, "refuse_extend", actor=actor, clock=clock, step=step)


def asked(session: Session, report: Report) -> ReportExtension | None:
    """The extension that waits for the head's decision."""
    query = select(ReportExtension).where(ReportExtension.case_id == report.id, ReportExtension.decided_on.is_(None))
    return session.scalar(query)


def possible(session: Session, report: Report, clock: Clock) -> bool:
    """Whether an extension could be asked for, or approved, today."""
    try:
        _check_time(session, report, clock)
    except RuleBroken:
        return False
    return True


def _decide(session: Session, report: Report, actor: Actor, clock: Clock) -> tuple[ReportExtension, dict[str, str]]:
    row = asked(session, report)
    decides = deputies.check_decides(session, report.bureau_id, actor, row.asked_by if row else None, clock)
    if row is None:
        raise RuleBroken("extend.none", "no extension has been asked for")
    return row, decides


def _check_time(session: Session, report: Report, clock: Clock) -> None:
    found = running(session, report)
    if found is None or (found.due_on is not None and clock.today() > found.due_on):
        raise RuleBroken("extend.late", "the period is over: it can be extended only before it ends")
    events = [event["kind"] for event in found.events]
    if "extend" in events[max((n for n, kind in enumerate(events) if kind == "restart"), default=0) :]:
        raise RuleBroken("extend.twice", "the period has been extended once already, and is extended once only")
