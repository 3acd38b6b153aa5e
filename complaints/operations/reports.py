"""The verbs of a report (举报): its officer verifies, extends, decides, points elsewhere, tells where a law says so."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from complaints import codes
from complaints.lifecycle import REPORT, REPORT_NOTES
from complaints.models import Report
from complaints.terms import TERMS, VERIFY
from workflows.case import casework
from workflows.case.casework import ClockHappens, ClockStop, Step
from workflows.errors import Conflict, RuleBroken
from workflows.people.actor import Actor
from workflows.time.clock import Clock
from workflows.time.deadline import ClockEvent


def extend(session: Session, report: Report, approved_by: str, *, actor: Actor, clock: Clock) -> None:
    """Extend the verification by fifteen working days, approved by the bureau's head (延长核查, O121 27, PEN 18).

    :param approved_by: who approved it; kept as a commitment.
    :raises RuleBroken: no approval named, or extended already.
    """
    _check_note(report, "extend")
    if not approved_by.strip():
        raise RuleBroken("extend.approval", "name the head of the bureau who approved it", field="reason")
    happened = ClockHappens(VERIFY, ClockEvent("extend", clock.today()))
    step = Step(facts={"on": str(clock.today())}, words={"approved_by": approved_by}, clocks=[happened], terms=TERMS)
    casework.note(session, report, "extend", actor=actor, clock=clock, step=step)


def open_case(session: Session, report: Report, *, actor: Actor, clock: Clock) -> None:
    """Open a penalty case on what was found (立案, PEN 18)."""
    _conclude(session, report, "open_case", "", actor=actor, clock=clock)


def no_case(session: Session, report: Report, reason: str, *, actor: Actor, clock: Clock) -> None:
    """Decide not to open a case, with the reason (不予立案, PEN 18).

    :raises RuleBroken: no reason.
    """
    _need(reason)
    _conclude(session, report, "no_case", reason, actor=actor, clock=clock)


def redirect(session: Session, report: Report, reason: str, *, actor: Actor, clock: Clock) -> None:
    """Without authority: the reporter is told where to go, and nothing is handed on (告知, O121 34).

    :raises RuleBroken: nothing said of where.
    """
    _need(reason)
    _conclude(session, report, "redirect", reason, actor=actor, clock=clock)


def told(session: Session, report: Report, by: str, on: date | None = None, *, actor: Actor, clock: Clock) -> None:
    """Record that the reporter was told the outcome, where a law, regulation or rule says so (O121 36).

    :raises RuleBroken: an unknown medium, a day outside, or told already.
    """
    _check_note(report, "told")
    day = on or clock.today()
    if by not in codes.TOLD_BY:
        raise RuleBroken("told.by", f"by must be one of {', '.join(codes.TOLD_BY)}", field="by")
    if report.told_on is not None:
        raise RuleBroken("told.nothing", "the reporter has been told already")
    if report.verified_on is None or not report.verified_on <= day <= clock.today():
        raise RuleBroken(
            "day.range", "on must lie from the decision to today", field="on", first=report.verified_on, last=day
        )
    step = Step(evidence={"told_on": day}, facts={"told_on": str(day), "by": by})
    casework.note(session, report, "told", actor=actor, clock=clock, step=step)


def find(session: Session, report: UUID, expected: int | None = None) -> Report:
    """The report, locked and fresh.

    :raises NotFound: no such report for this caller.
    :raises Stale: it moved on since version ``expected``.
    """
    return casework.lock(session, Report, report, expected)


def _need(reason: str) -> None:
    if not reason.strip():
        raise RuleBroken("report.reason", "give the reason", field="reason")


def _check_note(report: Report, verb: str) -> None:
    if report.state not in REPORT_NOTES[verb]:
        raise Conflict("case.state", f"{verb} is not possible in state {report.state}", state=report.state, event=verb)


def _conclude(session: Session, report: Report, event: str, reason: str, *, actor: Actor, clock: Clock) -> None:
    today = clock.today()
    step = Step(
        evidence={"verified_on": today},
        facts={"verified_on": str(today)},
        words={"reason": reason.strip()} if reason else {},
        clocks=[ClockStop(VERIFY, today)],
    )
    casework.advance(session, report, REPORT, event, actor=actor, clock=clock, step=step)
