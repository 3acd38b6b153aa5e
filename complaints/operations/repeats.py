"""Reports that repeat an earlier one, or add to it (重复举报、合并处理, O121 35)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from complaints.codes import ORDER_121
from complaints.lifecycle import RECEIVED
from complaints.operations.reports import conclude, find, running, term_of
from complaints.report_models import FOLDED, Report
from complaints.terms import TERMS
from workflows.case import casework
from workflows.case.casework import ClockHappens, Step
from workflows.errors import RuleBroken
from workflows.people.actor import Actor
from workflows.time.clock import Clock
from workflows.time.deadline import ClockEvent

MOST = 20


def earlier(session: Session, report: Report) -> Sequence[Report]:
    """Earlier reports of the same reporter about the same firm that the caller may see, newest first.

    The same reporter is the same account; nobody is matched by a name. Whether the facts are the same is a person's
    to decide.
    """
    if report.reporter_id is None:
        return []
    by_name = and_(Report.respondent_name == report.respondent_name, Report.district == report.district)
    same = or_(Report.store_id == report.store_id, by_name) if report.store_id else by_name
    query = select(Report).where(Report.reporter_id == report.reporter_id, Report.id < report.id, same)
    return session.scalars(query.where(Report.state.not_in(FOLDED)).order_by(Report.id.desc()).limit(MOST)).all()


def repeat(session: Session, report: Report, earlier: str, *, actor: Actor, clock: Clock) -> None:
    """The same reporter, the same facts, the same firm: not handled again, and the reporter learns the earlier number.

    :param earlier: the number of the earlier report.
    :raises RuleBroken: none of this reporter about this firm has it, or Order 20 governs the report.
    """
    known = _earlier(session, report, earlier)
    step = Step(evidence={"merged_into": known.id}, facts={"earlier": known.number})
    conclude(session, report, "repeat", step, actor=actor, clock=clock)


def merge(session: Session, report: Report, earlier: str, *, actor: Actor, clock: Clock) -> None:
    """New facts on the same firm: handled with the earlier report, whose period starts afresh from the last receipt.

    :param earlier: the number of the earlier report, which must be open.
    :raises RuleBroken: none of this reporter about this firm has it, or it is decided or being tested; Order 20.
    """
    known = find(session, _earlier(session, report, earlier).id)
    clock_of = running(session, known)
    if known.state != RECEIVED or clock_of is None:
        raise RuleBroken("merge.decided", "the earlier report is decided already: handle this one on its own")
    if clock_of.paused_since is not None:
        raise RuleBroken("merge.testing", "the earlier report is being tested: end the testing first")
    step = Step(evidence={"merged_into": known.id}, facts={"earlier": known.number})
    conclude(session, report, "merge", step, actor=actor, clock=clock)
    happened = ClockHappens(term_of(known), ClockEvent("restart", max(report.received_on, clock_of.start_on)))
    facts = {"later": report.number, "on": str(report.received_on)}
    step = Step(facts=facts, clocks=[happened], terms=TERMS)
    casework.note(session, known, "restart", actor=actor, clock=clock, step=step)


def _earlier(session: Session, report: Report, number: str) -> Report:
    if report.rule_set != ORDER_121:
        raise RuleBroken("merge.rule", "Order 20 knows no repeated reports: art. 35 is of Order 121")
    known = next((one for one in earlier(session, report) if one.number == number.strip()), None)
    if known is None:
        raise RuleBroken("merge.unknown", "this reporter has no such earlier report on this firm", field="earlier")
    return known
