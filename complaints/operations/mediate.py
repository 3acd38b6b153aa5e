"""Mediation (调解): consents, testing, agreement or its end, closing, and the consumer's rating."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from complaints import codes, rules
from complaints.lifecycle import COMPLAINT, DECLINED, FILED, TERMINATED
from complaints.models import Complaint, Evaluation
from complaints.operations import acting, sittings
from complaints.terms import ACCEPT, MEDIATE, NOTIFY, TERMS
from workflows.case import casework, clocks
from workflows.case.casework import ClockHappens, ClockStart, ClockStop, Step
from workflows.case.tables import CaseEvent
from workflows.errors import Conflict, FieldError, Refused, RuleBroken
from workflows.people.actor import Actor, ActorRole
from workflows.store.db import new_id
from workflows.time.clock import Clock
from workflows.time.deadline import ClockEvent

SIDE_OF = {ActorRole.CONSUMER: "complainant", ActorRole.MERCHANT: "respondent"}
MOST_REASONS = 5
MOST_WORDS = 500


def consent(
    session: Session, complaint: Complaint, side: str, given_on: date | None = None, *, actor: Actor, clock: Clock
) -> None:
    """Record a side's consent to mediation (同意调解, O121 18). A party speaks for itself, an officer records either.

    :raises RuleBroken: an unknown side, a consent that is there already, a day outside.
    :raises Refused: a party speaking for the other.
    """
    rules.check_note("consent", complaint.state)
    check_side(side, actor)
    acting.check(session, complaint, "consent", actor=actor, clock=clock)
    column = f"{side}_consent_on"
    if getattr(complaint, column) is not None:
        raise RuleBroken("consent.twice", f"the {side} has consented already", field="side")
    day = given_on or clock.today()
    rules.check_day("given_on", day, complaint.received_on, clock.today())
    step = Step(evidence={column: day}, facts={"side": side, "given_on": str(day)})
    casework.note(session, complaint, "consent", actor=actor, clock=clock, step=step)


def check_side(side: str, actor: Actor) -> None:
    """A side is one of the two, and a party speaks for its own.

    :raises RuleBroken: no such side.
    :raises Refused: a party speaking for the other.
    """
    if side not in codes.SIDES:
        raise RuleBroken("side", f"side must be one of {', '.join(codes.SIDES)}", field="side")
    if SIDE_OF.get(actor.role, side) != side:
        raise Refused("side.other", f"a {actor.role.value} cannot speak for the {side}")


def open_mediation(session: Session, complaint: Complaint, *, actor: Actor, clock: Clock) -> None:
    """Open mediation once both sides have consented (组织调解, O121 18).

    :raises RuleBroken: a consent is missing.
    """
    missing = [side for side in codes.SIDES if getattr(complaint, f"{side}_consent_on") is None]
    if missing and complaint.accepted_on:
        raise RuleBroken("consent.missing", f"mediation needs the consent of: {', '.join(missing)}", missing=missing)
    casework.advance(session, complaint, COMPLAINT, "open_mediation", actor=actor, clock=clock)


def testing(
    session: Session,
    complaint: Complaint,
    on: date | None = None,
    agreed: Mapping[str, str] | None = None,
    *,
    actor: Actor,
    clock: Clock,
) -> None:
    """Begin testing or appraisal (鉴定、检测, O121 22): the only thing that stops the period of mediation.

    :param agreed: who tests and who bears the cost, as :func:`complaints.operations.appraisal.begin` has checked it.
    """
    _test(session, complaint, "testing", on, agreed or {}, actor=actor, clock=clock)


def tested(session: Session, complaint: Complaint, on: date | None = None, *, actor: Actor, clock: Clock) -> None:
    """End testing: the period goes on with the next day."""
    _test(session, complaint, "tested", on, {}, actor=actor, clock=clock)


def _test(
    session: Session,
    complaint: Complaint,
    event: str,
    on: date | None,
    agreed: Mapping[str, str],
    *,
    actor: Actor,
    clock: Clock,
) -> None:
    day = on or clock.today()
    COMPLAINT.step(complaint.state, event)
    book = clocks.running(clocks.of_case(session, complaint.id), MEDIATE)
    earliest = max([book.start_on, *(date.fromisoformat(e["on"]) for e in book.events)])
    rules.check_day("on", day, earliest, clock.today())
    happens = [ClockHappens(MEDIATE, ClockEvent(event, day))]
    step = Step(facts={"on": str(day), **agreed}, clocks=happens, terms=TERMS)
    casework.advance(session, complaint, COMPLAINT, event, actor=actor, clock=clock, step=step)


def settle(
    session: Session, complaint: Complaint, amount_fen: int, paid_on: date | None = None, *, actor: Actor, clock: Clock
) -> None:
    """Record an agreement reached in mediation (达成调解协议, O121 24): what is paid, and when it was.

    :param paid_on: the day the money was paid; None while it has not been.
    :raises RuleBroken: an amount out of range, a day outside, or the consent of somebody represented is missing.
    :raises Conflict: the mediation is suspended until a request for recusal is decided.
    """
    rules.check_amount("amount_fen", amount_fen)
    COMPLAINT.step(complaint.state, "settle")
    acting.check_agreed(session, complaint, "settle", actor=actor, clock=clock, amount_fen=amount_fen)
    sittings.check_going(session, complaint.id, "settle")
    today = clock.today()
    if paid_on is not None:
        rules.check_day("paid_on", paid_on, complaint.happened_on, today)
    step = Step(
        evidence={"settled_on": today, "settled_fen": amount_fen, "paid_on": paid_on},
        facts={"settled_on": str(today), "amount_fen": amount_fen, "paid_on": paid_on and str(paid_on)},
        clocks=[ClockStop(MEDIATE, today)],
    )
    casework.advance(session, complaint, COMPLAINT, "settle", actor=actor, clock=clock, step=step)


def terminate(
    session: Session, complaint: Complaint, ground: str, reason: str = "", *, actor: Actor, clock: Clock
) -> None:
    """End mediation with a ground (终止调解, O121 23); both sides are to be told within seven working days.

    :raises RuleBroken: a ground that the rule set or the facts do not give.
    """
    COMPLAINT.step(complaint.state, "terminate")
    book = clocks.running(clocks.of_case(session, complaint.id), MEDIATE)
    rules.check_termination(ground, complaint.rule_set, clock.today(), book.due_on)
    step = _ending(complaint, ground, reason, clock)
    casework.advance(session, complaint, COMPLAINT, "terminate", actor=actor, clock=clock, step=step)


def withdraw(session: Session, complaint: Complaint, *, actor: Actor, clock: Clock) -> None:
    """The complainant withdraws (撤回投诉): the case ends, or after acceptance its mediation does (O121 23(1)(1)).

    :raises Refused: an agent without the scope, or somebody who is represented by another (O121 11, 12).
    :raises RuleBroken: the consent of somebody represented is missing.
    """
    COMPLAINT.step(complaint.state, "withdraw")
    acting.check(session, complaint, "withdraw", actor=actor, clock=clock)
    acting.check_agreed(session, complaint, "withdraw", actor=actor, clock=clock)
    if complaint.state == FILED:
        step = Step(clocks=[ClockStop(ACCEPT, clock.today())])
    else:
        step = _ending(complaint, rules.WITHDRAWN_GROUNDS[complaint.rule_set], "", clock)
    casework.advance(session, complaint, COMPLAINT, "withdraw", actor=actor, clock=clock, step=step)


def _ending(complaint: Complaint, ground: str, reason: str, clock: Clock) -> Step:
    today = clock.today()
    term = TERMS.find(NOTIFY, today, complaint.received_on)
    return Step(
        evidence={"terminated_on": today, "termination_ground": ground},
        facts={"terminated_on": str(today), "ground": ground},
        words={"reason": reason.strip()} if reason.strip() else {},
        clocks=[ClockStop(MEDIATE, today), ClockStart(term, today, complaint.received_on)],
    )


def close(session: Session, complaint: Complaint, *, actor: Actor, clock: Clock) -> None:
    """Close the case (办结) once everything decided has been told.

    :raises RuleBroken: a telling is missing.
    """
    untold = complaint.told_on is None or (complaint.state == TERMINATED and complaint.termination_told_on is None)
    if untold and complaint.state in (DECLINED, TERMINATED, "settled"):
        raise RuleBroken("close.untold", "tell the parties first: a case is closed only after its decision was told")
    step = Step(evidence={"closed_on": clock.today()}, facts={"closed_on": str(clock.today())})
    casework.advance(session, complaint, COMPLAINT, "close", actor=actor, clock=clock, step=step)


def evaluate(
    session: Session,
    complaint: Complaint,
    score: int,
    reasons: Sequence[str] = (),
    comment: str = "",
    *,
    actor: Actor,
    clock: Clock,
) -> Evaluation:
    """Rate the resolution, once (评价): five points and reasons.

    :raises Conflict: it was rated already.
    :param reasons: some of :data:`complaints.codes.RATED_FOR`.
    :raises RuleBroken: a score outside 1 to 5, an unknown reason, or too many words.
    """
    rules.check_note("evaluate", complaint.state)
    if not 1 <= score <= 5:
        raise RuleBroken("score", "score must be from 1 to 5", field="score")
    if len(reasons) > MOST_REASONS or len(comment) > MOST_WORDS:
        raise RuleBroken("too_long", f"at most {MOST_REASONS} reasons and {MOST_WORDS} characters", field="comment")
    if unknown := set(reasons) - set(codes.RATED_FOR):
        fault = FieldError("reasons", "choice", f"unknown: {', '.join(sorted(unknown))}")
        raise RuleBroken("validation", "a reason is unknown", errors=[fault])
    resolution = _resolution(session, complaint)
    given = Evaluation(
        id=new_id(), case_id=complaint.id, resolution=resolution, score=score, reasons=list(reasons),
        comment=comment.strip() or None, given_at=clock.now(),
    )  # fmt: skip
    session.add(given)
    step = Step(facts={"score": score, "resolution": resolution})
    casework.note(session, complaint, "evaluate", actor=actor, clock=clock, step=step)
    return given


def _resolution(session: Session, complaint: Complaint) -> int:
    """The event that closed the case last; refused when it was rated already."""
    closing = select(CaseEvent.seq).where(CaseEvent.case_id == complaint.id, CaseEvent.event == "close")
    resolution = session.scalar(closing.order_by(CaseEvent.seq.desc()).limit(1)) or 0
    rated = select(Evaluation.id).where(Evaluation.case_id == complaint.id, Evaluation.resolution == resolution)
    if session.scalar(rated) is not None:
        raise Conflict("evaluate.twice", "this resolution has been rated already")
    return resolution
