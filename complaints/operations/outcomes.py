"""What became of an agreement: performed, confirmed, denied, proved by a receipt, or left without an answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from complaints import rules
from complaints.after_models import Outcome
from complaints.models import Complaint
from complaints.operations import files, instalments
from complaints.outcome import CONFIRMED, DENIED, PROVED, RECEIPT, SILENT, enough, may_answer, may_perform
from workflows.case import casework
from workflows.case.casework import Step
from workflows.errors import Conflict, RuleBroken
from workflows.people.actor import SYSTEM, Actor
from workflows.store.db import new_id
from workflows.time.clock import Clock

MOST_REASON = 500


def perform(
    session: Session,
    complaint: Complaint,
    amount_fen: int,
    on: date | None = None,
    proof: UUID | None = None,
    *,
    actor: Actor,
    clock: Clock,
) -> Outcome:
    """Record for the firm that it has kept the agreement (商家履行): how much, when, with which proof.

    The consumer is told and asked; nothing counts as resolved by this alone.

    :param amount_fen: what was paid, in fen; 0 where something else was done.
    :param on: the day it was done, today where it is not given.
    :param proof: an uploaded file of the actor's own, as the receipt of the refund.
    :raises Conflict: nothing was agreed, something waits for the consumer's answer, or it has been proved already.
    :raises RuleBroken: an amount or a day out of range, an unknown file, or a schedule that is not all paid with proof.
    """
    latest = _latest(session, complaint, "perform")
    if not may_perform(latest.kind if latest else None, is_open=_open(latest) is not None):
        raise Conflict("outcome.known", "it has been recorded already, and is waiting for an answer or proved")
    instalments.check_whole(session, complaint)
    done = _done(complaint, amount_fen, on, clock)
    _attach(session, complaint, proof, actor)
    return _write(session, complaint, "perform", done | {"proof_file": proof}, {}, actor=actor, clock=clock)


def confirm(
    session: Session,
    complaint: Complaint,
    amount_fen: int | None = None,
    on: date | None = None,
    proof: UUID | None = None,
    *,
    actor: Actor,
    clock: Clock,
) -> Outcome:
    """The consumer says that the agreement was kept (消费者确认), whether or not the firm has said so before.

    :param amount_fen: what was received, in fen; needed where the firm has not said it.
    :raises Conflict: nothing was agreed, or it has been proved already.
    :raises RuleBroken: an amount or a day out of range or missing, an unknown file.
    """
    found = _to_answer(session, complaint, "confirm")
    instalments.check_whole(session, complaint)
    if amount_fen is None and found is None:
        raise RuleBroken("outcome.amount", "say how much was received", field="amount_fen")
    values = _answer(CONFIRMED, actor, clock)
    if amount_fen is not None:
        values |= _done(complaint, amount_fen, on, clock)
    _attach(session, complaint, proof, actor)
    if proof is not None:
        values["proof_file"] = proof
    return _write(session, complaint, "confirm", values, {}, found, actor=actor, clock=clock)


def deny(session: Session, complaint: Complaint, reason: str = "", *, actor: Actor, clock: Clock) -> Outcome:
    """The consumer says that the agreement was not kept (消费者否认); a return visit follows.

    :raises Conflict: nothing was agreed, or it has been proved already.
    """
    found = _to_answer(session, complaint, "deny")
    if len(reason) > MOST_REASON:
        raise RuleBroken("too_long", f"at most {MOST_REASON} characters are possible", field="reason")
    words = {"reason": reason.strip()} if reason.strip() else {}
    return _write(session, complaint, "deny", _answer(DENIED, actor, clock), words, found, actor=actor, clock=clock)


def match_receipt(session: Session, complaint: Complaint, *, actor: Actor, clock: Clock) -> Outcome:
    """An officer finds that the firm's receipt shows what was agreed (核对退款凭证): proved without another word.

    :raises Conflict: nothing waits to be matched.
    :raises RuleBroken: no file was given, or less than agreed was paid.
    """
    found = _open(_latest(session, complaint, "match_receipt"))
    if found is None:
        raise Conflict("outcome.nothing", "there is nothing to match: the firm has to record its performance first")
    instalments.check_whole(session, complaint)
    if found.proof_file is None:
        raise RuleBroken("outcome.no_proof", "the firm has given no receipt")
    if not enough(found.performed_fen, complaint.settled_fen):
        raise RuleBroken("outcome.less", "less was paid than agreed", performed=found.performed_fen)
    values = {"kind": RECEIPT, "decided_on": clock.today(), "matched_by": actor.account}
    return _write(session, complaint, "match_receipt", values, {}, found, actor=actor, clock=clock)


def silence(
    session: Session, complaint: Complaint, found: Outcome, notice: UUID, noticed_on: date, *, clock: Clock
) -> Outcome:
    """Nobody answered in time (期满未答复): kept apart from every confirmation, with the notice that it rests on.

    :param notice: what the consumer was served, and ``noticed_on`` when.
    """
    values = {"kind": SILENT, "decided_on": clock.today(), "notice_id": notice, "noticed_on": noticed_on}
    return _write(session, complaint, "silence", values, {}, found, actor=SYSTEM, clock=clock)


def _latest(session: Session, complaint: Complaint, verb: str) -> Outcome | None:
    """The latest account, open or decided; refused where there is no agreement that could have been kept."""
    rules.check_note(verb, complaint.state)
    if complaint.settled_on is None:
        raise Conflict("outcome.unsettled", f"{verb} needs an agreement: nothing was settled in this case")
    query = select(Outcome).where(Outcome.case_id == complaint.id).order_by(Outcome.id.desc()).limit(1)
    return session.scalar(query)


def _open(latest: Outcome | None) -> Outcome | None:
    return latest if latest is not None and latest.kind is None else None


def _to_answer(session: Session, complaint: Complaint, verb: str) -> Outcome | None:
    """What the consumer answers: the account that is open, or none, so that the answer is one of its own."""
    latest = _latest(session, complaint, verb)
    if latest is not None and not may_answer(latest.kind):
        raise Conflict("outcome.known", "it has been proved already")
    return _open(latest)


def _answer(kind: str, actor: Actor, clock: Clock) -> dict[str, Any]:
    return {"kind": kind, "decided_on": clock.today(), "answered_by": actor.account}


def _done(complaint: Complaint, amount_fen: int, on: date | None, clock: Clock) -> dict[str, Any]:
    rules.check_amount("amount_fen", amount_fen)
    day = on or clock.today()
    rules.check_day("on", day, complaint.happened_on, clock.today())
    return {"performed_fen": amount_fen, "performed_on": day}


def _attach(session: Session, complaint: Complaint, proof: UUID | None, actor: Actor) -> None:
    if proof is not None and actor.account is not None:
        files.attach(session, (proof,), actor.account, complaint.id)


def _write(
    session: Session,
    complaint: Complaint,
    event: str,
    values: Mapping[str, Any],
    words: Mapping[str, str],
    found: Outcome | None = None,
    *,
    actor: Actor,
    clock: Clock,
) -> Outcome:
    """Note it in the journal and keep it: in the account that is open, or in a new one."""
    row = found or Outcome(id=new_id(), case_id=complaint.id, recorded_on=clock.today())
    for name, value in values.items():
        setattr(row, name, value)
    step = Step(evidence=_paid(complaint, row), facts=_facts(row), words=words)
    noted = casework.note(session, complaint, event, actor=actor, clock=clock, step=step)
    if found is None:
        row.seq = noted.seq
        session.add(row)
    session.flush()
    return row


def _paid(complaint: Complaint, row: Outcome) -> dict[str, Any]:
    """The day of payment, once all that was agreed is proved to have been paid."""
    proved = row.kind in PROVED and enough(row.performed_fen, complaint.settled_fen)
    return {"paid_on": row.performed_on} if proved and complaint.paid_on is None else {}


def _facts(row: Outcome) -> dict[str, Any]:
    """What the journal says openly: whether there is a file, never what it shows."""
    said = {"amount_fen": row.performed_fen, "performed_on": row.performed_on and str(row.performed_on)}
    known = {name: value for name, value in said.items() if value is not None}
    return known | {"proof": row.proof_file is not None, "outcome": row.kind}
