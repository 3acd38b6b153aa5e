"""The verbs of a report (举报): its officer verifies, decides, points elsewhere, tells where a law says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from complaints import bases, codes
from complaints.lifecycle import RECEIVED, REPORT, REPORT_NOTES
from complaints.report_models import Report
from complaints.terms import LEAD, TERMS, VERIFY
from workflows.case import casework, clocks
from workflows.case.casework import ClockChange, ClockHappens, ClockStart, ClockStop, Step
from workflows.case.tables import CaseClock
from workflows.errors import Conflict, NotFound, Refused, RuleBroken
from workflows.people.actor import Actor
from workflows.store.sealed import unseal
from workflows.time.clock import Clock
from workflows.time.deadline import ClockEvent

HEAD = text("SELECT report_head(:bureau)")
REASON = 1000


def verify(session: Session, report: Report, kind: str, reason: str, *, actor: Actor, clock: Clock) -> None:
    """Record what was done to verify the leads (核查, PEN 18): a kind of step, and in words what it showed.

    :raises RuleBroken: an unknown kind, or nothing said.
    """
    check_note(report, "verify")
    if kind not in codes.VERIFY_STEPS:
        raise RuleBroken("verify.kind", f"kind must be one of {', '.join(codes.VERIFY_STEPS)}", field="kind")
    need("reason", reason)
    step = Step(facts={"kind": kind, "on": str(clock.today())}, words={"reason": reason.strip()})
    casework.note(session, report, "verify", actor=actor, clock=clock, step=step)


def testing(session: Session, report: Report, on: date | None = None, *, actor: Actor, clock: Clock) -> None:
    """Testing or appraisal begins; its time does not count (检测、鉴定, PEN 18)."""
    _pause(session, report, "testing", on, actor=actor, clock=clock)


def tested(session: Session, report: Report, on: date | None = None, *, actor: Actor, clock: Clock) -> None:
    """Testing or appraisal is over, and the period runs on.

    :raises RuleBroken: none is under way.
    """
    _pause(session, report, "tested", on, actor=actor, clock=clock)


def _pause(session: Session, report: Report, event: str, on: date | None, *, actor: Actor, clock: Clock) -> None:
    check_note(report, event)
    day = on or clock.today()
    if not report.received_on <= day <= clock.today():
        raise RuleBroken("day.range", "on must lie from the receipt to today", field="on")
    step = Step(facts={"on": str(day)}, clocks=[ClockHappens(term_of(report), ClockEvent(event, day))], terms=TERMS)
    casework.note(session, report, event, actor=actor, clock=clock, step=step)


def open_case(session: Session, report: Report, *, actor: Actor, clock: Clock) -> None:
    """Open a penalty case on what was found (立案, PEN 18)."""
    conclude(session, report, "open_case", Step(), actor=actor, clock=clock)


def no_case(session: Session, report: Report, reason: str, *, actor: Actor, clock: Clock) -> None:
    """Decide not to open a case, with the ground in words (不予立案, PEN 18).

    :raises RuleBroken: no reason.
    """
    need("reason", reason)
    conclude(session, report, "no_case", Step(words={"reason": reason.strip()}), actor=actor, clock=clock)


def redirect(session: Session, report: Report, to: str, reason: str = "", *, actor: Actor, clock: Clock) -> None:
    """Without authority: the reporter is told whom to turn to directly, and nothing is handed on (告知, O121 34).

    :param to: the body with authority, as the reporter shall read it.
    :raises RuleBroken: nobody named.
    """
    if report.source != "filed":
        raise RuleBroken("redirect.lead", "a lead of the bureau's own has no reporter to point elsewhere")
    need("to", to)
    words = {"reason": reason.strip()} if reason.strip() else {}
    step = Step(evidence={"redirect_to": to.strip()}, facts={"to": to.strip()}, words=words)
    conclude(session, report, "redirect", step, actor=actor, clock=clock)


def told(
    session: Session, report: Report, by: str, basis: str, on: date | None = None, *, actor: Actor, clock: Clock
) -> None:
    """Record that the reporter was told, on a basis of the table of legal bases (告知举报人, O121 36).

    :param by: a medium of the forms: internet, phone, sms, email, post.
    :raises RuleBroken: no law says so here, an unknown medium, a day outside, nobody to tell, or told already.
    """
    check_note(report, "told")
    chosen, day = basis_of(report, basis), on or clock.today()
    if by not in codes.TOLD_BY:
        raise RuleBroken("told.by", f"by must be one of {', '.join(codes.TOLD_BY)}", field="by")
    if report.told_on is not None:
        raise RuleBroken("told.nothing", "the reporter has been told already")
    first = report.verified_on or report.received_on
    if not first <= day <= clock.today():
        raise RuleBroken("day.range", "on must lie from the decision to today", field="on", first=first, last=day)
    step = Step(
        evidence={"told_on": day, "told_basis": basis},
        facts={"told_on": str(day), "by": by, "basis": basis},
        clocks=[ClockStop(chosen.term, day)] if chosen.term else [],
    )
    casework.note(session, report, "told", actor=actor, clock=clock, step=step)


def basis_of(report: Report, code: str) -> bases.Basis:
    """The legal basis of a code, if it lets the reporter of this report be told.

    :raises RuleBroken: it does not, or the report has no reporter.
    """
    return bases.find(code, _told_as(report), report.received_on, named=report.reporter_id is not None)


def lawful_bases(report: Report) -> Sequence[bases.Basis]:
    """The bases on which the reporter may be told now."""
    return bases.lawful(_told_as(report), report.received_on, named=report.reporter_id is not None)


def _told_as(report: Report) -> str:
    """A lead found in mediation has nobody who could be told."""
    return report.state if report.source == "filed" else ""


@dataclass(frozen=True)
class Reporter:
    """Who reported, in plain."""

    name: str
    phone: str
    address: str


def reveal(session: Session, report: Report, reason: str, *, actor: Actor, clock: Clock) -> Reporter:
    """Look at the reporter's details; the look is an event with its reason (查看举报人信息, O121 37).

    :raises RuleBroken: no reason, or the report has no named reporter.
    """
    check_note(report, "reveal")
    need("reason", reason)
    if report.phone_sealed is None and report.name_sealed is None:
        raise RuleBroken("reveal.nobody", "this report names no reporter")
    casework.note(session, report, "reveal", actor=actor, clock=clock, step=Step(words={"reason": reason.strip()}))
    return reporter(session, report)


def reporter(session: Session, report: Report) -> Reporter:
    """The reporter's details in plain; whoever shows them masks them or leaves an event."""
    return Reporter(*(unseal(session, report, field) or "" for field in Report.sealed_fields))


def find(session: Session, report: UUID, expected: int | None = None) -> Report:
    """The report, locked and fresh.

    :raises NotFound: no such report for this caller.
    :raises Stale: it moved on since version ``expected``.
    """
    return casework.lock(session, Report, report, expected)


def term_of(report: Report) -> str:
    """The period that a report is verified in: from its receipt, or from the day its lead was found."""
    return LEAD if report.source == "mediation" else VERIFY


def running(session: Session, report: Report) -> CaseClock | None:
    """The clock of verification while it runs."""
    try:
        return clocks.running(clocks.of_case(session, report.id), term_of(report))
    except NotFound:
        return None


def head_of(session: Session, report: Report) -> UUID:
    """The head (负责人) of the report's bureau, who approves what the law wants approved.

    :raises Refused: nobody is entered as its head.
    """
    found = session.scalar(HEAD, {"bureau": report.bureau_id})
    if found is None:
        raise Refused("report.head", "the bureau has nobody entered as its head: ask an administrator")
    return UUID(str(found))


def need(field: str, value: str) -> None:
    """Something has to be said.

    :raises RuleBroken: it is empty, or longer than anybody reads.
    """
    if not value.strip():
        raise RuleBroken(f"report.{field}", "is needed", field=field)
    if len(value) > REASON:
        raise RuleBroken("too_long", f"has more than {REASON} characters", field=field)


def check_note(report: Report, verb: str) -> None:
    """A verb that changes no state is possible in its own states only.

    :raises Conflict: the state forbids it.
    """
    if report.state not in REPORT_NOTES[verb]:
        raise Conflict("case.state", f"{verb} is not possible in state {report.state}", state=report.state, event=verb)


def conclude(session: Session, report: Report, event: str, step: Step, *, actor: Actor, clock: Clock) -> None:
    """End the verification: its clock stops, and the one of telling starts where a law has one."""
    REPORT.step(report.state, event)
    today = clock.today()
    changes: list[ClockChange] = [ClockStop(term_of(report), today)]
    after = REPORT.step(RECEIVED, event).target
    named = report.reporter_id is not None
    if report.source == "filed" and (term := bases.started(after, report.received_on, named=named)):
        changes.append(ClockStart(TERMS.find(term, today, report.received_on), today, report.received_on))
    whole = Step(
        evidence={"verified_on": today, **step.evidence},
        facts={"verified_on": str(today), **step.facts},
        words=step.words,
        clocks=changes,
    )
    casework.advance(session, report, REPORT, event, actor=actor, clock=clock, step=whole)
