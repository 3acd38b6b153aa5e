"""An agreement that is kept in parts (分期履行): its schedule, what was paid when with what proof, what is late."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from complaints import outcome, rules
from complaints.mediation import MOST_PAYMENTS, Payment, schedule_faults
from complaints.mediation_models import Instalment
from complaints.models import Complaint
from complaints.operations import filing
from workflows.case import casework
from workflows.case.casework import Step
from workflows.errors import Conflict, FieldError, NotFound, RuleBroken
from workflows.people.actor import SYSTEM, Actor
from workflows.store.db import new_id
from workflows.time.clock import Clock


def schedule(
    session: Session, complaint: Complaint, instalments: Sequence[Payment], *, actor: Actor, clock: Clock
) -> list[Instalment]:
    """Record the schedule of an agreement's payments; they make up what was agreed, to the fen.

    :raises Conflict: it has one already.
    :raises RuleBroken: days or amounts that do not fit.
    """
    rules.check_note("schedule", complaint.state)
    if of_case(session, complaint.id):
        raise Conflict("schedule.known", "the agreement has its schedule already")
    if faults := list(schedule_faults(instalments, complaint.settled_fen or 0, clock.today())):
        raise RuleBroken("validation", "the schedule has faults", errors=faults)
    made = [
        Instalment(id=new_id(), case_id=complaint.id, number=n, due_on=p.due_on, amount_fen=p.amount_fen)
        for n, p in enumerate(instalments, 1)
    ]
    facts = {"instalments": [{"due_on": str(p.due_on), "amount_fen": p.amount_fen} for p in instalments]}
    casework.note(session, complaint, "schedule", actor=actor, clock=clock, step=Step(facts=facts))
    session.add_all(made)
    session.flush()
    return made


def pay_instalment(
    session: Session,
    complaint: Complaint,
    instalment_id: UUID,
    on: date | None = None,
    proof: UUID | None = None,
    *,
    actor: Actor,
    clock: Clock,
) -> None:
    """Record for the firm that a payment was made: whole, on a day, with proof where there is one.

    Without a file it counts only once the consumer confirms it.

    :raises Conflict: it is recorded already.
    :raises RuleBroken: a day outside, or an unknown file.
    """
    rules.check_note("pay_instalment", complaint.state)
    found = _unproved(session, complaint, instalment_id)
    found.paid_fen, found.paid_on = found.amount_fen, _day(complaint, on, clock)
    if proof is not None and actor.account is not None:
        filing.attach(session, (proof,), actor.account, complaint.id)
        found.proof_file = proof
    _note(session, complaint, "pay_instalment", found, actor, clock)


def confirm_instalment(
    session: Session,
    complaint: Complaint,
    instalment_id: UUID,
    on: date | None = None,
    *,
    actor: Actor,
    clock: Clock,
) -> None:
    """The consumer says that a payment came, whether or not the firm has recorded it.

    :raises Conflict: it is confirmed already.
    """
    rules.check_note("confirm_instalment", complaint.state)
    found = _find(session, complaint, instalment_id)
    if found.confirmed_on is not None:
        raise Conflict("instalment.known", "the payment has been confirmed already")
    if found.paid_on is None:
        found.paid_fen, found.paid_on = found.amount_fen, _day(complaint, on, clock)
    found.confirmed_on = clock.today()
    _note(session, complaint, "confirm_instalment", found, actor, clock)


def late(session: Session, complaint: Complaint, found: Instalment, *, clock: Clock) -> None:
    """Note that a payment's day went by without it (逾期未履行); both sides and the officer are told, once."""
    found.late_noted_on = clock.today()
    _note(session, complaint, "instalment_late", found, SYSTEM, clock)


def of_case(session: Session, case: UUID) -> list[Instalment]:
    """The payments of a case's schedule, in order; empty where it has none."""
    query = select(Instalment).where(Instalment.case_id == case).order_by(Instalment.number)
    return list(session.scalars(query.limit(MOST_PAYMENTS)))


def check_whole(session: Session, complaint: Complaint) -> None:
    """An agreement with a schedule is proved only once every payment of it is (成果以全部付清为准).

    :raises RuleBroken: a payment is missing, or has no proof.
    """
    rows = of_case(session, complaint.id)
    if not outcome.whole((row.paid_on is not None, row.proof_file or row.confirmed_on) for row in rows):
        raise RuleBroken("outcome.instalments", "every payment of the schedule is needed first, with proof")


def _unproved(session: Session, complaint: Complaint, instalment: UUID) -> Instalment:
    found = _find(session, complaint, instalment)
    if found.confirmed_on is not None or found.proof_file is not None:
        raise Conflict("instalment.known", "the payment is recorded with its proof already")
    return found


def _find(session: Session, complaint: Complaint, instalment: UUID) -> Instalment:
    """A payment of the case.

    :raises NotFound: it has no such payment.
    """
    found = session.get(Instalment, instalment)
    if found is None or found.case_id != complaint.id:
        raise NotFound("instalment.unknown", "the case has no such payment", field="instalment_id")
    return found


def _day(complaint: Complaint, on: date | None, clock: Clock) -> date:
    day = on or clock.today()
    first = complaint.settled_on
    if first is None:
        raise RuleBroken("outcome.unsettled", "nothing was settled", errors=[FieldError("on", "range", "too early")])
    rules.check_day("on", day, first, clock.today())
    return day


def _note(session: Session, complaint: Complaint, event: str, row: Instalment, actor: Actor, clock: Clock) -> None:
    facts: dict[str, Any] = {"instalment": row.number, "due_on": str(row.due_on), "amount_fen": row.amount_fen}
    if row.paid_on is not None:
        facts |= {"paid_on": str(row.paid_on), "late": row.paid_on > row.due_on, "proof": row.proof_file is not None}
    casework.note(session, complaint, event, actor=actor, clock=clock, step=Step(facts=facts))
