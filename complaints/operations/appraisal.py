"""Who tests and who pays for it (鉴定、检测, O121 22): agreed before the testing begins, or not agreed at all."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from complaints import mediation, rules
from complaints.mediation_models import Appraisal
from complaints.models import Complaint
from complaints.operations import mediate
from workflows.case import casework
from workflows.case.casework import Step
from workflows.errors import FieldError, RuleBroken
from workflows.people.actor import Actor
from workflows.store.db import new_id
from workflows.time.clock import Clock

LABORATORY = 200
REASON = 1000


def begin(
    session: Session,
    complaint: Complaint,
    on: date | None = None,
    laboratory: str = "",
    chosen: str = "",
    cost_by: str = "",
    *,
    actor: Actor,
    clock: Clock,
) -> None:
    """Begin testing, with what both sides agreed where it is told at once.

    :raises RuleBroken: something of what was agreed is missing or unknown, or a day outside.
    """
    known = latest(session, complaint.id)
    if laboratory or chosen or cost_by:
        known = _keep(session, complaint, laboratory, chosen, cost_by, clock)
    told = {"laboratory": known.laboratory, "chosen": known.chosen, "cost_by": known.cost_by} if known else {}
    facts = {name: value for name, value in told.items() if value}
    mediate.testing(session, complaint, on, facts, actor=actor, clock=clock)


def agree_testing(
    session: Session, complaint: Complaint, laboratory: str, chosen: str, cost_by: str, *, actor: Actor, clock: Clock
) -> None:
    """Record who tests and who bears the cost, as both sides agreed (协商确定).

    :param chosen: ``agreed`` by both, or ``designated`` by the bureau where they could not agree on a laboratory.
    :param cost_by: who bears the cost; only both sides agree on that, and no bureau designates it.
    """
    rules.check_note("agree_testing", complaint.state)
    found = _keep(session, complaint, laboratory, chosen, cost_by, clock)
    facts = {"laboratory": found.laboratory, "chosen": chosen, "cost_by": cost_by}
    casework.note(session, complaint, "agree_testing", actor=actor, clock=clock, step=Step(facts=facts))


def no_cost_agreement(session: Session, complaint: Complaint, reason: str, *, actor: Actor, clock: Clock) -> None:
    """Record that the sides did not agree on the cost: a fact that supports ending the mediation (O121 23(1)(4)).

    :raises RuleBroken: nothing said.
    """
    rules.check_note("no_cost_agreement", complaint.state)
    if not reason.strip() or len(reason) > REASON:
        raise RuleBroken("appraisal.reason", f"say in at most {REASON} characters what they said", field="reason")
    session.add(Appraisal(id=new_id(), case_id=complaint.id, recorded_on=clock.today()))
    step = Step(facts={"on": str(clock.today())}, words={"reason": reason.strip()})
    casework.note(session, complaint, "no_cost_agreement", actor=actor, clock=clock, step=step)


def latest(session: Session, case: UUID) -> Appraisal | None:
    """What stands about testing: the last that was recorded."""
    query = select(Appraisal).where(Appraisal.case_id == case).order_by(Appraisal.id.desc()).limit(1)
    return session.scalar(query)


def _keep(
    session: Session, complaint: Complaint, laboratory: str, chosen: str, cost_by: str, clock: Clock
) -> Appraisal:
    faults = [] if laboratory.strip() else [FieldError("laboratory", "required", "is needed")]
    if len(laboratory) > LABORATORY:
        faults.append(FieldError("laboratory", "too_long", f"has more than {LABORATORY} characters"))
    if chosen not in mediation.CHOSEN:
        faults.append(FieldError("chosen", "choice", f"must be one of {', '.join(mediation.CHOSEN)}"))
    if cost_by not in mediation.BEARERS:
        faults.append(FieldError("cost_by", "choice", f"must be one of {', '.join(mediation.BEARERS)}"))
    if faults:
        raise RuleBroken("validation", "what was agreed has faults", errors=faults)
    made = Appraisal(
        id=new_id(), case_id=complaint.id, recorded_on=clock.today(), laboratory=laboratory.strip(), chosen=chosen,
        cost_by=cost_by,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made
